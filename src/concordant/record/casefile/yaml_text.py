"""Scalars as YAML text that reads as these very scalars: words, dates known in part, numbers between two ends."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import math
import re
from decimal import Decimal

from concordant.errors import make_printable
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval, is_strict_bound, step_above, step_below

PLAIN = re.compile(r"[A-Za-z0-9]([\w .+*/%-]*[\w.+*/%-])?")
NOTHING = ("null", "~", "")


def quote_text(value: str) -> str:
    """A text inside a flow mapping; in quotes where it would not read as itself."""
    text = make_printable(value)
    return text if PLAIN.fullmatch(text) and text.lower() not in NOTHING else json.dumps(text, ensure_ascii=False)


def to_iso_date(date: PartialDate | None, as_of: dt.date) -> str | None:
    """`2021-03-05`, `2021-03` or `2021`; None for a date that no such text says. A date may have been cut at `as_of`."""
    if date is None:
        return None
    if date.is_exact:
        return f"{date.first}"
    for first, last, text in _list_periods(date.first):
        if date.first == first and date.last == min(last, max(as_of, first)):
            return text
    return None


def _list_periods(first: dt.date) -> tuple[tuple[dt.date, dt.date, str], ...]:
    year, month = first.year, first.month
    month_end = dt.date(year, month, calendar.monthrange(year, month)[1])
    return (
        (dt.date(year, month, 1), month_end, f"{first:%Y-%m}"),
        (dt.date(year, 1, 1), dt.date(year, 12, 31), f"{first:%Y}"),
    )


def to_number_text(value: Interval) -> str:
    """`62`, `8 to 11`, `<= 12`, `> 6 to 12`: what reads as the same interval."""
    if value.is_exact:
        return _format_digits(value.low)
    if value.low == -math.inf:
        return _format_end("<", "<= ", value.high, step_above(value.high))
    if value.high == math.inf:
        return _format_end(">", ">= ", value.low, step_below(value.low))
    return (
        f"{_format_end('>', '', value.low, step_below(value.low))} to {_format_end('<', '', value.high, step_above(value.high))}"
    )


def _format_end(strict: str, loose: str, value: float, neighbour: float) -> str:
    return f"{strict} {_format_digits(neighbour)}" if is_strict_bound(value, neighbour) else f"{loose}{_format_digits(value)}"


def _format_digits(value: float) -> str:
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
