"""From records to facts, as the map's `shopping:` section says."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adieu.archive.report import Ask, Fact, Line, Mail, Order, Review, State, Ticket, Topic, Zones, covered_by, facts_of
from adieu.archive.report import reading as reading_module
from adieu.archive.section import Cell
from adieu.datamap import load
from adieu.datamap.shopping import Channel, Shopping
from adieu.errors import ReportRefused

SEOUL = ZoneInfo("Asia/Seoul")
ZONES = Zones(report=SEOUL, stores={"shop": ZoneInfo("UTC")})
OSCAR = Path(__file__).parents[4] / "maps" / "oscar.yaml"
Tables = dict[str, list[dict[str, Cell]]]


class Store:
    """Records by dataset, answered as a store would."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.asked: list[Ask] = []

    def read(self, ask: Ask) -> Iterable[list[Cell]]:
        self.asked.append(ask)
        records = self._tables.get(ask.dataset, [])
        if ask.among:
            column, values = ask.among
            records = [record for record in records if record[column] in values]
        if by := ask.sorted_by:
            records = sorted(records, key=lambda record: record[by])  # type: ignore[arg-type,return-value]
        return [[record[column] for column in ask.columns] for record in records]


def shopping(**sections: object) -> Shopping:
    return Shopping.model_validate(sections)


def facts(section: Shopping, **tables: list[dict[str, Cell]]) -> list[Fact]:
    store = Store({f"shop.{name}": records for name, records in tables.items()})
    return list(facts_of(section, store.read, ZONES))


ORDER = {"dataset": "shop.orders", "key": "id", "placed": "at", "total": "sum", "currency": "money"}
WHOLE = shopping(
    order={**ORDER, "state": {"field": "state", "done": ["Done"], "cancelled": ["Off"], "returned": ["Back", None]}},
    line={"dataset": "shop.lines", "order": "order_id", "title": "name", "quantity": "n", "price": "p", "product": "what"},
    category={"dataset": "shop.in", "product": "what", "category": "cat",
              "named_in": {"dataset": "shop.cats", "key": "id", "name": "name"}},
    discount={"dataset": "shop.off", "order": "order_id", "amount": "less"},
    refund={"dataset": "shop.back", "order": "order_id", "amount": "back"},
    delivery={"dataset": "shop.moves", "order": "order_id", "at": "at", "when": {"what": "arrived"}},
)


def test_an_order_is_read_with_all_that_belongs_to_it() -> None:
    found = facts(
        WHOLE,
        orders=[{"id": 2, "at": "2025-01-02T03:00:00+00:00", "sum": "20.50", "money": "krw", "state": "Done"},
                {"id": 1, "at": datetime(2025, 1, 1, 3), "sum": 10, "money": "KRW", "state": "Off"}],
        lines=[{"order_id": 2, "name": "A", "n": 2, "p": 20, "what": 7},
               {"order_id": 2, "name": None, "n": None, "p": 0.5, "what": None},
               {"order_id": 0, "name": "nobody's", "n": 1, "p": 1, "what": 8},
               {"order_id": 9, "name": "another's", "n": 1, "p": 1, "what": 8}],
        **{"in": [{"what": 7, "cat": 31}, {"what": 7, "cat": 30}]}, cats=[{"id": 30, "name": "소설"}, {"id": 31, "name": "여행"}],
        off=[{"order_id": 2, "less": 1}, {"order_id": 2, "less": Decimal("1.25")}], back=[{"order_id": 2, "back": "3"}],
        moves=[{"order_id": 2, "at": "2025-01-04 03:00:00", "what": "arrived"},
               {"order_id": 2, "at": "2025-01-05 03:00:00", "what": "packed"},
               {"order_id": 2, "at": "2025-01-03 03:00:00", "what": "arrived"}],
    )
    assert found == [
        Order(placed=datetime(2025, 1, 1, 3, tzinfo=UTC), total=Decimal(10), currency="KRW", state=State.CANCELLED),
        Order(
            placed=datetime(2025, 1, 2, 3, tzinfo=UTC), total=Decimal("20.50"), currency="KRW", discount=Decimal("2.25"),
            refunded=Decimal(3), delivered=datetime(2025, 1, 4, 3, tzinfo=UTC), items=(
                Line(title="A", product="7", category="소설", quantity=2, price=Decimal(20)),
                Line(title="", price=Decimal("0.5")),
            ),
        ),
    ]


