"""A store's connection: transactions, retries where the engine asks for one, and errors without the engine's text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from adieu.adapters.stores.dialect import Dialect
from adieu.adapters.stores.postgresql import Postgresql
from adieu.adapters.stores.refusals import refusal
from adieu.adapters.stores.sqlite import Sqlite
from adieu.datamap.normalise import normal_form
from adieu.errors import SettingsError, StoreError
from adieu.ports.faults import FaultPoints

Row = tuple[object, ...]
T = TypeVar("T")
_RETRIED = frozenset({"40001", "40P01"})  # serialisation failure, deadlock: the engine asks for the same work again
_TRIES = 4


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One open transaction; every statement goes through `execute`, which translates what the engine refuses."""

    store: str
    dialect: Dialect
    connection: sqlalchemy.Connection

    def execute(self, sql: str, params: Mapping[str, object] | None = None, dataset: str | None = None) -> list[Row]:
        """The rows of a query; empty for a statement that returns none."""
        result = self._run(sql, params, dataset)
        return [tuple(row) for row in result.all()] if result.returns_rows else []

    def affected(self, sql: str, params: Mapping[str, object], dataset: str) -> int:
        """How many records a statement touched."""
        return int(self._run(sql, params, dataset).rowcount)

    def stream(self, sql: str, params: Mapping[str, object], dataset: str) -> Iterator[Row]:
        """The rows of a query, a bounded number in memory."""
        options = {"stream_results": True, "yield_per": 1000}
        try:
            with self.connection.execution_options(**options).exec_driver_sql(sql, dict(params)) as result:
                for row in result:
                    yield tuple(row)
        except DBAPIError as error:
            raise refusal(error, self.store, dataset) from None

    def _run(
        self, sql: str, params: Mapping[str, object] | None, dataset: str | None
    ) -> sqlalchemy.CursorResult[tuple[object, ...]]:
        try:
            return self.connection.exec_driver_sql(sql, dict(params or {}))
        except DBAPIError as error:
            raise refusal(error, self.store, dataset) from None

    def many(self, values: Sequence[str]) -> object:
        """A list parameter."""
        return self.dialect.list_value(values)


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
                with self._transaction(snapshot=snapshot, immediate=True) as transaction:
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
        with self._transaction(snapshot=True, immediate=False) as transaction:
            return work(transaction)

    @contextmanager
    def _transaction(self, *, snapshot: bool, immediate: bool) -> Iterator[Transaction]:
        try:
            with self._engine.connect() as connection:
                if self.dialect.name == "sqlite":
                    connection.exec_driver_sql("begin immediate" if immediate else "begin")
                elif snapshot:
                    connection.exec_driver_sql("set transaction isolation level repeatable read")
                yield Transaction(store=self.name, dialect=self.dialect, connection=connection)
                connection.commit()
        except DBAPIError as error:
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
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        url = url.set(drivername="postgresql+psycopg")
        arguments = {"options": options, "application_name": "adieu", "connect_timeout": 10}
        return Postgresql(), sqlalchemy.create_engine(url, connect_args=arguments, hide_parameters=True)
    raise SettingsError(f"store kind `{family}` is not known; expected postgresql or sqlite")


def _refuse_missing_file(_dialect: object, _record: object, arguments: Sequence[object], _options: object) -> None:
    """SQLite would make an empty database of a misspelt path."""
    path = str(arguments[0])
    if path != ":memory:" and not path.startswith("file:") and not Path(path).exists():
        error = sqlite3.OperationalError("no such file")
        error.sqlite_errorname = "SQLITE_CANTOPEN"
        raise error


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
