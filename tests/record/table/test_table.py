"""Plain tables: mappings, bad rows and bad files, and what stays open because of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.errors import ConcordantError
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.present.language import load_language
from concordant.present.page.account_table import render_account, show_account
from concordant.record.sources import Patient
from concordant.record.table.read import iter_patients
from concordant.terminology.names import Words

AS_OF = dt.date(2023, 6, 1)
MAPPING = (Path(__file__).parent / "cohort.yaml").read_text(encoding="utf-8")
PEOPLE = "id,sex,born,diagnosed,stage,ihc,ef\n"
DRUGS = "id,drug,from,to\n"
FIRST = "1,F,1970-02-03,2021-03-04,IV,3+,60\n"


class Table:
    """A mapping and its files in a folder."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words = folder, knowledge, words
        self.rest = Account()

    def read(self, people: str, drugs: str = "", mapping: str = MAPPING, *, given: bool = False) -> dict[str, Patient]:
        (self.folder / "people.csv").write_bytes((PEOPLE + people).encode("utf-8", "surrogateescape"))
        (self.folder / "drugs.csv").write_bytes((DRUGS + drugs).encode("utf-8", "surrogateescape"))
        (self.folder / "map.yaml").write_text(mapping, encoding="utf-8")
        self.rest = Account()
        stream = iter_patients(self.folder / "map.yaml", self.knowledge, self.words, AS_OF, given=given, rest=self.rest)
        return {patient.id: patient for patient in stream}

    def wrong(self, people: str = FIRST, drugs: str = "", mapping: str = MAPPING) -> list[str]:
        with pytest.raises(ConcordantError) as found:
            self.read(people, drugs, mapping)
        return [str(one).replace(f"{self.folder}/", "") for one in found.value.complaints]


@pytest.fixture
def table(tmp_path: Path, knowledge: Knowledge, words: Words) -> Table:
    return Table(tmp_path, knowledge, words)


def fates(patient: Patient) -> list[tuple[str, str, str]]:
    return [(row.place, row.fate, row.why) for row in patient.account.rows]


@pytest.mark.parametrize(
    ("drugs", "cells", "told"),
    [
        ("1,Herceptin,10,100,nausea,\n", {"drugs: note": 1}, "; 1 cell not read"),
        ("1,Herceptin,10,100,nausea,x\n1,Herceptin,10,100,,y\n", {"drugs: note": 1, "drugs: ward": 2}, "; 3 cells not read"),
        ("1,Herceptin,10,100,, \n", {}, ""),
    ],
)
def test_cells_that_nothing_reads_are_counted(drugs: str, cells: dict[str, int], told: str, table: Table) -> None:
    (table.folder / "more.csv").write_text("id,drug,from,to,note,ward\n" + drugs, encoding="utf-8")
    [patient] = table.read(FIRST, mapping=MAPPING.replace("drugs.csv", "more.csv")).values()
    assert dict(patient.account.unread_cells) == cells
    assert patient.account.sentence.endswith(f"set aside{told}")
    assert all(f"x  {column}" in render_account(show_account(patient), load_language("en")) for column in cells)


def test_rows_become_entries(table: Table) -> None:
    [patient] = table.read(FIRST, "1,Herceptin,10,100\n1,saline,10,10\n").values()
    record = patient.record
    assert (record.person.sex, record.markers[0].word, record.events[0].extent) == ("female", "3+", "metastatic")
    [course] = record.courses
    assert course.drugs == ("trastuzumab",)
    assert (course.start.first, course.end.first) == (dt.date(2021, 3, 14), dt.date(2021, 6, 12))  # type: ignore[union-attr]
    assert record.notices == ()
    assert fates(patient) == [
        ("people, line 2", "used", "patient; diagnosis; her2_ihc; lvef"),
        ("drugs, line 2", "used", "course"),
        ("drugs, line 3", "ignored", "no drug"),
    ]


def test_a_patient_without_anything(table: Table) -> None:
    [patient] = table.read("7,NA,.,,,,\n").values()
    assert fates(patient) == [("people, line 2", "used", "diagnosis")] or fates(patient)[0][1] == "ignored"
    assert patient.record.courses == patient.record.markers == ()


def test_without_a_day_zero_intervals_stay_right(table: Table) -> None:
    [patient] = table.read("1,F,1970-02-03,NA,IV,3+,\n", "1,trastuzumab,10,100\n").values()
    [course] = patient.record.courses
    assert (course.end.first - course.start.first).days == 90  # type: ignore[union-attr]
    assert patient.record.notices[0].startswith("The day of the diagnosis is not known: it is set to 1 Jan 2000.")


