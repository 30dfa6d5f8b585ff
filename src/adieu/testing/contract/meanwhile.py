"""The contract, seventh part: the shop goes on writing between the capture and the last step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from adieu.planning.plan import Verb
from adieu.ports.stores import Custodial, Step
from adieu.testing.contract.case import Case, Custody, begin
from adieu.testing.contract.kinds import Record, StoreKind
from adieu.testing.contract.shop import CANARY
from adieu.testing.contract.stepping import PATIENCE_SECONDS


def _as_it_is(text: str) -> str:
    return text


def _addresses_are_rewritten(text: str) -> str:
    """The map with addresses that stay, emptied."""
    rule = "shop.address: {owned_through: shop.orders.address_id, on_closure: "
    return text.replace(f"{rule}delete}}", f'{rule}anonymise, fields: {{street: ""}}}}')


def _dataset(case: Case, step: Step) -> str:
    """The dataset of a step that has one part; empty where it moves records out only."""
    operation = case.here.operations[step.parts[0].operation]
    return "" if operation.verb is Verb.RETAIN else operation.dataset


class TestMeanwhile:
    """`Erasing.apply` finds what is new and does not miss what is gone."""

    def test_a_record_deleted_meanwhile_is_not_missed(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        steps = case.steps(run, records_per_step=1)
        kind.delete("token", {"value": "it's#1"})
        counts = [case.apply(run, step) for step in steps]
        token = next(o.number for o in case.here.operations if o.dataset == "shop.token")
        assert sum(found.get(token, 0) for found in counts) == len(case.keys("r1", "token")) == 11
        assert case.verified(run).residue == {}

    def test_all_records_of_a_chunk_deleted_meanwhile_are_no_failure(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        (step,) = case.steps(run)
        kind.delete("device", {"member_id": 1})
        case.apply(run, step)
        assert case.verified(run).residue == {}

    def test_records_added_meanwhile_go_in_the_last_step(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        *first, last = case.steps(run, records_per_step=1)
        custody = Custody()
        for step in first:
            case.apply(run, step, custody)
        kind.insert("address", [{"id": 50, "street": "late"}])
        late: Record = {"id": 50, "member_id": 1, "status": "new", "total": 1, "placed": "2026-01-01 00:00:00", "address_id": 50}
        kind.insert("orders", [late])
        kind.insert("line", [{"order_id": 50, "number": 1, "gift": "late"}])
        kind.insert("token", [{"value": "late", "member_id": 1}])
        kind.insert("review", [{"id": 50, "member_id": 1, "author": "late", "handle": "late"}])
        case.apply(run, last, custody)
        rows = case.rows()
        assert ("50",) in [item.key for item in custody.kept]
        for table in ("address", "orders", "line"):
            assert 50 not in [row.get("id", row.get("order_id")) for row in rows[table]]
        assert "late" not in [row["value"] for row in rows["token"]]
        assert [row["member_id"] for row in rows["review"] if row["id"] == 50] == [None]
        assert case.verified(run).residue == {}

    def test_a_child_added_meanwhile_to_a_captured_record_does_not_stop_the_closure(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        steps = case.steps(run, records_per_step=1)
        kind.insert("line", [{"order_id": 1, "number": 9, "gift": "late"}])
        kind.insert("engraving", [{"order_id": 1, "number": 9, "side": "front", "words": "late"}])
        counts = [case.apply(run, step) for step in steps]
        assert [row for row in case.rows()["line"] if row["order_id"] == 1] == []
        assert case.verified(run).residue == {}
        assert [case.apply(run, step) for step in steps] == counts

    @pytest.mark.parametrize("change", [_as_it_is, _addresses_are_rewritten])
    def test_a_retained_record_added_meanwhile_takes_along_what_the_shop_wrote_beside_it(
        self, kind: StoreKind, change: Callable[[str], str]
    ) -> None:
        case, custody = begin(kind, change_map=change), Custody()
        run = case.run(1)
        steps = case.steps(run, records_per_step=1)
        kind.insert("orders", [{"id": 50, "member_id": 1, "placed": "2026-01-01 00:00:00", "address_id": 1}])
        for step in steps:
            case.apply(run, step, custody)
        streets = {item.key: item.values["address.street"] for item in custody.kept}
        assert streets["50",] == streets["1",] == f"1 {CANARY} street"
        for verb in (Verb.RETAIN, Verb.DELETE):
            lines = [line for line in case.tally(run) if (line.dataset, line.verb) == ("shop.orders", verb)]
            assert sum(line.records for line in lines) == 3  # orders 1, 50, and 90 by its e-mail address
        assert case.verified(run).residue == {}

    def test_nothing_comes_to_point_at_what_a_step_is_about_to_change(self, kind: StoreKind) -> None:
        case = begin(kind, change_map=_addresses_are_rewritten)
        run = case.run(1)
        steps = case.steps(run, records_per_step=1)
        place = next(n for n, step in enumerate(steps) if _dataset(case, step) == "shop.address")
        for step in steps[:place]:
            case.apply(run, step)
        late: Record = {"id": 50, "member_id": 1, "placed": "2026-01-01 00:00:00", "address_id": 1}
        kind.insert("orders", [late])
        guest: Record = {**late, "id": 51, "member_id": None, "guest_email": "m1@shop.example"}
        shop = threading.Thread(target=kind.insert, args=("orders", [guest]))
        waited = []

        def keep(records: Sequence[Custodial]) -> None:
            assert [record.key for record in records] == [("50",)]
            shop.start()
            shop.join(PATIENCE_SECONDS)
            waited.append(shop.is_alive())

        case.apply(run, steps[place], keep)
        shop.join()
        assert waited == [True]
        for step in steps[place + 1 :]:
            case.apply(run, step)
        assert case.verified(run).residue == {}
