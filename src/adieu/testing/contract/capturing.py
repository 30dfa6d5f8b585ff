"""The contract, first part: what is captured, what is remembered of it, and what is forgotten."""

from __future__ import annotations

from collections import Counter

import pytest

from adieu.errors import CapturesDiffer
from adieu.planning.plan import Role, Verb
from adieu.ports.stores import Witnessing
from adieu.testing.contract.case import agree, begin, changed
from adieu.testing.contract.kinds import StoreKind
from adieu.testing.contract.shop import ODD_KEYS


class TestCapturing:
    """`Erasing.capture`, `tally` and `forget`."""

    def test_a_chunk_holds_no_more_records_than_it_may_and_together_they_hold_all(self, kind: StoreKind) -> None:
        case = begin(kind, chunk_records=2)
        chunks = case.captured(case.run(1, 2))
        assert max(chunk.records for chunk in chunks) == 2
        records = Counter({"shop.token": 0})
        for chunk in chunks:
            records[f"{chunk.dataset} {chunk.role}"] += chunk.records
        assert records["shop.token own"] == 2 * len(ODD_KEYS)
        assert records["shop.member own"] == 2
        assert records["shop.engraving own"] == 6
        assert len({(chunk.dataset, chunk.role, chunk.number) for chunk in chunks}) == len(chunks)

    def test_capturing_changes_no_record_of_the_shop(self, kind: StoreKind) -> None:
        case = begin(kind)
        before = case.rows()
        case.captured(case.run(1, 2))
        assert case.rows() == before

    def test_a_repeat_answers_the_same_and_asks_nobody(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        first = case.captured(run)
        kind.insert("token", [{"value": "new", "member_id": 1}])

        def never(witness: Witnessing) -> None:
            raise AssertionError("a repeat asked for a doubt again")

        assert case.captured(run, never) == first

    def test_what_the_doubt_raises_undoes_the_capture(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        asked = []

        def doubt(witness: Witnessing) -> None:
            asked.append(witness)
            raise CapturesDiffer("they differ", store="shop", dataset="shop.token")

        for _ in range(2):  # a journal row left behind would let the second capture pass unasked
            with pytest.raises(CapturesDiffer):
                case.captured(run, doubt)
            assert case.keys("r1", "token") == set()
        assert len(asked) == 2

    def test_the_doubt_sees_what_was_just_captured(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1, 2)
        case.captured(run)  # raises where verification's own walk finds other keys
        assert case.keys("r1", "device") == {
            (f"00000000-0000-4000-8000-{n:06}{member:06}",) for n in (1, 2) for member in (1, 2)
        }

    def test_a_record_with_another_living_owner_is_shared_and_one_of_two_leavers_is_their_own(
        self, kind: StoreKind
    ) -> None:
        case = begin(kind)
        run = case.run(1, 2)
        case.captured(run)
        assert case.keys("r1", "talk") == {("12",)}
        assert case.keys("r1", "talk", Role.SHARED) == {("13",)}
        assert case.keys("r1", "invite", Role.MENTION) == {("31",)}

    def test_the_tally_says_for_every_member_what_was_done(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1, 2)
        case.close(run)
        tally = {
            (line.owner, line.dataset.removeprefix("shop."), line.role, line.verb): line.records
            for line in case.tally(run)
        }
        assert tally["1", "token", Role.OWN, Verb.DELETE] == len(ODD_KEYS)
        assert tally["1", "talk", Role.OWN, Verb.DELETE] == tally["2", "talk", Role.OWN, Verb.DELETE] == 1
        assert tally["1", "orders", Role.OWN, Verb.RETAIN] == tally["1", "orders", Role.OWN, Verb.DELETE] == 2
        assert tally["1", "review", Role.OWN, Verb.REWRITE] == 2
        assert tally["1", "talk", Role.SHARED, Verb.REWRITE] == 1
        assert ("2", "talk", Role.SHARED, Verb.REWRITE) not in tally
        assert tally["1", "invite", Role.MENTION, Verb.REWRITE] == 1

    def test_the_tally_of_a_run_that_stopped_holds_its_committed_steps_only(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        first, *_ = case.steps(run, records_per_step=1)
        case.apply(run, first)
        verbs = [line.verb for line in case.tally(run)]
        assert verbs == [Verb.RETAIN]

    def test_forgetting_removes_the_captured_keys_of_these_runs_and_nothing_else(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, other = case.run(1), case.run(2, run="r2")
        steps = case.steps(run)
        done = [case.apply(run, step) for step in steps]
        case.captured(other)
        before, kept = case.rows(), case.keys("r2", "token")
        case.store.erasing.forget(run.family)
        assert case.keys("r1", "token") == set()
        assert case.keys("r2", "token") == kept != set()
        assert case.rows() == before
        assert [case.apply(run, step) for step in steps] == done  # the journal's counts stay

    def test_the_runs_of_one_batch_are_tallied_and_forgotten_together(self, kind: StoreKind) -> None:
        case = begin(kind)
        one, other = case.run(1, run="r1/a"), case.run(2, run="r1/b")
        case.close(one)
        case.close(other)
        tokens = {line.owner: line.records for line in case.tally(one) if line.dataset == "shop.token"}
        assert tokens == {"1": len(ODD_KEYS), "2": len(ODD_KEYS)}
        case.store.erasing.forget(one.family)
        assert case.keys("r1/a", "token") == case.keys("r1/b", "token") == set()

    def test_a_second_run_of_a_member_finds_what_the_first_left(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.captured(case.run(1), agree)
        again = case.run(1, run="r2")
        case.close(again)
        assert not {row["value"] for row in case.rows()["token"] if row["member_id"] == 1}
        assert case.verified(again).residue == {}

    def test_nothing_is_captured_for_a_run_without_members(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(77)
        before = case.rows()
        assert case.captured(run) == ()
        case.close(run)
        assert changed(before, case.rows()) == set()
