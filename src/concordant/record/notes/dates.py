"""Dates in a note: of any order and precision, and relative ones where the day of the note is known."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

MONTH_FIRST, DAY_FIRST = "month first", "day first"
EARLIEST, YEAR = 1950, 4
NEAR = 60  # characters behind a date in which a month may be one of its year
OLDEST = 40  # years: more ago, two digits behind a slash are no year (3/52: three weeks)


@dataclass(frozen=True, slots=True)
class NoteDate:
    """A date in the text: `2024`, `2024-05` or `2024-05-12`; empty where nothing of it is sure.

    `readings` are the days that it may be, where day and month can be read in either order; the value is then the year.
    """

    start: int
    end: int
    value: str
    readings: tuple[str, ...] = ()
    is_counted: bool = False  # counted back from the day of the note: `a month ago` is no month of the calendar


@dataclass(slots=True)
class DateReader:
    """Reads the dates of one note; `today` is the day it is read for."""

    months: Mapping[str, int]
    today: dt.date | None
    pattern: re.Pattern[str]
    relative: Mapping[str, Mapping[str, tuple[str, ...]]]

    def find_dates(self, folded: str) -> list[NoteDate]:
        """Every date of the text in its order."""
        found = list(self.pattern.finditer(folded))
        order = self._find_order(found)
        by_slash = "month_year" in self.relative.get("slash", {}) or any(match["my_year"] for match in found)
        dates = [date for match in found if (date := self._read_match(match, order, by_slash, folded)) is not None]
        bare = {match.start() for match in found if (match["m4"] and not match["last"]) or match["m5"]}
        return list(self._doubt_months(dates, bare))

    def _doubt_months(self, dates: list[NoteDate], bare: set[int]) -> Iterator[NoteDate]:
        """A month without a year close behind a date of another year may be one of that year: nothing of it is sure."""
        before: NoteDate | None = None
        for date in dates:
            is_near = before is not None and date.start - before.end <= NEAR and before.value[:YEAR] != date.value[:YEAR]
            yield replace(date, value="") if is_near and date.start in bare else date
            before = date if date.value and date.start not in bare else before

    def _is_month_meant(self, before: str) -> bool:
        """Whether the words before the bare name of a month are such that it is one."""
        word = before.split()[-1:] or [""]
        return word[0] in self.relative["ago"]["month_behind"]

    def _find_order(self, found: list[re.Match[str]]) -> str:
        """The order of day and month in this text, where one of its dates allows only one."""
        orders = set()
        for match in found:
            if match["a"]:
                first, second = int(match["a"]), int(match["b"])
                orders |= {DAY_FIRST} if first > 12 >= second else {MONTH_FIRST} if second > 12 >= first else set()
        return orders.pop() if len(orders) == 1 else ""

    def _read_match(self, match: re.Match[str], order: str, by_slash: bool, folded: str) -> NoteDate | None:
        if match["m5"] and not self._is_month_meant(folded[max(0, match.start() - 14) : match.start()]):
            return None
        if match["m4"] and not match["last"] and not self._is_month_meant(folded[max(0, match.start() - 14) : match.start()]):
            return None
        value = self._read_value(match, order, by_slash)
        if value is None:
            return None
        readings = list_readings(match) if match["a"] and len(value) == YEAR else ()
        return NoteDate(match.start(), match.end(), value, readings, bool(match["ago_unit"] or match["ago_unit2"]))

    def _read_value(self, match: re.Match[str], order: str, by_slash: bool) -> str | None:
        if match["iso"]:
            return check_date(*map(int, match["iso"].split("-")))
        if match["a"]:
            return self._read_slashed(int(match["a"]), int(match["b"]), widen_year(match["c"]), order, dotted=match["sep"] == ".")
        if match["my_year"]:
            return check_date(int(match["my_year"]), int(match["my_month"]))
        if match["short_month"]:
            return self._read_short(int(match["short_month"]), match["short_year"], by_slash)
        if word := match["m1"] or match["m2"] or match["m3"]:
            day = match["d1"] or match["d2"]
            year = match["y1"] or match["y2"] or match["y3"]
            return check_date(widen_year(year), self.months[word], *([int(day)] if day else []))
        if match["only"]:
            return check_date(int(match["only"]))
        if match["m5"]:
            return self._place_day(self.months[match["m5"]], int(match["d5"]))
        if match["m4"]:
            return self._place_month(self.months[match["m4"]], is_last=bool(match["last"]))
        return self._read_relative(match)

    def _read_slashed(self, a: int, b: int, year: int, order: str, *, dotted: bool) -> str | None:
        """Day and month in either order; the year alone where both are possible and differ."""
        order = order or (DAY_FIRST if dotted else "")
        readings = {check_date(year, a, b), check_date(year, b, a)} - {None}
        if order and (one := check_date(year, *((a, b) if order == MONTH_FIRST else (b, a)))):
            return one
        return readings.pop() if len(readings) == 1 else str(year) if readings else None

    def _read_short(self, first: int, second: str, by_slash: bool) -> str | None:
        """`9/19`: month and year where the text writes years with a slash, else not known to be either."""
        year = widen_year(second)
        latest = self.today.year if self.today else dt.date.max.year
        return check_date(year, first) if by_slash and latest - OLDEST <= year <= latest else ""

    def _place_month(self, month: int, *, is_last: bool) -> str | None:
        """A month without its year: the last one before the day of the note."""
        if self.today is None:
            return ""
        year = self.today.year - (month > self.today.month)
        if is_last and month == self.today.month:
            year -= 1
        return check_date(year, month)

    def _place_day(self, month: int, day: int) -> str | None:
        """A day of a month without its year: the last one before the day of the note."""
        if self.today is None:
            return ""
        return check_date(self.today.year - ((month, day) > (self.today.month, self.today.day)), month, day)

    def _read_relative(self, match: re.Match[str]) -> str | None:
        if self.today is None:
            return ""
        if unit := match["ago_unit"] or match["ago_unit2"]:
            number = self._read_number(match["ago_n"] or match["ago_n2"])
            return None if number is None else self._go_back(number, self._find_unit(unit))
        word = re.sub(r"\s+", " ", match["rel"])
        unit = next((unit for unit, words in self.relative["last"].items() if word in words), "")
        return self._go_back(1 if unit not in ("today", "year_now") else 0, unit)

    def _read_number(self, word: str) -> int | None:
        if word.isdecimal():
            return int(word)
        return next((int(n) for n, words in self.relative["numbers"].items() if word in words), None)

    def _find_unit(self, word: str) -> str:
        return next((unit for unit, words in self.relative["units"].items() if word in words), "")

    def _go_back(self, number: int, unit: str) -> str | None:
        """The time so long before the day of the note, as exactly as it was said."""
        assert self.today is not None
        if unit in ("year", "year_now"):
            return str(self.today.year - number) if number < 2 else ""  # years ago are not counted to the year
        if unit == "month":
            months = self.today.year * 12 + self.today.month - 1 - number
            return f"{months // 12}-{months % 12 + 1:02}"
        days = {"day": 1, "week": 7, "today": 1}.get(unit)
        if days is None:
            return None
        day = self.today - dt.timedelta(days=days * number)
        return day.isoformat() if unit != "week" else f"{day.year}-{day.month:02}"


def list_readings(match: re.Match[str]) -> tuple[str, ...]:
    """The days that a date with two numbers may be."""
    year, a, b = widen_year(match["c"]), int(match["a"]), int(match["b"])
    return tuple(sorted({day for day in (check_date(year, a, b), check_date(year, b, a)) if day is not None}))


def widen_year(year: str) -> int:
    """A year of two digits as four."""
    number = int(year.lstrip("'"))
    return number if number > 99 else 2000 + number if number < 50 else 1900 + number


def check_date(year: int, month: int | None = None, day: int | None = None) -> str | None:
    """The date as the project writes it; None for one that is not in the calendar."""
    if not EARLIEST <= year <= 2100 or (month is not None and not 1 <= month <= 12):
        return None
    if month is None:
        return str(year)
    if day is None:
        return f"{year}-{month:02}"
    return f"{year}-{month:02}-{day:02}" if 1 <= day <= calendar.monthrange(year, month)[1] else None


def make_date_pattern(months: Mapping[str, int], relative: Mapping[str, Mapping[str, tuple[str, ...]]]) -> re.Pattern[str]:
    """Everything that may be a date in a language, the longest first."""
    month = _one_of(months)
    inside = relative["inside"]
    day_end, of = _one_of([*inside["day_ending"], "."]), _one_of(inside["of"], blanks=True)
    no_year = _one_of(inside["no_year"])
    numbers = _one_of(list(_iter_words(relative["numbers"])))
    units = _one_of(list(_iter_words(relative["units"])))
    relatives = _one_of(list(_iter_words(relative["last"])), blanks=True)
    ago = _one_of(list(_iter_words({"": relative["ago"]["behind"]})), blanks=True)
    before = _one_of(list(_iter_words({"": relative["ago"]["before"]})), blanks=True)
    last = _one_of(list(relative["ago"]["last"]))
    count = rf"(?P<ago_n>\d{{1,3}}|{numbers})\s*(?P<ago_unit>{units})"
    return re.compile(
        r"(?<![\w.])(?P<iso>(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?)(?![\w-])"
        r"|(?<![\w./])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<c>(?:19|20)?\d\d)(?![\w/])"
        r"|(?<![\w./])(?P<my_month>0?[1-9]|1[0-2])\s?[./]\s?(?P<my_year>(?:19|20)\d\d)(?![\w/])"
        rf"|(?<!\w)(?P<d1>\d{{1,2}}){day_end}?[\s-]*(?:{of}\s)?(?P<m1>{month})\.?,?[\s-]*(?P<y1>(?:19|20)\d\d|'\d\d)(?!\w)"
        rf"|(?<!\w)(?P<m2>{month})\.?\s+(?P<d2>\d{{1,2}}){day_end}?,?\s+(?P<y2>(?:19|20)\d\d)(?!\w)"
        rf"|(?<!\w)(?P<m3>{month})\.?,?(?:\s+{of})?[\s/-]*(?P<y3>(?:19|20)\d\d|'\d\d|(?<=[a-zä]-)\d\d|(?<=[a-zä]\s)[12]\d(?!\s*%))(?![\w%]|\s*{no_year})"
        rf"|(?<![\w.,/-])(?P<d5>\d{{1,2}}){day_end}?\s+(?:{of}\s)?(?P<m5>{month})(?!\w|\.?,?[\s/-]*'?\d)"
        rf"|(?<!\w)(?P<last>{last}\s+)?(?P<m4>{month})(?!\w|\.?\s+\d)"
        r"|(?<![\w./])(?P<short_month>0?[1-9]|1[0-2])/(?P<short_year>\d\d)(?![\w/%])"
        rf"|(?<!\w)(?P<rel>{relatives})(?!\w)"
        rf"|(?<!\w){count}\s+{ago}(?!\w)"
        rf"|(?<!\w){before}\s+(?P<ago_n2>\d{{1,3}}|{numbers})\s*(?P<ago_unit2>{units})(?!\w)"
        r"|(?<![\w./,])(?:(?<!-)|(?<=(?:19|20)\d\d-))(?P<only>(?:19|20)\d\d)(?![\w/%]|[.,]\d|-(?!(?:19|20)\d\d)\d)"
    )


def _one_of(words: Mapping[str, int] | list[str] | tuple[str, ...], *, blanks: bool = False) -> str:
    ordered = sorted(words, key=len, reverse=True)
    texts = [r"\s+".join(map(re.escape, word.split())) if blanks else re.escape(word) for word in ordered]
    return f"(?:{'|'.join(texts) or '(?!)'})"


def _iter_words(table: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for words in table.values():
        yield from words
