"""Before the first step: what verification finds by itself must be what erasure captured."""

from __future__ import annotations

from dataclasses import replace

from adieu.errors import CapturesDiffer
from adieu.planning.plan import Role
from adieu.ports.stores import Doubt, Question, Witnessing
from adieu.verification.walk import Ground, walk


def doubting(ground: Ground, run: str) -> Doubt:
    """The doubt of one run in one store.

    It raises `CapturesDiffer`, naming the dataset and both counts, unless the two agree key by key.
    """

    def doubt(witness: Witnessing) -> None:
        found = walk(ground, witness)
        by_role = ((Role.OWN, found.own), (Role.SHARED, found.shared), (Role.MENTION, found.mentions))
        held = [(role, dataset, keys) for role, of_role in by_role for dataset, keys in of_role.items()]
        captured = witness.keys([ground.captured((run,), dataset, role) for role, dataset, _ in held])
        for (role, dataset, keys), there in zip(held, captured, strict=True):
            if there != keys:
                raise _differ(ground, dataset, f"{len(there)} {role}", len(keys))
        # by now the parents' captured keys are known to be those that were found
        pairs = [(_asked(ground, run, q), ground.captured((run,), name, Role.OWN)) for name, q in found.leaves.items()]
        for (question, _), counts in zip(pairs, witness.compare(pairs), strict=True):
            if counts.unseen or counts.answering != counts.captured:
                raise _differ(ground, question.dataset, f"{counts.captured} own", counts.answering)

    return doubt


def _asked(ground: Ground, run: str, leaf: Question) -> Question:
    """A leaf's question, by its parents' captured keys where the two sides compared those: no key is sent again."""
    parent = ground.hangs_on(ground.datamap.datasets[leaf.dataset].belongs_to[0])
    if parent is None or ground.is_leaf(parent):
        return leaf
    return replace(leaf, values=(), parents=ground.captured((run,), parent, Role.OWN))


def _differ(ground: Ground, dataset: str, captured: str, found: int) -> CapturesDiffer:
    what = (
        f"erasure captured {captured} records, verification found {found}; nothing was erased."
        " Run `adieu check`; if it is silent, report this as a fault of Adieu"
    )
    return CapturesDiffer(what, store=ground.schema.store, dataset=dataset)
