"""The cases that the boundary of each number still lacks: just below it, at it, just above it, where that decides something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from concordant.derive.engine import derive_facts
from concordant.logic.conditions import Compare, Condition, Not, iter_condition_leaves
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.model.features import Feature
from concordant.patient.events import PatientRecord
from concordant.verify.decided import Proving
from concordant.verify.obligations import Question
from concordant.verify.space import TWIN, Assignment, PatientFinder, Twin, both
from concordant.verify.witness import WitnessBench, to_value

Side = Literal["below", "at", "above"]
NEAR = 10  # so many steps from the bound are still its boundary


@dataclass(frozen=True, slots=True)
class Boundary:
    """A number that something is decided by: the feature, the bound, and what is decided (in words, and as a condition)."""

    feature: Feature
    bound: float
    decides: str
    condition: Condition

    @property
    def step(self) -> float:
        """One step away from the bound: one of a count, else one in the decimal behind its last."""
        exponent = Decimal(repr(self.bound)).normalize().as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        return 1.0 if self.feature.type == "count" else 10.0 ** -(places + 1)

    def value_at(self, side: Side) -> float:
        """The number on this side."""
        moved = {"below": -self.step, "at": 0.0, "above": self.step}[side]
        return round(self.bound + moved, 9)

    def side_of(self, value: Interval) -> Side | None:
        """On which side of the boundary a known number lies; None for one that is not near it."""
        if not value.is_exact or abs(value.low - self.bound) > NEAR * self.step:
            return None
        return "at" if value.low == self.bound else "below" if value.low < self.bound else "above"


@dataclass(frozen=True, slots=True)
class SuggestedCase:
    """A case file that is lacking: its name, and its text."""

    name: str
    text: str


def list_boundaries(now: Proving) -> list[Boundary]:
    """Every number in a condition, each once, with what it decides first."""
    found: dict[tuple[str, float], Boundary] = {}
    for decides, condition in _iter_deciding(now):
        for leaf in _iter_compared(now, condition):
            boundary = Boundary(now.plan.by_name[leaf.feature], leaf.bound, decides, condition)
            found.setdefault((leaf.feature, leaf.bound), boundary)
    return list(found.values())


def _iter_deciding(now: Proving) -> Iterator[tuple[str, Condition]]:
    for statement in now.ruleset.statements:
        yield statement.id, now.applies(statement)
    for proposal in now.proposals:
        for bar in proposal.bars.values():
            yield f"{proposal.id}: {bar.says}", both(now.applies(proposal.statement), bar.if_)
    for danger in now.ruleset.dangers:
        yield danger.says, danger.if_


def _iter_compared(now: Proving, condition: Condition) -> Iterator[Compare]:
    """The comparisons of a condition, and of the rules behind what it reads."""
    seen, waiting = set[str](), [condition]
    while waiting:
        for leaf in iter_condition_leaves(waiting.pop()):
            if isinstance(leaf, Compare):
                yield leaf
            elif leaf.feature not in seen:
                seen.add(leaf.feature)
                waiting += [rule.if_ for rule in now.plan.by_name[leaf.feature].rules]


def find_covered(now: Proving, records: Iterable[PatientRecord], boundaries: list[Boundary]) -> set[tuple[str, float, Side]]:
    """On which sides of which boundary a record lies."""
    by_feature: dict[str, list[Boundary]] = {}
    for one in boundaries:
        by_feature.setdefault(one.feature.name, []).append(one)
    covered = set()
    for record in records:
        facts = derive_facts(record, now.plan)
        for name, some in by_feature.items():
            value = facts[name].value
            sides = ((one, one.side_of(value)) for one in some if isinstance(value, Interval))
            covered |= {(name, one.bound, side) for one, side in sides if side is not None}
    return covered


def suggest_cases(now: Proving, finder: PatientFinder, records: Iterable[PatientRecord]) -> Iterator[SuggestedCase]:
    """A case for each side of each boundary on which no record lies; what it answers today stands in it, to be judged."""
    boundaries = list_boundaries(now)
    covered = find_covered(now, records, boundaries)
    bench = WitnessBench(now)
    for boundary in boundaries:
        lacking = [side for side in SIDES if (boundary.feature.name, boundary.bound, side) not in covered]
        lacking = [side for side in lacking if _is_possible(boundary, side)]
        if lacking and (found := _find_patient(now, finder, bench, boundary)) is not None:
            yield from (_write_case(bench, boundary, side, found) for side in lacking)


SIDES: tuple[Side, ...] = ("below", "at", "above")


def _is_possible(boundary: Boundary, side: Side) -> bool:
    value, feature = boundary.value_at(side), boundary.feature
    return (feature.low is None or value >= feature.low) and (feature.high is None or value <= feature.high)


def _find_patient(now: Proving, finder: PatientFinder, bench: WitnessBench, at: Boundary) -> Assignment | None:
    """A patient of whom this number alone decides whether the condition holds."""
    name = at.feature.name
    twin = Twin(now.space, {name, *now.plan.downstream[name]}, TWIN)
    near = both(Compare(name, ">=", at.value_at("below")), Compare(name, "<=", at.value_at("above")))
    wanted = both(at.condition, near, twin.exists, twin.of(near), twin.of(Not(at.condition)))
    found = finder.find_patient(wanted, bench.list_wishes(at.condition))
    return found if isinstance(found, Mapping) else None


def _write_case(bench: WitnessBench, at: Boundary, side: Side, found: Assignment) -> SuggestedCase:
    name, value = at.feature.name, at.value_at(side)
    told = f"{at.feature.label} {value:g} {at.feature.unit}".strip()
    question = Question("dead", f"{told}, {side} {at.bound:g}", at.condition, "to be judged")
    values = {n: to_value(found[n]) for n in bench.list_names(question, found)} | {name: make_exact_interval(value)}
    text = bench.write_case(question.about, {n: bench.say_value(n, v) for n, v in values.items()}, question.says)
    decision = bench.run_case(text).decision
    answer = f"{decision.outcome[0]}: {', '.join(decision.outcome[1]) or 'no regimen'}"
    head = f"# This number decides: {at.decides}\n# Answered today: {answer}. Judge it, then write `expect` and `because`.\n"
    return SuggestedCase(f"{name}-{side}-{at.bound:g}", head + text)
