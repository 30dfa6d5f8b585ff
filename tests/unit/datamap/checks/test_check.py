"""Every kind of finding: said on a planted fault, silent on the right map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from builders import add, change, pointer, retype, right_map, right_schema, schema, table

from adieu.datamap.checks import Code, Level, Limits, check
from adieu.datamap.schema import Schema

E, W = Level.ERROR, Level.WARNING


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing made wrong, and what must be said of it."""

    code: Code
    at: str  # dataset, or dataset.field
    level: Level = E
    to_map: tuple[tuple[str, str], ...] = ()
    to_schema: Callable[[Schema], Schema] = lambda whole: whole
    says: str = ""


def table_changed(dataset: str, **facts: object) -> Callable[[Schema], Schema]:
    return lambda whole: change(whole, dataset, **facts)


def column_changed(dataset: str, **columns: str) -> Callable[[Schema], Schema]:
    return lambda whole: retype(whole, dataset, **columns)


def added(*tables: object) -> Callable[[Schema], Schema]:
    return lambda whole: add(whole, *tables)  # type: ignore[arg-type]


def without(dataset: str) -> Callable[[Schema], Schema]:
    return lambda whole: schema(*(t for name, t in whole.tables.items() if name != dataset))


REVIEW_NAME = "name: gone"
ADDRESS = "shop.address: {belongs_to: member_id"

