"""From the data map and the live schema to an archive's columns: what a member reads, what stays hidden, what is money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adieu.archive.section import Column, Kind
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Column as Stored
from adieu.datamap.schema import Kind as Type
from adieu.datamap.schema import Table

#: The map's category of what opens something: passwords, tokens, second factors.
SECRET = "technical.secret"
_NUMBERS = frozenset({Type.INTEGER, Type.UUID})
_FIXED_POINT = ("numeric", "decimal")


def columns_of(datamap: DataMap, table: Table, names: Iterable[str] = ()) -> tuple[Column, ...]:
    """The columns of a dataset, labelled in the shop's languages: `names` in their order, else all that the table has.

    Of all, those that the dataset's own `labels` name come first, in its order: it is the order in which they are read.

    Numbers that only lead to other records (primary key, foreign keys, links of the map) are keys; what the map tags
    `technical.secret` is a secret; amounts of fixed point in the orders of the map's `shopping:` and their parts are money.
    """
    rule = datamap.datasets.get(table.dataset)
    personal = rule.personal if rule else {}
    leading, money = _leading(datamap, table), _money(datamap, table)
    found = []
    for name in tuple(names) or _reading_order(table, rule.labels if rule else {}):
        stored = table.columns[name]
        kind = Kind.PLAIN
        if personal.get(name) == SECRET:
            kind = Kind.SECRET
        elif name in leading and stored.kind in _NUMBERS:
            kind = Kind.KEY
        elif stored.kind is Type.BOOLEAN:
            kind = Kind.YES_NO
        elif money is not None and _is_amount(stored):
            kind = Kind.MONEY
        label = {language: datamap.field_name(table.dataset, name, language) for language in datamap.shop.languages}
        found.append(Column(name=name, label=label, kind=kind, **(money or {} if kind is Kind.MONEY else {})))
    return tuple(found)


def _reading_order(table: Table, labels: Mapping[str, object]) -> Sequence[str]:
    named = [name for name in labels if name in table.columns]
    return [*named, *(name for name in table.columns if name not in labels)]


def _leading(datamap: DataMap, table: Table) -> frozenset[str]:
    """Columns whose value is another record's key, or the record's own."""
    rule = datamap.datasets.get(table.dataset)
    links = [field for link in (rule.belongs_to if rule else ()) if not link.identifier for field in link.fields]
    return frozenset([*table.primary_key, *(name for key in table.foreign_keys for name in key.columns), *links])


def _is_amount(stored: Stored) -> bool:
    return stored.kind is Type.NUMBER and stored.type.lower().startswith(_FIXED_POINT)


def _money(datamap: DataMap, table: Table) -> Mapping[str, str] | None:
    """What a column of money says of its currency; None where the dataset holds no amounts of orders.

    A part of an order has the order's currency: the code where the map writes it, or a field of the same name where the
    record has one; else the amount stands without its currency.
    """
    shopping = datamap.shopping
    parts = (shopping.order, shopping.line, shopping.discount, shopping.refund)
    if shopping.order is None or table.dataset not in {part.dataset for part in parts if part is not None}:
        return None
    field, code = shopping.order.currency or "", shopping.order.currency_is or ""
    return {"currency": code, "currency_in": field if field in table.columns else ""}
