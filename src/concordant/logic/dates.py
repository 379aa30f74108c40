"""Calendar months, partial dates, ages: every clock arithmetic of the project.

A date that is known to the month or the year only is an interval of days. Months are fractional and
anchored in the calendar: exactly 12.0 on the same day twelve months later, more on the day after.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

import msgspec

from concordant.errors import quote_word

Day = dt.date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHORTEST = 28  # days that every month has

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class PartialDate(msgspec.Struct, frozen=True, order=True, gc=False):
    """A date of which the day, or the day and the month, may be unknown: all days from first to last."""

    first: Day
    last: Day

    @property
    def is_exact(self) -> bool:
        """True when the day is known."""
        return self.first == self.last

    def clip_to(self, as_of: Day) -> PartialDate:
        """The same date, given that it does not lie after `as_of`. Leaves a certainly later date alone."""
        if self.first > as_of:
            return self
        return PartialDate(self.first, min(self.last, as_of))

    def is_certainly_before(self, other: PartialDate) -> bool:
        """True when every reading of this date lies before every reading of the other."""
        return self.last < other.first

    def can_overlap(self, other: PartialDate) -> bool:
        """True when some reading of the two is the same day."""
        return self.first <= other.last and other.first <= self.last


def make_exact_date(day: Day) -> PartialDate:
    """A date that is known to the day."""
    return PartialDate(day, day)


def shift_day(day: Day, days: int) -> Day:
    """The day so many days later, or earlier; the first or the last there is where the calendar ends."""
    number = min(max(day.toordinal() + days, Day.min.toordinal()), Day.max.toordinal())
    return Day.fromordinal(number)


def parse_partial_date(text: str) -> PartialDate:
    """Read `2021`, `2021-03` or `2021-03-05`. Raises ValueError with a sentence for people."""
    match = _PARTIAL.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{quote_word(text)} is not a date; write 2021, 2021-03 or 2021-03-05")
    year, month, day = int(match[1]), match[2], match[3]
    if not 1800 <= year <= 2200:
        raise ValueError(f"{quote_word(text)} has a year outside 1800 to 2200")
    return _make_partial_date(text, year, int(month) if month else None, int(day) if day else None)


def _make_partial_date(text: str, year: int, month: int | None, day: int | None) -> PartialDate:
    if month is None:
        return PartialDate(Day(year, 1, 1), Day(year, 12, 31))
    if not 1 <= month <= 12:
        raise ValueError(f"{quote_word(text)} has no month {month}; months go from 01 to 12")
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return PartialDate(Day(year, month, 1), Day(year, month, length))
    if not 1 <= day <= length:
        raise ValueError(f"{quote_word(text)} is not in the calendar: that month has {length} days")
    return make_exact_date(Day(year, month, day))


_GERMAN = {"mär": "mar", "mae": "mar", "mai": "may", "okt": "oct", "dez": "dec"}  # months that begin otherwise than in English
_MONTH = re.compile(r"(?P<month>\d{1,2})[./-](?P<year>\d{4})")
_SPOKEN = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}(?:-\d{1,2})?)"
    r"|(?P<day>\d{1,2})[.\s]+(?P<month>[a-zä]{3,9})[.,\s]+(?P<year>\d{4})"
    r"|(?P<month2>[a-zä]{3,9})[.\s]+(?:(?P<day2>\d{1,2})(?:,\s*|\s+))?(?P<year2>\d{4})"
    r"|(?P<day3>\d{1,2})\.(?P<month3>\d{1,2})\.(?P<year3>\d{4})"
    r"|(?P<slashed>\d{1,2}/\d{1,2}/\d{4})"
    r"|(?<![\d./-])(?P<month4>\d{1,2})/(?P<year4>\d{4})"
    r"|(?<![\d.,/-])(?P<only>\d{4})(?=\s*$)",
    re.I,
)


def find_dates(text: str) -> list[PartialDate]:
    """The dates that a person typed, in their order: `2021-10-14`, `14 Oct 2021`, `October 2021`, `14.10.2021`, `10/2021`.

    A year alone is read at the end only. Raises ValueError with a sentence for people when one is not in the calendar, or may be
    two days (`5/6/2021`).
    """
    return [_parse_spoken_date(match) for match in _SPOKEN.finditer(text) if _find_month(match) != 0]


def _find_month(match: re.Match[str]) -> int | None:
    """The number of a month in words; 0 for another word, None where there is no word."""
    word = match["month"] or match["month2"]
    if word is None:
        return None
    names = [month.lower() for month in MONTHS]
    begun = _GERMAN.get(word[:3].lower(), word[:3].lower())
    return names.index(begun) + 1 if begun in names else 0


def parse_spoken_date(text: str) -> PartialDate:
    """The one date that a text is, in any of the forms of `find_dates`, or `10.2021`, which among numbers is one of them.

    Raises ValueError for more, less or none.
    """
    if month := _MONTH.fullmatch(text.strip()):
        return parse_partial_date(f"{month['year']}-{int(month['month']):02}")
    match = _SPOKEN.fullmatch(text.strip())
    if match is None or _find_month(match) == 0:
        raise ValueError(f"{quote_word(text)} is not a date; write 2021, Oct 2021 or 14 Oct 2021")
    return _parse_spoken_date(match)


def _parse_spoken_date(match: re.Match[str]) -> PartialDate:
    if match["iso"] or match["only"]:
        return parse_partial_date(match["iso"] or match["only"])
    if match["slashed"]:
        return _parse_slashed_date(match["slashed"])
    if match["year4"]:
        return parse_partial_date(f"{match['year4']}-{int(match['month4']):02}")
    year = match["year"] or match["year2"] or match["year3"]
    day = match["day"] or match["day2"] or match["day3"]
    month = _find_month(match) or int(match["month3"])
    return parse_partial_date(f"{year}-{month:02}" + (f"-{int(day):02}" if day else ""))


def _parse_slashed_date(text: str) -> PartialDate:
    """`14/10/2021` and `10/14/2021` are one day each; `5/6/2021` is one day here and another there."""
    first, second, year = (int(part) for part in text.split("/"))
    if first <= 12 and second <= 12 and first != second:
        either = f"{first} {MONTHS[second - 1]} {year} or {second} {MONTHS[first - 1]} {year}"
        raise ValueError(f"{quote_word(text)} may be two days; write {either}")
    day, month = (first, second) if second <= 12 else (second, first)
    return parse_partial_date(f"{year}-{month:02}-{day:02}")


def add_months(day: Day, months: int) -> Day:
    """The same day of the month `months` later; the last day of a shorter month stands for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    number = day.day
    if number > SHORTEST:
        number = min(number, calendar.monthrange(year, month + 1)[1])
    return Day(year, month + 1, number)


