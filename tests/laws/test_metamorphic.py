"""What may not change an answer, and what may: order, unrelated entries, coarser dates, entries that are left out."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.answer.engine import answer_record
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Fact
from concordant.present.as_json import render_json
from concordant.record.fhir.read import read_fhir
from concordant.record.sources import Patient
from concordant.terminology.codes import Terminology, make_terminology
from concordant.terminology.names import Words
from tests.laws.test_three_ways import facts, in_fhir
from tests.shares import share_of
from tests.shipped import failing, in_chunks
from tests.writers.as_fhir import LOINC, SNOMED, administrations_of, bundle_of, concept

pytestmark = pytest.mark.long  # to know which cases can be told, all are read

Bundle = dict[str, Any]


def names() -> list[str]:
    """Some of the cases that FHIR can tell."""
    return [name for name, record in in_fhir().items() if record.courses][::6]


@pytest.fixture(scope="session")
def terms(knowledge: Knowledge, words: Words) -> Terminology:
    return make_terminology(knowledge, words)


@pytest.fixture
def patient(knowledge: Knowledge, terms: Terminology) -> Callable[[Bundle, dt.date], Patient]:
    return lambda bundle, as_of: read_fhir(json.dumps(bundle).encode(), "bundle.json", knowledge, terms, as_of)[0]


Read = Callable[[Bundle, dt.date], Patient]


def test_enough_records() -> None:
    assert len(names()) >= 20


@in_chunks
def test_the_order_of_the_entries_changes_nothing(chunk: int, patient: Read, knowledge: Knowledge) -> None:
    def law(name: str) -> None:
        record, bundle = in_fhir()[name], bundle_of(in_fhir()[name], knowledge)
        expected = patient(bundle, record.as_of).record
        for seed in range(3):
            shuffled = {**bundle, "entry": random.Random(seed).sample(bundle["entry"], len(bundle["entry"]))}
            assert patient(shuffled, record.as_of).record == expected

    assert failing(law, share_of("sources", names()), chunk) == {}


def unrelated() -> list[Bundle]:
    """A cold, an appointment, a blood sugar, another patient's trastuzumab."""
    mine, other = {"reference": "Patient/p1"}, {"reference": "Patient/p2"}
    cold = {"resourceType": "Condition", "id": "cold", "subject": mine, "code": concept(SNOMED, ("82272006", "Common cold"))}
    sugar = {
        "code": concept(LOINC, ("2339-0", "Glucose [Mass/volume] in Blood")),
        "valueQuantity": {"value": 90, "unit": "mg/dL"},
    }
    drug = {"status": "active", "medicationCodeableConcept": {"text": "trastuzumab deruxtecan"}}
    return [
        cold,
        {"resourceType": "Appointment", "id": "visit", "status": "booked"},
        {"resourceType": "Observation", "id": "sugar", "status": "final", "subject": mine, **sugar},
        {"resourceType": "MedicationStatement", "id": "hers", "subject": other, **drug},
    ]


@in_chunks
def test_unrelated_entries_change_nothing(chunk: int, patient: Read, knowledge: Knowledge, plan: DerivationPlan) -> None:
    def law(name: str) -> None:
        record, bundle = in_fhir()[name], bundle_of(in_fhir()[name], knowledge)
        before = patient(bundle, record.as_of)
        more = {**bundle, "entry": [{"resource": one} for one in unrelated()] + bundle["entry"]}
        after = patient(more, record.as_of)
        assert facts(after.record, plan) == facts(before.record, plan)
        assert len(after.account.rows) == len(before.account.rows) + len(unrelated())

    assert failing(law, share_of("sources", names()), chunk) == {}


def coarser(date: PartialDate | None, as_of: dt.date) -> PartialDate | None:
    """The same date, known to its year."""
    if date is None:
        return None
    return PartialDate(dt.date(date.first.year, 1, 1), dt.date(date.last.year, 12, 31)).clip_to(as_of)


def in_years(record: PatientRecord) -> PatientRecord:
    return replace(
        record,
        events=tuple(replace(event, date=coarser(event.date, record.as_of)) for event in record.events),
        courses=tuple(replace(c, start=coarser(c.start, record.as_of), end=coarser(c.end, record.as_of)) for c in record.courses),
    )


def contradicts(fine: Fact, coarse: Fact) -> bool:
    """Whether the coarse fact says what the fine one rules out. What is assumed from silence is named in the answer."""
    if not (fine.is_known and coarse.is_known) or "assumed" in (fine.origin, coarse.origin) or coarse.assumed or fine.assumed:
        return False
    if isinstance(fine.value, Interval) and isinstance(coarse.value, Interval):
        return fine.value.intersect_with(coarse.value) is None
    return fine.value != coarse.value


