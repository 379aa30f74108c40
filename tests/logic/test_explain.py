"""The tree of reasons against an evaluator of its own: truths, deciding leaves, what is missing."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf, iter_condition_leaves
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.patient.facts import Facts, Reason
from concordant.readers.explain import explain, find_deciding_leaves, find_missing_features, iter_reason_leaves
from tests.shares import examples
from tests.strategies import DICTIONARY, conditions, fact, facts, known_values, refined

# The direct evaluator counts: false is 0, unknown a half, true is 1. All is the least of its parts, Any the
# greatest, Not the rest to 1, and at least n is the n-th greatest. A leaf is asked about every number it could be.
WORTH = {0.0: FALSE, 0.5: UNKNOWN, 1.0: TRUE}
MEANING: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
}


def worth(condition: Condition, known: Facts) -> float:
    match condition:
        case Constant(truth=word):
            return {"false": 0.0, "unknown": 0.5, "true": 1.0}[word]
        case Compare() | OneOf():
            return leaf_worth(condition, known)
        case Named(arg=arg):
            return worth(arg, known)
        case Not(arg=arg):
            return 1.0 - worth(arg, known)
        case All(args=args):
            return min((worth(arg, known) for arg in args), default=1.0)
        case Any(args=args):
            return max((worth(arg, known) for arg in args), default=0.0)
        case AtLeast(n=n, args=args):
            best = sorted((worth(arg, known) for arg in args), reverse=True)
            return 1.0 if n == 0 else best[n - 1] if n <= len(best) else 0.0


def leaf_worth(leaf: Compare | OneOf, known: Facts) -> float:
    value = known[leaf.feature].value if leaf.feature in known else None
    if value is None:
        return 0.5
    if isinstance(leaf, OneOf):
        answers = [word in leaf.values for word in (value if isinstance(value, tuple) else (value,))]
        return 1.0 if all(answers) else 0.5 if any(answers) else 0.0
    assert isinstance(value, Interval)
    near = (math.nextafter(leaf.bound, -math.inf), leaf.bound, math.nextafter(leaf.bound, math.inf))
    possible = [n for n in (value.low, value.high, *near) if value.low <= n <= value.high]
    answers = [MEANING[leaf.op](number, leaf.bound) for number in possible]
    return 1.0 if all(answers) else 0.5 if any(answers) else 0.0


def without(tree: Reason, kept: set[int]) -> Condition:
    """The condition of the tree, every leaf that is not kept made unknown."""
    inner = tuple(without(part, kept) for part in tree.parts)
    match tree.condition:
        case Compare() | OneOf():
            return tree.condition if id(tree) in kept else Constant("unknown")
        case Not():
            return Not(inner[0])
        case Named(name=name):
            return Named(name, inner[0])
        case All():
            return All(inner)
        case Any():
            return Any(inner)
        case AtLeast(n=n):
            return AtLeast(n, inner)
        case constant:
            return constant


def every_node(tree: Reason) -> list[Reason]:
    return [tree, *(node for part in tree.parts for node in every_node(part))]


@settings(max_examples=examples(300))
@given(conditions(), facts())
def test_every_truth_of_the_tree_is_that_of_the_direct_evaluator(condition: Condition, known: Facts) -> None:
    for node in every_node(explain(condition, known)):
        assert node.truth is WORTH[worth(node.condition, known)]


@given(conditions(), facts())
def test_the_tree_keeps_every_leaf_in_reading_order_with_its_fact(condition: Condition, known: Facts) -> None:
    read = [node for node in iter_reason_leaves(explain(condition, known)) if isinstance(node.condition, Compare | OneOf)]
    assert [node.condition for node in read] == list(iter_condition_leaves(condition))
    assert [node.fact for node in read] == [known.get(leaf.feature) for leaf in iter_condition_leaves(condition)]


@settings(max_examples=examples(300))
@given(conditions(), facts())
def test_the_deciding_leaves_suffice(condition: Condition, known: Facts) -> None:
    tree = explain(condition, known)
    kept = {id(leaf) for leaf in find_deciding_leaves(tree)}
    assert explain(without(tree, kept), known).truth is tree.truth


@settings(max_examples=examples(300))
@given(conditions(), facts())
def test_the_facts_of_the_deciding_leaves_suffice(condition: Condition, known: Facts) -> None:
    tree = explain(condition, known)
    read = {leaf.fact.feature for leaf in find_deciding_leaves(tree) if leaf.fact is not None}
    kept = {name: held if name in read else fact(name, None) for name, held in known.items()}
    if tree.truth is not UNKNOWN:
        assert explain(condition, kept).truth is tree.truth


@given(conditions(), facts())
def test_the_deciding_leaves_of_a_definite_truth_are_definite(condition: Condition, known: Facts) -> None:
    tree = explain(condition, known)
    wanted: tuple[Truth, ...] = (UNKNOWN,) if tree.truth is UNKNOWN else (TRUE, FALSE)
    assert all(leaf.truth in wanted for leaf in find_deciding_leaves(tree))


@settings(max_examples=examples(300))
@given(conditions(unknown_constants=False), facts())
def test_something_is_missing_exactly_when_the_truth_is_unknown(condition: Condition, known: Facts) -> None:
    tree = explain(condition, known)
    assert (find_missing_features(tree) != ()) is (tree.truth is UNKNOWN)


@given(conditions(), facts())
def test_what_is_missing_is_read_not_known_and_named_once(condition: Condition, known: Facts) -> None:
    names = find_missing_features(explain(condition, known))
    open_ = [leaf.feature for leaf in iter_condition_leaves(condition) if leaf_worth(leaf, known) == 0.5]
    assert set(names) <= set(open_)
    assert list(names) == sorted(set(names), key=names.index)


@settings(max_examples=examples(300))
@given(st.data(), conditions(unknown_constants=False), facts())
def test_learning_all_that_is_missing_settles_the_truth(data: st.DataObject, condition: Condition, known: Facts) -> None:
    names = find_missing_features(explain(condition, known))
    told = {name: fact(name, data.draw(known_values(DICTIONARY[name]))) for name in names}
    assert explain(condition, {**known, **told}).truth is not UNKNOWN


@settings(max_examples=examples(300))
@given(st.data(), conditions(), facts())
def test_learning_anything_else_settles_nothing(data: st.DataObject, condition: Condition, known: Facts) -> None:
    tree = explain(condition, known)
    told = data.draw(refined(known, keeping=frozenset(find_missing_features(tree))))
    assert explain(condition, told).truth is tree.truth
