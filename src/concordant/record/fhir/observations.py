"""Observations: marker tests, measurements, stages, disease status, menopausal status, lines of therapy."""

from __future__ import annotations

from collections.abc import Callable

from concordant.compiled import CodeKind
from concordant.dates import PartialDate
from concordant.quantities import Interval
from concordant.record.events import Comorbidity, DiseaseEvent, Marker, Measurement
from concordant.record.fhir.chart import Chart, Declared, Spread, Staged
from concordant.record.fhir.elements import Concept, Resource, Value, several
from concordant.record.fhir.references import resolved
from concordant.record.fhir.values import (
    Met,
    coded_values,
    in_unit,
    meet,
    number_of,
    upper_limit,
)
from concordant.record.terminology import Concept as Meaning
from concordant.record.vocabulary import plain

ABOUT: tuple[CodeKind, ...] = ("test", "measurement", "observation", "not_asked")
UNSAID = {"entered-in-error": "entered in error", "cancelled": "cancelled", "registered": "no result yet"}
YES, NO = ("positive", "present", "yes"), ("negative", "absent", "no", "none")


def observation(resource: Resource, chart: Chart) -> None:
    """One Observation: exactly one fate."""
    if resource.status in UNSAID:
        chart.ignored(UNSAID[resource.status])
        return
    about = _about(resource.code, chart)
    parts = [(part, found) for part in resource.component or () if (found := _about(part.code, chart)) is not None]
    if about is None and not parts:
        _not_mapped(resource, chart)
        return
    if about is not None and about.kind == "not_asked" and not parts:
        chart.ignored(about.says)
        return
    date, wrong = observed(resource, chart)
    said: list[str] = []
    whys: list[str] = [wrong] if wrong else []
    for value, meaning in [*([(resource, about)] if about is not None else []), *parts]:
        if meaning.kind != "not_asked":
            _one(value, meaning, resource, date, chart, said, whys)
    _fate(said, whys, chart)


def _fate(said: list[str], whys: list[str], chart: Chart) -> None:
    if whys:
        chart.put_aside("; ".join(whys))
    elif said:
        chart.used(", ".join(said))
    else:
        chart.ignored("it has no result")


def _one(
    value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart, said: list[str], whys: list[str]
) -> None:
    """One value of an observation, by what it is about."""
    spoilt = bool(whys)
    if meaning.kind == "test":
        why = _marker(value, meaning, resource, None if spoilt else date, chart, spoilt)
        name = meaning.name
    elif meaning.kind == "measurement":
        why = _measured(value, meaning.name, None if spoilt else date, chart, spoilt)
        name = meaning.name
    else:
        why = "" if spoilt else OBSERVED[meaning.name](value, meaning, resource, date, chart)
        name = meaning.name
    if why is None:
        return
    if why:
        whys.append(why)
    said.append(name)


def _about(code: Concept | None, chart: Chart) -> Meaning | None:
    """What the observation is about; None when no code of it is known."""
    if code is None:
        return None
    look = chart.kit.terms.look
    for coding in code.coding or ():
        found = look(coding.system, coding.code)
        if found is not None and found.kind in ABOUT:
            return found
    return None


def _not_mapped(resource: Resource, chart: Chart) -> None:
    codings = tuple(resource.code.coding or ()) if resource.code is not None else ()
    chart.not_mapped(codings, "")
    chart.ignored("its code is in no value set" if codings else "it has no code")


