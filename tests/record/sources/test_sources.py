"""Tables and databases at the command line: what is taken for one, and that the pages say what can be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from concordant.cli.commands import app
from concordant.record.builder import RecordBuilder
from concordant.record.omop.schema import FILES
from concordant.record.sources.tables import is_cdm, is_table_mapping
from concordant.record.table import mapping
from tests.record.omop import build
from tests.record.omop.test_omop import STORY
from tests.record.table.test_tcga import MAPPING, SLICE, placed

DOCS = Path(__file__).parents[3] / "docs"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--as-of", "2026-01-01"])


def shape(answer: dict[str, Any]) -> list[Any]:
    """An answer without the places of entries, which are those of another file."""
    offers = [(o["regimen"], o["role"], o["status"], o["label"]["fit"]) for o in answer["options"]]
    bars = [(a["regimen"], a["kind"], a["why"]) for a in answer["avoid"]]
    asked = [(a["feature"], a["blocking"], a["changes"]) for a in answer["ask"]]
    return [answer["answer"], answer["line_of_therapy"], offers, bars, asked, len(answer["conflicts"]), answer["assumed"]]


def test_a_mapping_is_answered_for_all(tmp_path: Path) -> None:
    done = run("recommend", str(placed(SLICE, tmp_path)), "--all")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [a["patient"] for a in answers if a["answer"] == "recommends"] == [
        "TCGA-A7-A26H",
        "TCGA-A8-A08T",
        "TCGA-E2-A152",
        "TCGA-E2-A1LE",
    ]


def test_what_was_read_gives_the_same_answer(tmp_path: Path) -> None:
    source = str(placed(SLICE, tmp_path))
    for id_ in ("TCGA-E2-A1LE", "TCGA-E2-A152", "TCGA-A8-A08T"):
        case = run("read", source, "--patient", id_, "-o", str(tmp_path / "case.yaml"))
        assert case.exit_code == 0
        told = json.loads(run("recommend", source, "--patient", id_, "--format", "json").stdout)
        again = json.loads(run("recommend", str(tmp_path / "case.yaml"), "--format", "json").stdout)
        assert shape(told) == shape(again), id_


@pytest.mark.parametrize("form", ["duckdb", "csv", "parquet"])
def test_a_cdm_is_answered(form: str, tmp_path: Path) -> None:
    made = build.database(tmp_path / "x.duckdb", STORY)
    source = made if form == "duckdb" else build.exported(made, tmp_path / form, form)
    done = run("recommend", str(source), "--patient", "1", "--format", "json")
    assert json.loads(done.stdout)["line_of_therapy"] == "second"


def test_one_person_is_found_without_telling_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build.database(tmp_path / "x.duckdb", STORY)
    told: list[str] = []
    finish = RecordBuilder.build_record
    monkeypatch.setattr(RecordBuilder, "build_record", lambda self: (told.append(self.id), finish(self))[1])
    assert run("recommend", str(made), "--patient", "3", "--format", "json").exit_code == 0
    assert told == ["3"]
    missing = run("recommend", str(made), "--patient", "8")
    assert str(missing.exception).endswith("there is no patient '8'. There: 1, 2, 3")


def test_a_duckdb_file_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    made = build.database(tmp_path / "x.db", STORY)
    assert is_cdm(str(made))
    (tmp_path / "y.db").write_bytes(b"DUCK" + b"x" * 20)
    assert not is_cdm(str(tmp_path / "y.db"))
    assert is_cdm("postgresql://server/cdm")


def test_a_mapping_is_no_case_file(tmp_path: Path) -> None:
    assert is_table_mapping(str(MAPPING))
    case = tmp_path / "case.yaml"
    case.write_text("as_of: 2023-01-01\nname: a table: of things\n", encoding="utf-8")
    assert not is_table_mapping(str(case))


def test_rows_of_nobody_are_told(tmp_path: Path) -> None:
    rows = {**STORY, "drug_exposure": [build.drug(9, 2000, build.TRASTUZUMAB, "2021-01-01")]}
    done = run("read", str(build.database(tmp_path / "x.duckdb", rows)), "--all", "--report")
    assert "drug_exposure 9: set aside: there is no such person" in done.stderr


def test_every_key_of_a_mapping_is_documented() -> None:
    page = (DOCS / "tables.md").read_text(encoding="utf-8")
    keys = {*mapping.TOP, *mapping.FILE, *mapping.CELL, *mapping.BLOCKS, *mapping.SEPARATORS, "when", "without", "says", "why"}
    assert {key for key in keys if f"`{key}`" not in page and f"{key}:" not in page} == set()


def test_every_table_of_the_cdm_is_documented() -> None:
    page = (DOCS / "omop.md").read_text(encoding="utf-8")
    assert {table.name for table in FILES if f"`{table.name}`" not in page} == set()
