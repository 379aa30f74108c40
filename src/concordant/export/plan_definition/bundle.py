"""The bundle: the library, a strategy of each guideline in force, and its statements, each a plan definition."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import msgspec

from concordant.decide.ruleset import Ruleset
from concordant.export.cql.answer import name_speaks
from concordant.export.cql.library import write_cql, write_elm
from concordant.export.cql.script import make_library
from concordant.export.offers import list_leading
from concordant.export.plan_definition.conditions import PlanConditions
from concordant.export.plan_definition.parts import (
    CPG,
    TERMS,
    Json,
    Setting,
    make_citations,
    make_concept,
    make_condition,
    make_expression,
    make_id,
    make_process,
    start_resource,
)
from concordant.export.plan_definition.statements import UNOFFICIAL, make_collecting, make_recommendation
from concordant.model.guideline import Guideline, Statement, Version
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite

RESULTS = {"answer": "1", "outcome": "*", "preferred": "*", "offered": "*", "asks": "*", "faulty": "*"}  # texts, and how many


def write_bundle(knowledge: Knowledge, frame: Ruleset, day: dt.date, canonical: str) -> str:
    """The decision as a transaction of FHIR R4; `canonical` is the address under which its resources are published.

    The ruleset proposes to continue what runs, whatever drug that is. Raises Refused for what CQL cannot express.
    """
    library, made = make_library(knowledge, frame, day)
    conditions = PlanConditions(frame, made)
    library = replace(library, definitions=(*library.definitions, *conditions.list_definitions()))
    sources = {source.id: source for source in knowledge.sources}
    setting = Setting(frame, library, made, conditions, sources, canonical.rstrip("/"), day)
    plans = chain.from_iterable(_iter_plans(guideline, setting) for guideline in list_leading(frame))
    entries = [_make_entry(resource) for resource in (_make_library(setting), *plans)]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return msgspec.json.format(msgspec.json.encode(bundle), indent=1).decode() + "\n"


def _make_entry(resource: Json) -> Json:
    address = f"{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": resource["url"], "resource": resource, "request": {"method": "PUT", "url": address}}


def _make_library(setting: Setting) -> Json:
    library = setting.library
    says = f"What the guidelines in force say of a patient whose facts are handed over as parameters. {UNOFFICIAL}"
    contents = (("text/cql", write_cql(library).encode()), ("application/elm+json", write_elm(library)))
    kinds = {"String": "string", "Decimal": "decimal"}
    told = [
        {"name": parameter.name, "use": "in", "min": 0, "max": "1", "type": kinds[parameter.kind]}
        for parameter in library.parameters
    ]
    told += [{"name": name, "use": "out", "min": 0, "max": most, "type": "string"} for name, most in RESULTS.items()]
    made = start_resource("Library", library.name, setting, "Guideline statements as CQL", says, True)
    return made | {
        "name": library.name,
        "type": make_concept(f"{TERMS}/library-type", "logic-library", "Logic Library"),
        "parameter": told,
        "content": [{"contentType": kind, "data": base64.b64encode(data).decode()} for kind, data in contents],
    }


def _iter_plans(guideline: Guideline, setting: Setting) -> Iterator[Json]:
    """The strategy of a guideline with its companions, what it asks for, and its statements."""
    asking = _make_asking(guideline, setting)
    own = [one for one in setting.frame.statements if setting.frame.family[one.guideline] == guideline.id]
    statements = sorted(own, key=lambda one: (one.rank, one.id))
    yield _make_strategy(guideline, asking, statements, setting)
    yield asking
    yield from (make_recommendation(statement, setting) for statement in statements)


def _make_asking(guideline: Guideline, setting: Setting) -> Json:
    """What is not known and decides, as a plan definition: `$apply` reads null as false, and would say nothing."""
    title, says = "Collect what is not known", "Facts are missing that decide: `asks` lists the features to ask for."
    collect = make_collecting(title, says, setting.conditions.collect[guideline.id])
    told = {"path": "action.description", "expression": make_expression("asks_told")}
    plan = start_resource("PlanDefinition", make_id(f"{guideline.id} collect"), setting, title, f"{says} {UNOFFICIAL}", True)
    return plan | {
        "meta": {"profile": [f"{CPG}/StructureDefinition/cpg-recommendationdefinition"]},
        "type": make_concept(f"{TERMS}/plan-definition-type", "eca-rule", "ECA Rule"),
        "subjectCodeableConcept": make_concept("http://hl7.org/fhir/resource-types", "Patient", "Patient"),
        "library": [setting.refer_to("Library", setting.library.name)],
        "action": [collect | {"dynamicValue": [told]}],
    }


def _make_strategy(guideline: Guideline, asking: Json, statements: list[Statement], setting: Setting) -> Json:
    (version,) = [force.version for force in setting.frame.in_force if force.guideline.id == guideline.id]
    source = setting.sources.get(version.source)
    cite = Cite(ref=version.source, checked=source.checked if source else "recalled")
    id_, says = make_id(f"{guideline.id} {version.version}"), _describe(guideline, version)
    plan = start_resource("PlanDefinition", id_, setting, guideline.title, says, True)
    first = asking["action"][0] | {"definitionCanonical": setting.refer_to("PlanDefinition", asking["id"])}
    first = {name: value for name, value in first.items() if name != "dynamicValue"}
    return plan | {
        "meta": {"profile": [f"{CPG}/StructureDefinition/cpg-strategydefinition"]},
        "type": make_concept(f"{TERMS}/plan-definition-type", "workflow-definition", "Workflow Definition"),
        "subjectCodeableConcept": make_concept("http://hl7.org/fhir/resource-types", "Patient", "Patient"),
        "copyright": guideline.rights,
        "effectivePeriod": {"start": version.valid_from.isoformat()},
        "relatedArtifact": make_citations([cite], setting.sources),
        "library": [setting.refer_to("Library", setting.library.name)],
        "action": [first, *(_refer_to_statement(statement, guideline, setting) for statement in statements)],
    }


def _describe(guideline: Guideline, version: Version) -> str:
    told = f"{guideline.title}, {guideline.publisher}, version {version.version}; its companions among the statements."
    return f"{told} {version.notice} {UNOFFICIAL}".replace("  ", " ")


def _refer_to_statement(statement: Statement, guideline: Guideline, setting: Setting) -> Json:
    return {
        "id": make_id(statement.id),
        "title": statement.title,
        "description": statement.says,
        "code": make_process("guideline-based-care"),
        "condition": make_condition(name_speaks(guideline, setting.made.names)),
        "definitionCanonical": setting.refer_to("PlanDefinition", make_id(statement.id)),
    }
