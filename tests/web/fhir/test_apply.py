"""`$apply`: the plan of care holds what the command answers, no more and no less; dangers first; no dose on half a record."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.answer.schema import Answer
from concordant.present.cards.text import escape_text
from tests.shipped import CASES, SHIPPED, answer_to, case, failing, failing_answers, in_chunks, record_of, told_as_json
from tests.web.cds.calls import ENGINE
from tests.web.cds.test_cards import HEIGHT, HOSTILE, answered
from tests.web.fhir.calls import (
    COLLECT,
    Json,
    applied,
    codes_of,
    contained,
    every_action,
    group_of,
    plan_of,
    plan_of_answer,
    texts,
    told_as_fhir,
)

OFFERED = ("applies", "applies_if_checked")


def holds_the_answer(plan: Json, told: Json) -> None:
    """What is offered, in which role and status; what is asked; whether anything can be told."""
    offered = [one for one in told["options"] if one["status"] in OFFERED]
    options = group_of(plan, "options")
    assert [one["title"] for one in options] == [f"{one['name']} ({one['role']})" for one in offered]
    assert [codes_of(one) for one in options] == [{one["role"], one["status"]} for one in offered]
    asked = [ask["feature"] for ask in told["ask"]]
    tasks = {one["id"]: one for one in contained(plan, "Task")}
    collecting = [one for one in every_action(plan) if COLLECT in codes_of(one)]
    assert [tasks[one["resource"]["reference"][1:]]["input"][0]["valueString"] for one in collecting] == asked
    assert [one["requiredBehavior"] == "must" for one in collecting] == [ask["blocking"] for ask in told["ask"]]
    (guidance,) = contained(plan, "GuidanceResponse")
    assert [one["id"] for one in guidance.get("dataRequirement", ())] == asked
    assert (guidance["status"] == "data-required") == (told["answer"] == "needs_data")
    assert (guidance["status"] == "success") == (not asked and not told["incomplete"])


@in_chunks
def test_the_plan_of_care_is_the_answer(chunk: int) -> None:
    assert failing_answers(lambda path: holds_the_answer(plan_of(path), told_as_json(path)), chunk) == {}


@in_chunks
def test_every_line_of_the_first_screen_and_every_danger_stands_in_it(chunk: int) -> None:
    def law(path: Path) -> None:
        plan, told = plan_of(path), told_as_json(path)
        notes = [note["text"] for note in plan["note"]]
        assert notes[: len(told["first_screen"]) - 1] == list(dict.fromkeys(map(escape_text, told["first_screen"][1:])))
        assert plan["description"].endswith(" ".join(told["verdict"].split()))
        assert all(" ".join(danger["says"].rstrip(".").split()) in plan["description"] for danger in told["dangers"])
        first = [danger["says"].rstrip(".") for danger in told["dangers"][:1]]
        assert all(re.match(rf"(Danger|Caution): {re.escape(' '.join(one.split()))}", plan["description"]) for one in first)
        firsts = [one["title"] for one in group_of(plan, "first")]
        assert firsts == [f"{kind_of(one)}: {' '.join(one['says'].split())}" for one in told["dangers"] if one["do"]]
        for group in contained(plan, "RequestGroup"):
            assert not firsts or group["action"][0]["id"] == "first"
            assert len(group.get("note", ())) == len({(one["says"], one["do"]) for one in told["dangers"]})

    assert failing_answers(law, chunk) == {}


@in_chunks
def test_all_that_is_referred_to_is_there_and_all_that_is_there_is_referred_to(chunk: int) -> None:
    def law(path: Path) -> None:
        plan = plan_of(path)
        ids = [one["id"] for one in plan["contained"]]
        referred = {text[1:] for text in texts(plan) if text.startswith("#")}
        assert len(ids) == len(set(ids)) and set(ids) == referred
        actions = [one["id"] for one in every_action(plan)]
        assert len(actions) == len(set(actions))
        assert {one["actionId"] for action in every_action(plan) for one in action.get("relatedAction", ())} <= set(actions)
        assert all(("action" in one) != ("resource" in one) for one in every_action(plan))

    assert failing_answers(law, chunk) == {}


def kind_of(danger: Json) -> str:
    return "Caution" if danger["urgency"] == "caution" else "Danger"


@in_chunks
def test_no_number_of_a_source_stands_in_an_action(chunk: int) -> None:
    """The answer numbers its sources; a plan of care has no such list."""

    def law(path: Path) -> None:
        assert [text for text in texts(contained(plan_of(path), "RequestGroup")) if re.search(r"\[\d+(: |\])", text)] == []
        assert [text for text in texts(contained(plan_of(path), "Task")) if re.search(r"\[\d+(: |\])", text)] == []

    assert failing_answers(law, chunk) == {}


def has_no_dose(plan: Json) -> None:
    assert contained(plan, "MedicationRequest") == []


@in_chunks
def test_a_dose_is_drafted_where_the_answer_gives_it_and_nothing_holds_it(chunk: int) -> None:
    """What leads alone, as in CDS Hooks; and each other option says why it has none."""

    def law(path: Path) -> None:
        plan, answer = plan_of(path), answer_to(path)
        assert answer is not None
        if answer.answer != "recommends" or answer.held_until or answer.incomplete or answer.interrupted:
            has_no_dose(plan)
        for option in group_of(plan, "options"):
            kinds = [reference_kind(plan, one["resource"]) for one in option["action"]]
            drafted = "MedicationRequest" in kinds
            assert drafted or re.search(r"No dose is drafted: \S|It runs", option["action"][-1]["description"])
            assert option["precheckBehavior"] == ("yes" if drafted and "preferred" in codes_of(option) else "no")
        drafts = contained(plan, "MedicationRequest")
        assert all(one["intent"] == "option" and one["status"] == "draft" for one in drafts)
        assert drafted_doses(drafts) <= told_doses(answer)

    assert failing_answers(law, chunk) == {}


def reference_kind(plan: Json, reference: Json) -> str:
    return next(one["resourceType"] for one in plan["contained"] if f"#{one['id']}" == reference["reference"])


def drafted_doses(drafts: list[Json]) -> set[tuple[str, float]]:
    return {
        (one["medicationCodeableConcept"]["text"], dose["doseAndRate"][0]["doseQuantity"]["value"])
        for one in drafts
        for dose in one["dosageInstruction"]
    }


def told_doses(answer: Answer) -> set[tuple[str, float]]:
    doses = [dose for option in answer.options for dose in option.dose]
    return {(one.drug, mg) for one in doses for mg in (one.rounded_mg, one.calculated_mg, one.amount) if mg is not None}


@in_chunks
def test_what_is_handed_over_as_fhir_is_applied_as_the_command_answers_it(chunk: int) -> None:
    def law(path: Path) -> None:
        whole, record = told_as_fhir(path), record_of(path)
        assert record is not None
        holds_the_answer(applied(path, whole), ENGINE.recommend(whole, today=record.as_of).to_dict())

    assert failing(law, answered(), chunk) == {}


# -- single answers --------------------------------------------------------------------------------


def test_half_a_record_has_no_dose_and_says_what_is_missing() -> None:
    path = case("A03")
    assert len(contained(applied(path, told_as_fhir(path)), "MedicationRequest")) == 1
    plan = applied(path, told_as_fhir(path), missing=("Condition: it was not handed over.",))
    has_no_dose(plan)
    (guidance,), (messages,) = contained(plan, "GuidanceResponse"), contained(plan, "OperationOutcome")
    assert guidance["status"] == "data-required"
    assert ("incomplete", "Condition: it was not handed over.") in [
        (one["code"], one["diagnostics"]) for one in messages["issue"]
    ]
    assert group_of(plan, "options") == []


def test_what_no_case_has_is_not_drafted_and_not_offered_either() -> None:
    """A recommendation although a part of the record is missing; options that stand behind those that are offered."""
    record = record_of(case("A03"))
    assert record is not None
    answer = ENGINE.recommend(record).answer
    assert len(contained(plan_of_answer(answer), "MedicationRequest")) == 1
    half = plan_of_answer(replace(answer, incomplete=["Condition: it was not handed over."]))
    has_no_dose(half)
    order = group_of(half, "options")[0]["action"][-1]
    assert order["description"].startswith(
        "No dose is drafted: a part of the record is missing. Condition: it was not handed over."
    )
    barred = [replace(answer.options[1], regimen="x", status=status) for status in ("precluded", "needs_data")]
    more = plan_of_answer(replace(answer, options=[*answer.options, *barred]))
    assert group_of(more, "options") == group_of(plan_of_answer(answer), "options")


def test_several_drugs_are_ordered_together() -> None:
    told = told_as_fhir(case("A20"))
    told["entry"].append({"resource": HEIGHT})
    plan = applied(case("A20"), told)
    option = group_of(plan, "options")[0]
    orders = [one for one in option["action"] if reference_kind(plan, one["resource"]) == "MedicationRequest"]
    assert (option["selectionBehavior"], len(orders)) == ("all", 3)
    checks = [one for one in option["action"] if one not in orders]
    assert checks and all(
        one["relatedAction"] == [{"actionId": orders[0]["id"], "relationship": "before-start"}] for one in checks
    )


def test_the_drafts_are_those_of_cds_hooks() -> None:
    """One function makes both: they differ in their ids, and in that they are options of a group."""
    from tests.web.cds.test_cards import ask, bundle, joined, prefetch_of

    path = case("A03")
    (card,) = ask(path, joined(prefetch_of(bundle(path))))
    (action,) = card["suggestions"][0]["actions"]
    (draft,) = contained(applied(path, told_as_fhir(path)), "MedicationRequest")
    different = ("id", "intent")
    assert {name: value for name, value in draft.items() if name not in different} == {
        name: value for name, value in action["resource"].items() if name not in different
    }


def test_outside_the_guideline_nothing_is_offered() -> None:
    outside = [path for path in CASES if (answer := answer_to(path)) is not None and answer.answer == "out_of_scope"]
    assert len(outside) > 10
    for path in outside:
        assert group_of(plan_of(path), "options") == group_of(plan_of(path), COLLECT) == []


def test_strength_and_certainty_are_the_words_of_the_publisher() -> None:
    for path in SHIPPED[::20]:
        told = told_as_json(path)
        offered = [one for one in told.get("options", ()) if one["status"] in OFFERED]
        for option, grade in zip(
            group_of(plan_of(path), "options") if told else [], [one["grade"] for one in offered], strict=True
        ):
            said = [one["valueCodeableConcept"] for one in option.get("extension", ())]
            scale = "; ".join(filter(None, (grade["scale"], grade["grade_note"]))) if grade else ""
            words = [grade["strength"], grade["evidence"]] if grade else []
            assert said == [{"text": f"{word} ({scale})"} for word in words if word]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_record_becomes_a_tag_or_a_link(text: str) -> None:
    path = case("A03")
    told = told_as_fhir(path)
    subject = {"reference": "Patient/p1"}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    told["entry"] += [
        {
            "resource": {
                "resourceType": "Condition",
                "id": "x",
                "subject": subject,
                "clinicalStatus": active,
                "code": {"text": text},
            }
        },
        {"resource": {"resourceType": "AllergyIntolerance", "id": "y", "patient": subject, "code": {"text": text}}},
    ]
    plan = applied(path, told)
    div: Any = plan["text"]["div"]
    assert set(re.findall(r"<\s*/?\s*([a-zA-Z!][^\s>]*)", div)) == {"div", "p"}
    for note in (*plan["note"], *contained(plan, "RequestGroup")[0].get("note", ())):
        assert "\n" not in note["text"] and re.search(r"(?<!\\)[<\[`]\w", note["text"]) is None
    assert "\u202e" not in json.dumps(plan, ensure_ascii=False)
