"""The published JSON Schema accepts what the loader accepts, short forms included, and refuses what is no map."""

from __future__ import annotations

import io
import json

from builders import RIGHT_MAP
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from test_load import LINKS, RULES, with_link, with_rule

from adieu.datamap import load
from adieu.datamap.jsonschema import json_schema

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
    ("{unchanged: goods}", '{unchanged: ""}'), ("{unchanged: goods}", "{unchanged: goods, literal: a}"),
    ("{unchanged: goods}", "{literal: [a]}"), ("{unchanged: goods}", "{}"), ("{unchanged: goods}", "{first_digits: few}"),
    ("{order_id: shop.orders}", "{of: shop.orders}"), ("{order_id: shop.orders}", "{field: 5, of: shop.orders}"),
    ("{order_id: shop.orders}", "{fields: [], of: shop.orders}"), ("{order_id: shop.orders}", "{order_id: [a]}"),
    ("{order_id: shop.orders}", "[[order_id]]"), ("{order_id: shop.orders}", "{}"),
    ("{order_id: shop.orders}", "{fields: [5], of: shop.orders}"), ("{order_id: shop.orders}", "{fields: a, of: shop.orders}"),
    ("{order_id: shop.orders}", "{field: a, of: shop.orders, colour: red}"), ("{order_id: shop.orders}", "{keys: shop.orders}"),
    ("shop.orders.shipping_id", "{dataset: shop.orders}"), ("shop.orders.shipping_id", "{field: shipping_id}"),
    ("shop.orders.shipping_id", "a.b.c.d.e"), ("shop.orders.shipping_id", "[[shop.orders.shipping_id]]"),
    ("{field: email, verified", "{verified"), ("{field: email, verified", "{field: email, fields: [email], verified"),
    ("{fields: [first_name, last_name]}", "{fields: []}"), ("{not_in: [Done]}", "{}"), ("{not_in: [Done]}", "[Done]"),
]


def refused(*texts: str) -> list[bool]:
    """Whether the schema refuses each map as any other YAML reader sees it."""
    validator = Draft202012Validator(json_schema())
    trees = (YAML(typ="safe").load(io.StringIO(text)) for text in texts)
    return [not validator.is_valid(json.loads(json.dumps(tree, default=str))) for tree in trees]


def accepted(*texts: str) -> None:
    """By the loader and by the schema."""
    for text in texts:
        load(text, "adieu.yaml")
    assert [text for text, no in zip(texts, refused(*texts), strict=True) if no] == []


def test_the_schema_is_a_schema_and_plain_json() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json_schema()["$id"] == "https://adieu.example/schema/data-map-1.json"


def test_each_reader_gets_a_copy_of_its_own() -> None:
    json_schema()["properties"].clear()  # type: ignore[attr-defined]
    assert json_schema()["properties"]


def test_a_whole_map_is_accepted() -> None:
    accepted(EXAMPLE, RIGHT_MAP)


def test_every_form_of_a_link_is_accepted() -> None:
    accepted(*map(with_link, LINKS))


def test_every_form_of_a_rule_is_accepted() -> None:
    accepted(*map(with_rule, RULES))


def test_every_form_of_a_pointer_is_accepted() -> None:
    old = "owned_through: shop.orders.shipping_id"
    forms = ["[shop.orders.shipping_id]", "{dataset: shop.orders, field: shipping_id}"]
    accepted(*(RIGHT_MAP.replace(old, f"owned_through: {written}") for written in forms))
    accepted(RIGHT_MAP.replace("shop.orders", "shop.sales.orders"))


def test_every_form_of_a_condition_is_accepted() -> None:
    forms = ["Open", "{in: [Open, null]}", "{newer_than_days: 3}", "{at_least: 1}", "null"]
    accepted(*(RIGHT_MAP.replace("{not_in: [Done]}", written) for written in forms))


SHOPPING = """shopping:
  order: {dataset: shop.orders, key: id, placed: placed, state: {field: status, done: Done, cancelled: [Off, No]}}
  mail: {dataset: shop.address, sent: line1, when: {line1: a}}
"""


def test_a_single_value_of_the_shopping_section_stands_for_a_list_of_one() -> None:
    lists = SHOPPING.replace("done: Done", "returned: [Back]").replace("{line1: a}", "{line1: [a, 5, null]}")
    several = lists.replace("{dataset: shop.address", "[{dataset: shop.address").replace("null]}}", "null]}}]")
    accepted(RIGHT_MAP + SHOPPING, RIGHT_MAP + lists, RIGHT_MAP + several)
    wrong = [("done: Done", "done: {a: b}"), ("{line1: a}", "{line1: {a: b}}"), ("{line1: a}", "a"), ("mail: {", "mail: {red: 1, ")]
    assert refused(*(RIGHT_MAP + SHOPPING.replace(*case) for case in wrong)) == [True] * len(wrong)


def test_editors_are_told_what_a_link_and_a_rule_mean() -> None:
    definitions = json_schema()["$defs"]
    by_key, short, long = definitions["Link"]["anyOf"]  # type: ignore[index]
    assert by_key["description"] == "the field holds the member's key"
    assert short["description"] == (
        "{field: store.dataset} for a chain, {field: identifier} for an identifier of the member"
    )
    assert definitions["Link"]["description"] == long["description"]  # type: ignore[index]
    assert definitions["FieldRule"]["description"] == (  # type: ignore[index]
        "null, a literal, placeholder, year_only, keep_if_no_person, or one of the objects"
    )


def test_what_is_no_map_is_refused() -> None:
    assert [old for old, _ in REFUSED if old not in RIGHT_MAP] == []
    answers = refused(*(RIGHT_MAP.replace(old, new, 1) for old, new in REFUSED))
    assert [case for case, no in zip(REFUSED, answers, strict=True) if not no] == []


def test_a_key_the_loader_does_not_know_is_unknown_to_the_schema_too() -> None:
    assert refused(RIGHT_MAP + "digest: abc\n") == [True]
