"""Charts and pages: well formed, whole in themselves, nothing runs or leaves, every chart has its table."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from report_builders import figures, order, shopper
from test_report_figures import facts

from adieu.archive.report import (
    LANGUAGES,
    About,
    Fact,
    Figures,
    Line,
    questions_fragment,
    report_fragment,
    report_page,
)
from adieu.archive.report.charts import Bar, Columns, Frame, Table, bars, columns, shortened
from adieu.errors import ReportRefused

MADE = About(shop="Books & Co", made_at=datetime(2026, 11, 24, 4, tzinfo=UTC))
VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})
HOSTILE = '</text><script>alert(1)</script><img src="https://evil.example/x">&\x00\ud800'


class Reader(HTMLParser):
    """Elements in their order, and a list of what is not closed as it was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        self.wrong += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(told: Figures, language: str = "ko") -> str:
    return report_page(told, language, MADE)


def drawings(html: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)]


def hostile() -> list[Fact]:
    items = (Line(title=HOSTILE, category=HOSTILE, price=Decimal(7)), Line(title="b", category="b", price=Decimal(3)))
    return [order(f"2025-0{month}-06 10:00", items=items, shop=f"{HOSTILE}{month % 2}") for month in range(1, 5)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("given_facts", [shopper(), hostile(), []], ids=["shopper", "hostile", "nothing"])
def test_a_page_runs_loads_and_sends_nothing(given_facts: list[Fact], language: str) -> None:
    read = Reader(page(figures(given_facts), language))
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "form", "iframe", "object", "embed", "link", "img", "image", "use", "a", "input", "button"}
    for _, attributes in read.elements:
        assert not {name for name in attributes if name.startswith("on") or name in ("href", "src", "style", "xlink:href")}
    html = page(figures(given_facts), language)
    assert "default-src 'none'" in html
    assert not any("//" in str(value) for _, attributes in read.elements for value in attributes.values())
    assert "@import" not in html
    assert "url(" not in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("given_facts", [shopper(), hostile(), []], ids=["shopper", "hostile", "nothing"])
