"""The truth of a condition without its reasons (hypotheses, many patients): no part is looked at once the rest cannot matter.

`TruthOnly` stands wherever `explain` does. It gives the same truth (tests hold the two together on every node and every case),
but its trees have no parts, so nothing can be explained from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from concordant.logic.conditions import ALWAYS, All, Any, AtLeast, Compare, Condition, Constant, Named, Not, OneOf, fold
from concordant.logic.intervals import COMPARISONS, Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_at_least, negate_truth
from concordant.patient.facts import Facts, Reason, Value, judge_among

Test = Callable[[Facts], Truth]
SHARED = {truth: Reason(ALWAYS, truth) for truth in (TRUE, FALSE, UNKNOWN)}


class TruthOnly:
    """An evaluator; each condition is turned into a function once, and found again by what it says."""

    gives_reasons = False

    def __init__(self) -> None:
        self._tests: dict[Condition, Test] = {}

    def __call__(self, condition: Condition, facts: Facts) -> Reason:
        """The truth, in a tree without parts."""
        test = self._tests.get(condition)
        if test is None:
            test = self._tests[condition] = compile_test(condition)
        return SHARED[test(facts)]


def compile_test(condition: Condition) -> Test:
    """The condition as a function of facts."""
    return _test_of(fold(condition, _TESTS))


class PartTest(NamedTuple):
    """One part of an All or an Any: a word among words, or (without a feature) a test of its own."""

    feature: str
    values: frozenset[str]
    decides: bool  # whether being among the words, or not being, settles the whole
    test: Test


class Word(NamedTuple):
    """A word that must be among these words, or (not `inside`) none of them: compared where it stands."""

    feature: str
    values: frozenset[str]
    inside: bool


class Joined(NamedTuple):
    """Steps until one has the decisive truth; those of a joined part of the same kind stand beside the others."""

    decisive: Truth
    steps: tuple[PartTest, ...]


Part = Word | Joined | Test


class _Tests:
    """The algebra whose readings are functions of facts, or what such a function is made of."""

    def constant(self, node: Constant) -> Part:
        truth = Truth(node.truth)
        return lambda _: truth

    def compare(self, node: Compare) -> Part:
        return _compile_comparison(node.feature, COMPARISONS[node.op], node.bound)

    def one_of(self, node: OneOf) -> Part:
        return Word(node.feature, frozenset(node.values), True)

    def not_(self, _: Not, part: Part) -> Part:
        if isinstance(part, Word):
            return part._replace(inside=not part.inside)
        inner = _test_of(part)
        return lambda facts: negate_truth(inner(facts))

    def named(self, _: Named, part: Part) -> Part:
        return part

    def all_(self, _: All, parts: Sequence[Part]) -> Part:
        return Joined(FALSE, tuple(_iter_part_tests(parts, FALSE)))

    def any_(self, _: Any, parts: Sequence[Part]) -> Part:
        return Joined(TRUE, tuple(_iter_part_tests(parts, TRUE)))

    def at_least(self, node: AtLeast, parts: Sequence[Part]) -> Part:
        tests = [_test_of(part) for part in parts]
        return lambda facts: judge_at_least(node.n, [test(facts) for test in tests])


_TESTS = _Tests()


def _test_of(part: Part) -> Test:
    match part:
        case Word():
            return _compile_until(tuple(_iter_part_tests((part,), FALSE)), FALSE)
        case Joined(decisive=decisive, steps=steps):
            return _compile_until(steps, decisive)
        case _:
            return part


def _iter_part_tests(parts: Sequence[Part], decisive: Truth) -> Iterator[PartTest]:
    """The parts in the order of their author; parts of parts of the same kind stand beside them."""
    for part in parts:
        match part:
            case Word(feature=name, values=values, inside=inside):
                yield PartTest(name, values, inside is (decisive is TRUE), _raise_if_called)
            case Joined(decisive=same, steps=steps) if same is decisive:
                yield from steps
            case _:
                yield PartTest("", frozenset(), False, _test_of(part))


def _compile_comparison(name: str, comparison: Callable[[Interval, float], Truth], bound: float) -> Test:
    def evaluate_comparison(facts: Facts) -> Truth:
        try:
            value = facts[name].value
        except KeyError:
            return UNKNOWN
        return comparison(value, bound) if isinstance(value, Interval) else UNKNOWN

    return evaluate_comparison


def _raise_if_called(_: Facts) -> Truth:
    raise AssertionError("a word is compared where it stands")


def _judge_inside(value: Value, values: frozenset[str]) -> bool | None:
    """Whether all words that are left are among these (True), or none (False)."""
    return {TRUE: True, FALSE: False, UNKNOWN: None}[judge_among(value, values)]


def _compile_until(steps: tuple[PartTest, ...], decisive: Truth) -> Test:
    """All until one is false, any until one is true. Most parts are words, and a call for each would cost more than the look."""
    otherwise = negate_truth(decisive)

    def evaluate_parts(facts: Facts) -> Truth:
        seen = otherwise
        for name, values, decides, test in steps:
            if name:
                try:
                    value = facts[name].value
                except KeyError:  # facts that are derived when asked for have no cheap `get`
                    value = None
                inside = value in values if isinstance(value, str) else value and _judge_inside(value, values)
                if inside is None:
                    seen = UNKNOWN
                elif inside is decides:
                    return decisive
            elif (truth := test(facts)) is decisive:
                return decisive
            elif truth is UNKNOWN:
                seen = UNKNOWN
        return seen

    return evaluate_parts
