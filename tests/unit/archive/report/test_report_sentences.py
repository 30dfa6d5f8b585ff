"""The sentences say what the figures carry, in both languages, and nothing where they carry nothing."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from report_builders import at, figures, order, shopper
from test_report_figures import facts

from adieu.archive.report import LANGUAGES, Fact, Figures, Line, Mail, Order, State, Topic, sentences
from adieu.archive.report.voice import Heading
from adieu.errors import ReportRefused

KO = {
    Heading.OVERVIEW: (
        "2024년 5월 6일부터 2025년 4월 15일까지 주문을 5건 했어요.", "쓴 돈은 모두 60,000원이에요.",
        "취소되거나 반품된 주문 2건은 쓴 돈에 넣지 않았어요.", "쓴 돈 가운데 18,000원은 돌려받았어요.",
    ),
    Heading.SPENDING: (
        "2024년에는 주문 1건에 12,000원을 썼어요.", "2025년에는 주문 2건에 48,000원을 썼어요.",
        "가장 많이 쓴 달은 2025년 3월이에요. 48,000원을 썼어요.",
    ),
    Heading.CATEGORIES: ("가장 많이 쓴 분류는 ‘여행’이에요. 36,000원을 썼어요. 상품 금액의 약 65%예요.",),
    Heading.SHOPS: (),
    Heading.RHYTHM: (
        "월요일에 가장 많이 주문했어요. 5건 가운데 3건이에요.",
        "하루 가운데 밤 10시대에 가장 많이 주문했어요. 5건 가운데 4건이에요.",
        "평균 86일에 한 번꼴로 주문했어요.",
    ),
    Heading.PURCHASES: (
        "가장 큰 주문은 2025년 3월 3일에 주문한 ‘바다의 사전’ 외 1개, 30,000원이에요.", "‘Train <Tales>’를 2번 주문했어요.",
    ),
    Heading.UNDONE: ("취소된 주문이 1건 있어요. 모두 5,000원이에요.", "반품된 주문이 1건 있어요. 모두 7,000원이에요."),
    Heading.DELIVERIES: (
        "도착한 날을 아는 주문은 2건이고, 그 절반은 2일 안에 도착했어요.", "가장 오래 걸린 주문은 4일 걸렸어요.",
        "도착하기로 한 날을 아는 주문 2건 가운데 1건이 그날보다 늦었어요.", "2일 늦었어요.",
    ),
    Heading.DISCOUNTS: ("주문 1건에서 2,000원을 할인받았어요.",),
    Heading.MESSAGES: ("메일 7통과 알림 1개를 받았어요.", "주문은 5건이었어요.", "주문 1건에 메시지 1.6개꼴이에요."),
    Heading.WRITING: ("후기를 1개 썼어요.", "문의를 1번 했어요."),
    Heading.MISSING: (
        "날짜와 시간은 Asia/Seoul 기준이에요.", "쓴 돈은 주문할 때의 금액이고, 나중에 돌려받은 돈은 빼지 않았어요.",
        "상품 금액에는 배송비가 없고 할인을 다르게 셀 수 있어서, 쓴 돈과 다를 수 있어요.",
    ),
}
EN = {
    Heading.OVERVIEW: (
        "You placed 5 orders from 6 May 2024 to 15 April 2025.", "You spent ₩60,000 in all.",
        "That leaves out 2 orders that were cancelled or returned.", "Of what you spent, you got ₩18,000 back.",
    ),
    Heading.SPENDING: (
        "In 2024 you spent ₩12,000 on 1 order.", "In 2025 you spent ₩48,000 on 2 orders.",
        "You spent the most in March 2025: ₩48,000.",
    ),
    Heading.CATEGORIES: ("The most went to “여행”: ₩36,000, about 65% of the price of what you bought.",),
    Heading.SHOPS: (),
    Heading.RHYTHM: (
        "You ordered most often on Mondays: 3 of 5 orders.", "The hour with the most orders was 22:00–23:00: 4 of 5 orders.",
        "On average you ordered about once in 86 days.",
    ),
    Heading.PURCHASES: (
        "Your biggest order was “바다의 사전” and 1 more on 3 March 2025: ₩30,000.", "You ordered “Train <Tales>” 2 times.",
    ),
    Heading.UNDONE: ("1 order was cancelled, ₩5,000 in all.", "1 order was returned, ₩7,000 in all."),
    Heading.DELIVERIES: (
        "Of 2 orders whose day of arrival is known, half came within 2 days.", "The longest took 4 days.",
        "Of 2 orders with a promised day, 1 came later than that.", "It was 2 days late.",
    ),
    Heading.DISCOUNTS: ("1 order had discounts, ₩2,000 in all.",),
    Heading.MESSAGES: (
        "You received 7 mails and 1 notice.", "You placed 5 orders.", "That is 1.6 messages for each order.",
    ),
    Heading.WRITING: ("You wrote 1 review.", "You asked the shop 1 question."),
    Heading.MISSING: (
        "Days and hours are those of Asia/Seoul.",
        "Spending is what the orders came to when you placed them; what you got back later is not taken off.",
        "Prices of products leave out shipping and may count discounts otherwise: they can differ from spending.",
    ),
}


def said(told: Figures, language: str = "ko") -> dict[Heading, tuple[str, ...]]:
    return {part.heading: part.sentences for part in sentences(told, language)}


@pytest.mark.parametrize(("language", "expected"), [("ko", KO), ("en", EN)])
@pytest.mark.parametrize("heading", Heading)
def test_the_shopper_reads(language: str, expected: dict[Heading, tuple[str, ...]], heading: Heading) -> None:
    assert said(figures(shopper()), language)[heading] == expected[heading]


@pytest.mark.parametrize(("language", "nothing"), [
    ("ko", ["주문이 없어요.", "받은 메시지가 없어요.", "쓴 후기가 없어요.", "문의한 기록이 없어요."]),
    ("en", ["There are no orders.", "There are no messages to you.", "You wrote no review.",
            "There is no question of yours to the shop."]),
])
def test_nothing_is_said_to_be_nothing(language: str, nothing: list[str]) -> None:
    assert [sentence for part in said(figures([]), language).values() for sentence in part] == nothing


@pytest.mark.parametrize(("language", "sentence"), [
    ("ko", "자료에 없어서 담지 못한 것: 도착하기로 한 날, 문의."),
    ("en", "Not in the data, so not here: promised days of arrival, questions to the shop."),
])
def test_what_the_source_cannot_tell_is_named(language: str, sentence: str) -> None:
    told = figures(shopper()[:3], Topic.PROMISES, Topic.TICKETS)
    assert sentence in said(told, language)[Heading.MISSING]
    assert not any("문의" in each or "question" in each for each in said(told, language)[Heading.WRITING])


def test_a_topic_without_a_source_is_never_told_as_none() -> None:
    for topic in Topic:
        told = said(figures([], *Topic), "ko")
        assert {heading for heading, lines in told.items() if lines} == {Heading.MISSING}, topic


def test_currencies_are_told_apart() -> None:
    told = figures([order("2025-01-06 10:00", "12000"), order("2025-02-06 10:00", "15000"),
                    order("2025-02-08 10:00", "12.5", currency="USD"), order("2025-03-08 10:00", "30", currency="USD")])
    ko, en = said(told), said(told, "en")
    assert ko[Heading.OVERVIEW][1:3] == ("쓴 돈은 27,000원과 42.50 USD예요.", "통화가 다른 금액은 서로 더하지 않았어요.")
    assert "USD로 가장 많이 쓴 달은 2025년 3월이에요. 30.00 USD를 썼어요." in ko[Heading.SPENDING]
    assert "USD로 한 가장 큰 주문은 2025년 3월 8일의 30.00 USD예요." in ko[Heading.PURCHASES]
    assert en[Heading.OVERVIEW][1:3] == (
        "You spent ₩27,000 and $42.50 in all.", "Amounts in different currencies are not added together.",
    )
    assert "In USD, you spent the most in March 2025: $30.00." in en[Heading.SPENDING]
    assert "In USD, your biggest order was that of 8 March 2025: $30.00." in en[Heading.PURCHASES]


def test_long_years_are_told_together() -> None:
    told = said(figures([order(f"{year}-05-05 10:00") for year in range(2015, 2026)]))[Heading.SPENDING]
    assert told[:2] == ("2020년 전에는 주문 5건에 50,000원을 썼어요.", "2020년에는 주문 1건에 10,000원을 썼어요.")
    assert len(told) == 7  # and no month stands out


def test_what_is_not_known_is_said() -> None:
    told = figures([Order(placed=None), order("2025-01-06 10:00", None)])
    assert said(told)[Heading.OVERVIEW] == (
        "2025년 1월 6일에 주문을 2건 했어요.", "금액을 모르는 주문 2건도 쓴 돈에 들어 있지 않아요.",
        "날짜를 모르는 주문이 1건 있어요. 해, 달, 요일을 셀 때는 뺐어요.",
    )
    assert said(told, "en")[Heading.OVERVIEW] == (
        "You placed 2 orders on 6 January 2025.", "It also leaves out 2 orders whose amount is not known.",
        "1 order has no date and was left out of years, months and weekdays.",
    )


def test_orders_that_came_in_time_are_told_so() -> None:
    told = figures([order("2025-01-06 10:00", promised=at("2025-01-08 00:00"), delivered=at("2025-01-08 23:00"))])
    assert said(told)[Heading.DELIVERIES] == (
        "도착한 날을 아는 주문 1건은 2일 안에 도착했어요.", "도착하기로 한 날을 아는 주문 1건은 모두 그날까지 도착했어요.",
    )
    assert said(told, "en")[Heading.DELIVERIES][1] == "The one order with a promised day came by then."


def test_shops_are_compared_where_there_are_several() -> None:
    shops = ("책방", "책방", "옷집")
    told = figures([order(f"2025-01-0{day} 10:00", shop=shop) for day, shop in enumerate(shops, start=1)])
    assert said(told)[Heading.SHOPS] == ("가장 많이 쓴 쇼핑몰은 ‘책방’이에요. 주문 2건에 20,000원을 썼어요.",)
    assert said(told, "en")[Heading.SHOPS] == ("The most went to “책방”: ₩20,000 on 2 orders.",)


def test_undone_orders_without_an_amount_are_still_told() -> None:
    told = figures([order("2025-01-06 10:00", None, state=State.CANCELLED), order("2025-01-06 10:00")])
    assert said(told)[Heading.UNDONE] == ("취소된 주문이 1건 있어요.",)
    assert said(figures([order("2025-01-06 10:00")]))[Heading.UNDONE] == ("취소되거나 반품된 주문이 없어요.",)


def test_two_orders_make_no_rhythm() -> None:
    assert said(figures([order("2025-01-06 10:00"), order("2025-01-07 11:00")]))[Heading.RHYTHM] == ()


def test_messages_without_orders_are_not_divided() -> None:
    told = figures([Mail(sent=None), Mail(sent=at("2025-01-01 10:00"))])
    assert said(told)[Heading.MESSAGES] == ("메일 2통을 받았어요.", "주문은 없었어요.")


@given(facts)
@settings(max_examples=60, deadline=None)
def test_every_sentence_is_whole_and_quiet(given_facts: list[Fact]) -> None:
    for language in LANGUAGES:
        for part in sentences(figures(given_facts), language):
            for sentence in part.sentences:
                assert sentence.endswith("요." if language == "ko" and "담지 못한" not in sentence else "."), sentence
                assert "  " not in sentence.replace("바다의  사전", "")
                assert not re.search(r"!|\bNone\b|Decimal|  |\{|\}|E\+", sentence), sentence


def test_a_language_nobody_speaks_is_refused() -> None:
    with pytest.raises(ReportRefused, match="`fr`.*ko, en"):
        sentences(figures([]), "fr")


def test_a_repeated_product_of_too_many_is_told_as_a_least_count() -> None:
    items = (Line(title="연필"),)
    told = figures([order("2025-01-06 10:00", items=items), order("2025-02-06 10:00", items=items)])
    inexact = dataclasses.replace(told, repeats_exact=False)
    assert "‘연필’을 적어도 2번 주문했어요." in said(inexact)[Heading.PURCHASES]
    assert "You ordered “연필” at least 2 times." in said(inexact, "en")[Heading.PURCHASES]
    assert any("적게 세었을" in each for each in said(inexact)[Heading.MISSING])


def test_amounts_are_told_to_the_last_digit() -> None:
    told = said(figures([order("2025-01-06 10:00", "1234567.891", currency="BHD")]))[Heading.OVERVIEW]
    assert told[1] == "쓴 돈은 모두 1,234,567.891 BHD예요."
    assert Decimal("1234567.891") == figures([order("2025-01-06 10:00", "1234567.891", currency="BHD")]).accounts[0].bought.total
