"""Allergies: to a drug, a class, an excipient, or to something that plays no part; what it is to stands in `about`."""

from __future__ import annotations

from dataclasses import replace

from concordant.record.conditions import Understood, events_of, is_understood, understand
from concordant.record.events import ABSENT, ACTIVE, RESOLVED, Comorbidity, Status
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.conditions import GONE, leave_open, texts_of, word_of
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.values import lookup_code

ALLERGY = "{} allergy"
UNNAMED = "an allergy to something that is not named"


def allergy(resource: Resource, chart: Chart) -> None:
    """One AllergyIntolerance: exactly one fate. An allergy counts whether or not it is said to be over."""
    verified, clinical = word_of(resource.verificationStatus), word_of(resource.clinicalStatus)
    if verified == "entered-in-error":
        chart.ignored("entered in error")
        return
    met = lookup_code(resource.code, ("drug",), chart.tables.terms)
    drugs = met.meaning.drugs if met.meaning is not None else ()
    names = [*(chart.rules.names.get(drug, drug) for drug in drugs), *texts_of(resource)]
    if met.conflict:
        leave_open(names, chart, ALLERGY)
        chart.put_aside(met.conflict)
        return
    status: Status = ABSENT if verified == "refuted" else RESOLVED if clinical in GONE else ACTIVE
    plain = Comorbidity(chart.entry, None, (names or [UNNAMED])[0], status, None)
    found = _with_grade(_to_what(names, drugs, chart), resource, chart)
    if not drugs and not any(one.about or one.status for one in found):
        chart.not_mapped(met.unknown, "allergy to")
    chart.found += events_of(found, plain, chart.as_of)
    chart.used(plain.name)


def _to_what(names: list[str], drugs: tuple[str, ...], chart: Chart) -> tuple[Understood, ...]:
    """What the entry is: the reaction, and what it is to; without a name that is known it may be anything."""
    words = chart.tables.terms.words
    reaction = words.lexicon.words.reactions[0] if words.lexicon is not None else None
    if drugs:
        return (Understood(reaction, drugs),)
    for name in names:
        for spelling in (name, ALLERGY.format(name)):
            found = understand(spelling, words)
            if is_understood(found) and all(one.term == reaction and (one.about or one.status) for one in found):
                return found
    return (Understood(reaction),)


def _with_grade(found: tuple[Understood, ...], resource: Resource, chart: Chart) -> tuple[Understood, ...]:
    """The worst reaction that was seen, else how bad one could be."""
    grades = [chart.tables.severity(one.severity) for one in resource.reaction or ()]
    grades += [chart.tables.severity(resource.criticality)] if not any(grades) else []
    told = [grade for grade in grades if grade is not None]
    return tuple(replace(one, grade=one.grade if one.grade is not None else max(told)) if told else one for one in found)
