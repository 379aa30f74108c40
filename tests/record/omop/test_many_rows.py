"""No row is lost where a table has more of them than are fetched at once, whatever else is asked of the database meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from concordant.api import Engine
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.omop.database import AT_ONCE
from tests.record.fhir.builders import AS_OF
from tests.record.omop import build
from tests.record.omop.build import database, exported, measured, person

PEOPLE, EACH = 3, AT_ONCE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [measured(n, n % PEOPLE + 1, build.WEIGHT, "2023-05-01", value_as_number=60) for n in range(PEOPLE * EACH)]
    return database(
        tmp_path_factory.mktemp("cdm") / "x.duckdb", {"person": [person(n + 1) for n in range(PEOPLE)], "measurement": rows}
    )


@pytest.mark.parametrize("form", ["duckdb", "parquet", "csv"])
def test_every_row_of_a_long_table_is_read(form: str, made: Path, tmp_path: Path, knowledge: Knowledge) -> None:
    source = made if form == "duckdb" else exported(made, tmp_path / "folder", form)
    patients = list(Engine(knowledge).read(source, today=AS_OF))
    assert [sum(row.kind == "measurement" for row in one.account.rows) for one in patients] == [EACH] * PEOPLE


def test_a_torn_line_of_a_long_table_is_named_and_costs_no_other(made: Path, tmp_path: Path, knowledge: Knowledge) -> None:
    folder, rest = exported(made, tmp_path / "folder", "csv"), Account()
    with (folder / "measurement.csv").open("a", encoding="utf-8") as file:
        file.write("torn,line\n")
    patients = list(Engine(knowledge).read(folder, today=AS_OF).stream(rest))
    assert [sum(row.kind == "measurement" for row in one.account.rows) for one in patients] == [EACH] * PEOPLE
    assert [row.place for row in rest.rows] == [f"measurement.csv, line {PEOPLE * EACH + 2}"]
