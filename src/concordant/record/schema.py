"""The JSON Schema of the case file, for editors: keys, closed lists and shapes."""

from __future__ import annotations

from typing import Any

from concordant.compiled import Knowledge
from concordant.contract_names import BRAIN_METASTASES, DISEASE_EXTENT, MENOPAUSAL_STATUS, SEX
from concordant.record import blocks, events

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
DATE: Schema = {"type": ["string", "integer"], "pattern": "^\\d{4}(-\\d{1,2}(-\\d{1,2})?)?$"}
NAMES: Schema = {"type": ["array", "string"], "items": {"type": "string"}}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _list(**properties: Schema) -> Schema:
    return {"type": ["array", "null"], "items": _object(**properties)}


def _words(*words: str) -> Schema:
    return {"enum": list(words)}


def case_file_schema(knowledge: Knowledge) -> Schema:
    """The schema of contract 1, its lists filled from the knowledge."""
    vocabulary = knowledge.vocabulary
    features = {f.name: f for f in knowledge.features}
    numbers = {name for test in vocabulary.tests for name in test.numbers}
    blocks_ = {
        "name": TEXT,
        "as_of": DATE,
        "patient": _object(
            **{SEX: _words(*blocks.SEXES), "birth_date": DATE},
            **{MENOPAUSAL_STATUS: _words(*features[MENOPAUSAL_STATUS].values)},
            **{field.name: TEXT for field in vocabulary.patient},
        ),
        "tumor_markers": _list(
            test=_words(*(t.name for t in vocabulary.tests)),
            value=TEXT,
            date=DATE,
            specimen=_words(*blocks.SPECIMENS),
            **dict.fromkeys(sorted(numbers - {"value"}), TEXT),
        ),
        "disease": _list(
            event=_words(*events.HAPPENINGS),
            date=DATE,
            stage=TEXT,
            extent=_words(*features[DISEASE_EXTENT].values),
            sites=NAMES,
            procedure=TEXT,
            **{BRAIN_METASTASES: _words(*events.BRAIN)},
        ),
        "treatments": _list(
            drugs=NAMES,
            setting=_words(*events.SETTINGS),
            line=TEXT,
            start=DATE,
            end=DATE,
            cycles=TEXT,
            stopped=_words(*events.STOPPED),
        ),
        "conditions": _list(name=TEXT, status=_words(*events.STATUSES), date=DATE, judged=TEXT, icd10=TEXT, snomed=TEXT),
        "measurements": _list(
            name=_words(*(m.name for m in vocabulary.measurements)), value=TEXT, date=DATE, upper_limit=TEXT, judged=TEXT
        ),
        "medications": _list(name=TEXT, start=DATE, end=DATE, judged=TEXT),
        "unavailable": NAMES,
        "stated": _object(**dict.fromkeys(sorted(features), TEXT)),
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Concordant case file", **_object(**blocks_)}
