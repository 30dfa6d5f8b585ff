"""A connection to MariaDB: its session, its transactions, and capturing on one state without locking the shop's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pymysql
import sqlalchemy
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from adieu.adapters.stores.mariadb import ShortTexts, narrowed
from adieu.errors import SettingsError

if TYPE_CHECKING:
    Driver = pymysql.Connection[Cursor]  # generic in its stubs only
else:
    Driver = pymysql.Connection

_INSERT, _INTO = "insert into ", " select "
_LOST = frozenset({2006, 2013, 2014, 2055})  # the connection went away, or is out of step


def open_engine(url: sqlalchemy.URL, lock_wait_ms: int) -> sqlalchemy.Engine:
    """An engine whose sessions count on nothing of the server's own settings.

    Raises:
        SettingsError: the address names no database.
    """
    if not url.database:
        raise SettingsError("the address of a MariaDB store must name its database: mysql+pymysql://account@host/database")
    settings = {
        # literals as the standard writes them, errors instead of cut values, updates that read what stood there before
        "sql_mode": "'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,SIMULTANEOUS_ASSIGNMENT,NO_ENGINE_SUBSTITUTION'",
        "tx_isolation": "'READ-COMMITTED'",  # an INSERT … SELECT then reads without locking what it reads
        "collation_connection": "utf8mb4_nopad_bin",
        "time_zone": "'+00:00'",
        "innodb_lock_wait_timeout": str(max(1, round(lock_wait_ms / 1000))),
        "lock_wait_timeout": str(max(1, round(lock_wait_ms / 1000))),
        "foreign_key_checks": "1",
        "check_constraint_checks": "1",
        "unique_checks": "1",
        "join_cache_level": "2",  # hashed joins are chosen over an index here, and would lock every record they read
        "max_statement_time": "0",
        "wait_timeout": "28800",
    }
    arguments: dict[str, object] = {
        "charset": "utf8mb4",
        "autocommit": True,  # transactions begin where we say
        "client_flag": CLIENT.FOUND_ROWS,  # an update counts what it matched, changed or not
        "init_command": "set " + ", ".join(f"session {name} = {value}" for name, value in settings.items()),
        "connect_timeout": 10,
        "local_infile": False,
    }
    url = url.set(drivername="mysql+pymysql")
    return sqlalchemy.create_engine(url, connect_args=arguments, hide_parameters=True, pool_recycle=3600)


def begin(driver: Driver, *, snapshot: bool) -> None:
    """Begin a transaction. With `snapshot` its first read fixes the state that every plain select sees."""
    with driver.cursor() as cursor:
        if snapshot:
            cursor.execute("set transaction isolation level repeatable read")
        cursor.execute("start transaction")


def execute(
    driver: Driver, sql: str, params: Mapping[str, object], *, snapshot: bool
) -> tuple[list[tuple[object, ...]], int]:
    """The rows of a statement, and how many records it touched.

    On a snapshot an INSERT … SELECT would lock what it reads, and read it as it is now. So there it is done in two:
    a plain select, and an insert of its rows.
    """
    sql = narrowed(sql, frozenset(name for name, value in params.items() if isinstance(value, ShortTexts)))
    try:
        with driver.cursor() as cursor:
            head, found, select = sql.partition(_INTO)
            if not (snapshot and found and sql.startswith(_INSERT)):
                touched = cursor.execute(sql, params)
                return [tuple(row) for row in cursor.fetchall()] if cursor.description else [], touched
            cursor.execute(f"select {select}", params)
            rows = cursor.fetchall()
            marks = ", ".join(["%s"] * len(rows[0])) if rows else ""
            return [], (cursor.executemany(f"{head} values ({marks})", rows) or 0) if rows else 0
    except pymysql.Error as error:
        if error.args and error.args[0] in _LOST:
            driver.close()
        raise
