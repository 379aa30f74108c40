"""Days, months and numbers as each language writes them, held against Babel, which has them of Unicode's CLDR."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal

from concordant.present.language import LANGUAGES, Language, load_language

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=11 * i) for i in range(70)]
PATTERNS = {"en": ("d MMM y", "d MMMM y"), "de": ("d. MMM y", "d. MMMM y")}
HALVES = [0.5, 1.5, 2.5, 2.665, 2.675, 0.125, 1.005, 8.5, 1e-7, -0.001, -2.5, 0.0, 12.0, 1e15, 123456789.125]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    return load_language(request.param)


def test_a_day_is_written_as_the_language_writes_it(language: Language) -> None:
    short, long = PATTERNS[language.code]
    for day in DAYS:
        assert language.format_day(day.isoformat()) == format_date(day, short, locale=language.code)
        assert language.format_long_day(day) == format_date(day, long, locale=language.code)
        assert language.format_month(day) == format_date(day, "MMM y", locale=language.code)


@pytest.mark.parametrize(("key", "width"), [("months", "wide"), ("months.short", "abbreviated")])
def test_the_months_are_those_of_the_language(language: Language, key: str, width: str) -> None:
    assert language.phrases[key].split() == [get_month_names(width, locale=language.code)[month] for month in range(1, 13)]


def test_a_number_is_written_as_the_language_writes_it(language: Language) -> None:
    chance = random.Random(7)
    drawn = [round(chance.uniform(-1000, 1000), chance.randrange(7)) for _ in range(3000)]
    for number in (*HALVES, *drawn):
        for digits in (0, 2, 6):
            pattern = f"0.{'#' * digits}" if digits else "0"
            assert language.format_number(number, digits) == format_decimal(number, format=pattern, locale=language.code)


def test_a_number_of_any_size_is_written(language: Language) -> None:
    assert language.format_number(1e30, 6) == f"1{30 * '0'}"
