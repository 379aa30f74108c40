"""One shared set of Hypothesis strategies: features, facts, conditions, refinements, partial dates.

Numbers come from a small lattice with its neighbouring floats, so that boundaries are met often.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping

from hypothesis import strategies as st

from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval, step_above, step_below
from concordant.model.features import Feature
from concordant.patient.facts import Fact, Facts, Value, value_from_words

OPS = ("<=", "<", ">=", ">", "==")
WHOLE = tuple(float(n) for n in range(7))
LATTICE = tuple(sorted({near for n in WHOLE for near in (step_below(n), n, step_above(n), n + 0.5)}))

EXTENT = Feature(name="extent", label="Extent", type="enum", values=("early", "advanced", "metastatic"))
STATUS = Feature(name="status", label="Status", type="enum", values=("stable", "growing"))
TREATED = Feature(name="treated", label="Treated", type="yes_no", values=("yes", "no"))
MONTHS = Feature(name="months", label="Months", type="number", unit="months", low=0)
FRACTION = Feature(name="fraction", label="Fraction", type="number", unit="percent")
LINES = Feature(name="lines", label="Lines", type="count", low=0, high=6)
DICTIONARY: Mapping[str, Feature] = {f.name: f for f in (EXTENT, STATUS, TREATED, MONTHS, FRACTION, LINES)}


def numbers(feature: Feature) -> st.SearchStrategy[float]:
    """Values that the numeric feature can have: whole ones for a count."""
    low = -math.inf if feature.low is None else feature.low
    high = math.inf if feature.high is None else feature.high
    return st.sampled_from([n for n in (WHOLE if feature.type == "count" else LATTICE) if low <= n <= high])


@st.composite
def features(draw: st.DrawFn) -> Feature:
    """A feature of any of the four types; a number with or without bounds, a count from 0."""
    kind = draw(st.sampled_from(("enum", "yes_no", "number", "count")))
    if kind in ("enum", "yes_no"):
        values = ("yes", "no") if kind == "yes_no" else ("one", "two", "three")[: draw(st.integers(1, 3))]
        return Feature(name="x", label="X", type=kind, values=values)
    low = 0.0 if kind == "count" else draw(st.sampled_from((None, 0.0, 1.0)))
    high = draw(st.sampled_from((None, 3.0, 6.0)))
    return Feature(name="x", label="X", type=kind, low=low, high=high, unit="" if kind == "count" else "months")


@st.composite
def intervals(draw: st.DrawFn, feature: Feature = FRACTION) -> Interval:
    """One number, two ends, one open end, or nothing known at all."""
    kind = draw(st.sampled_from(("closed", "exact", "from", "up to", "closed", "open")))
    first, second = draw(numbers(feature)), draw(numbers(feature))
    match kind:
        case "exact":
            return Interval(first, first)
        case "closed":
            return Interval(min(first, second), max(first, second))
        case "from":
            return Interval(low=first)
        case "up to":
            return Interval(high=first)
        case _:
            return Interval()


def values(feature: Feature) -> st.SearchStrategy[Value]:
    """Unknown, or an interval, a word, or the words that are left of the feature."""
    known: st.SearchStrategy[Value] = intervals(feature) if feature.is_numeric else words_of(feature)
    return known | known | st.none()


def words_of(feature: Feature) -> st.SearchStrategy[Value]:
    """A word, or some words that are left."""
    some = st.lists(st.sampled_from(feature.values), min_size=1, max_size=2, unique=True)
    return some.map(lambda words: value_from_words(feature, words))


def known_values(feature: Feature) -> st.SearchStrategy[Value]:
    """A word, or one number: all that can be learnt about the feature."""
    if feature.is_numeric:
        return numbers(feature).map(lambda n: Interval(n, n))
    return st.sampled_from(feature.values)


def fact(name: str, value: Value) -> Fact:
    """A fact as a record would give it."""
    return Fact(name, value, "unknown" if value is None else "derived")


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A fact, known or unknown, for some of the dictionary's features; the others have none."""
    named = draw(st.sets(st.sampled_from(sorted(DICTIONARY)), min_size=len(DICTIONARY) - 2))
    return {name: fact(name, draw(values(DICTIONARY[name]))) for name in sorted(named)}


