"""The description of the JSON API (OpenAPI 3.1), made of its types, with examples that run."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

from concordant.version import __version__
from concordant.web.cds.described import describe_cds
from concordant.web.problems import ProblemBody
from concordant.web.requests import Health
from concordant.web.service import SERVICES

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"
STATUSES = {"400": "It cannot be read", "413": "It is too large", "422": "It says something that cannot be", "429": "Too often"}

FHIR_JSON = "application/fhir+json"
FHIR = {
    "/fhir/metadata": ("get", "What the service can do, as a CapabilityStatement"),
    "/fhir/{kind}": ("get", "Definitions of a kind, by `url`, `identifier`, `_id`, `name` or `title`"),
    "/fhir/{kind}/{id}": ("get", "One definition"),
    "/fhir/PlanDefinition/$apply": ("post", "The plan of care of a patient, for the plan that `url` names"),
    "/fhir/PlanDefinition/{id}/$apply": ("post", "The plan of care of a patient: Parameters with `subject` and `data`"),
}


def build_openapi(example: Schema, *, hooks: bool = False) -> Schema:
    """The description; `example` is a case that every question of the examples is asked of; `hooks`: CDS Hooks and FHIR too."""
    kinds = [kind for question, _, answer in SERVICES.values() for kind in (question, answer)]
    schemas, components = msgspec.json.schema_components([*kinds, ProblemBody, Health], ref_template=REF)
    pairs = zip(SERVICES.items(), zip(schemas[::2], schemas[1::2], strict=False), strict=False)
    paths = {
        path: {"post": _describe(path, service[1], question, answer, schemas[-2], example)}
        for (path, service), (question, answer) in pairs
    }
    health = {
        "get": {
            "operationId": "health",
            "summary": "Whether the server runs",
            "responses": {"200": _describe_body("It does", schemas[-1])},
        }
    }
    cds_paths, cds_parts = describe_cds(_describe_errors(schemas[-2])) if hooks else ({}, {})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Concordant",
            "version": __version__,
            "description": "Guideline-concordant care for one record. Nothing is stored. No clinician reviewed the knowledge.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {**paths, **cds_paths, "/healthz": health, "/readyz": health, **(_describe_fhir() if hooks else {})},
        "components": {"schemas": {**components, **cds_parts}},
    }


def _describe(path: str, service: Any, question: Schema, answer: Schema, problem: Schema, example: Schema) -> Schema:
    says = inspect.getdoc(service) or ""
    body = {"application/json": {"schema": question, "examples": {"story": {"value": {"record": example}}}}}
    return {
        "operationId": path.strip("/"),
        "summary": says.rstrip("."),
        "requestBody": {"required": True, "content": body},
        "responses": {"200": _describe_body("The answer", answer), **_describe_errors(problem)},
    }


def _describe_errors(problem: Schema) -> Schema:
    return {status: _describe_body(text, problem, "application/problem+json") for status, text in STATUSES.items()}


def _describe_fhir() -> Schema:
    """The routes of FHIR: its resources are described by FHIR itself."""
    return {path: {method: _describe_operation(path, says, method == "post")} for path, (method, says) in FHIR.items()}


def _describe_operation(path: str, says: str, takes: bool) -> Schema:
    names = re.findall(r"\{(\w+)\}", path)
    resource = {FHIR_JSON: {"schema": {"type": "object", "required": ["resourceType"]}}}
    described: Schema = {
        "operationId": "fhir" + "".join(word.capitalize() for word in re.findall(r"\w+", path)),
        "summary": says,
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names],
        "responses": {
            "200": {"description": "A resource of FHIR R4", "content": resource},
            "4XX": {"description": "An OperationOutcome", "content": resource},
        },
    }
    return described | ({"requestBody": {"required": True, "content": resource}} if takes else {})


def _describe_body(text: str, schema: Schema, kind: str = "application/json") -> Schema:
    return {"description": text, "content": {kind: {"schema": schema}}}
