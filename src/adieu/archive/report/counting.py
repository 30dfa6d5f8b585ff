"""Counts facts one by one into figures, in memory that does not grow with their number.

What is kept is a sum a month, category, shop and currency, a few purchases, and a bounded list of products. Facts may come
in any order; the same facts give the same figures, however they are ordered, as long as `figures.MOST_PRODUCTS` and
`figures.MOST_NAMES` are not exceeded.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from zoneinfo import ZoneInfo

from adieu.archive.report.facts import Fact, Line, Mail, Order, Review, State, Ticket, Topic
from adieu.archive.report.figures import (
    MOST_NAMES,
    MOST_PRODUCTS,
    TOP,
    ZERO,
    Account,
    Days,
    Deliveries,
    Figures,
    Part,
    Period,
    Purchase,
    Repeat,
    Sum,
    Yearly,
)
from adieu.datamap.shopping import Channel

#: Enough digits for any number of amounts that `facts` lets through.
_EXACT = Context(prec=80)
_TITLE_CHARACTERS = 200
_add = _EXACT.add


def count(facts: Iterable[Fact], zone: ZoneInfo, covered: Collection[Topic] = frozenset(Topic)) -> Figures:
    """The figures of all facts; `covered` are the topics that their source can tell about."""
    counting = Counting(zone, covered)
    for fact in facts:
        counting.add(fact)
    return counting.figures()


class Counting:
    """Takes facts, gives figures."""

    def __init__(self, zone: ZoneInfo, covered: Collection[Topic] = frozenset(Topic)) -> None:
        """Tell days and hours in `zone`; `covered` are the topics the source can tell about."""
        self._zone = zone
        self._covered = frozenset(covered)
        self._orders, self._messages, self._reviews, self._tickets = _Years(), _Years(), _Years(), _Years()
        self._states = dict.fromkeys(State, 0)
        self._unpriced = 0
        self._span: tuple[date, date] | None = None
        self._weekdays, self._hours = [0] * 7, [0] * 24
        self._accounts: dict[str, _Account] = {}
        self._products = _Products()
        self._took, self._late = _Spread(), _Spread()
        self._promised = 0
        self._channels = dict.fromkeys(Channel, 0)

    def add(self, fact: Fact) -> None:
        """Count one fact."""
        if isinstance(fact, Order):
            self._order(fact)
        elif isinstance(fact, Mail):
            self._messages.add(self._local(fact.sent))
            self._channels[fact.channel] += 1
        elif isinstance(fact, Review):
            self._reviews.add(self._local(fact.written))
        elif isinstance(fact, Ticket):
            self._tickets.add(self._local(fact.opened))

    def figures(self) -> Figures:
        """What was counted so far."""
        first, last = self._span or (None, None)
        accounts = sorted(self._accounts.items(), key=lambda item: (-item[1].orders, item[0]))
        return Figures(
            zone=str(self._zone), covered=self._covered, orders=self._orders.told(),
            bought=self._states[State.DONE] + self._states[State.OPEN],
            cancelled=self._states[State.CANCELLED], returned=self._states[State.RETURNED], unpriced=self._unpriced,
            first=first, last=last, weekdays=tuple(self._weekdays), hours=tuple(self._hours),
            accounts=tuple(account.told(currency) for currency, account in accounts),
            repeats=self._products.repeats(), repeats_exact=self._products.exact,
            deliveries=Deliveries(took=self._took.told(), promised=self._promised, late=self._late.told()),
            messages=self._messages.told(), channels=tuple(item for item in self._channels.items() if item[1]),
            reviews=self._reviews.told(), tickets=self._tickets.told(),
        )

    def _local(self, instant: datetime | None) -> datetime | None:
        return instant.astimezone(self._zone) if instant is not None else None

    def _order(self, order: Order) -> None:
        placed = self._local(order.placed)
        self._orders.add(placed)
        self._states[order.state] += 1
        if placed is not None:
            self._rhythm(placed, order.has_hour)
        bought = order.state in (State.DONE, State.OPEN)
        if order.currency:
            account = self._accounts.setdefault(order.currency, _Account())
            account.add(order, placed.date() if placed else None)
        if bought:
            self._unpriced += order.total is None
            self._products.add(order.items, order.placed)
        if order.state is not State.CANCELLED:
            self._delivery(order, placed)

    def _rhythm(self, placed: datetime, has_hour: bool) -> None:
        day = placed.date()
        first, last = self._span or (day, day)
        self._span = min(first, day), max(last, day)
        self._weekdays[day.weekday()] += 1
        if has_hour:
            self._hours[placed.hour] += 1

    def _delivery(self, order: Order, placed: datetime | None) -> None:
        delivered, promised = self._local(order.delivered), self._local(order.promised)
        if delivered is None:
            return
        if placed is not None and delivered.date() >= placed.date():
            self._took.add((delivered.date() - placed.date()).days)
        if promised is not None:
            self._promised += 1
            late = (delivered.date() - promised.date()).days
            if late > 0:
                self._late.add(late)


class _Account:
    """One currency."""

    def __init__(self) -> None:
        self.orders = 0  # of any state
        self._bought, self._cancelled, self._returned = _Sum(), _Sum(), _Sum()
        self._discounts, self._refunds = _Sum(), _Sum()
        self._months: dict[tuple[int, int], _Sum] = {}
        self._categories, self._shops = _Names(), _Names()
        self._biggest: list[tuple[tuple[Decimal, float, str], Purchase]] = []

    def add(self, order: Order, day: date | None) -> None:
        self.orders += 1
        if order.state in (State.CANCELLED, State.RETURNED):
            undone = self._cancelled if order.state is State.CANCELLED else self._returned
            if order.total is not None:
                undone.add(1, order.total)
            return
        if order.total is not None:
            self._spent(order, order.total, day)
        for line in order.items:
            if line.price is not None:
                self._categories.add(line.category, line.quantity, line.price)
        for amount, into in ((order.discount, self._discounts), (order.refunded, self._refunds)):
            if amount:
                into.add(1, amount)

    def _spent(self, order: Order, total: Decimal, day: date | None) -> None:
        self._bought.add(1, total)
        if day is not None:
            self._months.setdefault((day.year, day.month), _Sum()).add(1, total)
        if order.shop:
            self._shops.add(order.shop, 1, total)
        if len(self._biggest) < TOP or total >= self._biggest[-1][1].total:
            self._keep(order, total, day)

    def _keep(self, order: Order, total: Decimal, day: date | None) -> None:
        title = order.items[0].title[:_TITLE_CHARACTERS] if order.items else ""
        purchase = Purchase(
            placed=day, total=total, title=title, others=max(len(order.items) - 1, 0), shop=order.shop
        )
        at = order.placed.timestamp() if order.placed else float("inf")
        self._biggest.append(((total.copy_negate(), at, repr(purchase)), purchase))  # of equal ones, the earliest first
        self._biggest.sort(key=lambda item: item[0])
        del self._biggest[TOP:]

    def told(self, currency: str) -> Account:
        months = sorted(self._months.items())
        years: dict[int, _Sum] = {}
        for (year, _), sums in months:
            years.setdefault(year, _Sum()).add(sums.count, sums.total)
        categories, categories_beyond = self._categories.told()
        shops, shops_beyond = self._shops.told()
        return Account(
            currency=currency, bought=self._bought.told(),
            years=tuple(Period(year=year, orders=sums.count, total=sums.total) for year, sums in years.items()),
            months=tuple(
                Period(year=year, month=month, orders=sums.count, total=sums.total) for (year, month), sums in months
            ),
            categories=categories, categories_beyond=categories_beyond, shops=shops, shops_beyond=shops_beyond,
            biggest=tuple(purchase for _, purchase in self._biggest),
            cancelled=self._cancelled.told(), returned=self._returned.told(),
            discounts=self._discounts.told(), refunds=self._refunds.told(),
        )


class _Sum:
    """A count and an exact total."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count, self.total = 0, ZERO

    def add(self, count: int, total: Decimal) -> None:
        self.count += count
        self.total = _add(self.total, total)

    def told(self) -> Sum:
        return Sum(count=self.count, total=self.total)


