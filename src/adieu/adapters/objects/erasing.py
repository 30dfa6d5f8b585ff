"""Capturing and deleting in a bucket. Nothing is atomic here: the journal says first what a step is about to delete.

Fault points: ``objects.capture`` and ``objects.step`` with ``.before_journal`` and ``.after_journal``,
``objects.step.after_deletion``, and ``objects.forget`` with ``.before_journal`` and ``.after_journal``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from adieu.adapters.objects.looking import Looking
from adieu.adapters.objects.shelves import Aisle, Shelf
from adieu.adapters.objects.sweeping import Sweeping
from adieu.adapters.objects.witnessing import ObjectsWitness
from adieu.errors import CapturesDiffer
from adieu.planning.plan import Operation, Role, StorePlan, Verb
from adieu.ports.faults import FaultPoints
from adieu.ports.journal import Journal
from adieu.ports.stores import Acceptance, AtOnce, Caught, Chunk, Doubt, Keep, Run, Step, Tally

LOOKS = 3  # how often erasing and doubting look at a bucket in which the shop goes on writing

Counts = dict[str, dict[str, int]]
"""Distinct objects by dataset and owner; who has none is left out."""


@dataclass(frozen=True, kw_only=True)
class ObjectsErasing:
    """Implements `ports.stores.Erasing`."""

    store: str
    looking: Looking
    shelves: Mapping[str, Shelf]
    journal: Journal
    faults: FaultPoints

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt, at_once: AtOnce | None = None) -> Caught:
        """As promised, except that nothing is locked, and only counts are written: no object's key."""
        written = self.journal.entry(self.store, run.id, 0)
        if written is None:
            counts = self._agreed(run, plan, doubt)
            self.faults.reach("objects.capture.before_journal")
            written = self.journal.write(self.store, run.id, 0, msgspec.json.encode(counts))
            self.faults.reach("objects.capture.after_journal")
        return Caught(
            chunks=tuple(
                Chunk(dataset=dataset, role=Role.OWN, number=0, records=sum(owners.values()))
                for dataset, owners in _counts(written).items()
            )
        )

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        """Write down what is about to go, then delete until nothing is listed; a repeat answers what was written.

        Raises:
            StoreError: an object is refused, or the shop writes faster than is deleted; what was deleted stays so.
        """
        chosen = _operations(plan, step)
        aisles = self._aisles(run, chosen)
        sweeping = Sweeping(looking=self.looking)
        written = self.journal.entry(self.store, run.id, step.number)
        if written is None:
            looked = self.looking.look(aisles, hold=True)
            counts = _by_dataset((one.aisle, one.found.records) for one in looked)
            self.faults.reach("objects.step.before_journal")
            written = self.journal.write(self.store, run.id, step.number, msgspec.json.encode(counts))
            self.faults.reach("objects.step.after_journal")
            sweeping.delete(looked)
            aisles = [one.aisle for one in looked if not one.empty]
        sweeping.abort_uploads([self.shelves[one.dataset] for one in chosen], run.keys)
        sweeping.empty(aisles)
        self.faults.reach("objects.step.after_deletion")
        gone = _counts(written)
        return {one.number: sum(gone.get(one.dataset, {}).values()) for one in chosen}

    def tally(self, family: str, plan: StorePlan) -> Iterable[Tally]:
        """The most that any step of the family counted: what a divided run left is counted again by its parts."""
        most: dict[tuple[str, str], int] = {}
        for entry in self.journal.entries(self.store, family):
            for dataset, owners in _counts(entry.content).items() if entry.step else ():
                for owner, records in owners.items():
                    most[owner, dataset] = max(records, most.get((owner, dataset), 0))
        for (owner, dataset), records in most.items():
            yield Tally(owner, dataset, Role.OWN, Verb.DELETE, records)

    def told(self, family: str) -> Iterable[Acceptance]:
        """A bucket is read back, not told."""
        return ()

    def forget(self, family: str) -> None:
        """Remove the family's journal entries, counts included: they name members."""
        self.faults.reach("objects.forget.before_journal")
        self.journal.forget(self.store, family)
        self.faults.reach("objects.forget.after_journal")

    def _agreed(self, run: Run, plan: StorePlan, doubt: Doubt) -> Counts:
        """What was found, once the doubting side found the same; the shop may write between the two looks."""
        aisles = self._aisles(run, plan.operations)
        for left in reversed(range(LOOKS)):
            looked = self.looking.look(aisles)
            captured = {(one.aisle.dataset, one.aisle.member): one.found for one in looked}
            templates = {name: shelf.template for name, shelf in self.shelves.items()}
            try:
                doubt(ObjectsWitness(bucket=self.looking.bucket, templates=templates, captured=captured))
            except CapturesDiffer:
                if not left:
                    raise
                continue
            break
        return _by_dataset((one.aisle, one.found.records) for one in looked)

    def _aisles(self, run: Run, operations: Sequence[Operation]) -> list[Aisle]:
        shelves = [self.shelves[one.dataset] for one in operations]
        return [
            Aisle(dataset=shelf.dataset, member=key, prefix=shelf.prefix(key)) for shelf in shelves for key in run.keys
        ]


def _operations(plan: StorePlan, step: Step) -> list[Operation]:
    """What a step treats: the last one everything, whatever came since."""
    named = {part.operation for part in step.parts}
    return [one for one in plan.operations if step.last or one.number in named]


def _by_dataset(counted: Iterable[tuple[Aisle, int]]) -> Counts:
    counts: Counts = {}
    for aisle, records in counted:
        if records:
            counts.setdefault(aisle.dataset, {})[aisle.member] = records
    return counts


def _counts(written: bytes) -> Counts:
    return msgspec.json.decode(written, type=dict[str, dict[str, int]])
