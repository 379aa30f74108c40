"""Conditions: primary and secondary cancers, comorbidities."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.model.knowledge import CodeKind
from concordant.patient.events import ABSENT, ACTIVE, RESOLVED, Comorbidity, DiseaseEvent, Marker, Status
from concordant.record.cancer_type import find_primaries_in_words, take_primaries
from concordant.record.condition_events import doubt_mentions, events_from_mentions
from concordant.record.conditions import (
    ConditionMention,
    is_understood,
    mention_from_concept,
    merge_code_and_words,
    parse_conditions,
)
from concordant.record.cut import is_after
from concordant.record.entries import blank_entry
from concordant.record.fhir.certainty import GONE, OPEN, read_certainty, read_status_word
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.disease_observations import add_stage
from concordant.record.fhir.elements import CodeableConcept, to_list
from concordant.record.fhir.ownership import find_side
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.tumours import (
    find_body_sites,
    find_subject_of_site,
    format_code,
    has_foreign_tissue,
    is_of_other_cancer,
    leave_disease_open,
    list_code_texts,
)
from concordant.record.fhir.unnamed_treatment import add_unnamed_treatment, find_unnamed_treatment
from concordant.record.fhir.values import CodeMatch, lookup_code
from concordant.record.findings import UNCLEAR, UNSPECIFIED, PrimaryCancer, SecondaryCancer
from concordant.terminology.codes import CodeableConcept as Meaning
from concordant.terminology.tumours import may_be_tumour

KINDS: tuple[CodeKind, ...] = ("cancer", "secondary", "condition", "implied", "not_asked")
AGAIN = ("recurrence", "relapse")
UNREADABLE = "a condition that cannot be read"
OTHER = "other"
OVER = (ABSENT, RESOLVED)


def read_condition(resource: Resource, chart: Chart) -> None:
    """One Condition: exactly one fate."""
    resource, verified, clinical, doubt = read_certainty(resource, chart)
    if verified == "entered-in-error":
        chart.mark_ignored("entered in error")
        return
    if clinical in (*GONE, *AGAIN) and chart.is_said_later(resource.recordedDate or resource.assertedDate):
        clinical = ""
    met = lookup_code(resource.code, KINDS, chart.tables.terms)
    if why := met.conflict or doubt or _explain_contradiction(met, resource, chart):
        blank_condition(resource, met.meaning, chart)
        chart.mark_set_aside(why)
        return
    date, wrong = find_onset(resource, chart)
    if (past := find_unnamed_treatment(resource.code, chart)) is not None and verified != "refuted":
        add_unnamed_treatment(resource.code, date, wrong, chart, past=past)
    elif met.meaning is None or met.meaning.kind == "condition":
        plain_ = Comorbidity(chart.entry, None, "", _find_status(resource, verified, clinical, chart), date)
        add_condition(met, resource, plain_, wrong, chart, doubted=verified in OPEN)
    else:
        _read_cancer_code(met.meaning, resource, verified, clinical, date, wrong, chart)


def _read_cancer_code(
    meaning: Meaning, resource: Resource, verified: str, clinical: str, date: PartialDate | None, wrong: str, chart: Chart
) -> None:
    """A cancer, a metastasis, what a diagnosis implies, or what nothing here asks for."""
    if meaning.kind == "not_asked":
        chart.mark_ignored(meaning.says)
    elif meaning.kind == "secondary" and is_of_other_cancer(resource, chart):
        chart.mark_ignored("a metastasis of another cancer")
    elif verified == "refuted":
        chart.mark_ignored("refuted")
    elif wrong:
        _add_implied_markers(meaning, None, chart, spoilt=True)
        chart.mark_set_aside(wrong)
        _add_cancer(meaning, resource, clinical, None, chart)
    elif verified in OPEN:
        chart.mark_set_aside(f"a diagnosis that is {verified}: whether it holds is not known")
        leave_disease_open(resource, chart)
    else:
        _add_implied_markers(meaning, date, chart)
        chart.mark_used(_add_cancer(meaning, resource, clinical, date, chart))


def find_onset(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When the condition began, else when it was written down; why a date is none."""
    asserted = [e.valueDateTime for e in resource.extension or () if e.url and e.url.endswith("assertedDate")]
    date, wrong = chart.parse_moment(resource.onsetDateTime, resource.onsetPeriod)
    for text in (resource.recordedDate, resource.assertedDate, resource.dateRecorded, *asserted):
        if date is None and not wrong:
            date, wrong = chart.parse_date(text)
    return (date, wrong) if wrong else (date, _check_abatement(date, resource, chart))


def _check_abatement(date: PartialDate | None, resource: Resource, chart: Chart) -> str:
    end, wrong = chart.parse_date(resource.abatementDateTime)
    if wrong or end is None or date is None or resource.onsetDateTime is None:
        return wrong
    return "it ends before it starts" if end.is_certainly_before(date) else ""


