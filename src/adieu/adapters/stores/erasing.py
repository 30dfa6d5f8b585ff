"""Capturing and treating in a SQL store: a journal row and its effect always in one transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from adieu.adapters.stores.capturing import MEMBERS
from adieu.adapters.stores.catching import catch
from adieu.adapters.stores.database import Database, Row, Statement, Transaction
from adieu.adapters.stores.journal import begin, treated, write_counts
from adieu.adapters.stores.reading import SqlReadings
from adieu.adapters.stores.treatment import Treatment
from adieu.adapters.stores.witnessing import SqlWitness
from adieu.adapters.stores.written import Written, write
from adieu.datamap.schema import Schema
from adieu.errors import CapturesDiffer, CountDiffers, StoreError
from adieu.planning.plan import MemberSource, Role, StorePlan, Verb
from adieu.ports.stores import (
    FAMILY_CHARACTERS,
    FIRST_LATE_CHUNK,
    Acceptance,
    AtOnce,
    Caught,
    Chunk,
    Doubt,
    Keep,
    Part,
    Run,
    Step,
    Subject,
    Tally,
)

# SQLSTATEs of a record that is still pointed at: perhaps by a record the shop wrote after the capture
_POINTED_AT = frozenset({"23503", "23001", "SQLITE_CONSTRAINT_FOREIGNKEY", "MARIADB_1451"})


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

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt, at_once: AtOnce | None = None) -> Caught:
        if at_once:
            try:
                return self.database.write(lambda tx: self._caught(tx, run, plan, doubt, at_once), "store.capture")
            except StoreError as refused:
                if not (isinstance(refused, CapturesDiffer) or _meanwhile(refused)):
                    raise
        # on one state of the store, so that the two sides differ only where one of them is wrong
        return self.database.write(lambda tx: self._caught(tx, run, plan, doubt), "store.capture", snapshot=True)

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        point = "store.last_step" if step.last else "store.step"
        order = _Order(run=run, plan=plan, step=step, keep=keep)
        try:
            return self.database.write(lambda tx: self._apply(tx, order), point)
        except StoreError as refused:
            if not _meanwhile(refused):
                raise
            # what is concerned is captured once more, in the step itself
            return self.database.write(lambda tx: self._apply(tx, order, again=True), point)

    def tally(self, family: str, plan: StorePlan) -> Iterable[Tally]:
        d = self.database.dialect
        journaled = f"select run, counts from {d.journal} where {d.of_family(FAMILY_CHARACTERS)} and step > 0"

        def work(tx: Transaction) -> tuple[list[Row], list[Row]]:
            counts = d.owner_counts(d.of_family(FAMILY_CHARACTERS))
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
                    yield Tally(owner, dataset, role, verb, records)

    def told(self, family: str) -> Iterable[Acceptance]:
        return ()  # a database is read back, not told

    def forget(self, family: str) -> None:
        d = self.database.dialect
        sql = f"delete from {d.captured} where {d.of_family(FAMILY_CHARACTERS)}"
        self.database.write(lambda tx: tx.execute(sql, {"family": family}), "store.forget")

    @contextmanager
    def readings(self, subjects: Sequence[Subject], plan: StorePlan, schema: Schema) -> Iterator[SqlReadings]:
        """The members' records, captured for as long as they are read."""
        with self.database.look() as tx:

            def capture(several: Sequence[Subject]) -> tuple[str, Sequence[Chunk]]:
                run = Run(id=f"reading {secrets.token_hex(8)}", subjects=tuple(several))
                return run.id, self._capture(tx, run, plan, base=0)

            yield SqlReadings(tx, schema, subjects, capture)

    def _caught(
        self, tx: Transaction, run: Run, plan: StorePlan, doubt: Doubt, at_once: AtOnce | None = None
    ) -> Caught:
        captured = begin(tx, run.id, 0)
        if captured is not None:
            return Caught(chunks=_chunks_of(captured))
        if at_once and plan.holds_anchor:
            self._treatment(tx, run, plan, at_once.keep).lock_members()
        chunks = self._capture(tx, run, plan, base=0)
        doubt(SqlWitness(database=self.database, transaction=tx))
        write_counts(tx, run.id, 0, [[c.dataset, c.role, c.number, c.records] for c in chunks])
        step = at_once.step(chunks) if at_once else None
        if at_once and step:
            begin(tx, run.id, step.number)
            treatment = self._treatment(tx, run, plan, at_once.keep)
            treatment.refuse_let_go(step.parts)
            _treat(treatment, step.number, step.parts)
        return Caught(chunks=chunks, treated=step is not None)

    def _apply(self, tx: Transaction, order: _Order, *, again: bool = False) -> Mapping[int, int]:
        step = order.step
        done = begin(tx, order.run.id, step.number)
        if done is not None:
            return _counts(json.loads(done))
        treatment = self._treatment(tx, order.run, order.plan, order.keep)
        parts = sorted([*step.parts, *self._late(tx, order, treatment)], key=lambda part: (part.operation, part.chunk))
        if again:
            parts = [replace(part, records=treatment.captured_again(part)) for part in parts]
        treatment.refuse_let_go(parts)
        return _treat(treatment, step.number, parts)

    def _treatment(self, tx: Transaction, run: Run, plan: StorePlan, keep: Keep) -> Treatment:
        return Treatment(
            tx=tx, run=run, member=self.member, keep=keep, parameters=_parameters(tx, run, self.member),
            written=self._written(plan),
        )

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
        """Capture what was not captured before, in chunks from `base`; everything that the run has captured by now."""
        parameters = {**_parameters(tx, run, self.member), "size": self.chunk_records, "base": base}
        return catch(tx, self._written(plan).groups, parameters)

    def _written(self, plan: StorePlan) -> Written:
        """The plan's statements, written when they are first needed."""
        found = self.written.get(id(plan))
        if found is None:
            found = self.written[id(plan)] = write(self.database.dialect, plan, self.member)
        return found


def _parameters(tx: Transaction, run: Run, member: MemberSource) -> dict[str, object]:
    parameters: dict[str, object] = {"run": run.id, MEMBERS: tx.many(run.keys)}
    for kind in (source.kind for source in member.identifiers):
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


def _treat(treatment: Treatment, step: int, parts: Sequence[Part]) -> Mapping[int, int]:
    """Carry the parts out and write their counts beside the step's journal row; by operation, how many records."""
    treatment.carry_out(parts)
    counts = [(part.operation, part.chunk, part.records) for part in parts]
    write_counts(treatment.tx, treatment.run.id, step, counts)
    return _counts(counts)


def _meanwhile(refused: StoreError) -> bool:
    """Whether a refusal is what the shop's own writing since the capture would look like."""
    return isinstance(refused, CountDiffers) or refused.sqlstate in _POINTED_AT


def _counts(treated: Iterable[Sequence[int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for operation, _, records in treated:
        counts[operation] = counts.get(operation, 0) + records
    return counts