FAULTS = [
    # drift
    Fault(code=Code.MISSING_DATASET, at="shop.product", to_schema=without("shop.product")),
    Fault(code=Code.MISSING_COLUMN, at="shop.review.nick", to_map=((REVIEW_NAME, "nick: gone"),), says="fields"),
    Fault(code=Code.MISSING_COLUMN, at="shop.member.enabled", to_map=(("active: false", "enabled: false"),), says="fence"),
    Fault(code=Code.MISSING_COLUMN, at="shop.orders.state", to_map=(("show: [number]", "show: [state]"),)),
    Fault(code=Code.MISSING_COLUMN, at="shop.email.checked", to_map=(("email.verified,", "email.checked,"),)),
    Fault(code=Code.MISSING_COLUMN, at="shop.email.email", says="verified", to_schema=lambda whole: change(
        whole, "shop.email", columns={n: c for n, c in whole.tables["shop.email"].columns.items() if n != "email"})),
    Fault(code=Code.MISSING_COLUMN, at="shop.product.colour", says="labels", to_map=(
        ("because: goods}", "because: goods, labels: {colour: {en: Colour}}}"),)),
    Fault(code=Code.MISSING_COLUMN, at="shop.colour", level=W, says="`labels:`", to_map=(
        ("member:", "labels: {id: {en: Number}, colour: {en: Colour}}\nmember:"),)),
    Fault(code=Code.MISSING_COLUMN, at="shop.orders.sum", says="shopping.order", to_map=(
        ("member:", "shopping: {order: {dataset: shop.orders, key: id, placed: placed, total: sum, currency_is: KRW}}\nmember:"),)),
    Fault(code=Code.MISSING_COLUMN, at="shop.session.until", to_map=(("age: expires", "age: until"),)),
    Fault(code=Code.MISSING_COLUMN, at="shop.address.owner",
          to_map=(("shop.address: {belongs_to: member_id", "shop.address: {belongs_to: owner"),)),
    Fault(code=Code.UNDECIDED_DATASET, at="shop.gift", to_schema=added(table("shop.gift", {})), says="not in the data map"),
    Fault(code=Code.UNDECIDED_VIEW, at="shop.seen", level=W, to_schema=added(table("shop.seen", {}, is_view=True))),
    # personal-looking names
    Fault(code=Code.PERSONAL_LOOKING, at="shop.product.contact_email", to_schema=column_changed(
        "shop.product", contact_email="text"), says="contact"),
    Fault(code=Code.PERSONAL_LOOKING, at="shop.review.ipAddress", to_schema=column_changed("shop.review", ipAddress="inet")),
    Fault(code=Code.PERSONAL_LOOKING, at="shop.line.memo", to_schema=column_changed("shop.line", memo="text")),
    Fault(code=Code.PERSONAL_LOOKING, at="shop.product.name", level=W, to_schema=column_changed("shop.product", name="text")),
    Fault(code=Code.PERSONAL_LOOKING, at="shop.session.hp", to_schema=column_changed("shop.session", hp="text")),
    Fault(code=Code.PERSONAL_LOOKING, at="shop.review.birth_year", to_schema=column_changed("shop.review", birth_year="date")),
    Fault(code=Code.PERSONAL_LOOKING, at="shop.product.담당자전화", to_schema=column_changed("shop.product", 담당자전화="text")),
    # what the database does on a delete
    Fault(code=Code.CASCADE, at="shop.product.member_id", to_schema=table_changed(
        "shop.product", foreign_keys=(pointer("member_id", "shop.member", "CASCADE"),)), says="CASCADE"),
    Fault(code=Code.CASCADE, at="shop.line.maker_id", says="{maker_id: shop.address}", to_schema=table_changed(
        "shop.line", foreign_keys=(pointer("maker_id", "shop.address", "CASCADE"),))),
    Fault(code=Code.CASCADE, at="shop.email.address_id", says="{address_id: shop.address}", to_schema=table_changed(
        "shop.email", foreign_keys=(pointer("address_id", "shop.address", "CASCADE"),))),
    Fault(code=Code.SET_NULL, at="shop.product.member_id", to_schema=table_changed(
        "shop.product", foreign_keys=(pointer("member_id", "shop.member", "SET NULL"),)), says="mentions"),
    Fault(code=Code.BLOCKED_DELETE, at="shop.review.member_id", to_map=(
        ("member_id: null, name", "member_id: {unchanged: x}, name"),), to_schema=table_changed(
            "shop.review", foreign_keys=(pointer("member_id", "shop.member", "RESTRICT"),))),
    Fault(code=Code.BLOCKED_DELETE, at="shop.address.parent_id", to_schema=table_changed(
        "shop.address", foreign_keys=(pointer("parent_id", "shop.address"),)), says="{parent_id: shop.address}"),
    Fault(code=Code.POINTER_NOT_NULL, at="shop.orders.shipping_id", to_schema=column_changed(
        "shop.orders", shipping_id="bigint not null")),
    Fault(code=Code.UNINDEXED_FOREIGN_KEY, at="shop.email.address_id", level=W, says="10000 rows", to_schema=table_changed(
        "shop.email", foreign_keys=(pointer("address_id", "shop.address"),))),
    Fault(code=Code.UNINDEXED_FOREIGN_KEY, at="shop.email.address_id", level=E, to_schema=table_changed(
        "shop.email", foreign_keys=(pointer("address_id", "shop.address"),), rows=2_000_000)),
    # field rules
    Fault(code=Code.NULL_REFUSED, at="shop.review.body", to_map=(("body: keep_if_no_person", "body: null"),)),
    Fault(code=Code.NULL_REFUSED, at="shop.member.active", to_map=(("active: false", "active: null"),)),
    Fault(code=Code.LITERAL_UNSUITED, at="shop.review.name", to_map=((REVIEW_NAME, "name: 5"),)),
    Fault(code=Code.LITERAL_UNSUITED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: many"),)),
    Fault(code=Code.LITERAL_UNSUITED, at="shop.member.active", to_map=(("active: false", "active: 0"),)),
    Fault(code=Code.LITERAL_UNSUITED, at="shop.orders.placed", to_map=(
        ('guest_email: ""}', 'guest_email: "", placed: soon}'),)),
    Fault(code=Code.LITERAL_TOO_LONG, at="shop.review.name", to_map=((REVIEW_NAME, "name: " + 31 * "x"),), says="31"),
    Fault(code=Code.RULE_ON_GENERATED, at="shop.review.name", to_schema=column_changed("shop.review", name="text generated")),
    Fault(code=Code.RULE_ON_KEY, at="shop.review.id", to_map=((REVIEW_NAME, "name: gone, id: placeholder"),)),
    Fault(code=Code.RULE_UNSUITED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: year_only"),)),
    Fault(code=Code.RULE_UNSUITED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: keep_if_no_person"),)),
    Fault(code=Code.RULE_UNSUITED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: {first_digits: 1}"),)),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: placeholder"),)),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.review.name", says="needs 16", to_map=((REVIEW_NAME, "name: placeholder"),),
          to_schema=column_changed("shop.review", name="varchar(15)")),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.orders.guest_email", says="needs 31", to_map=(
        ('guest_email: ""}', "guest_email: placeholder}\n    personal: {guest_email: contact.email}"),),
          to_schema=column_changed("shop.orders", guest_email="varchar(30) not null")),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.member.email", says="needs 31", to_map=(
        ("shop.member: {on_closure: delete}", "shop.member: {on_closure: pseudonymise, fields: {email: placeholder}}"),),
          to_schema=column_changed("shop.member", email="varchar(30) not null")),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.review.stars", says="10 digits", to_map=(
        (REVIEW_NAME, "name: gone, stars: placeholder"),), to_schema=column_changed("shop.review", stars="numeric(11,2)")),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.review.stars", says="10 digits", to_map=(
        (REVIEW_NAME, "name: gone, stars: placeholder"),), to_schema=column_changed("shop.review", stars="real")),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.review.stars", says="at least 0", to_map=(
        (REVIEW_NAME, "name: gone, stars: placeholder"),), to_schema=column_changed("shop.review", stars="bigint from 0")),
    Fault(code=Code.PLACEHOLDER_UNSUITED, at="shop.review.name", says="on, off", to_map=((REVIEW_NAME, "name: placeholder"),),
          to_schema=column_changed("shop.review", name="varchar(30) of on|off")),
    Fault(code=Code.LITERAL_NOT_ALLOWED, at="shop.review.name", says="on, off",
          to_schema=column_changed("shop.review", name="varchar(30) of on|off")),
    Fault(code=Code.LITERAL_NOT_ALLOWED, at="shop.review.name", to_schema=column_changed("shop.review", name="inet of on|off")),
    Fault(code=Code.LITERAL_NOT_ALLOWED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: 0"),),
          to_schema=column_changed("shop.review", stars="smallint of 1|2")),
    Fault(code=Code.LITERAL_NOT_ALLOWED, at="shop.review.stars", to_map=((REVIEW_NAME, "name: gone, stars: -1"),),
          to_schema=column_changed("shop.review", stars="smallint from 0"), says="at least 0"),
    Fault(code=Code.LITERAL_NOT_ALLOWED, at="shop.member.country", to_map=(("active: false", "country: XX"),),
          to_schema=column_changed("shop.member", country="varchar(2) of KR|DE")),
    Fault(code=Code.RULE_UNSUITED, at="shop.review.body", says="on", to_schema=column_changed(
        "shop.review", body="text not null of on|off")),
    Fault(code=Code.NOT_UNIQUE, at="shop.review.name", to_schema=table_changed("shop.review", uniques=(("name",),))),
    Fault(code=Code.NOT_UNIQUE, at="shop.review.name, stars", level=W,
          to_schema=table_changed("shop.review", uniques=(("name", "stars"),))),
    Fault(code=Code.LINK_NOT_CUT, at="shop.review.member_id", to_map=(("member_id: null, name", "name"),)),
    # links
    Fault(code=Code.NO_PRIMARY_KEY, at="shop.review", to_schema=table_changed("shop.review", primary_key=())),
    Fault(code=Code.WIDE_PRIMARY_KEY, at="shop.line", to_schema=table_changed(
        "shop.line", primary_key=("id", "order_id", "sku", "x"))),
    Fault(code=Code.LINK_TO_LEFT, at="shop.line.order_id", to_map=(
        ("{order_id: shop.orders}", "{order_id: shop.product}"),)),
    Fault(code=Code.LINK_TO_LEFT, at="shop.shipping", to_map=(
        ("owned_through: shop.orders.shipping_id", "owned_through: shop.product.shipping_id"),)),
    Fault(code=Code.LINK_TYPE_DIFFERS, at="shop.address.member_id", level=W, to_schema=column_changed(
        "shop.address", member_id="text not null"), says="as text"),
    Fault(code=Code.LINK_TYPE_DIFFERS, at="shop.address.member_id", level=E, to_schema=column_changed(
        "shop.address", member_id="date not null")),
    Fault(code=Code.LINK_TYPE_DIFFERS, at="shop.line.order_id", to_schema=column_changed(
        "shop.line", order_id="date not null"), says="cannot be compared"),
    Fault(code=Code.LINK_TYPE_DIFFERS, at="shop.orders.shipping_id", to_schema=column_changed(
        "shop.orders", shipping_id="text"), says="shop.shipping.id is bigint"),
    Fault(code=Code.LINK_TYPE_DIFFERS, at="shop.orders.shipping_id", to_schema=lambda whole: change(
        change(whole, "shop.shipping", primary_key=("id", "line1")), "shop.orders", foreign_keys=()), says="its key has 2"),
    Fault(code=Code.UNINDEXED_LINK, at="shop.address.member_id", level=W, to_schema=table_changed(
        "shop.address", indexes=()), says="1 × 1000"),
    Fault(code=Code.UNINDEXED_LINK, at="shop.address.member_id", level=E, to_schema=table_changed(
        "shop.address", indexes=(), rows=10_000_001)),
    Fault(code=Code.UNINDEXED_LINK, at="shop.line.order_id", level=W, to_schema=table_changed(
        "shop.line", indexes=()), says="10 × 1000"),
    Fault(code=Code.UNINDEXED_LINK, at="shop.orders.guest_email", level=W, to_map=(("email, stored: normalised}]", "email}]"),)),
    Fault(code=Code.UNINDEXED_LINK, at="shop.member.email", level=W, says="1 × 100)", to_map=(
        ("verified, stored: normalised", "verified"),)),
    Fault(code=Code.UNINDEXED_LINK, at="shop.email.email", level=W, says="1 × 1000)", to_map=(
        ("verified, stored: normalised", "verified"),)),
    Fault(code=Code.UNINDEXED_LINK, at="shop.email.email", level=W, to_schema=table_changed(
        "shop.email", indexes=(("member_id",),))),
    Fault(code=Code.UNINDEXED_LINK, at="shop.member.email", level=E, to_schema=table_changed(
        "shop.member", indexes=(), rows=10_000_001)),
    Fault(code=Code.UNINDEXED_LINK, at="shop.orders.shipping_id", level=W, to_schema=table_changed(
        "shop.orders", indexes=(("member_id",), ("guest_email",)))),
    Fault(code=Code.UNINDEXED_LINK, at="shop.address.line1", level=W, to_map=(
        ("shop.address: {belongs_to: member_id", "shop.address: {belongs_to: {field: line1, path: owner.id}"),)),
    Fault(code=Code.SHARED_LINK_NOT_NULL, at="shop.address.member_id", to_map=(
        ("shop.address: {belongs_to: member_id", "shop.address: {belongs_to: [member_id, second_id]"),),
          to_schema=column_changed("shop.address", second_id="bigint")),
    Fault(code=Code.SHARED_LINK_NOT_CUT, at="shop.address.doc", says="inside JSON", to_map=(
        (ADDRESS, "shop.address: {belongs_to: [member_id, {field: doc, path: owner.id}]"),),
          to_schema=column_changed("shop.address", doc="jsonb", member_id="bigint")),
    Fault(code=Code.SHARED_LINK_NOT_CUT, at="shop.address.second_id", to_map=(
        (ADDRESS, "shop.address: {shared: {second_id: {unchanged: x}}, belongs_to: [member_id, second_id]"),),
          to_schema=column_changed("shop.address", second_id="bigint", member_id="bigint")),
    # retain and expire
    Fault(code=Code.COUNTED_FROM_UNSUITED, at="shop.orders.total", to_map=(("counted_from: placed", "counted_from: total"),)),
    Fault(code=Code.COUNTED_FROM_NULLABLE, at="shop.orders.placed", level=W, to_schema=column_changed(
        "shop.orders", placed="date")),
    Fault(code=Code.VAULT_NAME_UNKNOWN, at="shop.orders.shipping.city", to_map=(("shipping.line1", "shipping.city"),)),
    Fault(code=Code.VAULT_NAME_UNKNOWN, at="shop.orders.member.phone", to_map=(("member.email]", "member.phone]"),)),
    Fault(code=Code.VAULT_WITHOUT_PARTY, at="shop.orders", to_map=((", member.name, member.email]", "]"),)),
    Fault(code=Code.AGE_UNSUITED, at="shop.session.data", to_map=(("age: expires", "age: data"),)),
    Fault(code=Code.AGE_NULLABLE, at="shop.session.expires", level=W, to_schema=column_changed(
        "shop.session", expires="timestamptz")),
    # the member, open matters, stakes
    Fault(code=Code.MEMBER_KEY_NOT_UNIQUE, at="shop.member.country", to_map=(("key: id", "key: country"),)),
    Fault(code=Code.VERIFIED_UNSUITED, at="shop.email.verified", to_schema=column_changed("shop.email", verified="text")),
    Fault(code=Code.VERIFIED_UNSUITED, at="shop.product.checked", to_map=(("shop.email.verified", "shop.product.checked"),),
          to_schema=column_changed("shop.product", checked="boolean")),
    Fault(code=Code.MATTER_UNLINKED, at="shop.product", to_map=(
        ("{dataset: shop.orders, when: {status: {not_in: [Done]}}, show: [number]}",
         "{dataset: shop.product, when: {price: {at_least: 1}}}"),)),
    Fault(code=Code.MATTER_UNSUITED, at="shop.orders.status", to_map=(("{not_in: [Done]}", "{newer_than_days: 3}"),)),
    Fault(code=Code.MATTER_UNSUITED, at="shop.orders.number", to_map=(
        ("open_matters:", "stakes: {points: {dataset: shop.orders, amount: number, unit: p}}\nopen_matters:"),)),
    # what the store does besides
    Fault(code=Code.NOT_TRANSACTIONAL, at="shop.review", to_schema=table_changed("shop.review", transactional=False)),
    Fault(code=Code.VIEW_TREATED, at="shop.review", to_schema=table_changed("shop.review", is_view=True)),
    Fault(code=Code.TRIGGER, at="shop.review", level=W, to_schema=table_changed("shop.review", triggers=("audit",)), says="audit"),
    Fault(code=Code.SYSTEM_VERSIONED, at="shop.review", level=W, to_schema=table_changed("shop.review", system_versioned=True)),
    Fault(code=Code.MATERIALISED_VIEW, at="shop.copy", level=W, to_schema=added(
        table("shop.copy", {}, is_view=True, materialised=True))),
    Fault(code=Code.ROW_SECURITY, at="shop.review", level=W, to_schema=table_changed("shop.review", row_security=True)),
    Fault(code=Code.READER_NOTE, at="shop", level=W, says="seen", to_schema=lambda whole: schema(
        *whole.tables.values(), notes=("something was not seen",))),
]


