"""An allergy that a note tells stands on the record: to any drug; one to what nobody knows stands first on the answer."""

from __future__ import annotations

from itertools import product

import pytest

from concordant.record.sources import Patient
from concordant.record.sources.opening import SourceContent
from tests.record.notes.texts import DAY, load_engine

BEGIN = {"en": "54F HER2+ MBC, seen in the clinic.\n\n", "de": "Die Patientin hat ein HER2-positives Mammakarzinom. "}
TOLD = {
    "en": [
        "Allergies: {} (rash).",
        "She is allergic to {}.",
        "Anaphylaxis to {} in 2021.",
        "Known {} allergy.",
        "ALLERGIES\n{}, nuts",
    ],
    "de": ["Allergien: {} (Exanthem).", "Sie ist allergisch auf {}.", "Anaphylaxie auf {} 2021.", "Bekannte Allergie gegen {}."],
}
NOT_TOLD = {
    "en": [
        "No allergy to {}.",
        "Her sister is allergic to {}.",
        "If she were allergic to {}, what then?",
        "Good response to {}.",
    ],
    "de": ["Keine Allergie gegen {}.", "Ihre Schwester ist allergisch auf {}.", "Gutes Ansprechen auf {}."],
}
# A drug, and the features of which it makes one true.
DRUGS = {
    "trastuzumab": "hypersensitivity_to_trastuzumab",
    "Herceptin": "hypersensitivity_to_trastuzumab_antibody",
    "pertuzumab": "hypersensitivity_to_pertuzumab",
    "Kadcyla": "hypersensitivity_to_trastuzumab_emtansine",
    "docetaxel": "docetaxel_hypersensitivity",
    "capecitabine": "hypersensitivity_to_capecitabine",
    "Phesgo": "hypersensitivity_to_pertuzumab",
}
UNREAD = {"Cremophor": "Cremophor", "zanidomab": "zanidomab"}
ROWS = [(code, wording, drug) for code, wordings in TOLD.items() for wording, drug in product(wordings, DRUGS)]


def read(code: str, text: str) -> Patient:
    return load_engine().read(SourceContent(f"{BEGIN[code]}{text}".encode(), "note.txt"), today=DAY).one()


@pytest.mark.parametrize(("code", "wording", "drug"), ROWS)
def test_an_allergy_is_one_of_the_record(code: str, wording: str, drug: str) -> None:
    patient = read(code, wording.format(drug))
    fact = load_engine().situation(patient.record).facts[DRUGS[drug]]
    assert fact.value == "yes", fact
    assert patient.record.courses == ()


@pytest.mark.parametrize(("code", "wording"), [(code, wording) for code, wordings in NOT_TOLD.items() for wording in wordings])
@pytest.mark.parametrize("drug", DRUGS)
def test_no_allergy_is_told(code: str, wording: str, drug: str) -> None:
    fact = load_engine().situation(read(code, wording.format(drug)).record).facts[DRUGS[drug]]
    assert fact.value != "yes", fact


@pytest.mark.parametrize(("code", "wording"), [(code, wording) for code, wordings in TOLD.items() for wording in wordings])
@pytest.mark.parametrize("words", UNREAD)
def test_an_allergy_to_what_is_not_known_stands_first(code: str, wording: str, words: str) -> None:
    patient = read(code, wording.format(words))
    first = load_engine().recommend(patient).render("terminal", full=False)
    assert words in str(first)
    assert [one for one in patient.record.conditions if one.term == "hypersensitivity" and words in one.name]
