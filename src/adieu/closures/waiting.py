"""Closures that wait for open matters: looked at again, and started once nothing is under way any more."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from adieu.closures.desk import Desk
from adieu.closures.facts import seal, unseal
from adieu.closures.life import Event, advance
from adieu.errors import RegisterConflict
from adieu.ports.register import Closure, Move, State
from adieu.ports.stores import OpenRecord

_log = logging.getLogger(__name__)


def look_again(desk: Desk) -> tuple[str, ...]:
    """Start the waiting closures whose open matters are settled; every batch that should be under way, to be queued.

    Batches that run already are among them: if a process died after starting a closure and before queueing it, the next
    look mends that. To queue a batch twice changes nothing.

    Raises:
        StoreError: a store does not answer; nothing was started.
    """
    closures = tuple(desk.register.in_states(desk.shop, (State.WAITING, State.RUNNING)))
    sealed = desk.register.sealed([c.id for c in closures if c.state is State.WAITING])
    waiting = {c: unseal(desk, c.id, sealed[c.id]).subject.key for c in closures if c.id in sealed}
    try:
        due = come_due(desk, waiting)
    except RegisterConflict:  # another worker, or the member, was quicker: the next look sees what became of them
        due = []
    _log.info("waiting closures looked at", extra={"waiting": len(waiting), "due": len(due)})
    started = (*due, *(c for c in closures if c.state is State.RUNNING))
    return tuple(dict.fromkeys(c.batch for c in started if c.batch))


def come_due(desk: Desk, waiting: Mapping[Closure, str], *, regardless: bool = False) -> list[Closure]:
    """Start the waiting closures whose open matters are settled by now, or all of them; by closure: the member's key.

    Raises:
        RegisterConflict: one of them waits no longer; nothing was started.
    """
    under_way = {} if regardless else open_matters(desk, list(waiting.values()))
    due = [c for c, key in waiting.items() if not any(record.waits for record in under_way.get(key, ()))]
    after = advance(State.WAITING, Event.COME_DUE)
    anew = _read_anew(desk, {c: waiting[c] for c in due})
    moves = [Move(closure=c.id, before=State.WAITING, after=after, sealed_subject=anew.get(c.id)) for c in due]
    moves += [Move(closure=c.id, before=after, after=advance(after, Event.START)) for c in due]
    desk.register.move(moves, desk.clock.now())
    return due


def open_matters(desk: Desk, keys: Sequence[str]) -> dict[str, list[OpenRecord]]:
    """What is still under way for members in any store, by their keys; a member without anything is not answered."""
    found: dict[str, list[OpenRecord]] = {}
    for store in desk.stores.values():
        for key, records in store.members.open_matters(keys).items():
            found.setdefault(key, []).extend(records)
    return found


def _read_anew(desk: Desk, due: Mapping[Closure, str]) -> Mapping[str, bytes]:
    """The facts of closures sealed with the member records as they are now: an e-mail may have changed meanwhile."""
    sealed = desk.register.sealed([closure.id for closure in due])
    found = {}
    for closure, key in due.items():
        for subject in desk.home.members.subjects([key], frozenset(closure.proved_by_operator)):
            facts = unseal(desk, closure.id, sealed[closure.id])
            found[closure.id] = seal(desk, closure.id, replace(facts, subject=subject))
    return found
