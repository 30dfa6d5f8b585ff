"""Figures against a naive model that keeps every fact; sums exact; memory that does not grow with the facts."""

from __future__ import annotations

import dataclasses
import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adieu.archive.report import Fact, Figures, Line, Mail, Order, Review, State, Ticket, Topic, count
from adieu.archive.report import counting as counting_module
from adieu.archive.report.figures import TOP, Account
from adieu.datamap.shopping import Channel
from adieu.errors import ReportRefused

SEOUL = ZoneInfo("Asia/Seoul")
BOUGHT = (State.DONE, State.OPEN)

amounts = st.decimals(min_value=-10**9, max_value=10**12, places=2, allow_nan=False)
instants = st.datetimes(min_value=datetime(2019, 12, 30), max_value=datetime(2021, 1, 3)).map(lambda at: at.replace(tzinfo=UTC))
lines = st.builds(
    Line, title=st.sampled_from(["책", "Book", "book ", " 바다의  사전", ""]), product=st.sampled_from(["", "", "7", "8"]),
    category=st.sampled_from([None, "소설", "요리"]), quantity=st.integers(1, 3), price=st.none() | amounts,
)
orders = st.builds(
    lambda priced, **rest: Order(**rest, **(priced or {})),
    priced=st.none() | st.fixed_dictionaries({
        "currency": st.sampled_from(["KRW", "USD"]), "total": st.none() | amounts, "discount": st.none() | amounts,
        "refunded": st.none() | amounts,
    }),
    placed=st.none() | instants, has_hour=st.booleans(), state=st.sampled_from(State), promised=st.none() | instants,
    delivered=st.none() | instants, items=st.lists(lines, max_size=3).map(tuple), shop=st.sampled_from(["", "A", "B"]),
)
mails = st.builds(Mail, sent=st.none() | instants, channel=st.sampled_from(Channel))
facts = st.lists(orders | mails | st.builds(Review, written=st.none() | instants) | st.builds(Ticket, opened=instants), max_size=12)


def exact(values: list[Decimal]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0))


def day(instant: datetime | None) -> date | None:
    return instant.astimezone(SEOUL).date() if instant else None


def by_year(instants: list[datetime | None]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(Counter(found.year for instant in instants if (found := day(instant))).items()))


def account_of(figures: Figures, currency: str) -> Account:
    (found,) = [account for account in figures.accounts if account.currency == currency]
    return found


@given(facts)
@settings(max_examples=150, deadline=None)
def test_what_is_counted_is_what_was_there(given_facts: list[Fact]) -> None:
    figures = count(given_facts, SEOUL)
    every = [fact for fact in given_facts if isinstance(fact, Order)]
    bought = [order for order in every if order.state in BOUGHT]
    assert figures.orders.count == len(every)
    assert figures.orders.years == by_year([order.placed for order in every])
    assert (figures.bought, figures.cancelled, figures.returned) == (
        len(bought), *(sum(order.state is state for order in every) for state in (State.CANCELLED, State.RETURNED)),
    )
    assert figures.unpriced == sum(order.total is None for order in bought)
    days = [found for order in every if (found := day(order.placed))]
    assert (figures.first, figures.last) == ((min(days), max(days)) if days else (None, None))
    assert figures.weekdays == tuple(sum(found.weekday() == place for found in days) for place in range(7))
    local = [order.placed.astimezone(SEOUL) for order in every if order.placed and order.has_hour]
    assert figures.hours == tuple(sum(at.hour == hour for at in local) for hour in range(24))
    sent = [fact for fact in given_facts if isinstance(fact, Mail)]
    assert figures.messages.count == len(sent)
    assert figures.messages.years == by_year([mail.sent for mail in sent])
    assert dict(figures.channels) == Counter(mail.channel for mail in sent)
    assert figures.reviews.years == by_year([fact.written for fact in given_facts if isinstance(fact, Review)])
    assert figures.tickets.count == sum(isinstance(fact, Ticket) for fact in given_facts)


