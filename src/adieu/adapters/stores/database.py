"""A store's connection: transactions, retries where the engine asks for one, and errors without the engine's text."""

from __future__ import annotations

import json
import secrets
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from adieu.adapters.stores.dialect import Dialect
from adieu.adapters.stores.mariadb import Mariadb
from adieu.adapters.stores.postgresql import Postgresql
from adieu.adapters.stores.refusals import refusal
from adieu.adapters.stores.sqlite import Sqlite
from adieu.datamap.normalise import normal_form
from adieu.errors import SettingsError, StoreError
from adieu.ports.faults import FaultPoints

if TYPE_CHECKING:  # a driver is loaded when a store asks for it: each takes longer than most verbs
    import psycopg
    from typing_extensions import TypeIs

    from adieu.adapters.stores import database_mariadb

    Driver = psycopg.Connection["Row"] | sqlite3.Connection | database_mariadb.Driver

Row = tuple[object, ...]
T = TypeVar("T")
# serialisation failure, deadlock: the engine asks for the same work again
_RETRIED = frozenset({"40001", "40P01", "MARIADB_1213", "MARIADB_1020"})
_TRIES = 4
ROWS_AT_ONCE = 1_000  # that a stream holds
_MARIADB = frozenset({"mariadb", "mysql"})  # as addresses name it


def _driver_errors() -> tuple[type[Exception], ...]:
    """What a driver raises, of those that are loaded; no other could raise anything."""
    loaded = [sys.modules[name] for name in ("psycopg", "pymysql") if name in sys.modules]
    return sqlite3.Error, *(driver.Error for driver in loaded)


def _of_psycopg(driver: Driver) -> TypeIs[psycopg.Connection[Row]]:
    module = sys.modules.get("psycopg")
    return module is not None and isinstance(driver, module.Connection)


