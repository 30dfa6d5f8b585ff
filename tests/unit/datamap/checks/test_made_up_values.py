"""Where a made-up value finds room, and what a foreign key of several columns is told to do."""

from __future__ import annotations

import dataclasses

import pytest
from builders import change, pointer, retype, right_map, right_schema

from adieu.datamap.checks import Code, check
from adieu.datamap.schema import Kind, Schema

STARS = ("name: gone", "name: gone, stars: placeholder")


def of_type(written: str, kind: Kind, dialect: str = "postgresql") -> Schema:
    whole = right_schema()
    columns = whole.tables["shop.review"].columns
    stars = dataclasses.replace(columns["stars"], type=written, kind=kind)
    return dataclasses.replace(change(whole, "shop.review", columns={**columns, "stars": stars}), dialect=dialect)


def refused(whole: Schema) -> bool:
    return Code.PLACEHOLDER_UNSUITED in {found.code for found in check(right_map(STARS), {"shop": whole})}


@pytest.mark.parametrize(("written", "kind"), [
    ("bigint unsigned", Kind.INTEGER), ("INT UNSIGNED", Kind.INTEGER), ("SmallInt", Kind.INTEGER), ("tinyint", Kind.INTEGER),
    ("numeric(9)", Kind.NUMBER), ("numeric(12, 3)", Kind.NUMBER), ("real", Kind.NUMBER), ("date", Kind.DATE),
    ("boolean", Kind.BOOLEAN), ("bytea", Kind.BINARY),
])
def test_a_column_without_room_for_a_made_up_number_is_refused(written: str, kind: Kind) -> None:
    assert refused(of_type(written, kind))


@pytest.mark.parametrize(("written", "kind", "dialect"), [
    ("bigint", Kind.INTEGER, "postgresql"), ("int(4)", Kind.INTEGER, "mariadb"), ("numeric(10)", Kind.NUMBER, "postgresql"),
    ("numeric(12,2)", Kind.NUMBER, "postgresql"), ("numeric", Kind.NUMBER, "postgresql"), ("real", Kind.NUMBER, "sqlite"),
    ("uuid", Kind.UUID, "postgresql"), ("text", Kind.TEXT, "postgresql"),
])
def test_a_column_with_room_for_a_made_up_value_is_accepted(written: str, kind: Kind, dialect: str) -> None:
    assert not refused(of_type(written, kind, dialect))


def test_only_the_members_own_email_and_what_is_tagged_so_needs_room_for_an_address() -> None:
    member = ("shop.member: {on_closure: delete}", "shop.member: {on_closure: pseudonymise, fields: {first_name: placeholder}}")
    whole = retype(right_schema(), "shop.member", first_name="varchar(16)")
    assert Code.PLACEHOLDER_UNSUITED not in {found.code for found in check(right_map(member), {"shop": whole})}
    orders = ('guest_email: ""}', "guest_email: placeholder, email: placeholder}")
    whole = retype(right_schema(), "shop.orders", guest_email="varchar(16) not null", email="varchar(16)")
    assert Code.PLACEHOLDER_UNSUITED not in {found.code for found in check(right_map(orders), {"shop": whole})}


def test_many_choices_are_shown_in_part() -> None:
    many = "|".join("abcdefghi")
    whole = retype(right_schema(), "shop.review", name=f"varchar(30) of {many}")
    (found,) = check(right_map(), {"shop": whole})
    assert "(a, b, c, d, e, f, g, h, …)" in found.what
    eight = retype(right_schema(), "shop.review", name=f"varchar(30) of {many[:-2]}")
    (found,) = check(right_map(), {"shop": eight})
    assert "(a, b, c, d, e, f, g, h) admits" in found.what


@pytest.mark.parametrize(("dataset", "remedy"), [
    ("shop.product", "decide it (`delete` or `anonymise`, link `{fields: [a, b], of: shop.shipping}`), or cut the pointer with"
     " `owned_through:` there"),
    ("shop.address", "add the link `{fields: [a, b], of: shop.shipping}` to `belongs_to:` so that they go together"),
    ("shop.review", "link it with `{fields: [a, b], of: shop.shipping}` and cut it with `fields: {a: null}`, or do not delete"
     " shop.shipping"),
])
def test_a_foreign_key_of_several_columns_is_told_what_to_do(dataset: str, remedy: str) -> None:
    whole = retype(right_schema(), dataset, a="bigint", b="bigint")
    keys = (*whole.tables[dataset].foreign_keys, pointer("a b", "shop.shipping", to_columns="x id"))
    found = check(right_map(), {"shop": change(whole, dataset, foreign_keys=keys)})
    (blocked,) = [f for f in found if f.code is Code.BLOCKED_DELETE]
    assert (blocked.dataset, blocked.field) == (dataset, "a, b")
    assert blocked.what.endswith("; " + remedy)


def test_a_pointer_by_one_column_to_what_is_no_member_is_cut_where_it_points() -> None:
    whole = retype(right_schema(), "shop.product", a_id="bigint")
    whole = change(whole, "shop.product", foreign_keys=(pointer("a_id", "shop.shipping"),), indexes=(("a_id",),))
    (found,) = check(right_map(), {"shop": whole})
    assert found.what.endswith(
        "decide it (`delete` or `anonymise`, link `{a_id: shop.shipping}`), or cut the pointer with `owned_through:` there"
    )
