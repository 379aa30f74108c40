"""Scalars as YAML text that reads as these very scalars: words, dates known in part, numbers between two ends."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import math
import re
from decimal import Decimal

from concordant.complaints import printable
from concordant.dates import PartialDate
from concordant.quantities import Interval, above, below, is_strict

PLAIN = re.compile(r"[A-Za-z0-9]([\w .+*/%-]*[\w.+*/%-])?")
NOTHING = ("null", "~", "")


def flow(value: str) -> str:
    """A text inside a flow mapping; in quotes where it would not read as itself."""
    text = printable(value)
    return text if PLAIN.fullmatch(text) and text.lower() not in NOTHING else json.dumps(text, ensure_ascii=False)


def iso(date: PartialDate | None, as_of: dt.date) -> str | None:
    """`2021-03-05`, `2021-03` or `2021`; None for a date that no such text says. A date may have been cut at `as_of`."""
    if date is None:
        return None
    if date.is_exact:
        return f"{date.first}"
    for first, last, text in _spans(date.first):
        if date.first == first and date.last == min(last, max(as_of, first)):
            return text
    return None


def _spans(first: dt.date) -> tuple[tuple[dt.date, dt.date, str], ...]:
    year, month = first.year, first.month
    month_end = dt.date(year, month, calendar.monthrange(year, month)[1])
    return (
        (dt.date(year, month, 1), month_end, f"{first:%Y-%m}"),
        (dt.date(year, 1, 1), dt.date(year, 12, 31), f"{first:%Y}"),
    )


def number(value: Interval) -> str:
    """`62`, `8 to 11`, `<= 12`, `> 6 to 12`: what reads as the same interval."""
    if value.is_exact:
        return _digits(value.low)
    if value.low == -math.inf:
        return _end("<", "<= ", value.high, above(value.high))
    if value.high == math.inf:
        return _end(">", ">= ", value.low, below(value.low))
    return f"{_end('>', '', value.low, below(value.low))} to {_end('<', '', value.high, above(value.high))}"


def _end(strict: str, loose: str, value: float, neighbour: float) -> str:
    return f"{strict} {_digits(neighbour)}" if is_strict(value, neighbour) else f"{loose}{_digits(value)}"


def _digits(value: float) -> str:
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
