"""A condition that a note tells and denies: both are asked with their places, unless times settle it; so are results.

What is open so is unknown for the answer: silence must not make it a no.
"""

from __future__ import annotations

from itertools import product

import pytest

from concordant.record.notes.reading import NoteReadings
from concordant.record.sources.opening import SourceContent
from tests.record.notes.texts import DAY, load_engine

BEGIN = {"en": "54F HER2+ MBC, seen in the clinic. ", "de": "Die Patientin hat ein HER2-positives Mammakarzinom. "}
CONDITIONS = {
    "en": {"pneumonitis": "interstitial_lung_disease", "heart failure": "heart_failure", "neuropathy": "neuropathy"},
    "de": {"Pneumonitis": "interstitial_lung_disease", "Herzinsuffizienz": "heart_failure", "Polyneuropathie": "neuropathy"},
}
# Wordings with the values that stand, and with those that are asked.
BOTH = {"present", "absent"}
WORDINGS: dict[str, dict[str, tuple[set[str], set[str]]]] = {
    "en": {
        "She has {0}. No {0}.": (set(), BOTH),
        "No {0}. She has {0}.": (set(), BOTH),
        "Active {0}. No evidence of {0}.": (set(), {"active", "absent"}),
        "{0} in 05/2024. No {0} in 05/2024.": (set(), BOTH),
        "PMH: {0}.\nCT: no {0}.": ({"present"}, set()),
        "h/o {0}, no current {0}.": ({"present"}, set()),
        "03/2022: {0}. 05/2024: no {0}.": ({"present"}, set()),
        "01/2022: no {0}. 05/2024: active {0}.": ({"active"}, set()),
        "{0} resolved. No {0} now.": ({"resolved"}, set()),
        "No {0}. Denies {0}.": ({"absent"}, set()),
    },
    "de": {
        "Bekannte {0}. Keine {0}.": (set(), BOTH),
        "Keine {0}. Bekannte {0}.": (set(), BOTH),
        "Z. n. {0}, aktuell keine {0}.": ({"present"}, set()),
        "03/2022: {0}. 05/2024: keine {0}.": ({"present"}, set()),
        "{0} abgeheilt. Keine {0}.": ({"resolved"}, set()),
    },
}
ROWS = [(code, wording, words) for code, wordings in WORDINGS.items() for wording, words in product(wordings, CONDITIONS[code])]


def read(text: str) -> NoteReadings:
    return load_engine()._opener.note_reader.notes.read_note(text, "note.txt", DAY)


@pytest.mark.parametrize(("code", "wording", "words"), ROWS)
def test_told_and_denied(code: str, wording: str, words: str) -> None:
    readings = read(BEGIN[code] + wording.format(words))
    name = f"condition[{CONDITIONS[code][words]}]"
    told, asked = WORDINGS[code][wording]
    assert {one.value for one in readings.facts if one.fact == name} == told
    assert {one.value for one in readings.offers if one.fact == name} == asked
    places = [one.span for one in readings.offers if one.fact == name]
    assert len(set(places)) == len(asked)


@pytest.mark.parametrize("words", ["left breast IHC {}", "liver biopsy: HER2 IHC {}", "HER2 {} on 3 May 2024"])
def test_results_that_differ_are_open(words: str) -> None:
    """Neither counts: both are asked, or the record says that they contradict each other."""
    text = f"{BEGIN['en']}{words.format('3+')}. {words.format('1+')}. Untreated."
    patient = load_engine().read(SourceContent(text.encode(), "note.txt"), today=DAY).one()
    assert not load_engine().situation(patient.record).facts["her2_ihc"].is_known


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("No atrial fibrillation. She has atrial fibrillation.", "atrial_fibrillation"),
        ("She decided against it.", "declines_chemotherapy"),
        ("Possible nodular regenerative hyperplasia.", "nodular_regenerative_hyperplasia"),
    ],
)
def test_what_is_asked_is_no_silence(text: str, feature: str) -> None:
    patient = load_engine().read(SourceContent(f"{BEGIN['en']}{text}".encode(), "note.txt"), today=DAY).one()
    assert not load_engine().situation(patient.record).facts[feature].is_known
