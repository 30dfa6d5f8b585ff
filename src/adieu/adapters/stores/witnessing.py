"""Plain reads for verification. Builds its own statements from questions; shares nothing with capturing or treating."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adieu.adapters.stores.database import Database, Row, Statement, Transaction
from adieu.adapters.stores.dialect import Among, Dialect
from adieu.ports.stores import Captured, Comparison, Expectation, Expected, KeyText, Question

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SqlWitness:
    """Implements `ports.stores.Witnessing`, on the transaction it is given or on one of its own a call."""

    database: Database
    transaction: Transaction | None = None

    def ask(self, questions: Sequence[Question]) -> list[list[tuple[str | None, ...]]]:
        answers = self._together([self._asked(question) for question in questions])
        return [[tuple(None if v is None else str(v) for v in row) for row in rows] for rows in answers]

    def keys(self, captured: Sequence[Captured]) -> list[set[KeyText]]:
        of_runs = [(n, self._keys_of(one, run)) for n, one in enumerate(captured) for run in one.runs]
        found: list[set[KeyText]] = [set() for _ in captured]
        for (number, _), rows in zip(of_runs, self._together([statement for _, statement in of_runs]), strict=True):
            found[number].update(tuple(map(str, row)) for row in rows)
        return found

    def unseen(self, pairs: Sequence[tuple[Question, Captured]]) -> list[int]:
        d = self.database.dialect
        statements = [
            self._counted("count(*)", question, captured, f" and {_not_captured(d, captured)}")
            for question, captured in pairs
        ]
        return [int(str(count)) for ((count,),) in self._together(statements)]

    def compare(self, pairs: Sequence[tuple[Question, Captured]]) -> list[Comparison]:
        found = []
        for ((answering, unseen, captured),) in self._together([self._compared(*pair) for pair in pairs]):
            found.append(
                Comparison(answering=int(str(answering)), unseen=int(str(unseen)), captured=int(str(captured)))
            )
        return found

    def broken(
        self, held: Sequence[tuple[Captured, Sequence[Expectation]]], strong: Mapping[str, Sequence[str]]
    ) -> list[Mapping[str, int]]:
        pairs = [(owner, value) for owner, values in strong.items() for value in values]
        many = self.database.dialect.list_value
        lists = {"owners": many([owner for owner, _ in pairs]), "values": many([value for _, value in pairs])}
        asked = [
            (place, Statement(sql=sql, params={"run0": run, **lists}, dataset=captured.dataset))
            for place, (captured, expectations) in enumerate(held)
            if (sql := self._breaking(captured, expectations, named=bool(pairs)))
            for run in captured.runs
        ]
        found: list[dict[str, int]] = [{} for _ in held]
        for (place, _), rows in zip(asked, self._together([statement for _, statement in asked]), strict=True):
            for owner, records in rows:
                found[place][str(owner)] = found[place].get(str(owner), 0) + int(str(records))
        return list(found)

    def _asked(self, question: Question) -> Statement:
        d = self.database.dialect
        columns = ", ".join(d.as_text(d.column(column, "x")) for column in question.columns)
        sql = f"select {columns} from {_answers(d, question)}"
        return Statement(sql=sql, params=_values(d, question), dataset=question.dataset)

    def _keys_of(self, captured: Captured, run: str) -> Statement:
        d = self.database.dialect
        columns = ", ".join(d.as_text(f"c.k{n}") for n in range(1, len(captured.key.columns) + 1))
        sql = f"select {columns} from {d.captured_rows(captured.dataset, captured.key, captured.role)} c"
        return Statement(sql=sql, params={"run": run}, dataset=captured.dataset)

    def _compared(self, question: Question, captured: Captured) -> Statement:
        d = self.database.dialect
        names = ", ".join(f"c.k{n + 1}" for n in range(len(captured.key.columns)))
        distinct = f"select count(*) from (select distinct {names} from {_rows_of(d, captured, 0)}) u"
        unseen = f"coalesce(sum(case when {_not_captured(d, captured)} then 1 else 0 end), 0)"
        return self._counted(f"count(*), {unseen}, ({distinct})", question, captured)

    def _counted(self, what: str, question: Question, captured: Captured, condition: str = "") -> Statement:
        d = self.database.dialect
        sql = f"select {what} from {_answers(d, question)}{condition}"
        runs = {f"run{number}": run for number, run in enumerate(captured.runs)}
        return Statement(sql=sql, params={**_values(d, question), **runs}, dataset=question.dataset)

    def _breaking(self, captured: Captured, expectations: Sequence[Expectation], *, named: bool) -> str:
        """The statement that counts what breaks an expectation, for one run; empty where nothing can."""
        d = self.database.dialect
        free = [d.column(e.column, "x") for e in expectations if e.kind is Expected.FREE_OF]
        broken = [_breaks(d, e) for e in expectations if e.kind is not Expected.FREE_OF]
        names = ""
        if free and named:
            names = f" left join {d.listed('i', {'owner': 'owners', 'value': 'values'})} on i.owner = c.owner"
            broken.append(d.contains(f"lower({d.joined(free)})", "i.value"))
        if not broken:
            return ""
        distinct = ", ".join(f"c.k{n + 1}" for n in range(len(captured.key.columns)))
        pairs = zip(captured.key.columns, range(1, 4), strict=False)
        on = " and ".join(f"{d.column(column, 'x')} = c.k{n}" for column, n in pairs)
        return (
            f"select q.owner, count(*) from (select distinct c.owner, {distinct} from {_rows_of(d, captured, 0)}"
            f" join {d.table(captured.dataset)} x on {on}{names} where {' or '.join(broken)}) q group by q.owner"
        )

    def _together(self, statements: Sequence[Statement]) -> list[list[Row]]:
        if not statements:
            return []
        return self._on(lambda tx: [result.rows for result in tx.together(statements)])

    def _on(self, work: Callable[[Transaction], T]) -> T:
        return work(self.transaction) if self.transaction else self.database.read(work)


def _not_captured(d: Dialect, captured: Captured) -> str:
    keys = ", ".join(d.column(column, "x") for column in captured.key.columns)
    names = ", ".join(f"c.k{n + 1}" for n in range(len(captured.key.columns)))
    conditions = (
        f"({keys}) not in (select {names} from {_rows_of(d, captured, number)})" for number in range(len(captured.runs))
    )
    return " and ".join(conditions) or "1 = 1"


def _rows_of(d: Dialect, captured: Captured, number: int, of: str = "run") -> str:
    """The captured rows of one of several runs: the dialect's table under a parameter of its own."""
    rows = d.captured_rows(captured.dataset, captured.key, captured.role) + " c"
    name = d.literal(captured.dataset)  # may hold what looks like a parameter
    return name.join(part.replace(d.param("run"), d.param(f"{of}{number}")) for part in rows.split(name))


