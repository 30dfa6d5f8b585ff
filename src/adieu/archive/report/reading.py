"""From the records of a shop's stores to facts, as the map's `shopping:` section says.

The records come from outside: `read` answers an `Ask` with one sequence of values a record, in the order of
`Ask.columns`. Records of the member come sorted by `Ask.sorted_by`, ascending as Python compares the values and without
NULLs, so that what belongs to one order is read beside it and nothing is held but the order at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

from adieu.archive.report.facts import (
    FIRST_YEAR,
    LAST_YEAR,
    Fact,
    Line,
    Mail,
    Order,
    Review,
    State,
    Ticket,
    Topic,
    countable,
)
from adieu.archive.section import Cell
from adieu.datamap.shopping import CategorySource, OrderSource, OrderState, Shopping, Source
from adieu.errors import ReportRefused

Row: TypeAlias = Sequence[Cell]

#: Orders whose products are looked up together in the catalogue, and products whose category is remembered.
_ORDERS_TOGETHER, _PRODUCTS_REMEMBERED = 200, 20_000


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One read. Without `among`: the member's own records of the dataset, with `among`: anybody's (the catalogue)."""

    dataset: str
    columns: tuple[str, ...]
    sorted_by: str | None = None  # one of `columns`
    among: tuple[str, tuple[Cell, ...]] | None = None  # only records with one of these values in this column


Read: TypeAlias = Callable[[Ask], Iterable[Row]]


@dataclass(frozen=True, kw_only=True)
class Zones:
    """How times without a zone are meant."""

    report: ZoneInfo  # in which a day without an hour is meant
    stores: Mapping[str, ZoneInfo]  # of naive times, by the store's name


def covered_by(shopping: Shopping) -> frozenset[Topic]:
    """The topics that the section has a source for."""
    order, line = shopping.order, shopping.line
    has = {
        Topic.ORDERS: order, Topic.AMOUNTS: order and order.total, Topic.STATES: order and order.state,
        Topic.ITEMS: line, Topic.CATEGORIES: line and line.price and (shopping.category or line.category),
        Topic.DISCOUNTS: shopping.discount or (order and order.discount),
        Topic.REFUNDS: shopping.refund or (order and order.refunded),
        Topic.ARRIVALS: shopping.delivery or (order and order.delivered),
        Topic.PROMISES: order and order.promised,
        Topic.MESSAGES: shopping.mail, Topic.REVIEWS: shopping.review, Topic.TICKETS: shopping.ticket,
    }
    return frozenset(topic for topic, source in has.items() if source)


def facts_of(shopping: Shopping, read: Read, zones: Zones) -> Iterator[Fact]:
    """Every fact of the member whose records `read` gives.

    Raises:
        ReportRefused: records do not come in the order that was asked for.
    """
    if shopping.order:
        yield from _Orders(shopping, shopping.order, read, zones).facts()
    for mail in shopping.mail:
        yield from (Mail(sent=at, channel=mail.channel) for at in _instants(mail, "sent", read, zones))
    if shopping.review:
        yield from (Review(written=at) for at in _instants(shopping.review, "written", read, zones))
    if shopping.ticket:
        yield from (Ticket(opened=at) for at in _instants(shopping.ticket, "opened", read, zones))


def _instants(source: Source, field: str, read: Read, zones: Zones) -> Iterator[datetime | None]:
    zone = _zone(source, zones)
    for record in _records(source, read, None):
        yield _instant(record[getattr(source, field)], zone, zones)[0]


def _records(source: Source, read: Read, sorted_by: str | None, **more: tuple[str, tuple[Cell, ...]]) -> Iterator[
    dict[str, Cell]
]:
    """The records of a source that count, as values by column."""
    columns, when = tuple(dict.fromkeys(source.columns())), tuple(source.when.items())
    for row in read(Ask(dataset=source.dataset, columns=columns, sorted_by=sorted_by, **more)):
        record = dict(zip(columns, row, strict=True))
        if not when or all(record[field] in values for field, values in when):
            yield record


def _zone(source: Source, zones: Zones) -> ZoneInfo:
    return zones.stores.get(source.dataset.partition(".")[0], zones.report)