@st.composite
def narrowed(draw: st.DrawFn, feature: Feature, value: Value) -> Value:
    """The value, or one that says more: a word or interval for unknown, one of the words left, a part of an interval."""
    if isinstance(value, str) or draw(st.integers(0, 3)) == 0:
        return value
    if isinstance(value, tuple):
        return draw(st.sampled_from(value))
    if value is None:
        return draw(values(feature))
    inside = [n for n in (value.low, *LATTICE, value.high) if value.low <= n <= value.high]
    ends = sorted((draw(st.sampled_from(inside)), draw(st.sampled_from(inside))))
    return Interval(*ends) if math.isfinite(ends[0]) or math.isfinite(ends[1]) or ends[0] < ends[1] else value


@st.composite
def refined(draw: st.DrawFn, known: Facts, keeping: frozenset[str] = frozenset()) -> Facts:
    """Facts that refine the given ones; those of `keeping` stay as they are."""
    found = {name: fact(name, known[name].value if name in known else None) for name in DICTIONARY}
    for name, feature in DICTIONARY.items():
        if name not in keeping:
            found[name] = fact(name, draw(narrowed(feature, found[name].value)))
    return found


@st.composite
def refined_pairs(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """Facts, and facts that refine them."""
    coarse = draw(facts())
    return coarse, draw(refined(coarse))


@st.composite
def leaf_conditions(draw: st.DrawFn) -> Condition:
    """A sentence about one feature of the dictionary."""
    feature = DICTIONARY[draw(st.sampled_from(sorted(DICTIONARY)))]
    if feature.is_numeric:
        return Compare(feature.name, draw(st.sampled_from(OPS)), draw(st.sampled_from(WHOLE)))
    return OneOf(feature.name, tuple(draw(st.lists(st.sampled_from(feature.values), min_size=1, max_size=2, unique=True))))


LEAVES = ("leaf",) * 9 + ("constant",)
GROUPS = ("all", "any", "at least") * 2 + ("not", "named")


@st.composite
def conditions(draw: st.DrawFn, *, unknown_constants: bool = True, depth: int = 2) -> Condition:
    """Conditions of all eight node types; the constant `unknown`, which no fact can settle, only if wanted."""

    def inner() -> Condition:
        return draw(conditions(unknown_constants=unknown_constants, depth=depth - 1))

    def some() -> tuple[Condition, ...]:
        return tuple(inner() for _ in range(draw(st.sampled_from((2, 3, 2, 3, 2, 3, 1, 0)))))

    match draw(st.sampled_from(GROUPS if depth == 2 else GROUPS + LEAVES if depth else LEAVES)):
        case "leaf":
            return draw(leaf_conditions())
        case "constant":
            return Constant(draw(st.sampled_from(("true", "false", "unknown") if unknown_constants else ("true", "false"))))
        case "not":
            return Not(inner())
        case "named":
            return Named("a name", inner())
        case "all":
            return All(some())
        case "any":
            return Any(some())
        case _:
            return AtLeast(draw(st.integers(0, 3)), some())


days = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    """A date known to the day, the month or the year."""
    day = draw(days)
    match draw(st.sampled_from(("day", "month", "year"))):
        case "day":
            return PartialDate(day, day)
        case "month":
            last = calendar.monthrange(day.year, day.month)[1]
            return PartialDate(day.replace(day=1), day.replace(day=last))
        case _:
            return PartialDate(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))


def readings(date: PartialDate) -> st.SearchStrategy[dt.date]:
    """A day that the partial date may mean."""
    return st.dates(date.first, date.last)
