"""OMOP CDM 5.4: rows in tables of the CDM's own DDL, as a DuckDB file, as CSV and as Parquet."""

from __future__ import annotations

import datetime as dt
import gzip
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.errors import ConcordantError
from concordant.logic.intervals import Interval, step_below
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value
from concordant.record.builder import RecordBuilder
from concordant.record.omop.database import open_database
from concordant.record.omop.read import iter_patients
from concordant.record.rules import make_record_rules
from concordant.record.sources import Patient
from concordant.terminology.names import Words
from tests.conftest import ReadCase
from tests.record.omop import build
from tests.record.omop.build import condition, database, drug, episode, exported, measured, person
from tests.stories import stories

AS_OF = dt.date(2023, 6, 1)
Rows = dict[str, list[dict[str, Any]]]

STORY: Rows = {
    "person": [person(1, 1971, month_of_birth=4), person(2, 1950), person(3, 1960, sex=8507)],
    "condition_occurrence": [
        condition(1, 1, build.CANCER, "2021-01-20"),
        condition(2, 1, build.LIVER, "2022-09-12"),
        condition(3, 1, build.ILD, "2019-01-01", condition_end_date="2019-06-01"),
        condition(4, 3, build.CANCER, "2022-01-01"),
        condition(5, 3, build.BONE, "2022-02-01"),
    ],
    "measurement": [
        measured(1, 1, build.IHC, "2021-02-01", value_source_value="3+"),
        measured(2, 1, build.ER, "2021-02-01", value_as_concept_id=build.POSITIVE),
        measured(3, 1, build.LVEF, "2023-05-01", value_as_number=62, unit_concept_id=build.PERCENT),
        measured(4, 1, build.BILIRUBIN, "2023-05-10", value_as_number=0.8, unit_concept_id=build.MG_DL, range_high=1.2),
        measured(5, 1, build.WEIGHT, "2023-05-20", value_as_number=64, unit_source_value="kg"),
        measured(6, 1, build.OTHER, "2023-05-20", value_as_number=1),
        measured(7, 3, build.ER, "2022-01-02", value_as_concept_id=build.NEGATIVE),
    ],
    "drug_exposure": [
        drug(1, 1, build.DOCETAXEL, "2021-02-10", "2021-06-30"),
        drug(2, 1, build.TRASTUZUMAB, "2021-02-10", "2021-06-30"),
        drug(3, 1, build.TRASTUZUMAB, "2021-09-01", "2022-01-20", stop_reason="completed"),
        drug(4, 1, build.PAIN, "2021-02-11"),
    ],
    "procedure_occurrence": [
        {"procedure_occurrence_id": 1, "person_id": 1, "procedure_concept_id": build.MASTECTOMY, "procedure_date": "2021-08-02"}
    ],
}
(SAME,) = stories("omop")


