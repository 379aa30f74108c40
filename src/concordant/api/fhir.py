"""FHIR R4: the guidelines as definitions, and `$apply` of one of them to the resources of a patient. It knows of no request."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from concordant.api.fhir_told import add_told, decode_responses
from concordant.api.recommendation import Recommendation
from concordant.decide.ruleset import GuidelineInForce, Ruleset, list_turning_days
from concordant.errors import Complaint, Refused, Unreadable
from concordant.export.offers import list_leading
from concordant.export.plan_definition.parts import make_id
from concordant.patient.events import PatientRecord
from concordant.present.described.statement import make_parts
from concordant.present.fhir.activities import list_activities
from concordant.present.fhir.applied import Applied
from concordant.present.fhir.care_plan import make_care_plan
from concordant.present.fhir.code_systems import list_code_systems
from concordant.present.fhir.frame import FhirFrame, Resource
from concordant.present.fhir.plans import make_plan
from concordant.present.fhir.questions import KIND as QUESTIONNAIRE
from concordant.present.fhir.questions import make_questionnaire
from concordant.record.fhir.answered import AnsweredQuestionnaire, part_responses
from concordant.record.sources import Patient, change_record
from concordant.record.sources.opening import SourceContent

if TYPE_CHECKING:
    from concordant.api.engine import Engine

PLAN, NAME = "PlanDefinition", "data"
WAY_OUT = "Hand over the Patient and the resources about them as FHIR R4"
MISSING = "-missing"  # what the name of the questionnaire of one patient ends with
COLLECTION = b'{"resourceType":"Bundle","type":"collection","entry":['
Definitions = dict[str, list[Resource]]


class ApplyQuestion(msgspec.Struct, frozen=True):
    """What is applied to whom: the id of a plan, of a patient, and the resources (a bundle, or several).

    `base` is the address of the FHIR service; `missing` are sentences about parts of the record that are known to be missing.
    """

    plan: str
    patient: str
    data: tuple[bytes, ...]
    base: str
    as_of: str = ""
    missing: tuple[str, ...] = ()


def list_definitions(engine: Engine, base: str, today: dt.date) -> Definitions:
    """By kind, the definitions of the guidelines in force, as of the last day on which something in the knowledge changed."""
    day = max((one for one in list_turning_days(engine.knowledge) if one <= today), default=today)
    _, ruleset = engine.ruleset(day)
    frame, parts = FhirFrame(engine.knowledge, base, day), make_parts(engine.knowledge, ruleset)
    found: Definitions = defaultdict(list)
    for guideline in list_leading(ruleset):
        version = _find_force(ruleset, make_id(guideline.id)).version
        _add(found, [make_plan(guideline, version, parts, frame)])
        _add(found, [make_questionnaire(guideline, version, make_id(guideline.id), frame)])
    proposed = {one.regimen.id: one.regimen for one in ruleset.proposals if not one.against}
    for regimen in proposed.values():
        _add(found, list_activities(regimen, parts, frame))
    _add(found, list_code_systems(frame))
    return dict(found)


def _add(found: Definitions, resources: Iterable[Resource]) -> None:
    for one in resources:
        found[one["resourceType"]].append(one)


def _find_force(ruleset: Ruleset, plan: str) -> GuidelineInForce:
    return next(one for one in ruleset.in_force if make_id(one.guideline.id) == plan)


# -- $apply ----------------------------------------------------------------------------------------


def apply_plan(
    engine: Engine, question: ApplyQuestion, today: dt.date, keep: Callable[[Recommendation], None] | None = None
) -> Resource:
    """The plan of care, once `keep` has kept the answer behind it. Raises ConcordantError for what cannot be read."""
    guideline = next((one for one in engine.knowledge.guidelines if make_id(one.id) == question.plan and not one.parent), None)
    if guideline is None:
        raise Unreadable(Complaint("there is no such plan", PLAN, way_out="Search PlanDefinition for those that there are"))
    patient = read_applied(engine, question, today)
    day, ruleset = engine.ruleset(patient.record.as_of)
    version = next((one.version.version for one in ruleset.in_force if one.guideline.id == guideline.id), "")
    found = engine.recommend(patient, guideline=f"{guideline.id}/{version}" if version else "")
    if keep is not None:
        keep(found)
    return make_applied_plan(found, question.patient, question.plan, version, FhirFrame(engine.knowledge, question.base, day))


def make_applied_plan(found: Recommendation, patient: str, plan: str, version: str, frame: FhirFrame) -> Resource:
    """The plan of care of an answer, for the version of the guideline that was applied; empty where none was in force."""
    canonical = frame.name_resource(PLAN, plan)
    named = f"{canonical}|{frame.make_version(version)}" if version else canonical
    return make_care_plan(Applied(found.answer, patient, named, frame.name_resource(QUESTIONNAIRE, plan), frame))


def read_applied(engine: Engine, question: ApplyQuestion, today: dt.date) -> Patient:
    """The patient who is meant, with what was answered told in the record, and with what is missing of it."""
    resources, responses = _part_responses(question)
    content = SourceContent(COLLECTION + b",".join(b'{"resource":' + one + b"}" for one in resources) + b"]}", NAME)
    try:
        patient = engine.read(content, as_of=question.as_of or None, patient=question.patient, today=today).one()
    except (Unreadable, Refused):  # what they say may name another patient, or quote an entry
        raise Refused(Complaint("nothing in `data` is a record of the `subject`", NAME, way_out=WAY_OUT)) from None

    def add_all(record: PatientRecord) -> PatientRecord:
        told = add_told(record, responses, question.patient, engine)
        return replace(told, incomplete=(*told.incomplete, *question.missing))

    return change_record(patient, add_all)


def _part_responses(question: ApplyQuestion) -> tuple[list[bytes], list[AnsweredQuestionnaire]]:
    """The resources of the record, and the answers to our questionnaires; answers to others stay what they are to the reader.

    Raises Refused for answers to one of ours under another address: they would be lost without a word.
    """
    endings = tuple(f"/{QUESTIONNAIRE}/{question.plan}{ending}" for ending in ("", MISSING))
    try:
        parted = [part_responses(data, lambda name: name.endswith(endings)) for data in question.data]
    except msgspec.MsgspecError as error:
        raise Unreadable(Complaint(f"this is no Bundle: {error}", NAME, way_out="Send it as FHIR R4 has it")) from None
    responses = decode_responses(one for _, found in parted for one in found)
    if not all(one.name in {f"{question.base}{ending}" for ending in endings} for one in responses):
        says = "questionnaire: it names the Questionnaire under another address than this service"
        raise Refused(Complaint(says, "QuestionnaireResponse", way_out="Write its `url` as it is read here"))
    return [rest for rest, _ in parted if rest], responses
