"""How days are counted: the first day excluded, calendar months and years, 29 February, midnight in Seoul."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adieu.errors import LawError
from adieu.law import Period, Unit, due, end_of, first_day, kept_until, may_be_destroyed_at, regime

KR = regime("kr")
ON = date(2026, 11, 23)
days = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))
units = st.sampled_from(Unit)
counts = st.integers(min_value=1, max_value=120)


def years(count: int) -> Period:
    return Period(unit=Unit.YEARS, count=count)


def months(count: int) -> Period:
    return Period(unit=Unit.MONTHS, count=count)


@pytest.mark.parametrize(
    ("start", "period", "last"),
    [
        (date(2026, 3, 15), years(5), date(2031, 3, 15)),
        (date(2024, 2, 29), years(1), date(2025, 2, 28)),  # counted from 1 March: the day before 1 March
        (date(2024, 2, 29), years(4), date(2028, 2, 29)),
        (date(2024, 2, 28), years(5), date(2029, 2, 28)),  # counted from 29 February, which 2029 has not
        (date(2023, 2, 28), years(5), date(2028, 2, 29)),  # counted from 1 March, and 2028 has a 29 February
        (date(2025, 1, 30), months(1), date(2025, 2, 28)),
        (date(2025, 1, 31), months(1), date(2025, 2, 28)),
        (date(2025, 2, 28), months(6), date(2025, 8, 31)),  # counted from 1 March, so to the end of August
        (date(2025, 8, 30), months(6), date(2026, 2, 28)),
        (date(2025, 12, 31), months(3), date(2026, 3, 31)),
        (date(2025, 11, 30), months(1), date(2025, 12, 31)),
        (date(2024, 2, 28), Period(unit=Unit.DAYS, count=2), date(2024, 3, 1)),
    ],
)
def test_period_ends_on_the_day_counted_by_hand(start: date, period: Period, last: date) -> None:
    assert end_of(start, period) == last


def test_period_beyond_the_calendar_is_an_error_and_not_a_wrong_day() -> None:
    for start in (date(9999, 12, 31), date(9998, 6, 1)):
        for period in (years(5), Period(unit=Unit.DAYS, count=800)):
            with pytest.raises(LawError, match="9999"):
                end_of(start, period)


@given(start=days, count=counts)
def test_days_are_counted_one_by_one(start: date, count: int) -> None:
    assert end_of(start, Period(unit=Unit.DAYS, count=count)) == start + timedelta(days=count)


@given(start=days, unit=units, count=counts)
def test_a_later_event_never_ends_earlier(start: date, unit: Unit, count: int) -> None:
    period = Period(unit=unit, count=count)
    assert end_of(start, period) <= end_of(start + timedelta(days=1), period)


@given(start=days, unit=units, count=counts)
def test_a_longer_period_never_ends_earlier(start: date, unit: Unit, count: int) -> None:
    assert end_of(start, Period(unit=unit, count=count)) < end_of(start, Period(unit=unit, count=count + 1))


@given(start=days, count=st.integers(min_value=1, max_value=10))
def test_a_year_is_twelve_months(start: date, count: int) -> None:
    assert end_of(start, years(count)) == end_of(start, months(12 * count))


@given(start=days, count=counts)
def test_months_end_the_day_before_the_corresponding_day_or_on_the_last_of_a_shorter_month(start: date, count: int) -> None:
    first, last = start + timedelta(days=1), end_of(start, months(count))
    after = last + timedelta(days=1)
    assert after.day == first.day or (after.day == 1 and last.day < first.day)


def test_midnight_in_seoul_parts_two_days() -> None:
    zone = "Asia/Seoul"
    assert first_day(datetime(2026, 12, 31, 14, 59, 59, 999999, tzinfo=UTC), zone) == date(2026, 12, 31)
    assert first_day(datetime(2026, 12, 31, 15, tzinfo=UTC), zone) == date(2027, 1, 1)


def test_naive_time_is_read_in_the_stores_zone_and_placed_in_the_laws_zone() -> None:
    contract = KR.basis("contract", ON)
    evening = datetime(2026, 3, 15, 20, 0)
    assert kept_until(contract, evening, ZoneInfo("Asia/Seoul")) == date(2031, 3, 15)
    assert kept_until(contract, evening, ZoneInfo("UTC")) == date(2031, 3, 16)


def test_date_is_the_laws_day_whatever_the_stores_zone() -> None:
    assert first_day(date(2026, 3, 15), "Asia/Seoul", ZoneInfo("America/New_York")) == date(2026, 3, 15)


def test_hour_that_a_zone_has_twice_counts_as_the_later_day() -> None:
    # 01:30 in New York is 05:30 or 06:30 UTC on that night; the law here has its midnight at 06:00 UTC.
    assert first_day(datetime(2026, 11, 1, 1, 30), "Etc/GMT+6", ZoneInfo("America/New_York")) == date(2026, 11, 1)


def test_hour_that_a_zone_leaves_out_counts_as_the_later_day() -> None:
    # 02:30 in New York is not there on that night: 06:30 or 07:30 UTC; the law here has its midnight at 07:00 UTC.
    assert first_day(datetime(2026, 3, 8, 2, 30), "Etc/GMT+7", ZoneInfo("America/New_York")) == date(2026, 3, 8)


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(LawError, match="^a time without zone cannot be placed on a day; declare the store's time zone in"):
        kept_until(KR.basis("contract", ON), datetime(2026, 3, 15))
    with pytest.raises(LawError, match="time zone"):
        due(KR.clock("answer", ON), datetime(2026, 3, 15))


def test_record_may_be_destroyed_only_when_the_last_day_is_over_in_seoul() -> None:
    assert may_be_destroyed_at(date(2031, 3, 15), "Asia/Seoul") == datetime(2031, 3, 15, 15, tzinfo=UTC)
    assert may_be_destroyed_at(date(2031, 3, 15), "Asia/Seoul").tzinfo is UTC
    with pytest.raises(LawError, match="no day follows"):
        may_be_destroyed_at(date.max, "Asia/Seoul")


def test_business_days_without_a_calendar_are_refused() -> None:
    with pytest.raises(LawError, match="kr.broker_result counts business days"):
        due(KR.clock("broker_result", ON), datetime(2026, 11, 23, tzinfo=UTC))


def test_calendar_without_a_business_day_is_an_error_and_not_an_endless_count() -> None:
    with pytest.raises(LawError, match="finds no 3 business days"):
        due(KR.clock("broker_progress", ON), datetime(9999, 1, 1, tzinfo=UTC), lambda day: True)


@given(start=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_business_deadline_is_a_working_day_with_exactly_so_many_since(start: datetime) -> None:
    last = due(KR.clock("broker_result", ON), start, lambda day: False)
    first = first_day(start, "Asia/Seoul")
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert last.isoweekday() <= 5
    assert sum(day.isoweekday() <= 5 for day in between) == 10