@given(facts)
@settings(max_examples=150, deadline=None)
def test_amounts_of_each_currency_add_up_exactly(given_facts: list[Fact]) -> None:
    figures = count(given_facts, SEOUL)
    every = [fact for fact in given_facts if isinstance(fact, Order) and fact.currency]
    assert {account.currency for account in figures.accounts} == {order.currency for order in every}
    for account in figures.accounts:
        own = [order for order in every if order.currency == account.currency]
        bought = [order for order in own if order.state in BOUGHT]
        priced = [order for order in bought if order.total is not None]
        assert account.bought.count == len(priced)
        assert account.bought.total == exact([order.total for order in priced if order.total is not None])
        for period in account.months:
            within = [order for order in priced if (found := day(order.placed)) and (found.year, found.month) == (
                period.year, period.month)]
            assert (period.orders, period.total) == (len(within), exact([order.total or Decimal(0) for order in within]))
        assert exact([year.total for year in account.years]) == exact([month.total for month in account.months])
        assert sum(month.orders for month in account.months) == sum(order.placed is not None for order in priced)
        for state, told in ((State.CANCELLED, account.cancelled), (State.RETURNED, account.returned)):
            totals = [order.total for order in own if order.state is state and order.total is not None]
            assert (told.count, told.total) == (len(totals), exact(totals))
        for told, taken in (
            (account.discounts, [order.discount for order in bought if order.discount]),
            (account.refunds, [order.refunded for order in bought if order.refunded]),
        ):
            assert (told.count, told.total) == (len(taken), exact(taken))


@given(facts)
@settings(max_examples=100, deadline=None)
def test_categories_shops_and_the_biggest_are_those_of_what_was_bought(given_facts: list[Fact]) -> None:
    figures = count(given_facts, SEOUL)
    for account in figures.accounts:
        bought = [
            fact for fact in given_facts
            if isinstance(fact, Order) and fact.currency == account.currency and fact.state in BOUGHT
        ]
        priced = [order for order in bought if order.total is not None]
        pieces = [line for order in bought for line in order.items if line.price is not None]
        assert {part.name: (part.count, part.total) for part in account.categories} == {
            name: (sum(line.quantity for line in pieces if line.category == name),
                   exact([line.price for line in pieces if line.category == name and line.price is not None]))
            for name in {line.category for line in pieces}
        }
        assert {part.name: part.total for part in account.shops} == {
            name: exact([order.total for order in priced if order.shop == name and order.total is not None])
            for name in {order.shop for order in priced} - {""}
        }
        greatest = sorted((order.total for order in priced if order.total is not None), reverse=True)[:TOP]
        assert [purchase.total for purchase in account.biggest] == greatest
        totals = [part.total for part in account.categories if part.name is not None]
        assert totals == sorted(totals, reverse=True)


def key_of(line: Line) -> str:
    return f"#{line.product}" if line.product else " ".join(line.title.split()).casefold()


@given(facts)
@settings(max_examples=100, deadline=None)
def test_a_product_counts_once_an_order(given_facts: list[Fact]) -> None:
    bought = [fact for fact in given_facts if isinstance(fact, Order) and fact.state in BOUGHT]
    times = Counter(key for order in bought for key in {key_of(line) for line in order.items} - {""})
    quantities = Counter[str]()
    for order in bought:
        for line in order.items:
            quantities[key_of(line)] += line.quantity
    repeats = count(given_facts, SEOUL).repeats
    expected = sorted(((often, quantities[key]) for key, often in times.items() if often > 1), reverse=True)[:TOP]
    assert [(repeat.times, repeat.quantity) for repeat in repeats] == expected


