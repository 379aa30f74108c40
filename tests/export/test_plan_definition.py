"""The bundle: two validators find nothing in it, and what `$apply` makes of it is the reference's decision."""

from __future__ import annotations

import base64
import copy
import functools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from concordant.decide.decision import Decision, JudgedProposal
from concordant.decide.judging import make_decision
from concordant.decide.ruleset import CURRENT
from concordant.export.cql.library import write_elm
from concordant.export.names import describe_sources
from concordant.export.plan_definition.bundle import write_bundle
from concordant.export.plan_definition.parts import make_id
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.knowledge import Knowledge
from concordant.patient.fact_table import make_fact_row
from concordant.patient.facts import Facts
from concordant.readers.explain import explain
from tests.export.fhir_judges import Resource, judge_by_medplum, make_pyfhircheck
from tests.export.judges import execute, meant, needed, translate
from tests.export.test_cql import chosen, shipped
from tests.laws.test_sql import DAYS, Frames, Patient, decisions, patients
from tests.shipped import shipped_knowledge

NAMES_TOLD = r"String literal '(\w+)' matches the identifier \1\. .*"  # what is asked are names of parameters
Judge = Callable[[Sequence[Resource]], list[list[str]]]
CANONICAL = "https://example.org/fhir"


@functools.cache
def resources() -> tuple[Resource, ...]:
    knowledge = shipped_knowledge()
    bundle = json.loads(write_bundle(knowledge, Frames(knowledge, DAYS[-1]).any, DAYS[-1], CANONICAL + "/"))
    return tuple(entry["resource"] for entry in bundle["entry"])


def content_of(kind: str) -> bytes:
    return base64.b64decode(next(one["data"] for one in resources()[0]["content"] if one["contentType"] == kind))


def plans() -> list[Resource]:
    return [one for one in resources() if one["resourceType"] == "PlanDefinition"]


def actions_of(plan: Resource) -> Iterator[Resource]:
    for action in plan.get("action", ()):
        yield action
        yield from actions_of(action)


@pytest.fixture(scope="module")
def pyfhircheck(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    needed()
    return make_pyfhircheck(tmp_path_factory.mktemp("definitions"))


# -- what it is ------------------------------------------------------------------------------------


def test_two_validators_find_nothing(tmp_path: Path, pyfhircheck: Judge) -> None:
    needed()
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources()]}
    assert [faults for faults in judge_by_medplum([*resources(), bundle], tmp_path) if faults] == []
    assert [faults for faults in pyfhircheck(resources()) if faults] == []


def plant(*path: str | int, value: Any) -> Callable[[Resource], None]:
    """Puts a value where the path leads; None takes out what is there."""

    def change(plan: Resource) -> None:
        at: Any = plan
        for step in path[:-1]:
            at = at[step]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value

    return change


BOTH, MEDPLUM, PYFHIRCHECK = "both", "medplum", "pyfhircheck"
FAULTS: dict[str, tuple[str, Callable[[Resource], None]]] = {
    "no such status": (BOTH, plant("status", value="done")),
    "a status that lacks": (BOTH, plant("status", value=None)),
    "an element that is none": (BOTH, plant("colour", value="red")),
    "one where several may be": (MEDPLUM, plant("library", value="https://example.org/x")),
    "a number for a text": (BOTH, plant("title", value=7)),
    "a date that is none": (BOTH, plant("date", value="yesterday")),
    "no such kind of condition": (BOTH, plant("action", 0, "condition", 0, "kind", value="sometimes")),
    "an expression without a language": (MEDPLUM, plant("action", 0, "condition", 0, "expression", "language", value=None)),
    "no such kind of artifact": (BOTH, plant("relatedArtifact", 0, "type", value="cite")),
    "an extension without an address": (MEDPLUM, plant("action", 1, "extension", 0, "url", value=None)),
    "an extension with two values": (MEDPLUM, plant("action", 1, "extension", 0, "valueString", value="strong")),
    "an id that is none": (PYFHIRCHECK, plant("id", value="a b")),
    "a type that the profile has not": (PYFHIRCHECK, plant("type", "coding", 0, "code", value="order-set")),
    "no action at all": (PYFHIRCHECK, plant("action", value=None)),
}


