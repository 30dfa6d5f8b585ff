"""The only place where settings, adapters and use cases meet. What is asked for is loaded, and nothing beside it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adieu.bootstrap.archiving import archive_check, archive_signature, desk_signature, open_shelves, shelves_of
    from adieu.bootstrap.checking import check_live, refuse_errors
    from adieu.bootstrap.house import House, install_own, make_keys, open_house, public_keys
    from adieu.bootstrap.scanning import records_of, scan_stores
    from adieu.bootstrap.stores import databases, open_map, open_schemas, open_stores

_WHERE = {
    "archiving": ("archive_check", "archive_signature", "desk_signature", "open_shelves", "shelves_of"),
    "checking": ("check_live", "refuse_errors"),
    "house": ("House", "install_own", "make_keys", "open_house", "public_keys"),
    "scanning": ("records_of", "scan_stores"),
    "stores": ("databases", "open_map", "open_schemas", "open_stores"),
}

__all__ = [
    "House",
    "archive_check",
    "archive_signature",
    "check_live",
    "databases",
    "desk_signature",
    "install_own",
    "make_keys",
    "open_house",
    "open_map",
    "open_schemas",
    "open_shelves",
    "open_stores",
    "public_keys",
    "records_of",
    "refuse_errors",
    "scan_stores",
    "shelves_of",
]


def __getattr__(name: str) -> object:
    """A public name, from the module that has it."""
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"adieu.bootstrap.{module}"), name)
    raise AttributeError(f"adieu.bootstrap has no {name}")
