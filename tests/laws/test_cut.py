"""The record of a source cut at a date is the record of the source from which everything after that date was removed beforehand.

For every reader: of shipped patients, and of patients drawn by putting several together, with entries strewn over time that
reach beyond their own row (an operation that states a fact, a result of several tests, an order and its dose, a line that is
counted). What is removed is worked out here from the sources' own columns, not by the readers.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from concordant.errors import ConcordantError
from concordant.logic.dates import parse_partial_date
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import KEYS, read_case
from concordant.record.fhir.read import read_document
from concordant.record.fhir.tables import FhirTables, make_fhir_tables
from concordant.record.omop.read import Run
from concordant.record.omop.schema import CdmTable, Persons, Row
from concordant.record.rules import get_record_rules
from concordant.record.sources.values import read_value
from concordant.record.table.read import iter_patients
from concordant.terminology.codes import Terminology, make_terminology
from concordant.terminology.names import Words
from tests.laws.test_three_ways import in_fhir, in_omop
from tests.shares import share_of
from tests.shipped import CASES, failing, in_chunks
from tests.writers.as_fhir import CLINICAL, LOINC, MOPA, RXNORM, SNOMED, bundle_of, concept
from tests.writers.as_omop import Tables, tables_of
from tests.writers.as_tables import write_tables

pytestmark = pytest.mark.long  # to know which cases can be told, all are read

Resource = dict[str, Any]
AFTER = dt.date(2030, 1, 1)  # no entry of any source lies beyond it
DRAWN = 32
CUT = re.compile(r"The record was cut at ")


def is_later(text: Any, day: dt.date) -> bool:
    """Whether a date as it is written lies wholly after the day."""
    return bool(text) and parse_partial_date(f"{text}"[:10]).first > day


def apart(one: PatientRecord, other: PatientRecord, forget: str = "") -> dict[str, tuple[str, str]]:
    """Where two records differ, field by field, less the sentence that one was cut, and less what is to be forgotten."""
    told = [{name: spelled(getattr(record, name), forget) for name in record.__struct_fields__} for record in (one, other)]
    return {name: (told[0][name], told[1][name]) for name in told[0] if told[0][name] != told[1][name]}


def assert_same(one: PatientRecord, other: PatientRecord, day: dt.date, forget: str = "") -> None:
    found = apart(one, other, forget)
    assert not found, (f"{day}", found)


def spelled(value: Any, forget: str) -> str:
    words = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    text = repr([item for item in value if not CUT.match(item)] if words else value)
    return re.sub(forget, "entry", text) if forget else text


def days_of(record: PatientRecord, number: int) -> list[dt.date]:
    """Some days at which to cut: those of its entries, and the days before."""
    dates = [item.date for table in (record.markers, record.events, record.conditions, record.measurements) for item in table]
    dates += [date for course in record.courses for date in (course.start, course.end)]
    days = sorted({day for date in dates if date for day in (date.first, date.first - dt.timedelta(days=1))})
    return random.Random(len(days)).sample(days, min(number, len(days)))


def drawn(pool: Mapping[str, PatientRecord], seed: int) -> PatientRecord:
    """A patient put together from the entries of several."""
    chance = random.Random(seed)
    some = [pool[name] for name in chance.sample(sorted(pool), 3)]
    tables = ("markers", "events", "courses", "conditions", "measurements", "medications")
    mixed = {name: tuple(item for record in some for item in getattr(record, name) if chance.random() < 0.7) for name in tables}
    return replace(some[0], as_of=AFTER, **mixed)


# FHIR.


def strewn(day: dt.date, number: int) -> Iterator[Resource]:
    """Entries that say something beside others, or that cannot stand, all of one day."""
    mine, on = {"subject": {"reference": "Patient/p1"}}, f"{day}"
    later, statement = f"{day + dt.timedelta(days=200)}", {"resourceType": "MedicationStatement", **mine}
    seen = {"resourceType": "Observation", "status": "final", **mine, "effectiveDateTime": on}
    trastuzumab = concept(RXNORM, ("224905", "trastuzumab"))
    yes, grown = concept(SNOMED, ("10828004", "Positive")), concept(SNOMED, ("266721009", "Absent response to treatment"))
    resolved, state = concept(CLINICAL, ("resolved", "")), "76498008" if number % 2 else "309606002"
    yield {
        "resourceType": "Procedure",
        "status": "completed",
        **mine,
        "performedDateTime": on,
        "code": concept(SNOMED, ("33195004", "External beam radiation therapy procedure (procedure)")),
        "bodySite": [concept(SNOMED, ("12738006", "Brain structure (body structure)"))],
    }
    yield {
        **seen,
        "code": concept(LOINC, ("10480-2", "Estrogen+Progesterone receptor Ag [Presence] in Tissue by Immune stain")),
        "valueCodeableConcept": yes,
    }
    yield {**seen, "code": concept(LOINC, ("42802-9", "Menopausal status")), "valueCodeableConcept": concept(SNOMED, (state, ""))}
    yield {**seen, "code": concept(LOINC, ("85319-2", "Estrogen receptor")), "valueCodeableConcept": yes}  # it contradicts itself
    yield {**seen, "code": concept(LOINC, ("21908-9", "Stage group")), "valueCodeableConcept": {"text": "stage umpteen"}}
    yield {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        **mine,
        "authoredOn": on,
        "medicationCodeableConcept": concept(RXNORM, ("1298944", "pertuzumab")),
    }
    yield {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        **mine,
        "effectiveDateTime": on,
        "medicationCodeableConcept": trastuzumab if number % 2 else concept(RXNORM, ("1298944", "pertuzumab")),
    }
    yield {
        **statement,
        "status": "stopped",
        "effectivePeriod": {"start": on, "end": later},
        "statusReason": [grown],
        "medicationCodeableConcept": {"text": "lapatinib"},
    }
    yield {
        **statement,
        "status": "completed",
        "effectivePeriod": {"start": on, "end": later},
        "medicationCodeableConcept": {"text": "warfarin"},
    }
    yield {
        **statement,
        "status": "stopped",
        "effectivePeriod": {"start": on},
        "statusReason": [{"text": "the car broke down"}],
        "medicationCodeableConcept": {"text": "a drug that nobody knows"},
    }
    yield {
        "resourceType": "Condition",
        **mine,
        "onsetDateTime": on,
        "abatementDateTime": later,
        "clinicalStatus": resolved,
        "code": concept(SNOMED, ("233703007", "Interstitial lung disease (disorder)")),
    }
    yield {"resourceType": "Condition", **mine, "recordedDate": on, "code": {"text": "metastasis to the brain"}}
    yield {"resourceType": "AllergyIntolerance", "patient": mine["subject"], "recordedDate": on, "code": {"text": "paclitaxel"}}
    yield {
        "resourceType": "Observation",
        "status": "final",
        **mine,
        "effectivePeriod": {"start": on, "end": later},
        "code": concept(MOPA, ("line-of-therapy", "Line of Therapy")),
        "valueInteger": 1 + number,
    }
    yield {**seen, "status": "preliminary", "code": concept(LOINC, ("85318-4", "")), "valueCodeableConcept": yes}


def with_strewn(bundle: Resource, record: PatientRecord, seed: int) -> Resource:
    """The bundle with such entries on two days, and a death on the last."""
    chance, told = random.Random(seed), copy.deepcopy(bundle)
    days = days_of(record, 2) or [dt.date(2021, 5, 5)]
    for number, day in enumerate(days):
        for i, one in enumerate(strewn(day, number)):
            if chance.random() < 0.5:
                told["entry"].append({"resource": {"id": f"strewn-{number}-{i}", **one}})
    if chance.random() < 0.5:
        told["entry"][0]["resource"]["deceasedDateTime"] = f"{max(days)}"
    return told


BEGINS = ("effectiveDateTime", "onsetDateTime", "performedDateTime", "authoredOn", "recordedDate", "issued")


def begin_of(resource: Resource) -> Any:
    period = resource.get("effectivePeriod") or {}
    return period.get("start") or next((resource[key] for key in BEGINS if key in resource), None)


def before_in_fhir(bundle: Resource, day: dt.date) -> Resource:
    """The bundle as it was on that day: no later entry, and what ended later was going on."""
    kept = [copy.deepcopy(one) for one in bundle["entry"] if not is_later(begin_of(one["resource"]), day)]
    for resource in (one["resource"] for one in kept):
        if is_later((resource.get("effectivePeriod") or {}).get("end"), day):
            del resource["effectivePeriod"]["end"]
            resource.pop("statusReason", None)
            resource["status"] = "active" if resource["resourceType"].startswith("Medication") else resource["status"]
        if is_later(resource.get("abatementDateTime"), day):
            del resource["abatementDateTime"]
            resource["clinicalStatus"] = concept(CLINICAL, ("active", ""))
        if is_later(resource.get("deceasedDateTime"), day):
            del resource["deceasedDateTime"]
    return {**bundle, "entry": kept}


@pytest.fixture(scope="session")
def kit(knowledge: Knowledge, terms: Terminology) -> FhirTables:
    return make_fhir_tables(knowledge, terms)


@pytest.fixture(scope="session")
def terms(knowledge: Knowledge, words: Words) -> Terminology:
    return make_terminology(knowledge, words)


def by_fhir(bundle: Resource, day: dt.date, kit: FhirTables, *, cuts: bool) -> PatientRecord:
    return read_document(json.dumps(bundle).encode(), "bundle.json", kit, day, given=cuts).patients[0].record


@in_chunks
def test_fhir_is_cut_before_it_is_read_together(chunk: int, knowledge: Knowledge, kit: FhirTables) -> None:
    seeds, shipped = share_of("cut records", range(DRAWN)), share_of("cut records", list(in_fhir().items())[::8])
    records = {f"drawn-{seed}": drawn(in_fhir(), seed) for seed in seeds} | dict(shipped)

    def law(name: str) -> None:
        bundle = with_strewn(bundle_of(records[name], knowledge), records[name], len(name) + sum(map(ord, name)))
        for day in days_of(records[name], 3):
            cut = by_fhir(bundle, day, kit, cuts=True)
            before = by_fhir(before_in_fhir(bundle, day), day, kit, cuts=False)
            assert_same(cut, before, day)

    assert failing(law, records, chunk) == {}


# OMOP.

STARTS = {
    "condition_occurrence": "condition_start_date",
    "drug_exposure": "drug_exposure_start_date",
    "measurement": "measurement_date",
    "observation": "observation_date",
    "procedure_occurrence": "procedure_date",
    "episode": "episode_start_date",
    "death": "death_date",
}


class Held:
    """The rows of a CDM that are held in memory, as its reader asks for them."""

    def __init__(self, tables: Tables) -> None:
        self.held = tables
        self.tables = dict.fromkeys(tables, "")
        self.damaged: dict[str, str] = {}

    def iter_rows(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Row]]:
        for row in self.held.get(table.name, ()):
            yield 1, {column: None if row.get(column) is None else f"{row[column]}" for column in table.columns}

    def read_concepts(self, among: Persons | None = None) -> Mapping[str, tuple[str, str, str]]:
        keys = ("vocabulary_id", "concept_code", "concept_name")
        return {f"{row['concept_id']}": tuple(row[key] for key in keys) for row in self.held["concept"]}  # type: ignore[misc]

    def iter_unread_cells(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Mapping[str, int]]]:
        return iter(())

    def read_episode_events(self) -> dict[str, list[str]]:
        links: dict[str, list[str]] = {}
        for row in self.held.get("episode_event", ()):
            links.setdefault(f"{row['episode_id']}", []).append(f"{row['event_id']}")
        return links

    def list_rejects(self) -> list[tuple[str, int, str]]:
        return []


def before_in_omop(tables: Tables, day: dt.date) -> Tables:
    """The tables as they were on that day. An exposure has always an end: one that lies ahead is a plan, and has no reason."""
    kept = {}
    for name, rows in tables.items():
        kept[name] = [dict(row) for row in rows if name not in STARTS or not is_later(row.get(STARTS[name]), day)]
        for row in kept[name]:
            if is_later(row.get("condition_end_date"), day):
                row["condition_end_date"] = None
            if is_later(row.get("drug_exposure_end_date"), day):
                row["stop_reason"] = None
    return kept


def with_a_death(tables: Tables, record: PatientRecord) -> Tables:
    """Beside what is told a menopausal status of each of two days, and a death on one."""
    days = days_of(record, 2) or [dt.date(2021, 5, 5)]
    concepts = [row for row in tables["concept"] if row["concept_code"] == "42802-9"]
    about = concepts[0]["concept_id"] if concepts else 2_900_000_001
    if not concepts:
        named = {"concept_name": "Menopausal status", "vocabulary_id": "LOINC", "concept_code": "42802-9"}
        tables["concept"].append({"concept_id": about, **named})
    for number, (day, word) in enumerate(zip(days, ("premenopausal", "postmenopausal"), strict=False)):
        row = {"observation_concept_id": about, "observation_date": day, "value_as_string": word}
        tables.setdefault("observation", []).append({"observation_id": 9000 + number, "person_id": 1, **row})
    tables["death"] = [{"person_id": 1, "death_date": days[-1]}]
    return tables


def by_omop(tables: Tables, day: dt.date, terms: Terminology, words: Words, *, cuts: bool) -> PatientRecord:
    run = Run(Held(tables), terms, get_record_rules(words), day, cuts)
    return next(run.iter_persons(None, Account())).record


@in_chunks
def test_omop_is_cut_before_it_is_read_together(chunk: int, knowledge: Knowledge, words: Words, terms: Terminology) -> None:
    seeds, shipped = share_of("cut records", range(DRAWN)), share_of("cut records", list(in_omop().items())[::4])
    records = {f"drawn-{seed}": drawn(in_omop(), seed) for seed in seeds} | dict(shipped)

    def law(name: str) -> None:
        tables = with_a_death(tables_of(records[name], knowledge), records[name])
        for day in days_of(records[name], 3):
            cut = by_omop(tables, day, terms, words, cuts=True)
            before = by_omop(before_in_omop(tables, day), day, terms, words, cuts=False)
            assert_same(cut, before, day)

    assert failing(law, records, chunk) == {}


# Case files and tables.

DATED = ("tumor_markers", "disease", "treatments", "conditions", "measurements", "medications")
PLACE = r"\w+\[\d+\]"  # an entry that is gone moves those behind it


@functools.cache
def cases() -> dict[str, Resource]:
    """The shipped cases without a date of their own, and some put together from three."""
    raw = {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) for path in CASES}
    whole = {name: {key: case[key] for key in KEYS if key in case and key != "as_of"} for name, case in raw.items()}
    return whole | {f"drawn-{seed}": mixed(whole, seed) for seed in range(DRAWN)}


def mixed(whole: Mapping[str, Resource], seed: int) -> Resource:
    chance = random.Random(seed)
    some = [whole[name] for name in chance.sample(sorted(whole), 3)]
    case = {"patient": {"sex": "female"}}
    for block in DATED:
        items = [item for one in some for item in one.get(block) or [] if isinstance(one.get(block), list)]
        case[block] = [item for item in items if isinstance(item, dict) and chance.random() < 0.7]  # type: ignore[assignment]
    drug = {"drugs": ["a drug that nobody knows"], "start": f"20{chance.randint(17, 24)}-05-01"}
    case["treatments"].append(drug)  # type: ignore[attr-defined]
    return case


def days_of_case(case: Resource) -> list[dt.date]:
    days = set()
    for item in (item for block in DATED for item in case.get(block) or [] if isinstance(item, dict)):
        for key in ("date", "start", "end"):
            try:
                days |= {parse_partial_date(item[key]).first} if item.get(key) else set()
            except (ValueError, AttributeError):
                continue
    days |= {day - dt.timedelta(days=1) for day in days}
    return random.Random(len(days)).sample(sorted(days), min(3, len(days)))


def before_in_case(case: Resource, day: dt.date, *, keeps_rows: bool = False) -> Resource:
    """The case as it was on that day; a row may stay empty in its place."""
    kept = copy.deepcopy(case)
    for block in (block for block in DATED if isinstance(kept.get(block), list)):
        rows = [None if is_later(item.get("date") or item.get("start"), day) else item for item in kept[block]]
        for row in (row for row in rows if row is not None and is_later(row.get("end"), day)):
            del row["end"]
            row.pop("cycles", None)
            if block == "treatments":
                row["stopped"] = "ongoing"
        kept[block] = rows if keeps_rows else [row for row in rows if row is not None]
    return kept


@in_chunks
def test_a_case_file_is_cut_before_it_is_read_together(chunk: int, knowledge: Knowledge, words: Words) -> None:
    found = cases()

    def read(case: Resource, day: dt.date, *, cuts: bool) -> PatientRecord:
        return replace(read_case(read_value(case), knowledge, words, day, given=cuts), notes={})

    def law(name: str) -> None:
        for day in days_of_case(found[name]):
            try:
                cut = read(found[name], day, cuts=True)
            except ConcordantError:
                continue  # bad input is refused whatever the date
            assert_same(cut, read(before_in_case(found[name], day), day, cuts=False), day, PLACE)

    assert failing(law, share_of("cut case files", found), chunk) == {}


@in_chunks
def test_tables_are_cut_before_they_are_read_together(chunk: int, knowledge: Knowledge, words: Words, tmp_path: Path) -> None:
    found = cases()

    def read(case: Resource, day: dt.date, folder: Path, *, cuts: bool) -> PatientRecord:
        return next(iter_patients(write_tables(case, folder), knowledge, words, day, given=cuts)).record

    def law(name: str) -> None:
        case = {**found[name], "patient": found[name].get("patient") or {"sex": "female"}}
        for day in days_of_case(case)[:2]:
            before = before_in_case(case, day, keeps_rows=True)
            cut = read(case, day, tmp_path / f"{name}-cut", cuts=True)
            assert_same(cut, read(before, day, tmp_path / f"{name}-before", cuts=False), day)

    assert failing(law, share_of("cut case files", list(found)[::3]), chunk) == {}
