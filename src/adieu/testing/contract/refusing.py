"""The contract, fourth part: what the shop's database refuses is undone, named, and never quoted."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from adieu.errors import StoreError
from adieu.testing.contract.case import Case, begin
from adieu.testing.contract.kinds import Record, Refusal, StoreKind
from adieu.testing.contract.shop import CANARY


def _refused(case: Case, work: Callable[[], object], dataset: str | None) -> StoreError:
    """The error of `work`, of which nothing stays and which says neither the engine's words nor a record's."""
    before = case.rows()
    with pytest.raises(StoreError) as caught:
        work()
    error = caught.value
    assert case.rows() == before
    assert (error.store, error.dataset) == ("shop", dataset)
    assert error.sqlstate
    spoken = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    assert CANARY not in spoken
    assert "shop.example" not in spoken
    assert str(error).count(";") >= 1, "an error says what to do"
    return error


class TestRefusals:
    """Constraints and triggers of the shop."""

    def test_a_trigger_that_refuses_undoes_its_step_only(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        steps = case.steps(run, records_per_step=1)
        kind.refuse("token", Refusal.ON_DELETE, {"value": "탈퇴 회원#1"}, f"no, {CANARY}")
        place = next(n for n, step in enumerate(steps) if case.here.operations[step.parts[0].operation].dataset == "shop.token")
        done = [case.apply(run, step) for step in steps[:place]]
        _refused(case, lambda: case.apply(run, steps[place]), "shop.token")
        kind.relent("token", Refusal.ON_DELETE)
        assert [case.apply(run, step) for step in steps[:place]] == done
        for step in steps[place:]:
            case.apply(run, step)
        assert case.verified(run).residue == {}

    def test_a_trigger_that_refuses_an_update_is_named_by_dataset(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        (step,) = case.steps(run)
        kind.refuse("review", Refusal.ON_UPDATE, {"id": 11}, f"no, {CANARY}: constraint failed: {CANARY}")
        error = _refused(case, lambda: case.apply(run, step), "shop.review")
        assert error.constraint is None
        assert "trigger" in str(error)

    def test_a_check_is_named(self, kind: StoreKind) -> None:
        case = begin(kind, change_map=lambda text: text.replace("weight: 0.1", "weight: 1000"))
        run = case.run(1)
        (step,) = case.steps(run)
        error = _refused(case, lambda: case.apply(run, step), "shop.review")
        assert error.constraint == "contract_refuses"
        assert "constraint" in str(error)

    def test_a_null_where_none_may_stand_is_refused(self, kind: StoreKind) -> None:
        case = begin(kind, change_map=lambda text: text.replace("handle: placeholder", "handle: null"))
        run = case.run(1)
        (step,) = case.steps(run)
        _refused(case, lambda: case.apply(run, step), "shop.review")

    def test_the_same_literal_twice_where_it_must_be_unique_is_refused(self, kind: StoreKind) -> None:
        case = begin(kind, change_map=lambda text: text.replace("handle: placeholder", f"handle: {CANARY[:12]}"))
        run = case.run(1)
        (step,) = case.steps(run)
        error = _refused(case, lambda: case.apply(run, step), "shop.review")
        assert CANARY[:12] not in str(error)

    def test_a_record_that_stays_and_points_at_the_member_refuses_the_last_step(self, kind: StoreKind) -> None:
        product: Record = {"id": 2, "member_id": 1, "title": CANARY}
        case = begin(kind, more={"product": [product]})
        run = case.run(1)
        (step,) = case.steps(run)
        error = _refused(case, lambda: case.apply(run, step), "shop.member")
        assert "constraint" in str(error)
        kind.delete("product", {"id": 2})
        case.apply(run, step)
        assert case.verified(run).residue == {}
