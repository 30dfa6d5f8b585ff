"""What a language must be able to say, and how amounts are written in every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from typing import Protocol

from adieu.archive.report.facts import Topic
from adieu.archive.report.figures import ZERO, Account, Figures
from adieu.archive.words import money_written

#: ISO 4217 currencies without a smaller unit.
_WHOLE = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})
_EXACT = Context(prec=80)
_CENTS = Decimal("0.01")


class Heading(StrEnum):
    """The parts of a report, in its order."""

    OVERVIEW = "overview"
    SPENDING = "spending"
    CATEGORIES = "categories"
    SHOPS = "shops"
    RHYTHM = "rhythm"
    PURCHASES = "purchases"
    UNDONE = "undone"
    DELIVERIES = "deliveries"
    DISCOUNTS = "discounts"
    MESSAGES = "messages"
    WRITING = "writing"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question for the reader's own reflection."""

    title: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The short texts of one language: titles, heads of tables, names on charts. Braces are places."""

    report: str
    report_of: str  # {shop}
    made: str  # {when}
    headings: Mapping[Heading, str]
    topics: Mapping[Topic, str]
    as_table: str  # {title}
    year: str
    month: str
    weekday: str
    hour: str
    category: str
    shop: str
    product: str
    day: str
    orders: str
    pieces: str
    amount: str
    times: str
    messages: str
    by_year: str
    by_month: str
    by_weekday: str
    by_hour: str
    by_category: str
    by_shop: str
    biggest: str
    repeated: str
    messages_by_year: str
    no_category: str
    beyond: str  # what has no row of its own
    unknown_day: str
    months: Sequence[str]  # twelve, as short as an axis needs
    weekdays: Sequence[str]  # seven, from Monday, as short as an axis needs
    questions_title: str
    questions_intro: str
    questions: tuple[Question, ...]


class Phrases(Protocol):
    """How one language writes what stands on charts and in tables."""

    LABELS: Labels

    def counted(self, count: int) -> str:
        """So many orders, as a label."""

    def times(self, count: int) -> str:
        """So many times, as a label."""

    def year(self, year: int) -> str:
        """A year, as a label."""

    def month(self, year: int, month: int) -> str:
        """A month of a year, as a label."""

    def hour(self, hour: int) -> str:
        """An hour of the day, as a label."""

    def weekday(self, weekday: int) -> str:
        """The whole name of a day of the week, 0 for Monday."""

    def day(self, day: date) -> str:
        """A day written out."""

    def instant(self, instant: datetime) -> str:
        """A day and a time written out."""

class Voice(Phrases, Protocol):
    """One language. Every method gives whole sentences that the figures carry, none where they carry none."""

    def overview(self, figures: Figures) -> list[str]:
        """How many orders, from when to when, for how much."""

    def spending(self, account: Account, alone: bool) -> list[str]:
        """Year by year, and the month with the most. `alone`: there is no other currency."""

    def categories(self, account: Account, alone: bool) -> list[str]:
        """The category with the most, and what none is known of."""

    def shops(self, account: Account, alone: bool) -> list[str]:
        """The shop with the most."""

    def rhythm(self, figures: Figures) -> list[str]:
        """Weekday, hour, and the days between orders."""

    def purchases(self, figures: Figures) -> list[str]:
        """The biggest orders and what was bought again."""

    def undone(self, figures: Figures) -> list[str]:
        """Cancelled and returned."""

    def deliveries(self, figures: Figures) -> list[str]:
        """How long orders took, and the late ones."""

    def discounts(self, figures: Figures) -> list[str]:
        """What was taken off."""

    def messages(self, figures: Figures) -> list[str]:
        """Messages against orders."""

    def writing(self, figures: Figures) -> list[str]:
        """Reviews and tickets."""

    def missing(self, figures: Figures) -> list[str]:
        """What the source cannot tell, and how the rest was counted."""


def money(amount: Decimal, currency: str, language: str) -> str:
    """The exact amount with its currency: two places where the currency has cents, none where it has not and none are."""
    exponent = amount.as_tuple().exponent
    if currency in _WHOLE:
        amount = amount.to_integral_value() if amount == amount.to_integral_value() else amount
    elif isinstance(exponent, int) and exponent > -2:
        amount = amount.quantize(_CENTS, context=_EXACT)
    return money_written(amount, currency, language)


def percent(part: Decimal, whole: Decimal) -> int | None:
    """`part` of `whole` in rounded per cent; None where it would say nothing (below 1, above 99, or not positive)."""
    if part <= 0 or whole <= 0:
        return None
    rounded = int((part * 100 / whole).to_integral_value())
    return rounded if 1 <= rounded <= 99 else None


def most(values: Sequence[int]) -> list[int]:
    """Where the greatest value stands, at most two places; empty where it says nothing: all equal, or only ones."""
    greatest = max(values, default=0)
    places = [place for place, value in enumerate(values) if value == greatest]
    return places if greatest > 1 and len(places) <= min(2, len(values) - 1) else []


def added(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum of amounts of one currency."""
    total = ZERO
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def bought_accounts(figures: Figures) -> list[Account]:
    """The currencies in which something was bought."""
    return [account for account in figures.accounts if account.bought.count]


def all_categories(account: Account) -> Decimal:
    """What all categories came to, those without a name included."""
    beyond = account.categories_beyond.total if account.categories_beyond else ZERO
    return added((*(part.total for part in account.categories), beyond))


def ratio(count: int, to: int) -> tuple[str, bool]:
    """How many fall on one of `to`, rounded to one place (left out where it is nought), and whether that is exact."""
    rounded = _EXACT.divide(Decimal(count), Decimal(to)).quantize(Decimal("0.1"), context=_EXACT)
    written = rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded
    return format(written, ",f"), rounded * to == count
