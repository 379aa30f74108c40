"""Doses that a label lowers for a fact of the patient: which of them hold, and which ask for a fact that is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from concordant.answer.phrases import describe_fact, join_with_and, lower_first
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.drugs import DoseAdjustment, Drug, Regimen
from concordant.model.features import Feature
from concordant.model.selectors.entries import LatestOrCalculated
from concordant.model.sources import Cite
from concordant.patient.facts import Facts, Reason, format_value
from concordant.readers.explain import explain, find_missing_features, iter_facts_behind


class LoweredDose(msgspec.Struct, frozen=True):
    """An adjustment that holds, the facts in words, and the sources of both."""

    adjustment: DoseAdjustment
    because: str
    sources: tuple[Cite, ...]


class UndecidedAdjustment(msgspec.Struct, frozen=True):
    """What a label would lower the dose for, and which fact is wanting for that."""

    says: str
    sources: tuple[Cite, ...]


def find_lowered_doses(drug: Drug, regimen: Regimen, facts: Facts, by_name: Mapping[str, Feature]) -> list[LoweredDose]:
    """The adjustments that certainly hold for this patient in this regimen, in the order of the label."""
    judged = ((adjustment, explain(adjustment.if_, facts)) for adjustment in _iter_adjustments(drug, regimen))
    return [_make_lowered_dose(adjustment, reason, by_name) for adjustment, reason in judged if reason.truth is TRUE]


def _iter_adjustments(drug: Drug, regimen: Regimen) -> Iterator[DoseAdjustment]:
    return (adjustment for adjustment in drug.adjustments if not adjustment.regimens or regimen.id in adjustment.regimens)


def _make_lowered_dose(adjustment: DoseAdjustment, reason: Reason, by_name: Mapping[str, Feature]) -> LoweredDose:
    behind = {fact.feature: fact for fact in iter_facts_behind(reason) if fact.is_known}
    because = join_with_and([describe_fact(by_name[name], fact) for name, fact in behind.items()])
    sources = (adjustment.source, *(fact.source for fact in behind.values() if fact.source))
    return LoweredDose(adjustment, because, sources)


def find_undecided_adjustments(
    drug: Drug, regimen: Regimen, facts: Facts, by_name: Mapping[str, Feature]
) -> list[UndecidedAdjustment]:
    """For each fact that an undecided adjustment waits for: why it is not known, and what the label would do."""
    waiting: dict[tuple[str, ...], list[DoseAdjustment]] = {}
    for adjustment in _iter_adjustments(drug, regimen):
        reason = explain(adjustment.if_, facts)
        if reason.truth is UNKNOWN:
            waiting.setdefault(find_missing_features(reason), []).append(adjustment)
    return [_make_undecided(names, ones, facts, by_name) for names, ones in waiting.items()]


def _make_undecided(
    names: tuple[str, ...], ones: list[DoseAdjustment], facts: Facts, by_name: Mapping[str, Feature]
) -> UndecidedAdjustment:
    wanting = join_with_and([_describe_missing_fact(by_name[name], facts, by_name) for name in names])
    said = " ".join(adjustment.says for adjustment in ones)
    return UndecidedAdjustment(
        f"Not known, though the label lowers the dose by it: {wanting}. {said}", tuple(adjustment.source for adjustment in ones)
    )


def _describe_missing_fact(feature: Feature, facts: Facts, by_name: Mapping[str, Feature]) -> str:
    """`creatinine clearance (not on record; with creatinine and age it could be calculated)`."""
    fact, label = facts[feature.name], lower_first(feature.label)
    if fact.conflict or fact.stale:
        return f"{label} ({fact.conflict or fact.stale})"
    if fact.is_known:
        return f"{label} (known only as {format_value(feature, fact.value)})"
    inputs = by_name[feature.derive.calculated].reads if isinstance(feature.derive, LatestOrCalculated) else ()
    absent = [lower_first(by_name[name].label) for name in inputs if not facts[name].is_known]
    return f"{label} (not on record{f'; with {join_with_and(absent)} it could be calculated' if absent else ''})"
