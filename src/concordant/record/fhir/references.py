"""References: by id, by address, contained; none is followed twice, so a circle ends."""

from __future__ import annotations

from concordant.record.fhir.addresses import strip_version, to_local_reference
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import Reference
from concordant.record.fhir.resources import Resource


def resolve_reference(reference: Reference | None, holder: Resource, chart: Chart) -> Resource | None:
    """The resource that a reference points at, among those of the same patient and those of nobody; one step only."""
    if reference is None or not reference.reference:
        return None
    text = strip_version(reference.reference)
    if text.startswith("#"):
        return next((resource for resource in holder.contained or () if resource.id == text[1:]), None)
    return chart.find_referenced(text) or chart.find_referenced(to_local_reference(text))