class _Beside:
    """The records of one dataset that belong to orders, handed out order by order."""

    def __init__(self, source: Source | None, field: str, read: Read) -> None:
        self._dataset, self._field = source.dataset if source else "", field
        self._records = _records(source, read, field) if source else iter(())
        self._next = next(self._records, None)

    def of(self, key: Cell) -> Iterator[dict[str, Cell]]:
        """The records of this order; orders must be asked for in ascending order."""
        while self._next is not None:
            own = self._next[self._field]
            if own != key and not _before(own, key, self._dataset):
                return
            if own == key:
                yield self._next
            self._next = next(self._records, None)
            if self._next is not None and _before(self._next[self._field], own, self._dataset):
                raise _unsorted(self._dataset)


@dataclass(frozen=True, kw_only=True)
class _Whole:
    """The record of an order and what other datasets say of it."""

    record: dict[str, Cell]
    lines: list[dict[str, Cell]]
    discount: Decimal | None
    refunded: Decimal | None
    arrived: datetime | None


class _Orders:
    """The member's orders, each with all that belongs to it."""

    def __init__(self, shopping: Shopping, source: OrderSource, read: Read, zones: Zones) -> None:
        self._source, self._line, self._read, self._zones = source, shopping.line, read, zones
        self._shopping = shopping
        self._states = _states(source.state)
        self._zone = _zone(source, zones)
        self._lines = _Beside(shopping.line, shopping.line.order if shopping.line else "", read)
        self._discounts, self._refunds, self._deliveries = (
            _Beside(part, part.order if part else "", read)
            for part in (shopping.discount, shopping.refund, shopping.delivery)
        )
        self._catalogue = _Catalogue(shopping.category, read) if shopping.category else None

    def facts(self) -> Iterator[Order]:
        """One order after the other."""
        wholes = self._wholes()
        product = self._line.product if self._line else None
        while together := list(islice(wholes, _ORDERS_TOGETHER)):
            if self._catalogue and product:
                self._catalogue.learn(line[product] for whole in together for line in whole.lines)
            yield from (self._order(whole) for whole in together)

    def _wholes(self) -> Iterator[_Whole]:
        before: Cell = None
        for record in _records(self._source, self._read, self._source.key):
            key = record[self._source.key]
            if before is not None and _before(key, before, self._source.dataset):
                raise _unsorted(self._source.dataset)
            before = key
            discount, refunded = (
                _total(beside[source.amount] for beside in records.of(key)) if source else None
                for source, records in (
                    (self._shopping.discount, self._discounts), (self._shopping.refund, self._refunds)
                )
            )
            yield _Whole(
                record=record, lines=list(self._lines.of(key)), discount=discount, refunded=refunded,
                arrived=self._arrived(key),
            )

    def _arrived(self, key: Cell) -> datetime | None:
        source = self._shopping.delivery
        if source is None:
            return None
        zone = _zone(source, self._zones)
        instants = [_instant(record[source.at], zone, self._zones)[0] for record in self._deliveries.of(key)]
        return max((instant for instant in instants if instant), default=None)

    def _order(self, whole: _Whole) -> Order:
        source, record = self._source, whole.record
        currency = source.currency_is or _currency(record[source.currency] if source.currency else None)
        placed, has_hour = self._instant(record, source.placed)

        def amount(field: str | None) -> Decimal | None:
            return _amount(record[field]) if field and currency else None

        return Order(
            placed=placed, has_hour=has_hour, currency=currency, total=amount(source.total),
            state=self._states.get(record[source.state.field], State.OPEN) if source.state else State.DONE,
            discount=whole.discount if self._shopping.discount and currency else amount(source.discount),
            refunded=whole.refunded if self._shopping.refund and currency else amount(source.refunded),
            promised=self._instant(record, source.promised)[0],
            delivered=whole.arrived if self._shopping.delivery else self._instant(record, source.delivered)[0],
            items=tuple(self._item(line) for line in whole.lines),
        )

    def _instant(self, record: dict[str, Cell], field: str | None) -> tuple[datetime | None, bool]:
        return _instant(record[field], self._zone, self._zones) if field else (None, True)

    def _item(self, line: dict[str, Cell]) -> Line:
        source = self._line
        assert source is not None
        product = line[source.product] if source.product else None
        category = _text(line[source.category]) if source.category else None
        if self._catalogue:
            category = self._catalogue.category(product)
        return Line(
            title=_text(line[source.title]), product=_text(product), category=category or None,
            quantity=_quantity(line[source.quantity]) if source.quantity else 1,
            price=_amount(line[source.price]) if source.price else None,
        )


