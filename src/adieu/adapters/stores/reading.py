"""A member's records read from a SQL store, found as erasure finds them, in a transaction that is rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from adieu.adapters.stores.database import Transaction
from adieu.adapters.stores.dialect import Dialect, matches
from adieu.datamap.schema import Kind, Schema
from adieu.planning.plan import Key, Role
from adieu.ports.reading import Cell, Wish
from adieu.ports.stores import Chunk


@dataclass(frozen=True, kw_only=True)
class SqlReading:
    """Implements `ports.reading.Reading` on an open transaction in which the member's keys were captured."""

    tx: Transaction
    run: str
    schema: Schema
    chunks: Sequence[Chunk]

    def counts(self) -> Mapping[tuple[str, Role], int]:
        found: dict[tuple[str, Role], int] = {}
        for chunk in self.chunks:
            found[chunk.dataset, chunk.role] = found.get((chunk.dataset, chunk.role), 0) + chunk.records
        return found

    def records(self, wish: Wish) -> Iterator[Sequence[Cell]]:
        if not wish.among and (wish.dataset, wish.role) not in self.counts():
            return
        d, live = self.tx.dialect, self.schema.tables[wish.dataset]
        columns = ", ".join(d.column(name, "x") for name in wish.columns)
        sql = f"select {columns} from {self._source(d, wish)}"
        if wish.sorted_by:
            column = d.column(wish.sorted_by, "x")
            by = d.by_bytes(column) if live.columns[wish.sorted_by].kind is Kind.TEXT else column
            sql += f" {'and' if wish.among else 'where'} {column} is not null order by {by}"
        kinds = [live.columns[name].kind for name in wish.columns]
        for row in self.tx.stream(sql, self._parameters(wish), wish.dataset):
            yield [_cell(value, kind) for value, kind in zip(row, kinds, strict=True)]

    def _source(self, d: Dialect, wish: Wish) -> str:
        table = d.table(wish.dataset)
        if wish.among:
            column = wish.among[0]
            typed = d.typed("q.value", self.schema.tables[wish.dataset].columns[column].type)
            return f"{table} x where {d.column(column, 'x')} in (select {typed} from {d.listed('q', {'value': 'among'})})"
        live = self.schema.tables[wish.dataset]
        key = Key(columns=live.primary_key, types=tuple(live.columns[name].type for name in live.primary_key))
        names = ", ".join(f"r.k{number + 1}" for number in range(len(key.columns)))
        rows = f"(select distinct {names} from {d.captured_rows(wish.dataset, key, wish.role)} r) c"
        return f"{rows} join {table} x on {matches(d, key, 'x', 'c')}"

    def _parameters(self, wish: Wish) -> dict[str, object]:
        if wish.among:
            return {"among": self.tx.many([str(value) for value in wish.among[1]])}
        return {"run": self.run}


def _cell(value: object, kind: Kind) -> Cell:
    """The value as its column means it, also from a store that keeps dates and JSON as text."""
    if isinstance(value, str):
        try:
            if kind in (Kind.TIMESTAMP, Kind.NAIVE_TIMESTAMP):
                return datetime.fromisoformat(value)
            if kind is Kind.DATE:
                return date.fromisoformat(value)
            if kind is Kind.JSON:
                found: Cell = json.loads(value)
                return found
        except ValueError:
            return value  # SQLite keeps whatever was written
    return value  # type: ignore[return-value]  # what the drivers give
