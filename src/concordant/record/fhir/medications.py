"""Medication resources: administrations, requests, statements, dispenses, and the orders of DSTU2, to exposures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, make_exact_date
from concordant.patient.events import SETTINGS, STOPPED, Medication, Setting, Stopped, match_word
from concordant.record.courses.exposures import Exposure
from concordant.record.cut import is_after
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.dosage import explain_zero_dose
from concordant.record.fhir.modifiers import explain_modifier
from concordant.record.fhir.references import resolve_reference
from concordant.record.fhir.resources import CodeableConcept, Coding, Period, Resource, to_list
from concordant.record.fhir.values import lookup_code
from concordant.terminology.codes import CodeableConcept as Meaning
from concordant.terminology.names import Words, medicines_from_name

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
GOING = ("active", "in-progress", "on-hold")


@dataclass(slots=True)
class DrugMatch:
    """The drug of one resource: ids, or the name under which nothing is known; or another medication."""

    drugs: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    name: str = ""
    conflict: str = ""
    codings: tuple[Coding, ...] = ()


def read_medication(resource: Resource, chart: Chart) -> None:
    """One medication resource: exactly one fate."""
    if why := _explain_not_given(resource) or _explain_other_cancer(resource, chart):
        chart.mark_ignored(why)
        return
    match = _match_drug(resource, chart)
    chart.record_unmapped_codes(match.codings, "" if match.drugs or match.terms else "drug")
    start, end, wrong = read_dates(resource, chart)
    wrong = wrong or explain_zero_dose(resource)
    if match.conflict or wrong:
        if match.drugs or match.unknown or match.conflict:
            chart.found.append(_blank_exposure(match, chart))
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


def _blank_exposure(match: DrugMatch, chart: Chart) -> Exposure:
    """Of a faulty entry it stays known that something was given, and nothing of what it says."""
    names = (*(chart.rules.names.get(drug, drug) for drug in match.drugs), *match.unknown) or (match.name or "not readable",)
    return Exposure(chart.entry, (), names)


def _match_drug(resource: Resource, chart: Chart) -> DrugMatch:
    concept, terms = _find_medication_code(resource, chart), chart.tables.terms
    met = lookup_code(concept, ("drug", "medication"), terms)
    texts = [text for text in (concept.text, *(c.display for c in concept.coding or ())) if text]
    named = {
        drugs for text in texts if (drugs := terms.drugs_from_text(text)) and not _is_same_drug(drugs, met.meaning, terms.words)
    }
    if met.conflict or (met.meaning is not None and named):
        return DrugMatch(conflict=met.conflict or _describe_conflict(concept, texts), name=texts[0] if texts else "")
    if met.meaning is not None and met.meaning.kind != "medication":
        return DrugMatch(met.meaning.drugs, name=met.meaning.name)
    if len(named) == 1:
        return DrugMatch(named.pop(), codings=met.unknown)
    if len(named) > 1:
        return DrugMatch(conflict="its texts name different drugs", name=texts[0])
    medicines = _find_medicines(met.meaning, texts, terms.words)
    name = texts[0] if texts else (concept.coding[0].code or "" if concept.coding else "")
    if not medicines and (not texts or _is_for_cancer(resource, chart) or any(map(terms.can_be_treatment, texts))):
        return DrugMatch(unknown=(name or "not named",), codings=met.unknown)
    return DrugMatch(terms=medicines, name=name, codings=met.unknown)


def _find_medicines(coded: Meaning | None, texts: list[str], words: Words) -> tuple[str, ...]:
    """What the code and the words beside it stand for; a code for a whole family says less than words that are understood."""
    read = next(
        (parts for text in texts if words.medication_ids.issuperset(parts := medicines_from_name(text, words)) and parts), ()
    )
    if coded is None or (read and coded.name in words.family_ids):
        return read
    return tuple(dict.fromkeys((coded.name, *read)))


def _is_same_drug(drugs: tuple[str, ...], meaning: Meaning | None, words: Words) -> bool:
    """Whether the drugs that words name are those of the code; some are medicines of other diseases as well."""
    if meaning is None:
        return False
    return words.medication_ids.issuperset(drugs) if meaning.kind == "medication" else drugs == meaning.drugs


def _describe_conflict(concept: CodeableConcept, texts: list[str]) -> str:
    codes = [coding.code for coding in concept.coding or () if coding.code]
    return f"the code '{codes[0] if codes else '?'}' stands for another drug than the words beside it, '{texts[0][:60]}'"


def _find_medication_code(resource: Resource, chart: Chart) -> CodeableConcept:
    if resource.medicationCodeableConcept is not None:
        return resource.medicationCodeableConcept
    reference = resource.medicationReference
    medication = resolve_reference(reference, resource, chart)
    if medication is not None and (why := explain_modifier(medication)):
        chart.not_understood.append(f"the Medication of {chart.place}: {why}")
        return CodeableConcept()
    if medication is not None and medication.code is not None:
        return medication.code
    return CodeableConcept(text=reference.display if reference is not None else None)


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
    is_open = end is None and chart.is_said_later(resource.dateAsserted)  # whether it had ended by then is not known
    stopped = None if is_open else _read_stop_reason(resource, chart)
    going = resource.status in GOING and end is None and not is_open and resource.resourceType != "MedicationAdministration"
    return Exposure(
        chart.entry,
        match.drugs,
        match.unknown,
        start,
        end,
        _read_setting(resource, chart),
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


def _read_stop_reason(resource: Resource, chart: Chart) -> Stopped | None:
    """The reason for stopping, where one is documented: as status reason, or in mCODE's extension."""
    reasons = [*to_list(resource.statusReason), *to_list(resource.reasonEnded)]
    for extension in resource.extension or ():
        if extension.valueCodeableConcept is not None and "termination-reason" in (extension.url or ""):
            reasons.append(extension.valueCodeableConcept)
    stopped: set[Stopped] = set()
    for reason in reasons:
        met = lookup_code(reason, ("stop_reason",), chart.tables.terms)
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
        if extension.valueCodeableConcept is None or "intent" not in (extension.url or ""):
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
