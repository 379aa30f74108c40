"""In which language a text is, and whether it is about one patient: what is not sure is not read."""

from __future__ import annotations

import pytest

from concordant.errors import Refused
from concordant.record.notes.reading import NoteReadings
from tests.record.notes.texts import DAY, load_engine, load_texts

SEVERAL = [
    "Pt A: 54F HER2+ MBC on T-DXd.\nPt B: 61M HER2+ on T-DM1.",
    "Patient 1: 54F HER2+ on T-DXd. Patient 2: HER2 negative.",
    "1. 54F HER2+ MBC on T-DXd\n2. 61 yo man, HER2+, LVEF 50%",
    "- 54 yo female HER2+\n- 61 y/o male on T-DM1",
    "Case 1: HER2+ MBC, on T-DXd.\n\nCase 2: HER2+ MBC, brain mets.",
    "Mrs Smith, 54 years, HER2+ MBC. Mr Jones (61 years) has HER2+ disease too.",
]
ONE = [
    "Pt A: 54F HER2+ MBC on T-DXd. Pt A has brain mets.",
    "54F HER2+ MBC. Her mother was diagnosed at 61. Her sister, 50F, is well.",
    "Dear Mr Jones, thank you for seeing Mrs Smith, 54 years, with HER2+ MBC.",
    "1. HER2+ MBC\n2. HTN\n3. T2DM",
    "1. 54F HER2+ MBC\n2. ECOG 1\n3. LVEF 60%",
    "54 yo woman, dx at age 48, relapse at 52. On T-DXd x 61 days.",
    "Arm A: 12 patients. Arm B: 14 patients. She, 54F, had T-DXd.",
]
FOREIGN = {
    "Spanish": "Paciente de 54 años con metástasis hepáticas, tratada con trastuzumab. Niega disnea.",
    "French": "Patiente de 54 ans avec un cancer du sein HER2 positif, sous trastuzumab, sans métastases cérébrales.",
    "Italian": "Paziente di 54 anni con metastasi epatiche, trattata con trastuzumab, senza metastasi cerebrali.",
    "Portuguese": "Paciente de 54 anos com metástases do fígado, tratada com trastuzumab, sem metástases cerebrais, não fuma.",
    "Dutch": "Vrouw van 54 jaar met levermetastasen, behandeld met trastuzumab, geen hersenmetastasen, na een operatie.",
}


def read(text: str) -> NoteReadings:
    return load_engine()._opener.note_reader.notes.read_note(text, "note.txt", DAY)


@pytest.mark.parametrize("text", SEVERAL)
def test_a_text_about_several_patients_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="about several patients"):
        read(text)


@pytest.mark.parametrize("text", [*ONE, *(text for id_, text in load_texts().items())])
def test_a_text_about_one_patient_is_read(text: str) -> None:
    assert read(text).text == text


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_read_of_a_text_in_another_language(language: str) -> None:
    text = FOREIGN[language]
    readings = read(text)
    assert readings.facts == readings.offers == ()
    assert [(one.span, one.text) for one in readings.unread] == [((0, len(text)), text)]
    assert language in readings.refused


@pytest.mark.parametrize("language", FOREIGN)
def test_a_sentence_in_another_language_is_left_as_it_stands(language: str) -> None:
    sentence = FOREIGN[language].split(". ")[0].rstrip(".") + "."
    text = f"She was seen in clinic for the follow-up of her breast cancer. {sentence} LVEF 60% on 3 May 2024."
    readings = read(text)
    start = text.index(sentence)
    assert (start, start + len(sentence)) in [one.span for one in readings.unread]
    assert not [fact for fact in readings.facts for span in fact.spans if start <= span[0] < start + len(sentence)]
    assert "lvef" in {fact.fact for fact in readings.facts}


def test_another_script_is_left_as_it_stands() -> None:
    readings = read(load_texts()["Cyrillic"])
    assert {fact.fact for fact in readings.facts} >= {"lvef"}
    assert not any(fact.fact.startswith(("course", "brain")) for fact in readings.facts)


def test_a_list_of_abbreviations_is_read_without_a_word_of_any_language() -> None:
    assert {fact.fact for fact in read("54F HER2+ MBC LVEF 60%").facts} >= {"age", "sex", "her2", "lvef"}
