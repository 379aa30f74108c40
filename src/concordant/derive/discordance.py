"""Specimens that disagree: the governing one decides, and the difference is named."""

from __future__ import annotations

from msgspec.structs import replace

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.model.sources import Action
from concordant.patient.events import PatientRecord
from concordant.patient.facts import format_value

SPECIMENS = ("primary", "metastasis")


def find_discordances(record: PatientRecord, plan: DerivationPlan) -> list[tuple[str, Action]]:
    """For every marker status that is compared: what differs between primary and metastasis, and what to do."""
    specimens = [s for s in SPECIMENS if any(m.specimen == s for m in record.markers)]
    if len(specimens) < 2:
        return []
    facts = {s: derive_facts(_keep_specimen(record, s), plan) for s in specimens}
    discordances = []
    for feature in plan.features:
        values = {s: facts[s][feature.name].value for s in specimens}
        if feature.discordant is not None and None not in values.values() and len(set(values.values())) > 1:
            shown = [f"{format_value(feature, value)} in the {specimen}" for specimen, value in values.items()]
            discordances.append((f"{feature.label} is discordant: {' and '.join(shown)}.", feature.discordant))
    return discordances


def _keep_specimen(record: PatientRecord, specimen: str) -> PatientRecord:
    return replace(record, markers=tuple(m for m in record.markers if m.specimen == specimen), stated={})
