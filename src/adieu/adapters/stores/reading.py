"""A member's records read from a SQL store, found as erasure finds them, in a transaction that is rolled back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from adieu.adapters.stores.database import Row, Statement, Transaction
from adieu.adapters.stores.dialect import Dialect, key_names, matches
from adieu.datamap.schema import Kind, Schema
from adieu.planning.plan import Key, Role
from adieu.ports.reading import Cell, Wish
from adieu.ports.stores import Chunk, Subject

#: Records of several members that are held together, so that one statement reads them.
HELD_RECORDS = 2_000
_ALL, _OWNERS = "among", "owners"  # parameters

Counts = Mapping[tuple[str, Role], int]
Capture = Callable[[Sequence[Subject]], tuple[str, Sequence[Chunk]]]  # a run's id and what it found


@dataclass(frozen=True, kw_only=True)
class SqlReading:
    """Implements `ports.reading.Reading` on an open transaction in which the member's keys were captured."""

    tx: Transaction
    run: str
    schema: Schema
    found: Counts
    owner: str | None = None  # where the run captured other members too
    held: _Held | None = None  # the same

    def counts(self) -> Counts:
        return self.found

    def records(self, wish: Wish) -> Iterator[Sequence[Cell]]:
        if not wish.among and (wish.dataset, wish.role) not in self.found:
            return
        held = self.held.rows(wish, self.owner) if self.held and self.owner and not wish.among else None
        kinds = [self.schema.tables[wish.dataset].columns[name].kind for name in wish.columns]
        if any(kind in _AS_TEXT for kind in kinds):
            for row in held if held is not None else self._stream(wish):
                yield [_cell(value, kind) for value, kind in zip(row, kinds, strict=True)]
        else:
            yield from held if held is not None else self._stream(wish)  # type: ignore[misc]  # what the drivers give

    def _stream(self, wish: Wish) -> Iterator[Row]:
        of_owners = self.owner is not None and not wish.among
        parameters: dict[str, object] = {"run": self.run}
        if wish.among:
            parameters = {_ALL: self.tx.many([str(value) for value in wish.among[1]])}
        elif self.owner is not None:
            parameters[_OWNERS] = self.tx.many([self.owner])
        columns, source = _select(self.tx.dialect, self.schema, wish, of_owners=of_owners)
        return self.tx.stream(f"select {columns} from {source}", parameters, wish.dataset)


class SqlReadings:
    """Implements `ports.reading.Readings` on an open transaction.

    All members are captured as one run. Who turns out to have a record that is also another one's is captured again,
    alone: whether a record is their own or shared must not depend on who else is read.
    """

    def __init__(self, tx: Transaction, schema: Schema, subjects: Sequence[Subject], capture: Capture) -> None:
        self._tx, self._schema, self._capture = tx, schema, capture
        self._run, self._found = "", {}
        if len(subjects) > 1:
            self._run, chunks = capture(subjects)
            self._found = self._apart([subject.key for subject in subjects], chunks)
        self._held = _Held(tx, self._run, schema, self._found)

    def of(self, subject: Subject) -> SqlReading:
        found = self._found.get(subject.key)
        if found is not None:
            return SqlReading(
                tx=self._tx, run=self._run, schema=self._schema, found=found, owner=subject.key, held=self._held
            )
        run, chunks = self._capture([subject])
        return SqlReading(tx=self._tx, run=run, schema=self._schema, found=_records(chunks))

    def _apart(self, keys: Sequence[str], chunks: Sequence[Chunk]) -> dict[str, dict[tuple[str, Role], int]]:
        """What each member has, of those who have nothing in common with another."""
        d, tx = self._tx.dialect, self._tx
        found: dict[str, dict[tuple[str, Role], int]] = {key: {} for key in keys}
        sums: dict[tuple[str, Role], int] = {}
        for _, dataset, role, _, owner, records in tx.execute(d.owner_counts(f"run = {d.param('run')}"), {"run": self._run}):
            if str(owner) not in found:  # a key that the store takes for another one's
                return {}
            place, number = (str(dataset), Role(str(role))), int(str(records))
            own = found[str(owner)]
            own[place] = own.get(place, 0) + number
            sums[place] = sums.get(place, 0) + number
        for place, records in _records(chunks).items():
            if place[1] is not Role.MENTION and sums[place] != records:
                for owner in self._owners_in_common(*place):
                    found.pop(owner, None)
        return found

    def _owners_in_common(self, dataset: str, role: Role) -> list[str]:
        key = _key(self._schema, dataset)
        rows, names = self._tx.dialect.captured_rows(dataset, key, role), key_names(key)
        shared = f"select {', '.join(f'r.{n}' for n in names)} from {rows} r group by {', '.join(f'r.{n}' for n in names)}"
        on = " and ".join(f"c.{name} = s.{name}" for name in names)
        sql = f"select distinct c.owner from {rows} c join ({shared} having count(distinct r.owner) > 1) s on {on}"
        return [str(owner) for (owner,) in self._tx.execute(sql, {"run": self._run}, dataset)]


