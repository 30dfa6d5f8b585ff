"""The shopping report's figures of 200 random members, against plain SQL over the demo shop."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from demo.cached import cached_sqlite_shop

from adieu.adapters.stores.store import StoreAddress, open_installing, open_store
from adieu.archive.report import Figures
from adieu.closures import archiving
from adieu.closures.archiving import Shelves, Wanted, member_report
from adieu.datamap.load import load
from adieu.planning.make import make_plan
from adieu.ports.faults import NoFaults

MAP = Path(__file__).resolve().parents[2] / "maps" / "oscar.yaml"
MEMBERS = 200
AT = "datetime({}, '+9 hours')"  # the shop keeps UTC; the report tells Seoul's time, which has had no summer time since 1988
#: Whose a record is: the member's by key, or nobody's by key and of the address that the member and nobody else has proved.
OF = """(user_id = :key or (user_id is null and lower(trim({})) in (select lower(trim(m.email)) from auth_user m
    join account_emailaddress e on e.user_id = m.id and lower(e.email) = lower(m.email) and e.verified
    where m.id = :key and not exists (select 1 from auth_user x where x.id <> :key and lower(x.email) = lower(m.email))
    and not exists (select 1 from account_emailaddress x where x.user_id <> :key and lower(x.email) = lower(m.email)))))"""
ORDERS_OF = OF.format("guest_email")
Row = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The shop as the report reads it and as SQL does."""

    shelves: Shelves
    sql: sqlite3.Connection

    def ask(self, query: str, key: str) -> list[Row]:
        return self.sql.execute(query, {"key": int(key)}).fetchall()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    file = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    file.write_bytes(cached_sqlite_shop(members=MEMBERS + 40).read_bytes())
    datamap = load(MAP.read_text(), MAP.name)
    installing = open_installing(StoreAddress(name="shop", url=f"sqlite:///{file}"), NoFaults())
    installing.install()
    schemas = {"shop": installing.schema()}
    plan = make_plan(datamap, schemas)
    store = open_store(installing, plan)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as sql:
        yield Shop(shelves=Shelves(datamap=datamap, plan=plan, schemas=schemas, stores={"shop": store}), sql=sql)
    store.close()


@pytest.fixture
def figures_of(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> object:
    told: list[Figures] = []
    monkeypatch.setattr(archiving, "report_page", lambda figures, *_: told.append(figures) or "")

    def figures(key: str) -> Figures:
        member_report(shop.shelves, key, Wanted(made_at=datetime(2026, 11, 24, tzinfo=UTC)))
        return told.pop()

    return figures


def by_year(shop: Shop, table: str, field: str, key: str, whose: str) -> tuple[Row, ...]:
    year = f"cast(strftime('%Y', {AT.format(field)}) as integer)"
    return tuple(shop.ask(f"select {year}, count(*) from {table} where {whose} group by 1 order by 1", key))


def money(rows: list[Row]) -> list[Row]:
    """The same rows, the last value an exact amount of two places."""
    return [(*row[:-1], Decimal(str(row[-1])).quantize(Decimal("0.01"))) for row in rows]


def orders_by_sql(shop: Shop, key: str) -> dict[str, object]:
    """What the orders come to, in words of SQL only."""
    at, bought = AT.format("date_placed"), f"from order_order o where {ORDERS_OF} and status <> 'Cancelled'"
    months = f"select cast(strftime('%Y', {at}) as integer), cast(strftime('%m', {at}) as integer), count(*),"
    weekday, hour = f"(strftime('%w', {at}) + 6) % 7", f"cast(strftime('%H', {at}) as integer)"
    rhythm = f"select {{}}, count(*) from order_order where {ORDERS_OF} group by 1 order by 1"
    cancelled = f"select count(*), coalesce(sum(total_incl_tax), 0) from order_order where {ORDERS_OF} and status = 'Cancelled'"
    lines = "select c.name, sum(l.quantity), sum(l.line_price_incl_tax) from order_line l join order_order o on o.id = l.order_id"
    category = (
        "(select category_id from catalogue_productcategory p where p.product_id = l.product_id order by category_id limit 1)"
    )
    joined = f"left join catalogue_category c on c.id = {category} where {ORDERS_OF} and o.status <> 'Cancelled'"
    discounts = f"select coalesce(sum(amount), 0) from order_orderdiscount where order_id in (select id {bought})"
    refunds = f"select coalesce(sum(amount_refunded), 0) from payment_source where order_id in (select id {bought})"
    return {
        "months": money(shop.ask(f"{months} sum(total_incl_tax) {bought} group by 1, 2 order by 1, 2", key)),
        "bought": money(shop.ask(f"select count(*), coalesce(sum(total_incl_tax), 0) {bought}", key)),
        "cancelled": money(shop.ask(cancelled, key)), "weekdays": shop.ask(rhythm.format(weekday), key),
        "hours": shop.ask(rhythm.format(hour), key), "discounts": money(shop.ask(discounts, key)),
        "refunds": money(shop.ask(refunds, key)),
        "categories": sorted(money(shop.ask(f"{lines} {joined} group by 1", key)), key=str),
    }


def orders_told(figures: Figures) -> dict[str, object]:
    """The same of the report; a member of one currency has one account."""
    (account,) = figures.accounts
    return {
        "months": money([(month.year, month.month, month.orders, month.total) for month in account.months if month.orders]),
        "bought": money([(account.bought.count, account.bought.total)]),
        "cancelled": money([(account.cancelled.count, account.cancelled.total)]),
        "weekdays": [item for item in enumerate(figures.weekdays) if item[1]],
        "hours": [item for item in enumerate(figures.hours) if item[1]],
        "discounts": money([(account.discounts.total,)]), "refunds": money([(account.refunds.total,)]),
        "categories": sorted(money([(part.name, part.count, part.total) for part in account.categories]), key=str),
    }


def test_the_figures_of_200_random_members_are_those_of_sql(shop: Shop, figures_of: object) -> None:
    assert callable(figures_of)
    every = [str(key) for (key,) in shop.sql.execute("select id from auth_user where not is_staff order by id")]
    with_orders = 0
    for key in random.Random(11).sample(every, MEMBERS):
        figures = figures_of(key)
        assert figures.orders.years == by_year(shop, "order_order", "date_placed", key, ORDERS_OF), key
        assert figures.reviews.years == by_year(shop, "reviews_productreview", "date_created", key, OF.format("email")), key
        mails = by_year(shop, "communication_email", "date_sent", key, OF.format("email"))
        notices = by_year(shop, "communication_notification", "date_sent", key, "recipient_id = :key")
        found = {channel.value: number for channel, number in figures.channels}
        expected = {"mail": sum(int(str(n)) for _, n in mails), "notice": sum(int(str(n)) for _, n in notices)}
        assert found == {channel: number for channel, number in expected.items() if number}, key
        assert not figures.accounts or orders_told(figures) == orders_by_sql(shop, key), key
        assert bool(figures.accounts) == bool(figures.orders.count), key
        with_orders += bool(figures.accounts)
    assert with_orders > MEMBERS // 2
