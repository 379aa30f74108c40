"""Many suppositions about one patient at a time: a fact is derived once for all of them that look alike to it.

Each supposition is a lane. A feature is looked at again only in the lanes in which something that it reads differs, or that say
something of it; there, the lanes in which its rules and silences come to the same, and its selector reads the same, share one
derivation, which is `derive_fact` as ever. So only what a selector reads makes that selector be asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from msgspec.structs import replace

from concordant.derive.engine import Derivation, find_signs
from concordant.derive.plan import DerivationPlan
from concordant.logic.conditions import Condition, Leaf
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.features import Feature
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Claim, Fact, Facts, Reason, Value, judge_leaf
from concordant.readers.circuit import Circuit, LaneReader, Rails
from concordant.readers.explain import Evaluator
from concordant.readers.truth_only import SHARED

Lanes = int  # a set of lanes, one bit each
_NOTHING: Mapping[Value, Lanes] = {}


class Supposition(NamedTuple):
    """What is supposed: values that are stated as well, and facts that are so whatever the record and the rules say."""

    stated: Mapping[str, Value]
    fixed: Mapping[str, Value]


def suppose_stated(facts: Facts, changes: Mapping[str, Value]) -> Supposition:
    """Suppose that these values had been stated too. A stated value also resolves a conflict about its feature."""
    return Supposition(changes, {name: value for name, value in changes.items() if facts[name].conflict})


class LaneLook:
    """The evaluator of one lane: of the facts of the lane it reads the rails; of any others, the other evaluator."""

    gives_reasons = False

    def __init__(self, facts: Facts, reader: LaneReader, lane: Lanes, otherwise: Evaluator) -> None:
        self.facts = facts
        self._reader = reader
        self._lane = lane
        self._otherwise = otherwise

    def __call__(self, condition: Condition, facts: Facts) -> Reason:
        """The truth, in a tree without parts."""
        if facts is not self.facts:
            return self._otherwise(condition, facts)
        true, false = self._reader.read(condition)
        return SHARED[TRUE if true & self._lane else FALSE if false & self._lane else UNKNOWN]


class KnownPatient:
    """The patient as known: what all suppositions start from, with what is worked out once for them."""

    def __init__(self, record: PatientRecord, plan: DerivationPlan, facts: Facts, look: Evaluator, circuit: Circuit) -> None:
        self.record, self.plan, self.facts, self.look, self.circuit = record, plan, facts, look, circuit
        self.signs = find_signs(record, plan)
        self.claims: dict[str, Claim | None] = {}
        self.reader = LaneReader(circuit, 1, self._read_leaf)

    def _read_leaf(self, leaf: Leaf) -> Rails:
        fact = self.facts.get(leaf.feature)
        truth = judge_leaf(leaf, fact.value if fact is not None else None)
        return int(truth is TRUE), int(truth is FALSE)

    def is_asked(self, feature: Feature) -> bool:
        """Whether the selector of the feature can find anything in the record."""
        wanted = self.plan.topics[feature.name]
        return wanted is None or not wanted.isdisjoint(self.signs.topics)

    def find_wanted(self, names: Iterable[str]) -> frozenset[str]:
        """These features and what may be in conflict though nothing is stated of it, with all that they are derived from."""
        torn = [f.name for f in self.plan.features if f.rules or (f.name not in self.plan.read_from_entries and self.is_asked(f))]
        return frozenset(self.plan.collect_inputs((*names, *torn)))

    def derive_under(self, supposed: Supposition, look: LaneLook) -> Derivation:
        """The derivation of the facts under a supposition."""
        if not supposed.stated:
            return Derivation(self.record, self.plan, look.facts, look, self.signs, self.claims)
        record = replace(self.record, stated={**self.record.stated, **supposed.stated})
        if self.plan.completeness in supposed.stated:
            return Derivation(record, self.plan, look.facts, look, find_signs(record, self.plan))
        return Derivation(record, self.plan, look.facts, look, self.signs, self.claims)


class LaneFacts:
    """The facts under a number of suppositions: those that were derived again, each with the lanes in which it is so.

    Those of `kept` stay as they are in every lane that does not fix them otherwise. What nobody wants to know is derived again
    only where a supposition states it.

    `differing` are the features whose value differs from the known one in some lane; `contradicted` the lanes in which a fact is
    in conflict that was not.
    """

    def __init__(self, known: KnownPatient, suppositions: Sequence[Supposition], wanted: Set[str], kept: Set[str]) -> None:
        self.known = known
        self.suppositions = suppositions
        self.again: dict[str, list[tuple[Lanes, Fact]]] = {}
        self.differing: set[str] = set()
        self.contradicted: Lanes = 0
        self._derivations: dict[int, Derivation] = {}
        self.reader = LaneReader(known.circuit, len(suppositions), self._read_leaf, self.differing, known.reader)
        self._changes = _Changes(suppositions, known)
        self._derive_reached(wanted, kept)

    def find_fact(self, name: str, lane: Lanes) -> Fact:
        """The fact of a feature in one lane."""
        for lanes, fact in self.again.get(name, ()):
            if lanes & lane:
                return fact
        return self.known.facts[name]

    def group_by_value(self, name: str) -> list[tuple[Lanes, Value]]:
        """The values of a feature that differ from the known one, each with its lanes."""
        before = self.known.facts[name].value
        return [(lanes, fact.value) for lanes, fact in self.again.get(name, ()) if fact.value != before]

    def _read_leaf(self, leaf: Leaf) -> Rails:
        true = false = 0
        rest = self.reader.full
        for lanes, fact in self.again[leaf.feature]:
            truth = judge_leaf(leaf, fact.value)
            rest &= ~lanes
            true |= lanes if truth is TRUE else 0
            false |= lanes if truth is FALSE else 0
        before = judge_leaf(leaf, self.known.facts[leaf.feature].value)
        return true | (rest if before is TRUE else 0), false | (rest if before is FALSE else 0)

    def _derive_reached(self, wanted: Set[str], kept: Set[str]) -> None:
        """Derive again what the suppositions reach, in the order of derivation."""
        changes, reached = self._changes, dict(self._changes.touched)
        for name, feature in self.known.plan.by_name.items() if reached else ():
            lanes = reached.get(name)
            if lanes is None:
                continue
            fixed = changes.fixed.get(name, _NOTHING)
            groups = [(some, Fact(name, value, "hypothetical", "supposed")) for value, some in fixed.items()]
            if name not in wanted:
                lanes &= _join_lanes(changes.stated.get(name, _NOTHING).values())
            if name not in kept and (lanes := lanes & ~_join_lanes(fixed.values())):
                groups += self._derive_again(feature, lanes)
            if differs := self._keep_groups(name, groups):
                for reader in self.known.plan.readers.get(name, ()):
                    reached[reader] = reached.get(reader, 0) | differs

    def _keep_groups(self, name: str, groups: list[tuple[Lanes, Fact]]) -> Lanes:
        """Keep what is not the known fact to those that read it, each such fact once; return where its value differs."""
        before = self.known.facts[name]
        seen = _what_is_read(before)
        unlike: dict[tuple[Value, bool, bool], tuple[Lanes, Fact]] = {}
        for lanes, fact in groups:
            if (key := _what_is_read(fact)) != seen:
                same = unlike.get(key)
                unlike[key] = (lanes | same[0], same[1]) if same is not None else (lanes, fact)
        if not unlike:
            return 0
        self.again[name] = list(unlike.values())
        if not before.conflict:
            self.contradicted |= _join_lanes(lanes for lanes, fact in self.again[name] if fact.conflict)
        differs = _join_lanes(lanes for lanes, fact in self.again[name] if fact.value != before.value)
        if differs:
            self.differing.add(name)
        return differs

    def _derive_again(self, feature: Feature, lanes: Lanes) -> list[tuple[Lanes, Fact]]:
        """The fact of the feature in these lanes: derived once for all that look alike to it."""
        groups = split_lanes(lanes, self._iter_differences(feature, lanes))
        return [(some, self._derivation_of(some & -some).derive_fact(feature)) for some in groups]

    def _iter_differences(self, feature: Feature, lanes: Lanes) -> Iterator[Lanes]:
        """Sets of lanes, so that two lanes that are alike in all of them have the same fact."""
        stated, choices = self._changes.stated, self._changes.choices
        yield from self._changes.apart
        for name in (feature.name, *feature.reads_stated):
            yield from stated.get(name, {}).values()
        for rule in feature.rules:
            yield from self.reader.read(rule.if_)
        for silence in feature.absent_means:
            yield self.reader.read(silence.when)[0]
        if feature.waits_for is not None:
            yield self.reader.read(feature.waits_for.overruled_if)[0]
            yield from self.reader.read(feature.waits_for.when)
            yield from self._iter_unlike(feature.waits_for.feature)
        read = feature.reads if self.known.is_asked(feature) else ()
        for name in self.known.plan.inputs[feature.name] if lanes & choices and feature.rules else read:
            yield from self._iter_unlike(name)

    def _iter_unlike(self, name: str) -> Iterator[Lanes]:
        return (lanes for lanes, _ in self.again.get(name, ()))

    def _derivation_of(self, lane: Lanes) -> Derivation:
        number = lane.bit_length() - 1
        derivation = self._derivations.get(number)
        if derivation is None:
            look = LaneLook(_OneLane(self, lane), self.reader, lane, self.known.look)
            derivation = self._derivations[number] = self.known.derive_under(self.suppositions[number], look)
        return derivation


class _OneLane(Mapping[str, Fact]):
    """The facts of one lane, as a derivation reads them."""

    __slots__ = ("_facts", "_lane")

    def __init__(self, facts: LaneFacts, lane: Lanes) -> None:
        self._facts = facts
        self._lane = lane

    def __getitem__(self, name: str) -> Fact:
        return self._facts.find_fact(name, self._lane)

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts.known.facts)

    def __len__(self) -> int:
        return len(self._facts.known.facts)


class _Changes:
    """What the suppositions say of each feature, with the lanes that say it.

    `touched` are the lanes that say something of a feature, or of one of those that it listens to; `choices` the
    lanes in which several words are left of what is stated; `apart` sets of lanes whose facts come about in another way than
    those of the others.
    """

    def __init__(self, suppositions: Sequence[Supposition], known: KnownPatient) -> None:
        self.stated: dict[str, dict[Value, Lanes]] = {}
        self.fixed: dict[str, dict[Value, Lanes]] = {}
        self.touched: dict[str, Lanes] = {}
        self.choices: Lanes = 0
        several = any(isinstance(value, tuple) for value in known.record.stated.values())
        for number, supposed in enumerate(suppositions):
            lane = 1 << number
            _add_lane(self.stated, supposed.stated, lane)
            _add_lane(self.fixed, supposed.fixed, lane)
            if several or any(isinstance(value, tuple) for value in supposed.stated.values()):
                self.choices |= lane
            for name in (*supposed.stated, *supposed.fixed):
                for listener in known.plan.listeners.get(name, ()):
                    self.touched[listener] = self.touched.get(listener, 0) | lane
                self.touched[name] = self.touched.get(name, 0) | lane
        self.apart = [self.choices, *self.stated.get(known.plan.completeness, {}).values()]


def _what_is_read(fact: Fact) -> tuple[Value, bool, bool]:
    """All that rules and selectors read of a fact: its value, whether it is in conflict, and whether it is assumed."""
    return fact.value, bool(fact.conflict), fact.origin == "assumed"


def _add_lane(changes: dict[str, dict[Value, Lanes]], values: Mapping[str, Value], lane: Lanes) -> None:
    for name, value in values.items():
        by_value = changes.setdefault(name, {})
        by_value[value] = by_value.get(value, 0) | lane


def _join_lanes(some: Iterable[Lanes]) -> Lanes:
    joined = 0
    for lanes in some:
        joined |= lanes
    return joined


def split_lanes(lanes: Lanes, differences: Iterable[Lanes]) -> list[Lanes]:
    """The lanes in groups, each within or without every one of the differences."""
    groups = [lanes] if lanes else []
    for some in differences:
        if lanes & some and lanes & ~some:
            groups = [part for group in groups for part in (group & some, group & ~some) if part]
    return groups
