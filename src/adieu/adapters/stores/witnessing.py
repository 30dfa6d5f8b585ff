"""Plain reads for verification. Builds its own statements from questions; shares nothing with capturing or treating."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adieu.adapters.stores.database import Database, Row, Transaction
from adieu.adapters.stores.dialect import Dialect
from adieu.ports.stores import Captured, Expectation, Expected, KeyText, Question

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SqlWitness:
    """Implements `ports.stores.Witnessing`, on the transaction it is given or on one of its own a question."""

    database: Database
    transaction: Transaction | None = None

    def ask(self, question: Question) -> list[tuple[str | None, ...]]:
        d = self.database.dialect
        columns = ", ".join(d.as_text(d.column(column, "x")) for column in question.columns)
        sql = f"select {columns} from {d.table(question.dataset)} x where {_answers(d, question)}"
        rows = self._on(lambda tx: tx.execute(sql, _values(tx, question), question.dataset))
        return [tuple(None if value is None else str(value) for value in row) for row in rows]

    def keys(self, captured: Captured) -> set[KeyText]:
        d = self.database.dialect
        names = [f"k{n}" for n in range(1, len(captured.key.columns) + 1)]
        columns = ", ".join(d.as_text(f"c.{name}") for name in names)
        found: set[KeyText] = set()
        for run in captured.runs:
            sql = f"select {columns} from {d.captured_rows(captured.dataset, captured.key, captured.role)} c"
            rows = self._on(lambda tx, sql=sql, run=run: tx.execute(sql, {"run": run}, captured.dataset))  # type: ignore[misc]
            found.update(tuple(str(part) for part in row) for row in rows)
        return found

    def unseen(self, question: Question, captured: Captured) -> int:
        return self._count(question, captured, "count(*)", filtered=True)[0]

    def compare(self, question: Question, captured: Captured) -> tuple[int, int, int]:
        d = self.database.dialect
        names = ", ".join(f"c.k{n + 1}" for n in range(len(captured.key.columns)))
        distinct = " union ".join(
            f"select distinct {names} from {_rows_of(d, captured, number)}" for number in range(len(captured.runs))
        )
        new = _not_captured(d, captured)
        what = f"count(*), coalesce(sum(case when {new} then 1 else 0 end), 0), (select count(*) from ({distinct}) u)"
        answering, unseen, all_captured = self._count(question, captured, what, filtered=False)
        return answering, unseen, all_captured

    def _count(self, question: Question, captured: Captured, what: str, *, filtered: bool) -> tuple[int, ...]:
        d = self.database.dialect
        where = _answers(d, question) + (f" and {_not_captured(d, captured)}" if filtered else "")
        sql = f"select {what} from {d.table(question.dataset)} x where {where}"
        runs = {f"run{number}": run for number, run in enumerate(captured.runs)}
        (row,) = self._on(lambda tx: tx.execute(sql, {**_values(tx, question), **runs}, question.dataset))
        return tuple(int(str(count)) for count in row)

    def broken(
        self, captured: Captured, expectations: Sequence[Expectation], strong: Mapping[str, Sequence[str]]
    ) -> Mapping[str, int]:
        d = self.database.dialect
        free = [d.column(e.column, "x") for e in expectations if e.kind is Expected.FREE_OF]
        broken = [_breaks(d, e) for e in expectations if e.kind is not Expected.FREE_OF]
        names = ""
        if free and any(strong.values()):
            names = f" left join {d.listed('i', {'owner': 'owners', 'value': 'values'})} on i.owner = c.owner"
            broken.append(d.contains(f"lower({d.joined(free)})", "i.value"))
        if not broken:
            return {}
        condition = " or ".join(broken)
        distinct = ", ".join(f"c.k{n + 1}" for n in range(len(captured.key.columns)))
        found: dict[str, int] = {}
        for number, run in enumerate(captured.runs):
            pairs = zip(captured.key.columns, range(1, 4), strict=False)
            on = " and ".join(f"{d.column(column, 'x')} = c.k{n}" for column, n in pairs)
            sql = (
                f"select q.owner, count(*) from (select distinct c.owner, {distinct} from {_rows_of(d, captured, number)}"
                f" join {d.table(captured.dataset)} x on {on}{names} where {condition}) q group by q.owner"
            )
            for owner, records in self._on(lambda tx, sql=sql, n=number, run=run: self._broken(tx, sql, n, run, strong)):  # type: ignore[misc]
                found[str(owner)] = found.get(str(owner), 0) + int(str(records))
        return found

    def _broken(
        self, tx: Transaction, sql: str, number: int, run: str, strong: Mapping[str, Sequence[str]]
    ) -> list[Row]:
        pairs = [(owner, value) for owner, values in strong.items() for value in values]
        lists = {"owners": tx.many([owner for owner, _ in pairs]), "values": tx.many([value for _, value in pairs])}
        return tx.execute(sql, {f"run{number}": run, **lists})

    def _on(self, work: Callable[[Transaction], T]) -> T:
        return work(self.transaction) if self.transaction else self.database.read(work)


def _not_captured(d: Dialect, captured: Captured) -> str:
    keys = ", ".join(d.column(column, "x") for column in captured.key.columns)
    names = ", ".join(f"c.k{n + 1}" for n in range(len(captured.key.columns)))
    conditions = (
        f"({keys}) not in (select {names} from {_rows_of(d, captured, number)})" for number in range(len(captured.runs))
    )
    return " and ".join(conditions) or "1 = 1"


def _rows_of(d: Dialect, captured: Captured, number: int) -> str:
    """The captured rows of one of several runs: the dialect's table under a parameter of its own."""
    rows = d.captured_rows(captured.dataset, captured.key, captured.role) + " c"
    name = d.literal(captured.dataset)  # may hold what looks like a parameter
    return name.join(part.replace(d.param("run"), d.param(f"run{number}")) for part in rows.split(name))


def _answers(d: Dialect, question: Question) -> str:
    fields = [d.column(field, "x") for field in question.fields]
    types = list(question.types)
    if question.path:
        fields, types = [d.json_text(fields[0], question.path)], [""]
    if question.kind and not question.normalised:
        fields, types = [d.normal(question.kind, fields[0])], [""]
    names = {f"v{n}": f"v{n}" for n in range(len(fields))}
    values = ", ".join(d.typed(f"q.{n}", t) if t else f"q.{n}" for n, t in zip(names, types, strict=True))
    where = f"({', '.join(fields)}) in (select {values} from {d.listed('q', names)})"
    where += "".join(f" and {d.column(field, 'x')} = {d.literal(value)}" for field, value in question.when)
    return where + "".join(f" and {d.column(field, 'x')} is null" for field in question.nulls)


def _values(tx: Transaction, question: Question) -> dict[str, object]:
    return {f"v{n}": tx.many([value[n] for value in question.values]) for n in range(len(question.fields))}


def _breaks(d: Dialect, expectation: Expectation) -> str:
    column = d.column(expectation.column, "x") if expectation.column else ""
    match expectation.kind:
        case Expected.GONE:
            return "1 = 1"
        case Expected.EQUAL if expectation.value is None:
            return f"{column} is not null"
        case Expected.EQUAL:
            return f"({column} is null or {column} <> {d.literal(expectation.value)})"
        case Expected.AT_MOST:
            return f"length({d.as_text(column)}) > {int(expectation.value or 0)}"
        case Expected.STARTS_YEAR:
            return f"substr({d.as_text(column)}, 5, 6) <> '-01-01'"
        case Expected.FREE_OF:
            raise AssertionError("identifiers are joined once for all columns")
