"""The truth of a condition without its reasons (hypotheses, many patients): no part is looked at once the rest cannot matter.

`Bare` stands wherever `explain` does. It gives the same truth (tests hold the two together on every node and every case), but
its trees have no parts, so nothing can be explained from them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from concordant.conditions import ALWAYS, All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf
from concordant.evaluate.explain import Because
from concordant.facts import Facts, Value
from concordant.kleene import FALSE, TRUE, UNKNOWN, Truth, at_least, not_
from concordant.quantities import Interval, compare

Test = Callable[[Facts], Truth]
SHARED = {truth: Because(ALWAYS, truth) for truth in (TRUE, FALSE, UNKNOWN)}


class Bare:
    """An evaluator; each condition is turned into a function once, and kept alive beside it."""

    def __init__(self) -> None:
        self._tests: dict[int, tuple[Condition, Test]] = {}

    def __call__(self, condition: Condition, facts: Facts) -> Because:
        """The truth, in a tree without parts."""
        known = self._tests.get(id(condition))
        if known is None:
            known = self._tests[id(condition)] = (condition, compiled(condition))
        return SHARED[known[1](facts)]


def compiled(condition: Condition) -> Test:
    """The condition as a function of facts."""
    match condition:
        case OneOf(feature=name, values=values):
            return _one_of(name, frozenset(values))
        case Compare():
            return _compare(condition)
        case All(args=args):
            return _until([compiled(arg) for arg in args], FALSE, TRUE)
        case Any(args=args):
            return _until([compiled(arg) for arg in args], TRUE, FALSE)
        case Not(arg=arg):
            inner = compiled(arg)
            return lambda facts: not_(inner(facts))
        case Named(arg=arg):
            return compiled(arg)
        case AtLeast(n=n, args=args):
            tests = [compiled(arg) for arg in args]
            return lambda facts: at_least(n, [test(facts) for test in tests])
        case Constant(truth=word):
            truth = Truth(word)
            return lambda _: truth
        case _:
            assert_never(condition)


def _value(name: str, facts: Facts) -> Value:
    """The value of the fact; facts that are derived when asked for have no cheap `get`."""
    try:
        return facts[name].value
    except KeyError:
        return None


def _one_of(name: str, values: frozenset[str]) -> Test:
    def test(facts: Facts) -> Truth:
        value = _value(name, facts)
        if not isinstance(value, str):
            return UNKNOWN
        return TRUE if value in values else FALSE

    return test


def _compare(leaf: Compare) -> Test:
    name, op, bound = leaf.feature, leaf.op, leaf.bound

    def test(facts: Facts) -> Truth:
        value = _value(name, facts)
        return compare(value, op, bound) if isinstance(value, Interval) else UNKNOWN

    return test


def _until(tests: list[Test], decisive: Truth, otherwise: Truth) -> Test:
    """All until one is false, any until one is true."""

    def test(facts: Facts) -> Truth:
        seen = otherwise
        for one in tests:
            truth = one(facts)
            if truth is decisive:
                return decisive
            if truth is UNKNOWN:
                seen = UNKNOWN
        return seen

    return test