class _Names:
    """Sums by name, for as many names as `MOST_NAMES`; later names are summed together."""

    def __init__(self) -> None:
        self._sums: dict[str | None, _Sum] = {}
        self._beyond: _Sum | None = None

    def add(self, name: str | None, count: int, total: Decimal) -> None:
        sums = self._sums.get(name)
        if sums is None:
            if len(self._sums) >= MOST_NAMES:
                sums = self._beyond = self._beyond or _Sum()
            else:
                sums = self._sums[name] = _Sum()
        sums.add(count, total)

    def told(self) -> tuple[tuple[Part, ...], Sum | None]:
        parts = [Part(name=name, count=sums.count, total=sums.total) for name, sums in self._sums.items()]
        parts.sort(key=lambda part: (part.name is None, part.total.copy_negate(), part.name or ""))
        return tuple(parts), self._beyond.told() if self._beyond else None


class _Products:
    """In how many orders each product was, for as many products as `MOST_PRODUCTS`."""

    def __init__(self) -> None:
        self.exact = True
        self._counts: dict[str, tuple[int, int, datetime, str]] = {}  # times, quantity, and its latest title

    def add(self, items: tuple[Line, ...], placed: datetime | None) -> None:
        at = placed or datetime.min.replace(tzinfo=UTC)
        for key, (quantity, title) in _once_an_order(items).items():
            times, before, when, known = self._counts.get(key, (0, 0, at, title))
            latest = (at, title) if (at, title) >= (when, known) else (when, known)
            self._counts[key] = times + 1, before + quantity, *latest
        if len(self._counts) > MOST_PRODUCTS:
            self._forget_the_rarest()

    def repeats(self) -> tuple[Repeat, ...]:
        often = ((count, key) for key, count in self._counts.items() if count[0] > 1)
        top = heapq.nsmallest(TOP, often, key=lambda item: (-item[0][0], -item[0][1], item[0][3], item[1]))
        return tuple(Repeat(title=count[3], times=count[0], quantity=count[1]) for count, _ in top)

    def _forget_the_rarest(self) -> None:
        self.exact = False
        kept = heapq.nlargest(MOST_PRODUCTS // 2, self._counts.items(), key=lambda item: item[1][:3])
        self._counts = dict(kept)


def _once_an_order(items: tuple[Line, ...]) -> dict[str, tuple[int, str]]:
    """Each product of an order once: quantity and title."""
    found: dict[str, tuple[int, str]] = {}
    for line in items:
        title = " ".join(line.title.split())[:_TITLE_CHARACTERS]
        key = f"#{line.product}" if line.product else title.casefold()
        if key:
            quantity, before = found.get(key, (0, title))
            found[key] = quantity + line.quantity, max(before, title)
    return found


class _Years:
    """How often something happened, by year."""

    def __init__(self) -> None:
        self._count = 0
        self._years: dict[int, int] = {}

    def add(self, at: datetime | None) -> None:
        self._count += 1
        if at is not None:
            self._years[at.year] = self._years.get(at.year, 0) + 1

    def told(self) -> Yearly:
        return Yearly(count=self._count, years=tuple(sorted(self._years.items())))


class _Spread:
    """How many days things took; as many entries as there are different numbers of days."""

    def __init__(self) -> None:
        self._days: dict[int, int] = {}

    def add(self, days: int) -> None:
        self._days[days] = self._days.get(days, 0) + 1

    def told(self) -> Days:
        count = sum(self._days.values())
        reached, half = 0, 0
        for days, often in sorted(self._days.items()):
            reached, half = reached + often, days
            if reached * 2 >= count:
                break
        return Days(count=count, half_within=half, most=max(self._days, default=0))
