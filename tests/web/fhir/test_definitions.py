"""Definitions and plans of care before two validators of others, which are shown planted faults first."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from concordant.api.fhir import list_definitions
from concordant.web.fhir.capability import make_capability
from tests.export.fhir_judges import Resource, judge_by_medplum, make_pyfhircheck
from tests.export.judges import needed
from tests.export.test_plan_definition import BOTH, MEDPLUM, PYFHIRCHECK, plant
from tests.shares import share_of
from tests.shipped import SHIPPED, answer_to, case, shipped_knowledge
from tests.web.cds.calls import ENGINE
from tests.web.cds.test_cards import answered, ask, bundle, joined, prefetch_of
from tests.web.fhir.calls import FHIR, PLAN, below, plan_of, response_of

Judge = Callable[[Sequence[Resource]], list[list[str]]]
TODAY = dt.date(2026, 6, 1)
KINDS = (
    "PlanDefinition", "ActivityDefinition", "Questionnaire", "QuestionnaireResponse", "CodeSystem", "CapabilityStatement",
    "Bundle", "CarePlan", "RequestGroup", "GuidanceResponse", "Task", "MedicationRequest", "OperationOutcome", "Parameters",
)  # fmt: skip
# What pyfhircheck says where it does not see, and why it is no fault; Medplum looks there, and sees what is planted there.
BLIND = (
    r"^(RequestGroup|PlanDefinition)(\.action\[\d+\]){3}\.\w+: Unknown field",  # it knows no actions thrice deep
    r"(timing\.repeat|doseAndRate\[\d+\]|codeFilter\[\d+\])\.\w+: Unknown field",  # nor elements within a data type
    r"\.(answerOption|input|answer)(\[\d+\])?\.value\[x\]",  # nor that valueCoding is value[x], two levels down
    r"Profile allows at most 1 value\(s\) for CapabilityStatement\.rest\.resource\.",  # it counts over all resources together
    r"does not resolve in local validation set|could not be resolved",  # the patient, and what stands on the server
    r"dom-6",  # a contained resource without a narrative: its container has the one that people read
)


@functools.cache
def definitions() -> dict[str, list[Resource]]:
    return json.loads(json.dumps(list_definitions(ENGINE, FHIR, TODAY)))


def everything() -> list[Resource]:
    found = [one for kind in definitions().values() for one in kind]
    found.append(make_capability(FHIR, TODAY, definitions()))
    found += [plan_of(path) for path in share_of("plans of care", SHIPPED) if answer_to(path) is not None]
    found += [action["resource"] for path in answered()[::4] for action in actions_of_cards(path)]
    return found


def actions_of_cards(path: Path) -> list[Any]:
    cards = ask(path, joined(prefetch_of(bundle(path))))
    return [action for card in cards for one in card.get("suggestions", ()) for action in one["actions"]]


@pytest.fixture(scope="module")
def pyfhircheck(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    needed()
    return make_pyfhircheck(tmp_path_factory.mktemp("definitions"), KINDS, BLIND)


@pytest.mark.long
def test_two_validators_find_nothing(tmp_path: Path, pyfhircheck: Judge) -> None:
    needed()
    judged = everything()
    assert {one["resourceType"] for one in judged} >= {"CarePlan", "MedicationRequest", "Questionnaire", "CapabilityStatement"}
    for judge in (lambda some: judge_by_medplum(some, tmp_path), pyfhircheck):
        assert [faults for faults in judge(judged) if faults] == []


def group(*path: str | int, value: Any) -> Callable[[Resource], None]:
    """Puts a value where the path leads within the group of requests."""

    def change(plan: Resource) -> None:
        plant(*path, value=value)(next(one for one in plan["contained"] if one["resourceType"] == "RequestGroup"))

    return change


def draft(*path: str | int, value: Any) -> Callable[[Resource], None]:
    """The same within the draft order."""

    def change(plan: Resource) -> None:
        plant(*path, value=value)(next(one for one in plan["contained"] if one["resourceType"] == "MedicationRequest"))

    return change


FAULTS: dict[str, tuple[str, Callable[[Resource], None]]] = {
    "no such status": (BOTH, plant("status", value="done")),
    "no intent": (BOTH, plant("intent", value=None)),
    "an element that is none": (BOTH, plant("colour", value="red")),
    "a day that is none": (BOTH, plant("created", value="yesterday")),
    "a number for a text": (BOTH, plant("title", value=7)),
    "one where several may be": (MEDPLUM, plant("note", value={"text": "x"})),
    "a group without a status": (BOTH, group("status", value=None)),
    "no such choice": (BOTH, group("action", 0, "selectionBehavior", value="some")),
    "no such priority": (BOTH, group("priority", value="soon")),
    "an element of a deep action that is none": (MEDPLUM, group("action", 1, "action", 0, "action", 0, "colour", value="red")),
    "a draft without a drug": (BOTH, draft("medicationCodeableConcept", value=None)),
    "no such intent of a draft": (BOTH, draft("intent", value="wish")),
    "a dose that is a text": (MEDPLUM, draft("dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "value", value="much")),
    "an element of a dose that is none": (MEDPLUM, draft("dosageInstruction", 0, "doseAndRate", 0, "colour", value="red")),
    "no such unit of time": (MEDPLUM, draft("dosageInstruction", 0, "timing", "repeat", "periodUnit", value="moon")),
}


def test_each_validator_sees_planted_faults(tmp_path: Path, pyfhircheck: Judge) -> None:
    needed()
    planted = []
    for _, change in FAULTS.values():
        planted.append(copy.deepcopy(plan_of(case("A03"))))
        change(planted[-1])
    assert all(one != plan_of(case("A03")) for one in planted)
    seen = {MEDPLUM: judge_by_medplum(planted, tmp_path), PYFHIRCHECK: pyfhircheck(planted)}
    wanted = {judge: {fault for fault, (by, _) in FAULTS.items() if by in (BOTH, judge)} for judge in seen}
    assert {judge: {fault for fault, told in zip(FAULTS, found, strict=True) if told} for judge, found in seen.items()} == wanted


def test_an_answered_questionnaire_is_what_two_validators_take(tmp_path: Path, pyfhircheck: Judge) -> None:
    needed()
    (questionnaire,) = definitions()["Questionnaire"]
    answers = {item["linkId"]: answer_like(item) for item in questionnaire["item"]}
    response = response_of(answers, authored="2026-06-01", text=questionnaire["text"])
    assert len(answers) > 100
    assert judge_by_medplum([response], tmp_path) == pyfhircheck([response]) == [[]]


def answer_like(item: Resource) -> Resource:
    kind = item["type"]
    return {
        "boolean": {"valueBoolean": True},
        "choice": item.get("answerOption", [{}])[0],
        "integer": {"valueInteger": 1},
        "quantity": {"valueQuantity": {"value": 1}},
    }[kind]


# -- what they say ---------------------------------------------------------------------------------


def test_names_are_where_they_say_they_are() -> None:
    for kind, found in definitions().items():
        assert [one["url"] for one in found] == [f"{FHIR}/{kind}/{one['id']}" for one in found]
        assert len({one["id"] for one in found}) == len({one["name"] for one in found}) == len(found)
        assert all(one["status"] == "draft" and one["experimental"] for one in found)


def test_every_definition_that_is_referred_to_is_there() -> None:
    known = {one["url"] for kind in definitions().values() for one in kind}
    (plan,) = definitions()["PlanDefinition"]
    assert plan["id"] == PLAN
    referred = {one["definitionCanonical"] for one in below(plan["action"]) if "definitionCanonical" in one}
    assert referred <= known and {one["url"] for one in definitions()["ActivityDefinition"]} <= referred
    systems = {
        option["valueCoding"]["system"]
        for item in definitions()["Questionnaire"][0]["item"]
        for option in item.get("answerOption", ())
    }
    assert systems <= known


def test_a_plan_has_each_statement_with_its_rating_its_direction_and_for_whom() -> None:
    (plan,) = definitions()["PlanDefinition"]
    told = {one["id"]: one for one in plan["action"] if "textEquivalent" in one}
    statements = [one for one in shipped_knowledge().statements if one.id.replace("/", "-").replace("_", "-") in told]
    assert len(statements) == len(told) > 30
    for statement in statements:
        action = told[statement.id.replace("/", "-").replace("_", "-")]
        extensions = {one["url"].rpartition("/")[2]: one["valueCodeableConcept"] for one in action.get("extension", ())}
        grade = statement.recommend.grade if statement.recommend else statement.grade
        said = {
            "cqf-strengthOfRecommendation": grade.strength if grade else None,
            "cqf-qualityOfEvidence": grade.evidence if grade else None,
        }
        assert {name: extensions[name]["text"].partition(" (")[0] for name in said if name in extensions} == {
            name: word for name, word in said.items() if word
        }
        direction = extensions.get("cpg-directionOfRecommendation")
        assert (direction or {}).get("coding", [{}])[0].get("code") == (
            statement.recommend.direction if statement.recommend else None
        )
        assert action["textEquivalent"].startswith("Applies if: ")


def test_an_activity_has_the_authored_dose_of_each_phase() -> None:
    regimens = {one.id: one for one in shipped_knowledge().regimens}
    seen = 0
    for activity in definitions()["ActivityDefinition"]:
        regimen, drug = next(
            (one, drug)
            for one in regimens.values()
            for drug in one.drugs
            if activity["id"] == f"{one.id}-{drug.replace('_', '-')}"
        )
        authored = [(one.amount, one.unit) for one in regimen.components if one.drug == drug]
        doses = [one["doseAndRate"][0]["doseQuantity"] for one in activity["dosage"]]
        assert [(one["value"], one["code"]) for one in doses] == authored
        seen += len(doses)
    assert seen > 40
