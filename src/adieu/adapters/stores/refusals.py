"""What an engine refused, in our words: SQLSTATE, constraint and dataset, never its own text (it may quote a record)."""

from __future__ import annotations

import re
import sys

from sqlalchemy.exc import DBAPIError

from adieu.errors import StoreError, StoreUnreachable

_UNREACHABLE = "the store does not answer or refuses the account; check its address, password and network"
_NO_RIGHT = "the account lacks a right; run the grants that `adieu install` prints"
_CONSTRAINT = "a constraint of the shop refused the change; mend the map's rule or the record, then close again"
_MEANING = {
    "08": _UNREACHABLE,
    "28": _UNREACHABLE,
    "3D": "the database does not exist; check the address",
    "57P": "the server is shutting down or ended the connection; try again when it is back",
    "42501": "the account lacks a right, or row-level security hides rows; run the grants that `adieu install` prints",
    "42P01": "a table is missing; run `adieu install`, then `adieu check`",
    "42703": "a column is missing; run `adieu check`",
    "25006": "the store is read-only; point Adieu at the primary",
    "53100": "the store's disk is full; make room and close again",
    "53": "the store lacks resources; close again later",
    "55P03": "somebody else holds a lock for too long; close again later",
    "23": "a constraint of the shop refused the change; mend the map's rule or the record, then close again",
    "P0001": "a trigger of the shop refused the change; mend it, then close again",
    "40001": "other work kept getting in between; close again",
    "40P01": "other work kept getting in between; close again",
    "SQLITE_CANTOPEN": "the file cannot be opened; check the path and its rights",
    "SQLITE_NOTADB": "the file is no SQLite database; check the path",
    "SQLITE_READONLY": "the store is read-only; give the account the right to write the file and its folder",
    "SQLITE_FULL": "the store's disk is full; make room and close again",
    "SQLITE_BUSY": "somebody else holds a lock for too long; close again later",
    "SQLITE_CONSTRAINT_TRIGGER": "a trigger of the shop refused the change; mend it, then close again",
    "SQLITE_CONSTRAINT": "a constraint of the shop refused the change; mend the map's rule or the record, then close again",
    "MARIADB_1205": "somebody else holds a lock for too long; close again later",
    "MARIADB_1213": "other work kept getting in between; close again",
    "MARIADB_1020": "other work kept getting in between; close again",
    "MARIADB_1049": "the database does not exist; check the address",
    "MARIADB_1044": _NO_RIGHT, "MARIADB_1142": _NO_RIGHT, "MARIADB_1143": _NO_RIGHT, "MARIADB_1227": _NO_RIGHT,
    "MARIADB_1370": _NO_RIGHT,
    "MARIADB_1146": "a table is missing; run `adieu install`, then `adieu check`",
    "MARIADB_1305": "a function is missing; run `adieu install`, then `adieu check`",
    "MARIADB_1054": "a column is missing; run `adieu check`",
    "MARIADB_1290": "the store is read-only; point Adieu at the primary",
    "MARIADB_1792": "the store is read-only; point Adieu at the primary",
    "MARIADB_1114": "the store's disk is full; make room and close again",
    "MARIADB_1021": "the store's disk is full; make room and close again",
    "MARIADB_1665": "the server's binlog_format is STATEMENT; set it to MIXED or ROW, then close again",
    "MARIADB_1644": "a trigger of the shop refused the change; mend it, then close again",
    "MARIADB_4025": _CONSTRAINT, "MARIADB_1048": _CONSTRAINT, "MARIADB_1062": _CONSTRAINT, "MARIADB_1451": _CONSTRAINT,
    "MARIADB_1452": _CONSTRAINT, "MARIADB_1406": _CONSTRAINT, "MARIADB_1264": _CONSTRAINT, "MARIADB_1265": _CONSTRAINT,
    "MARIADB_1366": _CONSTRAINT,
    **dict.fromkeys((f"MARIADB_{number}" for number in (1045, 1040, 1053, 1130, 2002, 2003, 2006, 2013)), _UNREACHABLE),
    "SQLITE_ERROR": "a table or column is missing; run `adieu install`, then `adieu check`",
}
_LOST = frozenset(_MEANING[state] for state in ("08", "3D", "57P", "SQLITE_CANTOPEN", "SQLITE_NOTADB", "MARIADB_1049"))
_TRIGGER = "SQLITE_CONSTRAINT_TRIGGER"  # its words are the shop's own and may quote a record
_SQLITE_CONSTRAINT = re.compile(r"constraint failed: ([A-Za-z_][\w.]*)\s*$")  # a constraint's or column's name, no value
_MARIADB_NAMED = {  # where the engine's text names a constraint; 1062 quotes the value before the key
    "MARIADB_4025": re.compile(r"CONSTRAINT `(\w+)` failed for `"),
    "MARIADB_1451": re.compile(r", CONSTRAINT `(\w+)` FOREIGN KEY"),
    "MARIADB_1452": re.compile(r", CONSTRAINT `(\w+)` FOREIGN KEY"),
    "MARIADB_1062": re.compile(r"for key '(\w+)'['\",)]*$"),
}


def refusal(error: Exception, store: str, dataset: str | None) -> StoreError:
    """The `StoreError` for what a driver raised, by itself or through SQLAlchemy."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    diagnosis = getattr(origin, "diag", None)
    state = _mariadb_state(origin) or getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None)
    if str(origin) == "FOREIGN KEY constraint failed":  # SQLite calls RESTRICT a trigger
        state = "SQLITE_CONSTRAINT_FOREIGNKEY"
    constraint = getattr(diagnosis, "constraint_name", None)
    if constraint is None and state and state.startswith("SQLITE_CONSTRAINT") and state != _TRIGGER:
        found = _SQLITE_CONSTRAINT.search(str(origin))
        constraint = found.group(1) if found else None
    if constraint is None and state in _MARIADB_NAMED:
        found = _MARIADB_NAMED[state].search(str(getattr(origin, "args", ())[1:2]))
        constraint = found.group(1) if found else None
    kinds = {class_.__name__ for class_ in type(origin).__mro__}  # the names that every driver gives its errors (PEP 249)
    unread = state is None and bool(kinds & {"DataError", "ProgrammingError"})  # the driver, before it sent anything
    meaning = "a value cannot be written in the store's encoding or type; mend it" if unread else _meaning(state)
    kind = StoreUnreachable if meaning in _LOST else StoreError
    return kind(meaning, store=store, dataset=dataset, sqlstate=state, constraint=constraint)


def _mariadb_state(origin: object) -> str | None:
    """MariaDB's own number: its SQLSTATE is mostly HY000."""
    driver = sys.modules.get("pymysql")  # loaded for whoever has such a store
    number = origin.args[0] if driver is not None and isinstance(origin, driver.MySQLError) and origin.args else None
    return f"MARIADB_{number}" if number and isinstance(number, int) else None


def _meaning(state: str | None) -> str:
    if state is None:
        return _UNREACHABLE
    for known in sorted(_MEANING, key=len, reverse=True):
        if state.startswith(known):
            return _MEANING[known]
    return "the store refused a statement; look the code up in its manual, mend the cause, then close again"
