"""The page holds all a reader needs, in their language, and neither runs nor fetches anything."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import pytest
from archive_builders import COVER, DELETED, ORDER_COLUMNS, column, everything, opened, order, orders, searches, section

from adieu.archive import LANGUAGES, Afterwards, Cell, Column, Cover, Fragment, Inserts, Kind, Role, Section
from adieu.archive.section import SHOWN
from adieu.archive.style import STYLE
from adieu.archive.tables import TEXT_SHOWN
from adieu.archive.words import words_in
from adieu.datamap.model import Treatment
from adieu.errors import ArchiveRefused


def pages(*sections: Section, cover: Cover = COVER, inserts: Inserts | None = None) -> tuple[str, str]:
    """The Korean and the English page."""
    every = opened(sections, cover, inserts or Inserts())
    return every["index.html"].decode(), every["index.en.html"].decode()


def text(page: str) -> str:
    """What a reader sees, spaces made one."""
    body = page.partition("</style>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def shown(value: Cell, kind: Kind = Kind.PLAIN, **more: str) -> tuple[str, str]:
    """The cell of a value on both pages."""
    columns = [column("v", kind=kind, **more), "beside"]
    korean, english = pages(section("shop.t", columns, [(value, "KRW"), (value, "KRW")]))
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", page.partition("class=wide")[2], re.DOTALL) for page in (korean, english)]
    return unescape(cells[0][0]), unescape(cells[1][0])


def test_the_page_says_who_when_what_and_whose() -> None:
    korean, english = (text(page) for page in pages(*everything()))
    for said in ("서점 & Books", "privacy@books.example", "han@books.example", "2026년 11월 24일 화요일 12:14", "6건"):
        assert said in korean
    assert "시각 기준 Asia/Seoul" in korean
    for said in ("서점 & Books", "Tuesday 24 November 2026 12:14", "6 records"):
        assert said in english


def test_each_language_has_a_page_that_leads_to_the_others() -> None:
    korean, english = pages(*everything())
    assert "<html lang=ko>" in korean and '<a href="index.en.html" hreflang=en lang=en>English</a>' in korean
    assert "<html lang=en>" in english and '<a href="index.html" hreflang=ko lang=ko>한국어</a>' in english
    turned = opened(everything(), dataclasses.replace(COVER, languages=("en", "ko")))
    assert "<html lang=en>" in turned["index.html"].decode() and "<html lang=ko>" in turned["index.ko.html"].decode()


def test_nothing_is_run_or_fetched() -> None:
    for page in pages(*everything()):
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        assert f'<meta http-equiv=Content-Security-Policy content="{policy}">' in page
        assert not re.search(r"<script|<link|<iframe|\son\w+=|src=|https?:|@import|url\(", page)


def test_the_style_is_small() -> None:
    assert len(STYLE.encode()) < 20_000


def test_every_link_leads_to_a_file_or_a_place_that_is_there() -> None:
    every = opened(everything())
    for name in ("index.html", "index.en.html"):
        page = every[name].decode()
        targets = re.findall(r'href="([^"]+)"', page)
        assert len(targets) == 1 + 2 + 2 * 4  # the other language, two datasets, and their files twice
        places = {f"#{place}" for place in re.findall(r'id="?([\w-]+)', page)}
        assert all(target in every or target in places for target in targets)


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "</style><b>", "&amp;", '"><img src=x>', "a\x00b\x1b\ud83dc"])
def test_no_value_label_or_name_becomes_markup(value: str) -> None:
    evil = Section(
        dataset="shop.evil", label={"ko": value}, columns=(column(value, value), column("b", value)), rows=iter([(value, 1)]),
        afterwards=Afterwards(treatment=Treatment.RETAIN, why={"ko": value, "en": value}),
    )
    shop = value.replace("\ud83d", "")  # the map is UTF-8
    cover = dataclasses.replace(COVER, shop=shop, contact=value, member=value)
    for page in pages(evil, cover=cover):
        assert not re.search(r"<(script|b|img)[ >]", page)
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", page)
        readable = value.replace("\x00", "").replace("\x1b", "").replace("\ud83d", "")
        assert readable in unescape(page)


@pytest.mark.parametrize(("value", "korean", "english"), [
    (datetime(2026, 3, 1, 15, 30, tzinfo=UTC), "2026년 3월 2일 00:30", "2 March 2026 00:30"),
    (datetime(2026, 3, 1, 15, 30), "2026년 3월 1일 15:30", "1 March 2026 15:30"),
    (date(2026, 12, 31), "2026년 12월 31일", "31 December 2026"),
    (True, "예", "Yes"), (False, "아니요", "No"), (2026, "2026", "2026"), (Decimal("1234.50"), "1,234.5", "1,234.5"),
    (Decimal("35000.0000000000"), "35,000", "35,000"), (b"abc", "3바이트 (JSONL 파일에 있어요)", "3 bytes (in the JSONL file)"),
    ({"a": [1]}, '{"a":[1]}', '{"a":[1]}'), ("두 줄\n입니다", "두 줄\n입니다", "두 줄\n입니다"),
])
def test_a_value_is_written_out_for_a_reader(value: Cell, korean: str, english: str) -> None:
    assert shown(value) == (korean, english)


@pytest.mark.parametrize(("amount", "currency", "korean", "english"), [
    (Decimal("35000.00"), "KRW", "35,000원", "₩35,000"), (-1200, "KRW", "−1,200원", "−₩1,200"),
    (Decimal("12.5"), "USD", "12.50 USD", "$12.50"), (12.345, "EUR", "12.345 EUR", "€12.345"),
    (Decimal("3"), "CHF", "3.00 CHF", "3.00 CHF"),
    ("99.90", "GBP", "99.90 GBP", "£99.90"), (Decimal("1500.00"), "", "1,500", "1,500"),
    ("비밀", "KRW", "비밀 KRW", "비밀 KRW"), (Decimal("NaN"), "KRW", "NaN KRW", "NaN KRW"), (None, "KRW", "", ""),
])
def test_money_stands_with_its_currency(amount: Cell, currency: str, korean: str, english: str) -> None:
    columns = [column("v", kind=Kind.MONEY, currency=currency), "beside"]
    korean_page, english_page = pages(section("shop.t", columns, [(amount, ""), (Decimal(1), "")]))
    cells = [re.findall(r"<td class=n>(.*?)</td>", page.partition("class=wide")[2]) for page in (korean_page, english_page)]
    if isinstance(amount, str):
        cells = [re.findall(r"<td>(.*?)</td>", page.partition("class=wide")[2]) for page in (korean_page, english_page)]
    assert (cells[0][0], cells[1][0]) == (korean, english)


def test_the_currency_may_stand_in_a_field_beside() -> None:
    assert shown(Decimal("35000.00"), Kind.MONEY, currency_in="beside") == ("35,000원", "₩35,000")
    assert shown(Decimal("35000.00"), Kind.MONEY, currency_in="elsewhere", currency="JPY") == ("35,000 JPY", "¥35,000")


def test_a_yes_or_no_kept_as_a_number_is_read_as_a_word() -> None:
    assert shown(1, Kind.YES_NO) == ("예", "Yes")
    assert shown(0, Kind.YES_NO) == ("아니요", "No")


def test_keys_and_empty_fields_stand_in_the_files_only() -> None:
    columns = [column("id", "번호", kind=Kind.KEY), column("gone", "빈 것"), "a"]
    korean, _ = pages(section("shop.t", columns, [(7, None, "x"), (8, "", "y")]))
    assert "번호" not in korean and "빈 것" not in korean


def test_a_dataset_of_keys_only_says_so() -> None:
    korean, english = pages(section("shop.t", [column("id", kind=Kind.KEY)], [(7,)]))
    assert words_in("ko").only_keys in korean and words_in("en").only_keys in english


def test_few_fields_stand_side_by_side_and_many_one_below_the_other() -> None:
    narrow, _ = pages(section("shop.t", list("abcd"), [(1, "b", 3, 4)]))
    assert narrow.count("<th scope=col") == 3 + 4 and "scope=row" not in narrow
    wide, _ = pages(section("shop.t", list("abcde"), [(1, 2, None, 4, 5), (1, 2, 3, 4, 5)]))
    assert wide.count("<th scope=row>") == 4 + 5 and wide.count("<table class=record") == 2


def test_the_first_records_stand_on_the_page_and_all_in_the_files() -> None:
    korean, english = pages(searches(*(f"찾은 말 {number:04}." for number in range(SHOWN + 1))))
    assert f"찾은 말 {SHOWN - 1:04}." in korean and f"찾은 말 {SHOWN:04}." not in korean
    assert "201건 가운데 처음 200건이에요." in korean and "The first 200 of 201 records." in english
    assert "모두 200건이에요." in pages(searches(*("a" for _ in range(SHOWN))))[0]
    assert "One record." in pages(searches("a"))[1]


def test_a_long_text_is_cut_on_the_page_and_says_so() -> None:
    korean, _ = pages(searches("가" * TEXT_SHOWN, "나" * (TEXT_SHOWN + 1)))
    assert "가" * TEXT_SHOWN + "</td>" in korean
    assert "나" * TEXT_SHOWN + words_in("ko").cut + "</td>" in korean


def test_a_dataset_without_records_is_named_and_has_no_files() -> None:
    every = opened(everything())
    assert "기록이 없는 것: shop.wish의 기록." in every["index.html"].decode()
    assert not any("wish" in name for name in every)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_treatment_and_role_has_its_words(language: str) -> None:
    words = words_in(language)
    assert set(words.afterwards) == set(Treatment) and all(words.afterwards.values())
    assert set(words.roles) == set(Role)
    assert all(value for field in dataclasses.fields(words) if isinstance(value := getattr(words, field.name), str))


def test_what_becomes_of_the_records_is_said_with_its_reason_and_day() -> None:
    kept = Afterwards(
        treatment=Treatment.RETAIN, why={"ko": "전자상거래법 시행령 제6조.", "en": "Decree, article 6."}, until=date(2031, 3, 1)
    )
    korean, english = pages(section("shop.t", ["a"], [(1,)], kept))
    assert "법에 따라 따로 보관해요. 전자상거래법 시행령 제6조. 2031년 3월 1일까지예요." in korean
    assert "because the law asks it. Decree, article 6. Until 1 March 2031." in english
    expiring = Afterwards(treatment=Treatment.EXPIRE, within_days=14)
    assert "14일 안에" in pages(section("shop.t", ["a"], [(1,)], expiring))[0]


def test_a_mention_in_anothers_record_is_called_one() -> None:
    mention = dataclasses.replace(section("shop.t", ["a"], [("x",)]), role=Role.MENTION)
    assert words_in("ko").roles[Role.MENTION] in pages(mention)[0]


def test_report_and_questions_have_their_places() -> None:
    report = Fragment(
        id="report", title={"ko": "쇼핑 <리포트>", "en": "Report"}, body={"ko": "<svg></svg>", "en": "<p>hi</p>"},
        style=".r{color:red}",
    )
    asked = {"ko": "<p>?</p>", "en": "<p>?</p>"}
    questions = Fragment(id="questions", title={"ko": "세 가지 질문", "en": "Questions"}, body=asked)
    korean, english = pages(orders(), inserts=Inserts(report=report, questions=questions))
    assert korean.index('href="#report"') < korean.index('id="report"') < korean.index("id=d1") < korean.index('id="questions"')
    assert "쇼핑 &lt;리포트&gt;" in korean and "<svg></svg>" in korean and ".r{color:red}</style>" in korean
    assert "<p>hi</p>" in english


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ArchiveRefused, match="`ja`"):
        pages(cover=dataclasses.replace(COVER, languages=("ko", "ja")))


@pytest.mark.parametrize("wrong", [{"languages": ()}, {"made_at": datetime(2026, 1, 1)}])
def test_a_cover_without_a_language_or_a_zone_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ArchiveRefused):
        dataclasses.replace(COVER, **wrong)  # type: ignore[arg-type]


def test_a_rare_value_beside_common_ones_is_told_too() -> None:
    columns: tuple[Column, ...] = (column("a", "가"), column("b", "나"))
    rows = [({"k": 1}, 1), ("x" * 10, True), (None, None)]
    korean = text(pages(Section(dataset="shop.t", label={}, columns=columns, rows=iter(rows), afterwards=DELETED))[0])
    assert '{"k":1} 1 xxxxxxxxxx 예' in korean


def test_an_order_reads_as_a_member_would_write_it() -> None:
    korean = text(pages(section("shop.order_order", ORDER_COLUMNS, [order(1)]))[0])
    assert "주문 번호 100001 주문한 때 2026년 3월 2일 00:30 합계 35,000원 통화 KRW 선물 예 기한 2027년 3월 1일" in korean
