"""Capturing and treating in a SQL store: a journal row and its effect always in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adieu.adapters.stores.capturing import MEMBERS, Capturing, groups
from adieu.adapters.stores.database import Database, Row, Transaction
from adieu.adapters.stores.treatment import Treatment
from adieu.adapters.stores.witnessing import SqlWitness
from adieu.errors import CountDiffers
from adieu.planning.plan import MemberSource, Reach, Role, StorePlan
from adieu.ports.stores import FIRST_LATE_CHUNK, Chunk, Doubt, Keep, Part, Run, Step, Tally

_ROUND = 10_000  # chunk numbers one round of a cyclic group may use


@dataclass(frozen=True, kw_only=True)
class SqlErasing:
    """Implements `ports.stores.Erasing`."""

    database: Database
    member: MemberSource
    chunk_records: int = 5000

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt) -> tuple[Chunk, ...]:
        def work(tx: Transaction) -> tuple[Chunk, ...]:
            if self._begin(tx, run.id, 0) is None:
                self._capture(tx, run, plan, base=0)
                doubt(SqlWitness(database=self.database, transaction=tx))
            return self._chunks(tx, run.id)

        return self.database.write(work, "store.capture", snapshot=True)

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        point = "store.last_step" if step.last else "store.step"
        try:
            return self.database.write(lambda tx: self._apply(tx, run, plan, step, keep), point)
        except CountDiffers:  # the shop wrote meanwhile: those records are captured once more, in the step itself
            return self.database.write(lambda tx: self._apply(tx, run, plan, step, keep, again=True), point)

    def tally(self, run: str, plan: StorePlan) -> Iterable[Tally]:
        d = self.database.dialect
        journaled = f"select counts from {d.journal} where run = {d.param('run')} and step > 0"

        def work(tx: Transaction) -> tuple[list[Row], list[Row]]:
            return tx.execute(d.owner_counts(), {"run": run}), tx.execute(journaled, {"run": run})

        counts, journal = self.database.read(work)
        owned: dict[tuple[object, object, object], list[tuple[str, int]]] = {}
        for dataset, role, chunk, owner, records in counts:
            owned.setdefault((dataset, role, chunk), []).append((str(owner), int(str(records))))
        for (text,) in journal:
            for number, chunk, _ in json.loads(str(text)):
                operation = plan.operations[number]
                dataset, role, verb = operation.dataset, operation.role, operation.verb
                for owner, records in owned.get((dataset, str(role), chunk), ()):
                    yield Tally(owner=owner, dataset=dataset, role=role, verb=verb, records=records)

    def forget(self, runs: Sequence[str]) -> None:
        d = self.database.dialect
        listed = d.listed("r", {"run": "runs"})
        sql = f"delete from {d.captured} where run in (select r.run from {listed})"
        self.database.write(lambda tx: tx.execute(sql, {"runs": tx.many(list(runs))}), "store.forget")

    def _begin(self, tx: Transaction, run: str, step: int) -> str | None:
        """Write the journal row; where it stands already, answer its counts instead."""
        d = tx.dialect
        row = {"run": run, "step": step}
        values = f"({d.param('run')}, {d.param('step')})"
        if tx.affected(f"insert into {d.journal} (run, step) values {values} on conflict do nothing", row, "journal"):
            return None
        where = f"run = {d.param('run')} and step = {d.param('step')}"
        return str(tx.execute(f"select counts from {d.journal} where {where}", row)[0][0])

    def _apply(
        self, tx: Transaction, run: Run, plan: StorePlan, step: Step, keep: Keep, *, again: bool = False
    ) -> Mapping[int, int]:
        d = tx.dialect
        done = self._begin(tx, run.id, step.number)
        if done is not None:
            return _counts(json.loads(done))
        treatment = Treatment(tx=tx, run=run, member=self.member, keep=keep, parameters=self._parameters(tx, run))
        parts = [*step.parts, *(self._late(tx, run, plan) if step.last else ())]
        treated = []
        for part in sorted(parts, key=lambda part: (part.operation, part.chunk)):
            operation = plan.operations[part.operation]
            expected = treatment.captured_again(operation, part) if again else part.records
            treatment.carry_out(operation, part.chunk, expected)
            treated.append((part.operation, part.chunk, expected))
        where = f"run = {d.param('run')} and step = {d.param('step')}"
        row = {"run": run.id, "step": step.number, "counts": json.dumps(treated)}
        tx.execute(f"update {d.journal} set counts = {d.param('counts')} where {where}", row)
        return _counts(treated)

    def _late(self, tx: Transaction, run: Run, plan: StorePlan) -> list[Part]:
        """Lock the member records, then capture what the shop wrote since."""
        d = tx.dialect
        key = d.column(self.member.key, "x")
        among = f"{key} in (select {d.typed('m.owner', self.member.key_type)} from {d.listed('m', {'owner': MEMBERS})})"
        if plan.holds_anchor:
            table = d.table(self.member.dataset)
            sql = f"select 1 from {table} x where {among} order by {key}{d.locking('x')}"
            tx.execute(sql, self._parameters(tx, run), self.member.dataset)
        self._capture(tx, run, plan, base=FIRST_LATE_CHUNK)
        late = [chunk for chunk in self._chunks(tx, run.id) if chunk.number >= FIRST_LATE_CHUNK]
        return [
            Part(operation=operation.number, chunk=chunk.number, records=chunk.records)
            for chunk in late
            for operation in plan.operations
            if (operation.dataset, operation.role) == (chunk.dataset, chunk.role)
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
        """Round after round until nothing new belongs to the members; who is held back is decided anew each round."""
        d = tx.dialect
        names = {reach.dataset for reach in group}
        before = -1
        while (found := self._own(tx, str(parameters["run"]), names)) != before:
            before = found
            for reach in group:
                undo = (
                    f"delete from {d.captured} where run = {d.param('run')} and role = '{Role.SHARED}'"
                    f" and dataset = {d.literal(reach.dataset)} and chunk >= {d.param('base')}"
                )
                tx.execute(undo, parameters, reach.dataset)
                tx.execute(capturing.statement(reach), parameters, reach.dataset)
            parameters = {**parameters, "base": int(str(parameters["base"])) + _ROUND}

    def _own(self, tx: Transaction, run: str, names: set[str]) -> int:
        chunks = self._chunks(tx, run)
        return sum(chunk.records for chunk in chunks if chunk.dataset in names and chunk.role is Role.OWN)

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


def _counts(treated: Iterable[Sequence[int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for operation, _, records in treated:
        counts[operation] = counts.get(operation, 0) + records
    return counts
