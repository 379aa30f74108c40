"""One patient never stops a batch: its line carries the error, all others are answered, and the exit code comes at the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine
from concordant.cli.main import main
from concordant.record.builder import RecordBuilder
from concordant.record.sources import Patient
from tests.record.fhir.builders import bundle, diagnosis, woman
from tests.record.omop.build import CANCER, condition, database, person

SECRET = "a word of the record"
IDS = ("1", "2", "3")


def write_fhir(folder: Path) -> str:
    (folder / "all.json").write_text(json.dumps(bundle(*(r for i in IDS for r in (woman(i), diagnosis(f"c{i}", i))))))
    return str(folder / "all.json")


def write_lines(folder: Path) -> str:
    lines = [json.dumps(r) for i in IDS for r in (woman(i), diagnosis(f"c{i}", i))]
    (folder / "all.ndjson").write_text("\n".join(lines))
    return str(folder / "all.ndjson")


def write_omop(folder: Path) -> str:
    sick = [condition(int(i), int(i), CANCER, "2022-12-01") for i in IDS]
    return str(database(folder / "all.duckdb", {"person": [person(int(i)) for i in IDS], "condition_occurrence": sick}))


def write_table(folder: Path) -> str:
    (folder / "people.csv").write_text("id,sex\n" + "".join(f"{i},female\n" for i in IDS))
    mapping = "table: people\nfiles:\n  people: {path: people.csv, patient: id, entries: [{block: patient, sex: sex}]}\n"
    (folder / "map.yaml").write_text(mapping)
    return str(folder / "map.yaml")


SOURCES: dict[str, Callable[[Path], str]] = {"fhir": write_fhir, "lines": write_lines, "omop": write_omop, "table": write_table}


def break_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = RecordBuilder.build_record

    def build(self: RecordBuilder, name: str = "") -> Patient:
        if self.id == "2":
            raise KeyError(SECRET)
        return whole(self, name)

    monkeypatch.setattr(RecordBuilder, "build_record", build)


def break_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Engine.recommend

    def answer(self: Engine, patient: Patient, **how: Any) -> object:
        if patient.id == "2":
            raise KeyError(SECRET)
        return whole(self, patient, **how)

    monkeypatch.setattr(Engine, "recommend", answer)


@pytest.mark.parametrize("breaks", [break_reading, break_answering])
@pytest.mark.parametrize("source", SOURCES)
def test_one_patient_never_stops_a_batch(
    source: str,
    breaks: Callable[[pytest.MonkeyPatch], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = SOURCES[source](tmp_path)
    breaks(monkeypatch)
    assert main(["recommend", name, "--all", "--as-of", "2023-06-01"]) == 70
    out, err = capsys.readouterr()
    lines = {line["patient"]: line for line in map(json.loads, out.splitlines())}
    assert sorted(lines) == list(IDS)
    assert set(lines["2"]) == {"patient", "error"}
    assert "KeyError in" in lines["2"]["error"]
    assert all("answer" in lines[id_] for id_ in ("1", "3"))
    assert SECRET not in out + err
    assert "3 patients: 2 answered, 0 refused, 1 failed." in err


def test_a_record_that_could_not_be_read_is_not_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty record would be answered as that of an untreated patient."""
    name = write_fhir(tmp_path)
    break_reading(monkeypatch)
    for arguments in (("recommend", "--patient", "2"), ("read", "--patient", "2"), ("explain", "--patient", "2")):
        assert main([arguments[0], name, *arguments[1:]]) == 70
        assert SECRET not in "".join(capsys.readouterr())
    assert main(["read", name, "--all"]) == 70
    assert capsys.readouterr().out.count("patient:") == 2
