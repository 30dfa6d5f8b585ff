"""One run through all stores, and its division where a store refuses a member."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adieu.erasure.steps import RECORDS_PER_STEP, cut
from adieu.errors import OwnerLeft, StoreError, StoreUnreachable
from adieu.planning.plan import Plan, StorePlan
from adieu.ports.stores import FAMILY_CHARACTERS, FIRST_LATE_CHUNK, AtOnce, Doubt, Keep, Run, Step, Store


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What a run needs beside the members: the plan, the stores, custody for what is retained, and the doubt."""

    batch: str  # random, and in no store: so nobody who reads a journal can guess from a run's id who was in it
    plan: Plan
    stores: Mapping[str, Store]
    keep: Keep
    doubt: Callable[[StorePlan, Run], Doubt]
    locked: Callable[[int, float], None] = lambda members, seconds: None  # told how long a step held its locks


@dataclass(frozen=True, kw_only=True)
class Erased:
    """How a run ended for its members. `lineage` names the run and those it was divided from, oldest first."""

    run: Run
    lineage: tuple[str, ...]
    refused: StoreError | None = None  # None: every step in every store is committed


def erase(attempt: Attempt, run: Run, lineage: tuple[str, ...] = ()) -> Iterator[Erased]:
    """Carry a run out. Every member of it is in exactly one of the answers.

    A refusal undoes its own step; the run is then divided until the member that is refused stands alone, and the
    others go on. A store that cannot be reached refuses all at once. Repeating a run does nothing twice.

    Members are treated together only in one step a store: were a run refused after some of its steps, what those let go
    of could no longer be found by the runs it is divided into. A member who needs several steps is a run alone, and of
    a run that was divided it comes last: nobody waits behind it. It is then captured anew, as the others left it. So is a
    run that finds, on the way, that the other owner of a record has left meanwhile, in another worker's run.
    """
    giants: list[Erased] = []
    yield from _divided(attempt, run, lineage, giants)
    for giant in giants:
        yield from _divided(attempt, giant.run, giant.lineage)


def _divided(
    attempt: Attempt, run: Run, lineage: tuple[str, ...], giants: list[Erased] | None = None
) -> Iterator[Erased]:
    """As `erase`; a member who needs several steps is put among `giants` for later, if there is that list."""
    divided, lineage = bool(lineage), (*lineage, run.id)
    try:
        steps = _captured(attempt, run)
        several = any(len(of_store) > 1 for of_store in steps.values())
        if several and len(run.subjects) > 1:
            for half in _halves(run, attempt.batch):
                yield from _divided(attempt, half, lineage, giants)
            return
        if several and divided and giants is not None:
            giants.append(Erased(run=_anew(run, attempt.batch), lineage=lineage))
            return
        _through_all_stores(attempt, run, steps)
    except OwnerLeft:
        yield from _divided(attempt, _anew(run, attempt.batch), lineage)
        return
    except StoreError as refused:
        if isinstance(refused, StoreUnreachable) or len(run.subjects) == 1:
            yield Erased(run=run, lineage=lineage, refused=refused)
            return
        for half in _halves(run, attempt.batch):
            yield from _divided(attempt, half, lineage, giants)
        return
    yield Erased(run=run, lineage=lineage)


def _captured(attempt: Attempt, run: Run) -> Mapping[str, tuple[Step, ...]]:
    """Fence the members and capture in every store; the steps that are left, by store.

    In the only store, what needs one step is done at once. Where there are several, every capture is agreed on before
    the first step anywhere.
    """
    home = attempt.stores[attempt.plan.stores[-1].store]
    home.members.fence(run)
    alone = len(attempt.plan.stores) == 1
    steps = {}
    for plan in attempt.plan.stores:
        at_once = AtOnce(step=lambda chunks, plan=plan: _only(cut(plan, chunks)), keep=attempt.keep) if alone else None  # type: ignore[misc]
        began = time.monotonic()
        caught = attempt.stores[plan.store].erasing.capture(run, plan, attempt.doubt(plan, run), at_once)
        if caught.treated:
            attempt.locked(len(run.subjects), time.monotonic() - began)
        early = [chunk for chunk in caught.chunks if chunk.number < FIRST_LATE_CHUNK]
        steps[plan.store] = () if caught.treated else cut(plan, early)
    return steps


def _only(steps: Sequence[Step]) -> Step | None:
    return steps[0] if len(steps) == 1 else None


def _through_all_stores(attempt: Attempt, run: Run, steps: Mapping[str, tuple[Step, ...]]) -> None:
    for plan in attempt.plan.stores:
        for step in steps[plan.store]:
            began = time.monotonic()
            attempt.stores[plan.store].erasing.apply(run, plan, step, attempt.keep)
            attempt.locked(len(run.subjects), time.monotonic() - began)


def _anew(run: Run, batch: str) -> Run:
    """The same members in a run that captures anew."""
    return Run(id=part_run_id(batch, [run.id]), subjects=run.subjects)


def _halves(run: Run, batch: str) -> Iterator[Run]:
    """Two runs over the halves of the members."""
    middle = len(run.subjects) // 2
    for subjects in (run.subjects[:middle], run.subjects[middle:]):
        yield Run(id=part_run_id(batch, [subject.key for subject in subjects]), subjects=subjects)


def first_run_id(batch: str) -> str:
    """The id of a batch's first run: the same for the same batch, whoever carries it out."""
    return _digest(batch) + _digest(f"{batch}/{RECORDS_PER_STEP}")


def part_run_id(batch: str, members: Sequence[str]) -> str:
    """The id of a run over some of a batch's members: the same however the batch came to be divided.

    So a member that was refused alone goes on, days later, in the very run that was stopped.
    """
    return first_run_id(batch)[:FAMILY_CHARACTERS] + _digest(f"{batch}/{RECORDS_PER_STEP}/{json.dumps(list(members))}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:FAMILY_CHARACTERS]