def _answers(d: Dialect, question: Question) -> str:
    """What follows FROM to read the records (alias x) that answer."""
    fields = [d.column(field, "x") for field in question.fields]
    types = list(question.types)
    if question.path:
        fields, types = [d.json_text(fields[0], question.path)], [""]
    if question.kind and not question.normalised:
        fields, types = [d.normal(question.kind, fields[0])], [""]
    children = question.parents is not None and not question.path and question.parents.key.types == tuple(types)
    wanted = _wanted(d, question, fields, types)
    found = d.holding(question.dataset, wanted) if children else f"{d.table(question.dataset)} x where {wanted}"
    found += "".join(f" and {d.column(field, 'x')} = {d.literal(value)}" for field, value in question.when)
    return found + "".join(f" and {d.column(field, 'x')} is null" for field in question.nulls)


def _wanted(d: Dialect, question: Question, fields: Sequence[str], types: Sequence[str]) -> Among:
    """That the fields hold values that are asked for."""
    if question.parents is None:
        names = {f"v{n}": f"v{n}" for n in range(len(types))}
        values = tuple(d.typed(f"q.{n}", t) if t else f"q.{n}" for n, t in zip(names, types, strict=True))
        return Among(columns=tuple(fields), values=values, rows=d.listed("q", names))
    keys = [f"c.k{n + 1}" for n in range(len(question.parents.key.columns))]
    if question.path:
        keys = [d.as_text(key) for key in keys]
    elif question.parents.key.types != tuple(types):
        keys = [d.typed(d.as_text(key), type_) for key, type_ in zip(keys, types, strict=True)]
    first, *others = (_rows_of(d, question.parents, n, "parent") for n in range(len(question.parents.runs)))
    if not others:
        return Among(columns=tuple(fields), values=tuple(keys), rows=first)
    names = {f"u{n}": key for n, key in enumerate(keys)}
    picked = ", ".join(f"{key} as {name}" for name, key in names.items())
    rows = " union ".join(f"select {picked} from {of_run}" for of_run in (first, *others))
    return Among(columns=tuple(fields), values=tuple(f"u.{name}" for name in names), rows=f"({rows}) u")


def _values(d: Dialect, question: Question) -> dict[str, object]:
    if question.parents is not None:
        return {f"parent{number}": run for number, run in enumerate(question.parents.runs)}
    return {f"v{n}": d.list_value([value[n] for value in question.values]) for n in range(len(question.fields))}


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
            return f"{d.characters(d.as_text(column))} > {int(expectation.value or 0)}"
        case Expected.STARTS_YEAR:
            return f"substr({d.as_text(column)}, 5, 6) <> '-01-01'"
        case Expected.FREE_OF:
            raise AssertionError("identifiers are joined once for all columns")
