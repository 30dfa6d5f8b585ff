"""Before the first step: what verification finds by itself must be what erasure captured."""

from __future__ import annotations

from adieu.errors import CapturesDiffer
from adieu.planning.plan import Key, Role
from adieu.ports.stores import Captured, Doubt, Witnessing
from adieu.verification.walk import Ground, walk


def doubting(ground: Ground, run: str) -> Doubt:
    """The doubt of one run in one store.

    It raises `CapturesDiffer`, naming the dataset and both counts, unless the two agree key by key.
    """

    def doubt(witness: Witnessing) -> None:
        found = walk(ground, witness)
        by_role = ((Role.OWN, found.own), (Role.SHARED, found.shared), (Role.MENTION, found.mentions))
        held = [(role, dataset, keys) for role, of_role in by_role for dataset, keys in of_role.items()]
        captured = witness.keys([captured_in(ground, (run,), dataset, role) for role, dataset, _ in held])
        for (role, dataset, keys), there in zip(held, captured, strict=True):
            if there != keys:
                raise _differ(ground, dataset, f"{len(there)} {role}", len(keys))
        pairs = [(question, captured_in(ground, (run,), name, Role.OWN)) for name, question in found.leaves.items()]
        for (question, _), counts in zip(pairs, witness.compare(pairs), strict=True):
            if counts.unseen or counts.answering != counts.captured:
                raise _differ(ground, question.dataset, f"{counts.captured} own", counts.answering)

    return doubt


def _differ(ground: Ground, dataset: str, captured: str, found: int) -> CapturesDiffer:
    what = (
        f"erasure captured {captured} records, verification found {found}; nothing was erased."
        " Run `adieu check`; if it is silent, report this as a fault of Adieu"
    )
    return CapturesDiffer(what, store=ground.schema.store, dataset=dataset)


def captured_in(ground: Ground, runs: tuple[str, ...], dataset: str, role: Role) -> Captured:
    """Names what was captured in a dataset."""
    columns = ground.key(dataset)
    return Captured(
        runs=runs, dataset=dataset, role=role, key=Key(columns=columns, types=ground.types(dataset, columns))
    )
