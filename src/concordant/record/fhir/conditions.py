"""Conditions: primary and secondary cancers, comorbidities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from concordant.compiled import CodeKind
from concordant.complaints import quoted
from concordant.dates import PartialDate, exactly
from concordant.record.conditions import Understood, events_of, is_understood, of_concept, understand, with_words
from concordant.record.entries import blank_entry
from concordant.record.events import ABSENT, ACTIVE, RESOLVED, Comorbidity, DiseaseEvent, Marker, Status
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.disease_observations import stage_of
from concordant.record.fhir.references import resolved
from concordant.record.fhir.resources import CodeableConcept, Resource, several
from concordant.record.fhir.values import CodeMatch, lookup_code
from concordant.record.findings import PrimaryCancer, SecondaryCancer
from concordant.record.terminology import Concept as Meaning
from concordant.record.vocabulary import plain

KINDS: tuple[CodeKind, ...] = ("cancer", "secondary", "condition", "implied", "not_asked")
AGAIN = ("recurrence", "relapse")
GONE = ("inactive", "remission", "resolved")
RELATED = "relatedprimarycancer"
LONGEST_NAME = 200
OTHER = "other"
OVER = (ABSENT, RESOLVED)
OPEN = ("provisional", "differential", "unconfirmed", "unknown")


def word_of(item: str | CodeableConcept | None) -> str:
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
    met = lookup_code(resource.code, KINDS, chart.tables.terms)
    if why := met.conflict or _other_condition(met, resource, chart):
        leave_open((*texts_of(resource), met.meaning.name if met.meaning is not None else ""), chart)
        chart.put_aside(why)
        return
    date, wrong = began(resource, chart)
    if met.meaning is None or met.meaning.kind == "condition":
        plain_ = Comorbidity(chart.entry, None, "", _status(resource, verified, clinical, chart), date)
        told_condition(met, resource, plain_, wrong, chart)
    else:
        _of_cancer(met.meaning, resource, verified, clinical, date, wrong, chart)


def _of_cancer(
    meaning: Meaning, resource: Resource, verified: str, clinical: str, date: PartialDate | None, wrong: str, chart: Chart
) -> None:
    """A cancer, a metastasis, what a diagnosis implies, or what nothing here asks for."""
    if meaning.kind == "not_asked":
        chart.ignored(meaning.says)
    elif meaning.kind == "secondary" and _of_another(resource, chart):
        chart.ignored("a metastasis of another cancer")
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
    if meaning.name == OTHER and (read := of_concept(meaning, chart.tables.terms.words.lexicon)) is not None:
        verified = word_of(resource.verificationStatus)
        plain_ = Comorbidity(chart.entry, None, meaning.display, _status(resource, verified, clinical, chart), date)
        chart.found += events_of((read,), plain_, chart.as_of)
    if meaning.kind == "secondary":
        sites = [meaning.name] if meaning.name else body_sites(resource, chart) or [""]
        chart.found += [SecondaryCancer(chart.entry, site, date) for site in sites]
        return f"metastasis {', '.join(sites)}".strip()
    if meaning.kind != "cancer":
        return "tumour marker"
    chart.found.append(PrimaryCancer(chart.entry, meaning.name, date, clinical in AGAIN))
    for stage in several(resource.stage):
        if stage.summary is not None and (why := stage_of([stage.summary], None, chart)):
            chart.not_understood.append(f"stage within a diagnosis: {why} ({chart.place})")
    return f"cancer {meaning.name}"


def body_sites(resource: Resource, chart: Chart) -> list[str]:
    """The sites that an entry names beside its code; one that is not understood is named."""
    found = []
    for concept in several(resource.bodySite):
        met = lookup_code(concept, ("site",), chart.tables.terms)
        texts = [plain(text) for text in (concept.text, *(coding.display for coding in concept.coding or ())) if text]
        known = chart.tables.terms.words.sites
        site = met.meaning.name if met.meaning is not None else next((known[text] for text in texts if text in known), None)
        if site is None:
            chart.not_understood.append(f"site {quoted(texts[0] if texts else '?')} ({chart.place})")
        else:
            found.append(site)
    return found


def _of_another(resource: Resource, chart: Chart) -> bool:
    """Whether a metastasis names the cancer that it comes from, and that is another one."""
    pointed = (e.valueReference for e in resource.extension or () if e.url and RELATED in e.url.replace("-", "").lower())
    primaries = [found for one in pointed if (found := resolved(one, resource, chart)) is not None]
    names = {m.name for one in primaries if (m := lookup_code(one.code, ("cancer",), chart.tables.terms).meaning) is not None}
    return names == {"other"}


def texts_of(resource: Resource) -> list[str]:
    """The words of an entry's code that may be a name."""
    concept = resource.code or CodeableConcept()
    texts = (concept.text, *(coding.display for coding in concept.coding or ()))
    return list(dict.fromkeys(text for text in texts if text and len(text) < LONGEST_NAME))


