"""A worker's rounds, on a clock the test moves: how often it looks at what waits, and what it does when a look fails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from adieu.errors import StoreUnreachable
from adieu.worker import serve

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Turning:
    """A clock that a round moves on by a minute; and the batches, which write down what was asked of them."""

    def __init__(self, rounds: int) -> None:
        self.at, self.rounds = START, rounds
        self.queued: list[tuple[int, str]] = []  # (minute, batch)
        self.worked = 0

    def now(self) -> datetime:
        return self.at

    def minute(self) -> int:
        return int((self.at - START) / MINUTE)

    def later(self, batch: str) -> None:
        self.queued.append((self.minute(), batch))

    def work(self, until_idle: bool) -> int:
        assert until_idle
        self.worked += 1
        return 1

    def run(self, batch: str) -> None:
        raise AssertionError("a worker queues")

    def adopt(self, worker: str) -> int:
        raise AssertionError("a worker that lives adopts nothing")

    def close(self) -> None:
        raise AssertionError("who opened them closes them")

    def pause(self) -> bool:
        self.at += MINUTE
        self.rounds -= 1
        return self.rounds > 0


def serving(turning: Turning, look: Iterable[str] | Exception) -> int:
    def answer() -> Iterable[str]:
        if isinstance(look, Exception):
            raise look
        return look

    return serve(turning, answer, turning, look_every=10 * MINUTE, pause=turning.pause)


def test_the_first_round_looks_and_then_one_in_ten_minutes() -> None:
    turning = Turning(rounds=25)
    assert serving(turning, ["a", "b"]) == 25
    assert turning.queued == [(minute, batch) for minute in (0, 10, 20) for batch in ("a", "b")]
    assert turning.worked == 25


def test_one_round_looks_once_and_ends() -> None:
    turning = Turning(rounds=1)
    assert serving(turning, ["a"]) == 1
    assert turning.queued == [(0, "a")]


def test_a_look_that_fails_is_logged_and_the_queue_is_worked_on(caplog: pytest.LogCaptureFixture) -> None:
    turning = Turning(rounds=12)
    assert serving(turning, StoreUnreachable("the store does not answer", store="shop")) == 12
    assert [record.message for record in caplog.records] == [
        "waiting closures could not be looked at: the store does not answer (store shop)"
    ] * 2


def test_what_is_no_error_of_adieus_ends_the_worker() -> None:
    with pytest.raises(ZeroDivisionError):
        serving(Turning(rounds=2), ZeroDivisionError())
