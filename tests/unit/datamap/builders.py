"""A small right map and its schema, and short ways to plant one fault in either."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import cache

from adieu.datamap import load
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Column, ForeignKey, Kind, Schema, Table

_KINDS = {
    "text": Kind.TEXT, "varchar": Kind.TEXT, "bigint": Kind.INTEGER, "smallint": Kind.INTEGER, "numeric": Kind.NUMBER,
    "boolean": Kind.BOOLEAN, "date": Kind.DATE, "timestamptz": Kind.TIMESTAMP, "timestamp": Kind.NAIVE_TIMESTAMP,
    "jsonb": Kind.JSON, "real": Kind.NUMBER, "uuid": Kind.UUID, "bytea": Kind.BINARY, "inet": Kind.OTHER,
}


def column(name: str, written: str) -> Column:
    """``column("email", "varchar(254) not null")``; `generated`, `default`, `of a|b` (choices) and `from 0` as well."""
    found = re.match(r"(\w+)(?:\((\d+)(?:, *\d+)?\))?", written)
    choices, least = re.search(r" of (\S+)", written), re.search(r" from (\d+)", written)
    assert found
    return Column(
        name=name, type=found.group(0), kind=_KINDS[found.group(1)], nullable="not null" not in written,
        length=int(found.group(2)) if found.group(2) and found.group(1) == "varchar" else None,
        generated="generated" in written, has_default="default" in written,
        choices=tuple(choices.group(1).split("|")) if choices else (), least=float(least.group(1)) if least else None,
    )


def pointer(columns: str, to: str, on_delete: str = "NO ACTION", to_columns: str = "id") -> ForeignKey:
    """A foreign key; several columns are written with spaces."""
    return ForeignKey(
        columns=tuple(columns.split()), to=to, to_columns=tuple(to_columns.split()), on_delete=on_delete
    )


def table(dataset: str, columns: Mapping[str, str], *foreign_keys: ForeignKey, **more: object) -> Table:
    """A table with `id` as its key, every foreign key and link-like column (`…_id`) indexed."""
    every = {"id": "bigint not null", **columns}
    indexes = [(name,) for name in columns if name.endswith("_id")] + [key.columns for key in foreign_keys]
    facts: dict[str, object] = {
        "primary_key": ("id",), "indexes": tuple(dict.fromkeys(indexes)), "rows": 1000, **more,
    }
    return Table(
        dataset=dataset, columns={name: column(name, written) for name, written in every.items()},
        foreign_keys=foreign_keys, **facts,  # type: ignore[arg-type]
    )


def schema(*tables: Table, notes: tuple[str, ...] = ()) -> Schema:
    """A PostgreSQL schema of the store `shop`."""
    return Schema(store="shop", dialect="postgresql", tables={t.dataset: t for t in tables}, notes=notes)


def right_schema() -> Schema:
    """What `RIGHT_MAP` fits."""
    return schema(
        table("shop.member", {
            "email": "varchar(254) not null", "first_name": "varchar(40)", "last_name": "varchar(40)",
            "joined": "timestamptz not null", "active": "boolean not null", "country": "varchar(2)",
        }, indexes=(("email",),), rows=100),
        table("shop.address", {"member_id": "bigint not null", "line1": "text"}, pointer("member_id", "shop.member")),
        table("shop.email", {"member_id": "bigint not null", "email": "varchar(254)", "verified": "boolean"},
              pointer("member_id", "shop.member", "CASCADE"), indexes=(("member_id",), ("email",))),
        table("shop.orders", {
            "member_id": "bigint", "guest_email": "varchar(254) not null", "number": "varchar(20) not null",
            "placed": "date not null", "total": "numeric", "status": "varchar(20)", "shipping_id": "bigint",
        }, pointer("member_id", "shop.member"), pointer("shipping_id", "shop.shipping"), uniques=(("number",),),
           indexes=(("member_id",), ("shipping_id",), ("guest_email",))),
        table("shop.line", {"order_id": "bigint not null", "sku": "text"}, pointer("order_id", "shop.orders")),
        table("shop.shipping", {"line1": "text"}),
        table("shop.review", {"member_id": "bigint", "name": "varchar(30)", "body": "text not null", "stars": "smallint"},
              pointer("member_id", "shop.member", "SET NULL")),
        table("shop.session", {"expires": "timestamptz not null", "data": "text"}),
        table("shop.product", {"price": "numeric"}),
    )


RIGHT_MAP = """
adieu: 1
shop: {name: Books, regimes: {default: kr}}
stores:
  shop: {url: "${SHOP}"}
member:
  dataset: shop.member
  key: id
  identifiers:
    email: {field: email, verified: shop.email.verified, stored: normalised}
    name: {fields: [first_name, last_name]}
  created: joined
  country: {field: country, default: KR}
  fence: {set: {active: false}}
datasets:
  shop.member: {on_closure: delete}
  shop.address: {belongs_to: member_id, on_closure: delete, personal: {line1: contact.address}}
  shop.email: {belongs_to: member_id, on_closure: delete}
  shop.orders:
    belongs_to: [member_id, {field: guest_email, identifier: email, stored: normalised}]
    on_closure: retain
    basis: kr.contract
    counted_from: placed
    into_vault: [number, placed, shipping.line1, member.name, member.email]
    afterwards: pseudonymise
    fields: {member_id: null, guest_email: ""}
  shop.line: {belongs_to: {order_id: shop.orders}, on_closure: pseudonymise, fields: {sku: {unchanged: goods}}}
  shop.shipping: {owned_through: shop.orders.shipping_id, on_closure: delete}
  shop.review:
    belongs_to: member_id
    on_closure: anonymise
    fields: {member_id: null, name: gone, body: keep_if_no_person}
  shop.session: {on_closure: expire, within_days: 14, removed_by: nightly, age: expires}
  shop.product: {on_closure: leave, because: goods}
open_matters:
  under_way: {dataset: shop.orders, when: {status: {not_in: [Done]}}, show: [number]}
"""


@cache
def _right_map() -> DataMap:
    return load(RIGHT_MAP, "adieu.yaml")


def right_map(*changes: tuple[str, str]) -> DataMap:
    """The right map with some of its text replaced; each old text must stand in it."""
    if not changes:
        return _right_map()
    text = RIGHT_MAP
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return load(text, "adieu.yaml")


def change(whole: Schema, dataset: str, **facts: object) -> Schema:
    """The same schema with facts of one table changed."""
    changed = dataclasses.replace(whole.tables[dataset], **facts)  # type: ignore[arg-type]
    return dataclasses.replace(whole, tables={**whole.tables, dataset: changed})


def retype(whole: Schema, dataset: str, **columns: str) -> Schema:
    """The same schema with columns of one table added or written anew."""
    every = {**whole.tables[dataset].columns, **{name: column(name, written) for name, written in columns.items()}}
    return change(whole, dataset, columns=every)


def add(whole: Schema, *tables: Table) -> Schema:
    """The same schema with more tables."""
    return dataclasses.replace(whole, tables={**whole.tables, **{t.dataset: t for t in tables}})
