"""Running a batch: erase, read back, testify, forget. Every part may be repeated; a crash anywhere goes on here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from adieu.closures.desk import Desk
from adieu.closures.facts import Facts, regime_of, unseal
from adieu.closures.gathering import gathered
from adieu.closures.life import Event, advance
from adieu.closures.stating import Testimony
from adieu.closures.testifying import testify
from adieu.erasure import Attempt, Erased, erase, first_run_id, part_run_id
from adieu.errors import LawError, NeedsOperator, StoreError, StoreUnreachable, VaultRefused
from adieu.law import kept_until
from adieu.planning.plan import StorePlan
from adieu.ports.register import Closure, Move, State
from adieu.ports.stores import FAMILY_CHARACTERS, Custodial, Doubt, Keep, Run
from adieu.ports.vault import Deposit
from adieu.verification import Ground, Report, doubting, verify

RESIDUE = "verification still found records of the member"  # begins the cause of a closure that has residue
ANEW = "started again at"  # begins the cause of a closure that captures anew, and names its run


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A running closure with what is known of its member."""

    closure: Closure
    facts: Facts


def run_batch(desk: Desk, batch: str) -> None:
    """Carry a batch to its end: every running closure of it is closed with a receipt, or needs an operator and why.

    Raises:
        NeedsOperator: some closures of it stopped, now or before; so the batch does not count as done.
        StoreUnreachable: a store does not answer; its closures stay running, with the cause, and a worker tries again.
        StoreError, RegisterConflict, …: the batch can be run again and goes on.
    """
    closures = desk.register.batch(batch)
    cases = _running(desk, closures)
    if cases:
        attempt = Attempt(
            batch=batch, plan=desk.plan, stores=desk.stores, keep=_keeping(desk, cases), doubt=_doubting(desk),
            locked=desk.pace.note,
        )
        run, lineage = _run(batch, cases, len(cases) == len(closures))
        _conclude(desk, cases, list(erase(attempt, run, lineage)))
    unfinished = desk.register.unfinished(batch)
    if not unfinished:
        _forget(desk, batch)
    stopped = [c.id for c in unfinished if c.state is State.NEEDS_OPERATOR]
    if stopped:
        raise NeedsOperator(f"{len(stopped)} closures of batch {batch} need an operator; their causes are on record")


def _run(batch: str, cases: Mapping[str, _Case], everybody: bool) -> tuple[Run, tuple[str, ...]]:
    """The run over what is left of a batch, and the run it is a part of.

    The same members are the same run, so that what was committed is never done twice. Where verification found
    residue, the mark of its new start makes it another run: one that captures anew.
    """
    first = first_run_id(batch)
    subjects = tuple(case.facts.subject for case in cases.values())
    marks = [mark for case in cases.values() if (mark := _mark(case.closure))]
    if everybody and not marks:
        return Run(id=first, subjects=subjects), ()
    return Run(id=part_run_id(batch, [*cases, *marks]), subjects=subjects), (first,)


def _mark(closure: Closure) -> str:
    """The mark of a new start, without what was noted behind it."""
    cause = closure.cause or ""
    return cause.partition(";")[0] if cause.startswith(ANEW) else ""


def _running(desk: Desk, closures: Sequence[Closure]) -> Mapping[str, _Case]:
    """The running closures of a batch by the member's key, ordered by it."""
    running = {c.id: c for c in closures if c.state is State.RUNNING}
    sealed = desk.register.sealed(list(running))
    cases = [_Case(closure=running[id], facts=unseal(desk, id, data)) for id, data in sealed.items()]
    return {case.facts.subject.key: case for case in sorted(cases, key=lambda case: case.facts.subject.key)}


def _doubting(desk: Desk) -> Callable[[StorePlan, Run], Doubt]:
    def doubt(plan: StorePlan, run: Run) -> Doubt:
        return doubting(_ground(desk, plan.store, run), run.id)

    return doubt


def _ground(desk: Desk, store: str, run: Run) -> Ground:
    return Ground(datamap=desk.datamap, schema=desk.schemas[store], subjects=run.subjects)


