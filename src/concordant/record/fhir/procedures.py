"""Procedures: operations, radiotherapy, administrations of drugs, and drug treatment that is told without its drugs."""

from __future__ import annotations

from concordant.logic.dates import PartialDate
from concordant.patient.events import HAPPENINGS, DiseaseEvent, match_word
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.drug_codes import DrugMatch, add_administration, find_drug
from concordant.record.fhir.elements import to_list
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.unnamed_treatment import add_unnamed_treatment, find_unnamed_treatment
from concordant.record.fhir.values import lookup_code
from concordant.record.findings import ImpliedFact, UnnamedTreatment

UNDONE = {"entered-in-error": "entered in error", "not-done": "not done", "preparation": "not done yet", "aborted": "aborted"}


def read_procedure(resource: Resource, chart: Chart) -> None:
    """One Procedure: exactly one fate."""
    status = resource.status or ""
    if status in UNDONE or resource.notPerformed or resource.notDone:
        chart.mark_ignored(UNDONE.get(status, "not done"))
        return
    met = lookup_code(resource.code, ("procedure", "not_asked"), chart.tables.terms)
    if met.conflict:
        chart.mark_set_aside(met.conflict)
    elif met.meaning is None and (given := find_drug(resource.code, chart)) is not None:
        _add_treatment(given, resource, chart)
    elif met.meaning is None and (past := find_unnamed_treatment(resource.code, chart, in_words=True)) is not None:
        chart.record_unmapped_codes(met.unknown, "")
        add_unnamed_treatment(resource.code, *(find_performed_date(resource, chart)), chart, past=past)
    elif met.meaning is None:
        chart.record_unmapped_codes(met.unknown, "")
        chart.mark_ignored("its code is in no value set" if met.unknown else "it has no code")
    elif met.meaning.kind == "not_asked":
        chart.mark_ignored(met.meaning.says)
    else:
        _add_procedure(met.meaning.name, dict(met.meaning.implies), resource, chart)


def _add_procedure(name: str, implies: dict[str, str], resource: Resource, chart: Chart) -> None:
    date, wrong = find_performed_date(resource, chart)
    kind = match_word(implies.get("event"), HAPPENINGS)
    if wrong:
        chart.mark_set_aside(wrong)
        date = None
    if kind is not None:
        chart.found.append(DiseaseEvent(chart.entry, kind, date, None, (), None, "" if wrong else name))
    elif "drugs" in implies and not chart.has_parts(resource):
        chart.found.append(UnnamedTreatment(chart.entry, name, date))
    for site in to_list(resource.bodySite):
        met = lookup_code(site, ("site",), chart.tables.terms)
        if met.meaning is not None and (feature := implies.get(met.meaning.name)) and not wrong:
            chart.found.append(ImpliedFact(chart.entry, feature, "yes", date))
    if wrong:
        return
    if kind is None and "drugs" not in implies and not implies:
        chart.mark_ignored(f"{name}: nothing here asks for it")
    else:
        chart.mark_used(name)


def _add_treatment(given: DrugMatch, resource: Resource, chart: Chart) -> None:
    """An administration of a drug, told as a procedure."""
    start, wrong = find_performed_date(resource, chart)
    end, also = chart.parse_date(resource.performedPeriod.end) if resource.performedPeriod is not None else (start, "")
    add_administration(given, start, end, wrong or also, chart)


def find_performed_date(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When it was done."""
    return chart.parse_moment(resource.performedDateTime, resource.performedPeriod)
