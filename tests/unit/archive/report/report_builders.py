"""A shopper whose figures are easily said, and small changes to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from adieu.archive.report import Fact, Figures, Line, Mail, Order, Review, State, Ticket, Topic, count
from adieu.datamap.shopping import Channel

SEOUL = ZoneInfo("Asia/Seoul")


def at(written: str) -> datetime:
    """An instant of Seoul: ``at("2025-03-05 22:10")``."""
    return datetime.fromisoformat(written).replace(tzinfo=SEOUL).astimezone(UTC)


def order(written: str, total: str | None = "10000", **more: object) -> Order:
    """An order in won, unless `more` says otherwise."""
    whole: dict[str, object] = {
        "placed": at(written), "total": None if total is None else Decimal(total), "currency": "KRW", **more,
    }
    return Order(**whole)  # type: ignore[arg-type]


def figures(facts: Iterable[Fact], *without: Topic) -> Figures:
    """The figures of facts whose source covers all but `without`."""
    return count(facts, SEOUL, frozenset(Topic) - set(without))


def shopper() -> list[Fact]:
    """Two years, one currency, something of everything."""
    sea, train = Line(title="바다의 사전", category="소설", price=Decimal(9500)), Line(
        title="Train <Tales>", category="여행", price=Decimal(18000), quantity=2)
    return [
        order("2024-05-06 22:10", "12000", items=(sea,), promised=at("2024-05-08 00:00"), delivered=at("2024-05-10 12:00")),
        order("2025-03-03 22:40", "30000", items=(sea, train), discount=Decimal(2000), promised=at("2025-03-06 00:00"),
              delivered=at("2025-03-05 09:00")),
        order("2025-03-12 09:05", "18000", items=(train,), refunded=Decimal(18000)),
        order("2025-04-14 22:00", "5000", state=State.CANCELLED),
        order("2025-04-15 22:00", "7000", state=State.RETURNED),
        *(Mail(sent=at(f"2025-0{month}-01 10:00")) for month in range(1, 8)),
        Mail(sent=at("2024-01-01 10:00"), channel=Channel.NOTICE),
        Review(written=at("2025-03-20 10:00")), Ticket(opened=at("2025-04-01 10:00")),
    ]
