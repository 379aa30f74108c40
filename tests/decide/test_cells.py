"""Cells: where no condition changes its truth; together every value, none twice; and their names."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from concordant.decide.partitions import Break, find_breaks, join_cells, make_cells
from concordant.logic.conditions import All, Any, Compare, Condition, Not, OneOf
from concordant.logic.intervals import Interval, compare_interval, make_exact_interval, step_above, step_below
from concordant.logic.truth import UNKNOWN
from concordant.model.features import Feature
from concordant.patient.facts import Value
from tests.strategies import OPS, WHOLE, features, intervals, numbers

INF = math.inf
MONTHS = Feature(name="x", label="Months", type="number", unit="months", low=0)
PERCENT = Feature(name="x", label="Share", type="number", unit="percent", low=0, high=100)
FREE = Feature(name="x", label="Number", type="number")
COUNT = Feature(name="x", label="Lines", type="count", low=0)
BOUNDED = Feature(name="x", label="Lines", type="count", low=0, high=3)
WORDS = Feature(name="x", label="Line", type="enum", values=("first", "third_or_later"), phrases={"first": "first line"})


def read(*sentences: str) -> tuple[Break, ...]:
    """The cuts of sentences such as `<= 12`."""
    split = [sentence.split() for sentence in sentences]
    return find_breaks([Compare("x", op, float(bound)) for op, bound in split]).get("x", ())  # type: ignore[arg-type]


CUTS: list[tuple[str, tuple[Break, ...]]] = [
    ("<= 12", ((12.0, 1),)),
    ("> 12", ((12.0, 1),)),
    ("< 12", ((12.0, 0),)),
    (">= 12", ((12.0, 0),)),
    ("== 12", ((12.0, 0), (12.0, 1))),
]


@pytest.mark.parametrize(("sentence", "expected"), CUTS)
def test_where_a_comparison_cuts(sentence: str, expected: tuple[Break, ...]) -> None:
    assert read(sentence) == expected


def test_cuts_are_found_deep_inside_once_and_in_order() -> None:
    nested: Condition = All(
        (Not(Compare("a", "<=", 12)), Any((Compare("a", ">", 12), Compare("b", "<", 1), Compare("a", "<", 6))))
    )
    assert find_breaks([nested, OneOf("c", ("yes",)), Compare("b", ">=", 1)]) == {"a": ((6, 0), (12, 1)), "b": ((1, 0),)}


# the feature, the sentences that are read, what is known, the cells: low, high, name
CELLS: list[tuple[str, Feature, tuple[str, ...], Value, list[tuple[float, float, str]]]] = [
    ("nothing is read", MONTHS, (), None, [(0, INF, "any value")]),
    ("at most", MONTHS, ("<= 12",), None, [(0, 12, "<= 12 months"), (step_above(12), INF, "> 12 months")]),
    ("more than", MONTHS, ("> 12",), None, [(0, 12, "<= 12 months"), (step_above(12), INF, "> 12 months")]),
    ("less than", MONTHS, ("< 12",), None, [(0, step_below(12), "< 12 months"), (12, INF, ">= 12 months")]),
    ("at least", MONTHS, (">= 12",), None, [(0, step_below(12), "< 12 months"), (12, INF, ">= 12 months")]),
    (
        "equal",
        MONTHS,
        ("== 12",),
        None,
        [(0, step_below(12), "< 12 months"), (12, 12, "12 months"), (step_above(12), INF, "> 12 months")],
    ),
    (
        "two thresholds",
        MONTHS,
        ("<= 6", "> 12"),
        None,
        [(0, 6, "<= 6 months"), (step_above(6), 12, "> 6 to 12 months"), (step_above(12), INF, "> 12 months")],
    ),
    (
        "two thresholds that exclude",
        MONTHS,
        (">= 6", "< 12"),
        None,
        [(0, step_below(6), "< 6 months"), (6, step_below(12), "6 to < 12 months"), (12, INF, ">= 12 months")],
    ),
    ("percent", PERCENT, ("< 50",), None, [(0, step_below(50), "< 50 %"), (50, 100, ">= 50 %")]),
    ("the upper bound itself", PERCENT, ("< 100",), None, [(0, step_below(100), "< 100 %"), (100, 100, "100 %")]),
    ("the lower bound itself", PERCENT, ("<= 0",), None, [(0, 0, "0 %"), (step_above(0), 100, "> 0 %")]),
    ("a threshold at the upper bound that splits nothing", PERCENT, ("<= 100",), None, [(0, 100, "any value")]),
    ("a threshold above every value", PERCENT, ("<= 150",), None, [(0, 100, "any value")]),
    ("a threshold below every value", PERCENT, (">= 0",), None, [(0, 100, "any value")]),
    ("without bounds", FREE, ("<= 2.5",), None, [(-INF, 2.5, "<= 2.5"), (step_above(2.5), INF, "> 2.5")]),
    ("a count", COUNT, ("<= 0", ">= 2"), None, [(0, 0, "0"), (1, 1, "1"), (2, INF, ">= 2")]),
    ("a count between whole numbers", COUNT, ("<= 1.5",), None, [(0, 1, "<= 1"), (2, INF, ">= 2")]),
    ("one gap of a count, named twice", COUNT, ("<= 1", ">= 2"), None, [(0, 1, "<= 1"), (2, INF, ">= 2")]),
    ("a bounded count", BOUNDED, (">= 3",), None, [(0, 2, "<= 2"), (3, 3, "3")]),
    (
        "part is known",
        MONTHS,
        ("<= 6", "<= 12"),
        Interval(8, 20),
        [(8, 12, "> 6 to 12 months"), (step_above(12), 20, "> 12 months")],
    ),
    ("all is known", MONTHS, ("<= 12",), make_exact_interval(8), [(8, 8, "<= 12 months")]),
    ("one side is known", MONTHS, ("<= 12",), Interval(low=step_above(12)), [(step_above(12), INF, "> 12 months")]),
]


@pytest.mark.parametrize(("feature", "sentences", "known", "expected"), [row[1:] for row in CELLS], ids=[row[0] for row in CELLS])
def test_the_cells_of_a_number(
    feature: Feature, sentences: tuple[str, ...], known: Value, expected: list[tuple[float, float, str]]
) -> None:
    found = [
        (c.value.low, c.value.high, c.name) for c in make_cells(feature, read(*sentences), known) if isinstance(c.value, Interval)
    ]
    assert found == expected


def test_the_cells_of_words_are_the_words_with_their_phrases() -> None:
    assert [(c.value, c.name) for c in make_cells(WORDS, (), None)] == [
        ("first", "first line"),
        ("third_or_later", "third or later"),
    ]


def test_neighbours_are_joined() -> None:
    first, second, third = make_cells(MONTHS, read("<= 6", "<= 12"), None)
    assert join_cells(MONTHS, first, second).value == Interval(0, 12)
    assert join_cells(MONTHS, first, second).name == "<= 12 months"
    assert join_cells(MONTHS, second, third).name == "> 6 months"
    one, other = make_cells(WORDS, (), None)
    assert (join_cells(WORDS, one, other).value, join_cells(WORDS, one, other).name) == (None, "first line or third or later")


bounds = st.sampled_from([*WHOLE, 0.5, 2.5, 7.5])
comparisons = st.lists(st.builds(Compare, st.just("x"), st.sampled_from(OPS), bounds), max_size=4)


@given(st.data(), features(), comparisons)
def test_every_value_lies_in_exactly_one_cell(data: st.DataObject, feature: Feature, read_: list[Compare]) -> None:
    cells = make_cells(feature, find_breaks(read_).get("x", ()), None)
    if not feature.is_numeric:
        assert sorted(str(c.value) for c in cells) == sorted(feature.values)
        return
    number = data.draw(numbers(feature))
    assert sum(c.value.low <= number <= c.value.high for c in cells if isinstance(c.value, Interval)) == 1


@given(st.data(), features(), comparisons)
def test_within_a_cell_no_comparison_is_open(data: st.DataObject, feature: Feature, read_: list[Compare]) -> None:
    assume(feature.is_numeric)
    known = data.draw(st.none() | intervals(feature))
    for cell in make_cells(feature, find_breaks(read_).get("x", ()), known):
        assert isinstance(cell.value, Interval)
        assert all(compare_interval(cell.value, leaf.op, leaf.bound) is not UNKNOWN for leaf in read_)


@given(st.data(), features(), comparisons)
def test_the_cells_of_what_is_known_are_the_known_part_of_all_cells(
    data: st.DataObject, feature: Feature, read_: list[Compare]
) -> None:
    assume(feature.is_numeric)
    known, number = data.draw(intervals(feature)), data.draw(numbers(feature))
    cells = make_cells(feature, find_breaks(read_).get("x", ()), known)
    inside = sum(c.value.low <= number <= c.value.high for c in cells if isinstance(c.value, Interval))
    assert inside == (1 if known.low <= number <= known.high else 0)


@given(features(), comparisons)
def test_no_two_cells_have_one_name(feature: Feature, read_: list[Compare]) -> None:
    names = [c.name for c in make_cells(feature, find_breaks(read_).get("x", ()), None)]
    assert len(set(names)) == len(names)
