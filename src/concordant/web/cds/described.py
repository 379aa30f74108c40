"""The routes of CDS Hooks as OpenAPI describes them. What is handed over of a record is FHIR, and described there."""

from __future__ import annotations

from typing import Any

import msgspec

from concordant.present.cards.card import CardList
from concordant.web.cds.feedback import FeedbackCounts
from concordant.web.cds.hooks import HOOKS, PATH, name_service
from concordant.web.cds.requests import ID, LONGEST_INSTANCE, PATIENT_VIEW, FeedbackList

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"
REFUSED = {"401": "The token is not taken", "404": "There is no such service", "412": "The record is missing"}
RESOURCE: Schema = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"type": "string"}}}
PREFETCHED: Schema = {"oneOf": [RESOURCE, {"type": "null"}]}
TEXT: Schema = {"type": "string", "minLength": 1}
CONTEXT: Schema = {
    "type": "object",
    "required": ["patientId"],
    "properties": {
        "patientId": {"type": "string", "pattern": f"^{ID.pattern}$"},
        "userId": TEXT,
        "draftOrders": RESOURCE,
        "selections": {"type": "array", "items": TEXT},
    },
}
CALL: Schema = {
    "type": "object",
    "required": ["hook", "hookInstance", "context"],
    "properties": {
        "hook": {"enum": list(HOOKS)},
        "hookInstance": {**TEXT, "maxLength": LONGEST_INSTANCE},
        "context": CONTEXT,
        "fhirServer": {"type": "string", "format": "uri"},
        "fhirAuthorization": {
            "type": "object",
            "required": ["access_token"],
            "properties": {"access_token": TEXT, "token_type": {"const": "Bearer"}},
        },
        "prefetch": {"type": "object", "additionalProperties": PREFETCHED},
    },
}
EXAMPLE: Schema = {
    "hook": PATIENT_VIEW,
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/a", "patientId": "p1"},
    "prefetch": {
        "patient": {"resourceType": "Patient", "id": "p1", "gender": "female"},
        "procedure": {"resourceType": "Bundle", "type": "searchset", "entry": []},
    },
}


def describe_cds(errors: Schema) -> tuple[Schema, Schema]:
    """The paths, and the parts that they refer to; `errors` are the responses that every route has."""
    (cards, told, counts), parts = msgspec.json.schema_components([CardList, FeedbackList, FeedbackCounts], ref_template=REF)
    problem = next(iter(errors.values()))["content"]
    refused = {**errors, **{status: {"description": text, "content": problem} for status, text in REFUSED.items()}}
    services: Schema = {"type": "object", "properties": {"services": {"type": "array"}}}
    services_named = [name_service(hook) for hook in HOOKS]
    which = {"name": "id", "in": "path", "required": True, "schema": {"enum": services_named}, "example": services_named[0]}
    paths: Schema = {
        PATH: {"get": _describe("discover", "The services, and what each wants to know", services, refused)},
        f"{PATH}/{{id}}": {
            "parameters": [which],
            "post": _describe("cards", "The cards of a hook", cards, refused, CALL, EXAMPLE),
        },
        f"{PATH}/{{id}}/feedback": {
            "parameters": [which],
            "get": _describe("counts", "Feedback, as counts", counts, refused),
            "post": _describe("feedback", "What became of cards", {"type": "object"}, refused, told),
        },
    }
    return paths, parts


def _describe(name: str, summary: str, answer: Schema, errors: Schema, asked: Schema | None = None, shown: Any = None) -> Schema:
    done = {"description": "The answer", "content": {"application/json": {"schema": answer}}}
    found: Schema = {"operationId": name, "summary": summary, "responses": {"200": done, **errors}}
    if asked is not None:
        examples = {"examples": {"opened": {"value": shown}}} if shown is not None else {}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": asked, **examples}}}
    return found
