"""Two workers on one store that carry out different batches at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from threading import Thread

import psycopg
import pytest
from tests.support.sql_kind import SqlKind

from adieu.erasure import Attempt, cut, erase, first_run_id
from adieu.errors import OwnerLeft
from adieu.planning.plan import Role, StorePlan
from adieu.ports.stores import AtOnce, Chunk, Custodial, Doubt, Run, Step, Witnessing
from adieu.testing.contract.case import Case, Custody, agree, begin
from adieu.verification import doubting


@pytest.fixture
def kind(postgresql: str) -> Iterator[SqlKind]:
    """On PostgreSQL; on MariaDB and SQLite the second worker waits for the first one before it captures anything."""
    kind = SqlKind(postgresql)
    yield kind
    kind.close()


def waits(url: str) -> bool:
    """Whether somebody waits for a lock."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return bool(connection.execute("select 1 from pg_locks where not granted").fetchall())


def at_once(case: Case) -> AtOnce:
    def only(chunks: Sequence[Chunk]) -> Step | None:
        (step,) = cut(case.here, chunks)
        return step

    return AtOnce(step=only, keep=Custody())


def test_the_last_of_two_owners_who_leave_at_once_takes_their_record_along(kind: SqlKind) -> None:
    case = begin(kind)
    other, one, two = case.another(), case.run(1), case.run(2, run="r2")
    closed: list[Witnessing] = []

    def while_the_other_is_closed(witness: Witnessing) -> None:
        if not closed:
            closed.append(witness)
            assert other.store.erasing.capture(two, case.here, agree, at_once(other)).treated

    caught = case.store.erasing.capture(one, case.here, while_the_other_is_closed, at_once(case))
    assert 12 in {row["id"] for row in case.rows()["talk"]}, "the first one to go left it to the other"
    assert not caught.treated, "what belonged to both when it was captured belongs to one by now"
    assert case.keys("r1", "talk") == {("12",)}
    assert case.keys("r1", "talk", Role.SHARED) == {("13",)}
    (step,) = case.steps(one)
    case.apply(one, step)
    assert {row["id"] for row in case.rows()["talk"]} == {13, 33}
    assert case.verified(one).residue == {}


def test_a_step_that_lets_go_waits_for_the_other_owners_and_learns_that_they_have_left(
    kind: SqlKind, postgresql: str
) -> None:
    case = begin(kind)
    other, one, two = case.another(), case.run(1), case.run(2, run="r2")
    (step,), (others,) = case.steps(one), other.steps(two)
    left: list[OwnerLeft] = []

    def the_other_goes_too() -> None:
        try:
            other.apply(two, others)
        except OwnerLeft as refused:
            left.append(refused)

    second = Thread(target=the_other_goes_too)

    def in_the_middle(_: Sequence[Custodial]) -> None:
        if second.ident is None:
            second.start()
        while second.is_alive() and not waits(postgresql):
            second.join(0.05)

    case.apply(one, step, in_the_middle)
    second.join()
    assert len(left) == 1 and {row["id"] for row in case.rows()["member"]} == {2, 3}, "nothing of that step stands"
    anew = other.run(2, run="r2/anew")
    other.close(anew)
    assert {row["id"] for row in case.rows()["talk"]} == {13, 33}
    assert case.verified(one).residue == other.verified(anew).residue == {}


def test_a_run_whose_shared_record_lost_its_other_owner_captures_anew_by_itself(
    kind: SqlKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adieu.erasure.run.cut", partial(cut, limit=4))  # several steps: nothing is done at once
    case = begin(kind)
    elsewhere = case.another()

    def doubt(plan: StorePlan, run: Run) -> Doubt:
        agreeing = doubting(case.ground(run), run.id)

        def while_the_other_is_closed(witness: Witnessing) -> None:
            agreeing(witness)
            if len(elsewhere.rows()["member"]) == 3:
                elsewhere.close(elsewhere.run(2, run="r2"))

        return while_the_other_is_closed

    attempt = Attempt(batch="b", plan=case.plan, stores={"shop": case.store}, keep=Custody(), doubt=doubt)
    (ended,) = erase(attempt, Run(id=first_run_id("b"), subjects=case.run(1).subjects))
    assert ended.refused is None and len(ended.lineage) == 2
    assert {row["id"] for row in case.rows()["talk"]} == {13, 33}
    assert {row["id"] for row in case.rows()["member"]} == {3}
