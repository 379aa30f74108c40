"""A patient drawn towards a condition: its words and numbers are chosen one part after the other, with a way back."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from msgspec.structs import replace

from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.logic.conditions import (
    ALWAYS,
    NEVER,
    All,
    Any,
    AtLeast,
    Compare,
    Condition,
    Constant,
    Leaf,
    Named,
    Not,
    OneOf,
    find_features_read,
)
from concordant.logic.intervals import Interval, make_exact_interval, step_above, step_below
from concordant.logic.truth import UNKNOWN
from concordant.model.features import Feature
from concordant.patient.facts import Value
from concordant.readers.truth_only import TruthOnly
from tests.exam.sitting import Sitting
from tests.exam.told import Aspect
from tests.laws.columns import Row

Allowed = Mapping[str, frozenset[str] | Interval]  # the words, or the numbers, that are still free to choose
TRIES = 20
PROPOSALS = 4  # so many proposals of a bar are tried
STEPS = 1500


def iter_aimed_rows(sitting: Sitting, wanted: tuple[Aspect, str], bases: Sequence[Row]) -> Iterator[Row]:
    """Rows that may have what is wanted, each made of somebody by changing what the conditions read."""
    if wanted[0][0] == "status" and wanted[1] == "needs_data":
        for row in iter_aimed_rows(sitting, (wanted[0], "applies"), bases):
            yield from (_change(row, {name: None}, None) for name in _list_statement_reads(sitting, wanted[0][1]))
    for condition, drugs in _iter_targets(sitting, wanted):
        if wanted[1] == "unknown":
            yield from (_change(base, dict.fromkeys(find_features_read(condition)), drugs) for base in bases[:1])
            continue
        for base in bases[:3]:
            for allowed in islice(Ways(sitting.plan.by_name).iter_ways(condition, True, {}), TRIES):
                yield _change(base, {name: _choose(some, base.values.get(name)) for name, some in allowed.items()}, drugs)


def _list_statement_reads(sitting: Sitting, id_: str) -> list[str]:
    return sorted(
        {name for one in sitting.any_frame.proposals if one.id == id_ for name in find_features_read(one.statement.applies_if)}
    )


def _iter_targets(sitting: Sitting, wanted: tuple[Aspect, str]) -> Iterator[tuple[Condition, tuple[str, ...] | None]]:
    (kind, id_), name = wanted
    if kind == "bar":
        bar = sitting.bars[id_].if_
        yield (bar if name != "false" else Not(bar)), None
    elif kind == "applies":
        yield from (
            (one.applies_if if name != "false" else Not(one.applies_if), None)
            for one in sitting.frame.statements
            if one.id == id_
        )
    else:
        for frame, drugs in _list_frames(sitting, id_):
            for one in frame.proposals:
                if one.id == id_:
                    yield from ((target, drugs) for target in _list_status_targets(sitting, one, name))


def _list_frames(sitting: Sitting, id_: str) -> Iterator[tuple[Ruleset, tuple[str, ...] | None]]:
    if not id_.endswith(f" {CURRENT}"):
        yield sitting.frame, None
        return
    yield from ((sitting.find_frame((drug,)), (drug,)) for drug in sitting.frame.drugs)


def _list_status_targets(sitting: Sitting, one: Proposal, name: str) -> Iterator[Condition]:
    """What makes a proposal have a status."""
    applies, bars = one.statement.applies_if, [bar.if_ for bar in one.deciding.values()]
    limits = [x.if_ for force in sitting.frame.in_force for x in force.guideline.out_of_scope]
    clear = [Not(condition) for condition in (*bars, *limits)]
    if name == "applies":
        yield All((applies, *clear))
    elif name == "does_not_apply":
        yield Not(applies)
    elif name == "precluded":
        yield from (All((applies, bar.if_)) for bar in one.deciding.values() if bar.effect == "precludes")
    elif name == "applies_if_checked":
        for id_, bar in one.deciding.items():
            others = [Not(other.if_) for key, other in one.deciding.items() if key != id_ and other.effect == "precludes"]
            yield from [All((applies, bar.if_, *others))] if bar.effect == "holds" else []


def _change(base: Row, values: Mapping[str, Value], drugs: tuple[str, ...] | None) -> Row:
    return Row({**base.values, **values}, (), base.drugs if drugs is None else drugs)


def _choose(allowed: frozenset[str] | Interval, now: Value) -> Value:
    """What is known already where that will do; else one of the words, or a number."""
    if isinstance(allowed, Interval):
        if isinstance(now, Interval) and now.is_exact and now.is_within(allowed):
            return now
        ends = [end for end in (allowed.low, allowed.high) if math.isfinite(end)]
        return make_exact_interval(ends[0] if ends else 1.0)
    return now if isinstance(now, str) and now in allowed else min(allowed)


@dataclass
class Ways:
    """The ways to make a condition true, or false; after so many steps no more are looked for."""

    features: Mapping[str, Feature]
    steps: int = STEPS

    def iter_ways(self, condition: Condition, want: bool, allowed: Allowed) -> Iterator[Allowed]:
        """Within what is still free to choose."""
        self.steps -= 1
        if self.steps < 0:
            return
        match condition:
            case Constant(truth=truth):
                yield from [allowed] if truth == ("true" if want else "false") else []
            case OneOf():
                yield from self._iter_words(condition, want, allowed)
            case Compare():
                yield from self._iter_numbers(condition, want, allowed)
            case Not(arg=arg):
                yield from self.iter_ways(arg, not want, allowed)
            case Named(arg=arg):
                yield from self.iter_ways(arg, want, allowed)
            case AtLeast(n=n, args=args):
                yield from self._iter_together(args[:n] if want else args[n - 1 :], want, allowed)
            case All(args=args) | Any(args=args):
                if isinstance(condition, All) is want:
                    yield from self._iter_together(args, want, allowed)
                else:
                    yield from (way for arg in args for way in self.iter_ways(arg, want, allowed))

    def _iter_together(self, parts: Sequence[Condition], want: bool, allowed: Allowed) -> Iterator[Allowed]:
        if not parts:
            yield allowed
            return
        for one in self.iter_ways(parts[0], want, allowed):
            yield from self._iter_together(parts[1:], want, one)

    def _iter_words(self, leaf: OneOf, want: bool, allowed: Allowed) -> Iterator[Allowed]:
        every = frozenset(self.features[leaf.feature].values)
        words = allowed.get(leaf.feature, every)
        wanted = every & set(leaf.values) if want else every - set(leaf.values)
        left = words & wanted if isinstance(words, frozenset) else frozenset()
        yield from [{**allowed, leaf.feature: left}] if left else []

    def _iter_numbers(self, leaf: Compare, want: bool, allowed: Allowed) -> Iterator[Allowed]:
        feature = self.features[leaf.feature]
        low, high = (side if side is not None else end for side, end in ((feature.low, -math.inf), (feature.high, math.inf)))
        now = allowed.get(leaf.feature, Interval(low, high))
        for part in _list_ranges(leaf, whole=feature.type == "count")[not want]:
            meet = part.intersect_with(now) if isinstance(now, Interval) else None
            yield from [{**allowed, leaf.feature: meet}] if meet is not None else []


def _list_ranges(leaf: Compare, *, whole: bool) -> tuple[list[Interval], list[Interval]]:
    """The numbers of which the comparison is true, and those of which it is false."""
    below, above = (leaf.bound - 1, leaf.bound + 1) if whole else (step_below(leaf.bound), step_above(leaf.bound))
    at_most, less = Interval(high=leaf.bound), Interval(high=below)
    at_least, more = Interval(low=leaf.bound), Interval(low=above)
    return {
        "<=": ([at_most], [more]),
        "<": ([less], [at_least]),
        ">=": ([at_least], [less]),
        ">": ([more], [at_most]),
        "==": ([Interval(leaf.bound, leaf.bound)], [less, more]),
    }[leaf.op]


# -- whoever a part of a condition decides for -------------------------------------------------------------------------


def make_row(sitting: Sitting, condition: Condition, base: Row, drugs: tuple[str, ...] | None = None) -> Row | None:
    """Somebody made of the base for whom the condition is true; None where nobody was found so soon."""
    found = next(Ways(sitting.plan.by_name).iter_ways(condition, True, {}), None)
    if found is None:
        return None
    return _change(base, {name: _choose(some, base.values.get(name)) for name, some in found.items()}, drugs)


def iter_parts(condition: Condition) -> Iterator[tuple[Leaf, Condition, Condition]]:
    """Each sentence of a condition, with the condition where it is false, and where it is true."""
    match condition:
        case Compare() | OneOf():
            yield condition, NEVER, ALWAYS
        case Not(arg=arg) | Named(arg=arg):
            yield from ((leaf, replace(condition, arg=no), replace(condition, arg=yes)) for leaf, no, yes in iter_parts(arg))
        case All(args=args) | Any(args=args) | AtLeast(args=args):
            for place, arg in enumerate(args):
                for leaf, *both in iter_parts(arg):
                    no, yes = (replace(condition, args=(*args[:place], one, *args[place + 1 :])) for one in both)
                    yield leaf, no, yes


def iter_decisive(condition: Condition) -> Iterator[tuple[Leaf, Condition]]:
    """Each sentence of a condition, and when it alone decides the condition: then without it the condition would be another."""
    for leaf, no, yes in iter_parts(condition):
        yield leaf, All((yes, Not(no), leaf))
        yield leaf, All((no, Not(yes), leaf))


def iter_scope_rows(sitting: Sitting, bases: Sequence[Row]) -> Iterator[Row]:
    """For each limit of scope somebody for whom it speaks alone, and one for whom it is open while a statement applies."""
    limits = [x.if_ for force in sitting.frame.in_force for x in force.guideline.out_of_scope]
    for number, one in enumerate(limits):
        base, others = bases[number % len(bases)], [Not(other) for other in limits if other is not one]
        yield from filter(None, [make_row(sitting, All((one, *others)), base)])
        for statement in sitting.frame.statements:
            open_ = find_features_read(one) - find_features_read(statement.applies_if)
            row = make_row(sitting, All((statement.applies_if, Not(one), *others)), base) if open_ else None
            if row is not None:
                told = row._replace(values={**row.values, **dict.fromkeys(open_)})
                if TruthOnly()(one, sitting.facts_of(told)).truth is UNKNOWN:
                    yield told
                    break


def iter_alone_rows(sitting: Sitting, bases: Sequence[Row]) -> Iterator[Row]:
    """For each bar that this sitting counts somebody for whom it alone speaks against what would be advised, or continued."""
    met, tried = set(sitting.counted), Counter[str]()
    inside = [Not(x.if_) for force in sitting.frame.in_force for x in force.guideline.out_of_scope]
    for frame, drugs in ((sitting.frame, None), *((sitting.find_frame((drug,)), (drug,)) for drug in sitting.frame.drugs)):
        for proposal in (one for one in frame.proposals if (one.regimen.id == CURRENT) is (drugs is not None)):
            for id_, bar in ((id_, bar) for id_, bar in proposal.bars.items() if id_ not in met and tried[id_] < PROPOSALS):
                tried[id_] += 1
                others = [Not(other.if_) for key, other in proposal.deciding.items() if key != id_]
                wanted = All((proposal.statement.applies_if, bar.if_, *inside, *others))
                row = make_row(sitting, wanted, bases[len(met) % len(bases)], drugs)
                if row is not None:
                    met.add(id_)
                    yield row
