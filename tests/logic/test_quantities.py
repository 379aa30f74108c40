"""Numbers as people write them, and comparisons that stay open while an interval straddles the bound."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordant.logic.intervals import (
    Interval,
    compare_interval,
    format_interval,
    make_exact_interval,
    parse_quantity,
    step_above,
    step_below,
)
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from tests.strategies import LATTICE, OPS, WHOLE, intervals

INF = math.inf
SHORT = {"T": TRUE, "U": UNKNOWN, "F": FALSE}
MEANING: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
}

WRITTEN = [
    ("8 months", 8, 8, "months"),
    ("8", 8, 8, ""),
    ("0", 0, 0, ""),
    ("5.40 mg/kg", 5.4, 5.4, "mg/kg"),
    ("62 %", 62, 62, "%"),
    ("62%", 62, 62, "%"),
    ("-3 x", -3, -3, "x"),
    ("  8   months ", 8, 8, "months"),
    ("<= 12 months", -INF, 12, "months"),
    ("≤12 months", -INF, 12, "months"),
    ("< 12 months", -INF, step_below(12), "months"),
    (">= 12 months", 12, INF, "months"),
    ("≥ 12 months", 12, INF, "months"),
    ("> 12 months", step_above(12), INF, "months"),
    ("8 to 11 months", 8, 11, "months"),
    ("8-11 months", 8, 11, "months"),
    ("8 – 11 months", 8, 11, "months"),
    ("8 to 8 months", 8, 8, "months"),
    ("7.5 to 8.25", 7.5, 8.25, ""),
    ("150 x 10*9/L", 150, 150, "x 10*9/L"),
]


@pytest.mark.parametrize(("text", "low", "high", "unit"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_quantities_are_read(text: str, low: float, high: float, unit: str) -> None:
    assert parse_quantity(text) == (Interval(low, high), unit)


NO_QUANTITIES = [
    ("eight months", "'eight months' is not a number; write for example 8, <= 12 or 8 to 11, then the unit"),
    ("", "'' is not a number; write for example 8, <= 12 or 8 to 11, then the unit"),
    ("about 8 months", "'about 8 months' is not a number; write for example 8, <= 12 or 8 to 11, then the unit"),
    ("11 to 8 months", "'11 to 8 months' runs from the larger to the smaller number"),
]


@pytest.mark.parametrize(("text", "says"), NO_QUANTITIES)
def test_what_is_no_quantity_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_quantity(text)
    assert str(error.value) == says


def test_an_endless_number_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        parse_quantity("9" * 400)


@pytest.mark.parametrize(("low", "high"), [(2.0, 1.0), (math.nan, 1.0), (0.0, math.nan)])
def test_an_interval_without_numbers_cannot_be_made(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="no number lies between"):
        Interval(low, high)


# the interval, then its truth for <= < >= > == 12
AGAINST_TWELVE = [
    (11, 11, "TTFFF"),
    (12, 12, "TFTFT"),
    (13, 13, "FFTTF"),
    (10, 11, "TTFFF"),
    (10, 12, "TUUFU"),
    (12, 14, "UFTUU"),
    (13, 14, "FFTTF"),
    (10, 14, "UUUUU"),
    (-INF, 11, "TTFFF"),
    (-INF, 12, "TUUFU"),
    (-INF, step_below(12), "TTFFF"),
    (12, INF, "UFTUU"),
    (13, INF, "FFTTF"),
    (step_above(12), INF, "FFTTF"),
    (-INF, INF, "UUUUU"),
]


@pytest.mark.parametrize(("low", "high", "row"), AGAINST_TWELVE)
def test_comparisons_with_twelve(low: float, high: float, row: str) -> None:
    found = [compare_interval(Interval(low, high), op, 12) for op in OPS]
    assert found == [SHORT[sign] for sign in row]


def test_an_unknown_comparison_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="unknown comparison '!='"):
        compare_interval(make_exact_interval(1), "!=", 1)


@given(st.sampled_from(LATTICE), st.sampled_from(OPS), st.sampled_from(WHOLE))
def test_a_known_number_compares_as_numbers_do(number: float, op: str, bound: float) -> None:
    assert compare_interval(make_exact_interval(number), op, bound) is (TRUE if MEANING[op](number, bound) else FALSE)


@given(intervals(), st.sampled_from(OPS), st.sampled_from(WHOLE))
def test_a_comparison_is_open_exactly_when_some_number_says_yes_and_another_no(held: Interval, op: str, bound: float) -> None:
    samples = [n for n in (held.low, held.high, step_below(bound), bound, step_above(bound)) if held.low <= n <= held.high]
    answers = {MEANING[op](number, bound) for number in samples}
    expected = UNKNOWN if len(answers) == 2 else TRUE if answers == {True} else FALSE
    assert compare_interval(held, op, bound) is expected


@pytest.mark.parametrize("number", [0, 0.1, 1, 12, 50, 99.9, 150, 1000000])
def test_more_than_a_number_leaves_it_out_and_less_than_too(number: float) -> None:
    more, _ = parse_quantity(f"> {number} months")
    less, _ = parse_quantity(f"< {number} months")
    assert [compare_interval(more, op, number) for op in OPS] == [FALSE, FALSE, TRUE, TRUE, FALSE]
    assert [compare_interval(less, op, number) for op in OPS] == [TRUE, TRUE, FALSE, FALSE, FALSE]
    assert more.intersect_with(less) is None


IN_WORDS: list[tuple[Interval, str]] = [
    (Interval(), "unknown"),
    (make_exact_interval(8), "8"),
    (make_exact_interval(8.25), "8.2"),
    (make_exact_interval(5.4), "5.4"),
    (make_exact_interval(0), "0"),
    (Interval(11, 13), "11 to 13"),
    (Interval(11.5, 13), "11.5 to 13"),
    (Interval(low=12), "at least 12"),
    (Interval(high=12), "at most 12"),
    (Interval(low=step_above(12)), "more than 12"),
    (Interval(high=step_below(12)), "less than 12"),
    (Interval(low=step_above(0)), "more than 0"),
    (Interval(high=step_below(0.5)), "less than 0.5"),
    (Interval(low=0), "at least 0"),
]


@pytest.mark.parametrize(("held", "told"), IN_WORDS, ids=[told for _, told in IN_WORDS])
def test_intervals_in_words(held: Interval, told: str) -> None:
    assert format_interval(held) == told


@given(intervals(), intervals(), st.sampled_from(LATTICE))
def test_meet_is_what_both_hold_and_hull_holds_both(one: Interval, other: Interval, number: float) -> None:
    def held(within: Interval | None) -> bool:
        return within is not None and within.low <= number <= within.high

    meet, hull = one.intersect_with(other), one.join_with(other)
    assert held(meet) is (held(one) and held(other))
    assert held(hull) or not (held(one) or held(other))
    assert one.is_within(hull)
    assert other.is_within(hull)
    assert meet is None or (meet.is_within(one) and meet.is_within(other))


REFINES = [
    ((2, 3), (1, 4), True),
    ((1, 4), (1, 4), True),
    ((1, 4), (2, 3), False),
    ((0, 3), (1, 4), False),
    ((2, 5), (1, 4), False),
]


@pytest.mark.parametrize(("inner", "outer", "expected"), REFINES)
def test_an_interval_refines_another_when_it_lies_inside(
    inner: tuple[float, float], outer: tuple[float, float], expected: bool
) -> None:
    assert Interval(*inner).is_within(Interval(*outer)) is expected
