"""The SQL stores as the contract suite's store kinds, written with the plain drivers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from threading import Lock

import psycopg
import pymysql
from psycopg.rows import dict_row
from pymysql.cursors import DictCursor
from tests.support.mariadb import connect

from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing, open_store
from adieu.planning.plan import Plan
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.stores import Installing
from adieu.testing.contract import Record, Refusal, ShopColumn, ShopTable, Type, Value

_TYPES = {
    "sqlite": {Type.BIGINT: "integer", Type.TEXT: "text", Type.SHORT_TEXT: "varchar({})", Type.UUID: "char(36)",
               Type.DATE: "date", Type.TIMESTAMP: "datetime", Type.BOOLEAN: "boolean", Type.NUMBER: "real",
               Type.JSON: "json"},
    "postgresql": {Type.BIGINT: "bigint", Type.TEXT: "text", Type.SHORT_TEXT: "varchar({})", Type.UUID: "uuid",
                   Type.DATE: "date", Type.TIMESTAMP: "timestamp", Type.BOOLEAN: "boolean",
                   Type.NUMBER: "double precision", Type.JSON: "jsonb"},
    # the database calls capitals and accents equal, as MariaDB does by itself; only what is unique must not
    "mariadb": {Type.BIGINT: "bigint", Type.TEXT: "varchar(190)", Type.SHORT_TEXT: "varchar({})", Type.UUID: "uuid",
                Type.DATE: "date", Type.TIMESTAMP: "datetime", Type.BOOLEAN: "boolean", Type.NUMBER: "double",
                Type.JSON: "json"},
}
_EXACT = " collate utf8mb4_nopad_bin"


class SqlKind:
    """A `StoreKind` over a plain connection of the shop's own; `url` is an address as SQLAlchemy writes it."""

    def __init__(self, url: str, lock_wait_ms: int = 5000) -> None:
        self.url, self.lock_wait_ms = url, lock_wait_ms
        self.dialect = url.partition(":")[0].partition("+")[0].replace("mysql", "mariadb")
        self.tables: dict[str, ShopTable] = {}
        self._closing = ExitStack()
        self._server: psycopg.Connection[dict[str, object]] | None = None
        self._mariadb: pymysql.Connection[DictCursor] | None = None
        self._lock = Lock()

    def execute(self, sql: str, values: Sequence[Value] = ()) -> list[Mapping[str, object]]:
        """One statement of the shop's, committed."""
        if self.dialect == "sqlite":
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)
            connection.row_factory = sqlite3.Row
            try:
                connection.execute("pragma foreign_keys = on")
                return [dict(row) for row in connection.execute(sql, values)]
            finally:
                connection.close()
        if self.dialect == "mariadb":
            return self._execute_mariadb(sql, values)
        with self._lock:
            if self._server is None:
                self._server = psycopg.connect(self.plain_url, autocommit=True, row_factory=dict_row)
            cursor = self._server.execute(sql, values or None)  # type: ignore[arg-type]
            return list(cursor.fetchall()) if cursor.description else []

    def _execute_mariadb(self, sql: str, values: Sequence[Value]) -> list[Mapping[str, object]]:
        with self._lock:
            if self._mariadb is None:
                self._mariadb = connect(self.url, DictCursor)
            with self._mariadb.cursor() as cursor:
                cursor.execute(sql, list(values) or None)
                return list(cursor.fetchall()) if cursor.description else []

    @property
    def plain_url(self) -> str:
        """The address as psycopg itself writes it."""
        return self.url.replace("+psycopg", "")

    def create(self, tables: Sequence[ShopTable]) -> None:
        for table in tables:
            self.tables[table.name] = table
            columns = [f"{name} {self._column(name, column)}" for name, column in table.columns.items()]
            columns.append(f"primary key ({', '.join(table.key)})")
            columns += [
                f"constraint contract_refuses check ({name} <= {column.at_most})"
                for name, column in table.columns.items() if column.at_most is not None
            ]
            columns += [
                f"foreign key ({', '.join(p.columns)}) references {p.to} ({', '.join(p.to_columns)})"
                for p in table.pointers
            ]
            self.execute(f"create table {table.name} ({', '.join(columns)})")

    def _column(self, name: str, column: ShopColumn) -> str:
        words = [_TYPES[self.dialect][column.type].format(column.length)]
        words += ["not null"] if column.required else []
        words += [_EXACT, "unique"] if column.unique and self.dialect == "mariadb" else ["unique"] if column.unique else []
        return " ".join(words)

    def _marks(self, table: str, names: Sequence[str]) -> list[str]:
        types = {name: column.type for name, column in self.tables[table].columns.items()}
        if self.dialect != "postgresql":
            return ["?" if self.dialect == "sqlite" else "%s" for _ in names]
        return [f"%s::{_TYPES['postgresql'][types[name]].split('(')[0]}" for name in names]

    def insert(self, table: str, records: Sequence[Record]) -> None:
        if not records:
            return
        names = sorted({name for record in records for name in record})
        values = [record.get(name) for record in records for name in names]
        marks = f"({', '.join(self._marks(table, names))})"
        rows = ", ".join(marks for _ in records)
        self.execute(f"insert into {table} ({', '.join(names)}) values {rows}", values)

    def delete(self, table: str, where: Record) -> None:
        marks = self._marks(table, list(where))
        tests = " and ".join(f"{name} = {mark}" for name, mark in zip(where, marks, strict=True))
        self.execute(f"delete from {table} where {tests}", list(where.values()))

    def rows(self, table: str) -> list[Mapping[str, object]]:
        return self.execute(f"select * from {table} order by {', '.join(self.tables[table].key)}")

    def refuse(self, table: str, how: Refusal, where: Record, message: str) -> None:
        tests = " and ".join(f"old.{name} = {value!r}" for name, value in where.items())
        name, event = f"contract_{how.name.lower()}", how.value.removeprefix("on ")
        if self.dialect == "sqlite":
            body = f"begin select raise(abort, '{message}'); end"
            self.execute(f"create trigger {name} before {event} on {table} when {tests} {body}")
            return
        if self.dialect == "mariadb":
            tests = " and ".join(f"old.{column} = {_literal(value)}" for column, value in where.items())
            body = f"if {tests} then signal sqlstate '45000' set message_text = '{message}'; end if"
            self.execute(f"create trigger {name} before {event} on {table} for each row begin {body}; end")
            return
        body = f"raise exception '{message} %', old using detail = old::text, hint = old::text"
        self.execute(f"create function {name}() returns trigger language plpgsql as $$ begin {body}; end $$")
        self.execute(
            f"create trigger {name} before {event} on {table} for each row when ({tests}) execute function {name}()"
        )

    def relent(self, table: str, how: Refusal) -> None:
        name = f"contract_{how.name.lower()}"
        self.execute(f"drop trigger {name} on {table}" if self.dialect == "postgresql" else f"drop trigger {name}")

    def address(self, url: str | None = None) -> StoreAddress:
        """The store's address, or another one of the same store."""
        return StoreAddress(name="shop", url=url or self.url, lock_wait_ms=self.lock_wait_ms)

    def installing(self) -> Installing:
        installing = open_installing(self.address(), NoFaults())
        self._closing.callback(installing.database.close)
        return installing

    def open(
        self, plan: Plan, *, chunk_records: int = 5000, faults: FaultPoints | None = None, url: str | None = None
    ) -> SqlStore:
        installing = open_installing(self.address(url), faults or NoFaults())
        store = open_store(installing, plan, chunk_records=chunk_records)
        self._closing.callback(store.close)
        return store

    def close(self) -> None:
        self._closing.close()
        if self._server is not None:
            self._server.close()
        if self._mariadb is not None:
            self._mariadb.close()


def _literal(value: Value) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