def _of_pymysql(driver: Driver) -> TypeIs[database_mariadb.Driver]:
    module = sys.modules.get("pymysql")
    return module is not None and isinstance(driver, module.Connection)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement with its named parameters, and the dataset that an error of it is told of."""

    sql: str
    params: Mapping[str, object]
    dataset: str | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a statement answered: its rows, and how many records it touched."""

    rows: list[Row]
    touched: int


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One open transaction; every statement goes through `together`, which translates what the engine refuses."""

    store: str
    dialect: Dialect
    driver: Driver
    snapshot: bool = False  # every statement must see one state

    def execute(self, sql: str, params: Mapping[str, object] | None = None, dataset: str | None = None) -> list[Row]:
        """The rows of a query; empty for a statement that returns none."""
        return self._one(Statement(sql=sql, params=params or {}, dataset=dataset)).rows

    def affected(self, sql: str, params: Mapping[str, object], dataset: str) -> int:
        """How many records a statement touched."""
        return self._one(Statement(sql=sql, params=params, dataset=dataset)).touched

    def together(self, statements: Sequence[Statement]) -> list[Result]:
        """Carry out statements in their order; where the driver can, without waiting for each one's answer.

        Raises:
            StoreError: the engine refused one; it names that one's dataset, and none after it was carried out.
        """
        if len(statements) > 1 and _of_psycopg(self.driver):
            return self._in_a_pipeline(self.driver, statements)
        return [self._one(statement) for statement in statements]

    def stream(self, sql: str, params: Mapping[str, object], dataset: str) -> Iterator[Row]:
        """The rows of a query, a bounded number in memory; several may be read beside each other."""
        try:
            if _of_psycopg(self.driver):
                with self.driver.cursor(name=f"adieu_{secrets.token_hex(4)}") as portal:
                    portal.itersize = ROWS_AT_ONCE
                    yield from portal.execute(sql, params)
            elif _of_pymysql(self.driver):  # one answer at a time: MariaDB's is held whole
                yield from self._at_once(self.driver, sql, params)[0]
            else:
                yield from self.driver.execute(sql, params)
        except _driver_errors() as error:
            raise refusal(error, self.store, dataset) from None

    def many(self, values: Iterable[str]) -> object:
        """A list parameter."""
        return self.dialect.list_value(values)

    def _one(self, statement: Statement) -> Result:
        try:
            if _of_pymysql(self.driver):
                rows, touched = self._at_once(self.driver, statement.sql, statement.params)
                return Result(rows=rows, touched=touched)
            cursor = self.driver.cursor()
            cursor.execute(statement.sql, statement.params)
            return _result(cursor)
        except _driver_errors() as error:
            raise refusal(error, self.store, statement.dataset) from None

    def _at_once(self, driver: database_mariadb.Driver, sql: str, params: Mapping[str, object]) -> tuple[list[Row], int]:
        from adieu.adapters.stores import database_mariadb

        return database_mariadb.execute(driver, sql, params, snapshot=self.snapshot)

    def _in_a_pipeline(self, driver: psycopg.Connection[Row], statements: Sequence[Statement]) -> list[Result]:
        import psycopg

        cursors = [driver.cursor() for _ in statements]
        refused: psycopg.Error | None = None
        try:
            with driver.pipeline():  # left when every answer is there
                try:
                    for cursor, statement in zip(cursors, statements, strict=True):
                        cursor.execute(statement.sql, statement.params)
                except psycopg.Error as error:  # held until the pipeline is left: psycopg logs what is raised through it
                    refused = error
        except psycopg.Error as error:
            refused = refused or error
        if refused is not None:  # the first one without an answer is the one that was refused
            at = next((n for n, cursor in enumerate(cursors) if cursor.pgresult is None), 0)
            raise refusal(refused, self.store, statements[at].dataset) from None
        return [_result(cursor) for cursor in cursors]


def _result(cursor: psycopg.Cursor[Row] | sqlite3.Cursor) -> Result:
    return Result(rows=cursor.fetchall() if cursor.description else [], touched=cursor.rowcount)


class Database:
    """One store's database."""

    def __init__(self, name: str, url: str, faults: FaultPoints, lock_wait_ms: int = 5000) -> None:
        self.name, self.faults = name, faults
        self.url = sqlalchemy.make_url(url)
        self.dialect, self._engine = _open(self.url, lock_wait_ms)

    def write(self, work: Callable[[Transaction], T], point: str, *, snapshot: bool = False) -> T:
        """Do `work` in one transaction, again where the engine asks for it; nothing stands if it raises.

        With `snapshot`, every statement sees the same state. `point` names the fault points around the commit.

        Raises:
            StoreError: whatever the engine refused, without its text.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                with self._transaction(snapshot=snapshot, writes=True) as transaction:
                    result = work(transaction)
                    self.faults.reach(f"{point}.before_commit")
                self.faults.reach(f"{point}.after_commit")
                return result
            except StoreError as error:
                if error.sqlstate not in _RETRIED or attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Do `work`, which only reads, on one state of the store."""
        with self._transaction(snapshot=True, writes=False) as transaction:
            return work(transaction)

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """One state of the store, for as long as the block is open; whatever is written in it never stands."""
        with self._transaction(snapshot=True, writes=False, stands=False) as transaction:
            for statement in self.dialect.for_reading:
                transaction.execute(statement)
            yield transaction

    @contextmanager
    def _transaction(self, *, snapshot: bool, writes: bool, stands: bool = True) -> Iterator[Transaction]:
        pooled = self._pooled()
        try:
            driver = cast("Driver", pooled.driver_connection)
            _begin(driver, snapshot=snapshot, writes=writes)
            yield Transaction(store=self.name, dialect=self.dialect, driver=driver, snapshot=snapshot)
            if stands:
                driver.commit()
        except _driver_errors() as error:
            raise refusal(error, self.name, None) from None
        finally:
            if getattr(pooled.driver_connection, "closed", False) or not getattr(pooled.driver_connection, "open", True):
                pooled.invalidate()  # the next one asks for a new connection
            pooled.close()  # the pool rolls back what was not committed

    def _pooled(self) -> PoolProxiedConnection:
        try:
            return self._engine.raw_connection()
        except _driver_errors() as error:
            raise refusal(error, self.name, None) from None
        except SQLAlchemyError as error:
            raise StoreError(f"the driver failed: {type(error).__name__}", store=self.name) from None

    def connect(self) -> sqlalchemy.Connection:
        """A plain connection, for reflection and reading whole tables."""
        try:
            return self._engine.connect()
        except DBAPIError as error:
            raise refusal(error, self.name, None) from None

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _begin(driver: Driver, *, snapshot: bool, writes: bool) -> None:
    """Begin a transaction, or let the driver begin it with the first statement."""
    if _of_psycopg(driver):
        from psycopg import IsolationLevel

        driver.isolation_level = IsolationLevel.REPEATABLE_READ if snapshot else None
    elif _of_pymysql(driver):
        from adieu.adapters.stores import database_mariadb

        database_mariadb.begin(driver, snapshot=snapshot)
    else:
        driver.execute("begin immediate" if writes else "begin")


