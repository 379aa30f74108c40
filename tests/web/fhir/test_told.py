"""Answers to a questionnaire: each is what the same fact is when it is stated, and what is printed can be told back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.api.fhir import make_applied_plan
from concordant.api.fhir_told import add_told, decode_responses
from concordant.api.recommendation import read_supposed
from concordant.errors import ConcordantError
from concordant.patient.events import PatientRecord
from concordant.present.fhir.frame import FhirFrame
from concordant.record.sources import Patient
from tests.shares import share_of
from tests.shipped import case, failing, in_chunks, record_of, shipped_knowledge
from tests.web.cds.calls import ENGINE, encode
from tests.web.cds.test_cards import answered
from tests.web.fhir.calls import COLLECT, FHIR, PLAN, Json, applied, contained, group_of, plan_of, response_of, told_as_fhir
from tests.web.fhir.test_definitions import definitions
from tests.web.form import TODAY

OPEN = PatientRecord(TODAY)
MISSING = f"{FHIR}/Questionnaire/{PLAN}-missing"


def stated(name: str, text: str) -> Any:
    return read_supposed({name: text}, ENGINE.knowledge, ENGINE.words).get(name)


def told(answers: dict[str, Json], record: PatientRecord = OPEN, **more: Any) -> dict[str, Any]:
    responses = decode_responses([encode(response_of(answers, **more))])
    return dict(add_told(record, responses, "p1", ENGINE).stated)


def with_stated(path: Path, name: str, text: str) -> Json:
    """The plan of care of the record that is told as FHIR, with a fact stated as a case file states it."""
    record = record_of(path)
    assert record is not None
    patient = ENGINE.read(told_as_fhir(path), as_of=record.as_of, today=record.as_of).one()
    value = read_supposed({name: text}, ENGINE.knowledge, ENGINE.words)
    found = ENGINE.recommend(Patient("p1", replace(patient.record, stated={**patient.record.stated, **value}), patient.account))
    version = next((one.version for one in found.answer.guidelines if one.id == PLAN), "")
    made = make_applied_plan(found, "p1", PLAN, version, FhirFrame(ENGINE.knowledge, FHIR, record.as_of))
    return json.loads(json.dumps(made))


# -- what is missing -------------------------------------------------------------------------------


@in_chunks
def test_a_missing_fact_that_is_answered_gives_what_it_gives_when_it_is_stated(chunk: int) -> None:
    """Each branch of the question that decides most: chosen in the questionnaire of the answer, and stated as it is printed."""
    met = []

    def law(path: Path) -> None:
        whole, record = told_as_fhir(path), record_of(path)
        assert record is not None
        asks = ENGINE.recommend(whole, today=record.as_of).answer.ask[:1]
        for ask in asks:
            (questionnaire,) = contained(applied(path, whole), "Questionnaire")
            item = questionnaire["item"][0]
            assert item["linkId"] == ask.feature
            for change in ask.changes:
                response = response_of({ask.feature: answer_of(item, change.if_)}, MISSING, subject={"reference": "Patient/p1"})
                assert applied(path, whole, response) == with_stated(path, ask.feature, change.if_), change.if_
                met.append(change.if_)

    assert failing(law, answered(), chunk) == {}


def answer_of(item: Json, text: str) -> Json:
    """The option of an item that is printed so."""
    if item["type"] == "boolean":
        return {"valueBoolean": text == "yes"}
    for option in item["answerOption"]:
        if text in (option.get("valueString"), option.get("valueCoding", {}).get("display")):
            return dict(option)
    raise AssertionError(f"no option of {item['linkId']} is {text!r}")


def test_the_questionnaire_of_an_answer_asks_what_the_actions_collect() -> None:
    for path in answered()[::4]:
        plan = plan_of(path)
        items = [item["linkId"] for one in contained(plan, "Questionnaire") for item in one["item"]]
        assert items == [one["id"] for one in contained(plan, "GuidanceResponse")[0].get("dataRequirement", ())]
        assert len(items) == len(group_of(plan, COLLECT))


# -- what is told ----------------------------------------------------------------------------------


def test_every_word_means_itself() -> None:
    (questionnaire,) = definitions()["Questionnaire"]
    features = {feature.name: feature for feature in shipped_knowledge().features}
    for item in questionnaire["item"]:
        feature = features[item["linkId"]]
        words = [one["valueCoding"]["code"] for one in item.get("answerOption", ())]
        assert words == (list(feature.values) if feature.type == "enum" else [])
        for option in item.get("answerOption", ()):
            assert told({feature.name: option}) == {feature.name: option["valueCoding"]["code"]}
            assert told({feature.name: {"valueString": option["valueCoding"]["display"]}}) == told({feature.name: option})
        if item["type"] == "boolean":
            assert [told({feature.name: {"valueBoolean": one}})[feature.name] for one in (True, False)] == ["yes", "no"]


def test_every_number_means_itself_with_its_unit_and_as_a_bound() -> None:
    (questionnaire,) = definitions()["Questionnaire"]
    features = {feature.name: feature for feature in shipped_knowledge().features}
    numbers = [item for item in questionnaire["item"] if item["type"] in ("quantity", "integer")]
    assert len(numbers) > 20
    for item in numbers:
        feature = features[item["linkId"]]
        at = round((feature.low or 0.0) + 2)
        bare = {"valueInteger": at} if item["type"] == "integer" else {"valueDecimal": float(at)}
        units = [one["valueCoding"] for one in item.get("extension", ())] or [{}]
        quantity = {"value": at, "system": units[0].get("system", ""), "code": units[0].get("code", "")}
        printed = f"{at} {units[0].get('display', '')}".strip()
        assert (
            told({feature.name: bare})
            == told({feature.name: {"valueQuantity": quantity}})
            == {feature.name: stated(feature.name, printed)}
        )
        for sign in ("<=", ">="):
            bound = {"valueQuantity": {**quantity, "comparator": sign}}
            assert told({feature.name: bound}) == {feature.name: stated(feature.name, f"{sign} {printed}")}, feature.name


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ({"lvef": {"valueString": "not known"}}, {}),
        ({"her2_status": {"valueString": "unknown"}}, {}),
        ({"lvef": {"valueDecimal": 38}}, {"status": "entered-in-error"}),
    ],
)
def test_what_is_not_known_or_taken_back_is_not_told(answers: dict[str, Json], more: Any) -> None:
    assert told(answers, **more) == {}


def test_an_answer_that_is_too_old_is_left_out_and_named() -> None:
    answers = {"lvef": {"valueDecimal": 38}, "her2_status": {"valueCoding": {"code": "positive"}}}
    responses = decode_responses([encode(response_of(answers, authored="2022-11-01"))])
    record = add_told(OPEN, responses, "p1", ENGINE)
    assert record.stated == {"her2_status": "positive"}
    assert record.notices == ("LVEF: the answer is 212 days old, too old to count.",) or "212 days old" in record.notices[0]


ANOTHER = {"reference": "Patient/p2"}
REFUSED: dict[str, tuple[dict[str, Json], dict[str, Any], str]] = {
    "no fact": ({"lvfe": {"valueDecimal": 1}}, {}, "item 1: it answers no question of this Questionnaire. Did you mean 'lvef'?"),
    "no value": (
        {"her2_status": {"valueString": "Mustermann"}},
        {},
        "her2_status: its answer is no value of it. Its values are positive, negative, equivocal",
    ),
    "no number": ({"lvef": {"valueString": "Mustermann"}}, {}, "lvef: its answer is no value of it. Tell a number in %"),
    "a word of another fact": (
        {"her2_status": {"valueCoding": {"code": "yes"}}},
        {},
        "her2_status: it is no single answer. Answer it once, with one value of one of the types of its item",
    ),
    "another unit": (
        {"lvef": {"valueQuantity": {"value": 5, "unit": "kg"}}},
        {},
        "lvef: its answer is no value of it. Tell a number in %",
    ),
    "a number of a word": (
        {"her2_status": {"valueDecimal": 1}},
        {},
        "her2_status: it is no single answer. Answer it once, with one value of one of the types of its item",
    ),
    "not finished": (
        {},
        {"status": "in-progress"},
        "status: it is not finished. Send it when its status is completed or amended",
    ),
    "of another patient": ({}, {"subject": ANOTHER}, "subject: it is of another patient. Leave it out"),
    "no day": ({}, {"authored": "Mustermann"}, "authored: it is no date. Write it as 2022-09-20"),
    "a later day": (
        {},
        {"authored": "2023-06-02T10:00:00Z"},
        "authored: it is later than the day of the question. Ask as of a later day (asOf)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_answer_is_refused_without_a_word_of_it(name: str) -> None:
    answers, more, says = REFUSED[name]
    with pytest.raises(ConcordantError) as refused:
        told(answers, **more)
    assert str(refused.value) == f"QuestionnaireResponse: {says}"


def test_two_responses_that_differ_are_refused() -> None:
    both = [encode(response_of({"lvef": {"valueDecimal": one}})) for one in (38, 60)]
    with pytest.raises(ConcordantError, match="lvef: it is answered twice, and not alike"):
        add_told(OPEN, decode_responses(both), "p1", ENGINE)
    same = decode_responses([both[0], both[0]])
    assert add_told(OPEN, same, "p1", ENGINE).stated == {"lvef": stated("lvef", "38 %")}


def test_answers_to_other_questionnaires_are_no_facts_and_ours_under_another_address_are_refused() -> None:
    path = case("A03")
    other = response_of({"lvef": {"valueDecimal": 10}}, "https://elsewhere.example/Questionnaire/phq-9")
    assert applied(path, told_as_fhir(path), other) == applied(path, told_as_fhir(path))
    elsewhere = response_of({"lvef": {"valueDecimal": 10}}, f"https://elsewhere.example/Questionnaire/{PLAN}")
    with pytest.raises(ConcordantError, match="it names the Questionnaire under another address than this service"):
        applied(path, told_as_fhir(path), elsewhere)


def test_the_cases_that_are_answered_have_questions() -> None:
    asked = [path for path in share_of("cards", answered()) if contained(plan_of(path), "Questionnaire")]
    assert len(asked) > 1
