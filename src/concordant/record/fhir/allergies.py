"""Allergies: to a drug, a class, an excipient, or to something that plays no part; what it is to stands in `about`."""

from __future__ import annotations

from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.patient.events import ABSENT, ACTIVE, RESOLVED, Comorbidity, Status
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import ConditionMention, is_understood, parse_conditions
from concordant.record.fhir.certainty import GONE, read_status_word
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.conditions import add_blank_conditions
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.tumours import list_code_texts
from concordant.record.fhir.values import lookup_code

ALLERGY = "{} allergy"
UNNAMED = "an allergy to something that is not named"


def read_allergy(resource: Resource, chart: Chart) -> None:
    """One AllergyIntolerance: exactly one fate. An allergy counts whether or not it is said to be over."""
    verified, clinical = read_status_word(resource.verificationStatus), read_status_word(resource.clinicalStatus)
    if verified == "entered-in-error":
        chart.mark_ignored("entered in error")
        return
    met = lookup_code(resource.code, ("drug",), chart.tables.terms)
    drugs = met.meaning.drugs if met.meaning is not None else ()
    names = [*(chart.rules.names.get(drug, drug) for drug in drugs), *list_code_texts(resource)]
    if met.conflict:
        add_blank_conditions(names, chart, ALLERGY)
        chart.mark_set_aside(met.conflict)
        return
    status: Status = ABSENT if verified == "refuted" else RESOLVED if clinical in GONE else ACTIVE
    plain = Comorbidity(chart.entry, None, (names or [UNNAMED])[0], status, None)
    mentions = _add_grade(_read_allergens(names, drugs, chart), resource, chart)
    if not drugs and not any(mention.about or mention.status for mention in mentions):
        chart.record_unmapped_codes(met.unknown, "allergy to")
    chart.found += events_from_mentions(mentions, plain, chart.as_of)
    chart.mark_used(plain.name)


def find_noticed_date(resource: Resource, chart: Chart) -> PartialDate | None:
    """When the allergy began, else when it was written down."""
    return chart.parse_date(resource.onsetDateTime or resource.recordedDate or resource.assertedDate)[0]


def _read_allergens(names: list[str], drugs: tuple[str, ...], chart: Chart) -> tuple[ConditionMention, ...]:
    """What the entry is: the reaction, and what it is to; without a name that is known it may be anything."""
    words = chart.tables.terms.words
    reaction = words.lexicon.words.reactions[0] if words.lexicon is not None else None
    if drugs:
        return (ConditionMention(reaction, drugs),)
    for name in names:
        for spelling in (name, ALLERGY.format(name)):
            mentions = parse_conditions(spelling, words)
            if is_understood(mentions) and all(
                mention.term == reaction and (mention.about or mention.status) for mention in mentions
            ):
                return mentions
    return (ConditionMention(reaction),)


def _add_grade(mentions: tuple[ConditionMention, ...], resource: Resource, chart: Chart) -> tuple[ConditionMention, ...]:
    """The worst reaction that was seen, else how bad one could be."""
    grades = [chart.tables.find_grade(item.severity) for item in resource.reaction or ()]
    grades += [chart.tables.find_grade(resource.criticality)] if not any(grades) else []
    known = [grade for grade in grades if grade is not None]
    return tuple(
        replace(item, grade=item.grade if item.grade is not None else max(known)) if known else item for item in mentions
    )