def _add_cancer(meaning: Meaning, resource: Resource, clinical: str, date: PartialDate | None, chart: Chart) -> str:
    """A primary tumour or a metastasis, kept until all is read."""
    if meaning.name == OTHER and (read := mention_from_concept(meaning, chart.tables.terms.words.lexicon)) is not None:
        verified = read_status_word(resource.verificationStatus)
        plain_ = Comorbidity(chart.entry, None, meaning.display, _find_status(resource, verified, clinical, chart), date)
        chart.found += events_from_mentions((read,), plain_, chart.as_of)
    if meaning.kind == "secondary":
        sites = [meaning.name] if meaning.name else find_body_sites(resource, chart) or [""]
        chart.found += [SecondaryCancer(chart.entry, site, date, coded=bool(meaning.name)) for site in sites]
        return f"metastasis {', '.join(sites)}".strip()
    if meaning.kind != "cancer":
        return "tumour marker"
    cancer = find_subject_of_site(resource, chart) if meaning.name == UNSPECIFIED else ""
    side = find_side(resource, meaning, chart)
    cancer = UNCLEAR if meaning.name != OTHER and has_foreign_tissue(resource, chart) else cancer
    chart.found.append(PrimaryCancer(chart.entry, cancer or meaning.name, date, clinical in AGAIN, side=side))
    if meaning.name == OTHER:
        return f"cancer {meaning.name}"
    for stage in to_list(resource.stage):
        if stage.summary is not None and (why := add_stage([stage.summary], None, chart)):
            chart.not_understood.append(f"stage within a diagnosis: {why} ({chart.place})")
    return f"cancer {meaning.name}"


def _explain_contradiction(met: CodeMatch, resource: Resource, chart: Chart) -> str:
    """Why a code cannot stand: the words beside it name another condition."""
    if met.meaning is None or met.meaning.kind != "condition" or not met.meaning.name:
        return ""
    words = chart.tables.terms.words
    coded = mention_from_concept(met.meaning, words.lexicon)
    for text in list_code_texts(resource):
        if coded is not None and not merge_code_and_words(coded, parse_conditions(text, words), words.lexicon):
            return (
                f"the code {quote_word(met.code)} stands for {met.meaning.name}, and the words beside it say {quote_word(text)}"
            )
    return ""


def _add_implied_markers(meaning: Meaning, date: PartialDate | None, chart: Chart, *, spoilt: bool = False) -> None:
    """Marker results that a diagnosis tells by its code."""
    for test, word in meaning.implies.items():
        if test in chart.rules.tests:
            chart.found.append(Marker(chart.entry, test, None if spoilt else word, {}, date, None))


def add_condition(
    met: CodeMatch, resource: Resource, plain_: Comorbidity, wrong: str, chart: Chart, *, doubted: bool = False
) -> None:
    """Add a condition other than the cancer, or a tumour described in words. A condition that is not understood is kept
    unless it is over. `doubted`: the source is not sure of it.
    """
    name, mentions = _read_mentions(met, resource, chart)
    if met.meaning is None and plain_.status not in OVER and not doubted:
        mentions = take_primaries(mentions, list_code_texts(resource), find_subject_of_site(resource, chart), chart.rules)
        _add_named_primaries(mentions, resource, chart, None if wrong else plain_.date)
    if not is_understood(mentions):
        _report_unknown(name, mentions, resource, chart)
        if plain_.status in OVER and not wrong and not _stays_open(name, mentions, plain_, chart):
            chart.mark_ignored("refuted" if plain_.status == ABSENT else "it is not understood, and over")
            return
    grade = chart.tables.find_grade(resource.severity)
    known = tuple(replace(mention, grade=grade) if mention.grade is None and mention.term else mention for mention in mentions)
    known = doubt_mentions(known) if doubted else known
    events = events_from_mentions(known, msgspec.structs.replace(plain_, name=name), chart.as_of, words_first=True)
    for event in events:
        add_condition_event(_blank_condition(event) if wrong else event, chart)
    if wrong:
        chart.mark_set_aside(wrong)
    else:
        chart.mark_used(name if is_understood(mentions) else f"a condition that is not understood: {name}")


def _blank_condition(event: Comorbidity | DiseaseEvent) -> Comorbidity | DiseaseEvent:
    """The event without what its wrong date spoils: that there is a metastasis does not hang on its day."""
    return blank_entry(event) if isinstance(event, Comorbidity) else msgspec.structs.replace(event, date=None)


def _stays_open(name: str, mentions: tuple[ConditionMention, ...], plain_: Comorbidity, chart: Chart) -> bool:
    """Whether what is over, and not understood, was perhaps a tumour: that one was there is not over."""
    speaks = any(mention.may_spread for mention in mentions) or may_be_tumour(name, chart.rules.tumours)
    return plain_.status != ABSENT and speaks


