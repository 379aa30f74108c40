"""What is said of a record as a whole, once all its entries have been read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from concordant.logic.dates import PartialDate, format_date, make_exact_date
from concordant.record.entries import Dated, entry_dates


def find_last_date(events: Iterable[Dated], as_of: dt.date) -> PartialDate | None:
    """Up to when a source tells anything that is used."""
    dates = (date for event in events for date in entry_dates(event) if date is not None)
    known = [date for date in dates if date.first <= as_of]
    return max(known, key=lambda date: (min(date.last, as_of), date.first), default=None)


def describe_cut(as_of: dt.date, left_out: int) -> list[str]:
    """That the record was cut, and how many entries were left out."""
    entries = "entry" if left_out == 1 else "entries"
    return [f"The record was cut at {format_date(make_exact_date(as_of))}: {left_out} later {entries} left out."]


def sort_unique(sentences: Iterable[str]) -> tuple[str, ...]:
    """Each once, in an order in which that of the source plays no part."""
    return tuple(sorted(set(sentences)))
