"""How each dataset's records are found: every kind of link becomes the right way, parents come first."""

from __future__ import annotations

import pytest
from planning_builders import (
    found,
    member_table,
    pointer,
    shop_map,
    shop_schema,
    table,
    without_key,
)

from adieu.errors import PlanningError
from adieu.planning.plan import ByIdentifier, ByMember, ByParent, ByPointer, Key, When
from adieu.planning.reaching import reaches

ORDERS = "shop.orders: {belongs_to: member_id, on_closure: delete}"


def orders(*foreign_keys: object, **columns: str):  # type: ignore[no-untyped-def]
    return table("shop.orders", {"member_id": "bigint", **columns}, *foreign_keys)


def test_only_datasets_on_which_a_closure_acts_are_reached() -> None:
    datamap = shop_map(
        ORDERS,
        "shop.session: {on_closure: expire, within_days: 1, removed_by: nightly, age: at}",
        "shop.product: {on_closure: leave, because: goods}",
        "shop.reply: {on_closure: leave, because: theirs, mentions: {about_id: {about_id: null}}}",
    )
    tables = [table(f"shop.{name}", {"at": "date", "about_id": "bigint"}) for name in ("session", "product", "reply")]
    assert set(found(datamap, shop_schema(orders(), *tables))) == {"shop.member", "shop.orders", "shop.reply"}


def test_a_dataset_that_only_mentions_members_finds_none_of_its_own() -> None:
    datamap = shop_map("shop.reply: {on_closure: leave, because: theirs, mentions: {about_id: {about_id: null}}}")
    reply = found(datamap, shop_schema(table("shop.reply", {"about_id": "bigint"})))["shop.reply"]
    assert (reply.ways, reply.mentions, reply.found) == ((), ("about_id",), False)


def test_only_the_store_that_was_asked_for_is_reached() -> None:
    datamap = shop_map(ORDERS, "files.upload: {belongs_to: member_id, on_closure: delete}")
    assert set(found(datamap, shop_schema(orders()))) == {"shop.member", "shop.orders"}


def test_the_member_record_alone_is_the_anchor() -> None:
    every = found(shop_map(ORDERS), shop_schema(orders()))
    assert [(name, reach.anchor, reach.found) for name, reach in every.items()] == [
        ("shop.member", True, True), ("shop.orders", False, True),
    ]


def test_a_key_keeps_its_columns_in_order_with_their_types() -> None:
    composite = table("shop.orders", {"member_id": "bigint", "at": "date", "no": "varchar(9)"}, primary_key=("no", "at", "id"))
    assert found(shop_map(ORDERS), shop_schema(composite))["shop.orders"].key == Key(
        columns=("no", "at", "id"), types=("varchar(9)", "date", "bigint")
    )


def test_a_dataset_without_primary_key_is_refused_by_name() -> None:
    with pytest.raises(PlanningError, match=r"^shop\.orders: has no primary key, so its records cannot be captured"):
        found(shop_map(ORDERS), shop_schema(without_key(orders())))


def test_a_key_of_four_columns_is_refused_by_name() -> None:
    wide = table("shop.orders", {"member_id": "bigint", "a": "text", "b": "text", "c": "text"},
                 primary_key=("id", "a", "b", "c"))
    with pytest.raises(PlanningError, match=r"^shop\.orders: primary keys of more than three columns"):
        found(shop_map(ORDERS), shop_schema(wide))


def test_a_dataset_the_store_has_not_is_refused_by_name() -> None:
    with pytest.raises(PlanningError, match=r"^shop\.orders: the store has no such dataset; run `adieu check`"):
        found(shop_map(ORDERS), shop_schema())


def test_a_field_with_the_members_key_is_a_way_by_member_with_its_own_type() -> None:
    whole = shop_schema(orders(member_id="varchar(20)"))
    assert found(shop_map(ORDERS), whole)["shop.orders"].ways == (ByMember(field="member_id", type="varchar(20)"),)


