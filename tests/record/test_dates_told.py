"""Dates as sources write them: one reading for all, what means no date, and numbers that nobody guesses at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from concordant.logic.dates import PartialDate, make_exact_date
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.dates import parse_source_date
from concordant.record.rules import make_record_rules, normalize_stage
from concordant.record.sources import Patient
from concordant.record.table.read import iter_patients
from concordant.terminology.names import Words
from tests.conftest import ReadCase
from tests.record.fhir import builders

DAY = make_exact_date(dt.date(2023, 3, 5))
MONTH = PartialDate(dt.date(2023, 3, 1), dt.date(2023, 3, 31))
WRITTEN: list[tuple[str, PartialDate | None]] = [
    ("2023-03-05", DAY),
    ("2023-03-05T23:30:00+01:00", DAY),
    ("2023-03-05 00:00:00", DAY),
    ("2023-03-05 00:00:00.000", DAY),
    ("2023-03-05T00:00:00Z", DAY),
    ("2023-03-05T23:30", DAY),
    ("2023-03-05 9:30 AM", DAY),
    ("2023-03-05 09:30:00 UTC", DAY),
    ("2023-03-05 09:30:00.123456-05", DAY),
    ("2023-03-05T09:30:00+01:00[Europe/Berlin]", DAY),
    ("20230305", DAY),
    ("20230305120000", DAY),
    ("202303051200", DAY),
    ("5.3.2023", DAY),
    ("05.03.2023", DAY),
    ("2023-03", MONTH),
    ("9999-12-31", None),
    ("9999-12-31T00:00:00Z", None),
    ("2999-12-31", None),
    ("99991231", None),
    ("0001-01-01", None),
    ("0000-00-00", None),
]
NO_DATES = [
    "1677974400",
    "1677974400000",
    "2023010112345",
    "44990",
    "44990.5",
    "20231345",
    "2023-02-30",
    "03/05/2023",
    "2023-03-05 - 2023-03-08",
    "2023-03-05 2023-03-08",
    "2023-03-05 2023",
    "2023-03-05 or later",
    "2023-03-05 (planned)",
    "2023-03-05 not given",
    "2023-03-05 ?",
    "soon",
    "44986123",
]


@pytest.mark.parametrize(("text", "date"), WRITTEN)
def test_a_date_is_the_same_however_it_is_written(text: str, date: PartialDate | None) -> None:
    assert parse_source_date(text) == date


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_not_guessed_at(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 2021|calendar|outside"):
        parse_source_date(text)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_sets_its_entry_aside_and_is_named(text: str) -> None:
    patient = builders.read(builders.woman(), builders.dose("m", "224905", text))
    assert builders.fates(patient)["MedicationAdministration/m"] == "set aside"
    assert any(text in sentence for sentence in patient.record.set_aside)


def test_a_course_that_ends_on_no_day_goes_on() -> None:
    period = {"start": "2023-03-05", "end": "9999-12-31"}
    entry = builders.dose("m", "224905", "", effectiveDateTime=None, effectivePeriod=period, resourceType="MedicationStatement")
    [course] = builders.read(builders.woman(), entry | {"status": "active"}).record.courses
    assert (course.start, course.end, course.stopped) == (DAY, None, "ongoing")


MOMENTS = [
    ({"start": "2023-03-05", "end": "2023-03-07"}, PartialDate(dt.date(2023, 3, 5), dt.date(2023, 3, 7))),
    ({"start": "2023-03-05"}, DAY),
    ({"end": "2023-03-05"}, DAY),
    ({"start": "2023-03-05", "end": "9999-12-31"}, DAY),
]


@pytest.mark.parametrize(("period", "date"), MOMENTS)
def test_a_period_is_read_one_way_by_every_entry(period: dict[str, str], date: PartialDate) -> None:
    result = builders.observation("o", "48676-1", effectiveDateTime=None, effectivePeriod=period, valueString="positive")
    operation = builders.resource("Procedure", "s", code=builders.coded(builders.SCT, "392021009"), performedPeriod=period)
    lung = builders.diagnosis("c", code=builders.coded(builders.SCT, "233703007"), onsetDateTime=None, onsetPeriod=period)
    record = builders.read(builders.woman(), result, operation, lung).record
    assert [item.date for item in (*record.markers, *record.events, *record.conditions)] == [date] * 3


MAPPING = """
table: one
missing: [NA]
days_from: {called: the diagnosis, file: people, column: zero}
files:
  people:
    path: people.csv
    separator: semicolon
    patient: id
    entries:
      - {block: patient, sex: sex}
      - {block: measurements, name: {is: lvef}, value: {column: ef, unit: "%"}, date: when}
      - {block: treatments, drugs: drug, start: {days: from}, end: end}
