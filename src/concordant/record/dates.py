"""Dates as the sources write them, all read one way: a year, a month, a day, an instant, eight digits; and what means none."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, make_exact_date, parse_partial_date

EARLIEST, LATEST = 1800, 2200  # years in which a patient's dates lie
# What follows a day is its time; another day, or a word, is not passed over.
CLOCK = r"(?:T\d\d(?::?\d\d){0,2}|[T ]\d\d?:\d\d(?::\d\d)?)(?:[.,]\d+)?\s?(?:[AaPp][Mm])?"
ZONE = r"\s?[A-Z]{0,4}(?:[+-]\d\d(?::?\d\d)?)?(?:\[[\w/+-]+\])?"
DAY = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)(?:{CLOCK}{ZONE})?")
EIGHT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(?:\d{4}|\d{6})(?:\.\d+)?)?")
GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
NUMBER = re.compile(r"\d{5,}(?:\.\d+)?")


@lru_cache(maxsize=20_000)
def parse_source_date(text: str) -> PartialDate | None:
    """The date of a text; None for a day that stands for none, as 9999-12-31 does. Raises ValueError with a sentence.

    A mere number is no date: whether it counts seconds, milliseconds or days, and from when, is not told.
    """
    text = text.strip()
    match = DAY.fullmatch(text) or EIGHT.fullmatch(text)
    day = _make_day(match[1], match[2], match[3]) if match is not None else None
    if match is not None and is_never(int(match[1])) and (day is not None or "-" in text):
        return None
    if day is not None and EARLIEST <= day.year <= LATEST:
        return make_exact_date(day)
    if german := GERMAN.fullmatch(text):
        return parse_partial_date(f"{german[3]}-{german[2]}-{german[1]}")
    if NUMBER.fullmatch(text):
        raise ValueError(f"{quote_word(text)} is a number and no date; write 2021, 2021-03 or 2021-03-05")
    return parse_partial_date(match[0][:10] if match is not None and "-" in text else text)


def is_never(year: int) -> bool:
    """Whether a year stands for no date at all: the first and the last ones that a database can hold."""
    return year <= 1 or year > LATEST


def _make_day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_source_date(text: str | None) -> tuple[PartialDate | None, str]:
    """The date of a text, where it tells one; or why it is none."""
    if not text or not text.strip():
        return None, ""
    try:
        return parse_source_date(text), ""
    except ValueError as error:
        return None, str(error).partition("; write")[0]


def join_period(
    start: PartialDate | None, end: PartialDate | None, wrong: str
) -> tuple[PartialDate | None, PartialDate | None, str]:
    """Both ends of a time; why they are none. The one way in which every source and every entry reads a period."""
    if start is not None and end is not None and end.is_certainly_before(start):
        return None, None, "it ends before it starts"
    return start, end, wrong


def find_moment(start: PartialDate | None, end: PartialDate | None) -> PartialDate | None:
    """When it was, of what happened once within a period: any day of it, or the one end that is told."""
    if start is None or end is None:
        return start or end
    return PartialDate(min(start.first, end.first), max(start.last, end.last))
