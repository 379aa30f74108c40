"""Months against the calendar: the same day n months later is exactly n, the day after is more."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from concordant.logic.dates import (
    PartialDate,
    add_months,
    count_months_between,
    count_whole_years,
    find_months_range,
    format_date,
    make_exact_date,
    parse_partial_date,
)
from tests.strategies import days, partial_dates, readings

Day = dt.date
ONE_DAY = dt.timedelta(days=1)


def day(text: str) -> Day:
    return Day.fromisoformat(text)


def by_the_calendar(start: Day, months: int) -> Day:
    """The same day of a later month, found by turning pages; the last day where the month is shorter."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return Day(year, month, min(start.day, calendar.monthrange(year, month)[1]))


# start, months, the same day so many months later
ENDS_OF_MONTHS = [
    ("2021-03-10", 12, "2022-03-10"),
    ("2021-12-31", 2, "2022-02-28"),
    ("2023-12-31", 2, "2024-02-29"),
    ("2020-02-29", 12, "2021-02-28"),
    ("2020-02-29", 48, "2024-02-29"),
    ("2021-01-30", 1, "2021-02-28"),
    ("2021-01-31", 3, "2021-04-30"),
    ("2021-04-30", 1, "2021-05-30"),
    ("2021-11-30", 1, "2021-12-30"),
    ("2021-12-15", 1, "2022-01-15"),
]

# start, end, months: fractions count the days of the month that is running
FRACTIONS = [
    ("2021-03-10", "2021-03-10", 0.0),
    ("2021-01-01", "2021-01-02", 1 / 31),
    ("2021-02-01", "2021-02-15", 0.5),
    ("2021-01-31", "2021-03-01", 1 + 1 / 31),
    ("2020-02-29", "2021-03-01", 12 + 1 / 29),
    ("2021-03-10", "2022-03-11", 12 + 1 / 31),
    ("2022-03-10", "2021-03-10", -12.0),
]


@pytest.mark.parametrize(("start", "months", "end"), ENDS_OF_MONTHS)
def test_same_day_months_later(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)
    assert count_months_between(day(start), day(end)) == months
    assert count_months_between(day(start), day(end) - ONE_DAY) < months < count_months_between(day(start), day(end) + ONE_DAY)


@pytest.mark.parametrize(("start", "end", "months"), FRACTIONS)
def test_fractions_of_a_month(start: str, end: str, months: float) -> None:
    assert count_months_between(day(start), day(end)) == pytest.approx(months, abs=1e-12)


@given(days, st.integers(0, 240))
def test_the_same_day_n_months_later_is_exactly_n_and_no_other_day_is(start: Day, months: int) -> None:
    end = by_the_calendar(start, months)
    assert count_months_between(start, end) == months
    assert count_months_between(start, end + ONE_DAY) > months
    assert months == 0 or count_months_between(start, end - ONE_DAY) < months


@given(days, st.integers(0, 4000), st.integers(1, 60))
def test_a_later_end_is_strictly_more_months(start: Day, length: int, longer: int) -> None:
    end = start + dt.timedelta(days=length)
    assert count_months_between(start, end) < count_months_between(start, end + dt.timedelta(days=longer))


@given(days, st.integers(0, 4000), st.integers(1, 60))
def test_a_later_start_is_never_more_months(start: Day, length: int, later: int) -> None:
    end = start + dt.timedelta(days=length)
    assert count_months_between(start + dt.timedelta(days=later), end) <= count_months_between(start, end)


@given(days, days)
def test_backwards_is_the_negative(start: Day, end: Day) -> None:
    assert count_months_between(end, start) == -count_months_between(start, end)


@given(st.data(), partial_dates(), partial_dates())
def test_the_range_holds_every_reading(data: st.DataObject, start: PartialDate, end: PartialDate) -> None:
    low, high = find_months_range(start, end)
    assert low <= count_months_between(data.draw(readings(start)), data.draw(readings(end))) <= high


@given(partial_dates(), partial_dates())
def test_the_range_is_no_wider_than_the_readings(start: PartialDate, end: PartialDate) -> None:
    corners = {count_months_between(s, e) for s in (start.first, start.last) for e in (end.first, end.last)}
    assert find_months_range(start, end) == (min(corners), max(corners))


