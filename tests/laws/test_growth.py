"""Cost grows in a straight line with the entries of any one kind, whatever source tells them: counted in steps, not in time."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import pytest
from msgspec.structs import replace

from concordant.answer.engine import decide_record
from concordant.derive.selectors.markers import find_governing_markers
from concordant.logic.dates import make_exact_date
from concordant.model.knowledge import Knowledge
from concordant.patient import events as ev
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.record.fhir.read import read_document
from concordant.record.fhir.tables import FhirTables, make_fhir_tables
from concordant.record.omop.read import Run
from concordant.record.rules import make_record_rules
from concordant.record.table.read import iter_patients
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import Words
from concordant.texts import SourceText
from tests.shares import share_of
from tests.writers.as_many import (
    AS_OF,
    CASE_KINDS,
    FHIR_KINDS,
    OMOP_KINDS,
    TABLE_KINDS,
    UNDATED_KINDS,
    WITHIN_KINDS,
    many_as_case,
    many_as_fhir,
    many_as_omop,
    many_as_table,
)
from tests.writers.work import count_steps, find_exponent

SIZES = (40, 80, 160)
STRAIGHT = 1.1
Read = Callable[[], list[PatientRecord]]


@pytest.fixture(scope="module")
def tables(knowledge: Knowledge) -> FhirTables:
    return make_fhir_tables(knowledge)


def growth(make: Callable[[int], Read], knowledge: Knowledge) -> dict[str, float]:
    """The exponents of reading and of deciding, from steps at three sizes; all is met once before, because much is remembered."""
    counted: dict[str, list[int]] = {"reading": [], "deciding": []}
    for number in SIZES:
        read = make(number)
        decide = partial(decide_record, read()[0], knowledge)
        decide()
        counted["reading"].append(count_steps(read))
        counted["deciding"].append(count_steps(decide))
    return {part: round(find_exponent(work), 2) for part, work in counted.items() if find_exponent(work) > STRAIGHT}


@pytest.mark.parametrize("kind", share_of("kinds of entries", [*CASE_KINDS, *UNDATED_KINDS]))
def test_a_case_file(kind: str, knowledge: Knowledge, words: Words) -> None:
    def make(number: int) -> Read:
        text = SourceText("case.yaml", many_as_case(kind, number))
        return lambda: [read_case(text, knowledge, words, AS_OF)]

    assert growth(make, knowledge) == {}


@pytest.mark.parametrize("kind", share_of("kinds of entries", [*FHIR_KINDS, *WITHIN_KINDS]))
def test_fhir(kind: str, knowledge: Knowledge, tables: FhirTables) -> None:
    def make(number: int) -> Read:
        data = json.dumps(many_as_fhir(kind, number)).encode()
        return lambda: [patient.record for patient in read_document(data, "bundle", tables, AS_OF).patients]

    assert growth(make, knowledge) == {}


@pytest.mark.parametrize("kind", share_of("kinds of entries", [*CASE_KINDS, *OMOP_KINDS]))
def test_omop(kind: str, knowledge: Knowledge, words: Words) -> None:
    terms, rules = make_terminology(knowledge), make_record_rules(knowledge)

    def make(number: int) -> Read:
        rows = many_as_omop(kind, number, knowledge, words)
        return lambda: [each.record for each in Run(rows, terms, rules, AS_OF, cuts=False).iter_persons(None, Account())]

    assert growth(make, knowledge) == {}


@pytest.mark.parametrize("kind", share_of("kinds of entries", TABLE_KINDS))
def test_a_table(kind: str, knowledge: Knowledge, words: Words, tmp_path: Path) -> None:
    mapping = (Path(__file__).parents[1] / "record" / "table" / "cohort.yaml").read_text(encoding="utf-8")

    def make(number: int) -> Read:
        (folder := tmp_path / f"{number}").mkdir()
        path = many_as_table(kind, number, mapping, folder)
        return lambda: [each.record for each in iter_patients(path, knowledge, words, AS_OF, given=False)]

    assert growth(make, knowledge) == {}


def test_many_results_of_one_test_are_weighed_in_a_straight_line() -> None:
    """In time, for a list is searched in C, which no count of steps shows: eight times as many do not take 64 times as long."""

    def weigh(number: int) -> float:
        known = [ev.Marker(ev.EntryLocation(f"o{n}"), "her2_ihc", None, {}, None, None) for n in range(number)]
        start = process_time()
        assert len(find_governing_markers(known, ("her2_ihc",), 30)) == number
        dated = [replace(marker, date=make_exact_date(AS_OF)) for marker in known]
        assert len(find_governing_markers(dated, ("her2_ihc",), 30)) == number
        return process_time() - start

    assert min(weigh(1600) for _ in range(3)) < 24 * min(weigh(200) for _ in range(3))
