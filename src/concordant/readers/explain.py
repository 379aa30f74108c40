"""One patient: the truth of a condition and why, as one tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from concordant.logic import truth as kleene
from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Leaf, Named, Not, OneOf, fold
from concordant.logic.truth import UNKNOWN, Truth
from concordant.patient.facts import Fact, Facts, Reason, judge_leaf


class Evaluator(Protocol):
    """Tells what a condition comes to; what `gives_reasons` has trees that somebody may read, down to the cautions."""

    @property
    def gives_reasons(self) -> bool:
        """Whether the trees have parts."""

    def __call__(self, condition: Condition, facts: Facts) -> Reason:
        """The truth of the condition, and perhaps why."""


class Explain:
    """The evaluator with reasons: Kleene's three truths; a feature without a fact is unknown."""

    gives_reasons = True

    def __call__(self, condition: Condition, facts: Facts) -> Reason:
        """The truth of the condition and why, as one tree."""
        return fold(condition, _Reasons(facts))


class _Reasons:
    """The algebra whose readings are trees."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def constant(self, node: Constant) -> Reason:
        return Reason(node, Truth(node.truth))

    def compare(self, node: Compare) -> Reason:
        return self._judge_leaf(node)

    def one_of(self, node: OneOf) -> Reason:
        return self._judge_leaf(node)

    def _judge_leaf(self, leaf: Leaf) -> Reason:
        fact = self._facts.get(leaf.feature)
        return Reason(leaf, UNKNOWN if fact is None else judge_leaf(leaf, fact.value), (), fact)

    def not_(self, node: Not, part: Reason) -> Reason:
        return Reason(node, kleene.negate_truth(part.truth), (part,))

    def named(self, node: Named, part: Reason) -> Reason:
        return Reason(node, part.truth, (part,))

    def all_(self, node: All, parts: Sequence[Reason]) -> Reason:
        return Reason(node, kleene.judge_all([b.truth for b in parts]), tuple(parts))

    def any_(self, node: Any, parts: Sequence[Reason]) -> Reason:
        return Reason(node, kleene.judge_any([b.truth for b in parts]), tuple(parts))

    def at_least(self, node: AtLeast, parts: Sequence[Reason]) -> Reason:
        return Reason(node, kleene.judge_at_least(node.n, [b.truth for b in parts]), tuple(parts))


explain = Explain()


def find_deciding_leaves(tree: Reason) -> Iterator[Reason]:
    """The leaves that made the truth what it is: all of a true All, the false ones of a false All, ..."""
    if not tree.parts:
        if tree.fact is not None or isinstance(tree.condition, Compare | OneOf):
            yield tree
        return
    for part in tree.parts:
        if _is_deciding(tree, part):
            yield from find_deciding_leaves(part)


def _is_deciding(tree: Reason, part: Reason) -> bool:
    if isinstance(tree.condition, Not | Named):
        return True
    return part.truth is tree.truth


def find_missing_features(tree: Reason) -> tuple[str, ...]:
    """The features whose unknown values keep the condition unknown, each once, in reading order."""
    if tree.truth is not UNKNOWN:
        return ()
    names = [leaf.condition.feature for leaf in find_deciding_leaves(tree) if isinstance(leaf.condition, Compare | OneOf)]
    return tuple(dict.fromkeys(names))


def iter_reason_leaves(tree: Reason) -> Iterator[Reason]:
    """Every leaf of the tree, deciding or not."""
    if not tree.parts:
        yield tree
    for part in tree.parts:
        yield from iter_reason_leaves(part)


def iter_facts_behind(tree: Reason, *, decisive: bool = True) -> Iterator[Fact]:
    """The deciding facts (or all), and behind an inferred one the facts that its rule read, deepest last."""
    for leaf in find_deciding_leaves(tree) if decisive else iter_reason_leaves(tree):
        if leaf.fact is None:
            continue
        yield leaf.fact
        if leaf.fact.because is not None:
            yield from iter_facts_behind(leaf.fact.because)
