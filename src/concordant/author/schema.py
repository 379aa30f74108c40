"""The JSON Schema of knowledge files, for editors: keys, closed lists and shapes, made of the records that the files become."""

from __future__ import annotations

from typing import Any

import msgspec

from concordant.author.files import CONDITION_KEYS
from concordant.model.drugs import Drug, Regimen
from concordant.model.guideline import Danger, Disagreement, Guideline, NewerEvent, Statement
from concordant.model.sources import Record, Source
from concordant.model.trials import Trial

Schema = dict[str, Any]
KINDS: dict[str, type[Record]] = {
    "statement": Statement,
    "guideline": Guideline,
    "drug": Drug,
    "regimen": Regimen,
    "trial": Trial,
    "source": Source,
    "danger": Danger,
    "newer": NewerEvent,
    "disagreement": Disagreement,
}
# What the compiler adds: by the folder of the file, by the owner of a restriction, out of the words of an effect.
ADDED = {"Statement": {"guideline", "version", "number"}, "Restriction": {"drug"}, "Estimate": {"hr"}}
NODES = {"Constant", "Compare", "OneOf", "Not", "All", "Any", "AtLeast", "Named"}
TEXT: Schema = {"description": "A scalar is text, whatever an editor takes it for.", "type": ["string", "number", "boolean"]}
CONDITION: Schema = {
    "description": "A sentence about one feature, or several joined: `feature is value`, `feature >= 50 unit`.",
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"$ref": "#/$defs/Condition"}},
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {key: {"$ref": "#/$defs/Condition"} for key in ("all", "any", "none")},
            "patternProperties": {"^at least \\d+ of$": {"$ref": "#/$defs/Condition"}},
        },
    ],
}


def build_knowledge_schema(kind: str) -> Schema:
    """The schema of one kind of file."""
    record = KINDS[kind]
    (_,), components = msgspec.json.schema_components([record], ref_template="#/$defs/{name}")
    definitions = {name: _adapt(name, shape) for name, shape in components.items() if name not in NODES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions.pop(record.__name__),
        "title": f"Concordant knowledge: {kind}",
        "$defs": {**definitions, "Condition": CONDITION, "Text": TEXT},
    }


def _adapt(name: str, shape: Schema) -> Schema:
    """The definition as an author writes the thing: with sentences, and without what the compiler adds."""
    left_out = ADDED.get(name, set())
    properties = {
        key: {"$ref": "#/$defs/Condition"} if key in CONDITION_KEYS else _loosen(inner)
        for key, inner in shape.get("properties", {}).items()
        if key not in left_out
    }
    return {**shape, "properties": properties} if "properties" in shape else _loosen(shape)


def _loosen(shape: Any) -> Any:
    """The same with every plain text as any scalar, and without defaults, which say nothing to an author."""
    if isinstance(shape, list):
        return [_loosen(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    kept = {key: _loosen(value) for key, value in shape.items() if key != "default"}
    return {"$ref": "#/$defs/Text"} if kept == {"type": "string"} else kept