@pytest.mark.parametrize(("written", "state"), [
    ("Done", State.DONE), ("Off", State.CANCELLED), ("Back", State.RETURNED), (None, State.RETURNED), ("New", State.OPEN),
])
def test_a_state_is_what_the_map_calls_it(written: Cell, state: State) -> None:
    (found,) = facts(WHOLE, orders=[{"id": 1, "at": None, "sum": 1, "money": "KRW", "state": written}])
    assert isinstance(found, Order)
    assert found.state is state


@pytest.mark.parametrize(("value", "instant", "has_hour"), [
    (datetime(2025, 5, 5, 1, tzinfo=SEOUL), datetime(2025, 5, 4, 16, tzinfo=UTC), True),
    (datetime(2025, 5, 5, 1), datetime(2025, 5, 5, 1, tzinfo=UTC), True),
    ("2025-05-05 01:02:03", datetime(2025, 5, 5, 1, 2, 3, tzinfo=UTC), True),
    (date(2025, 5, 5), datetime(2025, 5, 5, 3, tzinfo=UTC), False), ("2025-05-05", datetime(2025, 5, 5, 3, tzinfo=UTC), False),
    (None, None, True), ("yesterday", None, True), (17, None, True), (datetime(1, 1, 1), None, True),
    (datetime(9999, 12, 31, 23), None, True), ("0001-01-01", None, True),
])
def test_an_instant_is_read_or_not_known(value: Cell, instant: datetime | None, has_hour: bool) -> None:
    (found,) = facts(shopping(order=ORDER), orders=[{"id": 1, "at": value, "sum": 1, "money": "KRW"}])
    assert isinstance(found, Order)
    assert found.placed == instant
    assert found.has_hour is has_hour


@pytest.mark.parametrize(("value", "money", "total"), [
    (12, "KRW", 12), ("12.50", "KRW", "12.50"), (Decimal("0.1"), "KRW", "0.1"), (0.1, "KRW", "0.1"), (" 7 ", "KRW", 7),
    (None, "KRW", None), ("a lot", "KRW", None), (True, "KRW", None), (Decimal("NaN"), "KRW", None),
    (Decimal("1E+40"), "KRW", None),
    (12, None, None), (12, "", None), (12, "원", None), (12, " usd ", 12),
])
def test_an_amount_is_read_exactly_or_not_known(value: Cell, money: Cell, total: object) -> None:
    (found,) = facts(shopping(order=ORDER), orders=[{"id": 1, "at": None, "sum": value, "money": money}])
    assert isinstance(found, Order)
    assert found.total == (None if total is None else Decimal(str(total)))


def test_fields_on_the_order_itself_are_read() -> None:
    section = shopping(order={
        "dataset": "shop.orders", "key": "id", "placed": "at", "total": "sum", "currency_is": "KRW", "discount": "less",
        "refunded": "back", "promised": "by", "delivered": "came", "when": {"kind": ["sale"]},
    })
    row: dict[str, Cell] = {"id": "a", "at": "2025-01-01", "sum": 5, "less": 1, "back": 2, "by": "2025-01-03",
                            "came": "2025-01-04T00:00:00Z", "kind": "sale"}
    (found,) = facts(section, orders=[row, {**row, "id": "b", "kind": "test"}])
    assert isinstance(found, Order)
    assert (found.discount, found.refunded, found.state) == (1, 2, State.DONE)
    assert found.promised == datetime(2025, 1, 3, 3, tzinfo=UTC)
    assert found.delivered == datetime(2025, 1, 4, tzinfo=UTC)


def test_mails_reviews_and_tickets_are_read() -> None:
    section = shopping(
        mail=[{"dataset": "shop.mails", "sent": "at"}, {"dataset": "shop.bell", "sent": "at", "channel": "notice"}],
        review={"dataset": "shop.words", "written": "at"}, ticket={"dataset": "shop.asks", "opened": "at"},
    )
    at: list[dict[str, Cell]] = [{"at": datetime(2025, 1, 1)}]
    instant = datetime(2025, 1, 1, tzinfo=UTC)
    assert facts(section, mails=at, bell=at, words=at, asks=at) == [
        Mail(sent=instant), Mail(sent=instant, channel=Channel.NOTICE), Review(written=instant), Ticket(opened=instant),
    ]


