"""Two workers on one store that carry out different batches at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from tests.support.sql_kind import SqlKind

from adieu.erasure import cut
from adieu.planning.plan import Role
from adieu.ports.stores import AtOnce, Chunk, Step, Witnessing
from adieu.testing.contract.case import Case, Custody, agree, begin


@pytest.fixture
def kind(postgresql: str) -> Iterator[SqlKind]:
    """On PostgreSQL; on MariaDB and SQLite the second worker waits for the first one before it captures anything."""
    kind = SqlKind(postgresql)
    yield kind
    kind.close()


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
