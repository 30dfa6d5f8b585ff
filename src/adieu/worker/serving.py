"""The worker's round: look again at what waits, queue what came due, carry out what is queued, pause."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from adieu.errors import AdieuError
from adieu.ports.batches import Batches
from adieu.ports.clock import Clock

_log = logging.getLogger(__name__)


def serve(
    batches: Batches, look: Callable[[], Iterable[str]], clock: Clock, *, look_every: timedelta, pause: Callable[[], bool]
) -> int:
    """Work in rounds until `pause`, called when nothing is left to do, answers False; the number of batches done.

    `look` answers the batches to queue. It is asked in the first round, and after that at most once in `look_every`. If it
    fails, that is logged and the next look is as far away: the queue is worked on all the same.
    """
    done, next_look = 0, clock.now()
    while True:
        if clock.now() >= next_look:
            next_look = clock.now() + look_every
            _queue(batches, look)
        done += batches.work(until_idle=True)
        if not pause():
            return done


def _queue(batches: Batches, look: Callable[[], Iterable[str]]) -> None:
    try:
        for batch in look():
            batches.later(batch)
    except AdieuError as error:
        _log.error("waiting closures could not be looked at: %s", error, extra={"cause": type(error).__name__})
