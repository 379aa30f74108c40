"""All entries of one patient to a chart: each is read once by what it is, and has exactly one fate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from concordant.record.exposures import Exposure
from concordant.record.fhir.allergies import allergy
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.conditions import condition
from concordant.record.fhir.decode import Found
from concordant.record.fhir.medications import medication
from concordant.record.fhir.observations import left_open, observation
from concordant.record.fhir.person import person
from concordant.record.fhir.procedures import procedure
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.tables import FhirTables

Reader = Callable[[Resource, Chart], None]
READERS: dict[str, Reader] = {
    "Patient": person,
    "Observation": observation,
    "Condition": condition,
    "AllergyIntolerance": allergy,
    "Procedure": procedure,
    "MedicationAdministration": medication,
    "MedicationRequest": medication,
    "MedicationStatement": medication,
    "MedicationUsage": medication,
    "MedicationDispense": medication,
    "MedicationOrder": medication,
}
LONGEST_ID = 64
HELD = {"Medication": "read where an entry refers to it", "Specimen": "read where an entry refers to it"}


def read_entries(
    id_: str, group: list[Found], shared: list[Found], tables: FhirTables, as_of: dt.date, *, cuts: bool = False
) -> Chart:
    """All entries of one patient, read."""
    chart = Chart(tables, id_, as_of, around=[*shared, *group], cuts=cuts)
    firsts: dict[str, Resource] = {}
    for one in group:
        resource = one.resource
        kind = resource.resourceType or "?"
        place = place_of(one)
        again = chart.at(place, kind)
        if again and not firsts:  # seldom: nobody looks them up before
            firsts = {place_of(other): other.resource for other in reversed(group)}
        reader = READERS.get(kind)
        if one.why and (reader is not None or kind == "?"):
            chart.put_aside(one.why)
            _leave_open(reader, resource, chart)
        elif reader is None:
            chart.ignored(HELD.get(kind) or f"nothing is read from {kind}")
            if any(inner.resourceType == "Observation" for inner in resource.contained or ()):
                chart.not_understood.append(f"a result within {chart.place}: results are read where they stand by themselves")
        elif again and firsts[place] is not resource and firsts[place] == resource:
            chart.ignored("the same entry again")
        else:
            reader(resource, chart)
    return chart


def _leave_open(reader: Reader | None, resource: Resource, chart: Chart) -> None:
    """What a faulty entry would have said is unknown: no older result, and no silence, speaks in its stead."""
    if reader is observation:
        left_open(resource.code, chart)
    elif reader is medication:
        chart.found.append(Exposure(chart.entry, (), ("not readable",)))


def place_of(one: Found) -> str:
    """Where an entry stands: its type and id, else its place in the file."""
    resource = one.resource
    kind, id_ = resource.resourceType, resource.id
    return f"{kind}/{id_}" if id_ and kind and len(id_) <= LONGEST_ID else one.place or kind or "the resource"