def test_each_validator_sees_planted_faults(tmp_path: Path, pyfhircheck: Judge) -> None:
    needed()
    sound = next(one for one in plans() if one["id"].endswith("2022-1.1"))
    planted = []
    for _, change in FAULTS.values():
        planted.append(copy.deepcopy(sound))
        change(planted[-1])
    assert all(one != sound for one in planted)
    seen = {MEDPLUM: judge_by_medplum(planted, tmp_path), PYFHIRCHECK: pyfhircheck(planted)}
    wanted = {judge: {fault for fault, (by, _) in FAULTS.items() if by in (BOTH, judge)} for judge in seen}
    assert {judge: {fault for fault, told in zip(FAULTS, found, strict=True) if told} for judge, found in seen.items()} == wanted


def test_a_strategy_is_what_its_profile_asks_for() -> None:
    """What CPG on FHIR says of a strategy and no validator looks at in nested actions."""
    (strategy,) = [one for one in plans() if one["meta"]["profile"][0].endswith("cpg-strategydefinition")]
    kept = {"id", "title", "description", "code", "condition", "definitionCanonical"}
    assert all(action.keys() == kept and len(action["code"]) == 1 for action in strategy["action"])
    addresses = {f"{one['url']}|{one['version']}" for one in plans()}
    assert [one["definitionCanonical"] for one in strategy["action"] if one["definitionCanonical"] not in addresses] == []
    assert len(strategy["action"]) == len(addresses) - 1 == len(plans()) - 1
    assert strategy["action"][0]["id"] == "collect-information"


def test_the_bundle_can_be_put_on_a_server(knowledge: Knowledge) -> None:
    text = write_bundle(knowledge, Frames(knowledge, DAYS[-1]).any, DAYS[-1], CANONICAL)
    bundle = json.loads(text)
    assert bundle["type"] == "transaction"
    assert write_bundle(knowledge, Frames(knowledge, DAYS[-1]).any, DAYS[-1], CANONICAL + "/") == text
    for entry in bundle["entry"]:
        kind, id_ = entry["resource"]["resourceType"], entry["resource"]["id"]
        assert entry["request"] == {"method": "PUT", "url": f"{kind}/{id_}"}
        assert entry["fullUrl"] == entry["resource"]["url"] == f"{CANONICAL}/{kind}/{id_}"
        assert entry["resource"]["status"] == "draft"
    names = [(entry["resource"]["resourceType"], entry["resource"]["name"]) for entry in bundle["entry"]]
    assert len(set(names)) == len(names)


def test_strength_and_quality_are_the_words_of_the_publisher(knowledge: Knowledge) -> None:
    """As texts with their scale: no code is made up. What was not seen is not told, what was given to something else says so."""
    by_id = {one["id"]: one for one in plans()}
    for statement in knowledge.statements:
        if statement.recommend is None or (plan := by_id.get(make_id(statement.id))) is None:
            continue
        grade, advice = statement.recommend.grade, plan["action"][1]
        told = {one["url"].rpartition("/cqf-")[2]: one["valueCodeableConcept"] for one in advice.get("extension", ())}
        words = {"strengthOfRecommendation": grade.strength, "qualityOfEvidence": grade.evidence}
        scale = "; ".join(filter(None, (grade.scale, grade.note)))
        assert told == {name: {"text": f"{word} ({scale})"} for name, word in words.items() if word}
        assert plan["experimental"] == any(cite.checked in ("recalled", "choice") for cite in statement.sources)
        labels = [one["label"] for one in plan["relatedArtifact"]]
        assert labels == [describe_sources([cite]) for cite in statement.sources]


# -- what comes of it ------------------------------------------------------------------------------


def test_the_library_holds_the_text_and_the_elm_of_it(tmp_path: Path) -> None:
    needed()
    elm = json.loads(content_of("application/elm+json"))["library"]
    translated = translate(content_of("text/cql").decode(), tmp_path)
    remarks = [one["message"] for one in translated["annotation"] if one["type"] == "CqlToElmError"]
    assert [one for one in remarks if not re.fullmatch(NAMES_TOLD, one)] == []
    assert meant(translated) == elm
    alone = json.loads(write_elm(shipped()[0]))["library"]  # what `--to elm` writes has all but what plans alone read
    assert elm["statements"]["def"][: len(alone["statements"]["def"])] == alone["statements"]["def"]
    names = {one["name"] for one in elm["statements"]["def"]}
    read = {one["expression"]["expression"] for plan in plans() for action in actions_of(plan) for one in _read_by(action)}
    assert read <= names
    assert {one["name"] for one in resources()[0]["parameter"] if one["use"] == "out"} <= names
    told = {one["name"] for one in resources()[0]["parameter"] if one["use"] == "in"}
    assert told == {one["name"] for one in elm["parameters"]["def"]}