@given(days, days)
def test_between_two_days_the_range_is_one_number(start: Day, end: Day) -> None:
    assert find_months_range(make_exact_date(start), make_exact_date(end)) == (count_months_between(start, end),) * 2


@given(partial_dates(), days)
def test_a_clipped_date_keeps_its_readings_up_to_the_day(date: PartialDate, as_of: Day) -> None:
    assume(date.first <= as_of)
    clipped = date.clip_to(as_of)
    assert clipped.first == date.first
    assert clipped.last == (date.last if date.last <= as_of else as_of)


@given(partial_dates(), days)
def test_a_certainly_later_date_is_not_clipped(date: PartialDate, as_of: Day) -> None:
    assume(date.first > as_of)
    assert date.clip_to(as_of) == date


# the first date, the other, certainly before, overlaps
ORDER = [
    ("2021-02", "2021-03", True, False),
    ("2021-03", "2021-03-31", False, True),
    ("2021-03-01", "2021-03", False, True),
    ("2021", "2021-12-31", False, True),
    ("2021", "2022", True, False),
    ("2021-03-05", "2021-03-05", False, True),
    ("2021-03-05", "2021-03-06", True, False),
    ("2022", "2021", False, False),
]


@pytest.mark.parametrize(("one", "other", "before", "meets"), ORDER)
def test_certainly_before_means_in_every_reading(one: str, other: str, before: bool, meets: bool) -> None:
    first, second = parse_partial_date(one), parse_partial_date(other)
    assert first.is_certainly_before(second) is before
    assert first.can_overlap(second) is meets
    assert second.can_overlap(first) is meets


# what is written, the first and the last day, in words
WRITTEN = [
    ("2021", "2021-01-01", "2021-12-31", "2021"),
    ("2021-03", "2021-03-01", "2021-03-31", "Mar 2021"),
    ("2024-02", "2024-02-01", "2024-02-29", "Feb 2024"),
    ("2023-02", "2023-02-01", "2023-02-28", "Feb 2023"),
    ("2021-03-05", "2021-03-05", "2021-03-05", "5 Mar 2021"),
    (" 2021-3-5 ", "2021-03-05", "2021-03-05", "5 Mar 2021"),
]


@pytest.mark.parametrize(("text", "first", "last", "told"), WRITTEN)
def test_partial_dates_are_read_and_told(text: str, first: str, last: str, told: str) -> None:
    date = parse_partial_date(text)
    assert (date.first, date.last) == (day(first), day(last))
    assert date.is_exact is (first == last)
    assert format_date(date) == told


NO_DATES = [
    ("March 2021", "'March 2021' is not a date; write 2021, 2021-03 or 2021-03-05"),
    ("05/03/2021", "'05/03/2021' is not a date; write 2021, 2021-03 or 2021-03-05"),
    ("1799", "'1799' has a year outside 1800 to 2200"),
    ("2201-01-01", "'2201-01-01' has a year outside 1800 to 2200"),
    ("2021-13", "'2021-13' has no month 13; months go from 01 to 12"),
    ("2021-00-10", "'2021-00-10' has no month 0; months go from 01 to 12"),
    ("2021-02-29", "'2021-02-29' is not in the calendar: that month has 28 days"),
    ("2021-04-00", "'2021-04-00' is not in the calendar: that month has 30 days"),
]


@pytest.mark.parametrize(("text", "says"), NO_DATES)
def test_what_is_no_date_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_partial_date(text)
    assert str(error.value) == says


AGES = [
    ("1971-04-10", "2021-04-09", 49),
    ("1971-04-10", "2021-04-10", 50),
    ("1971-04-10", "2022-04-09", 50),
    ("1972-02-29", "2021-02-27", 48),
    ("1972-02-29", "2021-02-28", 49),
]


@pytest.mark.parametrize(("born", "today", "age"), AGES)
def test_an_age_changes_on_the_birthday(born: str, today: str, age: int) -> None:
    assert count_whole_years(day(born), day(today)) == age
