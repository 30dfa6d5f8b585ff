"""The report in English: short sentences to "you" that only tell, and judge nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from adieu.archive.report.facts import Topic
from adieu.archive.report.figures import ZERO, Account, Figures
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
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)
_MESSAGES = {
    Channel.MAIL: ("mail", "mails"), Channel.NOTICE: ("notice", "notices"), Channel.SMS: ("text message", "text messages"),
    Channel.PUSH: ("push message", "push messages"),
}

LABELS = Labels(
    report="Looking back at your shopping", report_of="Looking back at your shopping with {shop}", made="Made {when}.",
    headings=MappingProxyType({
        Heading.OVERVIEW: "At a glance", Heading.SPENDING: "Spending by year and month",
        Heading.CATEGORIES: "What it went to", Heading.SHOPS: "Where it went", Heading.RHYTHM: "When you ordered",
        Heading.PURCHASES: "Biggest orders and what you bought again", Heading.UNDONE: "Cancelled and returned",
        Heading.DELIVERIES: "Delivery", Heading.DISCOUNTS: "Discounts", Heading.MESSAGES: "Messages to you",
        Heading.WRITING: "Reviews and questions", Heading.MISSING: "How it was counted, and what is not here",
    }),
    topics=MappingProxyType({
        Topic.ORDERS: "orders", Topic.AMOUNTS: "amounts", Topic.STATES: "what was cancelled or returned",
        Topic.ITEMS: "what was bought", Topic.CATEGORIES: "categories", Topic.DISCOUNTS: "discounts",
        Topic.REFUNDS: "refunds", Topic.ARRIVALS: "days of arrival", Topic.PROMISES: "promised days of arrival",
        Topic.MESSAGES: "messages to you", Topic.REVIEWS: "reviews", Topic.TICKETS: "questions to the shop",
    }),
    as_table="As a table: {title}", year="Year", month="Month", weekday="Weekday", hour="Hour", category="Category",
    shop="Shop", product="Product", day="Day", orders="Orders", pieces="Pieces", amount="Amount", times="Times ordered",
    messages="Messages", by_year="Spending by year", by_month="Spending by month", by_weekday="Orders by weekday",
    by_hour="Orders by hour", by_category="Spending by category", by_shop="Spending by shop", biggest="Biggest orders",
    repeated="Ordered again", messages_by_year="Messages and orders by year", no_category="No category",
    beyond="Others", unknown_day="Day not known",
    months=("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"),
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    questions_title="Three questions to yourself",
    questions_intro="You need not answer. What you write here is sent nowhere, and is gone when you close the page without "
    "saving. To keep it, print this page or save it as a PDF.",
    questions=(
        Question(title="Why are you leaving?", hint="In your own words."),
        Question(title="What did you feel while you shopped here?", hint="What you liked counts as much as what you did not."),
        Question(title="How do you want to shop from now on?", hint="What you want to look for in the next shop."),
    ),
)


def money(amount: Decimal, currency: str) -> str:
    """₩418,000."""
    return _money(amount, currency, "en")


def overview(figures: Figures) -> list[str]:
    """How many orders, from when to when, for how much."""
    count = figures.orders.count
    if not count:
        return ["There are no orders."] if figures.tells(Topic.ORDERS) else []
    said = [f"You placed {_n(count, 'order')}{_span(figures)}."]
    spent = [money(account.bought.total, account.currency) for account in figures.accounts if account.bought.count]
    if spent:
        said.append(f"You spent {_joined(spent)} in all.")
    if len(spent) > 1:
        said.append("Amounts in different currencies are not added together.")
    if undone := figures.cancelled + figures.returned:
        said.append(f"That leaves out {_n(undone, 'order')} that {_was(undone)} cancelled or returned.")
    for account in figures.accounts:
        if account.refunds.count:
            said.append(f"Of what you spent, you got {money(account.refunds.total, account.currency)} back.")
    if figures.unpriced and figures.tells(Topic.AMOUNTS):
        said.append(f"It also leaves out {_n(figures.unpriced, 'order')} whose amount is not known.")
    if undated := count - figures.dated:
        counts = "has" if undated == 1 else "have"
        said.append(f"{_n(undated, 'order')} {counts} no date and {_was(undated)} left out of years, months and weekdays.")
    return said


def spending(account: Account, alone: bool) -> list[str]:
    """Year by year, and the month with the most."""
    told = account.years[-_YEARS:]
    said = [
        f"In {period.year} you spent {money(period.total, account.currency)} on {_n(period.orders, 'order')}."
        for period in told
    ]
    if earlier := account.years[: -_YEARS]:
        orders = sum(period.orders for period in earlier)
        spent = money(added(period.total for period in earlier), account.currency)
        said.insert(0, f"Before {told[0].year} you spent {spent} on {_n(orders, 'order')}.")
    if len(account.months) > 1:
        top = max(period.total for period in account.months)
        months = [month(period.year, period.month) for period in account.months if period.total == top]
        if len(months) <= 2 and top > 0:
            each = " each" if len(months) > 1 else ""
            said.append(_lead(account, alone, f"You spent the most in {_joined(months)}: {money(top, account.currency)}{each}."))
    return said


def categories(account: Account, alone: bool) -> list[str]:
    """The category with the most, and what none is known of."""
    named = [part for part in account.categories if part.name is not None]
    said = []
    if len(named) > 1 and named[0].total > max(named[1].total, ZERO):
        share = percent(named[0].total, all_categories(account))
        more = f", about {share}% of the price of what you bought" if share else ""
        spent = money(named[0].total, account.currency)
        said.append(_lead(account, alone, f"The most went to “{named[0].name}”: {spent}{more}."))
    elif len(named) == 1:
        said.append(f"{money(named[0].total, account.currency)} went to “{named[0].name}”.")
    if named and len(named) < len(account.categories):
        said.append(f"{money(account.categories[-1].total, account.currency)} went to products without a category.")
    return said


def shops(account: Account, alone: bool) -> list[str]:
    """The shop with the most."""
    if len(account.shops) < 2 or account.shops[0].total == account.shops[1].total:
        return []
    top = account.shops[0]
    spent = f"{money(top.total, account.currency)} on {_n(top.count, 'order')}"
    return [_lead(account, alone, f"The most went to “{top.name}”: {spent}.")]


def rhythm(figures: Figures) -> list[str]:
    """Weekday, hour, and the days between orders."""
    said = []
    if days := most(figures.weekdays):
        each = " each" if len(days) > 1 else ""
        said.append(
            f"You ordered most often on {_joined([_WEEKDAYS[day] + 's' for day in days])}: "
            f"{figures.weekdays[days[0]]:,}{each} of {_n(figures.dated, 'order')}."
        )
    if hours := most(figures.hours):
        each = " each" if len(hours) > 1 else ""
        were = "hours with the most orders were" if len(hours) > 1 else "hour with the most orders was"
        said.append(
            f"The {were} {_joined([hour(place) for place in hours])}: "
            f"{figures.hours[hours[0]]:,}{each} of {_n(sum(figures.hours), 'order')}."
        )
    if figures.first and figures.last and figures.dated > 2:
        gap = round((figures.last - figures.first).days / (figures.dated - 1))
        if gap > 1:
            said.append(f"On average you ordered about once in {gap:,} days.")
    return said


def purchases(figures: Figures) -> list[str]:
    """The biggest orders and what was bought again."""
    accounts = bought_accounts(figures)
    said = [
        _lead(account, len(accounts) == 1, _biggest(account)) for account in accounts if account.bought.count > 1
    ]
    if figures.repeats:
        least = "" if figures.repeats_exact else "at least "
        top = figures.repeats[0]
        said.append(f"You ordered “{top.title}” {least}{top.times:,} times.")
    elif figures.repeats_exact and figures.bought > 1 and figures.tells(Topic.ITEMS):
        said.append("You ordered nothing more than once.")
    return said


def undone(figures: Figures) -> list[str]:
    """Cancelled and returned."""
    if not figures.tells(Topic.ORDERS, Topic.STATES) or not figures.orders.count:
        return []
    if not figures.cancelled + figures.returned:
        return ["No order was cancelled or returned."]
    said = []
    for count, kind in ((figures.cancelled, "cancelled"), (figures.returned, "returned")):
        if count:
            sums = [(getattr(account, kind), account.currency) for account in figures.accounts]
            amounts = [money(each.total, currency) for each, currency in sums if each.count]
            more = f", {_joined(amounts)} in all" if amounts else ""
            said.append(f"{_n(count, 'order')} {_was(count)} {kind}{more}.")
    return said


def deliveries(figures: Figures) -> list[str]:
    """How long orders took, and the late ones."""
    took, late, promised = figures.deliveries.took, figures.deliveries.late, figures.deliveries.promised
    said = []
    if took.count == 1:
        said.append(f"The one order whose day of arrival is known came {_within(took.most)}.")
    elif took.count:
        said.append(f"Of {_n(took.count, 'order')} whose day of arrival is known, half came {_within(took.half_within)}.")
        if took.most > took.half_within:
            said.append(f"The longest took {_n(took.most, 'day')}.")
    if promised and late.count:
        said.append(f"Of {_n(promised, 'order')} with a promised day, {late.count:,} came later than that.")
        said.append(f"The latest was {_n(late.most, 'day')} late." if late.count > 1 else f"It was {_n(late.most, 'day')} late.")
    elif promised:
        said.append(f"All {promised:,} orders with a promised day came by then." if promised > 1 else
                    "The one order with a promised day came by then.")
    elif figures.bought and figures.tells(Topic.PROMISES, Topic.ARRIVALS):
        said.append("Of no order both the promised day and the day of arrival are known.")
    return said


def discounts(figures: Figures) -> list[str]:
    """What was taken off."""
    if not figures.tells(Topic.ORDERS, Topic.DISCOUNTS) or not figures.bought:
        return []
    said = [
        f"{_n(account.discounts.count, 'order')} had discounts, {money(account.discounts.total, account.currency)} in all."
        for account in figures.accounts if account.discounts.count
    ]
    return said or ["No order had a discount."]


def messages(figures: Figures) -> list[str]:
    """Messages against orders."""
    if not figures.tells(Topic.MESSAGES):
        return []
    if not figures.messages.count:
        return ["There are no messages to you."]
    received = [f"{count:,} {_MESSAGES[channel][count != 1]}" for channel, count in figures.channels]
    said = [f"You received {_joined(received)}."]
    if figures.tells(Topic.ORDERS):
        orders = figures.orders.count
        said.append(f"You placed {_n(orders, 'order')}." if orders else "You placed no order.")
        if orders and figures.messages.count >= orders:
            each, is_exact = ratio(figures.messages.count, orders)
            about = "" if is_exact else "about "
            said.append(f"That is {about}{each} message{'' if each == '1' else 's'} for each order.")
    return said


def writing(figures: Figures) -> list[str]:
    """Reviews and tickets."""
    said = []
    if figures.tells(Topic.REVIEWS):
        count = figures.reviews.count
        said.append(f"You wrote {_n(count, 'review')}." if count else "You wrote no review.")
    if figures.tells(Topic.TICKETS):
        count = figures.tickets.count
        said.append(f"You asked the shop {_n(count, 'question')}." if count else "There is no question of yours to the shop.")
    return said


def missing(figures: Figures) -> list[str]:
    """What the source cannot tell, and how the rest was counted."""
    said = []
    if figures.orders.count:
        said.append(f"Days and hours are those of {figures.zone}.")
        if figures.tells(Topic.AMOUNTS):
            said.append("Spending is what the orders came to when you placed them; what you got back later is not taken off.")
        if any(account.categories for account in figures.accounts):
            said.append("Prices of products leave out shipping and may count discounts otherwise: they can differ from spending.")
    if not figures.repeats_exact:
        said.append("There were so many products that how often you bought one again may be counted too low.")
    absent = [LABELS.topics[topic] for topic in Topic if topic not in figures.covered]
    if absent:
        said.append(f"Not in the data, so not here: {', '.join(absent)}.")
    return said


def counted(count: int) -> str:
    """82 orders."""
    return _n(count, "order")


def times(count: int) -> str:
    """4 times."""
    return _n(count, "time")


def year(year: int) -> str:
    """2025."""
    return str(year)


def month(year: int, month: int) -> str:
    """March 2025."""
    return f"{_MONTHS[month - 1]} {year}"


def hour(hour: int) -> str:
    """22:00–23:00."""
    return f"{hour:02}:00–{hour + 1:02}:00"


def weekday(weekday: int) -> str:
    """Monday for 0."""
    return _WEEKDAYS[weekday]


def day(day: date) -> str:
    """23 November 2026."""
    return day_written(day, "en")


def instant(instant: datetime) -> str:
    """23 November 2026 14:05."""
    return instant_written(instant, "en")


def _n(count: int, word: str) -> str:
    return f"{number_written(count)} {word}{'' if count == 1 else 's'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _span(figures: Figures) -> str:
    if figures.first is None or figures.last is None:
        return ""
    return f" on {day(figures.first)}" if figures.first == figures.last else (
        f" from {day(figures.first)} to {day(figures.last)}"
    )


def _joined(words: Sequence[str]) -> str:
    """One, two and three."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _lead(account: Account, alone: bool, sentence: str) -> str:
    """The sentence, with the currency that is meant where there are several."""
    return sentence if alone else f"In {account.currency}, {sentence[0].lower()}{sentence[1:]}"


def _biggest(account: Account) -> str:
    purchase = account.biggest[0]
    amount = money(purchase.total, account.currency)
    if not purchase.title:
        when = f"that of {day(purchase.placed)}: " if purchase.placed else ""
        return f"Your biggest order was {when}{amount}."
    more = f" and {purchase.others:,} more" if purchase.others else ""
    when = f" on {day(purchase.placed)}" if purchase.placed else ""
    return f"Your biggest order was “{purchase.title}”{more}{when}: {amount}."


def _within(days: int) -> str:
    return f"within {_n(days, 'day')}" if days else "on the same day"
