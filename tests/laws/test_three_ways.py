"""The same patient told as case file, as FHIR and as OMOP gives the same facts: every feature, for every case that can be.

What a source cannot tell is listed here with its reason, and is taken out of the case before the facts are compared, or the case
is left out. Nothing is left out by its name.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.logic.dates import find_months_range
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Course, DiseaseEvent, PatientRecord
from concordant.patient.facts import Value
from concordant.record.courses.disease_times import find_advanced_date
from concordant.record.courses.line_rules import LineRules, make_line_rules
from concordant.record.fhir.read import read_fhir
from concordant.record.omop.read import iter_patients
from concordant.terminology.codes import Terminology, make_terminology
from concordant.terminology.names import Words
from tests.shares import share_of
from tests.shipped import CASES, failing, in_chunks, record_of, shipped_knowledge
from tests.writers.as_fhir import ICD10, MENOPAUSE, METASTASES, bundle_of
from tests.writers.as_omop import tables_of, write_csv

pytestmark = pytest.mark.long  # to know which cases can be told, all are read

# In how many courses a treatment is told is a matter of the source: where an antibody outlasts the chemotherapy, one or two.
NOT_COMPARED = {"courses_listed"}
LEAST = 20


def tellable(record: PatientRecord, rules: LineRules) -> PatientRecord:
    """The record without what no entry of FHIR or OMOP tells."""
    status = record.person.menopause
    coded = replace(record.person, menopause=status if status in MENOPAUSE else None)  # around it: no code here
    return replace(
        record,
        person=coded,
        stated={},  # answers of a clinician
        unavailable=(),  # what a site cannot give
        events=tuple(replace(event, brain=None, procedure="") for event in record.events),  # active or stable in the brain
        courses=tuple(_course(course, rules) for course in record.courses),
    )


def _course(course: Course, rules: LineRules) -> Course:
    drugs = tuple(drug for drug in course.drugs if drug not in rules.supportive)  # told as drugs, and no course of treatment
    line = course.line if course.start is not None else None  # a line of therapy is tied to its drugs by its dates
    stopped = None if course.stopped == "recurrence" else course.stopped  # no code for it; the recurrence is told itself
    return replace(course, drugs=drugs, line=line, stopped=stopped, cycles=None)


def for_omop(record: PatientRecord) -> PatientRecord:
    """Less what OMOP alone cannot tell: the specimen of a result, drugs that are taken now without their dates."""
    return replace(record, markers=tuple(replace(marker, specimen=None) for marker in record.markers), medications=())


def in_neither(record: PatientRecord, rules: LineRules) -> Iterator[str]:
    """Why neither FHIR nor OMOP can tell the case."""
    yield from _of_events(record)
    for course in record.courses:
        leading = rules.leading.intersection(course.drugs)
        following = [c for c in record.courses if c.start and course.start and c.start > course.start]
        if course.start is None and len(leading) > 1:
            yield "an undated course of several drugs, each an entry: one regimen or several"
        if course.stopped is None and any(leading.intersection(c.drugs) for c in following):
            yield "courses of one drug without a reason between them: put together from entries they are one"
        if course.classes or course.unknown_drugs or not course.drugs:
            yield "a course without the names of its drugs"
    if any(item.term == "other_malignancy" for item in record.conditions) and any(m.specimen for m in record.markers):
        yield "another cancer: whose a specimen is that is told by its site is not known, and its result is not counted"


def _of_events(record: PatientRecord) -> Iterator[str]:
    diagnoses = [event for event in record.events if event.kind == "diagnosis"]
    first = diagnoses[0] if diagnoses else None
    if len(diagnoses) > 1:
        yield "two diagnoses of one cancer: a source tells one diagnosis again and again"
    if record.events and first is None:
        yield "no diagnosis, by whose date metastases of the start and of later are told apart"
    if any(event.date is None for event in record.events):
        yield "an event without a date: metastases are placed by their dates"
    if first and any(_is_unclear(event, first) for event in record.events if event is not first):
        yield "an event that may or may not be near the diagnosis: whether it was there from the start is open"
    if any(site not in METASTASES and site not in ICD10 for event in record.events for site in event.sites):
        yield "a site that has no code for a metastasis here"
    if any(event.extent not in (None, "early", "metastatic") for event in record.events):
        yield "inoperable disease has no code"
    if any(_is_local(event, first, record.events) for event in record.events):
        yield "a recurrence that is not distant, or distant spread that is told as a progression of early disease"


def _is_unclear(event: DiseaseEvent, first: DiseaseEvent) -> bool:
    if event.date is None or first.date is None:
        return False
    low, high = find_months_range(first.date, event.date)
    reading = shipped_knowledge().vocabulary.reading
    return reading is not None and low <= reading.de_novo_months < high


def _is_local(event: DiseaseEvent, diagnosis: DiseaseEvent | None, events: tuple[DiseaseEvent, ...]) -> bool:
    """The codes tell distant metastases; with an extent of its own, any other event than the first one is such."""
    at_first = event is diagnosis
    spread = event.extent == "metastatic"
    if event.kind == "recurrence":
        return not spread
    if at_first:
        return bool(event.sites) and not spread
    known = diagnosis is not None and diagnosis.extent == "metastatic"
    relapsed = any(e.kind == "recurrence" and e.extent == "metastatic" for e in events)
    return event.kind == "progression" and bool(event.sites) and not known and not relapsed


def not_in_omop(record: PatientRecord, rules: LineRules) -> Iterator[str]:
    """Why OMOP cannot tell what FHIR can."""
    dated = [item.date for table in (record.markers, record.events, record.conditions, record.measurements) for item in table]
    dated += [date for course in record.courses for date in (course.start, course.end)]
    if any(date is not None and not date.is_exact for date in dated):
        yield "a date that is no day"
    if any(course.start is None or (course.end is None and course.stopped != "ongoing") for course in record.courses):
        yield "a course without start or end: a drug exposure has both"
    advanced = find_advanced_date(record.events, rules)
    for course in record.courses:
        early = course.setting in ("neoadjuvant", "adjuvant")
        if early and not (advanced and course.end and course.end.is_certainly_before(advanced)):
            yield "the intent of a treatment that the date of metastatic disease does not tell"
    if any(condition.status not in ("active", "resolved") for condition in record.conditions):
        yield "a condition that is absent, or without a status"
    if any(condition.about or condition.grade for condition in record.conditions):
        yield "a drug that is blamed for a condition, or a grade: no concept tells it"
    numbers = [n for marker in record.markers for n in marker.numbers.values()]
    if any(not number.is_exact for number in (*numbers, *(m.value for m in record.measurements))):
        yield "a number between two ends"


def facts(record: PatientRecord, plan: DerivationPlan) -> dict[str, Value]:
    return {name: fact.value for name, fact in derive_facts(record, plan).items() if name not in NOT_COMPARED}


@functools.cache
def in_fhir() -> dict[str, PatientRecord]:
    """The cases that FHIR can tell; those that are refused are bad input."""
    rules = make_line_rules(shipped_knowledge())
    told = {path.stem: tellable(record, rules) for path in CASES if (record := record_of(path)) is not None}
    return {name: record for name, record in told.items() if not list(in_neither(record, rules))}


@functools.cache
def in_omop() -> dict[str, PatientRecord]:
    """The cases that OMOP can tell as well."""
    rules = make_line_rules(shipped_knowledge())
    told = {name: for_omop(record) for name, record in in_fhir().items()}
    return {name: record for name, record in told.items() if not list(not_in_omop(record, rules))}


@pytest.fixture(scope="session")
def terms(knowledge: Knowledge, words: Words) -> Terminology:
    return make_terminology(knowledge, words)


def by_fhir(bundle: dict[str, Any], record: PatientRecord, knowledge: Knowledge, terms: Terminology) -> PatientRecord:
    return read_fhir(json.dumps(bundle).encode(), "bundle.json", knowledge, terms, record.as_of)[0].record


def by_omop(record: PatientRecord, folder: Path, knowledge: Knowledge, words: Words) -> PatientRecord:
    found = iter_patients(write_csv(tables_of(record, knowledge), folder), knowledge, words, record.as_of, given=False)
    return next(found).record


def test_enough_cases_are_told_three_ways() -> None:
    told = [record for record in in_omop().values() if record.courses and record.events]
    assert len(told) >= LEAST, len(told)
    assert len(in_fhir()) >= 100
    assert any(course.line for record in told for course in record.courses)


@in_chunks
def test_fhir_tells_the_same_facts(chunk: int, knowledge: Knowledge, terms: Terminology, plan: DerivationPlan) -> None:
    def law(name: str) -> None:
        record = in_fhir()[name]
        read = by_fhir(bundle_of(record, knowledge), record, knowledge, terms)
        assert facts(read, plan) == facts(record, plan)

    assert failing(law, share_of("sources", in_fhir()), chunk) == {}


@in_chunks
def test_omop_tells_the_same_facts(chunk: int, knowledge: Knowledge, words: Words, plan: DerivationPlan, tmp_path: Path) -> None:
    def law(name: str) -> None:
        record = in_omop()[name]
        read = by_omop(record, tmp_path / name, knowledge, words)
        assert facts(read, plan) == facts(record, plan)

    assert failing(law, share_of("sources in OMOP", in_omop()), chunk) == {}
