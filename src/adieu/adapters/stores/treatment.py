"""One step's treatment of chunks, inside its transaction; every count is compared with what was captured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as midnight

from adieu.adapters.stores.capturing import MEMBERS
from adieu.adapters.stores.database import Row, Statement, Transaction
from adieu.adapters.stores.dialect import key_names, matches
from adieu.adapters.stores.treating import Treating
from adieu.adapters.stores.written import Written
from adieu.datamap.presence import names_person
from adieu.errors import CountDiffers, OwnerLeft, StoreError
from adieu.planning.plan import FieldChange, MemberSource, Operation, Role, Verb
from adieu.ports.stores import Custodial, Keep, Part, Run, Subject, Value


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """Carries out operations on chunks of one run."""

    tx: Transaction
    run: Run
    member: MemberSource
    keep: Keep
    parameters: dict[str, object]
    written: Written

    def carry_out(self, parts: Sequence[Part]) -> None:
        """Treat chunks in their order.

        Raises:
            CountDiffers: a statement touched another number of records than its part says.
        """
        waiting: list[tuple[Part, Statement]] = []
        for part in parts:
            operation = self._operation(part)
            texts = self._treating.texts(operation)
            if operation.verb is Verb.RETAIN or texts:  # what is read here must be as the parts before have left it
                self._together(waiting)
                waiting = []
            if operation.verb is Verb.RETAIN:
                self._retain(part)
                continue
            for change in texts:
                self._decide_texts(part, change)
            sql = self.written.treatments[part.operation]
            waiting.append((part, Statement(sql=sql, params=self._for(part.chunk), dataset=operation.dataset)))
        self._together(waiting)

    def _together(self, waiting: Sequence[tuple[Part, Statement]]) -> None:
        results = self.tx.together([statement for _, statement in waiting])
        for (part, _), result in zip(waiting, results, strict=True):
            touched = int(str(result.rows[0][0])) if result.rows else result.touched  # counted, or changed
            self._compare(self._operation(part), touched, part.records)

    def _operation(self, part: Part) -> Operation:
        return self.written.plan.operations[part.operation]

    def lock(self, operation: Operation, chunk: int) -> None:
        """Lock one chunk's records, those that still exist, until the step ends."""
        statement = self._treating.lock(operation)
        if statement:
            self.tx.execute(statement, self._for(chunk), operation.dataset)

    def lock_members(self) -> None:
        """Lock the run's member records until the step ends."""
        d = self.tx.dialect
        key, listed = d.column(self.member.key, "x"), d.listed("m", {"owner": MEMBERS})
        among = f"{key} in (select {d.typed('m.owner', self.member.key_type)} from {listed})"
        sql = f"select 1 from {d.table(self.member.dataset)} x where {among} order by {key}{d.locking('x')}"
        self.tx.execute(sql, self.parameters, self.member.dataset)

    def refuse_let_go(self, parts: Sequence[Part]) -> None:
        """Lock the shared records, and see that each still has another owner: who may have left meanwhile, elsewhere.

        Raises:
            OwnerLeft: one has none any more, so it is the members' own.
        """
        shared = [(self._operation(part), part.chunk) for part in parts if self._operation(part).role is Role.SHARED]
        for operation, chunk in shared:
            self.lock(operation, chunk)
        for dataset in sorted({operation.dataset for operation, _ in shared}):
            ((ownerless,),) = self.tx.execute(self.written.let_go[dataset], self.parameters, dataset)
            if int(str(ownerless)):
                what = "a record's other owner has left since it was captured; it is captured again"
                raise OwnerLeft(what, store=self.tx.store, dataset=dataset)

    def captured_again(self, part: Part) -> int:
        """Capture the chunk's records once more, those that still exist; how many there are."""
        operation = self._operation(part)
        d, key = self.tx.dialect, operation.key
        names = key_names(key)
        columns = ", ".join(d.as_text(f"c.{name}") for name in names)
        rows = d.captured_rows(operation.dataset, key, operation.role, chunk=True) + " c"
        living = f"select {columns}, c.owner from {rows} join {d.table(operation.dataset)} x on {matches(d, key, 'x', 'c')}"
        found = self.tx.execute(living, self._for(part.chunk), operation.dataset)
        where = f"run = {d.param('run')} and dataset = {d.literal(operation.dataset)} and role = '{operation.role}'"
        gone = f"delete from {d.captured} where {where} and chunk = {d.param('chunk')}"
        self.tx.execute(gone, self._for(part.chunk), operation.dataset)
        lists = {name: self.tx.many([str(row[i]) for row in found]) for i, name in enumerate([*names, "owner"])}
        listed = d.listed("l", {name: f"again_{name}" for name in [*names, "owner"]})
        typed = ", ".join(f"{d.typed(f'l.{n}', t)} as {n}" for n, t in zip(names, key.types, strict=True))
        select = f"select {typed}, l.owner, '{operation.role}' as role from {listed}"
        parameters = {f"again_{name}": value for name, value in lists.items()}
        size = {"size": max(len(found), 1), "base": part.chunk}
        self.tx.execute(
            d.insert_captured(operation.dataset, key, select), {**self._for(part.chunk), **parameters, **size}
        )
        return len({row[: len(names)] for row in found})

    @property
    def _treating(self) -> Treating:
        return Treating(dialect=self.tx.dialect, member=self.member)

    def _for(self, chunk: int) -> dict[str, object]:
        return {**self.parameters, "chunk": chunk}

    def _compare(self, operation: Operation, touched: int, expected: int) -> None:
        if touched != expected:
            what = f"{operation.verb} touched {touched} records where {expected} were captured; the step was rolled back"
            raise CountDiffers(what, store=self.tx.store, dataset=operation.dataset)

    def _retain(self, part: Part) -> None:
        operation = self._operation(part)
        rows = self.tx.execute(self._treating.read_custody(operation), self._for(part.chunk), operation.dataset)
        width = len(operation.key.columns)
        self._compare(operation, len({row[1 : 1 + width] for row in rows}), part.records)
        subjects = {subject.key: subject for subject in self.run.subjects}
        self.keep([_custodial(operation, row, subjects[str(row[0])], self.tx.store) for row in rows])

    def _decide_texts(self, part: Part, change: FieldChange) -> None:
        """Empty the free text wherever it names the member; what is read stays in memory."""
        operation = self._operation(part)
        rows = self.tx.execute(self._treating.read_texts(operation), self._for(part.chunk), operation.dataset)
        width, place = len(operation.key.columns), self._treating.texts(operation).index(change)
        known = {s.key: [(item.kind, item.value) for item in s.known] for s in self.run.subjects}
        named = sorted(
            {row[:width] for row in rows if names_person(str(row[width + 1 + place] or ""), known[str(row[width])])}
        )
        if named:
            names = key_names(operation.key)
            lists = {name: self.tx.many([str(key[i]) for key in named]) for i, name in enumerate(names)}
            sql = self._treating.empty_text(operation, change)
            self._compare(operation, self.tx.affected(sql, lists, operation.dataset), len(named))


def _custodial(operation: Operation, row: Row, subject: Subject, store: str) -> Custodial:
    custody = operation.custody
    assert custody is not None
    width = len(operation.key.columns)
    own = iter(row[2 + width :])
    values: dict[str, Value] = {}
    for field in custody.fields:
        if field.of_member:
            values[field.name] = " ".join(text for kind, text in subject.written if kind == field.column)
        else:
            values[field.name] = _value(next(own))
    return Custodial(
        dataset=operation.dataset,
        key=tuple(str(part) for part in row[1 : 1 + width]),
        owner=subject.key,
        basis=custody.basis,
        counted_from=_instant(row[1 + width], store, operation.dataset),
        values=values,
    )


def _value(value: object) -> Value:
    if value is None or isinstance(value, bool | int | float | str | bytes | datetime):
        return value
    return str(value)


def _instant(value: object, store: str, dataset: str) -> datetime | None:
    """The start of a legal period; a naive column is read as written, in the store's zone (decided by the vault)."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, midnight.min)
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        what = "the start of the keeping period is no date; mend `counted_from` or the record"
        raise StoreError(what, store=store, dataset=dataset) from None
