"""Medication resources: administrations, requests, statements, dispenses, and the orders of DSTU2, to exposures."""

from __future__ import annotations

import datetime as dt

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, make_exact_date
from concordant.patient.events import SETTINGS, STOPPED, Medication, Setting, Stopped, match_word
from concordant.record.courses.exposures import Exposure
from concordant.record.cut import is_after
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.dosage import explain_zero_dose
from concordant.record.fhir.drug_codes import DrugMatch, make_blank_exposure, match_medication, name_unknown_drugs
from concordant.record.fhir.elements import CodeableConcept, Period, to_list
from concordant.record.fhir.references import resolve_reference
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.values import lookup_code

UNTAKEN = {
    "entered-in-error": "entered in error",
    "not-taken": "not taken",
    "not-done": "not done",
    "declined": "declined",
    "cancelled": "cancelled",
    "draft": "a draft",
    "preparation": "in preparation",
    "intended": "intended only",
}
WISHED = {"proposal": "a proposal, no order", "plan": "a plan, no order", "option": "an option, no order"}
ORDERS = ("MedicationRequest", "MedicationOrder")
LONGEST_SUPPLY = 400  # days
SETTING_WORDS = ("intent", "stellung")  # in the address of an extension that tells intent, or position to surgery
GOING = ("active", "in-progress", "on-hold")


def read_medication(resource: Resource, chart: Chart) -> None:
    """One medication resource: exactly one fate."""
    if why := _explain_not_given(resource) or _explain_other_cancer(resource, chart):
        chart.mark_ignored(why)
        return
    match = match_medication(resource, chart, for_cancer=_is_for_cancer(resource, chart))
    if match.unknown:
        name_unknown_drugs(match, chart)
    else:
        chart.record_unmapped_codes(match.codings, "" if match.drugs or match.terms else "drug")
    start, end, wrong = read_dates(resource, chart)
    wrong = wrong or explain_zero_dose(resource)
    if match.conflict or wrong:
        if match.drugs or match.unknown or match.conflict:
            chart.found.append(make_blank_exposure(match, chart))
        chart.mark_set_aside("; ".join(filter(None, (match.conflict, wrong))))
    elif match.drugs or match.unknown:
        chart.found.append(_make_exposure(resource, match, start, end, chart))
        if resource.resourceType in ORDERS:
            chart.orders.add(chart.place)
        chart.mark_used("treatment")
    else:
        _read_other_medication(resource, match, start, end, chart)


def _explain_not_given(resource: Resource) -> str:
    if (status := resource.status or "") in UNTAKEN:
        return UNTAKEN[status]
    if resource.doNotPerform or resource.wasNotTaken or resource.wasNotGiven or resource.notGiven or resource.taken == "n":
        return "not taken"
    return WISHED.get(resource.intent or "", "")


def _find_reason_cancers(resource: Resource, chart: Chart) -> set[str]:
    """The cancers that are named as the reason; a metastasis by the kind of its code."""
    pointed = [
        condition
        for reference in to_list(resource.reasonReference)
        if (condition := resolve_reference(reference, resource, chart)) is not None
    ]
    reasons: list[CodeableConcept | None] = [*to_list(resource.reasonCode), *(condition.code for condition in pointed)]
    meanings = [lookup_code(reason, ("cancer", "secondary"), chart.tables.terms).meaning for reason in reasons]
    return {meaning.name if meaning.kind == "cancer" else meaning.kind for meaning in meanings if meaning is not None}


def _is_for_cancer(resource: Resource, chart: Chart) -> bool:
    return bool(_find_reason_cancers(resource, chart))


def _explain_other_cancer(resource: Resource, chart: Chart) -> str:
    return "it was given for another cancer" if _find_reason_cancers(resource, chart) == {"other"} else ""


def read_dates(resource: Resource, chart: Chart) -> tuple[PartialDate | None, PartialDate | None, str]:
    """From when to when a medication was given, and why a date is none."""
    period = resource.effectivePeriod or resource.effectiveTimePeriod
    single = resource.effectiveDateTime or resource.effectiveTimeDateTime or None
    if single is None and period is None and resource.dateEnded is not None:
        period = Period(resource.authoredOn or resource.dateWritten, resource.dateEnded)
    if single is None and period is None:
        single = resource.authoredOn or resource.dateWritten or resource.whenHandedOver
    if single is not None:
        date, wrong = chart.parse_date(single)
        alone = resource.resourceType == "MedicationAdministration"
        return date, date if alone else _find_supply_end(date, resource), wrong
    return chart.parse_period(period)