def test_a_page_is_well_formed_and_its_ids_are_its_own(given_facts: list[Fact], language: str) -> None:
    read = Reader(page(figures(given_facts), language))
    assert read.wrong == []
    ids = [str(attributes["id"]) for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [str(attributes[word]).split() for _, attributes in read.elements
             for word in ("aria-labelledby", "aria-describedby") if word in attributes]
    assert {name for names in named for name in names} <= set(ids)
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@given(facts)
@settings(max_examples=30, deadline=None)
def test_every_chart_is_xml_with_a_title_a_description_and_a_table(given_facts: list[Fact]) -> None:
    html = page(figures(given_facts))
    assert Reader(html).wrong == []
    charts = drawings(html)
    assert html.count("</details>") == html.count("</summary>") == len(charts)
    for chart in charts:
        title, described = chart[0], chart[1]
        assert title.tag == "title"
        assert described.tag == "desc"
        assert title.text
        assert described.text
        assert chart.get("role") == "img"
        for shape in chart.iter():
            for name in ("width", "height", "x", "y"):
                value = shape.get(name)
                assert value is None or re.fullmatch(r"[0-9.]+(%|em)?", value), (name, value)
                assert value is None or not value.endswith("%") or float(value[:-1]) <= 100


def test_the_table_behind_a_chart_holds_every_number() -> None:
    texts = set(Reader(page(figures(shopper()))).texts)
    assert {"2024년 5월", "2025년 3월", "12,000원", "48,000원", "월요일", "밤 10시대", "Train <Tales>", "여행"} <= texts


def test_the_fragments_say_the_same_as_the_page() -> None:
    told = figures(shopper())
    report, questions = report_fragment(told, LANGUAGES), questions_fragment(LANGUAGES)
    assert set(report.body) == set(report.title) == set(questions.body) == set(LANGUAGES)
    for language in LANGUAGES:
        assert Reader(report.body[language]).wrong == []
        assert questions.body[language] in page(told, language)
        assert drawings(report.body[language])
        assert "<h3" in report.body[language]
        assert "<h2" not in report.body[language]


@pytest.mark.parametrize(("language", "titles"), [
    ("ko", ["왜 떠나나요?", "쓰는 동안 무엇을 느꼈나요?", "앞으로 어떻게 사고 싶나요?"]),
    ("en", ["Why are you leaving?", "What did you feel while you shopped here?", "How do you want to shop from now on?"]),
])
def test_the_three_questions_are_answered_inside_the_page_only(language: str, titles: list[str]) -> None:
    read = Reader(questions_fragment([language]).body[language])
    assert [text for text in read.texts if text in titles] == titles
    answers = [attributes for tag, attributes in read.elements if attributes.get("role") == "textbox"]
    assert [attributes["contenteditable"] for attributes in answers] == ["true"] * 3
    # A browser may check spelling on a server.
    assert {attributes["spellcheck"] for attributes in answers} == {"false"}


def test_the_same_figures_give_the_same_page() -> None:
    assert page(figures(shopper())) == page(figures(shopper()))


def test_the_page_names_the_shop_and_when_it_was_made() -> None:
    assert "<title>Books &amp; Co 쇼핑 돌아보기</title>" in page(figures([]))
    assert "2026년 11월 24일 13:00에 만들었어요." in page(figures([]))
    assert "<h1>Looking back at your shopping</h1>" in report_page(figures([]), "en", About(made_at=MADE.made_at))


def test_currencies_have_charts_of_their_own() -> None:
    told = figures([order(f"2025-0{month}-06 10:00", currency=code) for month in (1, 2) for code in ("KRW", "EUR")])
    titles = [chart[0].text for chart in drawings(page(told))]
    assert [title for title in titles if title and title.startswith("달마다")] == ["달마다 쓴 돈 (EUR)", "달마다 쓴 돈 (KRW)"]


def test_a_language_nobody_speaks_is_refused() -> None:
    with pytest.raises(ReportRefused):
        report_fragment(figures([]), ["ko", "xx"])


def labels_of(told: Figures, title: str) -> list[str]:
    """The texts on the chart with this title."""
    (chart,) = [chart for chart in drawings(page(told)) if chart[0].text == title]
    return [str(shape.text) for shape in chart if shape.tag == "text"]


@pytest.mark.parametrize(("categories", "drawn"), [
    (9, [f"분류{number}" for number in range(9)]), (10, [*(f"분류{number}" for number in range(8)), "그 밖"]),
])
def test_what_has_no_bar_of_its_own_has_one_together(categories: int, drawn: list[str]) -> None:
    items = tuple(Line(title="a", category=f"분류{n}", price=Decimal(100 - n)) for n in range(categories))
    told = labels_of(figures([order("2025-01-06 10:00", items=items)]), "분류마다 쓴 돈")
    assert told[::2] == drawn
    assert told[-1] == ("183원" if categories == 10 else "92원")  # 92 + 91 in the one


def test_a_chart_shows_the_latest_years_and_its_table_all() -> None:
    told = figures([order(f"{year}-01-06 10:00") for year in range(2014, 2026)])
    assert labels_of(told, "해마다 쓴 돈")[::2] == [f"{year}년" for year in range(2018, 2026)]
    assert {"2014년", "2014년 1월"} <= set(Reader(page(told)).texts)


FRAME = Frame(id="x", title="T", description="D", summary="S", table=Table(heads=("A", "B"), rows=(("a", "1"),)))


def test_bars_are_as_long_as_their_values() -> None:
    drawn = bars(FRAME, [[Bar(label="a", value=Decimal(50), written="50"), Bar(label="b", value=200, written="200")],
                         [Bar(label="c", value=Decimal(-3), written="−3"), Bar(label="d", value=1, written="1")]])
    (chart,) = drawings(drawn)
    shapes = [(shape.get("class"), shape.get("width")) for shape in chart if shape.tag.endswith("rect")]
    # The second of a group is outlined; what is small stays visible, what is below nought has no length.
    assert shapes == [("bar", "25%"), ("open", "100%"), ("bar", "0%"), ("open", "0.5%")]
    assert [shape.text for shape in chart if shape.tag.endswith("text")] == ["a", "50", "b", "200", "c", "−3", "d", "1"]


def test_columns_of_one_chart_share_a_scale() -> None:
    rows = [Columns(title=str(top), values=(top, 0), written=(str(top), ""), axis=("l", "r")) for top in (10, 5)]
    (chart,) = drawings(columns(FRAME, rows))
    heights = [float(str(shape.get("height"))[:-2]) for shape in chart if shape.tag.endswith("rect")]
    assert heights == [4.0, 2.0]


def test_nothing_but_noughts_draws_no_bar() -> None:
    (chart,) = drawings(columns(FRAME, [Columns(title="", values=(0, 0), written=("", ""), axis=("l", "r"))]))
    assert not [shape for shape in chart if shape.tag.endswith("rect")]


@pytest.mark.parametrize(("label", "short"), [
    ("abc", "abc"), ("a" * 26, "a" * 26), ("a" * 27, "a" * 25 + "…"), ("가" * 13, "가" * 13), ("가" * 14, "가" * 12 + "…"),
])
def test_a_label_fits_a_narrow_screen(label: str, short: str) -> None:
    assert shortened(label) == short
