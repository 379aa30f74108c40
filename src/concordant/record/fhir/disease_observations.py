"""Observations of the disease and the person: stage, metastases, trend, conditions, menopause, line of therapy."""

from __future__ import annotations

from collections.abc import Callable

from concordant.compiled import CodeKind
from concordant.complaints import quoted
from concordant.contract_names import DISEASE_STATUS, LINE_OF_THERAPY, MENOPAUSAL_STATUS
from concordant.dates import PartialDate, exactly
from concordant.record.events import ABSENT, ACTIVE, HAPPENINGS, Comorbidity, DiseaseEvent, word_of
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.references import resolved
from concordant.record.fhir.resources import CodeableConcept, Resource, several
from concordant.record.fhir.results import ObservedValue, word_of_result
from concordant.record.fhir.values import CodeMatch, coded_values, lookup_code, number_of
from concordant.record.findings import CancerStage, DeclaredLine, SecondaryCancer, UmbrellaResult
from concordant.record.terminology import NO, YES
from concordant.record.vocabulary import plain


def _staged(asked: ObservedValue, chart: Chart) -> str | None:
    """A stage group or an M category."""
    return stage_of(coded_values(asked.value), asked.date, chart)


def stage_of(concepts: list[CodeableConcept], date: PartialDate | None, chart: Chart) -> str | None:
    """A stage in codes or in words, kept until all is read; why it cannot be, or None when there is none."""
    for concept in concepts:
        met = lookup_code(concept, ("stage",), chart.tables.terms)
        if met.conflict:
            return met.conflict
        said = _stage_in_words(concept, chart)
        if met.meaning is not None and said and chart.rules.extent(said) != chart.rules.extent(met.meaning.name):
            return f"its code stands for stage {met.meaning.name}, and the words beside it say {quoted(said)}"
        word = met.meaning.name if met.meaning is not None else said
        if word:
            chart.found.append(CancerStage(chart.entry, word, chart.rules.extent(word), date))
            return ""
        chart.not_mapped(met.unknown, "stage")
    return "its stage is not understood" if concepts else None


def _stage_in_words(concept: CodeableConcept, chart: Chart) -> str:
    texts = [concept.text, *(coding.display for coding in concept.coding or ())]
    known = chart.rules.stages
    return next((text for text in texts if text and len(text) < 60 and chart.rules.stage_name(text) in known), "")


def _site(asked: ObservedValue, chart: Chart) -> str | None:
    """Where a metastasis is, or that there is none."""
    concepts = coded_values(asked.value)
    for concept in concepts:
        met = lookup_code(concept, ("site", "secondary", "value"), chart.tables.terms)
        if met.meaning is not None and met.meaning.kind == "value":
            return ""
        site = met.meaning.name if met.meaning is not None else chart.tables.terms.words.sites.get(plain(concept.text or ""))
        if site is not None:
            chart.found.append(SecondaryCancer(chart.entry, site, asked.date))
            return ""
        chart.not_mapped(met.unknown, "site")
    return "its site is not understood" if concepts else None


def _status(asked: ObservedValue, chart: Chart) -> str | None:
    """The trend of the disease, as an event."""
    concepts = coded_values(asked.value)
    if not concepts:
        return None
    met = _first(concepts, "status", chart)
    if met.conflict or met.meaning is None:
        return met.conflict or "its disease status is not understood"
    if met.meaning.name == "undetermined":
        return None
    kind = word_of({"no_disease": "response"}.get(met.meaning.name, met.meaning.name), HAPPENINGS)
    if kind is None:
        return "its disease status is not understood"
    sites = [site for one in several(asked.resource.focus) if (site := _focus_site(resolved(one, asked.resource, chart), chart))]
    chart.found.append(DiseaseEvent(chart.entry, kind, asked.date, None, tuple(sites), None, ""))
    return ""


def _first(concepts: list[CodeableConcept], kind: CodeKind, chart: Chart) -> CodeMatch:
    met = CodeMatch()
    for concept in concepts:
        met = lookup_code(concept, (kind,), chart.tables.terms)
        if met.meaning is not None or met.conflict:
            return met
        chart.not_mapped(met.unknown, kind.replace("_", " "))
    return met


def _focus_site(resource: Resource | None, chart: Chart) -> str:
    if resource is None or resource.resourceType != "Condition":
        return ""
    met = lookup_code(resource.code, ("secondary",), chart.tables.terms)
    return met.meaning.name if met.meaning is not None else ""


def _condition_status(asked: ObservedValue, chart: Chart) -> str | None:
    """A condition told as an observation: present or absent."""
    concepts = coded_values(asked.value)
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


LATER = "it is dated after the day of the question"


def _is_later(asked: ObservedValue, chart: Chart) -> bool:
    return asked.date is not None and exactly(chart.as_of).certainly_before(asked.date)


def _menopause(asked: ObservedValue, chart: Chart) -> str | None:
    concepts = coded_values(asked.value)
    if not concepts:
        return None
    met = _first(concepts, "menopause", chart)
    word = met.meaning.name if met.meaning is not None else plain(concepts[0].text or "").replace(" ", "")
    if word not in chart.tables.menopause or met.conflict:
        return met.conflict or "its menopausal status is not understood"
    if _is_later(asked, chart):
        return LATER
    chart.menopause.append((asked.date, word))
    return ""


def _line(asked: ObservedValue, chart: Chart) -> str | None:
    """A line of therapy that the source counts."""
    read = number_of(asked.value)
    met = _first(coded_values(asked.value), "line", chart)
    word = f"{read[0].low:g}" if read is not None and read[0].is_exact else met.meaning.name if met.meaning is not None else ""
    if not word or met.conflict:
        return met.conflict or "its line of therapy is not understood"
    start, end = asked.date, None
    if (period := asked.resource.effectivePeriod) is not None and asked.resource.effectiveDateTime is None:
        start, end = chart.date(period.start)[0], chart.date(period.end)[0]
    chart.found.append(DeclaredLine(chart.entry, word, start, end))
    return ""


def _umbrella(asked: ObservedValue, chart: Chart) -> str | None:
    """A result of several tests together; it counts where no single result stands."""
    word, conflict = word_of_result(asked.value, chart)
    if conflict or word is None:
        return conflict or None
    if _is_later(asked, chart):
        return LATER
    chart.found.append(UmbrellaResult(chart.entry, chart.rules.umbrellas[asked.about.name], word))
    return ""


def of_disease(asked: ObservedValue, chart: Chart) -> str | None:
    """One observation of the disease or the person: why it cannot be, empty when it stands, None when it says nothing."""
    read = _umbrella if asked.about.name in chart.rules.umbrellas else OBSERVED[asked.about.name]
    return read(asked, chart)


OBSERVED: dict[str, Callable[[ObservedValue, Chart], str | None]] = {
    "stage_group": _staged,
    "distant_metastases": _staged,
    "metastasis_site": _site,
    DISEASE_STATUS: _status,
    "condition_status": _condition_status,
    MENOPAUSAL_STATUS: _menopause,
    LINE_OF_THERAPY: _line,
}