def test_different_day_zeros_are_told_and_none_is_taken(table: Table) -> None:
    [patient] = table.read(FIRST + "1,,,2019-05-06,,,\n", "1,trastuzumab,10,100\n").values()
    told = "The day of the diagnosis is not known (the rows tell different ones: '2019-05-06', '2021-03-04'): it is set to "
    assert patient.record.notices[0].startswith(told)


BAD_ROWS = [
    ("1,trastuzumab,100,10\n", "it ends (14 Mar 2021) before it starts (12 Jun 2021)"),
    ("1,trastuzumab,soon,10\n", "from: 'soon' is not a number of days"),
    ("1,trastuzumab,99999999,10\n", "from: '99999999' days are more than a life"),
    ("1,trastuzumab,5000,5001\n", "it is dated 11 Nov 2034, after the date of the question (1 Jun 2023)"),
    ("1,trastuzumab,-30000,10\n", "it is dated 14 Jan 1939, before the patient is born (3 Feb 1970)"),
    ("1,trastuzumab,10\n", "the row has 3 cells, and the header has 4"),
    ("1,trastu\udcffzumab,10,20\n", "the row is not UTF-8 text"),
]


@pytest.mark.parametrize(("row", "why"), BAD_ROWS, ids=[why[:30] for _, why in BAD_ROWS])
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(row: str, why: str, table: Table, plan: DerivationPlan) -> None:
    [patient] = table.read(FIRST, f"{row}1,docetaxel,10,20\n").values()
    assert fates(patient)[1] == ("drugs, line 2", "set aside", why)
    assert fates(patient)[2] == ("drugs, line 3", "used", "course")
    assert patient.record.set_aside == (f"drugs, line 2: {why}",)
    facts = derive_facts(patient.record, plan)
    assert facts["received_trastuzumab"].value is None
    assert facts["received_taxane"].value == "yes"
    assert derive_facts(table.read(FIRST, "1,docetaxel,10,20\n")["1"].record, plan)["received_trastuzumab"].value == "no"


def test_a_number_that_no_patient_has_leaves_the_number_open(table: Table, plan: DerivationPlan) -> None:
    [patient] = table.read("1,F,1970-02-03,2023-05-01,IV,3+,160\n1,,,2023-04-01,,,55\n").values()
    assert patient.record.set_aside[0].startswith("people, line 2: value: '160 %' cannot be")
    assert derive_facts(patient.record, plan)["lvef"].value is None
    assert patient.account.rows[0].fate == "used"


def test_a_word_that_is_no_result_leaves_the_result_open(table: Table, plan: DerivationPlan) -> None:
    [patient] = table.read("1,F,1970-02-03,2021-03-04,IV,4+,\n").values()
    assert "'4+' is not a value of 'her2_ihc'" in patient.record.set_aside[0]
    assert derive_facts(patient.record, plan)["her2_status"].value is None


def test_a_result_of_the_future_leaves_the_result_open(table: Table, plan: DerivationPlan) -> None:
    """What it would have decided is unknown, not the earlier result."""
    sure = "1,F,1970-02-03,2021-03-04,IV,0,\n"
    assert derive_facts(table.read(sure)["1"].record, plan)["her2_ihc"].value == "0"
    [patient] = table.read(f"{sure}1,,,2030-01-01,,3+,\n").values()
    assert derive_facts(patient.record, plan)["her2_ihc"].value is None


@pytest.mark.parametrize("name", ["chemotherapy", "trastuzumab"])
def test_an_end_that_lies_ahead_means_that_the_course_runs(name: str, table: Table) -> None:
    [course] = table.read(FIRST, f"1,{name},700,5000\n")["1"].record.courses
    assert (course.end, course.stopped) == (None, "ongoing")


def test_rows_without_a_patient_are_counted(table: Table) -> None:
    assert set(table.read(FIRST + "NA,F,,,,,\n", ",trastuzumab,1,2\n")) == {"1"}
    assert [(row.place, row.why) for row in table.rest.rows] == [
        ("people, line 3", "the column 'id' names no patient"),
        ("drugs, line 2", "the column 'id' names no patient"),
    ]


def test_an_asked_for_date_cuts_the_record(table: Table) -> None:
    [patient] = table.read(FIRST, "1,docetaxel,10,20\n1,trastuzumab,900,910\n", given=True).values()
    assert [c.drugs for c in patient.record.courses] == [("docetaxel",)]
    assert fates(patient)[2] == ("drugs, line 3", "ignored", "it lies after the date asked for")
    assert patient.record.notices == ("The record was cut at 1 Jun 2023: 1 later entry left out.",)