class Cdm:
    """Makes databases in a folder and reads them."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words = folder, knowledge, words
        self.rest = Account()
        self.made = 0

    def make(self, rows: Mapping[str, Any], **how: Any) -> Path:
        self.made += 1
        return database(self.folder / f"{self.made}.duckdb", rows, **how)

    def stream(self, source: Path | str, *, given: bool = False, only: str = "") -> list[Patient]:
        self.rest = Account()
        return list(iter_patients(source, self.knowledge, self.words, AS_OF, given=given, only=only, rest=self.rest))

    def read(self, rows: Mapping[str, Any], *, given: bool = False, **how: Any) -> dict[str, Patient]:
        return {patient.id: patient for patient in self.stream(self.make(rows, **how), given=given)}

    def one(self, **rows: list[dict[str, Any]]) -> Patient:
        return self.read({"person": [person(1)], **rows})["1"]


@pytest.fixture
def cdm(tmp_path: Path, knowledge: Knowledge, words: Words) -> Cdm:
    return Cdm(tmp_path, knowledge, words)


def values(record: PatientRecord, plan: DerivationPlan) -> dict[str, Value]:
    return {name: fact.value for name, fact in derive_facts(record, plan).items()}


def fate(patient: Patient, place: str) -> tuple[str, str]:
    return next((row.fate, row.why) for row in patient.account.rows if row.place == place)


def count(rows: Mapping[str, Any]) -> int:
    return sum(len(list(items)) for name, items in rows.items() if name != "episode_event")


def test_a_person_gives_the_facts_of_the_case_file(cdm: Cdm, plan: DerivationPlan, read: ReadCase) -> None:
    found = values(cdm.read(STORY)["1"].record, plan)
    told = values(read(SAME.record), plan)
    assert {n: (v, told[n]) for n, v in found.items() if v != told[n]} == {}
    assert (found["line_of_therapy"], found["received_trastuzumab"], found["lvef"]) == ("second", "yes", Interval(62, 62))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_folder_tells_the_same_as_the_file(form: str, cdm: Cdm) -> None:
    made = cdm.make(STORY)
    assert cdm.stream(exported(made, cdm.folder / form, form)) == cdm.stream(made)


def test_every_row_has_one_fate(cdm: Cdm) -> None:
    patients = cdm.read(STORY)
    assert sum(len(p.account.rows) for p in patients.values()) + len(cdm.rest.rows) == count(STORY)
    assert fate(patients["1"], "measurement 6") == ("ignored", "its code is not mapped")
    assert fate(patients["1"], "drug_exposure 4") == ("ignored", "it is not taken at the date of the question")
    assert patients["1"].account.unmapped["LOINC", "99999-9", "A test that nothing asks for"] == 1


def test_a_person_without_anything(cdm: Cdm) -> None:
    patient = cdm.read(STORY)["2"]
    assert patient.account.sentence == "1 entry: 1 used, 0 ignored, 0 set aside"
    assert patient.record.courses == patient.record.markers == patient.record.events == ()


def test_shuffled_rows_change_nothing(cdm: Cdm) -> None:
    shuffled = {name: random.Random(name).sample(items, len(items)) for name, items in STORY.items()}
    assert shuffled != STORY
    assert cdm.read(shuffled) == cdm.read(STORY)


def test_two_persons_never_mix(cdm: Cdm) -> None:
    alone = {name: [row for row in items if row["person_id"] == 3] for name, items in STORY.items()}
    assert cdm.read(alone)["3"] == cdm.read(STORY)["3"]


def test_one_person_is_read_when_one_is_asked_for(cdm: Cdm) -> None:
    made = cdm.make(STORY)
    assert cdm.stream(made, only="3") == [p for p in cdm.stream(made) if p.id == "3"]
    with pytest.raises(ConcordantError, match="'x' is no person_id"):
        cdm.stream(made, only="x")


def test_rows_of_nobody_are_counted(cdm: Cdm) -> None:
    rows = {**STORY, "drug_exposure": [*STORY["drug_exposure"], drug(9, 2000, build.TRASTUZUMAB, "2021-01-01")]}
    patients = cdm.read(rows)
    assert [(row.place, row.fate, row.why) for row in cdm.rest.rows] == [
        ("drug_exposure 9", "set aside", "there is no such person")
    ]
    assert sum(len(p.account.rows) for p in patients.values()) + 1 == count(rows)


def test_rows_of_somebody_who_is_not_there_go_to_nobody_else(cdm: Cdm) -> None:
    rows: Rows = {
        "person": [person(1), person(3)],
        "drug_exposure": [drug(who, who, build.TRASTUZUMAB, "2021-01-01") for who in (0, 1, 2, 4)],
    }
    patients = cdm.read(rows)
    assert [len(p.record.courses) for p in patients.values()] == [1, 0]
    assert [row.place for row in cdm.rest.rows] == ["drug_exposure 0", "drug_exposure 2", "drug_exposure 4"]


def test_two_rows_with_one_id_are_two_rows(cdm: Cdm) -> None:
    rows = [measured(1, 1, build.LVEF, f"2023-05-0{day}", value_as_number=60, unit_concept_id=build.PERCENT) for day in (1, 2)]
    patient = cdm.one(measurement=rows)
    assert len(patient.account.rows) == 3
    assert len(patient.record.measurements) == 2


def test_a_reason_for_stopping_is_kept_and_one_that_is_not_understood_is_named(cdm: Cdm) -> None:
    def given(reason: str) -> PatientRecord:
        return cdm.one(drug_exposure=[drug(1, 1, build.TRASTUZUMAB, "2021-02-10", "2021-06-01", stop_reason=reason)]).record

    assert given("progression").courses[0].stopped == "progression"
    odd = given("moved away")
    assert (odd.courses[0].stopped, odd.not_understood) == (None, ("stop reason 'moved away' (drug_exposure 1)",))


def test_missing_tables_are_named_and_the_rest_is_read(cdm: Cdm) -> None:
    patient = cdm.read(STORY, without=["episode", "episode_event", "observation", "death"])["1"]
    assert patient.record.notices == ("The source has no table observation, episode, death, episode_event.",)
    assert patient.record.markers != ()


NOW = [  # source value, last day, terms, fate
    ("lisinopril 10 MG Oral Tablet", "2023-07-01", ["lisinopril"], "used"),
    ("ramipril/HCTZ", "2023-07-01", ["ramipril", "hydrochlorothiazide"], "used"),
    ("Xyzzyzol 5 mg", "2023-07-01", [None], "used"),
    ("Xyzzyzol 5 mg", "2023-05-01", [], "ignored"),
    ("lisinopril 10 MG Oral Tablet", "2023-05-01", [], "ignored"),
]


@pytest.mark.parametrize(("name", "end", "terms", "fate"), NOW)
def test_what_is_taken_now_is_listed_whether_or_not_it_is_known(
    name: str, end: str, terms: list[str | None], fate: str, cdm: Cdm
) -> None:
    patient = cdm.one(drug_exposure=[drug(1, 1, 0, "2023-04-10", end, drug_source_value=name)])
    assert [medication.term for medication in patient.record.medications] == terms
    assert [row.fate for row in patient.account.rows if row.kind == "drug_exposure"] == [fate]


def test_without_the_concept_table_pinned_ids_and_source_values_speak(cdm: Cdm) -> None:
    rows: Rows = {
        "person": [person(1)],
        "condition_occurrence": [condition(1, 1, 0, "2021-01-20", condition_source_value="C50.911")],
        "measurement": [
            measured(1, 1, 3006923, "2023-05-20", value_as_number=30, unit_concept_id=8645, range_high=40),
            measured(2, 1, 0, "2021-02-01", measurement_source_value="85319-2", value_source_value="2+"),
            measured(3, 1, 0, "2021-02-01", measurement_source_value="LOINC:85318-4", value_source_value="Positive"),
        ],
        "drug_exposure": [drug(1, 1, 0, "2021-02-10", drug_source_value="Herceptin"), drug(2, 1, 43525787, "2022-02-10")],
    }
    record = cdm.read(rows, concepts=False)["1"].record
    assert record.person.sex == "female"
    assert [(m.name, m.value, m.upper_limit) for m in record.measurements] == [("alt", Interval(30, 30), 40.0)]
    assert {(m.test, m.word) for m in record.markers} == {("her2_ihc", "2+"), ("her2_ish", "positive")}
    assert [c.drugs for c in record.courses] == [("trastuzumab",), ("trastuzumab_emtansine",)]
    assert record.events[0].kind == "diagnosis"


def test_a_number_keeps_its_operator(cdm: Cdm) -> None:
    less = measured(1, 1, build.BILIRUBIN, "2023-05-10", value_as_number=0.8, unit_concept_id=build.MG_DL)
    record = cdm.one(measurement=[{**less, "operator_concept_id": build.LESS}]).record
    assert record.measurements[0].value == Interval(high=step_below(0.8))
    unknown = cdm.one(measurement=[{**less, "operator_concept_id": 999}])
    assert fate(unknown, "measurement 1")[0] == "set aside"
    assert unknown.record.measurements[0].value == Interval()


BAD: list[tuple[str, Rows, str, str]] = [
    (
        "ends before it starts",
        {"drug_exposure": [drug(1, 1, build.TRASTUZUMAB, "2021-06-01", "2021-02-01")]},
        "received_trastuzumab",
        "it ends (1 Feb 2021) before it starts (1 Jun 2021)",
    ),
    (
        "after the date of the question",
        {"measurement": [measured(1, 1, build.IHC, "2030-01-01", value_source_value="3+")]},
        "her2_ihc",
        "it is dated 1 Jan 2030, after the date of the question (1 Jun 2023)",
    ),
    (
        "before birth",
        {"drug_exposure": [drug(1, 1, build.TRASTUZUMAB, "1960-01-01")]},
        "received_trastuzumab",
        "it is dated 1 Jan 1960, before the patient is born (1970)",
    ),
    (
        "no unit",
        {"measurement": [measured(1, 1, build.BILIRUBIN, "2023-05-10", value_as_number=0.8)]},
        "total_bilirubin_xuln",
        "value: '0.8' has no unit; write for example 0.8 mg/dL",
    ),
    (
        "two concepts",
        {"drug_exposure": [drug(1, 1, build.TRASTUZUMAB, "2021-01-01", drug_source_concept_id=build.DOCETAXEL)]},
        "received_trastuzumab",
        "its standard concept ('trastuzumab') and its source concept ('docetaxel') stand for different things",
    ),
]


@pytest.mark.parametrize(("rows", "feature", "why"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_row_that_cannot_be_leaves_open_what_it_would_have_said(
    rows: Rows, feature: str, why: str, cdm: Cdm, plan: DerivationPlan
) -> None:
    [place] = [f"{table} 1" for table in rows]
    patient = cdm.one(**rows)
    assert fate(patient, place) == ("set aside", why)
    assert patient.record.set_aside == (f"{place}: {why}",)
    assert values(patient.record, plan)[feature] in (None, Interval())


def test_a_drug_that_is_misspelt_may_be_any(cdm: Cdm, plan: DerivationPlan) -> None:
    patient = cdm.one(drug_exposure=[drug(1, 1, 0, "2021-02-10", drug_source_value="Trastuzmab")])
    assert patient.record.not_understood == ("drug 'Trastuzmab' (drug_exposure 1); Did you mean 'trastuzumab'?",)
    assert values(patient.record, plan)["received_trastuzumab"] is None


def test_a_supply_that_lasts_beyond_today_runs(cdm: Cdm) -> None:
    [course] = cdm.one(drug_exposure=[drug(1, 1, build.TRASTUZUMAB, "2023-05-20", "2023-06-20")]).record.courses
    assert (course.end, course.stopped) == (None, "ongoing")


def test_an_asked_for_date_cuts_the_record(cdm: Cdm) -> None:
    rows = {"person": [person(1)], "drug_exposure": [drug(1, 1, build.TRASTUZUMAB, "2024-01-01")]}
    patient = cdm.read(rows, given=True)["1"]
    assert fate(patient, "drug_exposure 1") == ("ignored", "it lies after the date asked for")
    assert patient.record.notices == ("The record was cut at 1 Jun 2023: 1 later entry left out.",)


def test_a_death_is_told(cdm: Cdm) -> None:
    patient = cdm.one(death=[{"person_id": 1, "death_date": "2022-01-01"}])
    assert patient.record.notices == ("The source says that the patient has died.",)


def of_episodes(parent: int) -> Rows:
    return {
        "episode": [
            episode(1, 1, 32528, "2021-01-20", episode_object_concept_id=build.CANCER),
            episode(2, 1, 32529, "2022-09-12", episode_object_concept_id=build.LIVER),
            episode(3, 1, 32531, "2022-10-01", episode_parent_id=parent, episode_number=2),
        ],
        "episode_event": [{"episode_id": 3, "event_id": 7, "episode_event_field_concept_id": 0}],
        "drug_exposure": [drug(7, 1, build.TRASTUZUMAB, "2022-10-01", "2023-01-01")],
    }


def test_an_episode_of_treatment_says_the_line_of_its_drugs(cdm: Cdm) -> None:
    patient = cdm.one(**of_episodes(parent=2))
    [course] = patient.record.courses
    assert (course.line, course.setting) == (2, "advanced")
    assert fate(patient, "episode 3") == ("used", "line of therapy")
    assert {(e.kind, e.extent) for e in patient.record.events} >= {("diagnosis", None), ("recurrence", "metastatic")}


def test_a_number_that_may_count_early_treatment_is_no_line(cdm: Cdm) -> None:
    patient = cdm.one(**of_episodes(parent=1))
    assert [course.line for course in patient.record.courses] == [None]
    assert fate(patient, "episode 3") == ("used", "treatment, told by its drug exposures")


def test_an_episode_without_events_is_a_course_of_its_own(cdm: Cdm) -> None:
    rows = [episode(1, 1, 32531, "2021-02-10", episode_end_date="2021-06-30", episode_source_value="docetaxel + trastuzumab")]
    [course] = cdm.one(episode=rows).record.courses
    assert (course.drugs, course.end and course.end.first) == (("docetaxel", "trastuzumab"), dt.date(2021, 6, 30))


def test_a_person_that_stands_twice(cdm: Cdm) -> None:
    patient = cdm.read({"person": [person(1, 1970), person(1, 1980)]})["1"]
    assert [(row.fate, row.why) for row in patient.account.rows] == [
        ("used", "patient"),
        ("set aside", "the person stands there twice"),
    ]


def csv_folder(cdm: Cdm, change: Callable[[Path], object]) -> Path:
    folder = exported(cdm.make(STORY), cdm.folder / "csv", "csv")
    change(folder)
    return folder


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def test_a_column_of_the_wrong_type_is_the_fault_of_its_rows(cdm: Cdm) -> None:
    folder = csv_folder(cdm, replaced("measurement.csv", "2023-05-01", "2023-13-01"))
    patient = cdm.stream(folder)[0]
    assert fate(patient, "measurement 3")[0] == "set aside"
    assert "'2023-13-01' has no month 13" in fate(patient, "measurement 3")[1]
    assert fate(patient, "measurement 4")[0] == "used"


def test_a_person_id_that_is_no_number(cdm: Cdm) -> None:
    cdm.stream(csv_folder(cdm, replaced("person.csv", "\n2,", "\ntwo,")))
    assert [(row.place, row.why) for row in cdm.rest.rows] == [("person without an id", "its person_id is no number")]


def test_a_line_of_a_csv_file_that_is_no_row_is_counted(cdm: Cdm) -> None:
    text = "\n98,1\n"
    folder = csv_folder(cdm, lambda folder: (folder / "measurement.csv").open("a", encoding="utf-8").write(text.lstrip("\n")))
    patients = cdm.stream(folder)
    assert sum(len(p.account.rows) for p in patients) == count(STORY)
    [row] = cdm.rest.rows
    assert (row.kind, row.fate) == ("measurement", "set aside")
    assert row.why.startswith("the line is no row")
    says = "Lines of measurement.csv that are no rows, and may be about this patient: 1."
    assert {p.record.incomplete for p in patients} == {(says,)}


def test_a_line_that_is_no_text_is_counted_and_the_rest_is_read(cdm: Cdm) -> None:
    folder = csv_folder(cdm, lambda folder: None)
    text = (folder / "drug_exposure.csv").read_bytes()
    (folder / "drug_exposure.csv").write_bytes(text.replace(b"completed", b"compl\xffeted"))
    patients = cdm.stream(folder)
    assert sum(len(p.account.rows) for p in patients) + len(cdm.rest.rows) == count(STORY)
    assert len(cdm.rest.rows) == 1


def test_tables_with_tabs_and_packed_ones(cdm: Cdm) -> None:
    folder = csv_folder(cdm, lambda folder: None)
    for name in ("concept", "person"):
        text = (folder / f"{name}.csv").read_text(encoding="utf-8")
        (folder / f"{name}.csv").unlink()
        (folder / f"{name.upper()}.csv").write_text(text.replace(",", "\t").replace('"', ""), encoding="utf-8")
    packed = (folder / "measurement.csv").read_bytes()
    (folder / "measurement.csv").unlink()
    with gzip.open(folder / "measurement.csv.gz", "wb") as file:
        file.write(packed)
    assert cdm.stream(folder) == cdm.stream(cdm.make(STORY))


FAULTS: list[tuple[str, Callable[[Path], object], str]] = [
    ("no person", lambda folder: (folder / "person.csv").unlink(), "there is no table 'person', so this is no OMOP CDM"),
    (
        "no column",
        replaced("person.csv", "year_of_birth", "born_in"),
        "the table 'person' has no column 'year_of_birth'",
    ),
    ("twice", lambda folder: (folder / "person.tsv").write_text("person_id\n"), "the table 'person' stands there twice"),
    ("empty", lambda folder: (folder / "person.csv").write_text(""), "the file is empty"),
    (
        "old line ends",
        lambda folder: (folder / "person.csv").write_bytes(b"person_id\r1\r"),
        "its first line does not name columns",
    ),
    ("no text", lambda folder: (folder / "person.csv").write_bytes(b"\xff\xfe"), "its first line cannot be read"),
    (
        "twice a column",
        replaced("person.csv", "gender_concept_id", "PERSON_ID"),
        "the column 'person_id' stands twice",
    ),
]


@pytest.mark.parametrize(("change", "says"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_folder_that_is_no_cdm(change: Callable[[Path], object], says: str, cdm: Cdm) -> None:
    with pytest.raises(ConcordantError) as found:
        cdm.stream(csv_folder(cdm, change))
    assert found.value.complaints[0].says == says


def test_a_table_without_a_column_that_it_needs_costs_that_table(cdm: Cdm) -> None:
    (patient, *_) = cdm.stream(csv_folder(cdm, replaced("measurement.csv", "measurement_date", "measured_on")))
    assert patient.record.incomplete == ("The table measurement cannot be read (it has no column 'measurement_date').",)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"not a database at all" * 500)
    with pytest.raises(ConcordantError, match="this is no DuckDB file that can be opened"):
        open_database(tmp_path / "x.duckdb")
    with pytest.raises(ConcordantError, match="no such file"):
        open_database(tmp_path / "y.duckdb")


def test_two_schemas_with_persons(cdm: Cdm) -> None:
    made = cdm.make(STORY)
    with duckdb.connect(str(made)) as connection:
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.person AS SELECT * FROM main.person")
    with pytest.raises(ConcordantError, match="several schemas hold a table 'person'"):
        cdm.stream(made)


def test_an_address_that_cannot_be_opened_is_not_shown() -> None:
    with pytest.raises(ConcordantError) as found:
        open_database("postgresql://doctor:secret@127.0.0.1:1/cdm")
    told = str(found.value)
    assert "the PostgreSQL database" in told
    assert "secret" not in told
    assert "doctor" not in told


def test_nothing_is_left_behind(cdm: Cdm, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = cdm.folder / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    cdm.stream(cdm.make(STORY))
    assert list(scratch.iterdir()) == []


def test_two_menopausal_statuses_leave_it_open(knowledge: Knowledge) -> None:
    record = RecordBuilder("1", dt.date(2023, 6, 1), make_record_rules(knowledge), cuts=False)
    for number, word in enumerate(("premenopausal", "postmenopausal", "postmenopausal")):
        record.start_row(f"observation, row {number}", "observation")
        if differing := record.tell_menopause(word):
            record.mark_set_aside(differing)
    patient = record.build_record()
    assert patient.record.person.menopause is None
    assert any("different menopausal statuses" in sentence for sentence in patient.record.set_aside)


def test_a_row_of_an_administration_is_one_dose(cdm: Cdm, tmp_path: Path) -> None:
    def course(kind: int) -> Any:
        row = drug(1, 1, build.TRASTUZUMAB, "2023-05-10", "2023-05-23", drug_type_concept_id=kind)
        rows = {"person": [person(1, 1971)], "condition_occurrence": [condition(1, 1, build.CANCER, "2023-01-20")]}
        made = build.database(tmp_path / f"{kind}.duckdb", {**rows, "drug_exposure": [row]})
        return cdm.stream(made)[0].record.courses[0]

    assert (course(32818).stopped, course(0).stopped) == ("ongoing", None)


HELD: list[tuple[str, Rows, str, Value]] = [
    (
        "a pregnancy test",
        {
            "observation": [
                {"observation_id": 1, "person_id": 1, "observation_concept_id": 0, "observation_date": "2023-05-01"}
                | {"observation_source_value": "2118-8", "value_as_string": "Positive"}
            ]
        },
        "pregnant",
        "yes",
    ),
    (
        "two codes of one measurement",
        {
            "measurement": [
                measured(1, 1, build.WEIGHT, "2023-05-20", value_as_number=64, unit_source_value="kg"),
                measured(2, 1, build.WEIGHT, "2023-05-25", measurement_source_concept_id=build.LVEF, value_as_number=50),
            ]
        },
        "weight",
        None,
    ),
]


@pytest.mark.parametrize(("rows", "feature", "value"), [held[1:] for held in HELD], ids=[held[0] for held in HELD])
def test_what_a_row_says_holds(rows: Rows, feature: str, value: Value, cdm: Cdm, plan: DerivationPlan) -> None:
    assert values(cdm.one(**rows).record, plan)[feature] == value


@pytest.mark.parametrize(("end", "fate_"), [("2023-07-01", "used"), ("2023-05-01", "ignored")])
def test_a_supportive_drug_is_a_medication_while_it_runs(end: str, fate_: str, cdm: Cdm) -> None:
    patient = cdm.one(drug_exposure=[drug(1, 1, 0, "2023-04-10", end, drug_source_value="denosumab")])
    assert [one.term for one in patient.record.medications] == (["denosumab"] if fate_ == "used" else [])
    assert fate(patient, "drug_exposure 1")[0] == fate_
