"""`adieu close --from`: a whole list of members, counted and shown before anything is opened."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adieu.bootstrap import House
from adieu.closures import Choice
from adieu.closures.bulk import Asked, Count, MemberList, Outcome, Tally, close_listed, look_up, refuse_list
from adieu.closures.keylist import form_of
from adieu.errors import ListLeft, ListRefused, NeedsOperator

_PLAIN_SECONDS = 10.0  # between two lines of progress where nobody looks at a terminal
_LEFT = (Outcome.UNKNOWN, Outcome.BUSY, Outcome.STOPPED, Outcome.ELSEWHERE)


@dataclass(frozen=True, kw_only=True)
class Order:
    """The command line's wishes."""

    source: str
    column: str | None
    expected: int | None
    limit: int
    dry_run: bool
    choice: Choice
    later: bool
    vouched: frozenset[str]


def close_from(house: House, order: Order) -> None:
    """Count, show, refuse or close; the lines that were left are told at the end.

    Raises:
        ListRefused: the list is not what the operator takes it for; nothing was changed.
        NeedsOperator, ListLeft: some were not closed; all others are.
    """
    with _opened(order.source) as file:
        members = MemberList(file, form_of(file, house.desk.datamap.member.key, order.column))
        with closing(members):
            count = members.read()
            _shown(f"{count.keys:,} members on {count.lines:,} lines")
            _shown(f"  malformed: {count.malformed}", f"  named again: {count.repeated}")
            refuse_list(count, order.expected, order.limit)
            with _progress("looking up", count.keys) as told:
                for done in look_up(house.desk, members.keys(), count):
                    told(done)
            _shown(f"  unknown: {count.unknown}", f"  closed already: {count.closed.count:,}",
                   f"  begun already: {count.unfinished.count:,}")
            if order.dry_run:
                return
            if order.expected is None:
                raise ListRefused(f"nothing was closed; if this is the list, say so with --expect {count.keys}")
            _close(house, order, members, count)


def _close(house: House, order: Order, members: MemberList, count: Count) -> None:
    carry = house.batches.later if order.later else house.batches.run
    asked = Asked(carry=carry, queued=order.later, choice=order.choice, vouched=order.vouched)
    tally = Tally()
    with _progress("closing", count.keys) as told:
        seen = 0
        for tally in close_listed(house.desk, members.keys(), asked):
            told(tally.keys - seen)
            seen = tally.keys
    _report(tally, count)


def _report(tally: Tally, count: Count) -> None:
    """The count, which adds up to the lines of the list; then what was left, as an error."""
    numbers = {str(outcome): lines.count for outcome, lines in tally.lines.items() if lines.count}
    numbers |= {"malformed": count.malformed.count, "named again": count.repeated.count}
    _shown(", ".join(f"{name} {number:,}" for name, number in numbers.items()) + f"; together {sum(numbers.values()):,} lines")
    left = [f"{outcome}: {tally.lines[outcome]}" for outcome in _LEFT if tally.lines[outcome].count]
    left += [f"malformed: {count.malformed}"] if count.malformed.count else []
    causes = [f"  closure {closure}: {cause}" for closure, cause in tally.causes.items()]
    if tally.lines[Outcome.STOPPED].count:
        raise NeedsOperator("some lines were left; " + "; ".join(left) + "\n" + "\n".join(causes))
    if left:
        raise ListLeft("some lines were left; " + "; ".join(left) + ". Mend them and repeat the command")


def _shown(*lines: str) -> None:
    print("\n".join(lines), flush=True)


def _opened(source: str) -> BinaryIO:
    """The list, to be read more than once: what comes through a pipe is kept in a file without a name meanwhile."""
    try:
        file: BinaryIO = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115  # the caller closes it
        if source != "-" and file.seekable():
            return file
        kept = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        with file:
            shutil.copyfileobj(file, kept)
        return kept
    except OSError as error:
        raise ListRefused(f"the list cannot be read ({error.strerror}). Nothing was changed") from None


class _Told:
    """Progress as plain lines, for a log."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._began = self._last = time.monotonic()

    def __call__(self, more: int) -> None:
        self._done += more
        now = time.monotonic()
        if now - self._last >= _PLAIN_SECONDS:
            self._last = now
            print(progress_line(self._what, self._done, self._total, now - self._began), file=sys.stderr, flush=True)


def progress_line(what: str, done: int, total: int, seconds: float) -> str:
    """How far it is, how fast it goes, how long it still takes at that rate."""
    rate = done / seconds
    left = round((total - done) / rate) if rate else 0
    hours, minutes = left // 3600, left // 60 % 60
    return f"{what}: {done:,} of {total:,} members, {rate:,.0f}/s, {hours}:{minutes:02}:{left % 60:02} left"


class _Bar:
    """Progress as a bar, on a terminal."""

    def __init__(self, what: str, total: int, bar: Progress) -> None:
        self._bar, self._task, self._done = bar, bar.add_task(what, total=total, rate=""), 0
        self._began = time.monotonic()

    def __call__(self, more: int) -> None:
        self._done += more
        rate = self._done / max(time.monotonic() - self._began, 0.001)
        self._bar.update(self._task, advance=more, rate=f"{rate:,.0f}/s")


@contextmanager
def _progress(what: str, total: int) -> Iterator[_Told | _Bar]:
    if not sys.stderr.isatty():
        yield _Told(what, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bar:
        yield _Bar(what, total, bar)