def test_the_right_map_has_no_finding() -> None:
    assert check(right_map(), {"shop": right_schema()}) == ()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code}-{fault.at}-{fault.level}")
def test_a_planted_fault_is_named(fault: Fault) -> None:
    found = check(right_map(*fault.to_map), {"shop": fault.to_schema(right_schema())})
    said = [f for f in found if f.code is fault.code and fault.at == (f"{f.dataset}.{f.field}" if f.field else f.dataset)]
    assert said, [str(f) for f in found]
    assert said[0].level is fault.level
    assert fault.says in said[0].what


def test_every_code_of_the_schema_check_has_a_planted_fault() -> None:
    elsewhere = {
        Code.STORE_NOT_READ, Code.PERSONAL_CONTENT, Code.UNREADABLE_CONTENT, Code.NOT_NORMALISED, Code.PROMISE_PART_READ,
        Code.PLAN_REFUSED,
    }
    assert {fault.code for fault in FAULTS} == set(Code) - elsewhere


def test_a_store_that_was_not_read_is_an_error() -> None:
    (found,) = check(right_map(), {})
    assert (found.code, found.dataset, found.level) == (Code.STORE_NOT_READ, "shop", E)


SILENT = [
    ("tagged", (("because: goods}", "because: goods, accepted_by: Kim, personal: {email: contact.email}}"),),
     column_changed("shop.product", email="text")),
    ("not personal", (("because: goods}", "because: goods, not_personal: {name: goods}}"),),
     column_changed("shop.product", name="text")),
    ("a flag", (), column_changed("shop.product", email_sent="boolean")),
    ("in a deleted dataset", (), column_changed("shop.address", phone="text")),
    ("a partition", (), added(table("shop.line_1", {"phone": "text"}, partition_of="shop.line"))),
    ("a partition's partition", (), added(
        table("shop.line_1", {}, partition_of="shop.line"), table("shop.line_2", {}, partition_of="shop.line_1"))),
    ("a mention cut", (("because: goods}", "because: goods, mentions: {editor_id: {editor_id: null}}}"),), lambda whole: change(
        retype(whole, "shop.product", editor_id="bigint"), "shop.product", indexes=(("editor_id",),),
        foreign_keys=(pointer("editor_id", "shop.member"),))),
    ("unique with null", (), table_changed("shop.review", uniques=(("member_id", "name"),))),
    ("unique with placeholder", ((REVIEW_NAME, "name: placeholder"),), table_changed("shop.review", uniques=(("name",),))),
    ("a second owner given a literal", (
        ("shop.address: {belongs_to: member_id", "shop.address: {shared: {member_id: 0}, belongs_to: [member_id, second_id]"),),
     lambda whole: change(retype(whole, "shop.address", second_id="bigint"), "shop.address",
                          indexes=(("member_id",), ("second_id",)))),
    ("a second owner with whom it goes", (
        ("shop.address: {belongs_to: member_id",
         "shop.address: {belongs_to: [{field: member_id, decides: true}, second_id]"),),
     lambda whole: change(retype(whole, "shop.address", second_id="bigint"), "shop.address",
                          indexes=(("member_id",), ("second_id",)))),
    ("a literal that the enum has", (), column_changed("shop.review", name="varchar(30) of gone|here")),
    ("a boolean kept as 0 and 1", (), column_changed("shop.member", active="boolean of 0|1")),
    ("a boolean kept as words", (), column_changed("shop.member", active="boolean of true|false")),
    ("a placeholder that just fits", (
        ('guest_email: ""}', "guest_email: placeholder}\n    personal: {guest_email: contact.email}"),),
     column_changed("shop.orders", guest_email="varchar(31) not null")),
    ("a made-up number that fits", ((REVIEW_NAME, "name: gone, stars: placeholder"),), column_changed(
        "shop.review", stars="numeric(12,2)")),
    ("declared without transactions", (("on_closure: anonymise", "transactional: false\n    on_closure: anonymise"),),
     table_changed("shop.review", transactional=False)),
    ("an identifier that nobody proves", (("verified: shop.email.verified, stored: normalised", "verified: never"),),
     lambda whole: whole),
    ("a trigger where nothing happens", (), table_changed("shop.product", triggers=("audit",))),
]


