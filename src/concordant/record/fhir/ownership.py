"""Whose an entry is: the cancer that it points at, the place of its specimen, and the side of a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from concordant.contract_names import OTHER_CANCER
from concordant.errors import quote_word
from concordant.patient.events import ABSENT
from concordant.record.conditions import parse_conditions
from concordant.record.fhir.addresses import strip_version, to_local_reference
from concordant.record.fhir.chart import PEOPLE, Chart
from concordant.record.fhir.elements import CodeableConcept, Extension, Reference, to_list
from concordant.record.fhir.references import resolve_reference
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.values import lookup_code
from concordant.record.fhir.words import read_concept
from concordant.terminology.codes import CodeableConcept as Meaning
from concordant.terminology.names import is_doubted, normalize_name
from concordant.terminology.tumours import may_be_tumour, names_own_cancer

Tumour = Literal["own", "another", "unclear", ""]
OWN: Tumour = "own"
ANOTHER: Tumour = "another"
UNCLEAR: Tumour = "unclear"
NO_TUMOUR: Tumour = ""
SIDES = ("laterality", "seitenlokalisation")  # in the address of an extension that tells a side
LONGEST_SITES = (4, 3, 2, 1)  # words of the name of a site, the longest first
RELATED = ("relatedprimarycancer", "relatedcondition", "mcoderelated")  # extensions by which mCODE names the cancer


def list_texts(concept: CodeableConcept | None) -> list[str]:
    """The words of a coded value."""
    return [text for text in (concept.text, *(c.display for c in concept.coding or ())) if text] if concept is not None else []


def classify_tumour(condition: Resource, chart: Chart) -> Tumour:
    """What a Condition is: the cancer of the knowledge, another one, a tumour that may be either, or none."""
    met = lookup_code(condition.code, ("cancer", "secondary", "condition"), chart.tables.terms).meaning
    if met is not None and met.kind == "secondary":
        return NO_TUMOUR  # of which cancer it says itself, if at all
    if met is not None and met.kind == "cancer":
        return ANOTHER if met.name == OTHER_CANCER else OWN if met.name in chart.rules.subjects else UNCLEAR
    return _classify_words(list_texts(condition.code), chart)


def _classify_words(texts: Iterable[str], chart: Chart) -> Tumour:
    for text in texts:
        if names_own_cancer(text, chart.rules.tumours):
            return OWN
        mentions = [mention for mention in parse_conditions(text, chart.tables.terms.words) if mention.status != ABSENT]
        terms = {mention.term for mention in mentions}
        if chart.rules.own_cancer in terms:
            return OWN
        if chart.rules.other_cancer in terms:
            return ANOTHER
        if None in terms and may_be_tumour(text, chart.rules.tumours) and all(mention.sites is None for mention in mentions):
            return UNCLEAR
    return NO_TUMOUR


def list_related(resource: Resource) -> list[Reference]:
    """The cancers that an entry names as its own, by an extension."""
    extensions = [item for item in resource.extension or () if item.url and item.valueReference is not None]
    named = [item for item in extensions if any(word in (item.url or "").replace("-", "").lower() for word in RELATED)]
    return [item.valueReference for item in named if item.valueReference is not None]


def find_owner(references: Iterable[Reference], holder: Resource, chart: Chart) -> Tumour:
    """The one cancer that references point at; none where they point at no tumour, unclear where at several kinds."""
    kinds = {classify_tumour(one, chart) for one in _list_owners(references, holder, chart)}
    return kinds.pop() if len(kinds) == 1 else UNCLEAR if kinds else NO_TUMOUR


def _list_owners(references: Iterable[Reference], holder: Resource, chart: Chart) -> list[Resource]:
    """The tumours that references point at, or that the metastases do at which they point: one step, so that a circle ends."""
    pointed = _list_conditions(references, holder, chart)
    others = [one for one in pointed if not classify_tumour(one, chart)]
    further = [primary for one in others for primary in _list_conditions(list_related(one), one, chart)]
    return [one for one in (*pointed, *further) if classify_tumour(one, chart)]


def _list_conditions(references: Iterable[Reference], holder: Resource, chart: Chart) -> list[Resource]:
    found = (resolve_reference(reference, holder, chart) for reference in references)
    return [one for one in found if one is not None and one.resourceType == "Condition"]


def explain_owner(resource: Resource, chart: Chart) -> tuple[str, bool]:
    """Why a result is not of this cancer, and whether that is open; empty when nothing speaks against it.

    What it points at says whose it is, which is kept; where it points at nothing, the site of its specimen may leave it open.
    """
    if resource.focus is None and not (resource.extension or resource.specimen or resource.bodySite):
        return "", False  # as most results: they point at nothing
    references = [*to_list(resource.focus), *list_related(resource)]
    owner = find_owner(references, resource, chart)
    if owner == OWN:
        owners = {f"Condition/{one.id}" for one in _list_owners(references, resource, chart) if one.id}
        chart.told_of |= {chart.place: owners.pop()} if len(owners) == 1 else {}
    if owner == ANOTHER or (owner == UNCLEAR and OWN in chart.list_tumours(classify_tumour)):
        return "it is about another cancer", False
    if stranger := _find_stranger(resource, chart):
        return f"it is about somebody else ({quote_word(stranger)})", True
    site = "" if owner else _find_foreign_site(resource, chart)
    if site and chart.list_tumours(classify_tumour) & {ANOTHER, UNCLEAR}:
        return f"it is of {quote_word(site)}, and another cancer is on record: whose it is is not known", True
    return "", False


def _find_stranger(resource: Resource, chart: Chart) -> str:
    """Somebody other than the patient whom a result is about: a child not born, a donor, a group."""
    own = {one.reference for one in (resource.subject, resource.patient) if one is not None}
    for focus in to_list(resource.focus):
        if focus.reference in own:
            continue
        pointed = resolve_reference(focus, resource, chart)  # of patients only this one is among what is around
        named = to_local_reference(strip_version(focus.reference or "")).partition("/")[0]
        kind = pointed.resourceType if pointed is not None else named
        if kind in PEOPLE and not (kind == "Patient" and pointed is not None):
            return focus.display or focus.reference or kind
    return ""


def _find_foreign_site(resource: Resource, chart: Chart) -> str:
    """The site of a result or its specimen that is not of the region of this cancer, in its own words."""
    for concept in list_sites(resource, chart):
        site = find_site(concept, chart)
        if not site or not chart.rules.is_regional(site):
            return next(iter(list_texts(concept)), next((coding.code or "" for coding in concept.coding or ()), ""))
    return next((text for text in _iter_specimen_texts(resource, chart) if _is_foreign_text(text, chart)), "")


def _iter_specimen_texts(resource: Resource, chart: Chart) -> Iterator[str]:
    """What is said of a specimen beside its site."""
    for reference in to_list(resource.specimen):
        specimen = resolve_reference(reference, resource, chart)
        yield from list_texts(read_concept(specimen.type) if specimen is not None else None)
        if reference.display:
            yield reference.display


def _is_foreign_text(text: str, chart: Chart) -> bool:
    """Whether words of a specimen may name a place that is not of the region of this cancer."""
    words, known = normalize_name(text).split(), chart.tables.terms.words.sites
    named, strange = [], False
    while words:
        size = next((size for size in LONGEST_SITES if " ".join(words[:size]) in known), 0)
        if size:
            named.append(known[" ".join(words[:size])])
        strange |= not size and words[0] not in chart.rules.specimen_words and not words[0][0].isdigit()
        words = words[size or 1 :]
    return not all(map(chart.rules.is_regional, named)) if named else strange


def list_sites(resource: Resource, chart: Chart) -> list[CodeableConcept]:
    """The sites that a result or its specimen names."""
    sites = list(to_list(resource.bodySite))
    for reference in to_list(resource.specimen):
        specimen = resolve_reference(reference, resource, chart)
        if specimen is not None and specimen.collection is not None:
            sites += to_list(specimen.collection.bodySite)
    return sites


def find_site(concept: CodeableConcept, chart: Chart) -> str:
    """The site that a code or the words beside it stand for; empty for one that is not known."""
    met = lookup_code(concept, ("site",), chart.tables.terms).meaning
    known = chart.tables.terms.words.sites
    named = (known[text] for item in list_texts(concept) if (text := normalize_name(item)) in known and not is_doubted(item))
    return met.name if met is not None else next(named, "")


def find_side(resource: Resource, meaning: Meaning | None, chart: Chart) -> str:
    """The side that a diagnosis tells: by its words, code and site, what stands beside these, or the structure it points at."""
    concepts = list(_iter_side_concepts(resource, chart))
    texts = [text for concept in concepts for text in list_texts(concept)]
    codes = [coding.code or "" for concept in concepts for coding in concept.coding or ()]
    return chart.rules.find_side([*texts, meaning.display if meaning is not None else ""], codes)


def _iter_side_concepts(resource: Resource, chart: Chart) -> Iterator[CodeableConcept]:
    """Everything beside a diagnosis that may tell a side."""
    sites = to_list(resource.bodySite)
    for concept in filter(None, (resource.code, *sites)):
        yield concept
        yield from _iter_told_sides(concept.extension)
        for coding in concept.coding or ():
            yield from _iter_told_sides(coding.extension)
    yield from _iter_told_sides(resource.extension)
    structure = resolve_reference(resource.bodyStructure, resource, chart)
    if structure is not None:
        yield from filter(None, (read_concept(structure.location), *(structure.locationQualifier or ())))
        for part in structure.includedStructure or ():
            yield from filter(None, (part.structure, part.laterality))


def _iter_told_sides(extensions: Iterable[Extension] | None) -> Iterator[CodeableConcept]:
    for one in extensions or ():
        if one.url and any(word in one.url.lower() for word in SIDES):
            coded = CodeableConcept(coding=[one.valueCoding]) if one.valueCoding is not None else None
            yield from filter(None, (one.valueCodeableConcept, coded))
