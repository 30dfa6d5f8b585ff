"""The published JSON Schema accepts what the loader accepts, short forms included, and refuses what is no map."""

from __future__ import annotations

import io
import json

import pytest
from builders import RIGHT_MAP
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from test_load import LINKS, RULES, with_link, with_rule

from adieu.datamap import load
from adieu.datamap.jsonschema import json_schema

VALIDATOR = Draft202012Validator(json_schema())

EXAMPLE = """
adieu: 1
shop: {name: Oscar Books, regimes: {default: kr, by_country: {DE: kr}}, languages: [ko, en]}
stores:
  shop: {url: "${SHOP_DATABASE_URL}", backups_kept_days: 30}
member:
  dataset: shop.auth_user
  key: id
  identifiers:
    email: {field: email, verified: shop.account_emailaddress.verified}
    name: {fields: [first_name, last_name]}
  created: date_joined
  country: {field: country, default: KR}
  fence: {set: {is_active: false}}
datasets:
  shop.auth_user: {on_closure: delete, label: {ko: 계정, en: Account}}
  shop.account_emailaddress: {belongs_to: user_id, on_closure: delete}
  shop.address_useraddress:
    belongs_to: user_id
    on_closure: delete
    personal: {first_name: identity.name, line1: contact.address, phone_number: contact.phone}
  shop.order_order:
    belongs_to: [user_id, {guest_email: email}]
    on_closure: retain
    basis: kr.contract
    counted_from: date_placed
    into_vault: [number, date_placed, total_incl_tax, currency, shipping_address.line1, member.name, member.email]
    afterwards: pseudonymise
    fields: {user_id: null, guest_email: ""}
  shop.order_shippingaddress: {owned_through: shop.order_order.shipping_address_id, on_closure: delete}
  shop.reviews_productreview:
    belongs_to: user_id
    on_closure: anonymise
    fields: {user_id: null, name: "탈퇴 회원", title: keep_if_no_person, body: keep_if_no_person}
  shop.django_session: {on_closure: expire, within_days: 14, removed_by: "manage.py clearsessions, daily", age: expire_date}
  shop.loyalty_account: {belongs_to: user_id, on_closure: delete}
  shop.catalogue_product: {on_closure: leave, because: no personal data}
open_matters:
  orders_under_way:
    dataset: shop.order_order
    when: {status: {not_in: [Complete, Cancelled]}}
    show: [number, status, date_placed]
    effect: wait
stakes:
  points: {dataset: shop.loyalty_account, amount: balance, unit: points, effect: forfeit}
shopping: {order: {dataset: shop.order_order, key: id, placed: date_placed, total: total_incl_tax, currency: currency}}
"""

REFUSED = [
    ("adieu: 1", "adieu: 2"), ("on_closure: leave", "on_closure: forget"), ("on_closure: leave", "on_closur: leave"),
    ("within_days: 14", "within_days: -1"), ("name: gone", "name: {first_digits: 0}"), ("name: gone", "name: [a]"),
    ("belongs_to: member_id, on_closure: delete}", "belongs_to: {field: a, fields: [b]}, on_closure: delete}"),
    ("belongs_to: member_id, on_closure: delete}", "belongs_to: {a: b, c: d}, on_closure: delete}"),
    ("{not_in: [Done]}", "{not_in: [Done], in: [New]}"), ("key: id", ""), ("{not_in: [Done]}", "{like: Done}"),
    ("shop.orders.shipping_id", "shipping_id"),
]


def problems(text: str) -> list[str]:
    """What the schema says of a map as any other YAML reader sees it."""
    tree = YAML(typ="safe").load(io.StringIO(text))
    plain = json.loads(json.dumps(tree, default=str))
    return [error.message for error in VALIDATOR.iter_errors(plain)]


def accepted(text: str) -> None:
    load(text, "adieu.yaml")
    assert problems(text) == []


def test_the_schema_is_a_schema_and_plain_json() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


@pytest.mark.parametrize("text", [EXAMPLE, RIGHT_MAP], ids=["example", "right map"])
def test_a_whole_map_is_accepted(text: str) -> None:
    accepted(text)


@pytest.mark.parametrize("written", LINKS)
def test_every_form_of_a_link_is_accepted(written: str) -> None:
    accepted(with_link(written))


@pytest.mark.parametrize("written", RULES)
def test_every_form_of_a_rule_is_accepted(written: str) -> None:
    accepted(with_rule(written))


@pytest.mark.parametrize("written", ["[shop.orders.shipping_id]", "{dataset: shop.orders, field: shipping_id}"])
def test_every_form_of_a_pointer_is_accepted(written: str) -> None:
    accepted(RIGHT_MAP.replace("owned_through: shop.orders.shipping_id", f"owned_through: {written}"))


@pytest.mark.parametrize("written", ["Open", "{in: [Open, null]}", "{newer_than_days: 3}", "{at_least: 1}", "null"])
def test_every_form_of_a_condition_is_accepted(written: str) -> None:
    accepted(RIGHT_MAP.replace("{not_in: [Done]}", written))


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_what_is_no_map_is_refused(old: str, new: str) -> None:
    assert old in RIGHT_MAP
    assert problems(RIGHT_MAP.replace(old, new, 1))


def test_a_key_the_loader_does_not_know_is_unknown_to_the_schema_too() -> None:
    assert problems(RIGHT_MAP + "digest: abc\n")
