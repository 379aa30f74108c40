"""The law of the contract: what is learnt narrows; it never overturns a definite answer."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings

from concordant.logic.conditions import Condition
from concordant.logic.intervals import Interval, compare_interval, step_above, step_below
from concordant.logic.status import OFFERED, Status, determine_status
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.patient.facts import Facts
from concordant.readers.explain import explain
from tests.shares import examples
from tests.strategies import OPS, conditions, refined_pairs

INF = float("inf")

# applies_if, unless, status: the contract's section 3
CELLS: list[tuple[Truth, Truth, Status]] = [
    (TRUE, FALSE, "applies"),
    (TRUE, UNKNOWN, "applies_if_checked"),
    (TRUE, TRUE, "precluded"),
    (UNKNOWN, FALSE, "needs_data"),
    (UNKNOWN, UNKNOWN, "needs_data"),
    (UNKNOWN, TRUE, "precluded"),
    (FALSE, FALSE, "does_not_apply"),
    (FALSE, UNKNOWN, "does_not_apply"),
    (FALSE, TRUE, "does_not_apply"),
]

# what a status may still become: the contract's section 2, "The law"
MAY_BECOME: dict[Status, frozenset[Status]] = {
    "applies": frozenset({"applies"}),
    "does_not_apply": frozenset({"does_not_apply"}),
    "precluded": frozenset({"precluded", "does_not_apply"}),
    "applies_if_checked": frozenset({"applies_if_checked", "applies", "precluded"}),
    "needs_data": frozenset({"applies", "applies_if_checked", "precluded", "needs_data", "does_not_apply"}),
}


def refinements(truth: Truth) -> tuple[Truth, ...]:
    return tuple(Truth) if truth is UNKNOWN else (truth,)


@pytest.mark.parametrize(("applies_if", "unless", "expected"), CELLS, ids=lambda item: getattr(item, "name", item))
def test_each_of_the_nine_cells(applies_if: Truth, unless: Truth, expected: Status) -> None:
    assert determine_status(applies_if, unless) == expected


def test_the_nine_cells_are_all_there_are() -> None:
    assert {(a, u) for a, u, _ in CELLS} == set(product(Truth, repeat=2))
    assert {determine_status(a, u) for a, u in product(Truth, repeat=2)} == set(MAY_BECOME)


def test_what_applies_is_offered_checked_or_not() -> None:
    assert frozenset({"applies", "applies_if_checked"}) == OFFERED


@pytest.mark.parametrize(("applies_if", "unless", "before"), CELLS, ids=lambda item: getattr(item, "name", item))
def test_learning_moves_each_cell_only_where_the_law_lets_it(applies_if: Truth, unless: Truth, before: Status) -> None:
    after = {determine_status(a, u) for a, u in product(refinements(applies_if), refinements(unless))}
    assert after <= MAY_BECOME[before]


@pytest.mark.parametrize("op", OPS)
def test_narrowing_a_number_never_overturns_a_comparison(op: str) -> None:
    ends = [-INF, 0.0, step_below(1), 1.0, step_above(1), 2.0, INF]
    held = [Interval(low, high) for low in ends for high in ends if low <= high]
    for wide, narrow, bound in product(held, held, (0.0, 1.0, 2.0)):
        if narrow.is_within(wide):
            assert compare_interval(narrow, op, bound) in refinements(compare_interval(wide, op, bound)), (narrow, wide, bound)


@settings(max_examples=examples(300))
@given(conditions(), refined_pairs())
def test_a_definite_truth_is_never_overturned(condition: Condition, pair: tuple[Facts, Facts]) -> None:
    before, after = (explain(condition, facts).truth for facts in pair)
    assert after in refinements(before)


@settings(max_examples=examples(300))
@given(conditions(), conditions(), refined_pairs())
def test_the_status_of_a_statement_moves_as_the_law_says(
    applies_if: Condition, unless: Condition, pair: tuple[Facts, Facts]
) -> None:
    before, after = (determine_status(explain(applies_if, f).truth, explain(unless, f).truth) for f in pair)
    assert after in MAY_BECOME[before]
