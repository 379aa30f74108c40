"""Conditions: primary and secondary cancers, comorbidities; and allergies that are contraindications."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.compiled import CodeKind
from concordant.dates import PartialDate, exactly
from concordant.record.events import Comorbidity, Marker
from concordant.record.fhir.chart import Chart, Spread, Tumour
from concordant.record.fhir.elements import Concept, Resource, several
from concordant.record.fhir.statuses import stage_of
from concordant.record.fhir.values import meet
from concordant.record.terminology import Concept as Meaning
from concordant.record.vocabulary import condition_term

KINDS: tuple[CodeKind, ...] = ("cancer", "secondary", "condition", "implied", "not_asked")
AGAIN = ("recurrence", "relapse")
GONE = ("inactive", "remission", "resolved")
OPEN = ("provisional", "differential", "unconfirmed", "unknown")


def word_of(item: str | Concept | None) -> str:
    """A status: a coded value, or the bare word of DSTU2."""
    if item is None:
        return ""
    if isinstance(item, str):
        return item
    return next((coding.code for coding in item.coding or () if coding.code), item.text or "")


def condition(resource: Resource, chart: Chart) -> None:
    """One Condition: exactly one fate."""
    verified, clinical = word_of(resource.verificationStatus), word_of(resource.clinicalStatus)
    if verified == "entered-in-error":
        chart.ignored("entered in error")
        return
    met = meet(resource.code, KINDS, chart.kit.terms)
    if met.conflict:
        _leave_open((coding.display or "" for coding in (resource.code or Concept()).coding or ()), chart)
        chart.put_aside(met.conflict)
        return
    date, wrong = began(resource, chart)
    meaning = met.meaning
    if meaning is None:
        _unnamed(resource, verified, clinical, date, wrong, met.unknown, chart)
    elif meaning.kind == "not_asked":
        chart.ignored(meaning.says)
    elif meaning.kind == "condition":
        _comorbid(meaning.name, meaning.display, resource, verified, clinical, date, wrong, chart)
    elif verified == "refuted":
        chart.ignored("refuted")
    elif wrong:
        _implied(meaning, None, chart, spoilt=True)
        chart.put_aside(wrong)
        _cancer(meaning, resource, clinical, None, chart)
    elif verified in OPEN:
        chart.put_aside(f"a diagnosis that is {verified}: whether it holds is not known")
    else:
        _implied(meaning, date, chart)
        chart.used(_cancer(meaning, resource, clinical, date, chart))


def began(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When the condition began, else when it was written down; why a date is none."""
    period = resource.onsetPeriod
    asserted = [e.valueDateTime for e in resource.extension or () if e.url and e.url.endswith("assertedDate")]
    texts = (resource.onsetDateTime, period.start if period else None, resource.recordedDate, resource.assertedDate)
    for text in (*texts, resource.dateRecorded, *asserted):
        if text:
            date, wrong = chart.date(text)
            return (date, wrong) if wrong else (date, _ended_before(date, resource, chart))
    return None, ""


def _ended_before(date: PartialDate | None, resource: Resource, chart: Chart) -> str:
    end, wrong = chart.date(resource.abatementDateTime)
    if wrong or end is None or date is None or resource.onsetDateTime is None:
        return wrong
    return "it ends before it starts" if end.certainly_before(date) else ""


def _cancer(meaning: Meaning, resource: Resource, clinical: str, date: PartialDate | None, chart: Chart) -> str:
    """A primary tumour or a metastasis, kept until all is read."""
    if meaning.kind == "secondary":
        chart.spread.append(Spread(chart.entry, meaning.name, date))
        return f"metastasis {meaning.name}".strip()
    if meaning.kind != "cancer":
        return "tumour marker"
    chart.tumours.append(Tumour(chart.entry, meaning.name, date, clinical in AGAIN))
    for stage in several(resource.stage):
        if stage.summary is not None and (why := stage_of([stage.summary], None, chart)):
            chart.lost.append(f"stage within a diagnosis: {why} ({chart.place})")
    return f"cancer {meaning.name}"


def _implied(meaning: Meaning, date: PartialDate | None, chart: Chart, *, spoilt: bool = False) -> None:
    """Marker results that a diagnosis tells by its code."""
    for test, word in meaning.implies.items():
        if test in chart.kit.tests:
            chart.found.append(Marker(chart.entry, test, None if spoilt else word, {}, date, None))


def _comorbid(
    term: str | None,
    name: str,
    resource: Resource,
    verified: str,
    clinical: str,
    date: PartialDate | None,
    wrong: str,
    chart: Chart,
) -> None:
    status = _status(resource, verified, clinical, chart)
    if wrong:
        chart.found.append(Comorbidity(chart.entry, term, name, None, None))
        chart.put_aside(wrong)
        return
    chart.found.append(Comorbidity(chart.entry, term, name, status, date))
    chart.used(name)


def _leave_open(names: Iterable[str], chart: Chart) -> None:
    """What an entry that contradicts itself would have said is unknown, never silence."""
    for name in dict.fromkeys(names):
        for spelling in (name, f"{name} allergy"):
            if (term := condition_term(spelling, chart.kit.terms.words)) is not None:
                chart.found.append(Comorbidity(chart.entry, term, name, None, None))


def _status(resource: Resource, verified: str, clinical: str, chart: Chart) -> str | None:
    if verified == "refuted":
        return "absent"
    if verified in OPEN:
        return None
    ended, _ = chart.date_as_told(resource.abatementDateTime)
    later = ended is not None and exactly(chart.as_of).certainly_before(ended)  # not over yet on the day of the question
    if (clinical in GONE or resource.abatementDateTime or resource.abatementBoolean) and not later:
        return "resolved"
    return "active" if clinical in ("active", *AGAIN) else None


def _unnamed(
    resource: Resource,
    verified: str,
    clinical: str,
    date: PartialDate | None,
    wrong: str,
    unknown: tuple[object, ...],
    chart: Chart,
) -> None:
    """A condition without a known code: by its words, else nothing is asked about it."""
    concept = resource.code or Concept()
    texts = [concept.text, *(coding.display for coding in concept.coding or ())]
    for text in texts:
        if text and len(text) < 200 and (term := condition_term(text, chart.kit.terms.words)) is not None:
            _comorbid(term, text, resource, verified, clinical, date, wrong, chart)
            return
    chart.not_mapped(tuple(concept.coding or ()), "")
    if not any(texts) and not unknown:
        chart.ignored("it has no code and no name")
    else:
        chart.ignored("its code is in no value set")


def allergy(resource: Resource, chart: Chart) -> None:
    """An allergy to a drug whose hypersensitivity is asked about."""
    verified, clinical = word_of(resource.verificationStatus), word_of(resource.clinicalStatus)
    concept = resource.code or Concept()
    met = meet(concept, ("drug",), chart.kit.terms)
    names = [chart.kit.names.get(d, d) for d in met.meaning.drugs] if met.meaning is not None else []
    names += [text for text in (concept.text, *(coding.display for coding in concept.coding or ())) if text and len(text) < 200]
    if verified == "entered-in-error":
        chart.ignored("entered in error")
        return
    if met.conflict:
        _leave_open(names, chart)
        chart.put_aside(met.conflict)
        return
    for name in names:
        for spelling in (name, f"{name} allergy"):
            if (term := condition_term(spelling, chart.kit.terms.words)) is not None:
                _comorbid(term, name, resource, verified, clinical or "active", None, "", chart)
                return
    chart.not_mapped(tuple(concept.coding or ()), "")
    chart.ignored("an allergy that nothing here asks about")