def test_conditions_paths_and_deciding_owners_are_carried_over() -> None:
    datamap = shop_map(
        "shop.note: {belongs_to: [{field: doc, path: owner.id}, {field: object_id, when: {type: 4, kind: m}},"
        " {field: boss_id, decides: true}], on_closure: delete}"
    )
    columns = {"doc": "jsonb", "object_id": "bigint", "type": "bigint", "kind": "text", "boss_id": "bigint"}
    assert found(datamap, shop_schema(table("shop.note", columns)))["shop.note"].ways == (
        ByMember(field="doc", type="jsonb", path=("owner", "id")),
        ByMember(field="object_id", type="bigint", when=(When(field="type", value=4), When(field="kind", value="m"))),
        ByMember(field="boss_id", type="bigint", decides=True),
    )


def test_an_identifier_counts_only_where_every_key_link_is_null() -> None:
    datamap = shop_map(
        "shop.orders: {belongs_to: [member_id, {guest: email}, {fields: [a, b], of: shop.basket}], on_closure: delete}",
        "shop.basket: {belongs_to: member_id, on_closure: delete}",
    )
    basket = table("shop.basket", {"member_id": "bigint", "x": "bigint"}, primary_key=("id", "x"))
    whole = shop_schema(orders(guest="text", a="bigint", b="bigint"), basket)
    assert found(datamap, whole)["shop.orders"].ways[1] == ByIdentifier(
        kind="email", field="guest", unless=("member_id", "a", "b")
    )


def test_an_identifier_carries_its_path_and_the_promise_of_normal_form() -> None:
    datamap = shop_map(
        "shop.orders: {belongs_to: [{field: doc, identifier: email, path: buyer.email},"
        " {field: guest, identifier: email, stored: normalised}], on_closure: delete}"
    )
    assert found(datamap, shop_schema(orders(doc="jsonb", guest="text")))["shop.orders"].ways == (
        ByIdentifier(kind="email", field="doc", unless=(), path=("buyer", "email")),
        ByIdentifier(kind="email", field="guest", unless=(), normalised=True),
    )


def test_a_chain_goes_with_its_parent_by_the_parents_primary_key() -> None:
    datamap = shop_map(ORDERS, "shop.line: {belongs_to: {order_id: shop.orders}, on_closure: delete}")
    every = found(datamap, shop_schema(orders(), table("shop.line", {"order_id": "bigint"})))
    assert every["shop.line"].ways == (
        ByParent(parent="shop.orders", fields=("order_id",), parent_fields=("id",)),
    )


def test_a_chain_may_name_the_parents_columns_and_a_condition_or_a_path() -> None:
    datamap = shop_map(
        ORDERS,
        "shop.line: {belongs_to: [{fields: [y, n], of: shop.orders, keys: [year, number]},"
        " {field: doc, of: shop.orders, path: a.b}, {field: ref, of: shop.orders, when: {type: 2}}], on_closure: delete}",
    )
    line = table("shop.line", {"y": "bigint", "n": "text", "doc": "jsonb", "ref": "bigint", "type": "bigint"})
    assert found(datamap, shop_schema(orders(year="bigint", number="text"), line))["shop.line"].ways == (
        ByParent(parent="shop.orders", fields=("y", "n"), parent_fields=("year", "number")),
        ByParent(parent="shop.orders", fields=("doc",), parent_fields=("id",), path=("a", "b")),
        ByParent(parent="shop.orders", fields=("ref",), parent_fields=("id",), when=(When(field="type", value=2),)),
    )


def test_a_link_to_another_number_of_key_columns_is_refused_with_both_numbers() -> None:
    datamap = shop_map(ORDERS, "shop.line: {belongs_to: {order_id: shop.orders}, on_closure: delete}")
    parent = table("shop.orders", {"member_id": "bigint", "year": "bigint"}, primary_key=("year", "id"))
    with pytest.raises(PlanningError, match=r"^shop\.orders: its key has 2 columns, the link 1; write `keys:`"):
        found(datamap, shop_schema(parent, table("shop.line", {"order_id": "bigint"})))


