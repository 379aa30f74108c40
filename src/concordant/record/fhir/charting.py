"""All entries of one patient to a chart: each is read once by what it is, and has exactly one fate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from concordant.record.fhir.allergies import read_allergy
from concordant.record.fhir.begin import find_later
from concordant.record.fhir.blanks import blank_faulty_entry
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.claims import read_claim
from concordant.record.fhir.conditions import read_condition
from concordant.record.fhir.decode import LocatedResource, entry_place
from concordant.record.fhir.medications import read_medication
from concordant.record.fhir.modifiers import explain_modifier
from concordant.record.fhir.observations import read_observation
from concordant.record.fhir.pages import is_reduced
from concordant.record.fhir.person import read_patient
from concordant.record.fhir.procedures import read_procedure
from concordant.record.fhir.quiet import iter_speaking
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.shapes import to_r4_shape
from concordant.record.fhir.tables import FhirTables
from concordant.record.fhir.words import name_topics_of_notes, name_topics_of_text

Reader = Callable[[Resource, Chart], None]
READERS: dict[str, Reader] = {
    "Patient": read_patient,
    "Observation": read_observation,
    "Condition": read_condition,
    "AllergyIntolerance": read_allergy,
    "Procedure": read_procedure,
    "Claim": read_claim,
    "ExplanationOfBenefit": read_claim,
    "MedicationAdministration": read_medication,
    "MedicationRequest": read_medication,
    "MedicationStatement": read_medication,
    "MedicationUsage": read_medication,
    "MedicationDispense": read_medication,
    "MedicationOrder": read_medication,
}
READ_BY_REFERENCE = dict.fromkeys(("Medication", "Specimen", "Substance", "BodyStructure"), "read where an entry refers to it")


def read_entries(
    id_: str,
    group: list[LocatedResource],
    shared: list[LocatedResource],
    tables: FhirTables,
    as_of: dt.date,
    *,
    cuts: bool = False,
) -> Chart:
    """All entries of one patient, read."""
    chart = Chart(tables, id_, as_of, cuts=cuts)
    later = find_later(group, chart)
    chart.around = (
        [*shared, *(entry for number, entry in enumerate(group) if number not in later)] if later else [*shared, *group]
    )
    firsts: dict[str, Resource] = {}
    for number, entry in iter_speaking(group, later, chart):
        resource, place = entry.resource, entry_place(entry)
        kind = resource.resourceType or "?"
        again = chart.start_row(place, kind)
        if number in later:
            chart.leave_out()
            continue
        if again and not firsts:  # seldom: nobody looks them up before
            firsts = {entry_place(other): other.resource for other in reversed(group) if not other.passed}
        reader = READERS.get(kind)
        unmapped = len(chart.unmapped)
        if entry.passed:
            chart.mark_ignored(entry.passed)
            continue
        _note_left_out_parts(resource, chart)
        if reader is not None and (why := entry.why or explain_modifier(resource)):
            chart.mark_set_aside(why)
            blank_faulty_entry(resource, chart)
        elif entry.why and kind == "?":
            chart.mark_set_aside(entry.why)
        elif reader is None:
            _pass_over_kind(resource, kind, chart)
        elif again and firsts[place] is not resource and firsts[place] == resource:
            chart.mark_ignored("the same entry again")
            continue
        else:
            reader(to_r4_shape(resource), chart)
        if reader is not None:
            name_topics_of_notes(resource, chart, unmapped)
    return chart


def _note_left_out_parts(resource: Resource, chart: Chart) -> None:
    if is_reduced(resource.meta):
        chart.incomplete.append(f"The server left parts of {chart.place} out, as its tag says.")


def _pass_over_kind(resource: Resource, kind: str, chart: Chart) -> None:
    """An entry of a kind from which nothing is read as a fact: what its words speak of is named."""
    chart.mark_ignored(READ_BY_REFERENCE.get(kind) or f"nothing is read from {kind}")
    name_topics_of_text(resource, chart)
    if any(inner.resourceType == "Observation" for inner in resource.contained or ()):
        chart.not_understood.append(f"a result within {chart.place}: results are read where they stand by themselves")