def _find_supply_end(date: PartialDate | None, resource: Resource) -> PartialDate | None:
    """The last day of what was handed out for so many days; None where nothing tells it."""
    supply = resource.daysSupply
    if date is None or supply is None or supply.value is None or not 1 <= supply.value <= LONGEST_SUPPLY:
        return None
    days = dt.timedelta(days=int(supply.value) - 1)
    return PartialDate(date.first + days, date.last + days)


def _make_exposure(
    resource: Resource, match: DrugMatch, start: PartialDate | None, end: PartialDate | None, chart: Chart
) -> Exposure:
    single = resource.resourceType == "MedicationAdministration" and _is_on_one_day(start, end)
    end = start if single else end
    supply = resource.resourceType == "MedicationDispense" and end is not None
    whole = _find_whole(resource, chart)
    is_open = end is None and chart.is_said_later(resource.dateAsserted)  # whether it had ended by then is not known
    stopped = None if is_open else _read_stop_reason(resource, whole, chart)
    going = resource.status in GOING and end is None and not is_open and resource.resourceType != "MedicationAdministration"
    return Exposure(
        chart.entry,
        match.drugs,
        match.unknown,
        start,
        end,
        _read_setting(resource, chart) or (_read_setting(whole, chart) if whole is not None else None),
        None,
        stopped,
        going and stopped is None and resource.status != "on-hold",
        single,
        supply,
    )


def _is_on_one_day(start: PartialDate | None, end: PartialDate | None) -> bool:
    """An infusion may go on past midnight."""
    if start is None or end is None:
        return False
    return start == end or (start.is_exact and end.is_exact and (end.first - start.first).days == 1)


def _find_whole(resource: Resource, chart: Chart) -> Resource | None:
    """The procedure that a medication is a part of: the treatment whose setting and end it shares."""
    found = (resolve_reference(reference, resource, chart) for reference in to_list(resource.partOf))
    return next((whole for whole in found if whole is not None and whole.resourceType == "Procedure"), None)


def _read_stop_reason(resource: Resource, whole: Resource | None, chart: Chart) -> Stopped | None:
    """The reason for stopping, where one is documented: as status reason, in mCODE's extension, or as the end of the whole."""
    reasons = [*to_list(resource.statusReason), *to_list(resource.reasonEnded)]
    if whole is not None and not isinstance(whole.outcome, str):
        reasons += to_list(whole.outcome)
    for extension in resource.extension or ():
        if extension.valueCodeableConcept is not None and "termination-reason" in (extension.url or ""):
            reasons.append(extension.valueCodeableConcept)
    stopped: set[Stopped] = set()
    for reason in reasons:
        met = lookup_code(reason, ("stop_reason", "not_asked"), chart.tables.terms)
        if met.meaning is not None and met.meaning.kind == "not_asked":
            continue
        word = match_word(met.meaning.name, STOPPED) if met.meaning is not None and not met.conflict else None
        if word is not None:
            stopped.add(word)
        else:
            chart.record_unmapped_codes(met.unknown, "")
            words = reason.text or next((coding.display or coding.code for coding in reason.coding or ()), None)
            chart.not_understood.append(f"reason for stopping {quote_word(words or '?')} ({chart.place})")
    return stopped.pop() if len(stopped) == 1 else None


def _read_setting(resource: Resource, chart: Chart) -> Setting | None:
    for extension in resource.extension or ():
        url = (extension.url or "").lower()
        if extension.valueCodeableConcept is None or not any(word in url for word in SETTING_WORDS):
            continue
        met = lookup_code(extension.valueCodeableConcept, ("intent",), chart.tables.terms)
        if met.meaning is not None and (setting := match_word(met.meaning.name, SETTINGS)):
            return setting
    return None


def _read_other_medication(
    resource: Resource, match: DrugMatch, start: PartialDate | None, end: PartialDate | None, chart: Chart
) -> None:
    """Another drug: it matters while it is taken."""
    today = make_exact_date(chart.as_of)
    over = end is not None and end.is_certainly_before(today)
    going = resource.status in (*GOING, None) or (chart.cuts and is_after(end, chart.as_of))  # ended after the date asked for
    if over or not going or not match.name:
        chart.mark_ignored("another drug, which is not said to be taken now")
        return
    if start is not None and today.is_certainly_before(start):
        chart.mark_ignored("it lies after the date of the question")
        return
    chart.found += [Medication(chart.entry, term, match.name) for term in match.terms or (None,)]
    chart.mark_used("medication")
