"""Dates as FHIR writes them: a year, a month, a day, or an instant of which the day counts as it was written there."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, make_exact_date, parse_partial_date

DAY = 10


@lru_cache(maxsize=20_000)
def parse_fhir_date(text: str) -> PartialDate | None:
    """The date, or None when it is none: `2021-13`, `yesterday`, a year that no patient saw."""
    try:
        if len(text) >= DAY and (len(text) == DAY or text[DAY] == "T"):
            day = dt.date.fromisoformat(text[:DAY])
            return make_exact_date(day) if 1800 <= day.year <= 2200 else None
        return parse_partial_date(text) if text[4:5] in ("", "-") else None
    except ValueError:
        return None


def explain_bad_date(text: str) -> str:
    """Why a text is no date, in a sentence."""
    try:
        parse_partial_date(text.partition("T")[0])
    except ValueError as error:
        return str(error).partition("; write")[0]
    return f"{quote_word(text)} is not a date"
