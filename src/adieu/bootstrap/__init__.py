"""The only place where settings, adapters and use cases meet."""

from adieu.bootstrap.house import (
    House,
    check_contents,
    install_own,
    make_keys,
    open_house,
    open_map,
    open_schemas,
    open_stores,
    public_keys,
    refuse_errors,
)

__all__ = [
    "House",
    "check_contents",
    "install_own",
    "make_keys",
    "open_house",
    "open_map",
    "open_schemas",
    "open_stores",
    "public_keys",
    "refuse_errors",
]
