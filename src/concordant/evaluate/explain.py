"""One patient: the truth of a condition and why, as one tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

import msgspec

from concordant import kleene
from concordant.conditions import All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf
from concordant.facts import Fact, Facts, among
from concordant.kleene import UNKNOWN, Truth
from concordant.quantities import Interval, compare


class Because(msgspec.Struct, frozen=True):
    """A condition, its truth for this patient, the fact it read (a leaf) or its parts (a node)."""

    condition: Condition
    truth: Truth
    parts: tuple[Because, ...] = ()
    fact: Fact | None = None


Evaluator = Callable[[Condition, Facts], Because]


def explain(condition: Condition, facts: Facts) -> Because:
    """Evaluate with Kleene's three truths; a feature without a fact is unknown."""
    match condition:
        case OneOf(feature=name):
            fact = facts.get(name)
            return Because(condition, _one_of(condition, fact), (), fact)
        case Compare(feature=name):
            fact = facts.get(name)
            return Because(condition, _compare(condition, fact), (), fact)
        case All(args=args):
            inner = tuple([explain(arg, facts) for arg in args])
            return Because(condition, kleene.all_([b.truth for b in inner]), inner)
        case Any(args=args):
            inner = tuple([explain(arg, facts) for arg in args])
            return Because(condition, kleene.any_([b.truth for b in inner]), inner)
        case Not(arg=arg):
            part = explain(arg, facts)
            return Because(condition, kleene.not_(part.truth), (part,))
        case Named(arg=arg):
            part = explain(arg, facts)
            return Because(condition, part.truth, (part,))
        case AtLeast(n=n, args=args):
            inner = tuple([explain(arg, facts) for arg in args])
            return Because(condition, kleene.at_least(n, [b.truth for b in inner]), inner)
        case Constant(truth=word):
            return Because(condition, Truth(word))
        case _:
            assert_never(condition)


def _one_of(leaf: OneOf, fact: Fact | None) -> Truth:
    return UNKNOWN if fact is None else among(fact.value, leaf.values)


def _compare(leaf: Compare, fact: Fact | None) -> Truth:
    if fact is None or not isinstance(fact.value, Interval):
        return UNKNOWN
    return compare(fact.value, leaf.op, leaf.bound)


def deciding(tree: Because) -> Iterator[Because]:
    """The leaves that made the truth what it is: all of a true All, the false ones of a false All, ..."""
    if not tree.parts:
        if tree.fact is not None or isinstance(tree.condition, Compare | OneOf):
            yield tree
        return
    for part in tree.parts:
        if _decides(tree, part):
            yield from deciding(part)


def _decides(tree: Because, part: Because) -> bool:
    if isinstance(tree.condition, Not | Named):
        return True
    return part.truth is tree.truth


def missing(tree: Because) -> tuple[str, ...]:
    """The features whose unknown values keep the condition unknown, each once, in reading order."""
    if tree.truth is not UNKNOWN:
        return ()
    names = [leaf.condition.feature for leaf in deciding(tree) if isinstance(leaf.condition, Compare | OneOf)]
    return tuple(dict.fromkeys(names))


def all_leaves(tree: Because) -> Iterator[Because]:
    """Every leaf of the tree, deciding or not."""
    if not tree.parts:
        yield tree
    for part in tree.parts:
        yield from all_leaves(part)


def facts_behind(tree: Because, *, decisive: bool = True) -> Iterator[Fact]:
    """The deciding facts (or all), and behind an inferred one the facts that its rule read, deepest last."""
    for leaf in deciding(tree) if decisive else all_leaves(tree):
        if leaf.fact is None:
            continue
        yield leaf.fact
        if leaf.fact.because is not None:
            yield from facts_behind(leaf.fact.because)