class _Catalogue:
    """Which category a product is in. A product in several counts for one: the first by its key, or by its name."""

    def __init__(self, source: CategorySource, read: Read) -> None:
        self._source, self._read = source, read
        self._names: dict[Cell, str] = {}  # a product's category
        self._titles: dict[Cell, str] = {}  # a category's name

    def learn(self, products: Iterable[Cell]) -> None:
        """Look up the products that are not known yet, at once."""
        if len(self._names) > _PRODUCTS_REMEMBERED:
            self._names.clear()
        wanted = {product for product in products if product is not None} - self._names.keys()
        if not wanted:
            return
        source = self._source
        field = source.category or source.name or ""
        found: dict[Cell, Cell] = {}
        for record in _records(source, self._read, None, among=(source.product, tuple(wanted))):
            product, category = record[source.product], record[field]
            if category is not None and (product not in found or _before(category, found[product], source.dataset)):
                found[product] = category
        self._name(set(found.values()))
        self._names |= dict.fromkeys(wanted, "")
        self._names |= {product: self._titles.get(category, "") for product, category in found.items()}

    def category(self, product: Cell) -> str | None:
        """The category's name; None where the product has none."""
        return self._names.get(product) or None

    def _name(self, categories: set[Cell]) -> None:
        names = self._source.named_in
        if names is None:
            self._titles |= {category: _text(category) for category in categories}
            return
        if wanted := tuple(categories - self._titles.keys()):
            for record in _records(names, self._read, None, among=(names.key, wanted)):
                self._titles[record[names.key]] = _text(record[names.name])


def _before(one: Cell, other: Cell, dataset: str) -> bool:
    try:
        return bool(one < other)  # type: ignore[operator]  # the values of one column compare, or it is said
    except TypeError:
        raise _unsorted(dataset) from None


def _unsorted(dataset: str) -> ReportRefused:
    return ReportRefused(
        f"{dataset}: its records do not come in ascending order, so the report cannot tell which belong together. "
        "Sort them by the field that was asked for, texts by code point."
    )


def _states(state: OrderState | None) -> dict[object, State]:
    if state is None:
        return {}
    groups = ((State.DONE, state.done), (State.CANCELLED, state.cancelled), (State.RETURNED, state.returned))
    return {value: meaning for meaning, values in groups for value in values}


def _text(value: Cell) -> str:
    return "" if value is None else str(value)


def _currency(value: Cell) -> str:
    """The code; "" where it is none."""
    text = _text(value).strip().upper()
    return text if len(text) == 3 and text.isascii() and text.isalpha() else ""


def _amount(value: Cell) -> Decimal | None:
    """An exact number; None where the value is none that could be added."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        amount = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if countable(amount) else None


def _quantity(value: Cell) -> int:
    """A whole number of pieces; 1 where the value is none."""
    if type(value) is int:
        return value
    amount = _amount(value)
    return 1 if amount is None else int(amount)


def _total(values: Iterable[Cell]) -> Decimal | None:
    amounts = [amount for value in values if (amount := _amount(value)) is not None]
    total = sum(amounts, Decimal(0))
    return total if amounts and countable(total) else None


def _instant(value: Cell, zone: ZoneInfo, zones: Zones) -> tuple[datetime | None, bool]:
    """The instant and whether its hour is known; None for what is no date or a date nobody shopped on."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2026-01-01") else datetime.fromisoformat(value)
        except ValueError:
            return None, True
    if isinstance(value, datetime):
        instant, has_hour = (value if value.tzinfo else value.replace(tzinfo=zone)), True
    elif isinstance(value, date):
        instant, has_hour = datetime.combine(value, time(12), zones.report), False
    else:
        return None, True
    # A day within, so that no zone carries it across.
    return (instant, has_hour) if FIRST_YEAR < instant.year < LAST_YEAR else (None, True)
