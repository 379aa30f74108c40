"""What is missing: an action for each fact that is asked for, with the questionnaire that asks it, and what it is read from."""

from __future__ import annotations

from concordant.answer.schema import Ask
from concordant.export.plan_definition.parts import make_id
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.present.fhir.applied import Applied
from concordant.present.fhir.frame import COLLECT, Resource, drop_empty, make_activity, make_line, refer_within
from concordant.present.fhir.questions import OF_PATIENT, make_missing, tell_branches
from concordant.record.fhir.searches import find_address

ASKED_BY = {"text": "The item of the questionnaire that asks it (linkId)"}
RESULTS = ("test", "measurement")
ANSWERED = "QuestionnaireResponse"


def make_collecting(applied: Applied) -> Resource | None:
    """The facts to collect, the one that decides most first; nothing where none is asked for."""
    if not applied.answer.ask:
        return None
    applied.keep_resource(make_missing(applied.answer, applied.questionnaire, applied.frame))
    return {
        "id": "collect-information",
        "title": "Facts that are missing",
        "groupingBehavior": "logical-group",
        "selectionBehavior": "any",
        "action": [_make_asked(ask, applied) for ask in applied.answer.ask],
    }


def _make_asked(ask: Ask, applied: Applied) -> Resource:
    asks = [{"type": ASKED_BY, "valueString": ask.feature}]
    task = applied.add_task(
        f"collect {ask.feature}", make_activity(COLLECT), ask.question, focus=refer_within(OF_PATIENT), input=asks
    )
    return {
        "id": make_id(f"collect {ask.feature}"),
        "title": make_line(ask.label),
        "description": make_line(ask.question),
        "textEquivalent": make_line(". ".join(tell_branches(ask))),
        "priority": "urgent" if ask.blocking else "routine",
        "code": [make_activity(COLLECT)],
        "requiredBehavior": "must" if ask.blocking else "could",
        "resource": task,
    }


def list_requirements(applied: Applied) -> list[Resource]:
    """What has to be handed over, for each missing fact: the results that it is read from, else an answer to its question."""
    features = {feature.name: feature for feature in applied.frame.knowledge.features}
    return [_make_requirement(features[ask.feature], applied.frame.knowledge) for ask in applied.answer.ask]


def _make_requirement(feature: Feature, knowledge: Knowledge) -> Resource:
    codes = _list_codes(feature, knowledge)
    told = {"type": "Observation", "codeFilter": [{"path": "code", "code": codes}]} if codes else {"type": ANSWERED}
    return drop_empty({"id": feature.name, **told})


def _list_codes(feature: Feature, knowledge: Knowledge) -> list[Resource]:
    """The codes of the tests and measurements that the fact is read from."""
    named = feature.derive.named_words if feature.derive is not None else ()
    wanted = {(one.naming.kind, one.word) for one in named if one.naming.kind in RESULTS}
    addresses = {system.id: find_address(system.names) for system in knowledge.vocabulary.code_systems}
    codes = [one for values in knowledge.vocabulary.value_sets if (values.kind, values.concept) in wanted for one in values.codes]
    return [{"system": addresses[one.system], "code": one.code, "display": one.display} for one in codes if addresses[one.system]]
