"""What an entry that cannot be read would have said is unknown: no older entry, and no silence, speaks in its stead."""

from __future__ import annotations

from concordant.patient.events import HAPPENINGS, DiseaseEvent, match_word
from concordant.record.courses.exposures import Exposure
from concordant.record.fhir.allergies import ALLERGY, UNNAMED
from concordant.record.fhir.certainty import read_certainty
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.conditions import (
    KINDS,
    add_blank_conditions,
    add_unread_condition,
    blank_condition,
)
from concordant.record.fhir.observations import add_blank_results
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.tumours import list_code_texts
from concordant.record.fhir.values import lookup_code
from concordant.record.findings import UnnamedTreatment

UNREADABLE = "not readable"


def blank_faulty_entry(resource: Resource, chart: Chart) -> None:
    """The blank entry that stands for a resource which was set aside as a whole."""
    match resource.resourceType:
        case "Observation":
            add_blank_results(resource.code, chart)
        case "Condition":
            resource, _, _, _ = read_certainty(resource, chart)
            blank_condition(resource, lookup_code(resource.code, KINDS, chart.tables.terms).meaning, chart)
        case "AllergyIntolerance":
            _blank_allergy(resource, chart)
        case "Procedure":
            _blank_procedure(resource, chart)
        case "Patient":
            pass
        case _:
            chart.found.append(Exposure(chart.entry, (), (UNREADABLE,)))


def _blank_allergy(resource: Resource, chart: Chart) -> None:
    names, known = list_code_texts(resource), len(chart.found)
    add_blank_conditions(names, chart, ALLERGY)
    if len(chart.found) == known:
        add_unread_condition(ALLERGY.format(names[0]) if names else UNNAMED, chart)


def _blank_procedure(resource: Resource, chart: Chart) -> None:
    """What its code says happened, at an unknown time; without a code it may be anything, a treatment among others."""
    meaning = lookup_code(resource.code, ("procedure", "not_asked"), chart.tables.terms).meaning
    implies = meaning.implies if meaning is not None else {}
    if (kind := match_word(implies.get("event"), HAPPENINGS)) is not None:
        chart.found.append(DiseaseEvent(chart.entry, kind, None, None, (), None, ""))
    elif "drugs" in implies or resource.code is None:
        chart.found.append(UnnamedTreatment(chart.entry, UNREADABLE, None))
