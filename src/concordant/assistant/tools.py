"""The table of tools: what each takes and gives, and what answers it. It knows of no protocol."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from concordant.api import Engine
from concordant.assistant.answers import (
    Audited,
    Explained,
    Guidelines,
    OrdersChecked,
    Questions,
    Recommended,
    SourceTold,
    Told,
)
from concordant.assistant.auditing import audit_claims
from concordant.assistant.explaining import explain_statement
from concordant.assistant.foreign_words import POINTED, ForeignWords, iter_sent_texts
from concordant.assistant.listing import list_guidelines, tell_source
from concordant.assistant.ordering import check_orders
from concordant.assistant.questions import (
    Asked,
    AuditQuestion,
    ExplainQuestion,
    GuidelineQuestion,
    OrderQuestion,
    PatientQuestion,
    RecommendQuestion,
    SourceQuestion,
)
from concordant.assistant.recommending import ask_about_patient, recommend_for_patient
from concordant.assistant.words import FIELDS
from concordant.errors import Complaint, ConcordantError, Unreadable, describe_bug, suggest_word
from concordant.model.knowledge import Knowledge
from concordant.record.casefile.schema import build_case_schema

Schema = dict[str, Any]
MOST_COMPLAINTS, MOST_OF_ERROR = 5, 1_500
MOST_PAGES = 1_000
INSTEAD = "(words of the record)"
CHOSEN = re.compile(r"Invalid enum value .*(?= - at)", re.DOTALL)  # the decoder repeats what was sent
ONE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,23}")  # a misspelt key, which the way out is about


class Tool(msgspec.Struct, frozen=True):
    """A tool: the types of its question and its answer, and what makes the one of the other."""

    question: type[Asked]
    answer: type[Told]
    work: Callable[[Engine, Any, dt.date], Told]


TOOLS: dict[str, Tool] = {
    "recommend": Tool(RecommendQuestion, Recommended, recommend_for_patient),
    "ask": Tool(PatientQuestion, Questions, ask_about_patient),
    "explain_statement": Tool(ExplainQuestion, Explained, explain_statement),
    "check_order": Tool(OrderQuestion, OrdersChecked, check_orders),
    "audit": Tool(AuditQuestion, Audited, audit_claims),
    "list_guidelines": Tool(GuidelineQuestion, Guidelines, list_guidelines),
    "source": Tool(SourceQuestion, SourceTold, tell_source),
}


class ToolFailure(Exception):
    """What an assistant is told in place of an answer: a sentence with the way out, and no words of a record."""


def run_tool(engine: Engine, name: str, sent: Mapping[str, Any], today: dt.date) -> Told:
    """The answer of a tool. Raises ToolFailure for all that is none."""
    try:
        tool = _find_tool(name)
        return tool.work(engine, _decode_question(sent, tool.question), today)
    except ConcordantError as error:
        raise ToolFailure(describe_error(error, sent, engine.knowledge)) from None
    except Exception as error:
        raise ToolFailure(describe_bug(error)) from None


def _find_tool(name: str) -> Tool:
    if name not in TOOLS:
        raise Unreadable(Complaint("there is no such tool", way_out=suggest_word(name, TOOLS)))
    return TOOLS[name]


def _decode_question(sent: Mapping[str, Any], kind: type[Asked]) -> Any:
    """The question. Raises Unreadable for one of another shape, or a page that there cannot be."""
    try:
        question: Any = msgspec.convert(dict(sent), kind)
    except msgspec.ValidationError as error:
        keys = ", ".join(kind.__struct_fields__)
        says = CHOSEN.sub("This is none of the words that may stand there", str(error))
        raise Unreadable(Complaint(f"these arguments do not fit: {says}", way_out=f"The arguments are {keys}")) from None
    except RecursionError:
        raise Unreadable(Complaint("it is nested too deeply", "record", way_out="Send a case file or FHIR as it is")) from None
    if not 1 <= getattr(question, "page", 1) <= MOST_PAGES:
        raise Unreadable(Complaint("there is no such page", "page", way_out="Pages are counted from 1"))
    return question


def describe_error(error: ConcordantError, sent: Mapping[str, Any], knowledge: Knowledge) -> str:
    """What is wrong and the way out, a line each; nothing that stands in the record but a misspelt word."""
    lines = [str(one) for one in error.complaints[:MOST_COMPLAINTS]]
    if len(error.complaints) > MOST_COMPLAINTS:
        lines.append(f"And {len(error.complaints) - MOST_COMPLAINTS} more.")
    texts = (text for text in iter_sent_texts(sent) if ONE_WORD.fullmatch(text) is None)
    told: list[str] = ForeignWords(texts, knowledge).take_out(lines)
    return POINTED.sub(INSTEAD, "\n".join(told))[:MOST_OF_ERROR]


# -- schemas ---------------------------------------------------------------------------------------


def make_input_schema(name: str, knowledge: Knowledge) -> Schema:
    """What a tool takes, each field with its sentence; for the first tool with all keys of a case."""
    schema = make_schema(TOOLS[name].question)
    for field, told in schema["properties"].items():
        told["description"] = FIELDS[field]
    if name == next(iter(TOOLS)):
        choices = schema["properties"]["record"]["anyOf"]
        choices[[one["type"] for one in choices].index("object")] = _make_case_schema(knowledge)
    return schema


def _make_case_schema(knowledge: Knowledge) -> Schema:
    """The schema of a case, without the list of features: `ask` names those that matter."""
    schema = build_case_schema(knowledge)
    stated = {"type": "object", "description": "Facts told directly, by the feature names of `ask`."}
    properties = {key: one for key, one in schema["properties"].items() if key != "note"} | {"stated": stated}
    return {"type": "object", "properties": properties, "description": "A case, or a resource of FHIR (with `resourceType`)."}


def make_schema(kind: type[msgspec.Struct]) -> Schema:
    """The JSON Schema of a struct, whose root is an object as the protocol wants it."""
    schema = msgspec.json.schema(kind)
    parts = schema.get("$defs", {})
    root: Schema = dict(parts.pop(kind.__name__))
    return {**root, "$defs": parts} if parts else root
