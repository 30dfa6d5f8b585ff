"""Connections to Adieu's own databases (register, vault, workflow tables): SQLite or PostgreSQL, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from sqlite3 import Connection as SqliteConnection

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from adieu.errors import SettingsError, StoreError, StoreUnreachable
from adieu.ports.faults import FaultPoints

#: How long a writer waits for another one on SQLite.
BUSY_TIMEOUT_MS = 30_000


class Instant(sa.TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, naive UTC text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way in; a naive value is a mistake and is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive time was about to be stored; pass an aware instant.")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def own_url(url: str) -> URL:
    """The URL with the driver we use. Raises `SettingsError` for another kind of database; never repeats the URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "A database URL of Adieu's own cannot be read; expected sqlite:///path or postgresql://host/name."
        ) from None
    kind = parsed.get_backend_name()
    if kind in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise SettingsError(
            f"Adieu's own database cannot live in {kind}; expected sqlite:///path or postgresql://host/name."
        )
    return parsed


def open_engine(url: str, isolation_level: str | None = None) -> sa.Engine:
    """An engine whose errors never repeat parameters.

    SQLite: WAL, every commit synced, foreign keys on, erased bytes overwritten. `isolation_level` is sqlite3's own:
    None leaves transactions to `writing`, ``IMMEDIATE`` begins one before a write.
    """
    parsed = own_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, hide_parameters=True, pool_size=4, max_overflow=8, pool_pre_ping=True)
    engine = sa.create_engine(parsed, hide_parameters=True, pool_size=4, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _prepare(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = isolation_level  # type: ignore[assignment]
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Turn a driver's error into ours, without its text: `StoreUnreachable`, or `StoreError` with SQLSTATE."""
    try:
        yield
    except DBAPIError as error:
        sqlstate = getattr(error.orig, "sqlstate", None)
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise StoreUnreachable(
                f"The {name} does not answer or refuses; check its URL, its account and its disk, then try again.",
                store=name, sqlstate=sqlstate,
            ) from None
        raise StoreError(
            f"The {name} refused a statement; nothing of it was written.", store=name, sqlstate=sqlstate
        ) from None


@contextmanager
def writing(engine: sa.Engine, faults: FaultPoints, point: str) -> Iterator[sa.Connection]:
    """One transaction, one commit; passes ``<point>.before_commit`` and ``<point>.after_commit``.

    On SQLite it takes the write lock at once, so that what it reads first is still true when it writes.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        faults.reach(f"{point}.before_commit")
        connection.commit()
    faults.reach(f"{point}.after_commit")


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, which all name the same columns, by the driver's own means.

    SQLAlchemy binds row by row and value by value, which for a batch takes several times what the engine does; here only
    times and days are bound, each distinct one once.
    """
    if not rows:
        return
    dialect, names = connection.dialect, list(rows[0])
    quoted = dialect.identifier_preparer
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    columns = ", ".join(quoted.format_column(table.c[name]) for name in names)
    sql = f"INSERT INTO {quoted.format_table(table)} ({columns}) VALUES ({', '.join([mark] * len(names))})"
    bound = [[row[name] for row in rows] for name in names]
    for place, name in enumerate(names):
        kind = table.c[name].type
        if isinstance(kind, Instant | sa.Date) and (bind := kind.dialect_impl(dialect).bind_processor(dialect)):
            as_driver = {value: bind(value) for value in set(bound[place])}
            bound[place] = [as_driver[value] for value in bound[place]]
    connection.exec_driver_sql(sql, list(zip(*bound, strict=True)))
