"""PostgreSQL's forms. Captured keys are arrays, one row a chunk: few rows to write, none to vacuum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adieu.adapters.stores.dialect import Among, chunk_rows, key_names, of_datasets
from adieu.datamap.schema import Kind
from adieu.planning.plan import FieldChange, Key, Role

_KEYS = ("key1", "key2", "key3")

DDL = (
    "create schema if not exists adieu",
    "create table if not exists adieu.journal (run text not null, step integer not null, at timestamptz not null"
    " default now(), counts text not null default '{}', primary key (run, step))",
    "create table if not exists adieu.captured (run text not null, dataset text not null, role text not null,"
    " chunk integer not null, records integer not null, key1 text[] not null, key2 text[], key3 text[],"
    " owners text[] not null, primary key (run, dataset, role, chunk))",
)


class _Words:
    """Names, literals, parameters and key texts."""

    name = "postgresql"
    journal = "adieu.journal"
    captured = "adieu.captured"
    row_a_record = False
    for_reading: tuple[str, ...] = ()

    def table(self, dataset: str) -> str:
        return ".".join(self.column(part) for part in dataset.split(".")[1:])

    def column(self, name: str, alias: str = "") -> str:
        quoted = '"' + name.replace('"', '""').replace("%", "%%") + '"'
        return f"{alias}.{quoted}" if alias else quoted

    def param(self, name: str) -> str:
        return f"%({name})s"

    def literal(self, value: bool | int | float | str | None) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return "'" + value.replace("'", "''").replace("%", "%%") + "'"
        return repr(value)

    def as_text(self, expression: str) -> str:
        return f"({expression})::text"

    def typed(self, expression: str, type_: str) -> str:
        return f"({expression})::{type_}"

    def listed(self, alias: str, parameters: Mapping[str, str]) -> str:
        arrays = ", ".join(f"{self.param(parameter)}::text[]" for parameter in parameters.values())
        return f"unnest({arrays}) as {alias}({', '.join(parameters)})"

    def list_value(self, values: Iterable[str]) -> object:
        listed = list(values)  # as an array's text: several times faster to send than a list
        text = '","'.join(listed)
        if "\\" in text or text.count('"') != 2 * max(len(listed) - 1, 0):
            text = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in listed)
        return f'{{"{text}"}}' if listed else "{}"


class _Values(_Words):
    """Values, computed and compared."""

    def normal(self, kind: str, expression: str) -> str:
        form = f"normalize(btrim(({expression})::text, E' \\t\\r\\n'), NFC)"
        if kind == "email":
            return f"""lower({form} collate "C")"""
        if kind == "phone":
            digits = f"regexp_replace({form}, '[^0-9]', '', 'g')"
            return f"(case when {form} like '+%%' and {digits} <> '' then '+' else '' end || {digits})"
        return form

    def json_text(self, expression: str, path: Sequence[str]) -> str:
        steps = ", ".join(self.literal(step) for step in path)
        return f"(({expression})::jsonb #>> array[{steps}])"

    def joined(self, columns: Sequence[str]) -> str:
        return f"concat_ws(' ', {', '.join(columns)})"

    def characters(self, text: str) -> str:
        return f"length({text})"

    def days_ago(self, days: int) -> str:
        return f"(now() - interval '{days} days')"

    def by_bytes(self, text: str) -> str:
        return f'({text}) collate "C"'

    def contains(self, text: str, part: str) -> str:
        return f"position({part} in {text}) > 0"

    def placeholder(self, change: FieldChange) -> str:
        if change.kind is Kind.UUID:
            return "gen_random_uuid()"
        if change.kind in (Kind.INTEGER, Kind.NUMBER):
            return "-(floor(random() * 2000000000) + 1)"
        text = "replace(gen_random_uuid()::text, '-', '')"
        if change.email:
            text = f"{text} || '@erased.invalid'"
        return f"right({text}, {change.length})" if change.length else text

    def year_only(self, change: FieldChange, expression: str) -> str:
        type_ = {Kind.DATE: "date", Kind.TIMESTAMP: "timestamptz"}.get(change.kind, "timestamp")
        return f"date_trunc('year', {expression})::{type_}"


class _Statements(_Values):
    """Other statements."""

    def once(self, table: str, columns: str, values: str) -> str:
        return f"insert into {table} ({columns}) values ({values}) on conflict do nothing"

    def looked_up(self, table: str, listed: str, condition: str) -> str:
        return f"{listed} join {table} on {condition}"

    def of_family(self, characters: int) -> str:
        return f"substr(run, 1, {characters}) = {self.param('family')}"


class Postgresql(_Statements):
    """Implements `Dialect`."""

    def captured_rows(
        self, dataset: str, key: Key, role: Role | None, *, chunk: bool = False, before: bool = False
    ) -> str:
        columns = zip(_KEYS, key.types, key_names(key), strict=False)
        keys = ", ".join(f"unnest(z.{column})::{type_} as {name}" for column, type_, name in columns)
        rows = chunk_rows(self, dataset, role, chunk) + (f" and z.chunk < {self.param('first')}" if before else "")
        return f"(select {keys}, unnest(z.owners) as owner from {rows})"

    def chosen(self, alias: str, key: Key, dataset: str, role: Role) -> str:
        chunks = chunk_rows(self, dataset, role, chunk=True)
        if len(key.columns) == 1:
            return f"{self.column(key.columns[0], alias)} = any((select z.key1::{key.types[0]}[] from {chunks})::{key.types[0]}[])"
        columns = ", ".join(self.column(column, alias) for column in key.columns)
        typed = ", ".join(f"unnest(z.{c})::{t}" for c, t in zip(_KEYS, key.types, strict=False))
        return f"({columns}) in (select {typed} from {chunks})"

    def insert_captured(self, dataset: str, key: Key, select: str, *, sole: bool = False) -> str:
        names = key_names(key)
        order = ", ".join(f"s.{name}" for name in names)
        arrays = ", ".join(f"array_agg((q.{name})::text order by q.n)" for name in names)
        number = f"row_number() over (order by {order})" if sole else f"dense_rank() over (partition by s.role order by {order})"
        return (
            f"insert into adieu.captured (run, dataset, role, chunk, records, {', '.join(_KEYS[: len(names)])}, owners)"
            f" select {self.param('run')}, {self.literal(dataset)}, q.role,"
            f" (q.n - 1) / {self.param('size')}::integer + {self.param('base')}::integer,"
            f" max(q.n) - min(q.n) + 1, {arrays}, array_agg(q.owner order by q.n)"
            f" from (select s.*, {number}::integer as n"
            f" from ({select}) s) q group by 3, 4"
        )

    def chunks(self, datasets: Sequence[str] = ()) -> str:
        run = self.param("run")
        return f"select dataset, role, chunk, records from adieu.captured where run = {run}{of_datasets(self, datasets)}"

    def owner_counts(self, where: str) -> str:
        return (
            "select run, dataset, role, chunk, owner, count(*) from (select run, dataset, role, chunk,"
            f" unnest(owners) as owner from adieu.captured where {where}) c group by run, dataset, role, chunk, owner"
        )

    def holding(self, dataset: str, among: Among) -> str:
        return f"{self.table(dataset)} x where {among}"

    def delete(self, dataset: str, where: str | Among) -> str:
        return f"delete from {self.table(dataset)} x where {where}"

    def update(self, dataset: str, sets: Mapping[str, str], where: str | Among) -> str:
        assignments = ", ".join(f"{column} = {value}" for column, value in sets.items())
        return f"update {self.table(dataset)} x set {assignments} where {where}"

    def locking(self, alias: str) -> str:
        return f" for update of {alias}"