@pytest.mark.parametrize("written", ["{m: shop.member}", "{field: m, of: shop.member, keys: [id]}"])
def test_a_link_to_the_member_dataset_by_its_key_is_a_way_by_member(written: str) -> None:
    datamap = shop_map(f"shop.note: {{belongs_to: {written}, on_closure: delete}}")
    assert found(datamap, shop_schema(table("shop.note", {"m": "text"})))["shop.note"].ways == (
        ByMember(field="m", type="text"),
    )


def test_a_link_to_the_member_dataset_by_its_key_keeps_path_and_condition() -> None:
    datamap = shop_map(
        "shop.note: {belongs_to: [{field: m, of: shop.member, when: {type: 1}}, {field: doc, of: shop.member, path: a.b}],"
        " on_closure: delete}"
    )
    whole = shop_schema(table("shop.note", {"m": "bigint", "type": "bigint", "doc": "jsonb"}))
    assert found(datamap, whole)["shop.note"].ways == (
        ByMember(field="m", type="bigint", when=(When(field="type", value=1),)),
        ByMember(field="doc", type="jsonb", path=("a", "b")),
    )


def test_a_link_to_the_member_dataset_by_another_column_goes_with_the_record() -> None:
    datamap = shop_map("shop.note: {belongs_to: {field: mail, of: shop.member, keys: [email]}, on_closure: delete}")
    assert found(datamap, shop_schema(table("shop.note", {"mail": "text"})))["shop.note"].ways == (
        ByParent(parent="shop.member", fields=("mail",), parent_fields=("email",)),
    )


SHIPPING = "shop.shipping: {owned_through: shop.orders.shipping_id, on_closure: delete}"


def test_a_pointer_follows_the_foreign_keys_own_columns() -> None:
    shipping = table("shop.shipping", {"code": "bigint"})
    source = orders(
        pointer("shipping_id", "shop.basket", to_columns="other"),
        pointer("basket_id", "shop.shipping", to_columns="other"),
        pointer("shipping_id", "shop.shipping", to_columns="code"),
        shipping_id="bigint", basket_id="bigint",
    )
    assert found(shop_map(ORDERS, SHIPPING), shop_schema(source, shipping))["shop.shipping"].ways == (
        ByPointer(source="shop.orders", source_fields=("shipping_id",), fields=("code",)),
    )


def test_a_pointer_without_foreign_key_means_the_primary_key() -> None:
    whole = shop_schema(orders(shipping_id="bigint"), table("shop.shipping", {}))
    assert found(shop_map(ORDERS, SHIPPING), whole)["shop.shipping"].ways == (
        ByPointer(source="shop.orders", source_fields=("shipping_id",), fields=("id",)),
    )


@pytest.mark.parametrize(("datasets", "missing"), [
    (["shop.orders: {belongs_to: gone, on_closure: delete}"], "shop.orders.gone"),
    (["shop.orders: {belongs_to: {field: member_id, when: {gone: 1}}, on_closure: delete}"], "shop.orders.gone"),
    ([ORDERS, "shop.shipping: {owned_through: shop.orders.gone, on_closure: delete}"], "shop.orders.gone"),
])
def test_a_column_the_store_has_not_is_refused_by_name(datasets: list[str], missing: str) -> None:
    with pytest.raises(PlanningError, match=rf"^{missing}: the store has no such column; run `adieu check`"):
        found(shop_map(*datasets), shop_schema(orders(), table("shop.shipping", {})))


@pytest.mark.parametrize("link", [
    "belongs_to: [{c: shop.cart}, {a: shop.basket}]", "owned_through: [shop.cart.c, shop.basket.a]",
])
def test_what_belongs_to_a_dataset_that_is_left_is_refused_with_both_names(link: str) -> None:
    datamap = shop_map(
        "shop.basket: {on_closure: leave, because: goods}", "shop.cart: {on_closure: leave, because: goods}",
        f"shop.line: {{{link}, on_closure: delete}}",
    )
    tables = [table(f"shop.{name}", {"a": "bigint", "c": "bigint"}) for name in ("basket", "cart", "line")]
    with pytest.raises(PlanningError, match="^shop.line: belongs to shop.basket, shop.cart, which") as caught:
        found(datamap, shop_schema(*tables))
    assert str(caught.value).endswith(
        " is left or expires and so is never captured; decide that dataset or link this one by the member's key"
    )


