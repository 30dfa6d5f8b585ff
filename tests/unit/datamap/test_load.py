"""The loader: every short form, and every mistake at once with its line."""

from __future__ import annotations

import hashlib

import pytest
from builders import RIGHT_MAP, right_map

from adieu.datamap import load
from adieu.datamap.links import Link, Pointer
from adieu.datamap.model import Treatment
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.errors import MapInvalid

LINKS = {
    "user_id": [Link(fields=("user_id",))],
    "[user_id, other_id]": [Link(fields=("user_id",)), Link(fields=("other_id",))],
    "{order_id: shop.orders}": [Link(fields=("order_id",), of="shop.orders")],
    "{guest: email}": [Link(fields=("guest",), identifier="email")],
    "[user_id, {guest: email}]": [Link(fields=("user_id",)), Link(fields=("guest",), identifier="email")],
    "{fields: [a, b], of: shop.orders}": [Link(fields=("a", "b"), of="shop.orders")],
    "{fields: [a, b], of: shop.orders, keys: [x, y]}": [Link(fields=("a", "b"), of="shop.orders", keys=("x", "y"))],
    "{field: object_id, when: {type: 4}}": [Link(fields=("object_id",), when={"type": 4})],
    "{field: doc, path: owner.id}": [Link(fields=("doc",), path="owner.id")],
    "{field: user_id, decides: true}": [Link(fields=("user_id",), decides=True)],
    "{field: guest, identifier: email, stored: normalised}": [
        Link(fields=("guest",), identifier="email", stored="normalised")
    ],
}

RULES = {
    "null": FieldRule(kind=RuleKind.LITERAL, value=None),
    '""': FieldRule(kind=RuleKind.LITERAL, value=""),
    "5": FieldRule(kind=RuleKind.LITERAL, value=5),
    "5.5": FieldRule(kind=RuleKind.LITERAL, value=5.5),
    "false": FieldRule(kind=RuleKind.LITERAL, value=False),
    "no": FieldRule(kind=RuleKind.LITERAL, value="no"),
    "1970-01-01": FieldRule(kind=RuleKind.LITERAL, value="1970-01-01"),
    "탈퇴 회원": FieldRule(kind=RuleKind.LITERAL, value="탈퇴 회원"),
    "placeholder": FieldRule(kind=RuleKind.PLACEHOLDER),
    "year_only": FieldRule(kind=RuleKind.YEAR_ONLY),
    "keep_if_no_person": FieldRule(kind=RuleKind.KEEP_IF_NO_PERSON),
    "{first_digits: 3}": FieldRule(kind=RuleKind.FIRST_DIGITS, value=3),
    "{unchanged: goods}": FieldRule(kind=RuleKind.UNCHANGED, value="goods"),
    "{literal: placeholder}": FieldRule(kind=RuleKind.LITERAL, value="placeholder"),
}

