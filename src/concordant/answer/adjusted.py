"""Doses that a label lowers for a fact of the patient: which of them hold, and which ask for a fact that is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from concordant.answer.phrases import and_list, fact_words, lower_first
from concordant.drugs import Adjustment, Drug, Regimen
from concordant.evaluate.explain import explain, facts_behind, missing
from concordant.facts import Because, Facts, value_words
from concordant.features import Feature
from concordant.kleene import TRUE, UNKNOWN
from concordant.records import Cite
from concordant.selectors.entries import LatestOrCalculated


@dataclass(frozen=True, slots=True)
class Lowered:
    """An adjustment that holds, the facts in words, and the sources of both."""

    adjustment: Adjustment
    because: str
    sources: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a label would lower the dose for, and which fact is wanting for that."""

    says: str
    sources: tuple[Cite, ...]


def lowered(drug: Drug, regimen: Regimen, facts: Facts, by_name: Mapping[str, Feature]) -> list[Lowered]:
    """The adjustments that certainly hold for this patient in this regimen, in the order of the label."""
    judged = ((one, explain(one.if_, facts)) for one in _meant(drug, regimen))
    return [_lowered(one, reason, by_name) for one, reason in judged if reason.truth is TRUE]


def _meant(drug: Drug, regimen: Regimen) -> Iterator[Adjustment]:
    return (one for one in drug.adjustments if not one.regimens or regimen.id in one.regimens)


def _lowered(one: Adjustment, reason: Because, by_name: Mapping[str, Feature]) -> Lowered:
    behind = {fact.feature: fact for fact in facts_behind(reason) if fact.is_known}
    because = and_list([fact_words(by_name[name], fact) for name, fact in behind.items()])
    sources = (one.source, *(fact.source for fact in behind.values() if fact.source))
    return Lowered(one, because, sources)


def asked(drug: Drug, regimen: Regimen, facts: Facts, by_name: Mapping[str, Feature]) -> list[Asked]:
    """For each fact that an undecided adjustment waits for: why it is not known, and what the label would do."""
    waiting: dict[tuple[str, ...], list[Adjustment]] = {}
    for one in _meant(drug, regimen):
        reason = explain(one.if_, facts)
        if reason.truth is UNKNOWN:
            waiting.setdefault(missing(reason), []).append(one)
    return [_asked(names, ones, facts, by_name) for names, ones in waiting.items()]


def _asked(names: tuple[str, ...], ones: list[Adjustment], facts: Facts, by_name: Mapping[str, Feature]) -> Asked:
    wanting = and_list([_wanting(by_name[name], facts, by_name) for name in names])
    said = " ".join(one.says for one in ones)
    return Asked(f"Not known, though the label lowers the dose by it: {wanting}. {said}", tuple(one.source for one in ones))


def _wanting(feature: Feature, facts: Facts, by_name: Mapping[str, Feature]) -> str:
    """`creatinine clearance (not on record; with creatinine and age it could be calculated)`."""
    fact, label = facts[feature.name], lower_first(feature.label)
    if fact.conflict or fact.stale:
        return f"{label} ({fact.conflict or fact.stale})"
    if fact.is_known:
        return f"{label} (known only as {value_words(feature, fact.value)})"
    inputs = by_name[feature.derive.calculated].reads if isinstance(feature.derive, LatestOrCalculated) else ()
    absent = [lower_first(by_name[name].label) for name in inputs if not facts[name].is_known]
    return f"{label} (not on record{f'; with {and_list(absent)} it could be calculated' if absent else ''})"
