"""A quote that holds rows together, a file in another encoding, a course that cannot be: nothing moves to another patient."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.errors import ConcordantError
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.sources import Patient
from concordant.record.table.read import iter_patients
from concordant.terminology.names import Words

AS_OF = dt.date(2023, 6, 1)
HEADER = "id,sex,ihc,drug,from,to,why,note\n"
MAPPING = """
table: one file
files:
  p:
    path: p.csv
    patient: id
    entries:
      - {block: patient, sex: {column: sex, values: {F: female, M: male}}}
      - {block: tumor_markers, test: {is: her2_ihc}, value: ihc}
      - {block: treatments, drugs: drug, start: {date: from}, end: {date: to}, stopped: why}
"""


class Rows:
    """Writes rows below the header, and reads them."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words = folder, knowledge, words

    def read(self, rows: str, encoding: str = "utf-8") -> dict[str, Patient]:
        (self.folder / "p.csv").write_bytes((HEADER + rows).encode(encoding))
        (self.folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
        stream = iter_patients(self.folder / "map.yaml", self.knowledge, self.words, AS_OF, given=False, rest=Account())
        return {patient.id: patient for patient in stream}


@pytest.fixture
def rows(tmp_path: Path, knowledge: Knowledge, words: Words) -> Rows:
    return Rows(tmp_path, knowledge, words)


def _row(id_: str, ihc: str = "3+", note: str = "") -> str:
    return f"{id_},F,{ihc},Herceptin,2021-03-04,2021-06-04,progression,{note}\n"


STRAY = {  # the place of a sign that opens a quote: the row that holds it
    "in the last cell": _row("1", note='"5 cm'),
    "in the second cell": _row("1").replace(",F,", ',"F,'),
    "in the drug": _row("1").replace("Herceptin", '"Herceptin'),
}


@pytest.mark.parametrize("closing", ["", _row("3", "0").replace(",F,", ',F",'), _row("3", "0", '5"')])
@pytest.mark.parametrize("row", STRAY.values(), ids=STRAY)
def test_rows_within_a_quote_are_set_aside_with_their_patients(row: str, closing: str, rows: Rows, plan: DerivationPlan) -> None:
    patients = rows.read(_row("0", "1+") + row + _row("2") + closing)
    held = {"1", "2", *(["3"] if closing else [])}
    assert set(patients) == {"0", *held}
    assert patients["0"].record.markers[0].word == "1+"
    for id_ in held:
        [told] = patients[id_].account.rows
        assert (told.fate, "quote" in told.why) == ("set aside", True)
        facts = derive_facts(patients[id_].record, plan)
        assert (facts["her2_ihc"].value, facts["received_trastuzumab"].value) == (None, None)


@pytest.mark.parametrize(
    "note", ['"two\nlines"', '"pain, nausea\nfatigue, fever"', '"said ""no""\nand left"', '"\n\n\n"', 'a 5" wound', '"a\r\nb"']
)
def test_a_cell_of_several_lines_is_a_cell(note: str, rows: Rows) -> None:
    patients = rows.read(_row("1", "3+", note) + _row("2", "0"))
    assert [patient.record.markers[0].word for patient in patients.values()] == ["3+", "0"]
    assert [row.fate for patient in patients.values() for row in patient.account.rows] == ["used", "used"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_another_encoding_is_told_as_such(encoding: str, rows: Rows) -> None:
    with pytest.raises(ConcordantError) as found:
        rows.read(_row("1"), encoding)
    assert [(complaint.says, complaint.way_out) for complaint in found.value.complaints] == [
        ("not UTF-8 text", "Save the file as UTF-8")
    ]


ENDS = {"2021-06-04": True, "2021-06": True, "2021": True, "2023": False, "2023-06-01": False, "2024-01-01": False, "": False}


@pytest.mark.parametrize(("end", "is_wrong"), ENDS.items())
def test_a_course_that_goes_on_has_not_ended(end: str, is_wrong: bool, rows: Rows) -> None:
    [patient] = rows.read(_row("1").replace("2021-06-04,progression", f"{end},ongoing")).values()
    [course] = patient.record.courses
    if is_wrong:
        assert (course.drugs, course.unknown_drugs, course.stopped) == ((), ("trastuzumab",), None)
        assert "is said to be ongoing and has an end" in patient.record.set_aside[0]
    else:
        assert (course.drugs, course.stopped, patient.record.set_aside) == (("trastuzumab",), "ongoing", ())