# (what to replace, by what, a part of the line that the problem stands on, a part of what is said)
MISTAKES = [
    ("shop.product: {on_closure: leave, because: goods}", "shop.product: {on_closure: leave}", "shop.product:", "`because:`"),
    ("on_closure: leave", "on_closur: leave", "shop.product:", "unknown key"),
    ("on_closure: leave", "on_closure: forget", "shop.product:", "delete"),
    ("key: id", "id: id", "member:", "`member.key` is missing"),
    ("default: kr", "default: xx", "regimes:", "xx"),
    ("basis: kr.contract", "basis: kr.nothing", "basis:", "kr.nothing"),
    ("{order_id: shop.orders}", "{order_id: shop.gone}", "shop.line:", "shop.gone"),
    ("identifier: email", "identifier: phone", "belongs_to: [member_id", "phone"),
    ("shop.orders.shipping_id", "shop.gone.shipping_id", "shop.shipping:", "shop.gone"),
    ("shop.email.verified", "shop.gone.verified", "email:", "shop.gone"),
    ("shop.product:", "mall.product:", "mall.product:", "names no declared store"),
    ("shop.address: {belongs_to: member_id,", "shop.address: {", "shop.address:", "without a link"),
    ("line1: contact.address", "line1: home", "shop.address:", "unknown category"),
    ("{unchanged: goods}", '{unchanged: ""}', "shop.line:", "reason"),
    ("name: gone", "name: {first_digits: some}", "fields: {member_id: null, name:", "whole number"),
    ("name: gone", "name: {first_digits: 0}", "fields: {member_id: null, name:", "whole number"),
    ("name: gone", "name: [a, b]", "fields: {member_id: null, name:", "name"),
    ("because: goods", "because: goods, personal: {id: identity}", "shop.product:", "accepted_by"),
    ("shop.member: {on_closure: delete}", "shop.member: {on_closure: leave, because: x}", "shop.member:", "member record"),
    ("dataset: shop.orders, when", "dataset: shop.gone, when", "under_way:", "shop.gone"),
    ("{not_in: [Done]}", "{not_in: [Done], in: [New]}", "under_way:", "exactly one"),
    ("{not_in: [Done]}", "{like: Done}", "under_way:", "unknown key"),
    ("within_days: 14, ", "", "shop.session:", "`within_days:`"),
    ("belongs_to: member_id, on_closure: delete}", "belongs_to: {field: member_id, fields: [b]}, on_closure: delete}",
     "shop.email:", "unknown key"),
    ("belongs_to: member_id, on_closure: delete}", "belongs_to: {fields: [a, b]}, on_closure: delete}",
     "shop.email:", "of:"),
    ("belongs_to: member_id, on_closure: delete}", "belongs_to: {field: a, of: shop.member, keys: [x, y]}, on_closure: delete}",
     "shop.email:", "as many columns"),
    ("belongs_to: member_id, on_closure: delete}", "belongs_to: {fields: [a, b], path: x, of: shop.member}, on_closure: delete}",
     "shop.email:", "one field"),
    ("adieu: 1", "adieu: 2", "adieu: 2", "adieu"),
]


def with_link(written: str) -> str:
    return RIGHT_MAP.replace("shop.email: {belongs_to: member_id,", f"shop.email: {{belongs_to: {written},")


def with_rule(written: str) -> str:
    return RIGHT_MAP.replace("name: gone", f"name: {written}")


@pytest.mark.parametrize("written", LINKS)
def test_every_short_form_of_a_link_is_unfolded(written: str) -> None:
    assert list(load(with_link(written), "m").datasets["shop.email"].belongs_to) == LINKS[written]


@pytest.mark.parametrize("written", RULES)
def test_every_short_form_of_a_rule_is_unfolded(written: str) -> None:
    rule = load(with_rule(written), "m").datasets["shop.review"].fields["name"]
    assert rule == RULES[written]
    assert type(rule.value) is type(RULES[written].value)


@pytest.mark.parametrize("written", [
    "shop.orders.shipping_id", "[shop.orders.shipping_id]", "{dataset: shop.orders, fields: [shipping_id]}",
    "{dataset: shop.orders, field: shipping_id}",
])
def test_every_short_form_of_a_pointer_is_unfolded(written: str) -> None:
    text = RIGHT_MAP.replace("owned_through: shop.orders.shipping_id", f"owned_through: {written}")
    assert load(text, "m").datasets["shop.shipping"].owned_through == (
        Pointer(dataset="shop.orders", fields=("shipping_id",)),
    )


def test_a_pointer_in_another_schema_keeps_its_dataset_whole() -> None:
    text = RIGHT_MAP.replace("shop.orders", "shop.sales.orders")
    assert load(text, "m").datasets["shop.shipping"].owned_through[0].dataset == "shop.sales.orders"


@pytest.mark.parametrize(("old", "new", "stands_on", "says"), MISTAKES, ids=[case[1] for case in MISTAKES])
def test_a_mistake_is_named_with_its_line(old: str, new: str, stands_on: str, says: str) -> None:
    assert old in RIGHT_MAP
    text = RIGHT_MAP.replace(old, new, 1)
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    lines = text.splitlines()
    assert any(stands_on in lines[problem.line - 1] and says in problem.what for problem in caught.value.problems), [
        (lines[problem.line - 1], problem.what) for problem in caught.value.problems
    ]
    assert str(caught.value).startswith("adieu.yaml:")


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    text = RIGHT_MAP
    for old, new in (
        ("default: kr", "default: xx"), ("basis: kr.contract", "basis: kr.nothing"), ("name: gone", "name: [a]"),
        ("within_days: 14, ", ""), ("on_closure: leave", "on_closure: forget"),
    ):
        text = text.replace(old, new, 1)
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    said = [problem.what for problem in caught.value.problems]
    for part in ("xx", "kr.nothing", "fields.name", "within_days", "on_closure"):
        assert any(part in what for what in said), said
    lines = [problem.line for problem in caught.value.problems]
    assert lines == sorted(lines)


