"""Days since 1970 in columns: their dates, and the months and years between them as the calendar counts them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.streams import Days, Numbers

Months = NDArray[Any]


def to_dates(days: Days) -> NDArray[Any]:
    """Days as dates of NumPy."""
    return days.astype("datetime64[D]")


def count_months(starts: Days, ends: Days) -> Numbers:
    """Calendar-anchored months, as `logic.dates.count_months_between` counts them; no start comes after its end."""
    first, last = to_dates(starts), to_dates(ends)
    whole = (last.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(np.int64)
    whole -= _add_months(first, whole) > last
    anchor, following = _add_months(first, whole), _add_months(first, whole + 1)
    months: Numbers = whole + (last - anchor).astype(np.float64) / (following - anchor).astype(np.float64)
    return months


def count_years(starts: Days, ends: Days) -> Numbers:
    """Completed years: an age."""
    return np.floor(count_months(starts, ends) / 12)


def _add_months(dates: Months, months: NDArray[np.int64]) -> Months:
    """The same day of a later month, or the last one of a shorter month."""
    month = dates.astype("datetime64[M]")
    later = month + months
    longest = (later + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    moved: Months = np.minimum(later.astype("datetime64[D]") + (dates - month.astype("datetime64[D]")), longest)
    return moved


def write_dates(days: Days, exact: NDArray[np.int8]) -> list[str]:
    """Days as texts: whole, or the month or the year alone where no more is known (1 and 2)."""
    dates = to_dates(days)
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]")
    texts: list[str] = np.select(
        [exact == 1, exact == 2], [months.astype("U10"), years.astype("U10")], dates.astype("U10")
    ).tolist()
    return texts
