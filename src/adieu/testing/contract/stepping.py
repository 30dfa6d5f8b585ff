"""The contract, second part: a step happens once, wholly or not at all, whatever happens around it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from adieu.errors import VaultRefused
from adieu.ports.stores import Custodial
from adieu.testing.contract.case import Case, Custody, begin, changed
from adieu.testing.contract.kinds import StoreKind

PATIENCE_SECONDS = 0.3  # how long a write that must wait is watched while it waits


class Stopped(Exception):
    """Thrown by a fault point."""


class StopAt:
    """Raises at every passing of a point, as if the process ended there."""

    def __init__(self, ending: str) -> None:
        self._ending, self.points = ending, 0

    def reach(self, point: str) -> None:
        """Stop where the point's name ends like ours."""
        if point.endswith(self._ending):
            self.points += 1
            raise Stopped(point)


class TestSteps:
    """`Erasing.apply` between crashes, other workers and a shop that goes on writing."""

    def test_what_is_stopped_before_the_commit_leaves_neither_effect_nor_journal(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        (step,) = case.steps(run)
        before, faults = case.rows(), StopAt(".before_commit")
        with pytest.raises(Stopped):
            case.another(faults).apply(run, step)
        assert faults.points == 1
        assert case.rows() == before
        assert sum(case.apply(run, step).values()) > 0  # with a journal row left behind this would do nothing
        assert case.verified(run).residue == {}

    def test_what_is_stopped_after_the_commit_stands_and_the_repeat_answers_its_counts(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        (step,) = case.steps(run)
        with pytest.raises(Stopped):
            case.another(StopAt(".after_commit")).apply(run, step)
        after, custody = case.rows(), Custody()
        counts = case.apply(run, step, custody)
        assert sum(counts.values()) > 0
        assert custody.kept == []
        assert case.rows() == after
        assert case.verified(run).residue == {}

    def test_a_repeat_does_nothing_even_if_the_shop_wrote_meanwhile(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        steps = case.steps(run, records_per_step=1)
        counts = [case.apply(run, step) for step in steps]
        kind.insert("token", [{"value": "after", "member_id": 1}])
        before = case.rows()
        assert [case.apply(run, step) for step in steps] == counts
        assert case.rows() == before

    def test_two_workers_at_once_do_everything_once(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, custodies = case.run(1, 2), (Custody(), Custody())
        workers = (case.another(), case.another())
        before = case.rows()
        gate = threading.Barrier(2)

        def work(number: int) -> list[Mapping[int, int]]:
            gate.wait()
            return workers[number].close(run, custodies[number], records_per_step=10)

        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(work, (0, 1))
        assert one == other
        kept = [(item.dataset, item.key, item.owner) for custody in custodies for item in custody.kept]
        assert len(kept) == len(set(kept)) == 3
        expected = sum(count for counts in one for count in counts.values())
        assert sum(line.records for line in case.tally(run)) == expected + 1  # talk 12: two
        assert _alone(before, case)
        assert case.verified(run).residue == {}

    def test_nobody_elses_record_is_touched(self, kind: StoreKind) -> None:
        case = begin(kind, chunk_records=3)
        before = case.rows()
        case.close(case.run(1, 2), records_per_step=7)
        assert _alone(before, case)

    def test_every_retained_record_is_handed_over_while_it_is_locked(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        (step,) = case.steps(run)
        shop = threading.Thread(target=kind.delete, args=("orders", {"id": 90}))
        waited = []

        def keep(records: Sequence[Custodial]) -> None:
            assert {record.key for record in records} == {("1",), ("90",)}
            shop.start()
            shop.join(PATIENCE_SECONDS)
            waited.append(shop.is_alive())

        case.apply(run, step, keep)
        shop.join()
        assert waited == [True]

    def test_what_the_vault_refuses_stays_in_the_shop(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        (step,) = case.steps(run)
        before = case.rows()

        def refuse(records: Sequence[Custodial]) -> None:
            raise VaultRefused("full")

        with pytest.raises(VaultRefused):
            case.apply(run, step, refuse)
        assert case.rows() == before
        case.apply(run, step)
        assert case.verified(run).residue == {}


def _alone(before: Mapping[str, list[Mapping[str, object]]], case: Case) -> bool:
    """Whether after the closure of members 1 and 2 exactly their records are changed."""
    touched = changed(before, case.rows())
    shared = {("talk", "13"), ("invite", "31")}
    whole = {
        (table, str(next(iter(row.values()))))
        for table, rows in before.items()
        for row in rows
        if _is_of_leavers(table, row)
    }
    assert touched - whole == shared, "somebody else's record was touched, or a shared one was not"
    assert whole - touched == set(), "a record of the leavers is as it was"
    return True


def _is_of_leavers(table: str, row: Mapping[str, object]) -> bool:
    if table == "product":
        return False
    if table in ("address", "orders") and row["id"] in (9, 90):
        return True  # the guest order that member 1's proved address links
    if table == "attachment":
        return row["kind"] == "member's" and row["owner_id"] in (1, 2)
    if table == "event":
        return row["id"] in (1, 2, 11, 12)
    if table == "talk":
        return row["id"] == 12
    names = ("member_id", "order_id", "id") if table not in ("token", "login", "visit", "device") else ("member_id",)
    value = next(row[name] for name in names if name in row)
    return value in (1, 2)
