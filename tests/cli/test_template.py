"""The empty case file: it tells of nobody, every command takes it, and every example in it counts once it is uncommented."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from concordant.cli.commands import app
from concordant.cli.stories import read_template
from concordant.patient.events import PatientRecord
from concordant.record.casefile.edit import add_stated
from concordant.record.casefile.note_block import NOTE
from concordant.record.casefile.read import KEYS, read_case
from concordant.terminology.names import make_words
from concordant.texts import read_text
from tests.shipped import shipped_knowledge

TODAY = dt.date(2024, 1, 1)
EXAMPLE = re.compile(r"(?m)^  # (?=- |\w+: \w+$)")


def record(text: str) -> PatientRecord:
    knowledge = shipped_knowledge()
    return read_case(read_text(text, "template"), knowledge, make_words(knowledge), TODAY)


def test_it_tells_of_nobody() -> None:
    assert record(read_template()) == PatientRecord(TODAY)


def test_it_has_every_key() -> None:
    """All but what is told of a note, which only the reader of notes writes."""
    assert set(read_text(read_template(), "template").value) == set(KEYS) - {NOTE}


def test_every_example_counts_once_it_is_uncommented() -> None:
    text = read_template()
    filled = record(EXAMPLE.sub("  ", text))
    tables = (filled.markers, filled.events, filled.courses, filled.conditions, filled.measurements, filled.medications)
    entries = sum(map(len, (*tables, filled.unavailable, filled.stated)))
    assert entries == len(EXAMPLE.findall(text)) > 12
    assert filled.not_understood == ()


def test_recommend_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text(read_template(), encoding="utf-8")
    done = CliRunner().invoke(app, ["recommend", str(path), "--format", "json"], standalone_mode=False, catch_exceptions=False)
    answer = json.loads(done.stdout)
    assert answer["answer"] == "needs_data"
    assert [question["blocking"] for question in answer["ask"]][:1] == [True]
    assert answer["options"] == []


def test_ask_starts_from_nothing_and_keeps_the_comments(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text(read_template(), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["ask", str(path), "--write", str(path)], input="metastatic\nq\n", standalone_mode=False, catch_exceptions=False
    )
    assert "Nothing is on record yet." in done.stdout
    kept = path.read_text(encoding="utf-8")
    assert len(record(kept).stated) == 1
    assert "# female | male" in kept
    assert re.search(r"(?m)^as_of: \d{4}-\d\d-\d\d ", kept)


@pytest.mark.parametrize("text", ["as_of:\nname: x\n", "as_of: ~\n", '{"as_of": null, "name": "x"}'])
def test_an_empty_date_is_filled_in_its_place(text: str) -> None:
    value = read_text(add_stated(text, {"pregnant": "no"}, "2024-01-01"), "case").value
    assert value["as_of"] == "2024-01-01"
    assert value["stated"] == {"pregnant": "no"}