def count_months_between(start: Day, end: Day) -> float:
    """Calendar-anchored months from start to end; negative when the end comes first.

    Exactly n on the same day n months later, and strictly between n and n + 1 until the next such day.
    """
    if end < start:
        return -count_months_between(end, start)
    whole = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, whole) > end:
        whole -= 1
    anchor, following = add_months(start, whole), add_months(start, whole + 1)
    return whole + (end - anchor).days / (following - anchor).days


def find_months_range(start: PartialDate, end: PartialDate) -> tuple[float, float]:
    """The shortest and the longest time in months that the two partial dates allow."""
    return count_months_between(start.last, end.first), count_months_between(start.first, end.last)


def count_whole_years(start: Day, end: Day) -> int:
    """Completed years: an age."""
    return int(count_months_between(start, end) // 12)


def format_date(date: PartialDate) -> str:
    """The date as people write it: 5 Mar 2021, Mar 2021 or 2021."""
    first = date.first
    month = f"{MONTHS[first.month - 1]} {first.year}"  # not `%b`, which speaks the language of the machine
    if date.is_exact:
        return f"{first.day} {month}"
    if (first.year, first.month) == (date.last.year, date.last.month):
        return month
    if date.first.year == date.last.year:
        return f"{date.first.year}"
    return f"{format_date(make_exact_date(date.first))} to {format_date(make_exact_date(date.last))}"
