"""What an export writes below its rows is no patient, and a patient whose id is odd is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.sources import Patient
from concordant.record.table.read import iter_patients
from concordant.terminology.names import Words
from tests.conftest import AS_OF

HEAD = "id,sex,ef,day\n"
ROWS = "P01,female,60,2023-03-01\nP02,female,55,2023-03-02\n"
MAPPING = """
table: cohort
files:
  people:
    path: people.csv
    patient: id
    entries: [{block: patient, sex: sex}, {block: measurements, name: {is: lvef}, value: ef, date: day}]
"""


@pytest.fixture
def table(tmp_path: Path, knowledge: Knowledge, words: Words) -> Table:
    return Table(tmp_path, knowledge, words)


class Table:
    """A table of people in a folder."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words = folder, knowledge, words
        self.rest = Account()

    def read(self, text: str) -> dict[str, Patient]:
        (self.folder / "people.csv").write_text(text, encoding="utf-8")
        (self.folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
        self.rest = Account()
        path = self.folder / "map.yaml"
        return {one.id: one for one in iter_patients(path, self.knowledge, self.words, AS_OF, given=False, rest=self.rest)}


CLOSING = [
    "Total 23 rows", "-- end of export --", "(23 rows affected)", "(1 row affected)", "Total: 2", "2 rows", "2 row(s) returned",
    "*** END OF FILE ***", "Records: 2", "Total records exported: 2", "-- 2 records --", "End of report", "Summe: 2", "Gesamt 2",
    "2 Zeilen", "Ende der Datei", "2 Datensätze exportiert", "EOF", "Total", "Generated on 2024-01-01 by STAT 9.4",
    "2 rows selected.", "-- End of listing --", "Query completed 2024-01-01 10:30",
]  # fmt: skip


@pytest.mark.parametrize("line", CLOSING)
@pytest.mark.parametrize("shape", ["{}\n", "{},,,\n", "\n{}\n\n", ",,{},\n", "{}"])
def test_a_closing_line_is_no_patient(line: str, shape: str, table: Table) -> None:
    if shape in ("{},,,\n", ",,{},\n") and len(line.split()) == 1:
        return  # a whole row that tells an id alone: see below
    patients = table.read(HEAD + ROWS + shape.format(line))
    assert sorted(patients) == ["P01", "P02"]
    assert all(patient.record.incomplete == () for patient in patients.values())
    [row] = table.rest.rows
    assert (row.fate, line.strip() in row.why) == ("set aside", True)


def test_several_of_them(table: Table) -> None:
    assert sorted(table.read(HEAD + ROWS + "\n-- end of export --\n(2 rows affected)\n\nTotal 2 rows\n")) == ["P01", "P02"]
    assert [row.fate for row in table.rest.rows] == ["set aside"] * 3


@pytest.mark.parametrize("line", ["---,------,--,----------", "===,===,===,===", HEAD.strip()])
@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_line_of_signs_or_the_head_again(line: str, where: int, table: Table) -> None:
    lines = ROWS.splitlines()
    lines.insert(where, line)
    assert sorted(table.read(HEAD + "\n".join(lines) + "\n")) == ["P01", "P02"]
    assert [row.fate for row in table.rest.rows] == ["set aside"]


# Ids that are odd, each in a row that tells something, in one that tells nothing, and in one that is cut short.
ODD = [
    "Total-Care-001", "END-7", "Row 5", "Record 12", "Patient 3", "P 03", "AM 12", "N 4", "No 7", "Line 3", "#3", "-3", "(3)",
    "Müller, A.", "end-stage 4", "Totally odd", "Export", "Subject 9 of 40", "1/2023", "data 5", "0",
]  # fmt: skip


@pytest.mark.parametrize("id_", ODD)
def test_a_patient_with_an_odd_id_is_one(id_: str, table: Table) -> None:
    quoted = f'"{id_}"'
    for row in (f"{quoted},female,60,2023-03-01\n", f"{quoted},,,\n", f"{quoted},female\n", f"{quoted}\n"):
        assert sorted(table.read(HEAD + ROWS + row)) == sorted(["P01", "P02", id_]), row
        assert not table.rest.rows


TELLING = ["Total 23 rows", "End of export", "(23 rows affected)"]


@pytest.mark.parametrize("id_", TELLING)
def test_such_an_id_is_a_patient_wherever_it_is_not_alone_at_the_end(id_: str, table: Table) -> None:
    for text in (
        HEAD + ROWS + f"{id_},female,60,2023-03-01\n",  # it tells something
        HEAD + f"{id_},,,\n" + ROWS,  # it is not at the end
        HEAD + ROWS + f"{id_},,,\n{id_},,,\n",  # it has several rows
        HEAD + f"{id_},female,60,2023-03-01\n" + ROWS + f"{id_},,,\n",
    ):
        assert id_ in table.read(text)


@pytest.mark.parametrize("id_", ["Total", "END", "Records"])
def test_a_whole_row_with_an_id_of_one_word_is_a_patient(id_: str, table: Table) -> None:
    assert id_ in table.read(HEAD + ROWS + f"{id_},,,\n")


def test_ids_of_one_kind_are_patients(table: Table) -> None:
    people = "".join(f"Total {n},female,60,2023-03-01\n" for n in range(3))
    assert len(table.read(HEAD + people + "Total 3,,,\n")) == 4
