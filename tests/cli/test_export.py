"""`export`: the facts of every patient of a source, and the query that decides on them, from files alone."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest

from concordant.api import Engine
from concordant.cli.main import main
from concordant.export.facts import write_row, write_table
from concordant.logic.intervals import Interval, step_above
from concordant.patient.fact_table import make_fact_row
from concordant.patient.facts import Fact
from tests.cli.test_batch import break_reading
from tests.export.judges import ask_judge, needed
from tests.record.fhir.builders import bundle, diagnosis, woman
from tests.shipped import case, shipped_knowledge

IDS = ("1", "2", "3")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    told = json.dumps(bundle(*(r for i in IDS for r in (woman(i), diagnosis(f"c{i}", i)))))
    Path("all.json").write_text(told, encoding="utf-8")
    return tmp_path


def decided_by_sqlite() -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        base.row_factory = sqlite3.Row
        base.executescript(Path("facts.sql").read_text(encoding="utf-8"))
        return [dict(row) for row in base.execute(Path("decide.sql").read_text(encoding="utf-8"))]


def export(*arguments: str) -> int:
    return main(["export", *arguments])


def test_the_patients_of_a_source_are_decided_from_two_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("all.json", "--to", "facts", "--dialect", "sqlite", "--as-of", "2023-06-01", "-o", "facts.sql") == 0
    assert capsys.readouterr().err.endswith("3 patients: 3 written, 0 refused.\n")
    assert export("--to", "sql", "--dialect", "sqlite", "--as-of", "2023-06-01", "-o", "decide.sql") == 0
    engine = Engine(shipped_knowledge())
    wanted = {patient.id: engine.decide(patient) for patient in engine.read("all.json", as_of="2023-06-01")}
    found = {row["patient"]: (row["answer"], row["outcome"]) for row in decided_by_sqlite()}
    assert found == {id_: (decision.answer, "|".join(decision.outcome[1])) for id_, decision in wanted.items()}


def test_the_parameters_of_the_patients_are_decided_by_the_library(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needed()
    assert export("all.json", "--to", "parameters", "--as-of", "2023-06-01", "-o", "facts.ndjson") == 0
    assert capsys.readouterr().err.endswith("3 patients: 3 written, 0 refused.\n")
    assert export("--to", "elm", "--as-of", "2023-06-01", "-o", "decide.json") == 0
    told = [json.loads(line) for line in ask_judge("execute.mjs", here / "decide.json", here / "facts.ndjson").splitlines()]
    engine = Engine(shipped_knowledge())
    wanted = [engine.decide(patient) for patient in engine.read("all.json", as_of="2023-06-01")]
    assert [(one["answer"], one["outcome"]) for one in told] == [(one.answer, list(one.outcome[1])) for one in wanted]


def test_text_and_bundle_hold_the_same_library(here: Path) -> None:
    assert export("--to", "cql", "--as-of", "2023-06-01", "-o", "decide.cql") == 0
    assert export("--to", "plan-definition", "--as-of", "2023-06-01", "--canonical", "urn:mine", "-o", "bundle.json") == 0
    library = json.loads(Path("bundle.json").read_bytes())["entry"][0]["resource"]
    text = Path("decide.cql").read_text(encoding="utf-8")
    assert base64.b64decode(library["content"][0]["data"]).decode().startswith(text)
    assert f"\nlibrary \"{library['name']}\" version '{library['version']}'\n" in text
    assert library["url"] == f"urn:mine/Library/{library['name']}"


def test_one_patient_never_stops_a_batch_and_the_count_adds_up(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_reading(monkeypatch)
    assert export("all.json", "--to", "facts", "--as-of", "2023-06-01", "-o", "facts.sql") == 70
    assert "3 patients: 2 written, 1 refused." in capsys.readouterr().err
    assert Path("facts.sql").read_text(encoding="utf-8").count("INSERT INTO facts") == 2


def test_a_number_beside_a_bound_is_the_same_in_the_table(here: Path) -> None:
    """More than 12 is the float after 12: one digit less, and it is 12."""
    knowledge = shipped_knowledge()
    feature = next(one for one in knowledge.features if one.type == "number")
    value = Interval(step_above(12.0), 12.1)
    facts = {one.name: Fact(one.name, value if one is feature else None, "stated") for one in knowledge.features}
    row = make_fact_row("it's", (), knowledge.features, facts)
    with duckdb.connect() as base:
        base.execute(write_table(knowledge.features, "duckdb") + write_row(row, "duckdb"))
        query = f"SELECT patient, {feature.name}_low, {feature.name}_high FROM facts"
        assert base.execute(query).fetchall() == [("it's", step_above(12.0), 12.1)]


REFUSED = {
    "a query for one patient": (("A.yaml", "--to", "sql"), r"A\.yaml: what decides is the same for all patients"),
    "facts by a guideline": (("--to", "facts", "--guideline", "x/1"), r"--guideline: facts are the same"),
    "a library for one patient": (("A.yaml", "--to", "cql"), r"A\.yaml: what decides is the same for all patients"),
    "parameters of nobody": (("--to", "parameters"), r"--to parameters: no patients are named\. Name a source"),
    "an address that is none": (
        ("--to", "plan-definition", "--canonical", "here"),
        r"here: no address for resources\. Write it as h",
    ),
    "a guideline that is not there, in CQL": (("--to", "elm", "--guideline", "nix/1"), r"no guideline 'nix/1'"),
    "a guideline that is not there": (("--to", "sql", "--guideline", "nix/1"), r"no guideline 'nix/1'"),
    "a file that is not there": (("nix.yaml", "--to", "facts"), r"nix\.yaml: no such file"),
    "a dialect that is not known": (("--to", "sql", "--dialect", "tsql"), r"'tsql' is not one of"),
    "over its own source": (("all.json", "--to", "facts", "-o", "all.json"), r"written over its own source"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_wrong_usage_is_told(what: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, says = REFUSED[what]
    assert export(*arguments) == 2
    assert re.search(says, capsys.readouterr().err)


def test_a_case_file_is_named_by_its_file(here: Path) -> None:
    Path("mine.yaml").write_text(case("A03").read_text(encoding="utf-8"), encoding="utf-8")
    assert export("mine.yaml", "--to", "facts", "-o", "facts.sql") == 0
    assert "VALUES ('mine.yaml', " in Path("facts.sql").read_text(encoding="utf-8")


EXPORTED = ("sql", "cql", "plan-definition")


@pytest.mark.parametrize("to", EXPORTED)
def test_a_day_without_a_guideline_is_refused(to: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("--to", to, "--as-of", "2010-01-01") == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "no guideline of this knowledge is in force on 2010-01-01. Name a later day with --as-of" in told.err


@pytest.mark.parametrize("to", EXPORTED)
def test_every_export_says_that_no_clinician_has_reviewed_it(to: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("--to", to) == 0
    assert "No clinician has reviewed this" in capsys.readouterr().out