# What the record lists, not what is true of the patient: how many courses, whether each names its drugs, the highest line it
# counts, the extent that its events spell out. With coarser dates other entries are put together.
OF_THE_RECORD = {
    "courses_listed",
    "courses_name_their_drugs",
    "advanced_courses_name_their_drugs",
    "her2_line_declared",
    "extent_listed",
    "brain_on_record",
    "brain_stated",
}


@in_chunks
def test_coarser_dates_move_facts_only_towards_unknown(
    chunk: int, patient: Read, knowledge: Knowledge, plan: DerivationPlan
) -> None:
    def law(name: str) -> None:
        record = in_fhir()[name]
        fine = derive_facts(patient(bundle_of(record, knowledge), record.as_of).record, plan)
        coarse = derive_facts(patient(bundle_of(in_years(record), knowledge), record.as_of).record, plan)
        assert {n for n, fact in fine.items() if contradicts(fact, coarse[n])} - OF_THE_RECORD == set()

    assert failing(law, share_of("sources", names()), chunk) == {}


# Facts that an entry decides by being there at all, whose other value its absence is said to mean. Each is named as assumed.
COUNTS = {"courses_listed", "progression_listed", "growth_listed", "recurrence_listed"}


@in_chunks
def test_an_entry_left_out_changes_only_what_the_answer_names(
    chunk: int, patient: Read, knowledge: Knowledge, plan: DerivationPlan
) -> None:
    """A fact turns into another known value only by silence, by the newest entry that is left, or by counting what is listed."""

    def law(name: str) -> None:
        record, bundle = in_fhir()[name], bundle_of(in_fhir()[name], knowledge)
        whole = derive_facts(patient(bundle, record.as_of).record, plan)
        for index in range(1, len(bundle["entry"])):
            less = copy.deepcopy(bundle)
            gone = less["entry"].pop(index)["resource"]
            facts_left = derive_facts(patient(less, record.as_of).record, plan)
            for feature, fact in facts_left.items():
                if fact.value == whole[feature].value or not fact.is_known or feature in COUNTS:
                    continue
                named = fact.origin in ("assumed", "inferred") or fact.entries or fact.because or fact.assumed or fact.says
                assert named, (gone["resourceType"], feature, whole[feature].value, fact.value)

    assert failing(law, share_of("an entry left out", names()[::4]), chunk) == {}


def exact() -> list[str]:
    """The cases whose courses have days for their start and end."""
    return [
        name
        for name, record in in_fhir().items()
        if record.courses
        and all(c.start and c.start.is_exact and (c.end is None or c.end.is_exact) for c in record.courses)
        and all(c.stopped == "ongoing" or c.end for c in record.courses)
    ]


@in_chunks
def test_single_administrations_never_tell_another_line(
    chunk: int, patient: Read, knowledge: Knowledge, plan: DerivationPlan
) -> None:
    """The courses of a case as administrations, without setting, line or reason: the same line, or none."""

    def law(name: str) -> None:
        record = in_fhir()[name]
        told = facts(record, plan)["line_of_therapy"]
        read = patient(administrations_of(record, knowledge), record.as_of).record
        assert facts(read, plan)["line_of_therapy"] in (told, None)

    assert failing(law, share_of("sources", exact()), chunk) == {}


def test_most_lines_are_found_from_administrations_alone(patient: Read, knowledge: Knowledge, plan: DerivationPlan) -> None:
    some = share_of("sources", exact())
    found = [patient(administrations_of(in_fhir()[n], knowledge), in_fhir()[n].as_of).record for n in some]
    known = [n for n, r in zip(some, found, strict=True) if facts(r, plan)["line_of_therapy"] is not None]
    assert len(known) / len(some) > 0.5, (len(known), len(some))


def test_the_answer_of_a_bundle_is_that_of_its_case_file(patient: Read, knowledge: Knowledge) -> None:
    for name in share_of("sources", names()[::3]):
        record = in_fhir()[name]
        read = patient(bundle_of(record, knowledge), record.as_of).record
        first, second = (json.loads(render_json(answer_record(r, knowledge))) for r in (record, read))
        for key in ("answer", "line_of_therapy"):
            assert first[key] == second[key], (name, key)
        offered = [[(o["regimen"], sorted(o["drugs"]), o["role"], o["status"]) for o in a["options"]] for a in (first, second)]
        assert offered[0] == offered[1], name
        avoided = [[(one.get("regimen"), one["kind"]) for one in answer["avoid"]] for answer in (first, second)]
        assert avoided[0] == avoided[1], name
