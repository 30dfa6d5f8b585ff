"""The contract, eighth part: a run that needs one step only is treated in the transaction that captures it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adieu.erasure import cut
from adieu.errors import CapturesDiffer, StoreError
from adieu.ports.stores import AtOnce, Caught, Chunk, Custodial, Doubt, Keep, Run, Step, Witnessing
from adieu.testing.contract.case import Case, Custody, begin
from adieu.testing.contract.kinds import StoreKind
from adieu.verification import doubting


def _at_once(case: Case, run: Run, keep: Keep, doubt: Doubt | None = None, limit: int = 60_000) -> Caught:
    def only(chunks: Sequence[Chunk]) -> Step | None:
        steps = cut(case.here, chunks, limit)
        return steps[0] if len(steps) == 1 else None

    doubt = doubt or doubting(case.ground(run), run.id)
    return case.store.erasing.capture(run, case.here, doubt, AtOnce(step=only, keep=keep))


class TestAtOnce:
    """`Erasing.capture` with `AtOnce`."""

    def test_it_ends_as_capture_and_step_do(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, custody = case.run(1, 2), Custody()
        caught = _at_once(case, run, custody)
        assert caught.treated
        assert case.verified(run).residue == {}
        (step,) = cut(case.here, caught.chunks)
        after, taken = case.rows(), len(custody.kept)
        counts = case.apply(run, step, custody)  # found in the journal: nothing is done twice
        assert counts
        assert (case.rows(), len(custody.kept)) == (after, taken)
        assert sum(tally.records for tally in case.tally(run)) >= sum(counts.values())

    def test_a_repeat_answers_what_was_captured_and_that_a_step_is_left_to_be_asked_for(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        first = _at_once(case, run, Custody())
        assert _at_once(case, run, Custody()) == Caught(chunks=first.chunks)

    def test_what_needs_several_steps_is_only_captured(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, before = case.run(1), case.rows()
        caught = _at_once(case, run, Custody(), limit=1)
        assert caught.chunks
        assert not caught.treated
        assert case.rows() == before
        for step in case.steps(run, records_per_step=1):
            case.apply(run, step)
        assert case.verified(run).residue == {}

    def test_where_the_two_sides_differ_for_the_shops_writing_it_is_captured_without(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, before = case.run(1), case.rows()
        agreeing = doubting(case.ground(run), run.id)
        asked: list[Witnessing] = []

        def doubt(witness: Witnessing) -> None:
            asked.append(witness)
            if len(asked) == 1:
                raise CapturesDiffer("the shop wrote between the two", store="shop", dataset="shop.token")
            agreeing(witness)

        caught = _at_once(case, run, Custody(), doubt)
        assert (len(asked), caught.treated) == (2, False)
        assert case.rows() == before

    def test_two_sides_that_go_on_differing_stop_the_run(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, before = case.run(1), case.rows()

        def doubt(witness: Witnessing) -> None:
            raise CapturesDiffer("they differ", store="shop", dataset="shop.token")

        with pytest.raises(CapturesDiffer):
            _at_once(case, run, Custody(), doubt)
        assert (case.rows(), case.keys("r1", "token")) == (before, set())

    def test_what_the_vault_refuses_leaves_neither_effect_nor_capture(self, kind: StoreKind) -> None:
        case = begin(kind)
        run, before = case.run(1), case.rows()

        def refuse(items: Sequence[Custodial]) -> None:
            raise StoreError("the vault is full", store="shop", dataset="shop.orders")

        with pytest.raises(StoreError, match="the vault is full"):
            _at_once(case, run, refuse)
        assert (case.rows(), case.keys("r1", "token")) == (before, set())
        assert _at_once(case, run, Custody()).treated
