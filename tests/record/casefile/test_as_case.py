"""A record written as a case file and read again is the same record, for every shipped case and what sources leave open."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from concordant.answer.engine import answer_record
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.errors import ConcordantError
from concordant.logic.dates import PartialDate, make_exact_date, parse_partial_date
from concordant.logic.intervals import Interval, make_exact_interval, parse_quantity, step_above, step_below
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import Comorbidity, Course, DiseaseEvent, EntryLocation, Marker, Measurement, PatientRecord
from concordant.patient.facts import Value
from concordant.present.as_json import render_json
from concordant.record.casefile.read import read_case
from concordant.record.casefile.write import write_case
from concordant.record.casefile.yaml_text import quote_text, to_iso_date, to_number_text
from concordant.record.fhir.read import read_fhir
from concordant.record.sources import Patient
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import Words
from concordant.texts import read_text
from tests.shares import share_of
from tests.shipped import SHIPPED, failing, in_chunks, record_of

AS_OF = dt.date(2023, 6, 1)
TABLES = ("markers", "events", "courses", "conditions", "measurements", "medications")
ANYWHERE = EntryLocation("somewhere")


def again(record: PatientRecord, knowledge: Knowledge, words: Words) -> PatientRecord:
    text = write_case(Patient("someone", record, Account()), knowledge, words)
    return read_case(read_text(text, "again.yaml"), knowledge, words, AS_OF)


def content(record: PatientRecord) -> dict[str, Any]:
    """The record without the places of its entries."""
    found = {name: [replace(item, entry=ANYWHERE) for item in getattr(record, name)] for name in TABLES}
    rest = {f.name: getattr(record, f.name) for f in fields(record) if f.name not in (*TABLES, "not_understood", "notes")}
    return found | rest


@in_chunks
def test_a_case_written_and_read_again_is_the_same(chunk: int, knowledge: Knowledge, words: Words, plan: DerivationPlan) -> None:
    def law(path: Path) -> None:
        record = record_of(path)
        if record is None:
            return
        second = again(record, knowledge, words)
        facts, facts_again = derive_facts(record, plan), derive_facts(second, plan)
        assert {n: (f.value, f.origin, f.conflict) for n, f in facts_again.items()} == {
            n: (f.value, f.origin, f.conflict) for n, f in facts.items()
        }
        told, told_again = content(record), content(second)
        told_again["conditions"] = [replace(c, name="") for c in told_again["conditions"]]
        told["conditions"] = [replace(c, name="") for c in told["conditions"]]
        assert told_again == told

    assert failing(law, share_of("written again", SHIPPED), chunk) == {}


@pytest.mark.long
def test_the_answer_is_the_same(knowledge: Knowledge, words: Words) -> None:
    def law(path: Path) -> None:
        record = record_of(path)
        if record is None:
            return
        first, second = (json.loads(render_json(answer_record(r, knowledge))) for r in (record, again(record, knowledge, words)))
        for answer in (first, second):  # the places of entries are those of the file in which they stand
            answer["avoid"] = [{**one, "entry": ""} for one in answer["avoid"]]
        for key in ("answer", "options", "avoid", "checks", "ask", "line_of_therapy", "assumed", "disagreements", "next"):
            assert first[key] == second[key], key

    assert failing(law, share_of("written again", SHIPPED[::3])) == {}


def test_most_files_are_read() -> None:
    assert sum(record_of(path) is not None for path in SHIPPED) > 280


OPEN_ENTRIES = (
    {"markers": (Marker(ANYWHERE, "her2_ihc", None, {}, None, "metastasis"),)},
    {
        "measurements": (
            Measurement(ANYWHERE, "lvef", Interval(), None),
            Measurement(ANYWHERE, "lvef", make_exact_interval(62), make_exact_date(AS_OF)),
        )
    },
    {"events": (DiseaseEvent(ANYWHERE, "progression", None, None, (), None, ""),)},
    {"conditions": (Comorbidity(ANYWHERE, "interstitial_lung_disease", "J84.9", None, None),)},
    {"markers": (Marker(ANYWHERE, "er", "negative", {"value": make_exact_interval(80)}, None, None),)},
)


@pytest.mark.parametrize("tables", OPEN_ENTRIES, ids=lambda t: next(iter(t)))
def test_what_a_source_leaves_open_stays_open(tables: Any, knowledge: Knowledge, words: Words, plan: DerivationPlan) -> None:
    record = PatientRecord(AS_OF, **tables)
    second = again(record, knowledge, words)
    values = {name: (fact.value, bool(fact.conflict)) for name, fact in derive_facts(record, plan).items()}
    assert {name: (fact.value, bool(fact.conflict)) for name, fact in derive_facts(second, plan).items()} == values


def test_a_drug_of_a_course_that_was_set_aside_stays_unknown(knowledge: Knowledge, words: Words) -> None:
    course = Course(ANYWHERE, (), (), ("trastuzumab", "compound 17"), None, None, None, None, None, None)
    second = again(PatientRecord(AS_OF, courses=(course,)), knowledge, words)
    assert second.courses[0].drugs == ()
    assert second.courses[0].unknown_drugs == ("trastuzumab (set aside)", "compound 17")


def test_what_was_set_aside_and_not_understood_stands_in_comments(knowledge: Knowledge, words: Words) -> None:
    record = PatientRecord(AS_OF, set_aside=("Observation/7 is dated\n2099",), not_understood=("code 'x'",), notes={"a": ("b",)})
    record = replace(record, measurements=(Measurement(EntryLocation("a", 3), "lvef", make_exact_interval(62), None),))
    account = Account()
    account.mark_used("a", "Observation", "LVEF")
    lines = write_case(Patient("P1", record, account), knowledge, words).splitlines()
    assert lines[0].startswith("# What was understood of P1, as of 1 Jun 2023.")
    assert lines[1] == "# 1 entry: 1 used, 0 ignored, 0 set aside"
    assert lines[3:6] == ["measurements:", "  # b", "  - {name: lvef, value: 62 %}  # a, line 3"]
    assert lines[6:] == [
        "# Set aside; what it would have said is unknown:",
        "#   Observation/7 is dated 2099",
        "# Not understood:",
        "#   code 'x'",
    ]


def test_dates_known_in_part() -> None:
    for text in ("2021", "2021-03", "2021-03-05", "2023", "2023-06"):
        date = parse_partial_date(text).clip_to(AS_OF)
        assert parse_partial_date(to_iso_date(date, AS_OF) or "").clip_to(AS_OF) == date
    assert to_iso_date(PartialDate(dt.date(2021, 2, 3), dt.date(2021, 4, 5)), AS_OF) is None
    assert to_iso_date(None, AS_OF) is None


@given(
    st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["point", "both", "inside", "at least", "at most", "above", "below"])
)
def test_a_number_reads_as_itself(first: float, second: float, kind: str) -> None:
    low, high = round(min(first, second), 6), round(max(first, second), 6)
    value = {
        "point": make_exact_interval(low),
        "both": Interval(low, high),
        "inside": Interval(step_above(low), max(step_above(low), step_below(high))),
        "at least": Interval(low=low),
        "at most": Interval(high=high),
        "above": Interval(low=step_above(low)),
        "below": Interval(high=step_below(high)),
    }[kind]
    assert parse_quantity(f"{to_number_text(value)} kg") == (value, "kg")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(str.isprintable))
def test_a_text_reads_as_itself(text: str) -> None:
    assert read_text(f"name: {{a: {quote_text(text)}}}", "x").value["name"]["a"] == text


def test_what_is_no_text_in_yaml_is_quoted() -> None:
    assert [quote_text(text) for text in ("null", "~", "", " a", "a, b", "a: b", "a #b", "3+")] == [
        '"null"', '"~"', '""', '" a"', '"a, b"', '"a: b"', '"a #b"', "3+",
    ]  # fmt: skip


def test_infinite_numbers_have_words() -> None:
    assert to_number_text(Interval(-math.inf, 12)) == "<= 12"


ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data" / "fhir"  # open records, beside the checkout; a few of them stand in tests/data
BUNDLES = [*sorted((ROOT / "tests" / "data" / "fhir").glob("*.json")), *sorted(SHARED.rglob("*.json"))]


@pytest.mark.long
def test_open_records_written_as_case_files_tell_the_same(knowledge: Knowledge, words: Words, plan: DerivationPlan) -> None:
    def law(path: Path) -> None:
        try:
            patients = read_fhir(
                path.read_bytes(), path.name, knowledge, make_terminology(knowledge, words), dt.date(2026, 11, 1)
            )
        except ConcordantError:
            return  # nobody is in it: tests/record/fhir
        for patient in patients:
            text = write_case(patient, knowledge, words)
            facts, again_ = (
                derive_facts(r, plan) for r in (patient.record, read_case(read_text(text, "x"), knowledge, words, AS_OF))
            )
            assert {n: (f.value, f.origin) for n, f in again_.items()} == {n: (f.value, f.origin) for n, f in facts.items()}

    assert failing(law, BUNDLES) == {}


def test_words_that_are_left_and_ranges_read_as_themselves(knowledge: Knowledge, words: Words) -> None:
    told: dict[str, Value] = {
        "her2_status": ("negative", "equivocal"),
        "disease_extent": ("locally_advanced_unresectable", "metastatic"),
        "months_from_adjuvant_her2_therapy_to_recurrence": Interval(step_above(6), step_below(12)),
    }
    assert again(PatientRecord(AS_OF, stated=told), knowledge, words).stated == told
