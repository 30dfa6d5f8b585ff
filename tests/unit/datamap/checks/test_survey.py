"""What the checks see of map and schemas: names that lead nowhere, partitions, how many records a member has."""

from __future__ import annotations

import pytest
from builders import add, change, right_map, right_schema, schema, table

from adieu.datamap.checks import Code, check
from adieu.datamap.checks.survey import Limits, Survey
from adieu.datamap.links import Link
from adieu.datamap.schema import Schema

NAMES = [
    ("  created: joined", "  created: gone", "shop.member", "member.created"),
    ("{field: country,", "{field: gone,", "shop.member", "member.country"),
    ("{active: false}", "{active: false, gone: 1}", "shop.member", "member.fence"),
    ("{fields: [first_name, last_name]}", "{fields: [first_name, gone]}", "shop.member", "member.identifiers.name"),
    ("{order_id: shop.orders}", "{gone: shop.orders}", "shop.line", "belongs_to"),
    ("{order_id: shop.orders}", "{field: order_id, of: shop.orders, when: {gone: 1}}", "shop.line", "belongs_to"),
    ("{order_id: shop.orders}", "{field: order_id, of: shop.orders, keys: [gone]}", "shop.orders", "belongs_to of shop.line"),
    ("shop.orders.shipping_id", "shop.orders.gone", "shop.orders", "owned_through of shop.shipping"),
    ("{line1: contact.address}", "{gone: contact.address}", "shop.address", "personal"),
    ("because: goods}", "because: goods, not_personal: {gone: x}}", "shop.product", "not_personal"),
    ("{sku: {unchanged: goods}}", "{gone: null}", "shop.line", "fields"),
    ("{sku: {unchanged: goods}}", "{sku: {unchanged: goods}}, shared: {gone: null}", "shop.line", "shared"),
    ("because: goods}", "because: goods, mentions: {gone: {price: null}}}", "shop.product", "mentions"),
    ("because: goods}", "because: goods, mentions: {price: {gone: null}}}", "shop.product", "mentions"),
    ("counted_from: placed", "counted_from: gone", "shop.orders", "counted_from"),
    ("age: expires", "age: gone", "shop.session", "age"),
    ("when: {status: ", "when: {gone: ", "shop.orders", "open_matters.under_way"),
    ("show: [number]", "show: [number, gone]", "shop.orders", "open_matters.under_way"),
    ("open_matters:", "stakes: {points: {dataset: shop.orders, amount: gone, unit: p}}\nopen_matters:", "shop.orders",
     "stakes.points"),
]


@pytest.mark.parametrize(("old", "new", "dataset", "where"), NAMES, ids=[case[1].strip() for case in NAMES])
def test_every_column_the_map_names_is_looked_up(old: str, new: str, dataset: str, where: str) -> None:
    found = check(right_map((old, new)), {"shop": right_schema()})
    assert [(f.dataset, f.field, f.what.split("`")[1]) for f in found if f.code is Code.MISSING_COLUMN] == [
        (dataset, "gone", where)
    ]


def test_a_member_key_that_is_not_there_is_named() -> None:
    found = check(right_map(("  key: id", "  key: gone")), {"shop": right_schema()})
    assert ("shop.member", "gone") in [(f.dataset, f.field) for f in found if f.code is Code.MISSING_COLUMN]


def surveyed(whole: Schema) -> Survey:
    return Survey(datamap=right_map(), schemas={"shop": whole}, limits=Limits())


@pytest.mark.parametrize(("rows", "members", "found"), [
    (1000, 100, 10), (1001, 100, 11), (50, 100, 1), (0, 100, 1), (7, 0, 7), (7, 1, 7),
])
def test_a_member_has_its_share_of_the_records_rounded_up_and_at_least_one(rows: int, members: int, found: int) -> None:
    whole = change(change(right_schema(), "shop.address", rows=rows), "shop.member", rows=members)
    assert surveyed(whole).per_closure("shop.address") == found


def test_of_the_member_dataset_and_of_what_is_not_there_a_member_has_one() -> None:
    assert surveyed(right_schema()).per_closure("shop.member") == 1
    assert surveyed(right_schema()).per_closure("shop.gone") == 1
    without = schema(*(t for name, t in right_schema().tables.items() if name != "shop.member"))
    assert surveyed(without).per_closure("shop.address") == 1


def test_a_partition_is_covered_by_the_first_decided_table_above_it() -> None:
    a = table("shop.line_1", {}, partition_of="shop.line")
    b = table("shop.line_1_1", {}, partition_of="shop.line_1")
    lost = table("shop.lost_1", {}, partition_of="shop.lost")
    one, two = table("shop.one", {}, partition_of="shop.two"), table("shop.two", {}, partition_of="shop.one")
    survey = surveyed(add(right_schema(), a, b, lost, one, two))
    assert [survey.root(t) for t in (a, b, survey.schemas["shop"].tables["shop.line"])] == ["shop.line"] * 3
    assert survey.root(lost) == "shop.lost"
    assert survey.root(one) in ("shop.one", "shop.two")


def test_a_partition_is_undecided_only_where_no_table_above_it_says_more() -> None:
    a, lost = table("shop.line_1", {}, partition_of="shop.line"), table("shop.lost_1", {}, partition_of="shop.lost")
    parent, child = table("shop.new", {}), table("shop.new_1", {}, partition_of="shop.new")
    found = check(right_map(), {"shop": add(right_schema(), a, lost, parent, child)})
    assert [(f.code, f.dataset) for f in found] == [
        (Code.UNDECIDED_DATASET, "shop.lost_1"), (Code.UNDECIDED_DATASET, "shop.new"),
    ]


@pytest.mark.parametrize(("link", "target"), [
    (Link(fields=("a",)), ("shop.member", ("id",))),
    (Link(fields=("a",), of="shop.member"), ("shop.member", ("id",))),
    (Link(fields=("a",), of="shop.member", keys=("email",)), ("shop.member", ("email",))),
    (Link(fields=("a",), of="shop.orders"), ("shop.orders", ("id",))),
    (Link(fields=("a",), of="shop.orders", keys=("number",)), ("shop.orders", ("number",))),
    (Link(fields=("a",), of="shop.gone"), None), (Link(fields=("a",), identifier="email"), None),
])
def test_a_link_leads_to_the_columns_it_names_or_to_the_key(link: Link, target: object) -> None:
    survey = surveyed(right_schema())
    assert survey.target(link) == target
    assert survey.names_member(link) is (target == ("shop.member", ("id",)))


@pytest.mark.parametrize(("rows", "level"), [(1000, "warning"), (1001, "error")])
def test_a_search_that_costs_just_the_limit_is_tolerated(rows: int, level: str) -> None:
    whole = change(right_schema(), "shop.address", indexes=(), rows=rows)
    (found,) = check(right_map(), {"shop": whole}, Limits(unindexed_rows=1000))
    assert found.level == level
