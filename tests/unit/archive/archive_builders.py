"""A small made-up member's records, a signer, and short ways to make and open archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from adieu.adapters.signing import FileSigner
from adieu.archive import Afterwards, Cell, Column, Cover, Inserts, Kind, Made, Section, write_archive
from adieu.archive.section import NOTHING_ELSE
from adieu.datamap.model import Treatment
from adieu.receipts.note import sign_note, verify_note

SIGNER = FileSigner("shop.example/adieu", bytes(32))
STRANGER = FileSigner("shop.example/adieu", bytes([1]) * 32)
SIGN = partial(sign_note, signer=SIGNER)
VERIFY = partial(verify_note, key=SIGNER.verifier)
MADE_AT = datetime(2026, 11, 24, 3, 14, 5, tzinfo=UTC)
COVER = Cover(
    shop="서점 & Books", contact="privacy@books.example", made_at=MADE_AT, zone=ZoneInfo("Asia/Seoul"),
    languages=("ko", "en"), member="han@books.example",
)
DELETED = Afterwards(treatment=Treatment.DELETE)


def column(name: str, ko: str = "", en: str = "", kind: Kind = Kind.PLAIN, **more: str) -> Column:
    label = {language: text for language, text in (("ko", ko), ("en", en)) if text}
    return Column(name=name, label=label, kind=kind, **more)


def section(
    dataset: str, columns: Sequence[Column | str], rows: Iterable[Sequence[Cell]], afterwards: Afterwards = DELETED
) -> Section:
    every = tuple(column(each) if isinstance(each, str) else each for each in columns)
    return Section(
        dataset=dataset, label={"ko": f"{dataset}의 기록", "en": f"Records of {dataset}"}, columns=every, rows=iter(rows),
        afterwards=afterwards,
    )


ORDER_COLUMNS = (
    column("id", "번호", "Number", Kind.KEY), column("number", "주문 번호", "Order number"),
    column("placed", "주문한 때", "Ordered"), column("total", "합계", "Total", Kind.MONEY, currency_in="currency"),
    column("currency", "통화", "Currency"), column("gift", "선물", "A gift", Kind.YES_NO), column("until", "기한", "Until"),
    column("token", "결제 열쇠", "Payment key", Kind.SECRET),
)


def order(number: int, **changes: Cell) -> tuple[Cell, ...]:
    values: dict[str, Cell] = {
        "id": number, "number": f"100{number:03}", "placed": datetime(2026, 3, 1, 15, 30, tzinfo=UTC),
        "total": Decimal("35000.00"), "currency": "KRW", "gift": 1, "until": date(2027, 3, 1), "token": "hunter2-secret",
    }
    return tuple({**values, **changes}.values())


def orders(count: int = 3) -> Section:
    return section("shop.order_order", ORDER_COLUMNS, (order(number) for number in range(1, count + 1)))


def searches(*queries: str) -> Section:
    return section("shop.search", [column("query", "검색어", "Searched for"), "at"], [(query, MADE_AT) for query in queries])


def everything() -> Iterator[Section]:
    yield orders()
    yield searches("고래 책", "<b>&</b>", "=1+1")
    yield section("shop.wish", ["title"], [])


def made(sections: Iterable[Section], cover: Cover = COVER, inserts: Inserts = NOTHING_ELSE) -> tuple[Made, io.BytesIO]:
    out = io.BytesIO()
    done = write_archive(out, cover, sections, SIGN, inserts)
    out.seek(0)
    return done, out


def opened(sections: Iterable[Section], cover: Cover = COVER, inserts: Inserts = NOTHING_ELSE) -> dict[str, bytes]:
    """Every file of the archive, by name."""
    with zipfile.ZipFile(made(sections, cover, inserts)[1]) as package:
        return {name: package.read(name) for name in package.namelist()}