@given(facts)
@settings(max_examples=100, deadline=None)
def test_days_are_calendar_days_of_the_zone(given_facts: list[Fact]) -> None:
    arrived = [
        fact for fact in given_facts if isinstance(fact, Order) and fact.delivered and fact.state is not State.CANCELLED
    ]
    took = sorted(
        (end - start).days for order in arrived
        if (start := day(order.placed)) and (end := day(order.delivered)) and end >= start
    )
    late = sorted(
        (end - start).days for order in arrived
        if (start := day(order.promised)) and (end := day(order.delivered)) and end > start
    )
    told = count(given_facts, SEOUL).deliveries
    assert told.promised == sum(order.promised is not None for order in arrived)
    for spread, days in ((told.took, took), (told.late, late)):
        assert spread.count == len(days)
        assert spread.most == (days[-1] if days else 0)
        assert spread.half_within == (days[(len(days) - 1) // 2] if days else 0)


@given(facts, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_facts_does_not_matter(given_facts: list[Fact], chance: object) -> None:
    shuffled = list(given_facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count(shuffled, SEOUL) == count(given_facts, SEOUL)


def placed(**more: object) -> Order:
    whole = {"placed": datetime(2025, 3, 1, 3, tzinfo=UTC), "total": Decimal(100), "currency": "KRW", **more}
    return Order(**whole)  # type: ignore[arg-type]


def test_the_hour_and_the_day_are_those_of_the_zone() -> None:
    at = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)  # half past midnight of New Year in Seoul
    figures = count([placed(placed=at)], SEOUL)
    assert figures.first == date(2026, 1, 1)
    assert figures.hours[0] == 1
    assert figures.weekdays[3] == 1
    assert account_of(figures, "KRW").years[0].year == 2026


def test_pennies_do_not_get_lost_among_large_amounts() -> None:
    many = [placed(total=Decimal("999999999999999999.99999999")), placed(total=Decimal("0.00000002"))] * 3
    assert account_of(count(many, SEOUL), "KRW").bought.total == Decimal("3000000000000000000.00000003")


@pytest.mark.parametrize("wrong", [
    {"total": Decimal("NaN")}, {"total": Decimal("Infinity")}, {"total": Decimal("1E+18")}, {"total": Decimal("1E-9")},
    {"currency": "won"}, {"currency": ""}, {"placed": datetime(2025, 1, 1)},
    {"placed": datetime(1, 1, 1, tzinfo=UTC)}, {"promised": datetime(9999, 1, 1, tzinfo=UTC)},
])
def test_what_cannot_be_counted_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ReportRefused, match="expected|Pass"):
        placed(**wrong)


def test_equal_orders_are_told_from_the_earliest() -> None:
    many = [placed(placed=datetime(2025, 1, number, tzinfo=UTC)) for number in (9, 4, 8, 2, 7, 3, 1)]
    days = [purchase.placed for purchase in account_of(count(many, SEOUL), "KRW").biggest]
    assert days == [date(2025, 1, number) for number in (1, 2, 3, 4, 7)]


def test_names_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting_module, "MOST_NAMES", 2)
    items = tuple(Line(title="a", category=name, price=Decimal(5)) for name in "abcad")
    account = account_of(count([placed(items=items)], SEOUL), "KRW")
    assert {part.name: part.total for part in account.categories} == {"a": 10, "b": 5}
    assert account.categories_beyond is not None
    assert (account.categories_beyond.count, account.categories_beyond.total) == (2, 10)


def test_of_too_many_products_the_frequent_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting_module, "MOST_PRODUCTS", 10)
    many = [placed(items=(Line(title="always"), Line(title=f"once {number}"))) for number in range(100)]
    figures = count(many, SEOUL)
    assert not figures.repeats_exact
    assert (figures.repeats[0].title, figures.repeats[0].times) == ("always", 100)
    assert count(many[:5], SEOUL).repeats_exact


def test_memory_does_not_grow_with_the_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting_module, "MOST_PRODUCTS", 1_000)
    monkeypatch.setattr(counting_module, "MOST_NAMES", 100)

    def stream(number: int) -> Iterator[Fact]:
        start = datetime(2015, 1, 1, tzinfo=UTC)
        for place in range(number):
            items = (Line(title=f"상품 {place}", product=str(place), category=str(place), price=Decimal(place)),)
            yield placed(placed=start + timedelta(minutes=5 * place), total=Decimal(place), items=items)

    def peak(number: int) -> int:
        gc.collect()
        tracemalloc.start()
        count(stream(number), SEOUL)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(6_000) < peak(1_500) * 1.2


def test_nothing_is_counted_of_nothing() -> None:
    assert count([], SEOUL, {Topic.ORDERS}) == Figures(zone="Asia/Seoul", covered=frozenset({Topic.ORDERS}))


def test_figures_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        count([], SEOUL).bought = 3  # type: ignore[misc]
