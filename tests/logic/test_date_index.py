"""Dates in order give what a look at each of them gives."""

from __future__ import annotations

import datetime as dt
import math

from hypothesis import given
from hypothesis import strategies as st

from concordant.logic.date_index import DateIndex, keep_possible_last
from concordant.logic.dates import Day, PartialDate, make_exact_date, shift_day
from concordant.logic.intervals import Interval
from concordant.patient.events import EntryLocation, Measurement

DAYS = st.integers(0, 12).map(lambda number: dt.date(2020, 1, 1) + dt.timedelta(days=number))
DATES = st.tuples(DAYS, st.sampled_from((0, 0, 0, 1, 5))).map(lambda d: PartialDate(d[0], d[0] + dt.timedelta(days=d[1])))


@given(st.lists(DATES, max_size=8), DAYS, st.integers(0, 12))
def test_an_index_is_a_look_at_each(dates: list[PartialDate], since: Day, more: int) -> None:
    until, index, exact = shift_day(since, more), DateIndex(dates), make_exact_date(since)
    certain = [date for date in dates if since <= date.first and date.last <= until]
    possible = [date for date in dates if date.first <= until and since <= date.last]
    assert index.has_within(since, until) == bool(certain)
    assert index.has_within_beside(since, until) == any(date != exact for date in certain)
    assert index.can_have_within(since, until) == bool(possible)
    assert index.can_have_within_beside(since, until) == any(date != exact for date in possible)
    assert index.has_after(since, until) == any(since < date.first for date in certain)
    assert len(index) == len(dates)


@given(st.lists(st.none() | DATES, max_size=8))
def test_what_may_be_the_last(dates: list[PartialDate | None]) -> None:
    items = [Measurement(EntryLocation(f"{at}"), "lvef", Interval(0, math.inf), date) for at, date in enumerate(dates)]
    known = [date for date in dates if date is not None]
    kept = [item for item in items if item.date is None or not any(item.date.is_certainly_before(date) for date in known)]
    assert keep_possible_last(items) == kept


def test_the_calendar_ends() -> None:
    assert shift_day(Day.max, 5) == Day.max
    assert shift_day(Day.min, -5) == Day.min
    assert shift_day(dt.date(2024, 2, 28), 2) == dt.date(2024, 3, 1)