def chain(*pairs: str) -> list[str]:
    """``chain("b<a")``: b belongs to a; a dataset without parent belongs to the member by key."""
    parents: dict[str, list[str]] = {}
    for pair in pairs:
        child, _, parent = pair.partition("<")
        parents.setdefault(child, []).extend([parent] if parent else [])
        parents.setdefault(parent or child, [])
    return [
        f"shop.{name}: {{belongs_to: [{', '.join(['m', *(f'{{{p}_ref: shop.{p}}}' for p in above)])}], on_closure: delete}}"
        for name, above in parents.items()
    ]


def grouped(*pairs: str) -> list[tuple[str, int, bool]]:
    datamap = shop_map(*chain(*pairs))
    names = {"".join(name.split(".")[1:]) for name in datamap.datasets} - {"member"}
    columns = {"m": "bigint", **{f"{name}_ref": "bigint" for name in names}}
    every = reaches(datamap, shop_schema(*(table(f"shop.{name}", columns) for name in names)))
    return [(reach.dataset.removeprefix("shop."), reach.group, reach.cyclic) for reach in every if not reach.anchor]


def test_parents_come_before_what_belongs_to_them() -> None:
    order = [name for name, _, _ in grouped("a<b", "b<c", "c<d", "b<d")]
    assert order == ["d", "c", "b", "a"]


def test_datasets_that_do_not_depend_on_each_other_stand_by_name() -> None:
    assert [name for name, _, _ in grouped("q", "b", "z", "a", "y", "c", "x")] == ["a", "b", "c", "q", "x", "y", "z"]


def test_a_dataset_of_its_own_has_a_group_of_its_own_and_is_no_cycle() -> None:
    found_groups = grouped("a", "b", "c<a")
    assert [cyclic for _, _, cyclic in found_groups] == [False, False, False]
    assert len({group for _, group, _ in found_groups}) == 3
    assert [group for _, group, _ in found_groups] == sorted(group for _, group, _ in found_groups)


def test_records_of_one_dataset_that_belong_to_each_other_run_to_a_fixpoint() -> None:
    assert [(name, cyclic) for name, _, cyclic in grouped("a<a", "b")] == [("a", True), ("b", False)]


def test_two_datasets_that_belong_to_each_other_run_to_a_fixpoint() -> None:
    assert [(name, cyclic) for name, _, cyclic in grouped("a<b", "b<a", "c")] == [("a", True), ("b", True), ("c", False)]


def test_datasets_that_belong_to_each_other_are_one_cyclic_group_by_name() -> None:
    every = {name: (group, cyclic) for name, group, cyclic in grouped("c<b", "b<a", "a<c", "d<c", "c<e")}
    assert every["a"] == every["b"] == every["c"]
    assert every["a"][1] is True
    assert every["e"][0] < every["a"][0] < every["d"][0]
    assert (every["d"][1], every["e"][1]) == (False, False)
    assert [name for name, _, _ in grouped("c<b", "b<a", "a<c")] == ["a", "b", "c"]


def test_the_order_does_not_depend_on_the_order_of_the_map() -> None:
    assert grouped("a<b", "c", "b<d") == grouped("b<d", "c", "a<b")


def test_a_member_record_that_points_at_another_comes_first_all_the_same() -> None:
    datamap = shop_map(ORDERS, "shop.member: {belongs_to: {referrer_id: shop.member}, on_closure: delete}")
    every = found(datamap, shop_schema(member_table(referrer_id="bigint"), orders()))
    assert every["shop.member"].ways == (ByMember(field="referrer_id", type="bigint"),)
    assert every["shop.member"].anchor is True
