"""What comes after: the same decision for the patient as they would be after progression on an offered regimen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from concordant.decide.decision import Offered
from concordant.decide.lanes import SupposedDecision
from concordant.decide.ruleset import CURRENT
from concordant.decide.situation import Situation
from concordant.derive.lanes import Supposition
from concordant.logic.intervals import Interval
from concordant.model.drugs import Drug, Regimen
from concordant.model.features import Feature
from concordant.model.guideline import Transition, TransitionEffect, TransitionVariant
from concordant.model.sources import Action
from concordant.patient.facts import Facts, Value, list_words_left, value_from_words


class StepAhead(msgspec.Struct, frozen=True):
    """One possible next step: what happened, the facts that it set, the decision then, and what to bear in mind."""

    regimen: Regimen
    transition: Transition
    variant: TransitionVariant
    changes: Mapping[str, Value]
    decision: SupposedDecision
    caveats: tuple[Action, ...]


def look_ahead(situation: Situation, transitions: Iterable[Transition], offered: Iterable[Offered]) -> list[StepAhead]:
    """One step deep, for every offered regimen and every variant; facts are overridden, never the record."""
    ways = [(transition, variant) for transition in transitions for variant in transition.variants]
    steps = [(candidate.proposal.regimen, *way) for candidate in offered for way in ways]
    changes = [compute_changes(regimen, (*way.effects, *variant.effects), situation) for regimen, way, variant in steps]
    asked = [caveat.if_ for _, transition, _ in steps for caveat in transition.caveats]
    decided = situation.suppose([Supposition({}, changed) for changed in changes], find_assumed_features(situation), asked)
    return [
        StepAhead(*step, changes[number], decision, tuple(c for c in step[1].caveats if decided.is_true(c.if_, number)))
        for number, (step, decision) in enumerate(zip(steps, decided, strict=True))
    ]


def find_assumed_features(situation: Situation) -> frozenset[str]:
    """What is assumed about each drug's past, and stays: progression on one regimen says nothing about other drugs."""
    return frozenset(f.name for f in situation.plan.features if f.drug and situation.facts[f.name].origin == "assumed")


def compute_changes(regimen: Regimen, effects: Iterable[TransitionEffect], situation: Situation) -> dict[str, Value]:
    """The facts that differ afterwards; an effect on a feature that the dictionary has not is passed over."""
    drugs = [situation.frame.drugs[d] for d in regimen.drugs]
    classes = {c for drug in drugs for c in drug.classes}
    changes: dict[str, Value] = {}
    for effect in effects:
        if (effect.given and effect.given not in classes) or (effect.started and regimen.id == CURRENT):
            continue
        for name in _iter_affected_features(effect, drugs, classes):
            if name in situation.plan.by_name:
                changes[name] = _apply_effect(effect, situation.plan.by_name[name], situation.facts)
    return {name: value for name, value in changes.items() if value is not None}


def _iter_affected_features(effect: TransitionEffect, drugs: Iterable[Drug], classes: Iterable[str]) -> Iterator[str]:
    if "{drug}" in effect.feature:
        yield from (effect.feature.replace("{drug}", drug.id) for drug in drugs)
    elif "{class}" in effect.feature:
        yield from (effect.feature.replace("{class}", name) for name in sorted(classes))
    else:
        yield effect.feature


def _apply_effect(effect: TransitionEffect, feature: Feature, facts: Facts) -> Value:
    if effect.move:
        return _move_words(effect, feature, facts[effect.by or feature.name].value)
    if effect.add:
        value = facts[feature.name].value
        return Interval(value.low + effect.add, value.high + effect.add) if isinstance(value, Interval) else None
    return effect.value


def _move_words(effect: TransitionEffect, feature: Feature, value: Value) -> Value:
    """Where each word that is left moves to; nothing when one of them moves nowhere."""
    moved = [effect.move.get(word) for word in list_words_left(value) or ("unknown",)]
    return value_from_words(feature, [word for word in moved if word]) if all(moved) else None
