"""Calls of FHIR as a client makes them: `$apply` to a bundle, answers to a questionnaire, and what stands in a plan of care."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concordant.answer.schema import Answer
from concordant.api.fhir import ApplyQuestion, apply_plan, make_applied_plan
from concordant.present.fhir.applied import Applied
from concordant.present.fhir.care_plan import make_care_plan
from concordant.present.fhir.frame import FhirFrame
from tests.shipped import record_of, shipped_knowledge
from tests.web.cds.calls import BASE, ENGINE, encode
from tests.writers.as_fhir import bundle_of

Json = dict[str, Any]
FHIR = f"{BASE}/fhir"
PLAN = "asco-her2-abc"
APPLY = f"/fhir/PlanDefinition/{PLAN}/$apply"
SENT = {"Content-Type": "application/fhir+json"}
COLLECT = "collect-information"


def told_as_fhir(path: Path) -> Json:
    record = record_of(path)
    assert record is not None
    return bundle_of(record, shipped_knowledge())


@functools.cache
def plan_of(path: Path) -> Json:
    """The plan of care of a case as its file tells it."""
    record = record_of(path)
    assert record is not None
    found = ENGINE.recommend(record)
    version = next((one.version for one in found.answer.guidelines if one.id == PLAN), "")
    made = make_applied_plan(found, "p1", PLAN, version, FhirFrame(ENGINE.knowledge, FHIR, record.as_of))
    return json.loads(json.dumps(made))


def plan_of_answer(answer: Answer) -> Json:
    """The plan of care of an answer that no case has."""
    frame = FhirFrame(ENGINE.knowledge, FHIR, dt.date.fromisoformat(answer.as_of))
    return make_care_plan(Applied(answer, "p1", f"{FHIR}/PlanDefinition/{PLAN}", f"{FHIR}/Questionnaire/{PLAN}", frame))


def applied(path: Path, *data: Json, missing: tuple[str, ...] = ()) -> Json:
    """What `$apply` makes of resources on the day of a case."""
    record = record_of(path)
    assert record is not None
    question = ApplyQuestion(PLAN, "p1", tuple(map(encode, data)), FHIR, record.as_of.isoformat(), missing)
    return json.loads(json.dumps(apply_plan(ENGINE, question, record.as_of)))


def parameters(data: Json | None = None, subject: str | None = "Patient/p1", **more: Json) -> Json:
    told = [{"name": name, **value} for name, value in more.items()]
    told += [{"name": "subject", "valueString": subject}] if subject is not None else []
    told += [{"name": "data", "resource": data}] if data is not None else []
    return {"resourceType": "Parameters", "parameter": told}


def response_of(answers: dict[str, Json], questionnaire: str = f"{FHIR}/Questionnaire/{PLAN}", **more: Any) -> Json:
    items = [{"linkId": name, "answer": [value]} for name, value in answers.items()]
    told = {"resourceType": "QuestionnaireResponse", "questionnaire": questionnaire, "status": "completed", "item": items, **more}
    return {name: value for name, value in told.items() if value not in (None, [])}


# -- what stands in a plan of care -----------------------------------------------------------------


def contained(plan: Json, kind: str) -> list[Json]:
    return [one for one in plan["contained"] if one["resourceType"] == kind]


def group_of(plan: Json, name: str) -> list[Json]:
    """The actions of one of the groups; none where there is no such group."""
    groups = [group for request in contained(plan, "RequestGroup") for group in request["action"]]
    return next((group["action"] for group in groups if group["id"] == name), [])


def every_action(plan: Json) -> Iterator[Json]:
    for request in contained(plan, "RequestGroup"):
        yield from below(request["action"])


def below(actions: list[Json]) -> Iterator[Json]:
    for action in actions:
        yield action
        yield from below(action.get("action", []))


def codes_of(action: Json) -> set[str]:
    return {one["code"] for concept in action.get("code", ()) for one in concept.get("coding", ())}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)
