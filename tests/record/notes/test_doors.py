"""The doors of a note: marked text, the page, the JSON API, the questions; no colour without a sign."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from concordant.cli.main import main
from concordant.present.language import load_language
from concordant.present.marked.model import iter_segments
from concordant.present.marked.note import mark_note
from concordant.present.marked.render import render_note
from concordant.record.notes.confirming import confirm_fact, drop_offer
from concordant.record.sources import NoteRead
from concordant.record.sources.opening import SourceContent
from concordant.web.pages import PageBuilder, Upload
from tests.record.notes.texts import DAY, load_engine, load_texts

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def note_of(id_: str) -> NoteRead:
    patient = load_engine().read(SourceContent(load_texts()[id_].encode(), "note.txt"), today=DAY).one()
    assert patient.note is not None
    return patient.note


@pytest.mark.parametrize("id_", sorted(load_texts()))
def test_the_segments_are_the_text(id_: str) -> None:
    marked = mark_note(note_of(id_).readings, load_engine().knowledge, "note.txt", load_language("en"))
    segments = list(iter_segments(marked.text, marked.marks))
    assert "".join(marked.text[one.start : one.end] for one in segments) == marked.text
    begun = {sign for one in segments for sign in one.begins}
    assert begun == {row.sign for group in marked.groups for row in group.rows if row.sign}


@pytest.mark.parametrize("id_", sorted(load_texts()))
def test_without_colours_nothing_is_lost(id_: str) -> None:
    note, knowledge = note_of(id_), load_engine().knowledge
    plain = render_note(note, knowledge, "terminal", width=80, colour=False)
    assert COLOUR.sub("", render_note(note, knowledge, "terminal", width=80, colour=True)) == plain
    assert all(len(line) <= 110 for line in plain.splitlines())


def test_read_prints_the_json_of_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = load_texts()["question"]
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")
    main(["read", str(tmp_path / "note.txt"), "--format", "json", "--as-of", "2024-06-01"])
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"readings", "offers", "unread"}
    for reading in told["readings"]:
        assert reading["sure"] in ("said", "convention")
        assert all(text[start:end].strip() for start, end in reading["spans"])
    assert all(text[slice(*one["span"])] == one["text"] for one in told["unread"])


def test_one_question_settles_whether_all_treatments_are_told() -> None:
    """What a text does not say of treatments is open; with one yes the answer is that of a record."""
    engine = load_engine()
    text = (
        "51 yo F with HER2 3+ breast cancer. Mastectomy, then adjuvant trastuzumab (10 cycles). CT 8 months after completing "
        "trastuzumab shows liver metastases. LVEF 58 %."
    )
    answer = engine.recommend(SourceContent(text.encode(), "note.txt"), today=DAY)
    assert answer.outcome == "needs_data"
    first = answer.questions[0]
    assert first.feature == "treatment_history_complete"
    assert [(change.if_, change.answer) for change in first.changes] == [("yes", "recommends"), ("no", "needs_data")]
    assert answer.what_if(treatment_history_complete="yes").outcome == "recommends"


def test_a_case_file_is_taken_to_name_all_treatments() -> None:
    facts = load_engine().situation(load_engine().read({"as_of": "2024-06-01"}).one().record).facts
    assert facts["treatment_history_complete"].value == "yes"


def test_an_offer_becomes_a_fact_only_when_it_is_confirmed() -> None:
    note, knowledge = note_of("question"), load_engine().knowledge
    case = note.case
    assert all("setting" not in entry for entry in case["treatments"])
    for sentence, (fact, value) in note.offers.items():
        assert sentence in case["note"]["to_confirm"]
        dropped = drop_offer(note.case, sentence)
        assert sentence not in dropped.get("note", {}).get("to_confirm", ())
        case = confirm_fact(case, fact, value, sentence, knowledge)
    assert [entry["setting"] for entry in case["treatments"]] == ["adjuvant"]
    assert "to_confirm" not in case.get("note", {})


def test_on_the_page_an_offer_is_answered_with_a_tap() -> None:
    builder = PageBuilder(load_engine())
    page = builder.build_page({}, DAY, Upload(load_texts()["question"].encode(), "text", is_file=False))
    assert page.problems == ()
    assert "<mark" in page.marked_note
    left = len(page.carried.offers)
    while page.carried.offers:
        sentence = next(iter(page.carried.offers))
        told = {"case": [page.case_json], "carried": [page.carried.encode()], "offer": [f"yes:{sentence}"]}
        page = builder.build_page(told, DAY)
        assert len(page.carried.offers) == (left := left - 1)
    assert page.case["treatments"] == [{"drugs": ["trastuzumab"], "cycles": "10", "setting": "adjuvant"}]