def _open(url: sqlalchemy.URL, lock_wait_ms: int) -> tuple[Dialect, sqlalchemy.Engine]:
    family = url.get_backend_name()
    if family == "sqlite":
        engine = sqlalchemy.create_engine(
            url, connect_args={"timeout": lock_wait_ms / 1000}, hide_parameters=True
        )
        event.listen(engine, "do_connect", _refuse_missing_file)
        event.listen(engine, "connect", _prepare_sqlite)
        return Sqlite(), engine
    if family == "postgresql":
        settings = {
            "row_security": "off",  # hidden rows must be an error, never a silent miss
            "lock_timeout": f"{lock_wait_ms}ms",
            "standard_conforming_strings": "on",  # or a backslash in the map would end a literal
            "DateStyle": "ISO",
            "TimeZone": "UTC",
            "jit": "off",  # its compiling costs more than these short statements
            "random_page_cost": "1.1",  # records are looked up by key, whatever share of a table they are
            "plan_cache_mode": "force_generic_plan",  # to plan again for each closure takes longer than what a better plan saves
            "max_parallel_workers_per_gather": "0",  # a closure takes one of the server's processes, not several
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        url = url.set(drivername="postgresql+psycopg")
        arguments = {"options": options, "application_name": "adieu", "connect_timeout": 10}
        engine = sqlalchemy.create_engine(url, connect_args=arguments, hide_parameters=True)
        event.listen(engine, "connect", _prepare_postgresql)
        return Postgresql(), engine
    if family in _MARIADB:
        from adieu.adapters.stores import database_mariadb

        return Mariadb(url.database or ""), database_mariadb.open_engine(url, lock_wait_ms)
    raise SettingsError(f"store kind `{family}` is not known; expected postgresql, mysql, mariadb or sqlite")


def _refuse_missing_file(_dialect: object, _record: object, arguments: Sequence[object], _options: object) -> None:
    """SQLite would make an empty database of a misspelt path."""
    path = str(arguments[0])
    if path != ":memory:" and not path.startswith("file:") and not Path(path).exists():
        error = sqlite3.OperationalError("no such file")
        error.sqlite_errorname = "SQLITE_CANTOPEN"
        raise error


def _prepare_postgresql(connection: psycopg.Connection[Row], _record: object) -> None:
    connection.prepare_threshold = 2  # the statements of a plan come again with every closure
    connection.prepared_max = 2_000


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.create_function("adieu_normal", 2, _normal, deterministic=True)
    connection.create_function("adieu_at", 2, _at, deterministic=True)
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma secure_delete = on")  # what is erased is overwritten in the file


def _normal(kind: str, value: object) -> str | None:
    return None if value is None else normal_form(kind, str(value))


def _at(document: object, path: str) -> str | None:
    """The text at a path of a JSON document. SQLite's own json_extract does not find a name written with escapes."""
    value = None if document is None else json.loads(str(document))
    for step in json.loads(path):
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
