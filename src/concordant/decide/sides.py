"""The other side of a near boundary: what the answer would be just beyond a threshold."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.decide.ask import Situation
from concordant.decide.cells import range_name
from concordant.decide.decision import Outcome, decide
from concordant.derive.book import with_overrides
from concordant.facts import Value
from concordant.features import Feature
from concordant.quantities import Interval, above, below


@dataclass(frozen=True, slots=True)
class Side:
    """A number's nearest boundary, and the outcome beyond it."""

    feature: str
    cell: str
    outcome: Outcome


def near_sides(now: Situation) -> list[Side]:
    """For every number close to a live threshold (`near` of its feature): the outcome across it."""
    found = []
    for feature in now.plan.features:
        value = now.facts[feature.name].value
        if feature.near is None or not isinstance(value, Interval) or now.decision.answer != "recommends":
            continue
        for bound, side in now.frame.cuts.get(feature.name, ()):
            if abs(value.low - bound) <= feature.near and abs(value.high - bound) <= feature.near:
                found += _across(feature, value, bound, side, now)
    return found


def _across(feature: Feature, value: Interval, bound: float, side: int, now: Situation) -> list[Side]:
    """The outcome beyond one boundary, if it differs."""
    lower = Interval(feature.low or 0.0, bound if side else below(bound))
    upper = Interval(above(bound) if side else bound, feature.high if feature.high is not None else float("inf"))
    beyond = upper if value.high <= lower.high else lower
    other: Value = Interval(beyond.low, beyond.low) if beyond is upper else Interval(beyond.high, beyond.high)
    facts, touched = with_overrides(now.facts, {feature.name: other}, now.record, now.plan)
    outcome = decide(now.frame, facts, now.decision, touched).outcome
    return [] if outcome == now.decision.outcome else [Side(feature.name, range_name(feature, beyond), outcome)]
