"""The only place where settings, adapters and use cases meet."""

from adieu.bootstrap.checking import check_live, refuse_errors
from adieu.bootstrap.house import (
    House,
    install_own,
    make_keys,
    open_house,
    open_map,
    open_schemas,
    open_stores,
    public_keys,
)

__all__ = [
    "House",
    "check_live",
    "install_own",
    "make_keys",
    "open_house",
    "open_map",
    "open_schemas",
    "open_stores",
    "public_keys",
    "refuse_errors",
]