def _keeping(desk: Desk, cases: Mapping[str, _Case]) -> Keep:
    def keep(items: Sequence[Custodial]) -> None:
        try:
            deposits = [_deposit(desk, cases[item.owner], item) for item in items]
            today = desk.clock.now().date()  # a record past its last day has no basis to be kept any more
            desk.vault.keep(desk.shop, [deposit for deposit in deposits if deposit.until >= today])
        except (LawError, VaultRefused) as refused:  # as a refusal of the step: so the one member is found, others go on
            store, dataset = items[0].dataset.split(".", 1)[0], items[0].dataset
            raise StoreError(str(refused), store=store, dataset=dataset) from None

    return keep


def _deposit(desk: Desk, case: _Case, item: Custodial) -> Deposit:
    regime = regime_of(desk.datamap, case.facts.subject)
    today = desk.clock.now().astimezone(ZoneInfo(regime.zone)).date()
    if item.counted_from is None:
        raise LawError(
            f"{item.dataset}: a record has no date in the map's `counted_from`, so its last day cannot be decided;"
            " mend the record, then close again"
        )
    zone = ZoneInfo(desk.datamap.stores[item.dataset.split(".", 1)[0]].zone)
    until: date = kept_until(regime.basis(item.basis, today), item.counted_from, zone)
    return Deposit(closure=case.closure.id, item=item, until=until)


def _conclude(desk: Desk, cases: Mapping[str, _Case], ended: Sequence[Erased]) -> None:
    """End everybody who may be closed in one transaction, then stop the others: a crash leaves no half of either."""
    causes: dict[str, str] = {}
    good: list[Testimony] = []
    away: dict[str, StoreUnreachable] = {}
    for erased in ended:
        keys = [subject.key for subject in erased.run.subjects]
        if isinstance(erased.refused, StoreUnreachable):
            away |= dict.fromkeys(keys, erased.refused)
            continue
        if erased.refused is not None:
            causes |= dict.fromkeys(keys, str(erased.refused))
            continue
        reports = list(_read_back(desk, erased))
        causes |= {key: what for key in keys if (what := _residue(key, reports))}
        good += [
            Testimony(closure=cases[key].closure, facts=cases[key].facts, reports=reports)
            for key in keys if key not in causes
        ]
    if good:
        refused = testify(desk, gathered(desk, ended[0].run.family, good))
        causes |= {key: refused[case.closure.id] for key, case in cases.items() if case.closure.id in refused}
    _stop(desk, causes, cases)
    if away:
        _wait_for(desk, away, cases)


def _wait_for(desk: Desk, away: Mapping[str, StoreUnreachable], cases: Mapping[str, _Case]) -> None:
    """Closures whose store does not answer stay running; their cause says so, and the batch does not count as done."""
    after = advance(State.RUNNING, Event.FIND_AWAY)
    moves = []
    for key, refused in away.items():
        closure = cases[key].closure
        cause = "; ".join(part for part in (_mark(closure), str(refused)) if part)
        moves.append(Move(closure=closure.id, before=State.RUNNING, after=after, cause=cause))
    desk.register.move(moves, desk.clock.now())
    first = next(iter(away.values()))
    raise StoreUnreachable(
        f"{first.what}; {len(away)} closures stay under way, and nothing is lost: `adieu work` tries again by itself, or"
        " close again", store=first.store, dataset=first.dataset, sqlstate=first.sqlstate,
    )


def _read_back(desk: Desk, erased: Erased) -> Iterator[Report]:
    for plan in desk.plan.stores:
        ground = _ground(desk, plan.store, erased.run)
        yield desk.stores[plan.store].read_back(lambda witness, g=ground: verify(g, erased.lineage, witness))  # type: ignore[misc]


def _residue(key: str, reports: Sequence[Report]) -> str:
    found = {dataset: count for report in reports for dataset, count in report.residue.get(key, {}).items()}
    if not found:
        return ""
    where = ", ".join(f"{dataset} {count}" for dataset, count in sorted(found.items()))
    return f"{RESIDUE} ({where}); look who writes there, then close again"


def _stop(desk: Desk, causes: Mapping[str, str], concerned: Mapping[str, _Case]) -> None:
    after = advance(State.RUNNING, Event.FAIL)
    moves = [
        Move(closure=concerned[key].closure.id, before=State.RUNNING, after=after, cause=cause)
        for key, cause in causes.items()
    ]
    if moves:
        desk.register.move(moves, desk.clock.now())


def _forget(desk: Desk, batch: str) -> None:
    """Once every closure of a batch is finished, its captured keys go; until then an operator may still need them."""
    for store in desk.stores.values():
        store.erasing.forget(first_run_id(batch)[:FAMILY_CHARACTERS])
