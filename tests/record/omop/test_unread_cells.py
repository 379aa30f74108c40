"""Every cell of a CDM that has content is read by a rule or counted as not read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import concordant.record.omop
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.omop.read import iter_patients
from concordant.record.omop.schema import READ, CdmTable
from concordant.record.sources import Patient
from concordant.terminology.names import Words
from tests.record.fhir.builders import AS_OF
from tests.record.omop.build import database, tables

ROOM = Path(concordant.record.omop.__file__).parent
CODED = ("_concept_id", "_source_concept_id", "_source_value")


def content_of(column: str, rest: str, number: int) -> Any:
    """Something that the column can hold and that says nothing."""
    if column == "person_id":
        return number
    if column.endswith("_concept_id"):
        return 4_000_000
    kinds = ((("date",), "2021-02-03"), (("timestamp",), "2021-02-03 00:00:00"), (("varchar", "text"), "x"))
    return next((value for names, value in kinds if rest.lower().startswith(names)), 1)


def fill(table: CdmTable, number: int) -> dict[str, Any]:
    """A row with content in every column of the CDM's own table."""
    return {column: content_of(column, rest, number) for column, rest in tables()[table.name]}


def read_people(path: Path, rows: dict[str, list[dict[str, Any]]], knowledge: Knowledge, words: Words) -> list[Patient]:
    people = {number: {"person_id": number, "year_of_birth": 1960} for number in (1, 2, 3)}
    known = {row["person_id"] for row in rows.get("person", ())}
    rows["person"] = [*rows.get("person", ()), *(row for number, row in people.items() if number not in known)]
    return list(iter_patients(database(path, rows), knowledge, words, AS_OF, given=False, rest=Account()))


@pytest.mark.parametrize("table", READ, ids=lambda table: str(table.name))
def test_cells_that_nothing_reads_are_counted_for_their_person(
    table: CdmTable, tmp_path: Path, knowledge: Knowledge, words: Words
) -> None:
    rows = [fill(table, 1), fill(table, 3)]
    for number, row in enumerate(rows):
        row.update({table.key: number + 7} if table.key != "person_id" else {})
    patients = read_people(tmp_path / "cdm.duckdb", {table.name: rows}, knowledge, words)
    unread = {column for column, _ in tables()[table.name]} - set(table.columns)
    expected = {f"{table.name}: {column}": 1 for column in unread}
    assert expected
    assert [dict(patient.account.unread_cells) for patient in patients] == [expected, {}, expected]


def test_an_empty_cell_and_the_concept_of_none_are_no_content(tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    row = {"measurement_id": 1, "person_id": 2, "measurement_concept_id": 0, "measurement_date": "2021-01-01"}
    row |= {"measurement_type_concept_id": 0, "measurement_time": "  ", "provider_id": 0}
    patients = read_people(tmp_path / "cdm.duckdb", {"measurement": [row]}, knowledge, words)
    assert [dict(patient.account.unread_cells) for patient in patients] == [{}, {"measurement: provider_id": 1}, {}]
    assert "1 cell not read" in patients[1].account.sentence


def test_a_column_that_is_fetched_is_read() -> None:
    """What no module names, and is no part of a coded column, would be neither read nor counted."""
    modules = "".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py") if path.name != "schema.py")
    for table in READ:
        stem = "gender" if table.name == "person" else table.name.partition("_")[0]
        known = {table.key, "person_id", *(stem + end for end in CODED)}
        known |= {f"{part}_of_birth" for part in ("year", "month", "day")}
        lost = [column for column in table.columns if column not in known and not re.search(rf'"{column}"', modules)]
        assert not lost, table.name
