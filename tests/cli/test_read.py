"""The verb `read`: the case file, the table, what was set aside, and which patient is meant."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concordant.cli.main import main
from concordant.cli.opening import WAYS_OUT
from concordant.errors import ConcordantError, Unreadable
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.present.language import load_language
from concordant.present.page.account_table import render_account, show_account
from concordant.record.casefile.account import make_account
from concordant.record.casefile.read import read_case
from concordant.record.sources import Patient
from concordant.record.sources.choosing import choose_patients
from concordant.terminology.names import Words
from concordant.texts import read_file, read_text

AS_OF = dt.date(2023, 6, 1)
CASES = sorted((FOLDER / "cases").glob("*.yaml"))
BRAIN = str(next(path for path in CASES if path.name.startswith("A19")))


def someone(id_: str) -> Patient:
    account = Account()
    account.mark_used("Observation/1", "Observation", "lvef")
    account.mark_ignored("Observation/2", "Observation", "not asked about")
    account.mark_set_aside("Observation/3", "Observation", "dated 2099")
    account.unmapped["loinc", "1234-5", "Something"] = 3
    return Patient(id_, PatientRecord(AS_OF, notes={"Course/1": ("12 entries", "docetaxel was begun")}), account)


def entries_in(value: dict[str, Any]) -> int:
    blocks = ("tumor_markers", "disease", "treatments", "conditions", "measurements", "medications", "patient", "stated")
    return sum(len(value.get(block) or ()) for block in (*blocks, "unavailable"))


def test_every_entry_of_every_case_has_one_fate(knowledge: Knowledge, words: Words) -> None:
    read = 0
    for path in CASES:
        text = read_file(path)
        try:
            record = read_case(text, knowledge, words, AS_OF)
        except ConcordantError:
            continue
        account = make_account(record, text)
        assert len(account.rows) == entries_in(text.value) == sum(account.counts.values()), path.name
        assert len({row.place for row in account.rows}) == len(account.rows), path.name
        read += 1
    assert read > 280


def test_what_a_date_leaves_out_is_ignored_with_the_reason(knowledge: Knowledge, words: Words) -> None:
    text = read_text(
        "medications: [{name: ketoconazole, end: 2020}, {name: omeprazole}]\nmeasurements:\n"
        "  - {name: lvef, value: 62 %, date: 2023-09-01}\n  - {name: lvef, value: 60 %, date: 2023-01-01}\n",
        "x",
    )
    record = read_case(text, knowledge, words, AS_OF, given=True)
    fates = {row.place: (row.fate, row.why) for row in make_account(record, text).rows}
    assert fates == {
        "medications[1]": ("ignored", "it is not taken at the date of the question"),
        "medications[2]": ("used", "medication"),
        "measurements[1]": ("ignored", "it lies after the date asked for"),
        "measurements[2]": ("used", "lvef"),
    }


def test_read_prints_a_case_file_with_the_same_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["read", BRAIN, "-o", str(tmp_path / "again.yaml")]) == 0
    answers = []
    for path in (BRAIN, str(tmp_path / "again.yaml")):
        assert main(["recommend", path, "--format", "json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    for key in ("answer", "line_of_therapy", "options", "ask", "checks", "assumed"):
        assert answers[0][key] == answers[1][key]


def test_report_counts_what_it_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", BRAIN, "--report"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "16 entries: 16 used, 0 ignored, 0 set aside"
    assert sum(line.startswith("used ") for line in lines) == 16


def test_the_table_lists_each_entry_the_codes_and_the_courses() -> None:
    assert render_account(show_account(someone("P1")), load_language("en")).splitlines() == [
        "P1, as of 1 Jun 2023",
        "3 entries: 1 used, 1 ignored, 1 set aside",
        "",
        "used       Observation/1  Observation  lvef",
        "ignored    Observation/2  Observation  not asked about",
        "set aside  Observation/3  Observation  dated 2099",
        "",
        "Codes and words that were met and not mapped:",
        "      3 x  loinc  1234-5  Something",
        "",
        "Courses of treatment, and what each rests on:",
        "  Course/1: 12 entries; docetaxel was begun",
    ]


def test_all_patients_and_what_was_set_aside(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concordant.cli.opening.open_patients", lambda *_: iter([someone("P1"), someone("P/2")]))
    refused = tmp_path / "refused.ndjson"
    assert main(["read", "x", "--all", "--report", "--refused", str(refused)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 patients, 6 entries: 2 used, 2 ignored, 2 set aside"
    told = [json.loads(line) for line in refused.read_text().splitlines()]
    assert [row["patient"] for row in told] == ["P1", "P/2"]
    assert told[0] == {"patient": "P1", "place": "Observation/3", "kind": "Observation", "why": "dated 2099"}
    assert main(["read", "x", "--all", "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["00001-P1.yaml", "00002-P-2.yaml"]
    assert main(["read", "x", "--all"]) == 0
    assert capsys.readouterr().out.count("\n---\n") == 1


def test_a_line_that_belongs_to_nobody_is_kept_with_what_was_set_aside(tmp_path: Path) -> None:
    source, refused = tmp_path / "bulk.ndjson", tmp_path / "refused.ndjson"
    source.write_text('{"resourceType": "Patient", "id": "p"}\n{"resourceType": broken\n', encoding="utf-8")
    assert main(["read", str(source), "--report", "--refused", str(refused)]) == 0
    told = [json.loads(line) for line in refused.read_text().splitlines()]
    assert [(row["patient"], row["place"], row["kind"]) for row in told] == [("", f"{source}:2", "line")]
    assert told[0]["why"].startswith("JSON is malformed")


def several() -> Iterator[Patient]:
    return (someone(f"P{i}") for i in range(30))


def test_one_of_several_is_picked_by_its_id() -> None:
    assert [patient.id for patient in choose_patients(several(), "x", "P7", every=False)] == ["P7"]
    assert len(list(choose_patients(several(), "x", "", every=True))) == 30


@pytest.mark.parametrize(
    ("patients", "id_", "says"),
    [
        (several(), "", "x: there are several patients. Pick one with --patient, or take them all with --all: P0, P1, "),
        (several(), "P77", "x: there is no patient 'P77'. Did you mean 'P7'?"),
        (iter(()), "", "x: no patient was found. `concordant read --report` says"),
        (iter([someone("")]), "P1", "x: there is no patient 'P1'. It names none; leave out --patient"),
    ],
)
def test_which_patient_is_meant_has_to_be_plain(patients: Iterator[Patient], id_: str, says: str) -> None:
    with pytest.raises(Unreadable) as error:
        list(choose_patients(patients, "x", id_, every=False, ways_out=WAYS_OUT))
    assert str(error.value).startswith(says)


def test_a_file_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["read", BRAIN, "--refused", str(tmp_path / "no" / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_answers_are_never_written_over_a_source_that_is_no_case_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "bundle.json"
    source.write_text('{"resourceType": "Patient", "id": "p"}', encoding="utf-8")
    before = source.read_bytes()
    assert main(["ask", str(source), "--write", str(source)]) == 2
    assert "this would be written over its own source" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_all_patients_go_with_no_other_choice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", BRAIN, "--all", "--patient", "x"]) == 2
    assert "--all goes with neither --patient nor another format" in capsys.readouterr().err