def _other_condition(met: CodeMatch, resource: Resource, chart: Chart) -> str:
    """Why a code cannot stand: the words beside it name another condition."""
    if met.meaning is None or met.meaning.kind != "condition" or not met.meaning.name:
        return ""
    words = chart.tables.terms.words
    coded = of_concept(met.meaning, words.lexicon)
    for text in texts_of(resource):
        if coded is not None and not with_words(coded, understand(text, words), words.lexicon):
            return f"the code {quoted(met.code)} stands for {met.meaning.name}, and the words beside it say {quoted(text)}"
    return ""


def _implied(meaning: Meaning, date: PartialDate | None, chart: Chart, *, spoilt: bool = False) -> None:
    """Marker results that a diagnosis tells by its code."""
    for test, word in meaning.implies.items():
        if test in chart.rules.tests:
            chart.found.append(Marker(chart.entry, test, None if spoilt else word, {}, date, None))


def told_condition(met: CodeMatch, resource: Resource, plain_: Comorbidity, wrong: str, chart: Chart) -> None:
    """Add a condition other than the cancer, or a metastasis described in words. A condition that is not understood is kept
    unless it is over.
    """
    name, found = _said(met, resource, chart)
    if not is_understood(found):
        _not_understood(name, found, resource, chart)
        if plain_.status in OVER and not wrong:
            chart.ignored("refuted" if plain_.status == ABSENT else "it is not understood, and over")
            return
    grade = chart.tables.severity(resource.severity)
    known = tuple(replace(one, grade=grade) if one.grade is None and one.term else one for one in found)
    events = events_of(known, msgspec.structs.replace(plain_, name=name), chart.as_of, words_first=True)
    for event in events:
        keep_told(blank_entry(event) if wrong else event, chart)
    if wrong:
        chart.put_aside(wrong)
    else:
        chart.used(name if is_understood(found) else f"a condition that is not understood: {name}")


def _said(met: CodeMatch, resource: Resource, chart: Chart) -> tuple[str, tuple[Understood, ...]]:
    """The name of an entry and what it says: by its code with the words beside it, else by its words, else nothing."""
    words = chart.tables.terms.words
    texts = texts_of(resource)
    said = [(text, found) for text in texts if is_understood(found := understand(text, words))]
    coded = of_concept(met.meaning, words.lexicon) if met.meaning is not None else None
    if coded is not None and met.meaning is not None:
        name = met.meaning.display or (texts or [met.meaning.name])[0]
        return name, with_words(coded, said[0][1], words.lexicon) if said else (coded,)
    if said:
        return said[0]
    return (texts or [_code_in_words(resource)])[0], understand(texts[0], words) if texts else (Understood(),)


def _code_in_words(resource: Resource) -> str:
    codings = (resource.code or CodeableConcept()).coding or ()
    return next((f"the code {coding.code}" for coding in codings if coding.code), "a condition without a name")


def keep_told(event: Comorbidity | DiseaseEvent, chart: Chart) -> None:
    """A condition; a metastasis stands among those that codes tell, and is read with the whole of the disease."""
    if isinstance(event, Comorbidity):
        chart.found.append(event)
        return
    sites = event.sites or (("",) if event.extent is not None else ())
    chart.found += [SecondaryCancer(chart.entry, site, event.date) for site in sites]
    if event.brain is not None:
        chart.found.append(msgspec.structs.replace(event, sites=(), extent=None))


def _not_understood(name: str, found: tuple[Understood, ...], resource: Resource, chart: Chart) -> None:
    codings = (resource.code or CodeableConcept()).coding or ()
    chart.not_mapped(tuple(codings), "")
    near = next((one.near for one in found if one.near), "")
    what = "metastasis" if any(word in name.lower() for word in chart.tables.spread_words) else "condition"
    chart.not_understood.append(f"{what} {quoted(name)} ({chart.place}){'; ' + near if near else ''}")


def leave_open(names: Iterable[str], chart: Chart, form: str = "{}") -> None:
    """What an entry that contradicts itself would have said is unknown, never silence. `form` makes a condition of a name."""
    for name in dict.fromkeys(names):
        for spelling in (name, form.format(name)):
            found = understand(spelling, chart.tables.terms.words)
            if name and is_understood(found):
                plain_ = Comorbidity(chart.entry, None, name, None, None)
                chart.found += [blank_entry(e) for e in events_of(found, plain_, chart.as_of) if isinstance(e, Comorbidity)]
                break


def _status(resource: Resource, verified: str, clinical: str, chart: Chart) -> Status | None:
    if verified == "refuted":
        return ABSENT
    if verified in OPEN:
        return None
    ended, _ = chart.date_as_told(resource.abatementDateTime)
    later = ended is not None and exactly(chart.as_of).certainly_before(ended)  # not over yet on the day of the question
    if (clinical in GONE or resource.abatementDateTime or resource.abatementBoolean) and not later:
        return RESOLVED
    return ACTIVE if clinical in ("active", *AGAIN) else None
