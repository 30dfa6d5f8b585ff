"""Capturing and treating in a SQL store: a journal row and its effect always in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adieu.adapters.stores.capturing import MEMBERS, Capturing, groups
from adieu.adapters.stores.database import Database, Row, Transaction
from adieu.adapters.stores.dialect import drop_chunks
from adieu.adapters.stores.journal import begin, treated, write_counts
from adieu.adapters.stores.treatment import Treatment
from adieu.adapters.stores.witnessing import SqlWitness
from adieu.errors import CountDiffers, StoreError
from adieu.planning.plan import MemberSource, Reach, Role, StorePlan, Verb
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

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt) -> tuple[Chunk, ...]:
        def work(tx: Transaction) -> tuple[Chunk, ...]:
            captured = begin(tx, run.id, 0)
            if captured is not None:
                return _chunks_of(captured)
            self._capture(tx, run, plan, base=0)
            doubt(SqlWitness(database=self.database, transaction=tx))
            chunks = self._chunks(tx, run.id)
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
            counts = tx.execute(d.owner_counts(self._of_family("run")), {"family": family})
            return counts, tx.execute(journaled, {"family": family})

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
        treatment = Treatment(tx=tx, run=run, member=self.member, keep=keep, parameters=self._parameters(tx, run))
        parts = [*step.parts, *self._late(tx, order, treatment)]
        counts = []
        for part in sorted(parts, key=lambda part: (part.operation, part.chunk)):
            operation = plan.operations[part.operation]
            expected = treatment.captured_again(operation, part) if again else part.records
            treatment.carry_out(operation, part.chunk, expected)
            counts.append((part.operation, part.chunk, expected))
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
        self._capture(tx, run, plan, base=FIRST_LATE_CHUNK * step.number)
        reached = len(plan.operations) if step.last else changed[-1].operation + 1
        done = treated(tx, run.id) if step.number > 1 else frozenset()
        return [
            Part(operation=operation.number, chunk=chunk.number, records=chunk.records)
            for chunk in self._chunks(tx, run.id)
            if chunk.number >= FIRST_LATE_CHUNK
            for operation in plan.operations[:reached]
            if (operation.dataset, operation.role) == (chunk.dataset, chunk.role)
            and (operation.number, chunk.number) not in done
        ]

    def _capture(self, tx: Transaction, run: Run, plan: StorePlan, *, base: int) -> None:
        capturing = Capturing(dialect=tx.dialect, plan=plan, member=self.member)
        parameters = {**self._parameters(tx, run), "size": self.chunk_records}
        for group in groups(plan):
            if group[0].cyclic:
                self._to_a_fixpoint(tx, capturing, group, {**parameters, "base": base})
            elif group[0].found:
                tx.execute(capturing.statement(group[0]), {**parameters, "base": base}, group[0].dataset)
        for reach in plan.reaches:
            if reach.mentions:
                tx.execute(capturing.mention_statement(reach), {**parameters, "base": base}, reach.dataset)

    def _to_a_fixpoint(
        self, tx: Transaction, capturing: Capturing, group: list[Reach], parameters: dict[str, object]
    ) -> None:
        """Round after round until nothing new belongs to the members.

        Each round finds everything anew from what the round before found, and replaces it: so who is held back, and
        for whom a record was found, is decided with all that is known.
        """
        first = int(str(parameters["base"]))
        names = {reach.dataset for reach in group}
        here, before, found = first, -1, 0
        while found != before:
            before, there = found, first + first + _ROUND - here
            for reach in group:
                tx.execute(capturing.statement(reach), {**parameters, "base": here, "first": first}, reach.dataset)
                old = {"run": parameters["run"], "old": there, "old_end": there + _ROUND}
                tx.execute(drop_chunks(tx.dialect, reach.dataset), old, reach.dataset)
            here, found = there, self._own(tx, str(parameters["run"]), names)

    def _own(self, tx: Transaction, run: str, names: set[str]) -> int:
        """How many records were found to be the members' own, counted once for each of their owners."""
        rows = tx.execute(tx.dialect.owner_counts(f"run = {tx.dialect.param('run')}"), {"run": run})
        return sum(int(str(records)) for _, dataset, role, _, _, records in rows if dataset in names and role == Role.OWN)

    def _chunks(self, tx: Transaction, run: str) -> tuple[Chunk, ...]:
        rows = tx.execute(tx.dialect.chunks(), {"run": run})
        found = [
            Chunk(dataset=str(dataset), role=Role(str(role)), number=int(str(number)), records=int(str(records)))
            for dataset, role, number, records in rows
        ]
        return tuple(sorted(found, key=lambda chunk: (chunk.dataset, chunk.role, chunk.number)))

    def _parameters(self, tx: Transaction, run: Run) -> dict[str, object]:
        parameters: dict[str, object] = {"run": run.id, MEMBERS: tx.many(run.keys)}
        for kind in (source.kind for source in self.member.identifiers):
            pairs = [(s.key, proved.value) for s in run.subjects for proved in s.proved if proved.kind == kind]
            parameters[f"owners_{kind}"] = tx.many([owner for owner, _ in pairs])
            parameters[f"values_{kind}"] = tx.many([value for _, value in pairs])
        return parameters


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
