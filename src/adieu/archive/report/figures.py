"""The figures of a report as plain values; `counting` makes them. Amounts of different currencies never meet.

"Bought" are the orders that were neither cancelled nor returned: they alone are spending. Refunds are told beside it and
not taken off. Years, months, days and hours are those of `zone`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adieu.archive.report.facts import Topic
from adieu.datamap.shopping import Channel

#: How many of the biggest and of the repeated purchases are kept.
TOP = 5
#: Categories (and shops) that are counted by name in one currency; what comes later is counted together.
MOST_NAMES = 1_000
#: Different products that are counted at once; beyond it the rarest are forgotten, and counts become "at least".
MOST_PRODUCTS = 20_000

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Orders, or pieces, and what they came to."""

    count: int = 0
    total: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Period:
    """One month, or one year where `month` is 0."""

    year: int
    month: int = 0
    orders: int
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one category, or one shop, came to. A name of None: the source gives none."""

    name: str | None
    count: int  # pieces of a category, orders of a shop
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One bought order."""

    placed: date | None
    total: Decimal
    title: str  # of its first line; "" where there is none
    others: int  # further lines
    shop: str


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """A product that was bought in more than one order."""

    title: str  # as it was called the last time
    times: int  # orders
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Account:
    """Everything that has an amount, in one currency."""

    currency: str  # ISO 4217
    bought: Sum
    years: tuple[Period, ...]  # those with orders, ascending; orders without a date are in `bought` only
    months: tuple[Period, ...]
    categories: tuple[Part, ...]  # by total, descending; the amounts of lines, without shipping
    categories_beyond: Sum | None  # categories after the first `MOST_NAMES`
    shops: tuple[Part, ...]  # by total, descending; empty where no order names its shop
    shops_beyond: Sum | None
    biggest: tuple[Purchase, ...]  # at most `TOP`
    cancelled: Sum
    returned: Sum
    discounts: Sum  # of bought orders
    refunds: Sum  # of bought orders


@dataclass(frozen=True, kw_only=True)
class Days:
    """How many days something took, over `count` cases."""

    count: int = 0
    half_within: int = 0  # half of them took at most so many
    most: int = 0


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """Orders that arrived. A day late is a calendar day after the one that was promised."""

    took: Days = Days()  # from order to arrival
    promised: int = 0  # orders whose promised day and day of arrival are both known
    late: Days = Days()  # the late ones among them


@dataclass(frozen=True, kw_only=True)
class Yearly:
    """How often something happened: in all, and by year where the date is known."""

    count: int = 0
    years: tuple[tuple[int, int], ...] = ()  # (year, how often), ascending


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All figures of one member."""

    zone: str
    covered: frozenset[Topic]
    orders: Yearly = Yearly()  # all of them, whatever became of them
    bought: int = 0
    cancelled: int = 0
    returned: int = 0
    unpriced: int = 0  # bought orders whose amount is not known
    first: date | None = None  # day of the first order whose date is known
    last: date | None = None
    weekdays: tuple[int, ...] = (0,) * 7  # orders from Monday to Sunday
    hours: tuple[int, ...] = (0,) * 24  # orders by hour of the day, where it is known
    accounts: tuple[Account, ...] = ()  # most orders first
    repeats: tuple[Repeat, ...] = ()  # at most `TOP`, most often first
    repeats_exact: bool = True  # False: there were too many products to count each; the counts are "at least"
    deliveries: Deliveries = Deliveries()
    messages: Yearly = Yearly()
    channels: tuple[tuple[Channel, int], ...] = ()  # those that occur
    reviews: Yearly = Yearly()
    tickets: Yearly = Yearly()

    @property
    def dated(self) -> int:
        """Orders whose date is known."""
        return sum(self.weekdays)

    def tells(self, *topics: Topic) -> bool:
        """Whether the source covers all of `topics`."""
        return self.covered.issuperset(topics)