def _add_named_primaries(
    mentions: Iterable[ConditionMention], resource: Resource, chart: Chart, date: PartialDate | None
) -> None:
    """The primary cancers that words name, as diagnoses."""
    again, side = read_status_word(resource.clinicalStatus) in AGAIN, find_side(resource, None, chart)
    for one in find_primaries_in_words(mentions, chart.entry, date, chart.rules):
        chart.found.append(msgspec.structs.replace(one, again=again and not one.of_spread, side=side))


def _read_mentions(met: CodeMatch, resource: Resource, chart: Chart) -> tuple[str, tuple[ConditionMention, ...]]:
    """The name of an entry and what it says: by its code with the words beside it, else by its words, else nothing."""
    words = chart.tables.terms.words
    texts = list_code_texts(resource)
    told = [(text, parse_conditions(text, words)) for text in texts]
    said = [(text, mentions) for text, mentions in told if is_understood(mentions)]
    coded = mention_from_concept(met.meaning, words.lexicon) if met.meaning is not None else None
    if coded is not None and met.meaning is not None:
        name = met.meaning.display or (texts or [met.meaning.name])[0]
        if said:
            return name, merge_code_and_words(coded, said[0][1], words.lexicon)
        doubt = [*told, (name, parse_conditions(name, words))] if coded.term is None else told
        return name, (replace(coded, may_spread=any(mention.may_spread for _, some in doubt for mention in some)),)
    if said:
        return said[0]
    return told[0] if told else (format_code(resource), (ConditionMention(),))


def add_condition_event(event: Comorbidity | DiseaseEvent, chart: Chart) -> None:
    """A condition; a metastasis stands among those that codes tell, and is read with the whole of the disease."""
    if isinstance(event, Comorbidity):
        chart.found.append(event)
        return
    sites = event.sites or (("",) if event.extent is not None else ())
    if not sites and event.brain is None:
        chart.found.append(event)  # what may be a metastasis
        return
    chart.found += [SecondaryCancer(chart.entry, site, event.date) for site in sites]
    if event.brain is not None:
        chart.found.append(msgspec.structs.replace(event, sites=(), extent=None))


def _report_unknown(name: str, mentions: tuple[ConditionMention, ...], resource: Resource, chart: Chart) -> None:
    codings = (resource.code or CodeableConcept()).coding or ()
    chart.record_unmapped_codes(tuple(codings), "")
    near = next((mention.near for mention in mentions if mention.near), "")
    what = "metastasis" if any(mention.may_spread for mention in mentions) else "condition"
    chart.not_understood.append(f"{what} {quote_word(name)} ({chart.place}){'; ' + near if near else ''}")


def blank_condition(resource: Resource, meaning: Meaning | None, chart: Chart) -> None:
    """Of a condition that cannot be read nothing is known but its name; a cancer or a metastasis is one that was not read."""
    if meaning is not None and meaning.kind == "not_asked":
        return
    if meaning is not None:
        _add_implied_markers(meaning, None, chart, spoilt=True)
    names = [*list_code_texts(resource), *([meaning.display, meaning.name] if meaning is not None else [])]
    known = len(chart.found)
    if meaning is None or meaning.kind == "condition":
        add_blank_conditions(filter(None, names), chart)
    leave_disease_open(resource, chart)
    if len(chart.found) == known:
        add_unread_condition(next(filter(None, names), UNREADABLE), chart)


def add_unread_condition(name: str, chart: Chart) -> None:
    """A condition that may be any: it is named, and holds back."""
    chart.found.append(Comorbidity(chart.entry, None, name, None, None))


def add_blank_conditions(names: Iterable[str], chart: Chart, form: str = "{}") -> None:
    """What an entry that contradicts itself would have said is unknown, never silence. `form` makes a condition of a name."""
    for name in dict.fromkeys(names):
        for spelling in (name, form.format(name)):
            mentions = parse_conditions(spelling, chart.tables.terms.words)
            if name and is_understood(mentions):
                plain_ = Comorbidity(chart.entry, None, name, None, None)
                chart.found += [
                    blank_entry(e) for e in events_from_mentions(mentions, plain_, chart.as_of) if isinstance(e, Comorbidity)
                ]
                break


def _find_status(resource: Resource, verified: str, clinical: str, chart: Chart) -> Status | None:
    if verified == "refuted":
        return ABSENT
    if verified in OPEN:
        return None
    ended, _ = chart.parse_unclipped_date(resource.abatementDateTime)
    later = is_after(ended, chart.as_of)  # not over yet on the day of the question
    if later and chart.cuts:
        return ACTIVE
    is_over = bool(resource.abatementDateTime or resource.abatementBoolean) and not later
    if is_over and clinical in ("active", *AGAIN):
        chart.not_understood.append(f"a condition that has ended and is called {clinical}: whether it is over ({chart.place})")
        return None
    if is_over or (clinical in GONE and not later):
        return RESOLVED
    return ACTIVE if clinical in ("active", *AGAIN) else None