"""


class Table:
    """Reads the one patient of a table with these rows."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words = folder, knowledge, words
        (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")

    def read(self, *rows: str) -> Patient:
        text = "\n".join(("id;sex;zero;ef;when;drug;from;end", *rows))
        (self.folder / "people.csv").write_text(text, encoding="utf-8")
        path = self.folder / "map.yaml"
        [patient] = iter_patients(path, self.knowledge, self.words, builders.AS_OF, given=False, rest=Account())
        return patient


@pytest.fixture
def table(tmp_path: Path, knowledge: Knowledge, words: Words) -> Table:
    return Table(tmp_path, knowledge, words)


@pytest.mark.parametrize(("text", "date"), [(text, date) for text, date in WRITTEN if date is not None])
def test_dates_of_a_table(text: str, date: PartialDate, table: Table) -> None:
    [found] = table.read(f"1;female;2020-01-01;60;{text};;;").record.measurements
    assert found.date == date


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_of_a_table_leaves_its_entry_open(text: str, table: Table) -> None:
    patient = table.read(f"1;female;2020-01-01;60;{text};;;")
    assert [m.value.is_unknown for m in patient.record.measurements] == [True]
    assert any(text in sentence for sentence in patient.record.set_aside)


@pytest.mark.parametrize(("text", "low"), [("55,5", 55.5), ("60", 60.0), ("55-60", 55.0), ("55/60", None), ("1,234", None)])
def test_numbers_of_a_table(text: str, low: float | None, table: Table) -> None:
    patient = table.read(f"1;female;2020-01-01;{text};2023-03-05;;;")
    [found] = patient.record.measurements
    assert found.value.low == (low if low is not None else float("-inf"))
    assert any(text in sentence for sentence in patient.record.set_aside) is (low is None)


@pytest.mark.parametrize(("days", "day"), [("5.0", 6), ("5", 6), ("5.00", 6), ("5.", 6), ("5.5", None), ("5e0", None)])
def test_days_as_a_spreadsheet_writes_them(days: str, day: int | None, table: Table) -> None:
    [course] = table.read(f"1;female;2020-01-01;;;Herceptin;{days};9999-12-31").record.courses
    assert (course.start.first if course.start else None) == (dt.date(2020, 1, day) if day else None)


SEXES = [
    (("female", "female"), "female"),
    (("female", "male"), None),
    (("male", "female", "female"), None),
    (("female", ""), "female"),
]


@pytest.mark.parametrize(("told", "sex"), SEXES)
def test_rows_that_tell_different_sexes_leave_it_open(told: tuple[str, ...], sex: str | None, table: Table) -> None:
    patient = table.read(*(f"1;{word};2020-01-01;;;;;" for word in told))
    assert patient.record.person.sex == sex
    assert any("different sexes" in sentence for sentence in patient.record.set_aside) is (sex is None)


STAGES = [
    f"{before}{stage}"
    for before in ("", "Stage ", "stage", "AJCC ", "AJCC stage ", "UICC ", "Stadium ")
    for stage in ("3A", "IIIA")
]


@pytest.mark.parametrize("stage", [*STAGES, "c3A", "cIIIA", "pIIIA", "p IIIA", "pathologic stage IIIA", "III A"])
def test_a_stage_is_the_same_in_every_spelling_and_source(stage: str, knowledge: Knowledge, read: ReadCase) -> None:
    assert normalize_stage(stage) == "iiia"
    assert make_record_rules(knowledge).find_extent(stage) == "early"
    record = read({"disease": [{"event": "diagnosis", "date": "2023-01-01", "stage": stage}]})
    assert ([event.extent for event in record.events], record.not_understood) == (["early"], ())


@pytest.mark.parametrize(("letter", "status"), [("A", "absent"), ("V", None), ("Z", "resolved"), ("G", "active")])
def test_the_letter_behind_a_code_of_a_case_file(letter: str, status: str | None, read: ReadCase) -> None:
    record = read(
        {"conditions": [{"icd10": f"I50.9 {letter}", "status": "active"} if letter == "G" else {"icd10": f"I50.9 {letter}"}]}
    )
    assert [(c.term, c.status) for c in record.conditions] == [("heart_failure", status)]
