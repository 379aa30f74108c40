"""Which open facts could settle a condition together: read off its structure, so that few groups have to be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import assert_never

from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, negate_truth

LARGEST = 3  # more than three facts at once is no question that anybody could answer

Groups = frozenset[frozenset[str]]
NOTHING_NEEDED: Groups = frozenset({frozenset()})
NO_WAY: Groups = frozenset()


def find_settling_groups(
    condition: Condition, truth_of: Callable[[Condition], Truth], behind: Callable[[str], Iterable[str]]
) -> Groups:
    """Every group of up to `LARGEST` open facts that could make the condition true, or false.

    `truth_of` tells what a part comes to now, `behind` the open facts that a feature rests on. An All becomes true only with
    all its open parts, and false with any one of them; an Any the other way round.
    """

    def find_groups(part: Condition, wanted: Truth) -> Groups:
        truth = truth_of(part)
        if truth is not UNKNOWN:
            return NOTHING_NEEDED if truth is wanted else NO_WAY
        match part:
            case Compare(feature=name) | OneOf(feature=name):
                return combine_names(behind(name))
            case Not(arg=arg):
                return find_groups(arg, negate_truth(wanted))
            case Named(arg=arg):
                return find_groups(arg, wanted)
            case All(args=args) | Any(args=args):
                each = [find_groups(arg, wanted) for arg in args]
                return _combine_groups(each) if isinstance(part, All) is (wanted is TRUE) else NO_WAY.union(*each)
            case AtLeast(args=args):  # any of the parts may count
                return combine_names({name for arg in args for group in _find_either_groups(find_groups, arg) for name in group})
            case Constant():
                return NO_WAY
            case _:
                assert_never(part)

    return _find_either_groups(find_groups, condition)


def _find_either_groups(groups_for: Callable[[Condition, Truth], Groups], part: Condition) -> Groups:
    return groups_for(part, TRUE) | groups_for(part, FALSE)


def combine_names(names: Iterable[str]) -> Groups:
    """Every group of up to `LARGEST` of these."""
    ordered = sorted(names)
    return frozenset(frozenset(some) for size in range(1, LARGEST + 1) for some in combinations(ordered, size))


def _combine_groups(each: Iterable[Groups]) -> Groups:
    """One group of each, put together."""
    combined = NOTHING_NEEDED
    for groups in sorted(each, key=len):
        combined = frozenset(group | other for group in combined for other in groups if len(group | other) <= LARGEST)
    return combined
