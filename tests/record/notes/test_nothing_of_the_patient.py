"""What a text says that is not said by, of and now about the patient is no fact: each class of wording, in several words.

Each row adds a wording to a note and names what must not be told of it.
"""

from __future__ import annotations

import pytest

from concordant.errors import Refused
from concordant.record.notes.reading import NoteReadings
from tests.record.notes.texts import DAY, load_engine

BEGIN = "A 54-year-old woman has HER2-positive metastatic breast cancer, on paclitaxel with trastuzumab. "
# What must not be asserted (`fact`, or `fact = value`), and the wordings of its class.
WORDINGS: dict[str, list[str]] = {
    "recurrence": [
        "Her ejection fraction dipped to 43%; on ramipril it came back to 58%.",
        "She came back to clinic on Monday.",
        "Her platelets came back up within a week.",
        "The swab came back negative.",
        "She returned to work.",
    ],
    "response": ["NED was nice while it lasted!", "The remission did not last.", "Remission was short."],
    "medication[denosumab]": [
        "Denosumab was stopped for jaw necrosis.",
        "Denosumab monthly, held since March.",
        "Denosumab every 4 weeks has been paused.",
    ],
    "medication[warfarin]": ["Warfarin was discontinued.", "She is allergic to warfarin.", "Allergies: warfarin."],
    "condition[interstitial_lung_disease]": ["CT shows simple pneumoconiosis.", "Known silicosis.", "My bff got pneumonitis."],
    "surgery": [
        "She is due for a mastectomy.",
        "She is on the waiting list for a mastectomy.",
        "Listed for mastectomy.",
        "Mastectomy is pencilled in for June.",
        "Had she had a mastectomy, it would be different.",
        "Mastectomy was considered.",
    ],
    "course[trastuzumab_deruxtecan]": [
        "Another lady got Enhertu.",
        "Friend of mine had Enhertu.",
        'Your reviewer writes that she "has had Enhertu".',
        "Not on Enhertu.",
        "We compare Enhertu with T-DM1 for her.",
        "Enhertu was discussed at length.",
        "She asks about Enhertu.",
        "Enhertu, tucatinib: which?",
        "Enhertu will follow in May.",
        "Willing for Enhertu now.",
        "Enhertu starts on the 9th.",
        "Enhertu was never given.",
        "Enhertu has not been dispensed.",
        "The woman across the room is on Enhertu.",
        "Three ladies from my ward are on Enhertu.",
        "She would have had Enhertu if funded.",
        "Suppose she had received Enhertu.",
        "The options are (A) Enhertu (B) tucatinib.",
        "Enhertu or tucatinib next.",
        "Enhertu once the echo is back.",
        "Her notes say Enhertu, which was entered in error.",
        "Nobody in that trial had seen Enhertu.",
        "She turned Enhertu down.",
        "For Enhertu if counts recover.",
        "C1 Enhertu booked for Friday.",
        "Enhertu is on order.",
    ],
    "received_pertuzumab": ['The insurer says she "has not tried pertuzumab".', "Your reviewer states no prior pertuzumab."],
    "condition[autoimmune_disease]": ["SpO2 97 RA.", "O2 sat 95% on RA."],
    "course[lapatinib]": ["Is ketoconazole ok with lapatinib?", "Interaction check please: lapatinib with apixaban."],
    "age = 57 years": ["EF was 50, now 57.", "Weight 60 kg, now 57.", "Platelets 98, now 57."],
    "her2_ihc": ["HER2 1+ to 2+ on the core.", "HER2 0/1+ on review."],
    "her2_ish": ["ERBB2 amplification on NGS.", "FISH pending."],
    "her2 = negative": [
        "HER2 0/1+ on review.",
        "HER2 0 to 1+ on review.",
        "Preliminary report: HER2 negative; final pending.",
        "Wrongly reported as HER2 negative.",
    ],
    "course[pertuzumab+trastuzumab].stopped = ongoing": ["Grade 2 pneumonitis on Phesgo."],
    "site": [
        "CT: two spots in the liver. If the biopsy says it is cancer, we will talk.",
        "The nodule in the liver turned out to be a cyst.",
        "Two lesions in the liver, most likely benign.",
        "Liver lesions? MRI awaited.",
        "Liver mets would change everything.",
        "A man next door has liver mets.",
    ],
    "medication[apixaban]": [
        "Apixaban not needed.",
        "Apixaban no longer required.",
        "Apixaban ran out last year.",
        "Came off apixaban in May.",
        "Apixaban is in the cupboard at home.",
        "I take apixaban myself, she does not.",
    ],
    "condition[heart_failure]": [
        "Afraid of heart failure.",
        "Heart failure? No one knows.",
        "Listed as heart failure in the old system.",
        "Heart failure runs in her family.",
        "Heart failure on her mother's side.",
        "Is this heart failure?",
        "Had she developed heart failure, we would have stopped.",
        "Her sister-in-law died of heart failure.",
        "Heart failure: entered in error.",
    ],
}
OF_NOBODY = [
    "What is the standard first-line therapy for HER2-positive metastatic breast cancer?",
    "Which is better for HER2+ brain metastases, T-DXd or tucatinib? Thanks.",
    "General question: what is given after THP for HER2-positive MBC with brain mets?",
]
SEVERAL = [
    "Posting for both my sisters. Ana is 51, HER2 positive, on Perjeta. Bea is 46, HER2 negative.",
    "My sisters Ana (51) and Bea (46) are ill. Ana: HER2+, liver mets. Bea: HER2 3+, bone mets.",
    "The older one is 54, HER2 positive. The younger one is 48, HER2 negative.",
    "Sister A: HER2 positive, THP. Sister B: HER2 negative.",
]
ROWS = [(fact, wording) for fact, wordings in WORDINGS.items() for wording in wordings]


def read(text: str) -> NoteReadings:
    return load_engine()._opener.note_reader.notes.read_note(text, "note.txt", DAY)


@pytest.mark.parametrize(("fact", "wording"), ROWS)
def test_it_is_no_fact(fact: str, wording: str) -> None:
    name, _, value = fact.partition(" = ")
    told = [one for one in read(BEGIN + wording).facts if one.fact == name and value in ("", one.value)]
    assert told == []


@pytest.mark.parametrize("text", OF_NOBODY)
def test_a_question_about_nobody_tells_nothing(text: str) -> None:
    readings = read(text)
    assert readings.facts == readings.offers == ()


@pytest.mark.parametrize("text", SEVERAL)
def test_two_persons_are_told_apart(text: str) -> None:
    with pytest.raises(Refused, match="about several patients"):
        read(text)


def test_of_two_persons_the_one_who_is_the_patient_is_read() -> None:
    readings = read("He is 77, on abiraterone, EF 40. She (Joan, 75) is our patient, HER2+, on trastuzumab. He will ring.")
    facts = {(one.fact, one.value) for one in readings.facts}
    assert ("her2", "positive") in facts
    assert not {fact for fact, value in facts if fact == "lvef" or value == "77 years" or "abiraterone" in fact}