def test_two_patients_never_mix(table: Table) -> None:
    both = table.read(FIRST + "2,M,1960-01-01,2020-01-01,IIA,0,\n", "2,tamoxifen,1,2\n1,trastuzumab,10,20\n")
    alone = table.read("2,M,1960-01-01,2020-01-01,IIA,0,\n", "2,tamoxifen,1,2\n")
    assert both["1"].record.courses[0].drugs == ("trastuzumab",)
    assert [c.drugs for c in both["2"].record.courses] == [c.drugs for c in alone["2"].record.courses] == [("tamoxifen",)]


def test_words_that_the_mapping_does_not_know_are_named_and_counted(table: Table) -> None:
    [patient] = table.read("1,Fem,1970-02-03,2021-03-04,XX,3+,\n", "1,trastuzmab,10,20\n").values()
    assert dict(patient.account.unmapped) == {
        ("column sex:", "Fem", ""): 1,
        ("drug", "trastuzmab", "Did you mean 'trastuzumab'?"): 1,
    }
    told = " ".join(patient.record.not_understood)
    assert "'Fem' (people, line 2)" in told
    assert "stage 'XX'" in told


DIAGNOSED = "map.yaml:7: the file 'people.csv' has no column 'diagnosd'. Did you mean 'diagnosed'?"
MISTAKES = [
    (("missing:", "mising:"), ["map.yaml:3: unknown key 'mising'. Did you mean 'missing'?"]),
    (("block: treatments", "block: treatment"), ["map.yaml:19: unknown block 'treatment'. Did you mean 'treatments'?"]),
    (("drugs: drug,", "drug: drug,"), ["map.yaml:19: unknown key 'drug'. Did you mean 'drugs'?"]),
    (("file: people", "file: person"), ["map.yaml:4: no file is called 'person'"]),
    (
        ("values: {F: female, M: male}", "values: {F: female, M: male, f: male}"),
        ["map.yaml:10: 'f' stands twice with different meanings; capital and small letters are the same. Keep one of the two"],
    ),
    (
        ("    patient: id\n", "    separator: bar\n    patient: id\n"),
        ["map.yaml:7: the separator of 'people.csv' is another one. Write `separator: comma` below its `path`"],
    ),
    (("value: ihc", "value: {is: [a]}"), ["map.yaml:12: 'is' is missing or no word. Write `is: ...`"]),
    (("sex: {column: sex,", "sex: {days: sex,"), ["map.yaml:10: 'sex' is no date, so it has no days. Write {column: ...}"]),
    (("column: diagnosed}", "column: diagnosd}"), [DIAGNOSED]),
    (("value: ihc", "value: IHC_score"), ["map.yaml:7: the file 'people.csv' has no column 'IHC_score'"]),
    (
        ("path: drugs.csv", "path: drug.csv"),
        ["map.yaml:15: the file 'drug.csv' is not there. Correct `path`; it counts from the folder"],
    ),
]


@pytest.mark.parametrize(("change", "expected"), MISTAKES, ids=[change[1] for change, _ in MISTAKES])
def test_a_mistake_in_the_mapping_is_named(change: tuple[str, str], expected: list[str], table: Table) -> None:
    assert change[0] in MAPPING
    told = table.wrong(mapping=MAPPING.replace(*change, 1))
    assert len(told) == len(expected)
    for found, start in zip(told, expected, strict=True):
        assert found.startswith(start)


def test_a_file_that_is_empty(table: Table, tmp_path: Path) -> None:
    mapping = MAPPING.replace("path: drugs.csv", "path: empty.csv")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert table.wrong(mapping=mapping) == ["empty.csv: the file is empty. The first line has to name the columns"]


def test_a_quote_that_is_never_closed_costs_what_it_swallows_and_leaves_every_record_open(table: Table) -> None:
    swallowed = '2,"F' + "x" * 100_001 + "\n"
    patients = table.read(FIRST + swallowed + FIRST.replace("1,", "3,", 1))
    assert "1" in patients
    assert [(row.kind, row.fate) for row in table.rest.rows] == [("people", "set aside")]
    assert "a cell has more than" in table.rest.rows[0].why
    for patient in patients.values():
        assert patient.record.incomplete == ("Rows of people that are none, and may be about this patient: 1.",)