def test_a_broken_dataset_is_not_called_unknown_where_others_name_it() -> None:
    text = RIGHT_MAP.replace("shop.orders:\n", "shop.orders:\n    colour: red\n", 1)
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(("text", "line"), [
    ("adieu: 1\nshop: {name", 2), ("", 1), ("- a\n- b\n", 1), ("adieu: 1\nadieu: 1\n", 2), ("adieu: \x01", 1),
])
def test_what_is_no_map_is_refused_with_a_line(text: str, line: int) -> None:
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    assert caught.value.problems[0].line == line


def test_the_digest_names_this_text() -> None:
    assert load(RIGHT_MAP, "a.yaml").digest == load(RIGHT_MAP, "b.yaml").digest
    assert load(RIGHT_MAP, "a.yaml").digest != load(RIGHT_MAP + "\n", "a.yaml").digest


def test_retained_records_are_deleted_unless_the_map_says() -> None:
    text = RIGHT_MAP.replace("    afterwards: pseudonymise\n", "")
    assert load(text, "m").datasets["shop.orders"].ends_as is Treatment.DELETE


def test_a_field_is_named_by_its_dataset_then_the_map_then_english_then_by_itself() -> None:
    datamap = right_map(
        ("  shop.orders:\n", "  shop.orders:\n    labels: {placed: {ko: 주문한 때}, number: {en: Order number}}\n"),
        ("datasets:\n", "labels: {placed: {ko: 때, en: Placed}}\ndatasets:\n"),
    )
    assert datamap.field_name("shop.orders", "placed", "ko") == "주문한 때"
    assert datamap.field_name("shop.orders", "placed", "en") == "Placed"
    assert datamap.field_name("shop.line", "placed", "ko") == "때"
    assert datamap.field_name("shop.orders", "number", "ko") == "Order number"
    assert datamap.field_name("shop.orders", "shipping_id", "ko") == "Shipping"
    assert datamap.field_name("shop.orders", "date_placed", "en") == "Date placed"
    assert datamap.field_name("shop.orders", "_id", "en") == "_id"


def told(text: str) -> list[str]:
    """Every problem as it is printed."""
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    return str(caught.value).splitlines()


def line_of(part: str, text: str = RIGHT_MAP) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("on_closure: leave", "on_closur: leave",
     "unknown key `datasets.shop.product.on_closur`; remove it or mend its spelling (docs/data-map.md lists the keys)"),
    ("name: gone", "name: {first_digits: 0}",
     "`datasets.shop.review.fields.name`: `first_digits` needs a whole number above 0; mend the value"),
    ("within_days: 14", "within_days: -1",
     "`datasets.shop.session.within_days`: Input should be greater than or equal to 0; mend the value"),
    ("key: id", "key: [id]", "`member.key`: Input should be a valid string; mend the value"),
])
def test_a_mistake_is_told_in_full_with_the_line_of_its_value(old: str, new: str, sentence: str) -> None:
    text = RIGHT_MAP.replace(old, new, 1)
    assert f"adieu.yaml:{line_of(new, text)}: {sentence}" in told(text)


def test_what_is_missing_is_named_with_the_line_of_what_it_is_missing_from() -> None:
    text = RIGHT_MAP.replace("  key: id\n", "")
    assert told(text) == [f"adieu.yaml:{line_of('member:', text)}: `member.key` is missing; add it"]


def test_a_section_that_is_missing_is_named_on_the_first_line() -> None:
    text = "# my map\n" + RIGHT_MAP.replace("shop: {name: Books, regimes: {default: kr}}\n", "")
    assert told(text) == ["adieu.yaml:1: `shop` is missing; add it"]


