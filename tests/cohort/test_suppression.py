"""Nothing that is hidden can be worked out from what is shown: laws on tables at random, with an attacker who subtracts."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from concordant.cohorts.counts import EACH, Measure, Strata, Stratum, Tally, make_measure
from concordant.cohorts.rules import load_concordance_rules
from concordant.cohorts.suppression import find_hidden_rows, find_told_groups, is_small_count, suppress_strata
from concordant.model.cohort import VERDICTS
from tests.shipped import shipped_knowledge

COUNTS = st.lists(st.integers(0, 14), min_size=len(VERDICTS), max_size=len(VERDICTS))
TABLES = st.lists(COUNTS, min_size=1, max_size=7)
LIMITS = st.sampled_from([2, 5, 11])


def measure() -> Measure:
    return make_measure(load_concordance_rules(shipped_knowledge()))


def make_tally(counts: list[int]) -> Tally:
    return Tally(dict(zip(VERDICTS, counts, strict=True)), 1000)


def make_table(rows: list[list[int]]) -> tuple[Tally, Strata]:
    overall = make_tally([sum(column) for column in zip(*rows, strict=True)])
    return overall, Strata("site", [Stratum(str(i), make_tally(row)) for i, row in enumerate(rows)])


@given(TABLES, LIMITS)
@settings(max_examples=300, deadline=None)
def test_no_sum_or_difference_of_what_is_shown_is_small(rows: list[list[int]], below: int) -> None:
    """Every row that is shown, every difference from the row of all, in every class: none of them is a small count."""
    overall, strata = make_table(rows)
    if overall.sum_points(frozenset(VERDICTS)) < below:
        return
    told = Tally(overall.counts, 1000, find_told_groups(overall, measure(), below))
    for group in told.told:
        assert not is_small_count(told.sum_points(group), below)
    shown = [row.tally for row in suppress_strata(strata, told, measure(), below).rows if row.tally is not None]
    for group in measure().classes:
        seen = [tally.count_points(group) for tally in shown]
        total = told.count_points(group)
        if any(count is None for count in seen):
            assert all(count is None for count in seen)
            continue
        assert not any(is_small_count(count or 0, below) for count in seen)
        if total is not None and seen:
            assert not is_small_count(total - sum(count or 0 for count in seen), below)


@given(TABLES, LIMITS)
@settings(max_examples=300, deadline=None)
def test_a_class_that_is_not_told_of_all_is_told_of_no_row(rows: list[list[int]], below: int) -> None:
    """Its rows would add up to it."""
    overall, strata = make_table(rows)
    if overall.sum_points(frozenset(VERDICTS)) < below:
        return
    told = Tally(overall.counts, 1000, find_told_groups(overall, measure(), below))
    for row in suppress_strata(strata, told, measure(), below).rows:
        for group in measure().classes:
            if told.count_points(group) is None and row.tally is not None:
                assert row.tally.count_points(group) is None


@given(st.lists(st.integers(0, 6), min_size=2, max_size=6), st.sampled_from([2, 3, 5]))
@settings(max_examples=300, deadline=None)
def test_a_hidden_count_has_several_possible_values(counts: list[int], below: int) -> None:
    """The attacker knows the total, what is shown and the rule's limit, and tries every way to fill what is hidden."""
    hidden = find_hidden_rows([(count,) for count in counts], below)
    if not hidden or sum(counts) < below:
        return
    rest = sum(counts[i] for i in hidden)
    ways = [way for way in itertools.product(range(rest + 1), repeat=len(hidden)) if sum(way) == rest]
    for place in range(len(hidden)):
        assert len({way[place] for way in ways}) > 1


def test_one_hidden_row_is_never_alone() -> None:
    assert find_hidden_rows([(2,), (30,), (40,)], 5) == {0, 1}
    assert find_hidden_rows([(0,), (30,), (40,)], 5) == frozenset()
    assert find_hidden_rows([(2,), (4,), (40,)], 5) == {0, 1}
    assert find_hidden_rows([(1,), (2,), (40,)], 5) == {0, 1, 2}


def test_small_verdicts_are_told_with_others() -> None:
    tally = make_tally([20, 20, 30, 2, 1, 9, 0])  # against 2, justified 1
    groups = find_told_groups(tally, measure(), 5)
    assert frozenset({"not_offered", "against"}) in groups  # the class is large enough, its parts are not
    assert frozenset({"justified", "undecidable"}) in groups
    told = Tally(tally.counts, 1000, groups)
    assert told.count_points(frozenset({"against"})) is None
    assert told.count_points(frozenset({"against", "not_offered"})) == 32
    assert told.count_points(frozenset(VERDICTS)) == 82


def test_without_suppression_every_verdict_is_told() -> None:
    assert Tally({}, 0).told == EACH
