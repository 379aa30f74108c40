"""Conditions: primary and secondary cancers, comorbidities; and allergies that are contraindications."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.compiled import CodeKind
from concordant.complaints import quoted
from concordant.dates import PartialDate, exactly
from concordant.record.events import Comorbidity, Marker
from concordant.record.fhir.chart import Chart, Spread, Tumour
from concordant.record.fhir.elements import Concept, Resource, several
from concordant.record.fhir.references import resolved
from concordant.record.fhir.statuses import stage_of
from concordant.record.fhir.values import Met, meet
from concordant.record.terminology import Concept as Meaning
from concordant.record.vocabulary import condition_term, plain

KINDS: tuple[CodeKind, ...] = ("cancer", "secondary", "condition", "implied", "not_asked")
AGAIN = ("recurrence", "relapse")
GONE = ("inactive", "remission", "resolved")
RELATED = "relatedprimarycancer"
LONGEST_NAME = 200
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
    if why := met.conflict or _other_condition(met, resource, chart):
        _leave_open((*_texts(resource), met.meaning.name if met.meaning is not None else ""), chart)
        chart.put_aside(why)
        return
    date, wrong = began(resource, chart)
    if met.meaning is None:
        _unnamed(resource, verified, clinical, date, wrong, met.unknown, chart)
    elif met.meaning.kind == "condition":
        _comorbid(met.meaning.name, met.meaning.display, resource, verified, clinical, date, wrong, chart)
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
    if meaning.kind == "secondary":
        sites = [meaning.name] if meaning.name else body_sites(resource, chart) or [""]
        chart.spread += [Spread(chart.entry, site, date) for site in sites]
        return f"metastasis {', '.join(sites)}".strip()
    if meaning.kind != "cancer":
        return "tumour marker"
    chart.tumours.append(Tumour(chart.entry, meaning.name, date, clinical in AGAIN))
    for stage in several(resource.stage):
        if stage.summary is not None and (why := stage_of([stage.summary], None, chart)):
            chart.lost.append(f"stage within a diagnosis: {why} ({chart.place})")
    return f"cancer {meaning.name}"


def body_sites(resource: Resource, chart: Chart) -> list[str]:
    """The sites that an entry names beside its code; one that is not understood is named."""
    found = []
    for concept in several(resource.bodySite):
        met = meet(concept, ("site",), chart.kit.terms)
        texts = [plain(text) for text in (concept.text, *(coding.display for coding in concept.coding or ())) if text]
        known = chart.kit.terms.words.sites
        site = met.meaning.name if met.meaning is not None else next((known[text] for text in texts if text in known), None)
        if site is None:
            chart.lost.append(f"site {quoted(texts[0] if texts else '?')} ({chart.place})")
        else:
            found.append(site)
    return found


def _of_another(resource: Resource, chart: Chart) -> bool:
    """Whether a metastasis names the cancer that it comes from, and that is another one."""
    pointed = (e.valueReference for e in resource.extension or () if e.url and RELATED in e.url.replace("-", "").lower())
    primaries = [found for one in pointed if (found := resolved(one, resource, chart)) is not None]
    names = {m.name for one in primaries if (m := meet(one.code, ("cancer",), chart.kit.terms).meaning) is not None}
    return names == {"other"}


def _texts(resource: Resource) -> list[str]:
    """The words of an entry's code that may be a name."""
    concept = resource.code or Concept()
    texts = (concept.text, *(coding.display for coding in concept.coding or ()))
    return [text for text in texts if text and len(text) < LONGEST_NAME]


def _other_condition(met: Met, resource: Resource, chart: Chart) -> str:
    """Why a code cannot stand: the words beside it name another condition."""
    if met.meaning is None or met.meaning.kind != "condition":
        return ""
    for text in _texts(resource):
        if condition_term(text, chart.kit.terms.words) not in (None, met.meaning.name):
            return f"the code {quoted(met.code)} stands for {met.meaning.name}, and the words beside it say {quoted(text)}"
    return ""


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
    for text in _texts(resource):
        if (term := condition_term(text, chart.kit.terms.words)) is not None:
            _comorbid(term, text, resource, verified, clinical, date, wrong, chart)
            return
    chart.not_mapped(tuple(concept.coding or ()), "")
    if any(word in text.lower() for word in chart.kit.spread_words for text in texts if text):
        chart.lost.append(f"metastasis {quoted(next(text for text in texts if text))} ({chart.place})")
    if not any(texts) and not unknown:
        chart.ignored("it has no code and no name")
    else:
        chart.ignored("its code is in no value set")


def allergy(resource: Resource, chart: Chart) -> None:
    """An allergy to a drug whose hypersensitivity is asked about."""
    verified, clinical = word_of(resource.verificationStatus), word_of(resource.clinicalStatus)
    concept = resource.code or Concept()
    met = meet(concept, ("drug",), chart.kit.terms)
    drugs = met.meaning.drugs if met.meaning is not None else ()
    names = [chart.kit.names.get(d, d) for d in drugs]
    names += [
        text for text in (concept.text, *(coding.display for coding in concept.coding or ())) if text and len(text) < LONGEST_NAME
    ]
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
    chart.not_mapped(met.unknown, "")
    if verified == "refuted" or clinical in GONE:
        chart.ignored("an allergy that no longer counts")
    elif drugs or any(chart.kit.terms.drugs_named(name) for name in names):
        chart.lost.append(f"allergy to {names[0]} ({chart.place})")
        chart.ignored("an allergy to a drug, which is named and decides nothing here")
    else:
        chart.ignored("an allergy that nothing here asks about")
