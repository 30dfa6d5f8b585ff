"""What the report is made of: simple facts, wherever they come from (a store, an export, mails)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from adieu.datamap.shopping import Channel
from adieu.errors import ReportRefused

#: Years that a shop's records may fall into; an instant outside is a mistake of its source.
FIRST_YEAR, LAST_YEAR = 1900, 2200
#: Digits of an amount before and after the point, so that every sum stays exact.
_WHOLE_DIGITS, _FRACTION_DIGITS = 18, 8
_CURRENCY = re.compile("[A-Z]{3}")


class State(StrEnum):
    """What became of an order."""

    DONE = "done"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    OPEN = "open"  # under way


class Topic(StrEnum):
    """What a source can tell about. A topic it does not cover is left out of the report, which says so."""

    ORDERS = "orders"
    AMOUNTS = "amounts"
    STATES = "states"  # whether an order was cancelled or returned
    ITEMS = "items"
    CATEGORIES = "categories"
    DISCOUNTS = "discounts"
    REFUNDS = "refunds"
    ARRIVALS = "arrivals"
    PROMISES = "promises"  # the day by which an order was to arrive
    MESSAGES = "messages"
    REVIEWS = "reviews"
    TICKETS = "tickets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One product of an order. Raises `ReportRefused` for a price that cannot be added."""

    title: str
    product: str = ""  # what is the same each time it is bought; "" where only the title says it
    category: str | None = None
    quantity: int = 1
    price: Decimal | None = None  # of the whole line, in the order's currency

    def __post_init__(self) -> None:
        _check_amount(self.price)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order. Raises `ReportRefused` for what cannot be counted: see the checks below."""

    placed: datetime | None  # aware; None where the source does not say
    has_hour: bool = True  # False where only the day is known; `placed` is then any hour of it in the report's zone
    total: Decimal | None = None  # what was to be paid
    currency: str = ""  # ISO 4217; needed for every amount
    state: State = State.DONE
    discount: Decimal | None = None
    refunded: Decimal | None = None
    promised: datetime | None = None  # aware; its day counts, not its hour
    delivered: datetime | None = None  # aware
    items: tuple[Line, ...] = ()
    shop: str = ""  # for reports over several shops

    def __post_init__(self) -> None:
        for instant in (self.placed, self.promised, self.delivered):
            _check_instant(instant)
        for amount in (self.total, self.discount, self.refunded):
            _check_amount(amount)
            if amount is not None and not self.currency:
                raise ReportRefused("An amount of an order has no currency. Pass its ISO 4217 code, or no amount.")
        if self.currency and not _CURRENCY.fullmatch(self.currency):
            raise ReportRefused("A currency is no ISO 4217 code. Three capital letters were expected, such as KRW.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One message to the member."""

    sent: datetime | None  # aware
    channel: Channel = Channel.MAIL

    def __post_init__(self) -> None:
        _check_instant(self.sent)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One review the member wrote."""

    written: datetime | None  # aware

    def __post_init__(self) -> None:
        _check_instant(self.written)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """One question to the shop's centre."""

    opened: datetime | None  # aware

    def __post_init__(self) -> None:
        _check_instant(self.opened)


Fact: TypeAlias = Order | Mail | Review | Ticket


def countable(amount: Decimal) -> bool:
    """Whether an amount has so few digits that a sum of any number of its kind stays exact."""
    if not amount.is_finite() or amount.adjusted() >= _WHOLE_DIGITS:
        return False
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_FRACTION_DIGITS


def _check_amount(amount: Decimal | None) -> None:
    if amount is not None and not countable(amount):
        raise ReportRefused(
            f"An amount cannot be added exactly. A number of at most {_WHOLE_DIGITS} digits and {_FRACTION_DIGITS} "
            "decimal places was expected; pass None where it is not known."
        )


def _check_instant(instant: datetime | None) -> None:
    if instant is None:
        return
    if instant.tzinfo is None:
        raise ReportRefused("An instant has no zone. Pass an aware datetime, or None where it is not known.")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ReportRefused(
            f"An instant lies outside the years {FIRST_YEAR} to {LAST_YEAR}. Pass None where it is not known."
        )
