"""SQLite's forms. Captured keys are rows of the main file, so that they commit with the erasure or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from adieu.adapters.stores.dialect import Among, chunk_rows, key_names, of_datasets
from adieu.datamap.schema import Kind
from adieu.planning.plan import FieldChange, Key, Role

_KEYS = ("key1", "key2", "key3")

DDL = (
    "create table if not exists adieu_journal (run text not null, step integer not null,"
    " at text not null default current_timestamp, counts text not null default '{}', primary key (run, step))",
    "create table if not exists adieu_captured (run text not null, dataset text not null, role text not null,"
    " chunk integer not null, key1 not null, key2 not null default '', key3 not null default '', owner text not null,"
    " primary key (run, dataset, role, chunk, key1, key2, key3, owner)) without rowid",
)


class _Words:
    """Names, literals, parameters and key texts."""

    name = "sqlite"
    journal = "adieu_journal"
    captured = "adieu_captured"
    row_a_record = True
    # a temporary table is found before the main file's
    for_reading: tuple[str, ...] = (DDL[1].replace("create table if not exists", "create temp table"),)

    def table(self, dataset: str) -> str:
        return self.column(dataset.split(".")[-1])

    def column(self, name: str, alias: str = "") -> str:
        quoted = '"' + name.replace('"', '""') + '"'
        return f"{alias}.{quoted}" if alias else quoted

    def param(self, name: str) -> str:
        return f":{name}"

    def literal(self, value: bool | int | float | str | None) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return repr(value)

    def as_text(self, expression: str) -> str:
        return f"cast({expression} as text)"

    def typed(self, expression: str, type_: str) -> str:
        return f"cast({expression} as integer)" if "INT" in type_.upper() else expression

    def listed(self, alias: str, parameters: Mapping[str, str]) -> str:
        first, *others = parameters.items()
        columns = f"j.value as {first[0]}"
        for name, parameter in others:  # a join of two json_each reads the second anew for each element of the first
            columns += f", json_extract({self.param(parameter)}, '$[' || j.key || ']') as {name}"
        return f"(select {columns} from json_each({self.param(first[1])}) j) {alias}"

    def list_value(self, values: Iterable[str]) -> object:
        return json.dumps(list(values))


class _Values(_Words):
    """Values, computed and compared."""

    def normal(self, kind: str, expression: str) -> str:
        return f"adieu_normal('{kind}', {expression})"

    def json_text(self, expression: str, path: Sequence[str]) -> str:
        return f"adieu_at({expression}, {self.literal(json.dumps(list(path)))})"

    def joined(self, columns: Sequence[str]) -> str:
        return " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)

    def characters(self, text: str) -> str:
        return f"length({text})"

    def days_ago(self, days: int) -> str:
        return f"datetime('now', '-{days} days')"

    def by_bytes(self, text: str) -> str:
        return f"({text}) collate binary"

    def contains(self, text: str, part: str) -> str:
        return f"instr({text}, {part}) > 0"

    def placeholder(self, change: FieldChange) -> str:
        if change.kind in (Kind.INTEGER, Kind.NUMBER):
            return "-abs(random() % 2000000000) - 1"
        text = "lower(hex(randomblob(16)))"
        if change.email:
            text = f"{text} || '@erased.invalid'"
        return f"substr({text}, -{change.length})" if change.length else text

    def year_only(self, change: FieldChange, expression: str) -> str:
        form = "%Y-01-01" if change.kind is Kind.DATE else "%Y-01-01 00:00:00"
        return f"strftime('{form}', {expression})"


class _Statements(_Values):
    """Other statements."""

    def once(self, table: str, columns: str, values: str) -> str:
        return f"insert into {table} ({columns}) values ({values}) on conflict do nothing"

    def looked_up(self, table: str, listed: str, condition: str) -> str:
        return f"{listed} join {table} on {condition}"

    def of_family(self, characters: int) -> str:
        family = self.param("family")
        return f"run >= {family} and run < {family} || '~' and substr(run, 1, {characters}) = {family}"


class Sqlite(_Statements):
    """Implements `Dialect`. The connection provides ``adieu_normal(kind, text)`` and ``adieu_at(document, path)``."""

    def captured_rows(
        self, dataset: str, key: Key, role: Role | None, *, chunk: bool = False, before: bool = False
    ) -> str:
        keys = ", ".join(f"z.{column} as {name}" for column, name in zip(_KEYS, key_names(key), strict=False))
        rows = chunk_rows(self, dataset, role, chunk) + (f" and z.chunk < {self.param('first')}" if before else "")
        return f"(select {keys}, z.owner from {rows})"

    def chosen(self, alias: str, key: Key, dataset: str, role: Role) -> str:
        columns = ", ".join(self.column(column, alias) for column in key.columns)
        keys = ", ".join(f"z.{column}" for column in _KEYS[: len(key.columns)])
        return f"({columns}) in (select {keys} from {chunk_rows(self, dataset, role, chunk=True)})"

    def insert_captured(self, dataset: str, key: Key, select: str, *, sole: bool = False) -> str:
        names = key_names(key)
        order = ", ".join(f"s.{name}" for name in names)
        number = "row_number() over ()" if sole else f"dense_rank() over (partition by s.role order by {order})"
        return (
            f"insert into adieu_captured (run, dataset, role, chunk, {', '.join(_KEYS[: len(names)])}, owner)"
            f" select {self.param('run')}, {self.literal(dataset)}, q.role,"
            f" (q.n - 1) / {self.param('size')} + {self.param('base')}, {', '.join(f'q.{n}' for n in names)}, q.owner"
            f" from (select s.*, {number} as n"
            f" from ({select}) s) q where true"
        )

    def chunks(self, datasets: Sequence[str] = ()) -> str:
        return (
            "select dataset, role, chunk, count(*) from (select distinct dataset, role, chunk, key1, key2, key3"
            f" from adieu_captured where run = {self.param('run')}{of_datasets(self, datasets)}) c"
            " group by dataset, role, chunk"
        )

    def owner_counts(self, where: str) -> str:
        return (
            "select run, dataset, role, chunk, owner, count(*) from adieu_captured"
            f" where {where} group by run, dataset, role, chunk, owner"
        )

    def holding(self, dataset: str, among: Among) -> str:
        return f"{self.table(dataset)} x where {among}"

    def delete(self, dataset: str, where: str | Among) -> str:
        return f"delete from {self.table(dataset)} as x where {where}"

    def update(self, dataset: str, sets: Mapping[str, str], where: str | Among) -> str:
        assignments = ", ".join(f"{column} = {value}" for column, value in sets.items())
        return f"update {self.table(dataset)} as x set {assignments} where {where}"

    def locking(self, alias: str) -> str:
        return ""
