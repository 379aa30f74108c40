"""Specimens that disagree: the governing one decides, and the difference is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from concordant.derive.book import Plan, derive_facts
from concordant.facts import value_words
from concordant.features import Feature
from concordant.record.events import PatientRecord

SPECIMENS = ("primary", "metastasis")


def discordances(record: PatientRecord, plan: Plan) -> list[str]:
    """For every inferred marker status: a sentence when primary and metastasis differ."""
    told = [s for s in SPECIMENS if any(m.specimen == s for m in record.markers)]
    if len(told) < 2:
        return []
    facts = {s: derive_facts(_only(record, s), plan) for s in told}
    found = []
    for feature in _statuses(plan):
        values = {s: facts[s][feature.name].value for s in told}
        if None not in values.values() and len(set(values.values())) > 1:
            shown = [f"{value_words(feature, value)} in the {specimen}" for specimen, value in values.items()]
            found.append(
                f"{feature.label} is discordant: {' and '.join(shown)}. The metastasis governs; confirm by a repeat test if it changes the plan."
            )
    return found


def _only(record: PatientRecord, specimen: str) -> PatientRecord:
    return replace(record, markers=tuple(m for m in record.markers if m.specimen == specimen), stated={})


def _statuses(plan: Plan) -> Iterator[Feature]:
    """Features that read a marker of the record, directly or one step behind."""
    markers = {f.name for f in plan.features if f.derive and f.derive.get("selector") == "marker"}
    for feature in plan.features:
        if feature.question and feature.rules and feature.inputs & markers:
            yield feature
