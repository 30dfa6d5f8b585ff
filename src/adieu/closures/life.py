"""A closure's life (design §5) as a pure function."""

from __future__ import annotations

from enum import StrEnum

from adieu.errors import NotNow
from adieu.ports.register import State


class Event(StrEnum):
    """What can happen to a closure."""

    CONFIRM = "confirm"
    FIND_OPEN = "find open matters"
    COOL_OFF = "choose cooling-off"
    COME_DUE = "come due"
    START = "start"
    VERIFY = "verify"
    CLOSE = "close"
    FAIL = "fail"
    FIND_AWAY = "find a store that does not answer"
    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"


_S, _E = State, Event
_MOVES: dict[tuple[State, Event], State] = {
    (_S.OPENED, _E.CONFIRM): _S.CONFIRMED,
    (_S.CONFIRMED, _E.FIND_OPEN): _S.WAITING,
    (_S.CONFIRMED, _E.COOL_OFF): _S.COOLING_OFF,
    (_S.CONFIRMED, _E.COME_DUE): _S.DUE,
    (_S.WAITING, _E.COME_DUE): _S.DUE,
    (_S.WAITING, _E.COOL_OFF): _S.COOLING_OFF,
    (_S.COOLING_OFF, _E.COME_DUE): _S.DUE,
    (_S.DUE, _E.FIND_OPEN): _S.WAITING,
    (_S.DUE, _E.START): _S.RUNNING,
    (_S.RUNNING, _E.VERIFY): _S.VERIFIED,
    (_S.RUNNING, _E.FAIL): _S.NEEDS_OPERATOR,
    (_S.RUNNING, _E.FIND_AWAY): _S.RUNNING,
    (_S.VERIFIED, _E.CLOSE): _S.CLOSED,
    (_S.NEEDS_OPERATOR, _E.START): _S.RUNNING,
    (_S.ON_HOLD, _E.RELEASE): _S.CONFIRMED,
    **{(state, _E.CANCEL): _S.CANCELLED for state in (_S.OPENED, _S.CONFIRMED, _S.WAITING, _S.COOLING_OFF, _S.DUE)},
    **{(state, _E.HOLD): _S.ON_HOLD for state in (_S.OPENED, _S.CONFIRMED, _S.WAITING, _S.COOLING_OFF, _S.DUE)},
}


def advance(state: State, event: Event) -> State:
    """The state after `event`.

    ==============  =====================================================================================
    state           events
    ==============  =====================================================================================
    opened          confirm → confirmed
    confirmed       find open matters → waiting · choose cooling-off → cooling off · come due → due
    waiting         come due → due · choose cooling-off → cooling off
    cooling off     come due → due
    due             start → running · find open matters (read again) → waiting
    running         verify → verified · fail → needs operator · find a store that does not answer → running
    verified        close → closed
    needs operator  start → running; never cancelled, since a step may be committed
    on hold         release → confirmed (open matters are read again)
    before running  cancel → cancelled · hold → on hold
    ==============  =====================================================================================

    Raises:
        NotNow: any other pair.
    """
    try:
        return _MOVES[state, event]
    except KeyError:
        possible = ", ".join(sorted(e for s, e in _MOVES if s is state)) or "nothing"
        raise NotNow(f"`{event}` cannot happen to a closure that is `{state}`; possible: {possible}") from None
