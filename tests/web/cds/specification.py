"""What CDS Hooks 2.0 asks of a response, written from the specification (cds-hooks.hl7.org/2.0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema

CODING = {
    "type": "object",
    "required": ["code", "system"],
    "additionalProperties": False,
    "properties": {name: {"type": "string", "minLength": 1} for name in ("code", "system", "display")},
}
URL = {"type": "string", "pattern": "^https?://[^\\s]+$"}
TEXT = {"type": "string", "minLength": 1}
ACTION = {
    "type": "object",
    "required": ["type", "description"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["create", "update", "delete"]},
        "description": TEXT,
        "resource": {"type": "object", "required": ["resourceType"]},
        "resourceId": {"type": "string", "pattern": "^[A-Za-z]+/[A-Za-z0-9.-]{1,64}$"},
    },
    "if": {"properties": {"type": {"const": "delete"}}},
    "then": {"required": ["resourceId"]},
    "else": {"required": ["resource"]},
}
SUGGESTION = {
    "type": "object",
    "required": ["label", "uuid"],
    "additionalProperties": False,
    "properties": {
        "label": TEXT,
        "uuid": TEXT,
        "isRecommended": {"const": True},
        "actions": {"type": "array", "minItems": 1, "items": ACTION},
    },
}
CARD = {
    "type": "object",
    "required": ["summary", "indicator", "source", "uuid", "detail"],
    "additionalProperties": False,
    "properties": {
        "uuid": {"type": "string", "pattern": "^[0-9a-f-]{36}$"},
        "summary": {"type": "string", "minLength": 1, "maxLength": 139, "pattern": "^[^\\n\\r]*$"},
        "detail": TEXT,
        "indicator": {"enum": ["info", "warning", "critical"]},
        "source": {
            "type": "object",
            "required": ["label"],
            "additionalProperties": False,
            "properties": {"label": TEXT, "url": URL, "topic": CODING},
        },
        "suggestions": {"type": "array", "minItems": 1, "items": SUGGESTION},
        "selectionBehavior": {"enum": ["at-most-one", "any"]},
        "overrideReasons": {"type": "array", "minItems": 1, "items": {**CODING, "required": ["code", "system", "display"]}},
        "links": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["label", "url", "type"],
                "additionalProperties": False,
                "properties": {"label": TEXT, "url": URL, "type": {"enum": ["absolute", "smart"]}},
            },
        },
    },
    "dependentRequired": {"suggestions": ["selectionBehavior"], "selectionBehavior": ["suggestions"]},
}
RESPONSE = {
    "type": "object",
    "required": ["cards"],
    "additionalProperties": False,
    "properties": {"cards": {"type": "array", "items": CARD}},
}
SERVICE = {
    "type": "object",
    "required": ["hook", "description", "id"],
    "additionalProperties": False,
    "properties": {
        "hook": {"enum": ["patient-view", "order-select", "order-sign"]},
        "title": TEXT,
        "description": TEXT,
        "id": {"type": "string", "pattern": "^[a-z-]+$"},
        "prefetch": {"type": "object", "minProperties": 1, "additionalProperties": TEXT},
        "usageRequirements": TEXT,
    },
}


def check_response(response: Any) -> None:
    jsonschema.validate(response, RESPONSE)
    assert not list(_iter_empty(response.get("cards"), "cards")), "null and empty elements are forbidden"
    numbers = [card["uuid"] for card in response["cards"]]
    numbers += [one["uuid"] for card in response["cards"] for one in card.get("suggestions", ())]
    assert len(numbers) == len(set(numbers))


def _iter_empty(value: Any, place: str) -> Iterator[str]:
    if place != "cards" and value in (None, "", [], {}):
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _iter_empty(inner, f"{place}.{key}")
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _iter_empty(inner, f"{place}[{number}]")


def check_discovery(response: Any) -> None:
    assert set(response) == {"services"}
    for service in response["services"]:
        jsonschema.validate(service, SERVICE)
