"""Observations of the disease and the person: stage, metastases, trend, conditions, menopause, line of therapy."""

from __future__ import annotations

from collections.abc import Callable

from concordant.contract_names import DISEASE_STATUS, LINE_OF_THERAPY, MENOPAUSAL_STATUS
from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.model.knowledge import CodeKind
from concordant.patient.events import ABSENT, ACTIVE, HAPPENINGS, Comorbidity, DiseaseEvent, match_word
from concordant.record.conditions import parse_conditions
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import CodeableConcept, to_list
from concordant.record.fhir.references import resolve_reference
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.results import ObservedValue, read_result_word
from concordant.record.fhir.values import CodeMatch, list_coded_values, lookup_code, read_number
from concordant.record.findings import CancerStage, DeclaredLine, SecondaryCancer, UmbrellaResult
from concordant.record.rules import normalize_stage
from concordant.terminology.codes import NO, YES
from concordant.terminology.names import is_doubted, normalize_name


def _read_stage(asked: ObservedValue, chart: Chart) -> str | None:
    """A stage group or an M category."""
    return add_stage(list_coded_values(asked.value), asked.date, chart)


def add_stage(concepts: list[CodeableConcept], date: PartialDate | None, chart: Chart) -> str | None:
    """A stage in codes or in words, kept until all is read; why it cannot be, or None when there is none."""
    for concept in concepts:
        met = lookup_code(concept, ("stage",), chart.tables.terms)
        if met.conflict:
            return met.conflict
        said = _find_stage_text(concept, chart)
        if met.meaning is not None and said and chart.rules.find_extent(said) != chart.rules.find_extent(met.meaning.name):
            return f"its code stands for stage {met.meaning.name}, and the words beside it say {quote_word(said)}"
        word = met.meaning.name if met.meaning is not None else said
        if word:
            chart.found.append(CancerStage(chart.entry, word, chart.rules.find_extent(word), date))
            return ""
        chart.record_unmapped_codes(met.unknown, "stage")
    return "its stage is not understood" if concepts else None


def _find_stage_text(concept: CodeableConcept, chart: Chart) -> str:
    texts = [concept.text, *(coding.display for coding in concept.coding or ())]
    known = chart.rules.stages
    return next((text for text in texts if text and len(text) < 60 and normalize_stage(text) in known), "")


def _read_metastasis_site(asked: ObservedValue, chart: Chart) -> str | None:
    """Where a metastasis is, or that there is none."""
    concepts = list_coded_values(asked.value)
    for concept in concepts:
        met = lookup_code(concept, ("site", "secondary", "value"), chart.tables.terms)
        if met.meaning is not None and met.meaning.kind == "value":
            return ""
        site = met.meaning.name if met.meaning is not None else _find_told_site(concept.text or "", chart)
        if site is not None:
            chart.found.append(SecondaryCancer(chart.entry, site, asked.date))
            return ""
        chart.record_unmapped_codes(met.unknown, "site")
    return "its site is not understood" if concepts else None


def _find_told_site(text: str, chart: Chart) -> str | None:
    return None if is_doubted(text) else chart.tables.terms.words.sites.get(normalize_name(text))


def _read_disease_status(asked: ObservedValue, chart: Chart) -> str | None:
    """The trend of the disease, as an event."""
    concepts = list_coded_values(asked.value)
    if not concepts:
        return None
    met = _lookup_first_code(concepts, "status", chart)
    if met.conflict or met.meaning is None:
        return met.conflict or "its disease status is not understood"
    if met.meaning.name == "undetermined":
        return None
    kind = match_word({"no_disease": "response"}.get(met.meaning.name, met.meaning.name), HAPPENINGS)
    if kind is None:
        return "its disease status is not understood"
    sites = [
        site
        for reference in to_list(asked.resource.focus)
        if (site := _find_focus_site(resolve_reference(reference, asked.resource, chart), chart))
    ]
    chart.found.append(DiseaseEvent(chart.entry, kind, asked.date, None, tuple(sites), None, ""))
    return ""


def _lookup_first_code(concepts: list[CodeableConcept], kind: CodeKind, chart: Chart) -> CodeMatch:
    met = CodeMatch()
    for concept in concepts:
        met = lookup_code(concept, (kind,), chart.tables.terms)
        if met.meaning is not None or met.conflict:
            return met
        chart.record_unmapped_codes(met.unknown, kind.replace("_", " "))
    return met


