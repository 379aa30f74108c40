"""The truth of a condition without its reasons (hypotheses, many patients): no part is looked at once the rest cannot matter.

`Bare` stands wherever `explain` does. It gives the same truth (tests hold the two together on every node and every case), but
its trees have no parts, so nothing can be explained from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, assert_never

from concordant.conditions import ALWAYS, All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf
from concordant.evaluate.explain import Because
from concordant.facts import Facts, Value, among
from concordant.kleene import FALSE, TRUE, UNKNOWN, Truth, at_least, not_
from concordant.quantities import COMPARISONS, Interval

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
        case OneOf():
            return _until((condition,), FALSE)
        case Compare(feature=name, op=op, bound=bound):
            return _compare(name, COMPARISONS[op], bound)
        case All(args=args):
            return _until(args, FALSE)
        case Any(args=args):
            return _until(args, TRUE)
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


def _compare(name: str, comparison: Callable[[Interval, float], Truth], bound: float) -> Test:
    def test(facts: Facts) -> Truth:
        try:
            value = facts[name].value
        except KeyError:
            return UNKNOWN
        return comparison(value, bound) if isinstance(value, Interval) else UNKNOWN

    return test


class Step(NamedTuple):
    """One part of an All or an Any: a word among words, or (without a feature) a test of its own."""

    feature: str
    values: frozenset[str]
    decides: bool  # whether being among the words, or not being, settles the whole
    test: Test


def _steps(args: Iterable[Condition], decisive: Truth) -> Iterator[Step]:
    """The parts in the order of their author; parts of parts of the same kind stand beside them."""
    same = All if decisive is FALSE else Any
    for arg in args:
        while isinstance(arg, Named):
            arg = arg.arg
        match arg:
            case OneOf(feature=name, values=values):
                yield Step(name, frozenset(values), decisive is TRUE, _never)
            case Not(arg=OneOf(feature=name, values=values)):
                yield Step(name, frozenset(values), decisive is FALSE, _never)
            case All(args=inner) | Any(args=inner) if isinstance(arg, same):
                yield from _steps(inner, decisive)
            case _:
                yield Step("", frozenset(), False, compiled(arg))


def _never(_: Facts) -> Truth:
    raise AssertionError("a word is compared where it stands")


def _inside(value: Value, values: frozenset[str]) -> bool | None:
    """Whether all words that are left are among these (True), or none (False)."""
    return {TRUE: True, FALSE: False, UNKNOWN: None}[among(value, values)]


def _until(args: Iterable[Condition], decisive: Truth) -> Test:
    """All until one is false, any until one is true. Most parts are words, and a call for each would cost more than the look."""
    steps = list(_steps(args, decisive))
    otherwise = not_(decisive)

    def test(facts: Facts) -> Truth:
        seen = otherwise
        for name, values, decides, one in steps:
            if name:
                try:
                    value = facts[name].value
                except KeyError:  # facts that are derived when asked for have no cheap `get`
                    value = None
                inside = value in values if isinstance(value, str) else value and _inside(value, values)
                if inside is None:
                    seen = UNKNOWN
                elif inside is decides:
                    return decisive
            elif (truth := one(facts)) is decisive:
                return decisive
            elif truth is UNKNOWN:
                seen = UNKNOWN
        return seen

    return test
