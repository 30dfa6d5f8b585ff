"""Columns come from the map and the live schema: labels, what is hidden, what is secret, what is money."""

from __future__ import annotations

from adieu.archive import Column, Kind, columns_of
from adieu.datamap.load import load
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Column as Stored
from adieu.datamap.schema import ForeignKey, Table
from adieu.datamap.schema import Kind as Type

MAP = """
adieu: 1
shop: {name: Books, regimes: {default: kr}, languages: [ko, en]}
stores: {shop: {url: "sqlite:///x"}}
member: {dataset: shop.member, key: id}
labels: {total: {ko: 합계, en: Total}}
datasets:
  shop.member: {on_closure: delete, personal: {password: technical.secret}}
  shop.orders:
    belongs_to: member_ref
    on_closure: delete
    labels: {placed: {ko: 주문한 때}, gift: {ko: 선물, en: A gift}}
  shop.line: {belongs_to: {order_ref: shop.orders}, on_closure: delete}
shopping:
  order: {dataset: shop.orders, key: id, placed: placed, total: total, CURRENCY}
  line: {dataset: shop.line, order: order_ref, title: title}
"""


def the_map(currency: str = "currency: code") -> DataMap:
    return load(MAP.replace("CURRENCY", currency), "m")


def table(dataset: str, **columns: Type) -> Table:
    types = {Type.NUMBER: "numeric(12, 2)"}
    return Table(
        dataset=dataset, primary_key=("id",),
        columns={name: Stored(name=name, type=types.get(kind, kind.value), kind=kind) for name, kind in columns.items()},
        foreign_keys=(
            ForeignKey(columns=("country",), to="shop.country", to_columns=("code",)),
            ForeignKey(columns=("site_ref",), to="shop.site", to_columns=("id",)),
        ),
    )


ORDERS = table(
    "shop.orders", id=Type.INTEGER, member_ref=Type.INTEGER, country=Type.TEXT, site_ref=Type.INTEGER, total=Type.NUMBER,
    code=Type.TEXT, gift=Type.BOOLEAN, placed=Type.TIMESTAMP, rating=Type.INTEGER,
)


def by_name(columns: tuple[Column, ...]) -> dict[str, Column]:
    return {column.name: column for column in columns}


def test_the_fields_that_the_dataset_labels_come_first_in_its_order() -> None:
    assert [column.name for column in columns_of(the_map(), ORDERS)] == [
        "placed", "gift", "id", "member_ref", "country", "site_ref", "total", "code", "rating",
    ]
    assert [column.name for column in columns_of(the_map(), ORDERS, ["total", "id"])] == ["total", "id"]


def test_a_label_is_the_datasets_the_maps_or_the_name_made_readable() -> None:
    found = by_name(columns_of(the_map(), ORDERS))
    assert found["gift"].label == {"ko": "선물", "en": "A gift"}
    assert found["placed"].label == {"ko": "주문한 때", "en": "Placed"}
    assert found["total"].label == {"ko": "합계", "en": "Total"}
    assert found["member_ref"].label == {"ko": "Member ref", "en": "Member ref"}


def test_numbers_that_lead_to_records_are_keys_and_what_can_be_read_is_not() -> None:
    found = by_name(columns_of(the_map(), ORDERS))
    assert {name for name, column in found.items() if column.kind is Kind.KEY} == {"id", "member_ref", "site_ref"}
    assert found["gift"].kind is Kind.YES_NO and found["rating"].kind is Kind.PLAIN


def test_what_the_map_calls_a_secret_is_one() -> None:
    found = by_name(columns_of(the_map(), table("shop.member", id=Type.INTEGER, password=Type.TEXT)))
    assert found["password"].kind is Kind.SECRET


def test_amounts_of_orders_and_their_parts_are_money() -> None:
    total = by_name(columns_of(the_map(), ORDERS))["total"]
    assert (total.kind, total.currency, total.currency_in) == (Kind.MONEY, "", "code")
    line = table("shop.line", id=Type.INTEGER, order_ref=Type.INTEGER, price=Type.NUMBER)
    price = by_name(columns_of(the_map(), line))["price"]
    assert (price.kind, price.currency, price.currency_in) == (Kind.MONEY, "", "")
    price = by_name(columns_of(the_map("currency_is: KRW"), line))["price"]
    assert (price.kind, price.currency, price.currency_in) == (Kind.MONEY, "KRW", "")


def test_numbers_elsewhere_are_numbers() -> None:
    weight = by_name(columns_of(the_map(), table("shop.member", id=Type.INTEGER, weight=Type.NUMBER)))["weight"]
    assert weight.kind is Kind.PLAIN
