"""A statement as a recommendation definition: first what leaves it open, then what it advises."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.decide.ruleset import Proposal
from concordant.export.offers import Offer
from concordant.export.plan_definition.parts import (
    CPG,
    TERMS,
    Json,
    Setting,
    is_guessed,
    make_citations,
    make_concept,
    make_condition,
    make_direction,
    make_grade,
    make_id,
    make_process,
    start_resource,
)
from concordant.model.guideline import Statement

UNOFFICIAL = (
    "Encoded by Concordant; paraphrased, neither published nor endorsed by the guideline's publisher. "
    "No clinician has reviewed this."
)


def make_recommendation(statement: Statement, setting: Setting) -> Json:
    """The plan definition of a statement."""
    says = f"{statement.says} {UNOFFICIAL}"
    plan = start_resource("PlanDefinition", make_id(statement.id), setting, statement.title, says, is_guessed(statement.sources))
    return plan | {
        "meta": {"profile": [f"{CPG}/StructureDefinition/cpg-recommendationdefinition"]},
        "type": make_concept(f"{TERMS}/plan-definition-type", "eca-rule", "ECA Rule"),
        "subjectCodeableConcept": make_concept("http://hl7.org/fhir/resource-types", "Patient", "Patient"),
        "relatedArtifact": make_citations(statement.sources, setting.sources),
        "library": [setting.refer_to("Library", setting.library.name)],
        "action": [_make_collecting(statement, setting), _make_advice(statement, setting), *_iter_ruled_out(statement, setting)],
    }


def make_collecting(title: str, description: str, condition: str) -> Json:
    """An action that asks for what is not known."""
    return {
        "id": "collect-information",
        "title": title,
        "description": description,
        "code": make_process("history-and-physical"),
        "condition": make_condition(condition),
    }


def _make_collecting(statement: Statement, setting: Setting) -> Json:
    description = f"It is open whether this statement applies: `{setting.made.asks[statement.id]}` lists the features to ask for."
    return make_collecting("Collect what leaves this open", description, setting.conditions.collect[statement.id])


def _iter_ruled_out(statement: Statement, setting: Setting) -> Iterator[Json]:
    """That nothing it advises can be given: then it advises nothing, and says so."""
    if statement.id in setting.conditions.ruled_out:
        yield {
            "id": "ruled-out",
            "title": f"Nothing of this can be given: {statement.title}",
            "description": "It applies, and something on record speaks against each regimen: a case for the tumour board.",
            "code": make_process("guideline-based-care"),
            "condition": make_condition(setting.conditions.ruled_out[statement.id]),
        }


def _make_advice(statement: Statement, setting: Setting) -> Json:
    parts = [*_iter_offers(statement, setting), *_iter_against(statement, setting), *_iter_actions(statement, setting)]
    grade = statement.recommend.grade if statement.recommend else statement.grade
    advice = {
        "id": "advice",
        "extension": make_grade(grade),
        "title": statement.title,
        "description": statement.says,
        "code": make_process("guideline-based-care"),
        "documentation": make_citations(statement.sources, setting.sources),
        "condition": make_condition(setting.conditions.due[statement.id]),
        "action": parts,
    }
    return {name: value for name, value in advice.items() if value}


def _iter_offers(statement: Statement, setting: Setting) -> Iterator[Json]:
    """A regimen in each role that it can have: given while it is offered so and no better place tells it."""
    for offer in setting.made.offers:
        if offer.proposal.statement is statement:
            regimen = offer.proposal.regimen
            title = f"{regimen.name} ({offer.role})"
            made = _make_regimen(offer.proposal, f"{regimen.id} {offer.role}", title, offer.shown)
            yield _make_first(offer, made["id"], setting)
            yield made


def _make_first(offer: Offer, of: str, setting: Setting) -> Json:
    """What is settled before the first dose of a regimen."""
    checks = setting.made.checks[offer.proposal.id]
    return {
        "id": make_id(f"before {of}"),
        "title": f"Before the first dose of {offer.proposal.regimen.name}",
        "description": f"Something is to be settled first or is not known: `{checks}` lists the features to ask for.",
        "code": make_process("history-and-physical"),
        "condition": make_condition(setting.conditions.first[offer.shown]),
        "relatedAction": [{"actionId": of, "relationship": "before-start"}],
    }


def _iter_against(statement: Statement, setting: Setting) -> Iterator[Json]:
    for proposal in setting.frame.proposals:
        if proposal.statement is statement and proposal.against:
            title = f"{proposal.regimen.name} (advised against)"
            yield _make_regimen(proposal, f"{proposal.regimen.id} against", title, setting.made.counts[proposal.id])


def _make_regimen(proposal: Proposal, id_: str, title: str, condition: str) -> Json:
    recommend = proposal.statement.recommend
    assert recommend is not None
    return {
        "id": make_id(id_),
        "extension": [*make_grade(recommend.grade), make_direction(recommend.direction)],
        "title": title,
        "description": proposal.statement.says,
        "code": make_process("guideline-based-care"),
        "condition": make_condition(condition),
    }


def _iter_actions(statement: Statement, setting: Setting) -> Iterator[Json]:
    """What is to be done beside a regimen."""
    for number, action in enumerate(statement.actions):
        name = setting.made.actions.get((statement.id, number))
        yield {
            "title": action.kind.replace("_", " ").capitalize(),
            "description": action.says,
            "code": make_process("guideline-based-care"),
            "documentation": make_citations([action.source], setting.sources),
        } | ({"condition": make_condition(name)} if name else {})
