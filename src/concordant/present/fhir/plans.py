"""A guideline as a plan definition: what is asked for, then its statements with their rating, for whom, and their regimens.

It is applied here, by `$apply`: its conditions are told in words. `concordant export --to plan-definition` writes them as CQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from concordant.decide.ruleset import CURRENT, Proposal
from concordant.export.plan_definition.parts import (
    TERMS,
    make_citations,
    make_concept,
    make_direction,
    make_grade,
    make_id,
    make_process,
)
from concordant.export.plan_definition.statements import UNOFFICIAL
from concordant.model.guideline import Guideline, Statement, Version
from concordant.model.sources import Cite, Source
from concordant.present.described.parts import PartBuilder
from concordant.present.fhir.activities import name_activity
from concordant.present.fhir.frame import COLLECT, FhirFrame, Resource, drop_empty, make_activity, make_line, start_definition

KIND, QUESTIONNAIRE = "PlanDefinition", "Questionnaire"
ONE_OF_THEM = "at-most-one"
COLLECT_SAYS = "What is not known and decides is collected first; $apply names what is missing for a patient."
RUNS = "What runs now"


def make_plan(guideline: Guideline, version: Version, parts: PartBuilder, frame: FhirFrame) -> Resource:
    """The plan definition of a guideline in force; statements of its companions stand among its own."""
    sources = {source.id: source for source in frame.knowledge.sources}
    source = sources.get(version.source)
    cite = Cite(ref=version.source, checked=source.checked if source else "recalled")
    says = f"{guideline.title}, {guideline.publisher}, version {version.version}. {version.notice} {UNOFFICIAL}"
    made = start_definition(KIND, make_id(guideline.id), (guideline.title, make_line(says)), frame, version.version)
    asks = {"type": "depends-on", "resource": frame.name_resource(QUESTIONNAIRE, made["id"])}
    return made | {
        "identifier": [{"system": f"{frame.base}/guidelines", "value": f"{guideline.id}/{version.version}"}],
        "type": make_concept(f"{TERMS}/plan-definition-type", "workflow-definition", "Workflow Definition"),
        "subjectCodeableConcept": make_concept("http://hl7.org/fhir/resource-types", "Patient", "Patient"),
        "copyright": guideline.rights,
        "effectivePeriod": {"start": version.valid_from.isoformat()},
        "relatedArtifact": [*make_citations([cite], sources), asks],
        "action": [_make_collecting(asks["resource"]), *_iter_statements(guideline, parts, frame)],
    }


def _make_collecting(questionnaire: str) -> Resource:
    return {
        "id": "collect-information",
        "title": "Collect what is not known",
        "description": COLLECT_SAYS,
        "code": [make_activity(COLLECT)],
        "definitionCanonical": questionnaire,
    }


def _iter_statements(guideline: Guideline, parts: PartBuilder, frame: FhirFrame) -> Iterator[Resource]:
    own = [one for one in parts.frame.statements if parts.frame.family[one.guideline] == guideline.id]
    for statement in sorted(own, key=lambda one: (one.rank, one.id)):
        yield _make_statement(statement, parts, frame)


def _make_statement(statement: Statement, parts: PartBuilder, frame: FhirFrame) -> Resource:
    sources = {source.id: source for source in frame.knowledge.sources}
    advice = statement.recommend
    direction = [make_direction(advice.direction)] if advice else []
    return drop_empty(
        {
            "id": make_id(statement.id),
            "extension": [*make_grade(advice.grade if advice else statement.grade), *direction],
            "title": statement.title,
            "description": statement.says,
            "textEquivalent": f"Applies if: {parts.describe(statement.applies_if)}",
            "code": make_process("guideline-based-care"),
            "documentation": make_citations(statement.sources, sources),
            "action": [*_list_regimens(statement, parts, frame), *_iter_beside(statement, sources)],
        }
    )


def _list_regimens(statement: Statement, parts: PartBuilder, frame: FhirFrame) -> list[Resource]:
    """The regimens that it names: of several one is chosen."""
    made = [_make_regimen(one, parts, frame) for one in parts.frame.proposals if one.statement is statement]
    if statement.recommend is not None and CURRENT in statement.recommend.regimens:
        made.append({"title": f"{RUNS} ({statement.recommend.role})"})
    if len(made) < 2:
        return made
    title = "Advised against" if statement.recommend and statement.recommend.direction == "against" else "One of these"
    chosen = {} if title == "Advised against" else {"groupingBehavior": "logical-group", "selectionBehavior": ONE_OF_THEM}
    return [{"title": title, **chosen, "action": made}]


def _make_regimen(proposal: Proposal, parts: PartBuilder, frame: FhirFrame) -> Resource:
    """A regimen by what is ordered for it; one that is advised against has nothing to order."""
    regimen = proposal.regimen
    made: Resource = {"id": make_id(proposal.id), "title": f"{regimen.name} ({proposal.role})"}
    if proposal.against:
        return made | {"title": f"{regimen.name} (advised against)"}
    orders = [
        {
            "title": parts.names[drug],
            "definitionCanonical": frame.name_resource("ActivityDefinition", name_activity(regimen, drug)),
        }
        for drug in regimen.drugs
    ]
    if len(orders) == 1:
        return made | {"definitionCanonical": orders[0]["definitionCanonical"]}
    return made | {"groupingBehavior": "logical-group", "selectionBehavior": "all", "action": orders}


def _iter_beside(statement: Statement, sources: Mapping[str, Source]) -> Iterator[Resource]:
    """What is to be done beside a regimen."""
    for action in statement.actions:
        yield {
            "title": action.kind.replace("_", " ").capitalize(),
            "description": action.says,
            "code": make_process("guideline-based-care"),
            "documentation": make_citations([action.source], sources),
        }
