"""What a retained record takes into the vault: every name of `into_vault` means one column, pointer or identifier."""

from __future__ import annotations

import pytest
from planning_builders import pointer, shop_map, shop_schema, table

from adieu.datamap.model import Dataset, Treatment
from adieu.datamap.schema import Table
from adieu.errors import PlanningError
from adieu.planning.custody import custody
from adieu.planning.plan import Custody, VaultField

SHIPPING = "shop.shipping: {owned_through: shop.orders.shipping_id, on_closure: delete}"


def kept(into_vault: str) -> str:
    return (
        "shop.orders: {belongs_to: member_id, on_closure: retain, basis: kr.contract, counted_from: placed,"
        f" into_vault: [{into_vault}]}}"
    )


def orders(*pointers: object, **columns: str) -> Table:
    return table(
        "shop.orders", {"member_id": "bigint", "placed": "date", "number": "text", **columns},
        *pointers,  # type: ignore[arg-type]
    )


def taken(into_vault: str, *tables: Table, datasets: tuple[str, ...] = ()) -> Custody:
    datamap = shop_map(kept(into_vault), *datasets)
    return custody("shop.orders", datamap.datasets["shop.orders"], datamap, shop_schema(*tables))


def test_custody_says_why_and_from_when() -> None:
    found = taken("number, placed", orders())
    assert (found.basis, found.counted_from) == ("kr.contract", "placed")
    assert found.fields == (VaultField(name="number", column="number"), VaultField(name="placed", column="placed"))


def test_the_members_identifiers_are_taken_from_the_member() -> None:
    assert taken("member.name, member.email", orders()).fields == (
        VaultField(name="member.name", column="name", of_member=True),
        VaultField(name="member.email", column="email", of_member=True),
    )


@pytest.mark.parametrize("column", ["shipping", "shipping_id"])
def test_a_pointers_column_is_taken_through_its_foreign_key(column: str) -> None:
    source = orders(
        pointer("other_id", "shop.product"), pointer(column, "shop.shipping", to_columns="code"),
        **{column: "bigint", "other_id": "bigint"},
    )
    target = table("shop.shipping", {"code": "bigint", "line1": "text"})
    assert taken("shipping.line1", source, target, table("shop.product", {"line1": "text"})).fields == (
        VaultField(
            name="shipping.line1", column="line1", through=(column,), dataset="shop.shipping", to_columns=("code",)
        ),
    )


def test_a_pointer_the_map_alone_knows_leads_to_the_primary_key() -> None:
    source = orders(shipping_id="bigint", billing_id="bigint")
    target = table("shop.shipping", {"line1": "text", "code": "bigint"}, primary_key=("code",))
    datasets = ("shop.billing: {owned_through: [shop.shipping.billing_id, shop.orders.billing_id], on_closure: delete}",)
    billing = table("shop.billing", {"line1": "text"})
    assert taken("shipping.line1", source, target, billing, datasets=(*datasets, SHIPPING)).fields == (
        VaultField(
            name="shipping.line1", column="line1", through=("shipping_id",), dataset="shop.shipping", to_columns=("code",)
        ),
    )


def test_a_pointer_of_another_dataset_does_not_count() -> None:
    datasets = ("shop.shipping: {owned_through: shop.basket.shipping_id, on_closure: delete}",
                "shop.basket: {belongs_to: member_id, on_closure: delete}")
    with pytest.raises(PlanningError, match="names `shipping.line1`"):
        taken("shipping.line1", orders(), table("shop.shipping", {"line1": "text"}), datasets=datasets)


def test_a_column_that_is_called_member_is_a_pointer_like_any_other() -> None:
    source = orders(pointer("member_id", "shop.member"))
    assert taken("member.first", source).fields == (
        VaultField(name="member.first", column="first", through=("member_id",), dataset="shop.member", to_columns=("id",)),
    )


@pytest.mark.parametrize("entry", ["gone", "member.phone", "shipping.gone", "gone.line1", "lost.line1", "orders.email"])
def test_a_name_that_means_nothing_is_refused_with_what_was_expected(entry: str) -> None:
    source = orders(
        pointer("shipping_id", "shop.shipping"), pointer("lost_id", "shop.lost"), shipping_id="bigint", lost_id="bigint"
    )
    with pytest.raises(PlanningError) as caught:
        taken(f"number, {entry}", source, table("shop.shipping", {"line1": "text"}))
    assert str(caught.value) == (
        f"shop.orders: `into_vault` names `{entry}`; expected a column, `pointer.column` or `member.identifier`"
    )


@pytest.mark.parametrize("facts", [
    {"counted_from": "placed"}, {"basis": "kr.contract"}, {"basis": "kr.contract", "counted_from": "gone"},
])
def test_a_rule_without_basis_or_start_is_refused_by_name(facts: dict[str, str]) -> None:
    rule = Dataset(on_closure=Treatment.RETAIN, into_vault=("number",), **facts)  # type: ignore[arg-type]
    with pytest.raises(PlanningError, match=r"^shop\.orders: `retain` needs `basis` and `counted_from` naming one"):
        custody("shop.orders", rule, shop_map(), shop_schema(orders()))
