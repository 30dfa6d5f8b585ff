"""The `shopping:` section: what it may say, what the loader refuses, what the check compares with the store."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from builders import RIGHT_MAP, right_map, right_schema
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from adieu.datamap import load
from adieu.datamap.checks import Code, check
from adieu.datamap.jsonschema import json_schema
from adieu.datamap.shopping import Channel
from adieu.errors import MapInvalid

OSCAR = Path(__file__).parents[3] / "maps" / "oscar.yaml"
RIGHT = """shopping:
  zone: Asia/Seoul
  order: {dataset: shop.orders, key: id, placed: placed, total: total, currency_is: KRW, state: {field: status, done: Done}}
  line: {dataset: shop.line, order: order_id, title: sku, product: sku}
  category: {dataset: shop.product, product: id, name: price}
  mail: {dataset: shop.address, sent: line1, when: {line1: [a, b]}}
  review: {dataset: shop.review, written: body}
"""
WHOLE = RIGHT_MAP + RIGHT
VALIDATOR = Draft202012Validator(json_schema())

MISTAKES = [
    ("zone: Asia/Seoul", "zone: Asia/Pyeong", "zone:", "Asia/Seoul"),
    ("dataset: shop.line, order", "dataset: shop.gone, order", "line:", "not among"),
    ("dataset: shop.address, sent", "dataset: shop.product, sent", "mail:", "nothing links"),
    ("dataset: shop.product, product", "dataset: shop.gone, product", "category:", "not among"),
    ("written: body", "written: body, read: body", "review:", "unknown key"),
    ("key: id, placed", "placed", "order:", "`shopping.order.key` is missing"),
    ("currency_is: KRW", "currency_is: won", "order:", "currency_is"),
    ("currency_is: KRW, ", "", "order:", "one of the two"),
    ("currency_is: KRW", "currency_is: KRW, currency: code", "order:", "one of the two"),
    ("done: Done", "done: [Done, Sent], cancelled: [Sent]", "order:", "Sent"),
    ("field: status, done: Done", "field: status", "order:", "own values"),
    (", product: sku", "", "shopping:", "with its `product:`"),
    (", product: sku", ", product: sku, category: sku", "shopping:", "not both"),
    ("name: price", "category: price", "category:", "named_in"),
    ("name: price", "name: price, category: price", "category:", "named_in"),
    ("line1: [a, b]}", "line1: [[a]]}", "mail:", "when"),
    ("written: body", "written: body, when: body", "review:", "when"),
    ("sent: line1", "sent: line1, channel: dove", "mail:", "channel"),
]


def problems(text: str) -> list[str]:
    tree = YAML(typ="safe").load(io.StringIO(text))
    return [error.message for error in VALIDATOR.iter_errors(json.loads(json.dumps(tree, default=str)))]


def test_a_right_section_is_read_whole() -> None:
    shopping = load(WHOLE, "m").shopping
    assert shopping.order
    assert shopping.order.state
    assert shopping.order.state.done == ("Done",)
    assert shopping.mail[0].when == {"line1": ("a", "b")}
    assert shopping.mail[0].channel is Channel.MAIL
    assert problems(WHOLE) == []


def test_a_map_without_the_section_has_an_empty_one() -> None:
    assert list(right_map().shopping.sources()) == []


@pytest.mark.parametrize(("old", "new", "stands_on", "says"), MISTAKES, ids=[case[1] for case in MISTAKES])
def test_a_mistake_is_named_with_its_line(old: str, new: str, stands_on: str, says: str) -> None:
    assert RIGHT.count(old) == 1
    text = RIGHT_MAP + RIGHT.replace(old, new)
    with pytest.raises(MapInvalid) as caught:
        load(text, "m")
    lines = text.splitlines()
    assert {(stands_on in lines[each.line - 1], says in each.what) for each in caught.value.problems} == {(True, True)}, [
        (lines[each.line - 1], each.what) for each in caught.value.problems
    ]


@pytest.mark.parametrize(("part", "field"), [("discount", "discount"), ("refund", "refunded"), ("delivery", "delivered")])
def test_what_stands_on_the_order_does_not_stand_elsewhere_too(part: str, field: str) -> None:
    name = "at" if part == "delivery" else "amount"
    text = WHOLE.replace("key: id,", f"key: id, {field}: total,")
    text += f"  {part}: {{dataset: shop.line, order: order_id, {name}: sku}}\n"
    with pytest.raises(MapInvalid, match="not both"):
        load(text, "m")


@pytest.mark.parametrize("part", ["line", "discount", "refund", "delivery"])
def test_a_fact_of_orders_needs_the_orders(part: str) -> None:
    name = {"line": "title", "delivery": "at"}.get(part, "amount")
    text = RIGHT_MAP + f"shopping:\n  {part}: {{dataset: shop.line, order: order_id, {name}: sku}}\n"
    with pytest.raises(MapInvalid, match="needs `order:`"):
        load(text, "m")


def test_an_amount_elsewhere_needs_the_currency_of_the_order() -> None:
    text = WHOLE.replace(" total: total, currency_is: KRW,", "")
    load(text, "m")
    with pytest.raises(MapInvalid, match="need the currency"):
        load(text + "  discount: {dataset: shop.line, order: order_id, amount: sku}\n", "m")


def test_a_broken_section_does_not_hide_what_else_is_wrong() -> None:
    text = WHOLE.replace("zone: Asia/Seoul", "zone: Mars").replace("basis: kr.contract", "basis: kr.nothing")
    with pytest.raises(MapInvalid) as caught:
        load(text, "m")
    said = " ".join(problem.what for problem in caught.value.problems)
    assert "kr.nothing" in said
    assert "Asia/Seoul" in said


def test_a_field_the_store_does_not_have_is_found_by_the_check() -> None:
    text = WHOLE.replace("sent: line1", "sent: nowhere").replace("field: status", "field: mood")
    findings = check(load(text, "m"), {"shop": right_schema()})
    missing = {(each.dataset, each.field) for each in findings if each.code is Code.MISSING_COLUMN}
    assert missing == {("shop.address", "nowhere"), ("shop.orders", "mood")}


def test_neither_the_code_of_a_currency_nor_a_channel_is_taken_for_a_field() -> None:
    named = set(load(WHOLE, "m").shopping.named())
    assert {column for dataset, column, _ in named if dataset == "shop.orders"} == {"id", "placed", "total", "status"}
    assert ("shop.address", "line1", "shopping.mail.0") in named
    assert "mail" not in {column for _, column, _ in named}


@pytest.mark.parametrize(("old", "new"), [("done: Done", "done: [Done]"), ("line1: [a, b]", "line1: a")])
def test_the_schema_takes_one_value_for_a_list_of_one(old: str, new: str) -> None:
    text = WHOLE.replace(old, new)
    load(text, "m")
    assert problems(text) == []


@pytest.mark.parametrize(("old", "new"), [
    ("sent: line1", "sent: line1, channel: dove"), ("key: id, placed", "placed"), ("written: body", "red: body"),
    ("KRW", "won"),
])
def test_the_schema_refuses_what_is_no_section(old: str, new: str) -> None:
    assert problems(WHOLE.replace(old, new))


def test_the_map_of_oscar_names_everything_that_its_report_tells() -> None:
    shopping = load(OSCAR.read_text(encoding="utf-8"), "oscar.yaml").shopping
    named = {".".join(path) for path, _ in shopping.sources()}
    assert named == {"order", "line", "category", "category.named_in", "discount", "refund", "review", "mail.0", "mail.1"}
    assert problems(OSCAR.read_text(encoding="utf-8")) == []
