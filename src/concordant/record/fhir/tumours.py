"""Beside the code of a Condition: its words, its sites, the cancer that it belongs to, and what of it stays open."""

from __future__ import annotations

from concordant.contract_names import OTHER_CANCER
from concordant.errors import quote_word
from concordant.patient.events import Comorbidity
from concordant.record.condition_events import make_open_finding
from concordant.record.conditions import parse_conditions
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import CodeableConcept, to_list
from concordant.record.fhir.ownership import ANOTHER, find_owner, find_site, list_related, list_texts
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.values import lookup_code
from concordant.record.findings import UNCLEAR, PrimaryCancer

LONGEST_NAME = 200
TISSUE = ("histology", "morphology")  # in the address of an extension that tells the tissue


def leave_disease_open(resource: Resource, chart: Chart) -> None:
    """What an entry that cannot stand may have said of the disease: a cancer, a metastasis. Neither is silence."""
    names = list_code_texts(resource)
    systems = ((coding.system, coding.code) for coding in (resource.code or CodeableConcept()).coding or ())
    kinds = {meaning.kind for pair in systems if (meaning := chart.tables.terms.find_concept(*pair)) is not None}
    read = [mention for name in names for mention in parse_conditions(name, chart.tables.terms.words)]
    if "secondary" in kinds or any(mention.sites is not None or mention.may_spread for mention in read):
        name = names[0] if names else format_code(resource)
        chart.found += (Comorbidity(chart.entry, None, name, None, None), make_open_finding(chart.entry, name, None))
    if "cancer" in kinds:
        chart.found.append(PrimaryCancer(chart.entry, UNCLEAR, None))


def find_subject_of_site(resource: Resource, chart: Chart) -> str:
    """The cancer that one without a name of its own is, by the site beside it; empty when that tells none."""
    known = chart.rules.subject_sites
    return next((known[site] for concept in to_list(resource.bodySite) if (site := find_site(concept, chart)) in known), "")


def has_foreign_tissue(resource: Resource, chart: Chart) -> bool:
    """Whether the tissue that stands beside a diagnosis is that of another cancer, as a lymphoma of the organ is."""
    named = (one.valueCodeableConcept for one in resource.extension or () if any(word in (one.url or "") for word in TISSUE))
    met = [lookup_code(concept, ("cancer",), chart.tables.terms).meaning for concept in named if concept is not None]
    return any(meaning is not None and meaning.name == OTHER_CANCER for meaning in met)


def find_body_sites(resource: Resource, chart: Chart) -> list[str]:
    """The sites that an entry names beside its code; one that is not understood is named."""
    sites = []
    for concept in to_list(resource.bodySite):
        if site := find_site(concept, chart):
            sites.append(site)
        else:
            text = next(iter(list_texts(concept)), "?")
            chart.not_understood.append(f"site {quote_word(text)} ({chart.place})")
    return sites


def is_of_other_cancer(resource: Resource, chart: Chart) -> bool:
    """Whether a metastasis names the cancer that it comes from, and that is another one."""
    return find_owner(list_related(resource), resource, chart) == ANOTHER


def list_code_texts(resource: Resource) -> list[str]:
    """The words of an entry's code that may be a name."""
    concept = resource.code or CodeableConcept()
    texts = (concept.text, *(coding.display for coding in concept.coding or ()))
    return list(dict.fromkeys(text for text in texts if text and len(text) < LONGEST_NAME))


def format_code(resource: Resource) -> str:
    """The name of a condition that has no words: its code."""
    codings = (resource.code or CodeableConcept()).coding or ()
    return next((f"the code {coding.code}" for coding in codings if coding.code), "a condition without a name")
