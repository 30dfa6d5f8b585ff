"""Capturing and treating in a SQL store: a journal row and its effect always in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adieu.adapters.stores.capturing import MEMBERS
from adieu.adapters.stores.database import Database, Row, Statement, Transaction
from adieu.adapters.stores.dialect import drop_chunks
from adieu.adapters.stores.journal import begin, treated, write_counts
from adieu.adapters.stores.treatment import Treatment
from adieu.adapters.stores.witnessing import SqlWitness
from adieu.adapters.stores.written import Group, Written, write
from adieu.errors import CountDiffers, StoreError
from adieu.planning.plan import MemberSource, Role, StorePlan, Verb
from adieu.ports.stores import FAMILY_CHARACTERS, FIRST_LATE_CHUNK, Chunk, Doubt, Keep, Part, Run, Step, Tally

# SQLSTATEs of a record that is still pointed at: perhaps by a record the shop wrote after the capture
_POINTED_AT = frozenset({"23503", "23001", "SQLITE_CONSTRAINT_FOREIGNKEY"})
_ROUND = 10_000  # chunk numbers one round of a cyclic group may use; rounds take turns between two such ranges


@dataclass(frozen=True, kw_only=True)
class _Order:
    """A step as it was ordered."""

    run: Run
    plan: StorePlan
    step: Step
    keep: Keep


@dataclass(frozen=True, kw_only=True)
class SqlErasing:
    """Implements `ports.stores.Erasing`."""

    database: Database
    member: MemberSource
    chunk_records: int = 5000
    written: dict[int, Written] = field(default_factory=dict, compare=False)  # by a plan's id; each holds its plan

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt) -> tuple[Chunk, ...]:
        def work(tx: Transaction) -> tuple[Chunk, ...]:
            captured = begin(tx, run.id, 0)
            if captured is not None:
                return _chunks_of(captured)
            chunks = self._capture(tx, run, plan, base=0)
            doubt(SqlWitness(database=self.database, transaction=tx))
            write_counts(tx, run.id, 0, [[c.dataset, c.role, c.number, c.records] for c in chunks])
            return chunks

        return self.database.write(work, "store.capture", snapshot=True)

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        point = "store.last_step" if step.last else "store.step"
        order = _Order(run=run, plan=plan, step=step, keep=keep)
        try:
            return self.database.write(lambda tx: self._apply(tx, order), point)
        except StoreError as refused:
            if not isinstance(refused, CountDiffers) and refused.sqlstate not in _POINTED_AT:
                raise
            # the shop wrote meanwhile: what is concerned is captured once more, in the step itself
            return self.database.write(lambda tx: self._apply(tx, order, again=True), point)

    def tally(self, family: str, plan: StorePlan) -> Iterable[Tally]:
        d = self.database.dialect
        journaled = f"select run, counts from {d.journal} where {self._of_family('run')} and step > 0"

        def work(tx: Transaction) -> tuple[list[Row], list[Row]]:
            counts = d.owner_counts(self._of_family("run"))
            found = tx.together([Statement(sql=sql, params={"family": family}) for sql in (counts, journaled)])
            return found[0].rows, found[1].rows

        counts, journal = self.database.read(work)
        owned: dict[tuple[object, ...], list[tuple[str, int]]] = {}
        for run, dataset, role, chunk, owner, records in counts:
            owned.setdefault((run, dataset, role, chunk), []).append((str(owner), int(str(records))))
        for run, text in journal:
            for number, chunk, _ in json.loads(str(text)):
                operation = plan.operations[number]
                dataset, role, verb = operation.dataset, operation.role, operation.verb
                for owner, records in owned.get((run, dataset, str(role), chunk), ()):
                    yield Tally(owner=owner, dataset=dataset, role=role, verb=verb, records=records)

    def forget(self, family: str) -> None:
        sql = f"delete from {self.database.dialect.captured} where {self._of_family('run')}"
        self.database.write(lambda tx: tx.execute(sql, {"family": family}), "store.forget")

    def _of_family(self, column: str) -> str:
        return f"substr({column}, 1, {FAMILY_CHARACTERS}) = {self.database.dialect.param('family')}"

    def _apply(self, tx: Transaction, order: _Order, *, again: bool = False) -> Mapping[int, int]:
        run, plan, step, keep = order.run, order.plan, order.step, order.keep
        done = begin(tx, run.id, step.number)
        if done is not None:
            return _counts(json.loads(done))
        treatment = Treatment(
            tx=tx, run=run, member=self.member, keep=keep, parameters=self._parameters(tx, run),
            written=self._written(plan),
        )
        parts = sorted([*step.parts, *self._late(tx, order, treatment)], key=lambda part: (part.operation, part.chunk))
        if again:
            parts = [replace(part, records=treatment.captured_again(part)) for part in parts]
        treatment.carry_out(parts)
        counts = [(part.operation, part.chunk, part.records) for part in parts]
        write_counts(tx, run.id, step.number, counts)
        return _counts(counts)

    def _late(self, tx: Transaction, order: _Order, treatment: Treatment) -> list[Part]:
        """Capture what the shop wrote since, before the step changes anything, and answer what is to be done with it.

        A step does with late records what the plan has come to with all others: so they, too, are in the vault before
        anything they point at is changed, and gone before what they hang on. The rest is left to the steps that follow.
        """
        run, plan, step = order.run, order.plan, order.step
        changed = [part for part in step.parts if plan.operations[part.operation].verb is not Verb.RETAIN]
        if not (changed or step.last):
            return []  # whatever is only moved out stays as it is, and so does all that points at it
        if not step.last:
            for part in changed:  # from here on nothing new can come to point at these
                treatment.lock(plan.operations[part.operation], part.chunk)
        if plan.holds_anchor:
            treatment.lock_members()
        # every step that captures has chunk numbers of its own
        captured = self._capture(tx, run, plan, base=FIRST_LATE_CHUNK * step.number)
        reached = len(plan.operations) if step.last else changed[-1].operation + 1
        done = treated(tx, run.id) if step.number > 1 else frozenset()
        return [
            Part(operation=operation.number, chunk=chunk.number, records=chunk.records)
            for chunk in captured
            if chunk.number >= FIRST_LATE_CHUNK
            for operation in plan.operations[:reached]
            if (operation.dataset, operation.role) == (chunk.dataset, chunk.role)
            and (operation.number, chunk.number) not in done
        ]

    def _capture(self, tx: Transaction, run: Run, plan: StorePlan, *, base: int) -> tuple[Chunk, ...]:
        """Capture what was not captured before; everything that the run has captured by now."""
        parameters = {**self._parameters(tx, run), "size": self.chunk_records, "base": base}
        waiting: list[Statement] = []
        for group in self._written(plan).groups:
            if group.cyclic:
                tx.together(waiting)
                waiting = []
                self._to_a_fixpoint(tx, group, parameters)
            else:
                waiting += [Statement(sql=c.sql, params=parameters, dataset=c.dataset) for c in group.captures]
        chunks = Statement(sql=tx.dialect.chunks(), params={"run": run.id})
        return _chunks(tx.together([*waiting, chunks])[-1].rows)

    def _to_a_fixpoint(self, tx: Transaction, group: Group, parameters: dict[str, object]) -> None:
        """Round after round until nothing new belongs to the members.

        Each round finds everything anew from what the round before found, and replaces it: so who is held back, and
        for whom a record was found, is decided with all that is known.
        """
        first = int(str(parameters["base"]))
        names = {capture.dataset for capture in group.captures}
        here, before, found = first, -1, 0
        while found != before:
            before, there = found, first + first + _ROUND - here
            anew = {**parameters, "base": here, "first": first}
            old = {"run": parameters["run"], "old": there, "old_end": there + _ROUND}
            for capture in group.captures:
                drop = Statement(sql=drop_chunks(tx.dialect, capture.dataset), params=old, dataset=capture.dataset)
                tx.together([Statement(sql=capture.sql, params=anew, dataset=capture.dataset), drop])
            here, found = there, self._own(tx, str(parameters["run"]), names)

    def _own(self, tx: Transaction, run: str, names: set[str]) -> int:
        """How many records were found to be the members' own, counted once for each of their owners."""
        rows = tx.execute(tx.dialect.owner_counts(f"run = {tx.dialect.param('run')}"), {"run": run})
        return sum(int(str(records)) for _, dataset, role, _, _, records in rows if dataset in names and role == Role.OWN)

    def _written(self, plan: StorePlan) -> Written:
        """The plan's statements, written when they are first needed."""
        found = self.written.get(id(plan))
        if found is None:
            found = self.written[id(plan)] = write(self.database.dialect, plan, self.member)
        return found

    def _parameters(self, tx: Transaction, run: Run) -> dict[str, object]:
        parameters: dict[str, object] = {"run": run.id, MEMBERS: tx.many(run.keys)}
        for kind in (source.kind for source in self.member.identifiers):
            pairs = [(s.key, proved.value) for s in run.subjects for proved in s.proved if proved.kind == kind]
            parameters[f"owners_{kind}"] = tx.many([owner for owner, _ in pairs])
            parameters[f"values_{kind}"] = tx.many([value for _, value in pairs])
        return parameters


def _chunks(rows: Iterable[Row]) -> tuple[Chunk, ...]:
    found = [
        Chunk(dataset=str(dataset), role=Role(str(role)), number=int(str(number)), records=int(str(records)))
        for dataset, role, number, records in rows
    ]
    return tuple(sorted(found, key=lambda chunk: (chunk.dataset, chunk.role, chunk.number)))


def _chunks_of(journaled: str) -> tuple[Chunk, ...]:
    """What row 0 of the journal says was captured. A step may count a chunk anew; the steps must stay as they were cut."""
    return tuple(
        Chunk(dataset=dataset, role=Role(role), number=number, records=records)
        for dataset, role, number, records in json.loads(journaled)
    )


def _counts(treated: Iterable[Sequence[int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for operation, _, records in treated:
        counts[operation] = counts.get(operation, 0) + records
    return counts