def test_an_item_of_a_list_is_named_on_its_own_line() -> None:
    text = RIGHT_MAP.replace("show: [number]}", "show:\n    [number,\n    [placed],\n    status]}")
    assert told(text) == [
        f"adieu.yaml:{line_of('    [placed],', text)}: `open_matters.under_way.show.1`: Input should be a valid string;"
        " mend the value"
    ]


def test_beside_a_broken_entry_the_others_are_still_judged() -> None:
    text = RIGHT_MAP.replace("within_days: 14", "within_days: many").replace("kr.contract", "kr.nothing")
    text = text.replace("{not_in: [Done]}", "{like: Done}")
    text += "  second: {dataset: shop.gone, when: {a: 1}}\n"
    found = told(text)
    numbers = [int(line.split(":")[1]) for line in found]
    for part in ("within_days: many", "kr.nothing", "{like: Done}", "shop.gone"):
        assert line_of(part, text) in numbers, found


@pytest.mark.parametrize(("more", "missing"), [
    ("stakes: {points: {amount: a, unit: p}}\n", "`stakes.points.dataset` is missing; add it"),
    ("  second: {when: {a: 1}}\n", "`open_matters.second.dataset` is missing; add it"),
])
def test_a_broken_stake_or_open_matter_hides_no_other_mistake(more: str, missing: str) -> None:
    first, second = told(RIGHT_MAP.replace("kr.contract", "kr.nothing") + more)
    assert "kr.nothing" in first
    assert second.endswith(missing)


def test_where_the_member_cannot_be_read_nothing_else_is_judged() -> None:
    text = RIGHT_MAP.replace("  key: id\n", "").replace("kr.contract", "kr.nothing")
    assert len(told(text)) == 1


def test_what_is_no_yaml_is_told_with_what_was_expected() -> None:
    (found,) = told("adieu: 1\nshop: {name")
    assert found.startswith("adieu.yaml:2: not YAML: ")
    assert found.endswith("; expected a mapping as in docs/data-map.md; mend the line")
    (doubled,) = told("adieu: 1\nadieu: 1\n")
    assert doubled.startswith("adieu.yaml:2: not YAML: found duplicate key")
    (unreadable,) = told("adieu: \x01")
    assert unreadable.startswith("adieu.yaml:1: not YAML: unreadable; ")


def test_what_is_no_mapping_is_told_with_what_was_expected() -> None:
    sentence = "the file holds no mapping; expected `adieu: 1`, `shop:`, `stores:`, `member:`, `datasets:`"
    assert told("") == told("- a\n") == told("a") == [f"adieu.yaml:1: {sentence}"]


def test_the_digest_is_sha256_of_the_text() -> None:
    assert load(RIGHT_MAP, "a.yaml").digest == hashlib.sha256(RIGHT_MAP.encode()).hexdigest()


def test_plain_values_only_are_carried_on() -> None:
    fields = "\n      stars: 0x10\n      5: 1.5\n      name: |\n        gone\n      body: no\n      tag: true\n"
    datamap = right_map((" {member_id: null, name: gone, body: keep_if_no_person}\n", fields))
    rules = datamap.datasets["shop.review"].fields
    assert {name: (type(rule.value), rule.value) for name, rule in rules.items()} == {
        "stars": (int, 16), "5": (float, 1.5), "name": (str, "gone\n"), "body": (str, "no"), "tag": (bool, True),
    }


@pytest.mark.parametrize(("label", "language", "name"), [
    ("{ko: 상품, en: Goods}", "ko", "상품"), ("{ko: 상품, en: Goods}", "de", "Goods"), ("{ko: 상품}", "en", "fallback"),
    ("{}", "ko", "fallback"), ('{ko: "", en: Goods}', "ko", "Goods"),
])
def test_a_dataset_is_called_by_its_label_else_in_english_else_by_its_name(label: str, language: str, name: str) -> None:
    dataset = right_map(("because: goods}", f"because: goods, label: {label}}}")).datasets["shop.product"]
    assert dataset.name(language, "fallback") == name
