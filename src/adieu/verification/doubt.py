"""Before the first step: what verification finds by itself must be what erasure captured."""

from __future__ import annotations

from collections.abc import Mapping

from adieu.errors import CapturesDiffer
from adieu.planning.plan import Key, Role
from adieu.ports.stores import Captured, Doubt, KeyText, Witnessing
from adieu.verification.walk import Ground, walk


def doubting(ground: Ground, run: str) -> Doubt:
    """The doubt of one run in one store.

    It raises `CapturesDiffer`, naming the dataset and both counts, unless the two agree key by key.
    """

    def doubt(witness: Witnessing) -> None:
        found = walk(ground, witness)
        _compare(ground, run, witness, Role.OWN, found.own)
        _compare(ground, run, witness, Role.SHARED, found.shared)
        _compare(ground, run, witness, Role.MENTION, found.mentions)
        for dataset, question in found.leaves.items():
            answering, unseen, captured = witness.compare(question, captured_in(ground, (run,), dataset, Role.OWN))
            if unseen or answering != captured:
                raise _differ(ground, dataset, f"{captured} own", answering)

    return doubt


def _compare(ground: Ground, run: str, witness: Witnessing, role: Role, found: Mapping[str, set[KeyText]]) -> None:
    for dataset, keys in found.items():
        captured = witness.keys(captured_in(ground, (run,), dataset, role))
        if captured != keys:
            raise _differ(ground, dataset, f"{len(captured)} {role}", len(keys))


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
