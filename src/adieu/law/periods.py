"""Counting days as the law does.

민법 제157조: the day of the event is not counted. 제159조: a period ends with the end of its last day. 제160조: years and
months run by the calendar and end on the day before the one that corresponds to the first counted day; where that month
has no such day, on its last day. 제161조 (a last day on a holiday) is not applied: see docs/adr/0005-time.md.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adieu.errors import LawError
from adieu.law.model import Basis, Clock, ClockKind
from adieu.law.terms import Period, Unit

_ONE_DAY = timedelta(days=1)


def end_of(start: date, period: Period) -> date:
    """The last day of `period` that an event on `start` sets running; `start` itself is not counted.

    Raises:
        LawError: the end lies beyond the year 9999.
    """
    try:
        if period.unit is Unit.DAYS:
            return start + timedelta(days=period.count)
        return _calendar_end(start + _ONE_DAY, period.count * (12 if period.unit is Unit.YEARS else 1))
    except (OverflowError, ValueError):
        raise LawError(f"{period.count} {period.unit} from {start} end beyond year 9999; mend the start date") from None


def _calendar_end(first: date, months: int) -> date:
    year, month0 = divmod(first.year * 12 + first.month - 1 + months, 12)
    last_of_month = monthrange(year, month0 + 1)[1]
    if first.day > last_of_month:
        return date(year, month0 + 1, last_of_month)
    return date(year, month0 + 1, first.day) - _ONE_DAY


def first_day(started: datetime | date, zone: str, store_zone: ZoneInfo | None = None) -> date:
    """The day in the law's `zone` on which the event lies.

    An aware datetime is an instant; a naive one is a wall clock in `store_zone`, and an hour that its zone has twice
    or not at all counts as the later day; a date is taken as the law's day already.

    Raises:
        LawError: a naive datetime without `store_zone`.
    """
    if not isinstance(started, datetime):
        return started
    law = ZoneInfo(zone)
    if started.tzinfo is not None:
        return started.astimezone(law).date()
    if store_zone is None:
        raise LawError("a time without zone cannot be placed on a day; declare the store's time zone in the data map")
    return max(started.replace(tzinfo=store_zone, fold=fold).astimezone(law).date() for fold in (0, 1))


def kept_until(basis: Basis, started: datetime | date, store_zone: ZoneInfo | None = None) -> date:
    """The last day, in the law's zone, on which a record under `basis` must be kept; `started` as in `first_day`.

    Raises:
        LawError: as `first_day` and `end_of` do.
    """
    return end_of(first_day(started, basis.zone, store_zone), basis.period)


def may_be_destroyed_at(last_day: date, zone: str) -> datetime:
    """The first instant, in UTC, after the whole of `last_day` has passed in the law's `zone`.

    Raises:
        LawError: `last_day` is the last day a date can hold.
    """
    if last_day == date.max:
        raise LawError(f"no day follows {last_day}; mend the date")
    return datetime.combine(last_day + _ONE_DAY, time.min, ZoneInfo(zone)).astimezone(UTC)


def due(clock: Clock, started: datetime, is_holiday: Callable[[date], bool] | None = None) -> date:
    """The last day, in the law's zone, on which the duty is met in time; `started` is an aware instant.

    Business days leave out the regime's weekend and each day for which `is_holiday` is true; the day of the event is
    not counted in any kind.

    Raises:
        LawError: `started` is naive, or the clock counts business days and no `is_holiday` was given.
    """
    day = first_day(started, clock.zone)
    if clock.kind is ClockKind.CALENDAR_DAYS:
        return end_of(day, Period(unit=Unit.DAYS, count=clock.count))
    if clock.kind is ClockKind.CALENDAR_MONTHS:
        return end_of(day, Period(unit=Unit.MONTHS, count=clock.count))
    if is_holiday is None:
        raise LawError(f"clock {clock.id} counts business days; pass `is_holiday` for the regime's calendar")
    return _business_end(day, clock, is_holiday)


def _business_end(day: date, clock: Clock, is_holiday: Callable[[date], bool]) -> date:
    counted = 0
    while counted < clock.count:
        if day == date.max:
            raise LawError(f"clock {clock.id} finds no {clock.count} business days; mend `is_holiday` or the weekend")
        day += _ONE_DAY
        counted += day.isoweekday() not in clock.weekend and not is_holiday(day)
    return day
