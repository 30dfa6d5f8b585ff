"""The only place where settings, adapters and use cases meet."""

from adieu.bootstrap.archiving import archive_check, archive_signature, desk_signature, open_shelves, shelves_of
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
from adieu.bootstrap.scanning import records_of, scan_stores

__all__ = [
    "House",
    "archive_check",
    "archive_signature",
    "check_live",
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