def observed(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When it was observed; why the date is none."""
    period = resource.effectivePeriod
    if resource.effectiveDateTime is not None or period is None:
        return chart.date(resource.effectiveDateTime)
    start, wrong = chart.date(period.start)
    end, also = chart.date(period.end)
    if start is not None and end is not None and end.certainly_before(start):
        return None, "it ends before it starts"
    return end or start, wrong or also


def _marker(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart, spoilt: bool) -> str | None:
    """A result of a marker test; None when there is no result."""
    field = chart.kit.tests[meaning.name]
    word, conflict = _word(value, chart)
    read = number_of(value)
    if word is None and read is None and not conflict and not spoilt:
        return None
    specimen, entry = _specimen(resource, chart), chart.entry
    numbers: dict[str, Interval] = {}
    if read is not None and (part := meaning.part or next(iter(field.numbers), "")):
        numbers[part] = read[0]
        if (field.high is not None and read[0].low > field.high) or (field.low is not None and read[0].high < field.low):
            conflict = conflict or f"no patient has this {field.label}"
    elif read is not None and word is None:
        word = _score(read[0], field.words)
    if conflict or spoilt:
        chart.found.append(Marker(entry, meaning.name, None, {}, None, specimen))
        return conflict
    test, word = _fitting(meaning, word, field.words, chart)
    if word is None and not numbers:
        chart.lost.append(f"{field.label}: a result that is not understood ({chart.place})")
        chart.found.append(Marker(entry, meaning.name, None, {}, None, specimen))
        return "its result is not understood"
    chart.found.append(Marker(entry, test, word, numbers, date, specimen))
    return ""


def _word(value: Value, chart: Chart) -> tuple[str | None, str]:
    """The word of a result: its value, else its interpretation; both have to agree."""
    found: dict[str, None] = {}
    conflict = ""
    for concept in coded_values(value):
        met = meet(concept, ("value",), chart.kit.terms)
        conflict = conflict or met.conflict
        if met.meaning is not None:
            found[met.meaning.name] = None
        else:
            chart.not_mapped(met.unknown, "value")
    if len(found) > 1 and not conflict:
        conflict = f"its value and its interpretation differ ({', '.join(found)})"
    return next(iter(found), None), conflict


def _fitting(meaning: Meaning, word: str | None, words: tuple[str, ...], chart: Chart) -> tuple[str, str | None]:
    """A word in the words of the test, or the word of the test that a plain positive or negative belongs to."""
    if word is None or word in words:
        return meaning.name, word
    word = "positive" if word in YES else "negative" if word in NO else word
    if word in words:
        return meaning.name, word
    if word in meaning.implies:
        return meaning.name, meaning.implies[word]
    other = meaning.implies.get("otherwise", "")
    if other in chart.kit.tests and word in chart.kit.tests[other].words:
        return other, word
    return meaning.name, None


def _score(read: Interval, words: tuple[str, ...]) -> str | None:
    """A score told as a number: 0, or 3 for `3+`."""
    if not read.is_exact:
        return None
    text = f"{read.low:g}"
    return text if text in words else f"{text}+" if f"{text}+" in words else None


def _specimen(resource: Resource, chart: Chart) -> str | None:
    """Primary or metastasis, by the site that the result or its specimen names."""
    sites = several(resource.bodySite)
    for reference in several(resource.specimen):
        specimen = resolved(reference, resource, chart)
        if specimen is not None and specimen.collection is not None:
            sites += several(specimen.collection.bodySite)
    found = {met.meaning.name for site in sites if (met := meet(site, ("site",), chart.kit.terms)).meaning is not None}
    kinds = {"metastasis" if "distant" in chart.kit.tags.get(site, ()) else "primary" for site in found}
    return kinds.pop() if len(kinds) == 1 else None


def _measured(value: Value, name: str, date: PartialDate | None, chart: Chart, spoilt: bool) -> str | None:
    """A measured number; set aside, and open in the record, when its unit or its size cannot be."""
    read = number_of(value)
    if read is None and (word := _word(value, chart)[0]) is not None and word.isdigit():
        read = (Interval(float(word), float(word)), "")
    if read is None:
        return None if not spoilt else _open(name, chart, "")
    if spoilt:
        return _open(name, chart, "")
    number, why = in_unit(name, read, "", chart.kit)
    if number is None:
        return _open(name, chart, why)
    if date is None:
        chart.lost.append(f"{chart.kit.measured[name].label} without a date: whether it still holds is not known ({chart.place})")
        return _open(name, chart, "")
    limit = upper_limit(name, value, chart.kit) if value.referenceRange else None
    chart.found.append(Measurement(chart.entry, name, number, date, limit))
    return ""


def _open(name: str, chart: Chart, why: str) -> str:
    chart.found.append(Measurement(chart.entry, name, Interval(), None))
    return why


def _staged(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    """A stage group or an M category."""
    return stage_of([c for c in coded_values(value)], date, chart)


def stage_of(concepts: list[Concept], date: PartialDate | None, chart: Chart) -> str | None:
    """A stage in codes or in words, kept until all is read; why it cannot be, or None when there is none."""
    for concept in concepts:
        met = meet(concept, ("stage",), chart.kit.terms)
        if met.conflict:
            return met.conflict
        word = met.meaning.name if met.meaning is not None else _stage_in_words(concept, chart)
        if word:
            chart.stages.append(Staged(chart.entry, word, chart.kit.extent(word), date))
            return ""
        chart.not_mapped(met.unknown, "stage")
    return "its stage is not understood" if concepts else None


def _stage_in_words(concept: Concept, chart: Chart) -> str:
    texts = [concept.text, *(coding.display for coding in concept.coding or ())]
    known = chart.kit.stages
    return next((text for text in texts if text and len(text) < 60 and chart.kit.stage_name(text) in known), "")


def _site(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    """Where a metastasis is, or that there is none."""
    concepts = coded_values(value)
    for concept in concepts:
        met = meet(concept, ("site", "secondary", "value"), chart.kit.terms)
        if met.meaning is not None and met.meaning.kind == "value":
            return ""
        site = met.meaning.name if met.meaning is not None else chart.kit.terms.words.sites.get(plain(concept.text or ""))
        if site is not None:
            chart.spread.append(Spread(chart.entry, site, date))
            return ""
        chart.not_mapped(met.unknown, "site")
    return "its site is not understood" if concepts else None


def _status(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    """The trend of the disease, as an event."""
    concepts = coded_values(value)
    if not concepts:
        return None
    met = _first(concepts, "status", chart)
    if met.conflict or met.meaning is None:
        return met.conflict or "its disease status is not understood"
    if met.meaning.name == "undetermined":
        return None
    kind = {"no_disease": "response"}.get(met.meaning.name, met.meaning.name)
    sites = [site for one in several(resource.focus) if (site := _focus_site(resolved(one, resource, chart), chart))]
    chart.found.append(DiseaseEvent(chart.entry, kind, date, None, tuple(sites), None, ""))
    return ""


def _first(concepts: list[Concept], kind: CodeKind, chart: Chart) -> Met:
    met = Met()
    for concept in concepts:
        met = meet(concept, (kind,), chart.kit.terms)
        if met.meaning is not None or met.conflict:
            return met
        chart.not_mapped(met.unknown, kind.replace("_", " "))
    return met


def _focus_site(resource: Resource | None, chart: Chart) -> str:
    if resource is None or resource.resourceType != "Condition":
        return ""
    met = meet(resource.code, ("secondary",), chart.kit.terms)
    return met.meaning.name if met.meaning is not None else ""


def _condition_status(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    """A condition told as an observation: present or absent."""
    concepts = coded_values(value)
    if not concepts:
        return None
    for concept in concepts:
        met = meet(concept, ("value", "condition"), chart.kit.terms)
        if met.conflict:
            return met.conflict
        name = met.meaning.name if met.meaning is not None else ""
        status = "active" if name in (*YES, meaning.part) else "absent" if name in NO else None
        if status is not None:
            chart.found.append(Comorbidity(chart.entry, meaning.part, meaning.part.replace("_", " "), status, date))
            return ""
    chart.found.append(Comorbidity(chart.entry, meaning.part, meaning.part.replace("_", " "), None, None))
    return "its value is not understood"


def _menopause(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    concepts = coded_values(value)
    if not concepts:
        return None
    met = _first(concepts, "menopause", chart)
    word = met.meaning.name if met.meaning is not None else plain(concepts[0].text or "").replace(" ", "")
    if word not in chart.kit.menopause or met.conflict:
        return met.conflict or "its menopausal status is not understood"
    chart.menopause.append((date, word))
    return ""


def _line(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    """A line of therapy that the source counts."""
    read = number_of(value)
    met = _first(coded_values(value), "line", chart)
    word = f"{read[0].low:g}" if read is not None and read[0].is_exact else met.meaning.name if met.meaning is not None else ""
    if not word or met.conflict:
        return met.conflict or "its line of therapy is not understood"
    start, end = date, None
    if (period := resource.effectivePeriod) is not None and resource.effectiveDateTime is None:
        start, end = chart.date(period.start)[0], chart.date(period.end)[0]
    chart.lines.append(Declared(chart.entry, word, start, end))
    return ""


def _together(value: Value, meaning: Meaning, resource: Resource, date: PartialDate | None, chart: Chart) -> str | None:
    """A result of two receptors together; it counts where no single result stands."""
    word, conflict = _word(value, chart)
    if conflict or word is None:
        return conflict or None
    chart.receptors.append((chart.entry, word))
    return ""


OBSERVED: dict[str, Callable[[Value, Meaning, Resource, PartialDate | None, Chart], str | None]] = {
    "stage_group": _staged,
    "distant_metastases": _staged,
    "metastasis_site": _site,
    "disease_status": _status,
    "condition_status": _condition_status,
    "menopausal_status": _menopause,
    "line_of_therapy": _line,
    "hormone_receptors": _together,
}
