"""Killed at any fault point, any number of times: a new process ends the closure, and everything happened once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.conftest import MakeHome, made_homes
from tests.acceptance.house import KILLED, Home
from tests.acceptance.kills import LEAVERS, Unkilled, assert_ended_as, unkilled

from adieu.testing.faults import KillAt

COMMITS = ("register.begin", "store.fence", "store.capture", "store.step", "vault.keep", "store.last_step", "register.end",
           "store.forget")
POINTS = ("receipt.signed", *(f"{name}.{moment}" for name in COMMITS for moment in ("before_commit", "after_commit")))
#: Only where a member is refused; killed in test_refusals.
ELSEWHERE = ("register.move.before_commit", "register.move.after_commit")
TWICE = (
    ("register.begin.after_commit", "store.step.after_commit"), ("store.step.before_commit", "store.step.before_commit"),
    ("vault.keep.after_commit", "register.end.before_commit"), ("store.last_step.after_commit", "receipt.signed"),
    ("register.end.after_commit", "store.forget.before_commit"),
)
ONE_STEP = 60_000
_killed: dict[str, dict[str, int]] = {}


@pytest.fixture(scope="module")
def reference(engine: str, _template: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unkilled]:
    """The run that nobody killed."""
    with made_homes(_template, tmp_path_factory.mktemp("reference")) as make:
        yield unkilled(make())


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_a_new_process_ends_it_once(
    make_home: MakeHome, reference: Unkilled, engine: str, point: str
) -> None:
    passed = reference.points[point]
    assert passed, f"{point} is never passed"
    for nth in sorted({1, passed}):  # the first and the last
        home = make_home()
        assert home.close(*LEAVERS, faults=KillAt(point, nth)).codes == [KILLED]
        done = home.close(*LEAVERS)
        assert done.codes == [0], (nth, done.err)
        assert_ended_as(home, reference)
        _killed.setdefault(engine, {}).setdefault(point, 0)
        _killed[engine][point] += 1


@pytest.mark.parametrize("point", ["store.capture.before_commit", "store.capture.after_commit", "vault.keep.after_commit"])
def test_killed_where_one_step_is_done_at_once_with_the_capture_a_new_process_ends_it_once(
    make_home: MakeHome, point: str
) -> None:
    quiet = unkilled(make_home().with_records_per_step(ONE_STEP))
    assert not [passed for passed in quiet.points if passed.startswith(("store.step", "store.last_step"))]
    home = make_home().with_records_per_step(ONE_STEP)
    assert home.close(*LEAVERS, faults=KillAt(point)).codes == [KILLED]
    done = home.close(*LEAVERS)
    assert done.codes == [0], done.err
    assert_ended_as(home, quiet)


@pytest.mark.parametrize("points", TWICE, ids="+".join)
def test_killed_twice_a_third_process_ends_it_once(
    make_home: MakeHome, reference: Unkilled, points: tuple[str, str]
) -> None:
    home = make_home()
    for point in points:
        assert home.close(*LEAVERS, faults=KillAt(point)).codes == [KILLED], point
    done = home.close(*LEAVERS)
    assert done.codes == [0], done.err
    assert_ended_as(home, reference)


def test_every_point_passed_is_killed_at_and_documented(
    reference: Unkilled, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\n{engine}: fault point, passings, kills")
        for point, passed in sorted(reference.points.items()):
            print(f"  {point:32} {passed:3} {_killed.get(engine, {}).get(point, 0):3}")
    assert set(reference.points) == set(POINTS)
    text = (Path(__file__).resolve().parents[2] / "docs" / "fault-points.md").read_text(encoding="utf-8")
    for point in (*POINTS, *ELSEWHERE):
        assert f"`{point.removesuffix('.before_commit').removesuffix('.after_commit')}`" in text, point
