"""From captured chunks to steps: bounded transactions in the plan's order. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adieu.planning.plan import StorePlan
from adieu.ports.stores import Chunk, Part, Step

RECORDS_PER_STEP = 60_000  # what one transaction may touch; part of every run's id, so that a change starts anew


def cut(plan: StorePlan, chunks: Sequence[Chunk], limit: int = RECORDS_PER_STEP) -> tuple[Step, ...]:
    """The steps of a run in one store, numbered from 1.

    Every part of every operation stands in exactly one step, in the plan's order. The last step holds the member
    record and whatever must follow it; there is always a last step, for it also captures what came since.
    """
    parts = list(_parts(plan, chunks))
    first_last = next((o.number for o in plan.operations if o.anchor), len(plan.operations))
    groups: list[list[Part]] = [[]]
    room = limit
    for part in parts:
        if part.operation < first_last and part.records > room and groups[-1]:
            groups.append([])
            room = limit
        groups[-1].append(part)
        room -= part.records
    return tuple(
        Step(number=number, parts=tuple(group), last=number == len(groups)) for number, group in enumerate(groups, 1)
    )


def _parts(plan: StorePlan, chunks: Sequence[Chunk]) -> Iterator[Part]:
    for operation in plan.operations:
        for chunk in chunks:
            if (chunk.dataset, chunk.role) == (operation.dataset, operation.role):
                yield Part(operation=operation.number, chunk=chunk.number, records=chunk.records)