def _read_by(action: Resource) -> list[Resource]:
    return [*action.get("condition", ()), *action.get("dynamicValue", ())]


def apply(plan: Resource, result: dict[str, Any]) -> dict[str, Resource]:
    """What `$apply` keeps of a plan, by ids or titles: an action whose condition is true, below ones that are kept."""
    found: dict[str, Resource] = {}
    for action in plan.get("action", ()):
        if all(result[one["expression"]["expression"]] is True for one in action.get("condition", ())):
            found |= {action.get("id") or f"{action['title']}: {action['description']}": action} | apply(action, result)
    return found


def expected_of(statement: str, decision: Decision, facts: Facts) -> set[str]:
    """Which actions of a statement are due, from the decision with its reasons."""
    applies = decision.statements[statement].truth
    if decision.answer == "out_of_scope" or applies not in (TRUE, UNKNOWN):
        return set()
    if applies is UNKNOWN:
        return {"collect-information"}
    own = [one for one in decision.everything if one.proposal.statement.id == statement]
    advised = [one for one in own if not one.proposal.against]
    due = {"ruled-out" if advised and not any(one.is_offered for one in advised) else "advice"}
    for one in decision.offered:
        if one.proposal.statement.id == statement:
            due.add(name := make_id(f"{one.proposal.regimen.id} {one.role}"))
            due |= {make_id(f"before {name}")} if one.status == "applies_if_checked" else set()
    for one in own:
        if one.proposal.against and one.status in ("applies", "applies_if_checked"):
            due.add(make_id(f"{one.proposal.regimen.id} against"))
    if not own or any(one.is_offered for one in own):
        for action in next(one for one in shipped_knowledge().statements if one.id == statement).actions:
            if explain(action.if_, facts).truth is TRUE:
                due.add(f"{action.kind.replace('_', ' ').capitalize()}: {action.says}")
    return due


def rare_patients() -> list[Patient]:
    """Some are given a regimen as things stand, some none by a statement that says more, some go on while nothing runs."""
    told = list(zip(patients(), decisions(DAYS[-1]), strict=True))
    sure = [patient for patient, decision in told if any(one.status == "applies" for one in decision.offered)]
    barred = [patient for patient, decision in told if any(gives_none(one, decision) for one in decision.everything)]
    idle = [
        patient for patient, decision in told if not patient[1] and any(goes_on(one, decision) for one in decision.statements)
    ]
    assert min(map(len, (sure, barred, idle))) > 5
    return [*sure[:: len(sure) // 5], *barred[:: len(barred) // 5], *idle[:: len(idle) // 5]]


def goes_on(statement: str, decision: Decision) -> bool:
    """Whether a statement that says more, and lets the patient go on with what runs, applies."""
    (told,) = [one for one in shipped_knowledge().statements if one.id == statement]
    current = told.recommend is not None and told.recommend.regimens == (CURRENT,)
    return current and bool(told.actions) and decision.statements[statement].truth is TRUE


def gives_none(judged: JudgedProposal, decision: Decision) -> bool:
    own = [one for one in decision.everything if one.proposal.statement.id == judged.proposal.statement.id]
    advised = bool(judged.proposal.statement.actions) and not judged.proposal.against
    return advised and judged.applies.truth is TRUE and not any(one.is_offered for one in own)


@pytest.mark.xdist_group("sql")
def test_what_is_applied_is_the_decision(tmp_path: Path, knowledge: Knowledge) -> None:
    """Null is read as false: so what is open is collected, and nothing is advised by it."""
    needed()
    some = [*(patient for patient, _ in chosen()[::3]), *rare_patients()]
    frames, seen = Frames(knowledge, DAYS[-1]), set[str]()
    rows = [make_fact_row(id_, running, knowledge.features, facts) for id_, running, facts in some]
    results = execute(content_of("application/elm+json"), rows, tmp_path)
    collect = next(one for one in plans() if one["id"].endswith("-collect"))
    for (_, running, facts), result in zip(some, results, strict=True):
        decision = make_decision(frames.of(running), facts)
        assert bool(apply(collect, result)) == (decision.answer == "needs_data")
        for statement in frames.plain.statements:
            plan = next(one for one in plans() if one["id"] == make_id(statement.id))
            due = expected_of(statement.id, decision, facts)
            assert set(apply(plan, result)) == due, statement.id
            seen |= due
    assert {"collect-information", "advice", "ruled-out"} < seen and any(one.startswith("before-") for one in seen)
