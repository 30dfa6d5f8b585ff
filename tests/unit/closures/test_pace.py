"""How many members the next batch has, from how long the last one held its locks."""

from __future__ import annotations

import pytest

from adieu.closures.pace import FEWEST, MOST, Pace, next_size


@pytest.mark.parametrize(("size", "members", "seconds", "after"), [
    (500, 500, 0.26, 250),  # too long: half
    (500, 500, 0.20, 500),  # twice that would be too long
    (500, 500, 0.125, 1000),  # twice that is just within
    (500, 499, 0.01, 500),  # not a full batch: it proves nothing
    (500, 1, 9.0, 500),  # a giant alone: no smaller batch would mend that
    (500, 40, 0.3, 250),  # a part of a batch that was divided still counts
    (30, 30, 9.0, FEWEST), (MOST, MOST, 0.001, MOST), (1500, 1500, 0.001, MOST),
    (10, 10, 9.0, 10), (4000, 4000, 0.001, 4000),  # outside the bounds by the operator's own choice
])
def test_a_batch_halves_and_doubles_towards_the_target(size: int, members: int, seconds: float, after: int) -> None:
    assert next_size(size, members, seconds, 0.25) == after


@pytest.mark.parametrize("seconds", [0.0001, 60.0])
def test_a_target_of_zero_pins_the_size(seconds: float) -> None:
    assert next_size(500, 500, seconds, 0.0) == 500


def test_of_a_batch_the_longest_step_counts_and_only_once() -> None:
    pace = Pace(size=400, target_seconds=0.25)
    assert pace.next() == 400  # nothing was measured yet
    pace.note(400, 0.3)
    pace.note(400, 0.01)
    assert pace.next() == 200
    assert pace.next() == 200
    pace.note(200, 0.01)
    assert pace.next() == 400
