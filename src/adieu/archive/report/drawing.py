"""Which charts and tables the figures carry, and with what labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from adieu.archive.report.charts import Bar, Columns, Frame, Table, bars, columns, table
from adieu.archive.report.facts import Topic
from adieu.archive.report.figures import ZERO, Account, Figures, Part, Sum
from adieu.archive.report.sentences import voice
from adieu.archive.report.voice import Heading, added, bought_accounts, money
from adieu.archive.words import number_written

#: What a chart shows; its table has the rest.
_YEARS_SHOWN, _PARTS_SHOWN, _PARTS_TOLD = 8, 8, 50
#: Orders below which weekdays and hours are no picture.
_FEWEST_ORDERS = 3


class Drawing:
    """Draws the parts of one report in one language."""

    def __init__(self, figures: Figures, language: str) -> None:
        """Speak `language`. Raises `ReportRefused` where nobody does."""
        self._figures, self._language = figures, language
        self._voice = voice(language)
        self._labels = self._voice.LABELS
        self._accounts = bought_accounts(figures)
        self._alone = len(self._accounts) == 1

    def of(self, heading: Heading) -> str:
        """The charts and tables of one part, as HTML; "" where it has none."""
        draw = {
            Heading.SPENDING: self._spending, Heading.CATEGORIES: self._categories, Heading.SHOPS: self._shops,
            Heading.RHYTHM: self._rhythm, Heading.PURCHASES: self._purchases, Heading.MESSAGES: self._messages,
        }.get(heading)
        return "".join(draw()) if draw else ""

    def _frame(
        self, name: str, title: str, said: Sequence[str], content: Table, account: Account | None = None
    ) -> Frame:
        """What stands around a chart; of an account its currency too, where there are several."""
        if account is not None:
            name, title = f"{name}-{account.currency}", title if self._alone else f"{title} ({account.currency})"
        return Frame(
            id=f"shopping-{name}", title=title, description=" ".join(said) or title,
            summary=self._labels.as_table.format(title=title), table=content,
        )

    def _spending(self) -> Iterator[str]:
        labels, speak = self._labels, self._voice
        for account in self._accounts:
            said = speak.spending(account, self._alone)
            if len(account.years) > 1:
                rows = tuple(
                    (speak.year(period.year), number_written(period.orders), self._money(period.total, account))
                    for period in account.years
                )
                content = Table(heads=(labels.year, labels.orders, labels.amount), rows=rows)
                frame = self._frame("years", labels.by_year, said, content, account)
                yield bars(frame, [[Bar(label=year, value=period.total, written=f"{amount} · {speak.counted(period.orders)}")]
                                   for period, (year, _, amount) in zip(account.years, rows, strict=True)][-_YEARS_SHOWN:])
            if len(account.months) > 1:
                yield self._months(account, said)

    def _months(self, account: Account, said: Sequence[str]) -> str:
        labels, speak = self._labels, self._voice
        content = Table(heads=(labels.month, labels.orders, labels.amount), rows=tuple(
            (speak.month(period.year, period.month), number_written(period.orders), self._money(period.total, account))
            for period in account.months
        ))
        frame = self._frame("months", labels.by_month, said, content, account)
        rows = []
        for year in account.years[-_YEARS_SHOWN:]:
            values = _by_month(account, year.year)
            greatest = max(values)
            peak = values.index(greatest) if greatest > 0 else -1
            written = tuple(self._money(value, account) if place == peak else "" for place, value in enumerate(values))
            rows.append(Columns(title=speak.year(year.year), values=values, axis=tuple(labels.months), written=written))
        return columns(frame, rows)

    def _categories(self) -> Iterator[str]:
        labels = self._labels
        for account in self._accounts:
            if account.categories and self._figures.tells(Topic.CATEGORIES):
                yield self._parts("categories", account, (labels.by_category, labels.category, labels.pieces),
                                  self._voice.categories(account, self._alone))

    def _shops(self) -> Iterator[str]:
        labels = self._labels
        for account in self._accounts:
            if len(account.shops) > 1:
                said = self._voice.shops(account, self._alone)
                yield self._parts("shops", account, (labels.by_shop, labels.shop, labels.orders), said)

    def _parts(self, name: str, account: Account, heads: tuple[str, str, str], said: Sequence[str]) -> str:
        """Amounts by name: the first ones drawn, more in the table, the rest in one row."""
        title, first, count = heads
        parts, beyond = (
            (account.categories, account.categories_beyond) if name == "categories" else (account.shops, account.shops_beyond)
        )
        told = _with_rest(parts, beyond, _PARTS_TOLD, self._labels.beyond)
        content = Table(heads=(first, count, self._labels.amount), rows=tuple(
            (part.name or self._labels.no_category, number_written(part.count), self._money(part.total, account))
            for part in told
        ))
        frame = self._frame(name, title, said, content, account)
        return bars(frame, [
            [Bar(label=part.name or self._labels.no_category, value=part.total, written=self._money(part.total, account))]
            for part in _with_rest(parts, beyond, _PARTS_SHOWN, self._labels.beyond)
        ])

    def _rhythm(self) -> Iterator[str]:
        figures, labels, speak = self._figures, self._labels, self._voice
        said = speak.rhythm(figures)
        if figures.dated >= _FEWEST_ORDERS:
            content = Table(heads=(labels.weekday, labels.orders), rows=tuple(
                (speak.weekday(day), number_written(often)) for day, often in enumerate(figures.weekdays)
            ))
            frame = self._frame("weekdays", labels.by_weekday, said, content)
            written = tuple(number_written(often) for often in figures.weekdays)
            yield columns(frame, [Columns(title="", values=figures.weekdays, written=written, axis=tuple(labels.weekdays))])
        if sum(figures.hours) >= _FEWEST_ORDERS:
            content = Table(heads=(labels.hour, labels.orders), rows=tuple(
                (speak.hour(hour), number_written(often)) for hour, often in enumerate(figures.hours)
            ))
            frame = self._frame("hours", labels.by_hour, said, content)
            peak = max(figures.hours)
            written = tuple(number_written(often) if often == peak else "" for often in figures.hours)
            axis = tuple("" if hour % 3 else f"{hour}" for hour in range(24))
            yield columns(frame, [Columns(title="", values=figures.hours, written=written, axis=axis)])

    def _purchases(self) -> Iterator[str]:
        figures, labels, speak = self._figures, self._labels, self._voice
        for account in self._accounts:
            if account.bought.count > 1:
                rows = []
                for purchase in account.biggest:
                    day = speak.day(purchase.placed) if purchase.placed else labels.unknown_day
                    more = f" +{purchase.others}" if purchase.others else ""
                    what = purchase.title + more if purchase.title else purchase.shop
                    rows.append((day, what, self._money(purchase.total, account)))
                content = Table(heads=(labels.day, labels.product, labels.amount), rows=tuple(rows))
                title = self._frame("biggest", labels.biggest, (), content, account).title
                yield (
                    f'<figure class="chart biggest"><figcaption>{title}</figcaption>\n'
                    f"{table(content)}</figure>\n"
                )
        if figures.repeats:
            content = Table(heads=(labels.product, labels.times, labels.pieces), rows=tuple(
                (repeat.title, number_written(repeat.times), number_written(repeat.quantity)) for repeat in figures.repeats
            ))
            frame = self._frame("repeated", labels.repeated, speak.purchases(figures), content)
            yield bars(frame, [
                [Bar(label=repeat.title, value=repeat.times, written=speak.times(repeat.times))] for repeat in figures.repeats
            ])

    def _messages(self) -> Iterator[str]:
        figures, labels, speak = self._figures, self._labels, self._voice
        if not figures.messages.years or not figures.tells(Topic.ORDERS, Topic.MESSAGES):
            return
        messages, orders = dict(figures.messages.years), dict(figures.orders.years)
        years = sorted(messages.keys() | orders.keys())
        content = Table(heads=(labels.year, labels.messages, labels.orders), rows=tuple(
            (speak.year(year), number_written(messages.get(year, 0)), number_written(orders.get(year, 0))) for year in years
        ))
        frame = self._frame("messages", labels.messages_by_year, speak.messages(figures), content)
        yield bars(frame, [
            [
                Bar(label=f"{speak.year(year)} {name}", value=counts.get(year, 0), written=number_written(counts.get(year, 0)))
                for name, counts in ((labels.messages, messages), (labels.orders, orders))
            ]
            for year in years[-_YEARS_SHOWN:]
        ])

    def _money(self, amount: Decimal, account: Account) -> str:
        return money(amount, account.currency, self._language)


def _by_month(account: Account, year: int) -> tuple[Decimal, ...]:
    """The twelve months of a year."""
    totals = {period.month: period.total for period in account.months if period.year == year}
    return tuple(totals.get(month, ZERO) for month in range(1, 13))


def _with_rest(parts: Sequence[Part], beyond: Sum | None, most: int, name: str) -> list[Part]:
    """The first parts, and what is left of them in one more called `name`."""
    rest = list(parts[most:]) if len(parts) > most + 1 else []
    shown = list(parts[: len(parts) - len(rest)])
    if rest or beyond:
        total = added((*(part.total for part in rest), beyond.total if beyond else ZERO))
        count = sum(part.count for part in rest) + (beyond.count if beyond else 0)
        shown.append(Part(name=name, count=count, total=total))
    return shown
