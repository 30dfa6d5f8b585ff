"""The report in Korean: short sentences in 해요체 that only tell, and judge nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from adieu.archive.report.facts import Topic
from adieu.archive.report.figures import ZERO, Account, Figures
from adieu.archive.report.josa import with_josa
from adieu.archive.report.voice import (
    Heading,
    Labels,
    Question,
    added,
    all_categories,
    bought_accounts,
    most,
    percent,
    ratio,
)
from adieu.archive.report.voice import money as _money
from adieu.archive.words import day_written, instant_written, number_written
from adieu.datamap.shopping import Channel

#: Years that have a sentence of their own; the table has all.
_YEARS = 6
_WEEKDAYS = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")
_DAY_PARTS = ((1, "밤"), (6, "새벽"), (12, "오전"), (13, "낮"), (18, "오후"), (21, "저녁"), (24, "밤"))
_MESSAGES = {Channel.MAIL: "메일 {}통", Channel.NOTICE: "알림 {}개", Channel.SMS: "문자 {}통", Channel.PUSH: "푸시 알림 {}개"}

LABELS = Labels(
    report="쇼핑 돌아보기", report_of="{shop} 쇼핑 돌아보기", made="{when}에 만들었어요.",
    headings=MappingProxyType({
        Heading.OVERVIEW: "한눈에", Heading.SPENDING: "해마다, 달마다 쓴 돈", Heading.CATEGORIES: "무엇에 썼나",
        Heading.SHOPS: "어디에서 썼나", Heading.RHYTHM: "언제 주문했나", Heading.PURCHASES: "큰 주문과 다시 산 것",
        Heading.UNDONE: "취소와 반품", Heading.DELIVERIES: "배송", Heading.DISCOUNTS: "할인",
        Heading.MESSAGES: "받은 메시지", Heading.WRITING: "후기와 문의", Heading.MISSING: "세는 방법과 여기에 없는 것",
    }),
    topics=MappingProxyType({
        Topic.ORDERS: "주문", Topic.AMOUNTS: "주문 금액", Topic.STATES: "취소와 반품", Topic.ITEMS: "산 상품",
        Topic.CATEGORIES: "상품 분류", Topic.DISCOUNTS: "할인", Topic.REFUNDS: "환불", Topic.ARRIVALS: "도착한 날",
        Topic.PROMISES: "도착하기로 한 날", Topic.MESSAGES: "받은 메시지", Topic.REVIEWS: "후기", Topic.TICKETS: "문의",
    }),
    as_table="표로 보기: {title}", year="해", month="달", weekday="요일", hour="시간대", category="분류", shop="쇼핑몰",
    product="상품", day="날짜", orders="주문", pieces="개수", amount="금액", times="산 횟수", messages="메시지",
    by_year="해마다 쓴 돈", by_month="달마다 쓴 돈", by_weekday="요일마다 주문", by_hour="시간대마다 주문",
    by_category="분류마다 쓴 돈", by_shop="쇼핑몰마다 쓴 돈", biggest="가장 큰 주문", repeated="다시 산 상품",
    messages_by_year="해마다 메시지와 주문", no_category="분류 없음", beyond="그 밖", unknown_day="날짜 모름",
    months=tuple(str(month) for month in range(1, 13)), weekdays=("월", "화", "수", "목", "금", "토", "일"),
    questions_title="나에게 묻는 세 가지",
    questions_intro="답하지 않아도 괜찮아요. 여기에 적은 것은 아무 데도 보내지 않고, 저장하지 않은 채 닫으면 사라져요. "
    "남겨 두려면 이 페이지를 인쇄하거나 PDF로 저장하세요.",
    questions=(
        Question(title="왜 떠나나요?", hint="떠나기로 한 까닭을 내 말로 적어 보세요."),
        Question(title="쓰는 동안 무엇을 느꼈나요?", hint="좋았던 것도, 불편했던 것도 좋아요."),
        Question(title="앞으로 어떻게 사고 싶나요?", hint="다음 쇼핑몰을 고를 때 보고 싶은 것을 적어 두세요."),
    ),
)


def money(amount: Decimal, currency: str) -> str:
    """418,000원."""
    return _money(amount, currency, "ko")


def overview(figures: Figures) -> list[str]:
    """How many orders, from when to when, for how much."""
    count = figures.orders.count
    if not count:
        return ["주문이 없어요."] if figures.tells(Topic.ORDERS) else []
    said = [f"{_span(figures)} 주문을 {_n(count)}건 했어요." if figures.first else f"주문을 {_n(count)}건 했어요."]
    spent = [money(account.bought.total, account.currency) for account in figures.accounts if account.bought.count]
    if spent:
        said.append(f"쓴 돈은 {'모두 ' if len(spent) == 1 else ''}{with_josa(_joined(spent), '이에요')}.")
    if len(spent) > 1:
        said.append("통화가 다른 금액은 서로 더하지 않았어요.")
    if undone := figures.cancelled + figures.returned:
        said.append(f"취소되거나 반품된 주문 {_n(undone)}건은 쓴 돈에 넣지 않았어요.")
    for account in figures.accounts:
        if account.refunds.count:
            back = money(account.refunds.total, account.currency)
            said.append(f"쓴 돈 가운데 {with_josa(back, '은')} 돌려받았어요.")
    if figures.unpriced and figures.tells(Topic.AMOUNTS):
        said.append(f"금액을 모르는 주문 {_n(figures.unpriced)}건도 쓴 돈에 들어 있지 않아요.")
    if undated := count - figures.dated:
        said.append(f"날짜를 모르는 주문이 {_n(undated)}건 있어요. 해, 달, 요일을 셀 때는 뺐어요.")
    return said


def spending(account: Account, alone: bool) -> list[str]:
    """Year by year, and the month with the most."""
    told = account.years[-_YEARS:]
    said = [
        f"{period.year}년에는 주문 {_n(period.orders)}건에 {_spent(period.total, account.currency)} 썼어요."
        for period in told
    ]
    if earlier := account.years[: -_YEARS]:
        orders = sum(period.orders for period in earlier)
        spent = _spent(added(period.total for period in earlier), account.currency)
        said.insert(0, f"{told[0].year}년 전에는 주문 {_n(orders)}건에 {spent} 썼어요.")
    if len(account.months) > 1:
        top = max(period.total for period in account.months)
        months = [month(period.year, period.month) for period in account.months if period.total == top]
        if len(months) <= 2 and top > 0:
            each = "각각 " if len(months) > 1 else ""
            top_months = with_josa(_joined(months), "이에요")
            said.append(f"{_lead(account, alone)}가장 많이 쓴 달은 {top_months}. {each}{_spent(top, account.currency)} 썼어요.")
    return said


def categories(account: Account, alone: bool) -> list[str]:
    """The category with the most, and what none is known of."""
    named = [part for part in account.categories if part.name is not None]
    said = []
    whole = all_categories(account)
    if len(named) > 1 and named[0].total > max(named[1].total, ZERO):
        share = percent(named[0].total, whole)
        more = f" 상품 금액의 약 {share}%예요." if share else ""
        top = with_josa(_quoted(str(named[0].name)), "이에요")
        spent = _spent(named[0].total, account.currency)
        said.append(f"{_lead(account, alone)}가장 많이 쓴 분류는 {top}. {spent} 썼어요.{more}")
    elif len(named) == 1:
        spent = _spent(named[0].total, account.currency)
        said.append(f"‘{named[0].name}’ 분류에 {spent} 썼어요.")
    if named and len(named) < len(account.categories):
        unknown = _spent(account.categories[-1].total, account.currency)
        said.append(f"분류가 없는 상품에는 {unknown} 썼어요.")
    return said


def shops(account: Account, alone: bool) -> list[str]:
    """The shop with the most."""
    if len(account.shops) < 2 or account.shops[0].total == account.shops[1].total:
        return []
    top = account.shops[0]
    spent = _spent(top.total, account.currency)
    name = with_josa(_quoted(str(top.name)), "이에요")
    return [f"{_lead(account, alone)}가장 많이 쓴 쇼핑몰은 {name}. 주문 {_n(top.count)}건에 {spent} 썼어요."]


def rhythm(figures: Figures) -> list[str]:
    """Weekday, hour, and the days between orders."""
    said = []
    if days := most(figures.weekdays):
        often = f"{_n(figures.dated)}건 가운데 {_n(figures.weekdays[days[0]])}건{'씩' if len(days) > 1 else ''}이에요."
        said.append(f"{_joined([_WEEKDAYS[day] for day in days])}에 가장 많이 주문했어요. {often}")
    if hours := most(figures.hours):
        known = sum(figures.hours)
        often = f"{_n(known)}건 가운데 {_n(figures.hours[hours[0]])}건{'씩' if len(hours) > 1 else ''}이에요."
        said.append(f"하루 가운데 {_joined([hour(each) for each in hours])}에 가장 많이 주문했어요. {often}")
    if figures.first and figures.last and figures.dated > 2:
        gap = round((figures.last - figures.first).days / (figures.dated - 1))
        if gap > 1:
            said.append(f"평균 {_n(gap)}일에 한 번꼴로 주문했어요.")
    return said


def purchases(figures: Figures) -> list[str]:
    """The biggest orders and what was bought again."""
    accounts = bought_accounts(figures)
    said = [_biggest(account, len(accounts) == 1) for account in accounts if account.bought.count > 1]
    if figures.repeats:
        least = "" if figures.repeats_exact else "적어도 "
        top = figures.repeats[0]
        said.append(f"{with_josa(_quoted(top.title), '을')} {least}{_n(top.times)}번 주문했어요.")
    elif figures.repeats_exact and figures.bought > 1 and figures.tells(Topic.ITEMS):
        said.append("두 번 이상 주문한 상품은 없어요.")
    return said


def undone(figures: Figures) -> list[str]:
    """Cancelled and returned."""
    if not figures.tells(Topic.ORDERS, Topic.STATES) or not figures.orders.count:
        return []
    if not figures.cancelled + figures.returned:
        return ["취소되거나 반품된 주문이 없어요."]
    said = []
    for count, word, kind in ((figures.cancelled, "취소", "cancelled"), (figures.returned, "반품", "returned")):
        if count:
            sums = [(getattr(account, kind), account.currency) for account in figures.accounts]
            amounts = [money(each.total, currency) for each, currency in sums if each.count]
            more = f" 모두 {with_josa(_joined(amounts), '이에요')}." if amounts else ""
            said.append(f"{word}된 주문이 {_n(count)}건 있어요.{more}")
    return said


def deliveries(figures: Figures) -> list[str]:
    """How long orders took, and the late ones."""
    took, late, promised = figures.deliveries.took, figures.deliveries.late, figures.deliveries.promised
    said = []
    if took.count == 1:
        said.append(f"도착한 날을 아는 주문 1건은 {_within(took.most)} 도착했어요.")
    elif took.count:
        said.append(f"도착한 날을 아는 주문은 {_n(took.count)}건이고, 그 절반은 {_within(took.half_within)} 도착했어요.")
        if took.most > took.half_within:
            said.append(f"가장 오래 걸린 주문은 {_n(took.most)}일 걸렸어요.")
    if promised and late.count:
        said.append(f"도착하기로 한 날을 아는 주문 {_n(promised)}건 가운데 {_n(late.count)}건이 그날보다 늦었어요.")
        said.append(f"가장 늦은 것은 {_n(late.most)}일 늦었어요." if late.count > 1 else f"{_n(late.most)}일 늦었어요.")
    elif promised:
        said.append(f"도착하기로 한 날을 아는 주문 {_n(promised)}건은 모두 그날까지 도착했어요.")
    elif figures.bought and figures.tells(Topic.PROMISES, Topic.ARRIVALS):
        said.append("약속한 날과 도착한 날을 모두 아는 주문이 없어요.")
    return said


def discounts(figures: Figures) -> list[str]:
    """What was taken off."""
    if not figures.tells(Topic.ORDERS, Topic.DISCOUNTS) or not figures.bought:
        return []
    said = [
        f"주문 {_n(account.discounts.count)}건에서 {_spent(account.discounts.total, account.currency)} 할인받았어요."
        for account in figures.accounts if account.discounts.count
    ]
    return said or ["할인받은 주문이 없어요."]


def messages(figures: Figures) -> list[str]:
    """Messages against orders."""
    if not figures.tells(Topic.MESSAGES):
        return []
    if not figures.messages.count:
        return ["받은 메시지가 없어요."]
    received = _joined([_MESSAGES[channel].format(_n(count)) for channel, count in figures.channels])
    said = [f"{with_josa(received, '을')} 받았어요."]
    if figures.tells(Topic.ORDERS):
        orders = figures.orders.count
        said.append(f"주문은 {_n(orders)}건이었어요." if orders else "주문은 없었어요.")
        if orders and figures.messages.count >= orders:
            each, is_exact = ratio(figures.messages.count, orders)
            said.append(f"주문 1건에 메시지 {'' if is_exact else '약 '}{each}개꼴이에요.")
    return said


def writing(figures: Figures) -> list[str]:
    """Reviews and tickets."""
    said = []
    if figures.tells(Topic.REVIEWS):
        count = figures.reviews.count
        said.append(f"후기를 {_n(count)}개 썼어요." if count else "쓴 후기가 없어요.")
    if figures.tells(Topic.TICKETS):
        count = figures.tickets.count
        said.append(f"문의를 {_n(count)}번 했어요." if count else "문의한 기록이 없어요.")
    return said


def missing(figures: Figures) -> list[str]:
    """What the source cannot tell, and how the rest was counted."""
    said = []
    if figures.orders.count:
        said.append(f"날짜와 시간은 {figures.zone} 기준이에요.")
        if figures.tells(Topic.AMOUNTS):
            said.append("쓴 돈은 주문할 때의 금액이고, 나중에 돌려받은 돈은 빼지 않았어요.")
        if any(account.categories for account in figures.accounts):
            said.append("상품 금액에는 배송비가 없고 할인을 다르게 셀 수 있어서, 쓴 돈과 다를 수 있어요.")
    if not figures.repeats_exact:
        said.append("상품이 아주 많아서, 다시 산 횟수는 실제보다 적게 세었을 수 있어요.")
    absent = [LABELS.topics[topic] for topic in Topic if topic not in figures.covered]
    if absent:
        said.append(f"자료에 없어서 담지 못한 것: {', '.join(absent)}.")
    return said


def counted(count: int) -> str:
    """82건."""
    return f"{_n(count)}건"


def times(count: int) -> str:
    """4번."""
    return f"{_n(count)}번"


def year(year: int) -> str:
    """2025년."""
    return f"{year}년"


def month(year: int, month: int) -> str:
    """2025년 3월."""
    return f"{year}년 {month}월"


def hour(hour: int) -> str:
    """밤 10시대."""
    for before, part in _DAY_PARTS:
        if hour < before:
            return f"{part} {hour % 12 or 12}시대"
    raise ValueError(hour)


def weekday(weekday: int) -> str:
    """월요일 for 0."""
    return _WEEKDAYS[weekday]


def day(day: date) -> str:
    """2026년 11월 23일."""
    return day_written(day, "ko")


def instant(instant: datetime) -> str:
    """2026년 11월 23일 14:05."""
    return instant_written(instant, "ko")


_n: Callable[[int], str] = number_written


def _span(figures: Figures) -> str:
    first, last = figures.first, figures.last
    assert first is not None
    assert last is not None
    return f"{day(first)}에" if first == last else f"{day(first)}부터 {day(last)}까지"


def _joined(words: Iterable[str]) -> str:
    """하나, 둘과 셋."""
    *before, last = words
    return f"{with_josa(', '.join(before), '과')} {last}" if before else last


def _spent(amount: Decimal, currency: str) -> str:
    return with_josa(money(amount, currency), "을")


def _quoted(title: str) -> str:
    return f"‘{title}’"


def _lead(account: Account, alone: bool) -> str:
    """Which currency is meant, where there are several."""
    return "" if alone else f"{with_josa(account.currency, '으로')} "


def _biggest(account: Account, alone: bool) -> str:
    purchase = account.biggest[0]
    amount = with_josa(money(purchase.total, account.currency), "이에요")
    when = day(purchase.placed) if purchase.placed else ""
    what = f"{_lead(account, alone)}한 가장 큰 주문은" if not alone else "가장 큰 주문은"
    if not purchase.title:
        return f"{what} {when}의 {amount}." if when else f"{what} {amount}."
    more = f" 외 {_n(purchase.others)}개" if purchase.others else ""
    bought = f"{when}에 주문한 " if when else ""
    return f"{what} {bought}{_quoted(purchase.title)}{more}, {amount}."


def _within(days: int) -> str:
    return f"{_n(days)}일 안에" if days else "주문한 날에"
