"""The words of a report, and how its numbers are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from concordant.cohorts.concordance import split_words
from concordant.cohorts.statistics import Interval
from concordant.model.cohort import PointKind, Verdict

MONTHS = "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
NUMBER_PERCENT = re.compile(r"(\d) %")
MONTH = 30.4375  # days, the mean over four years
HIDDEN = "withheld"
NONE = "–"
TO = " to "


class PointWords(NamedTuple):
    """What one point of a kind is called, and several, and the day for which the guideline is asked."""

    one: str
    many: str
    when: str


POINTS: Mapping[PointKind, PointWords] = {
    "line_start": PointWords("treatment start", "treatment starts", "the day before each start of a line of treatment"),
    "advanced_diagnosis": PointWords(
        "diagnosis of advanced disease", "diagnoses of advanced disease", "the day on which the disease is known to be advanced"
    ),
    "progression": PointWords("progression", "progressions", "the day of each progression"),
    "asked": PointWords("point", "points", "the days that were asked for"),
}
LINES = {"first": "first line", "second": "second line", "third_or_later": "third line or later"}
VERBS: Mapping[Verdict, str] = {"preferred": "prefers", "offered": "offers"}
VERDICTS: Mapping[Verdict, str] = {
    "preferred": "preferred by the guideline",
    "offered": "offered by the guideline",
    "not_offered": "not among its options",
    "against": "advised against",
    "justified": "other, with an accepted reason",
    "undecidable": "cannot be decided",
    "out_of_scope": "outside the guideline",
}
# Why, by the word that stands in the points.
REASONS = {
    "needs_data": "a fact is missing",
    "nothing_on_record": "no treatment is on record after it",
    "drugs_not_named": "the drugs are not named exactly",
    "no_date": "the day is not known",
    "against": "by the guideline",
    "contraindication": "contraindication",
    "precaution": "precaution",
    "trial_exclusion": "excluded from the trials",
    "unavailable": "drug not available",
    "patient_choice": "the patient declined it",
    "already_failed": "the disease had grown on it before",
    "stopped_for_toxicity": "stopped before for toxicity",
    "choice": "the patient's choice",
    "trial": "treated in a clinical trial",
    "cancer": "another cancer",
    "marker": "the tumour marker is not the guideline's",
    "extent": "the disease is not advanced",
    "no_guideline_in_force": "no version known in full was in force",
    "guideline_is_silent": "the guideline names nothing",
}


def format_count(count: int | None) -> str:
    """A count with its thousands apart; one that is not shown is called so."""
    return HIDDEN if count is None else f"{count:,}"


def count_points(count: int | None, words: PointWords) -> str:
    """`1 treatment start`, `2 treatment starts`."""
    return f"{format_count(count)} {words.one if count == 1 else words.many}"


def count_patients(count: int | None) -> str:
    """`1 patient`, `2 patients`."""
    return f"{format_count(count)} {'patient' if count == 1 else 'patients'}"


def format_percent(share: float, decimals: int = 0) -> str:
    """A share in percent. What is not none is not written as none, nor what is not all as all."""
    rounded = round(share * 100, decimals)
    if share > 0 and rounded == 0:
        return f"under {10**-decimals:g} %"
    if share < 1 and rounded == 100:
        return f"over {100 - 10**-decimals:g} %"
    return f"{rounded:.{decimals}f} %"


def format_bounds(bounds: Interval | None, decimals: int = 0) -> str:
    """`41 to 58 %`; one number where both ends are the same."""
    if bounds is None:
        return HIDDEN
    low, high = (f"{round(end * 100, decimals):.{decimals}f}" for end in bounds)
    return f"{low} %" if low == high else f"{low}{TO}{high} %"


def format_day(day: dt.date) -> str:
    """`31 May 2022`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_days(days: tuple[dt.date, dt.date] | None) -> str:
    """A stretch of time, or that no day is known."""
    return f"{format_day(days[0])}{TO}{format_day(days[1])}" if days else "no day is known"


def format_years(days: tuple[dt.date, dt.date] | None) -> str:
    """The same in years: the first and the last day may each be that of one patient."""
    return f"{days[0].year}{TO}{days[1].year}" if days else "no day is known"


def format_months(days: float) -> str:
    """A span of days in months, to one decimal."""
    return f"{days / MONTH:.1f}"


def call_reason(reason: str) -> str:
    """A reason in words."""
    return REASONS.get(reason, reason.replace("_", " "))


def call_stratum(by: str, name: str, labels: Mapping[str, str]) -> str:
    """A stratum in words; what is not known is called so."""
    if not name:
        return {"year": "no day known", "site": "no site on record"}.get(by, "not known")
    if by == "line":
        return LINES.get(name, name)
    if by in ("year", "site"):
        return name
    return labels.get(name) or " or ".join(word.replace("_", " ") for word in split_words(name))


def call_column(by: str, labels: Mapping[str, str]) -> str:
    """What parts the points, in words."""
    return {"year": "Year", "line": "Line of treatment", "site": "Site"}.get(by) or labels.get(by) or by.replace("_", " ")


def keep_units(text: str) -> str:
    """The text with each number on one line with its percent sign."""
    return NUMBER_PERCENT.sub("\\1\u00a0%", text)


def lower_first(text: str) -> str:
    """The text with a small first letter, but for a word that begins in capitals."""
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]


def join_and(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
