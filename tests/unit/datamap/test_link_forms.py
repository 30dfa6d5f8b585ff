"""Links: each form has one meaning, and a form that would have two is refused with a sentence."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from adieu.datamap.links import Link, Pointer, unfold_links, unfold_pointers
from adieu.datamap.rules import FieldRule, RuleKind, unfold_rules

REFUSED = [
    ({"fields": ["a"], "identifier": "email", "of": "shop.b"}, "an identifier link has one field and neither `of` nor `keys`"),
    ({"fields": ["a"], "identifier": "email", "keys": ["k"]}, "an identifier link has one field and neither `of` nor `keys`"),
    ({"fields": ["a", "b"], "identifier": "email"}, "an identifier link has one field and neither `of` nor `keys`"),
    ({"fields": ["a", "b"], "of": "shop.b", "path": "x"}, "a link inside JSON has one field"),
    ({"fields": ["a", "b"]}, "a link by several fields must say `of:` which dataset"),
    ({"fields": []}, "a link by several fields must say `of:` which dataset"),
    ({"fields": ["a"], "of": "shop.b", "keys": ["x", "y"]}, "`keys` needs as many columns as `fields`"),
    ({"fields": ["a"], "of": "shop.b", "decides": True},
     "`decides` is for a link by the member's key; a record always goes with a parent or a proof"),
    ({"fields": ["a"], "identifier": "email", "decides": True},
     "`decides` is for a link by the member's key; a record always goes with a parent or a proof"),
    ({"fields": ["a"], "stored": "upper"}, "`stored` is `as_written` or `normalised`"),
]


@pytest.mark.parametrize(("facts", "sentence"), REFUSED)
def test_a_link_with_two_meanings_is_refused(facts: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Link.model_validate(facts)
    assert [error["msg"] for error in caught.value.errors()] == [f"Value error, {sentence}"]


@pytest.mark.parametrize(("facts", "by_key"), [
    ({"fields": ["a"]}, True), ({"fields": ["a"], "path": "x", "decides": True}, True),
    ({"fields": ["a"], "of": "shop.b"}, False), ({"fields": ["a", "b"], "of": "shop.b", "keys": ["x", "y"]}, False),
    ({"fields": ["a"], "identifier": "email", "path": "x", "stored": "normalised"}, False),
])
def test_a_link_by_the_members_key_names_neither_record_nor_identifier(facts: dict[str, object], by_key: bool) -> None:
    assert Link.model_validate(facts).by_member_key is by_key


@pytest.mark.parametrize(("written", "long"), [
    ("user_id", [{"fields": ["user_id"]}]),
    (["a", "b"], [{"fields": ["a"]}, {"fields": ["b"]}]),
    (("a", "b"), [{"fields": ["a"]}, {"fields": ["b"]}]),
    ({"order_id": "shop.orders"}, [{"fields": ["order_id"], "of": "shop.orders"}]),
    ({"guest": "email"}, [{"fields": ["guest"], "identifier": "email"}]),
    ({"field": "a", "when": {"type": 4}}, [{"fields": ["a"], "when": {"type": 4}}]),
    ({"fields": ["a"], "path": "x"}, [{"fields": ["a"], "path": "x"}]),
    ({"field": "a", "fields": ["b"]}, [{"field": "a", "fields": ["b"]}]),
    ({"of": "shop.orders"}, [{"of": "shop.orders"}]),
    ({"a": "b", "c": "d"}, [{"a": "b", "c": "d"}]),
    ({}, [{}]), (5, [5]), ([["a"]], [["a"]]),
])
def test_what_a_person_writes_is_unfolded_and_errors_are_left_to_the_model(written: object, long: object) -> None:
    assert unfold_links(written) == long


@pytest.mark.parametrize(("written", "long"), [
    ("shop.orders.ship_id", [{"dataset": "shop.orders", "fields": ["ship_id"]}]),
    ("shop.sales.orders.ship_id", [{"dataset": "shop.sales.orders", "fields": ["ship_id"]}]),
    (["shop.a.x", ("shop.b.y")], [{"dataset": "shop.a", "fields": ["x"]}, {"dataset": "shop.b", "fields": ["y"]}]),
    (("shop.a.x",), [{"dataset": "shop.a", "fields": ["x"]}]),
    ({"dataset": "shop.a", "field": "x"}, [{"dataset": "shop.a", "fields": ["x"]}]),
    ({"dataset": "shop.a", "fields": ["x", "y"]}, [{"dataset": "shop.a", "fields": ["x", "y"]}]),
    ("orders.ship_id", ["orders.ship_id"]), (5, [5]),
])
def test_what_a_person_writes_of_a_pointer_is_unfolded(written: object, long: object) -> None:
    assert unfold_pointers(written) == long


def test_a_key_nobody_knows_is_refused() -> None:
    for model in (Link, Pointer):
        with pytest.raises(ValidationError, match="Extra inputs"):
            model.model_validate({"dataset": "shop.a", "fields": ["x"], "colour": "red"})


RULE = FieldRule(kind=RuleKind.YEAR_ONLY)


@pytest.mark.parametrize(("written", "long"), [
    (None, {"kind": "literal", "value": None}), ("gone", {"kind": "literal", "value": "gone"}),
    ("placeholder", {"kind": "placeholder"}), ("year_only", {"kind": "year_only"}),
    ("keep_if_no_person", {"kind": "keep_if_no_person"}), ("unchanged", {"kind": "literal", "value": "unchanged"}),
    ({"literal": "placeholder"}, {"kind": "literal", "value": "placeholder"}),
    ({"first_digits": 3}, {"kind": "first_digits", "value": 3}), ({"unchanged": "why"}, {"kind": "unchanged", "value": "why"}),
    ({"kind": "literal", "value": 5}, {"kind": "literal", "value": 5}), ({"red": 1}, {"red": 1}),
    ({"unchanged": "a", "literal": "b"}, {"unchanged": "a", "literal": "b"}), ({}, {}), (RULE, RULE),
])
def test_what_a_person_writes_of_a_rule_is_unfolded(written: object, long: object) -> None:
    assert unfold_rules({"f": written}) == {"f": long}


@pytest.mark.parametrize("written", [None, 5, "a", ["a"]])
def test_what_is_no_mapping_of_rules_is_left_to_the_model(written: object) -> None:
    assert unfold_rules(written) == written


@pytest.mark.parametrize("value", [None, 0, -1, True, "3", 2.5])
def test_first_digits_needs_a_whole_number_above_zero(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        FieldRule.model_validate({"kind": "first_digits", "value": value})
    assert caught.value.errors()[0]["msg"] == "Value error, `first_digits` needs a whole number above 0"
    assert FieldRule(kind=RuleKind.FIRST_DIGITS, value=1).value == 1
