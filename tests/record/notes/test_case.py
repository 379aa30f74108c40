"""A note as a case file: nothing of it is lost, and the file gives the answer that the note gives."""

from __future__ import annotations

import json
import re

import pytest

from concordant.record.notes.lexicon import WORD, clean_word
from concordant.record.notes.reading import NoteReadings
from concordant.record.sources import Patient
from concordant.record.sources.opening import SourceContent
from tests.record.notes.texts import DAY, load_engine, load_texts

IDS = sorted(load_texts())


def read(id_: str) -> Patient:
    return load_engine().read(SourceContent(load_texts()[id_].encode(), "note.txt"), today=DAY).one()


def readings_of(patient: Patient) -> NoteReadings:
    assert patient.note is not None
    return patient.note.readings


@pytest.mark.parametrize("id_", IDS)
def test_the_case_file_gives_the_answer_of_the_note(id_: str) -> None:
    engine = load_engine()
    note = read(id_)
    assert note.note is not None
    of_note = engine.recommend(note).to_dict()
    of_case = engine.recommend(note.note.case_text.encode(), today=DAY).to_dict()
    assert json.dumps(of_case, sort_keys=True, default=str) == json.dumps(of_note, sort_keys=True, default=str)


@pytest.mark.parametrize("id_", IDS)
def test_every_word_is_a_reading_an_offer_a_mention_unread_or_filling(id_: str) -> None:
    readings = readings_of(read(id_))
    covered = spans_of(readings)
    language = load_engine().knowledge.notes.languages.get(readings.language)
    filling = {clean_word(word) for word in language.filler} if language else set()
    lost = [
        word[0]
        for word in WORD.finditer(readings.text)
        if not any(start <= word.start() < end for start, end in covered)
        and clean_word(word[0].lower()) not in filling
        and not word[0].isdecimal()  # a figure by itself counts as filling
    ]
    assert lost == []


def spans_of(readings: NoteReadings) -> list[tuple[int, int]]:
    spans = [span for fact in readings.facts for span in fact.spans]
    spans += [one.span for one in (*readings.offers, *readings.unread, *readings.mentions)]
    return spans + [one.cue for one in readings.mentions if one.cue]


@pytest.mark.parametrize("id_", IDS)
def test_the_account_has_a_row_for_each_reading_offer_mention_and_word_left(id_: str) -> None:
    patient = read(id_)
    readings = readings_of(patient)
    counts = patient.account.counts
    assert counts["used"] == len(readings.facts)
    assert counts["set aside"] == len(readings.offers) + len(readings.unread)
    assert counts["ignored"] == len(readings.mentions)
    for row in patient.account.rows:
        assert re.fullmatch(r".+:\d+:\d+-\d+", row.place)


@pytest.mark.parametrize("id_", IDS)
def test_what_is_not_understood_and_what_is_to_be_confirmed_stand_on_the_answer(id_: str) -> None:
    patient = read(id_)
    answer = load_engine().recommend(patient).answer
    readings = readings_of(patient)
    told = " ".join(answer.not_understood)
    for one in readings.unread:
        assert " ".join(one.text.split())[:60].replace("[", "(").replace("]", ")") in told
    asked = [notice for notice in answer.notices if notice.startswith("Not taken as told, please confirm: ")]
    assert len(asked) == bool(readings.offers)


def test_a_word_that_ends_as_drugs_do_holds_back() -> None:
    record = read("unknown drugs").record
    assert [course.unknown_drugs for course in record.courses if course.unknown_drugs] != []
    answer = load_engine().recommend(record).answer
    assert any("zanidomab" in name for name in answer.unknown_drugs)


def test_what_cannot_be_is_set_aside_and_said() -> None:
    patient = read("impossible")
    told = " ".join(patient.record.not_understood)
    assert "900 kg" in told and "130 %" in told and "set aside" in told
    assert all(item.name != "weight" for item in patient.record.measurements)