def _find_focus_site(resource: Resource | None, chart: Chart) -> str:
    if resource is None or resource.resourceType != "Condition":
        return ""
    met = lookup_code(resource.code, ("secondary",), chart.tables.terms)
    return met.meaning.name if met.meaning is not None else _find_site_in_words(resource.code, chart)


def _find_site_in_words(code: CodeableConcept | None, chart: Chart) -> str:
    """The site of a metastasis that is told in words alone."""
    texts = (code.text, *(coding.display for coding in code.coding or ())) if code is not None else ()
    found = (mention for text in texts if text for mention in parse_conditions(text, chart.tables.terms.words))
    return next((site for mention in found if mention.status != ABSENT for site in mention.sites or ()), "")


def _read_condition_status(asked: ObservedValue, chart: Chart) -> str | None:
    """A condition told as an observation: present or absent."""
    concepts = list_coded_values(asked.value)
    if not concepts:
        return None
    for concept in concepts:
        met = lookup_code(concept, ("value", "condition"), chart.tables.terms)
        if met.conflict:
            return met.conflict
        name = met.meaning.name if met.meaning is not None else ""
        status = ACTIVE if name in (*YES, asked.about.part) else ABSENT if name in NO else None
        if status is not None:
            chart.found.append(Comorbidity(chart.entry, asked.about.part, asked.about.part.replace("_", " "), status, asked.date))
            return ""
    chart.found.append(Comorbidity(chart.entry, asked.about.part, asked.about.part.replace("_", " "), None, None))
    return "its value is not understood"


def _read_menopause(asked: ObservedValue, chart: Chart) -> str | None:
    concepts = list_coded_values(asked.value)
    if not concepts:
        return None
    met = _lookup_first_code(concepts, "menopause", chart)
    word = met.meaning.name if met.meaning is not None else normalize_name(concepts[0].text or "").replace(" ", "")
    known = word in chart.tables.menopause and not met.conflict
    wrong = chart.tell_menopause(word if known else None, asked.date)
    return wrong if known else met.conflict or "its menopausal status is not understood"


def _read_therapy_line(asked: ObservedValue, chart: Chart) -> str | None:
    """A line of therapy that the source counts."""
    read = read_number(asked.value, chart.tables.terms)
    met = _lookup_first_code(list_coded_values(asked.value), "line", chart)
    word = f"{read[0].low:g}" if read is not None and read[0].is_exact else met.meaning.name if met.meaning is not None else ""
    if not word or met.conflict:
        return met.conflict or "its line of therapy is not understood"
    start, end = asked.date, None
    if (period := asked.resource.effectivePeriod) is not None and asked.resource.effectiveDateTime is None:
        start, end, wrong = chart.parse_period(period)
        if wrong:
            return wrong
    chart.found.append(DeclaredLine(chart.entry, word, start, end))
    return ""


def _read_umbrella_result(asked: ObservedValue, chart: Chart) -> str | None:
    """A result of several tests together; it counts where no single result stands."""
    word, conflict = read_result_word(asked.value, chart)
    if conflict or word is None:
        return conflict or None
    if why := chart.explain_later(asked.date):
        return why
    chart.found.append(UmbrellaResult(chart.entry, chart.rules.umbrellas[asked.about.name], word, asked.date))
    return ""


def read_disease_observation(asked: ObservedValue, chart: Chart) -> str | None:
    """One observation of the disease or the person: why it cannot be, empty when it stands, None when it says nothing."""
    read = _read_umbrella_result if asked.about.name in chart.rules.umbrellas else OBSERVED[asked.about.name]
    return read(asked, chart)


OBSERVED: dict[str, Callable[[ObservedValue, Chart], str | None]] = {
    "stage_group": _read_stage,
    "distant_metastases": _read_stage,
    "metastasis_site": _read_metastasis_site,
    DISEASE_STATUS: _read_disease_status,
    "condition_status": _read_condition_status,
    MENOPAUSAL_STATUS: _read_menopause,
    LINE_OF_THERAPY: _read_therapy_line,
}