@pytest.mark.parametrize(("to_map", "to_schema"), [case[1:] for case in SILENT], ids=[case[0] for case in SILENT])
def test_what_somebody_decided_is_silent(
    to_map: tuple[tuple[str, str], ...], to_schema: Callable[[Schema], Schema]
) -> None:
    found = check(right_map(*to_map), {"shop": to_schema(right_schema())})
    assert [str(f) for f in found] == []


@pytest.mark.parametrize("links", [
    "{shared: {doc: null}, belongs_to: [member_id, {field: doc, path: owner.id}]",
    "{belongs_to: [member_id, {field: doc, path: owner.id, decides: true}]",
    "{belongs_to: {field: doc, path: owner.id}",
    "{shared: {doc: {unchanged: x}}, belongs_to: {field: doc, path: owner.id}",
])
def test_an_owner_inside_json_who_lets_go_or_decides_or_is_alone_is_no_error(links: str) -> None:
    whole = retype(right_schema(), "shop.address", doc="jsonb", member_id="bigint")
    found = check(right_map((ADDRESS, f"shop.address: {links}")), {"shop": whole})
    assert [f.code for f in found if f.code is not Code.CASCADE and f.level is E and f.field != "member_id"] == []


def test_the_limit_is_the_shops() -> None:
    whole = change(right_schema(), "shop.address", indexes=())
    (found,) = check(right_map(), {"shop": whole}, Limits(unindexed_rows=999))
    assert found.level is E


def test_errors_come_first_and_read_as_one_line() -> None:
    whole = add(change(right_schema(), "shop.address", triggers=("t",)), table("shop.zebra", {}))
    first, second = check(right_map(), {"shop": whole})
    assert str(first).startswith("error undecided-dataset shop.zebra: ")
    assert str(second).startswith("warning trigger shop.address: ")
