"""The JSON Schema of the case file, for editors: keys, closed lists and shapes."""

from __future__ import annotations

from typing import Any

from concordant.contract_names import BRAIN_METASTASES, DISEASE_EXTENT, MENOPAUSAL_STATUS, SEX
from concordant.model.knowledge import Knowledge
from concordant.patient import events
from concordant.record.casefile import blocks
from concordant.record.casefile.note_block import NOTE, NOTE_KEYS

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
DATE: Schema = {"type": ["string", "integer"], "pattern": "^\\d{4}(-\\d{1,2}(-\\d{1,2})?)?$"}
NAMES: Schema = {"type": ["array", "string"], "items": {"type": "string"}}


def _object_schema(**properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _list_schema(**properties: Schema) -> Schema:
    return {"type": ["array", "null"], "items": _object_schema(**properties)}


def _enum_schema(*words: str) -> Schema:
    return {"enum": list(words)}


def build_case_schema(knowledge: Knowledge) -> Schema:
    """The schema of contract 1, its lists filled from the knowledge."""
    vocabulary = knowledge.vocabulary
    features = {f.name: f for f in knowledge.features}
    numbers = {name for test in vocabulary.tests for name in test.numbers}
    blocks_ = {
        "name": TEXT,
        "as_of": DATE,
        "patient": _object_schema(
            **{SEX: _enum_schema(*blocks.SEXES), "birth_date": DATE},
            **{MENOPAUSAL_STATUS: _enum_schema(*features[MENOPAUSAL_STATUS].values)},
            **{field.name: TEXT for field in vocabulary.patient},
        ),
        "tumor_markers": _list_schema(
            test=_enum_schema(*(t.name for t in vocabulary.tests)),
            value=TEXT,
            date=DATE,
            specimen=_enum_schema(*blocks.SPECIMENS),
            **dict.fromkeys(sorted(numbers - {"value"}), TEXT),
        ),
        "disease": _list_schema(
            event=_enum_schema(*events.HAPPENINGS),
            date=DATE,
            stage=TEXT,
            extent=_enum_schema(*features[DISEASE_EXTENT].values),
            sites=NAMES,
            procedure=TEXT,
            **{BRAIN_METASTASES: _enum_schema(*events.BRAIN)},
        ),
        "treatments": _list_schema(
            drugs=NAMES,
            setting=_enum_schema(*events.SETTINGS),
            line=TEXT,
            start=DATE,
            end=DATE,
            cycles=TEXT,
            stopped=_enum_schema(*events.STOPPED),
        ),
        "conditions": _list_schema(
            name=TEXT, status=_enum_schema(*events.STATUSES), date=DATE, judged=TEXT, icd10=TEXT, snomed=TEXT
        ),
        "measurements": _list_schema(
            name=_enum_schema(*(m.name for m in vocabulary.measurements)), value=TEXT, date=DATE, upper_limit=TEXT, judged=TEXT
        ),
        "medications": _list_schema(name=TEXT, start=DATE, end=DATE, judged=TEXT),
        "unavailable": NAMES,
        NOTE: _object_schema(**dict.fromkeys(NOTE_KEYS, NAMES)),
        "stated": _object_schema(**dict.fromkeys(sorted(features), TEXT)),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Concordant case file",
        **_object_schema(**blocks_),
    }