def test_many_orders_are_joined_as_if_all_were_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "_ORDERS_TOGETHER", 3)
    monkeypatch.setattr(reading_module, "_PRODUCTS_REMEMBERED", 4)
    chance = random.Random(7)
    keys = chance.sample(range(1000), 40)
    rows: list[dict[str, Cell]] = [
        {"order_id": chance.choice(keys), "name": f"n{number}", "n": 1, "p": number, "what": number % 11} for number in range(200)
    ]
    found = facts(
        WHOLE, lines=rows, orders=[{"id": key, "at": None, "sum": key, "money": "KRW", "state": "Done"} for key in keys],
        **{"in": [{"what": number, "cat": number % 3} for number in range(11)]},
        cats=[{"id": n, "name": f"c{n}"} for n in range(3)],
    )
    orders = [fact for fact in found if isinstance(fact, Order)]
    assert [order.total for order in orders] == sorted(keys)
    for order in orders:
        own = [row for row in rows if row["order_id"] == order.total]
        assert [line.price for line in order.items] == [row["p"] for row in own]
        assert [line.category for line in order.items] == [f"c{int(str(row['what'])) % 3}" for row in own]


@pytest.mark.parametrize("broken", ["shop.orders", "shop.lines"])
def test_records_in_no_order_are_refused(broken: str) -> None:
    rows = {"shop.orders": [[2, None, 1, "KRW", "Done"], [1, None, 1, "KRW", "Done"]], "shop.lines": [
        [2, "b", 1, 1, 1], [1, "a", 1, 1, 1]]}

    def read(ask: Ask) -> Iterable[list[Cell]]:
        found: list[list[Cell]] = rows.get(ask.dataset, [])  # type: ignore[assignment]
        return found if ask.dataset == broken else sorted(found, key=lambda row: str(row[0]))

    with pytest.raises(ReportRefused, match=f"{broken}: .*ascending"):
        list(facts_of(WHOLE, read, ZONES))


def test_keys_of_two_kinds_are_refused() -> None:
    with pytest.raises(ReportRefused, match="ascending"):
        facts(WHOLE, orders=[{"id": 1, "at": None, "sum": 1, "money": "KRW", "state": "Done"}],
              lines=[{"order_id": "1", "name": "a", "n": 1, "p": 1, "what": 1}])


def test_only_the_catalogue_is_read_beyond_the_member() -> None:
    store = Store({"shop.orders": [{"id": 1, "at": None, "sum": 1, "money": "KRW", "state": "Done"}],
                   "shop.lines": [{"order_id": 1, "name": "a", "n": 1, "p": 1, "what": 5}], "shop.in": [{"what": 5, "cat": 1}]})
    list(facts_of(WHOLE, store.read, ZONES))
    beyond = {ask.dataset for ask in store.asked if ask.among}
    assert beyond == {"shop.in", "shop.cats"}
    assert all(ask.sorted_by for ask in store.asked if not ask.among)


@pytest.mark.parametrize(("section", "line"), [
    ({"line": {"dataset": "shop.lines", "order": "order_id", "title": "name", "price": "p", "category": "cat"}}, "직접"),
    ({"line": {"dataset": "shop.lines", "order": "order_id", "title": "name", "price": "p", "product": "what"},
      "category": {"dataset": "shop.in", "product": "what", "name": "cat"}}, "상품"),
])
def test_a_category_may_stand_on_the_line_or_beside_the_product(section: dict[str, object], line: str) -> None:
    (found,) = facts(
        shopping(order=ORDER, **section), orders=[{"id": 1, "at": None, "sum": 1, "money": "KRW"}],
        lines=[{"order_id": 1, "name": "a", "p": 1, "cat": "직접", "what": 5}], **{"in": [{"what": 5, "cat": "상품"}]},
    )
    assert isinstance(found, Order)
    assert found.items[0].category == line


def test_topics_are_those_with_a_source() -> None:
    assert covered_by(Shopping()) == frozenset()
    assert covered_by(shopping(order=ORDER)) == {Topic.ORDERS, Topic.AMOUNTS}
    assert covered_by(load(OSCAR.read_text(encoding="utf-8"), "oscar.yaml").shopping) == (
        frozenset(Topic) - {Topic.ARRIVALS, Topic.PROMISES, Topic.TICKETS}
    )