class _Held:
    """Records of a few members at a time, read together and handed out member by member."""

    def __init__(self, tx: Transaction, run: str, schema: Schema, found: Mapping[str, Counts]) -> None:
        self._tx, self._run, self._schema = tx, run, schema
        self._sizes = {owner: sum(counts.values()) for owner, counts in found.items()}
        self._few: frozenset[str] = frozenset()
        self._rows: dict[Wish, dict[str, list[Row]]] = {}

    def rows(self, wish: Wish, owner: str) -> Sequence[Row] | None:
        """The member's; None where they are too many to be held."""
        if self._sizes[owner] > HELD_RECORDS:
            return None
        if owner not in self._few:
            self._few = frozenset(self._next(owner))
            self._rows.clear()
        if wish not in self._rows:
            self._rows[wish] = self._read(wish)
        return self._rows[wish].get(owner, ())

    def _next(self, owner: str) -> Iterator[str]:
        """This member and those after, as many as can be held."""
        order, records = list(self._sizes), 0
        for following in order[order.index(owner):]:
            records += self._sizes[following]
            if records > HELD_RECORDS:
                return
            yield following

    def _read(self, wish: Wish) -> dict[str, list[Row]]:
        columns, source = _select(self._tx.dialect, self._schema, wish, of_owners=True)
        parameters = {"run": self._run, _OWNERS: self._tx.many(sorted(self._few))}
        statement = Statement(sql=f"select c.owner, {columns} from {source}", params=parameters, dataset=wish.dataset)
        found: dict[str, list[Row]] = {}
        for owner, *values in self._tx.together([statement])[0].rows:
            found.setdefault(str(owner), []).append(tuple(values))
        return found


def _records(chunks: Sequence[Chunk]) -> dict[tuple[str, Role], int]:
    found: dict[tuple[str, Role], int] = {}
    for chunk in chunks:
        found[chunk.dataset, chunk.role] = found.get((chunk.dataset, chunk.role), 0) + chunk.records
    return found


def _key(schema: Schema, dataset: str) -> Key:
    live = schema.tables[dataset]
    return Key(columns=live.primary_key, types=tuple(live.columns[name].type for name in live.primary_key))


def _select(d: Dialect, schema: Schema, wish: Wish, *, of_owners: bool) -> tuple[str, str]:
    """The columns, and where they are selected from; with `of_owners` only for the owners of that parameter."""
    columns = ", ".join(d.column(name, "x") for name in wish.columns)
    source = _source(d, schema, wish, of_owners=of_owners)
    if wish.sorted_by:
        column = d.column(wish.sorted_by, "x")
        by = d.by_bytes(column) if schema.tables[wish.dataset].columns[wish.sorted_by].kind is Kind.TEXT else column
        source += f" {'and' if wish.among else 'where'} {column} is not null order by {by}"
    return columns, source


def _source(d: Dialect, schema: Schema, wish: Wish, *, of_owners: bool) -> str:
    table = d.table(wish.dataset)
    if wish.among:
        column = wish.among[0]
        typed = d.typed("q.value", schema.tables[wish.dataset].columns[column].type)
        return f"{table} x where {d.column(column, 'x')} in (select {typed} from {d.listed('q', {'value': _ALL})})"
    key = _key(schema, wish.dataset)
    names = ", ".join([f"r.{name}" for name in key_names(key)] + ["r.owner"] * of_owners)
    rows = f"select distinct {names} from {d.captured_rows(wish.dataset, key, wish.role)} r"
    if of_owners:
        rows += f" where r.owner in (select o.owner from {d.listed('o', {'owner': _OWNERS})})"
    return f"({rows}) c join {table} x on {matches(d, key, 'x', 'c')}"


#: What a store may keep as text, though its column means something else.
_AS_TEXT = frozenset({Kind.TIMESTAMP, Kind.NAIVE_TIMESTAMP, Kind.DATE, Kind.JSON})


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
