"""Answered questionnaires as stated facts: each answer is read as a reply to the question, as `ask` reads it.

What is refused is told by the name of the fact; nothing that was answered stands in the message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from concordant.errors import Complaint, Refused, Unreadable, suggest_word
from concordant.logic.dates import PartialDate, parse_partial_date
from concordant.model.features import Feature
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value, format_unit
from concordant.present.fhir.questions import list_linked, name_unit
from concordant.present.interview import Interview, InvalidReply, parse_command, parse_reply
from concordant.record.fhir.answered import (
    COUNTED,
    KIND,
    NO_MORE,
    AnsweredItem,
    AnsweredQuantity,
    AnsweredQuestionnaire,
    AnswerGiven,
    list_items,
)

if TYPE_CHECKING:
    from concordant.api.engine import Engine

COMPARATORS = ("", "<", "<=", ">", ">=")
DAY = len("2022-09-20")
ONE_VALUE = "Answer it once, with one value of one of the types of its item"


def decode_responses(responses: Iterable[bytes]) -> list[AnsweredQuestionnaire]:
    """The responses. Raises Unreadable for what has not the shape of one."""
    try:
        return [msgspec.json.decode(one, type=AnsweredQuestionnaire) for one in responses]
    except msgspec.ValidationError as error:
        raise Unreadable(Complaint(f"this is no response: {error}", KIND, way_out="Send it as FHIR R4 has it")) from None


def add_told(record: PatientRecord, responses: Iterable[AnsweredQuestionnaire], patient: str, engine: Engine) -> PatientRecord:
    """The record with what was answered. Raises Refused for a response of somebody else, or an answer that is none."""
    told: dict[str, Value] = {}
    notices: list[str] = []
    for response in responses:
        if response.status == NO_MORE:
            continue
        reader = _ResponseReader(record, response, engine, _check_response(response, patient, record.as_of))
        for name, value in reader.iter_values():
            if told.setdefault(name, value) != value:
                raise _refuse(name, "it is answered twice, and not alike", "Leave the answer that holds")
        notices += reader.lapsed
    return replace(record, stated={**record.stated, **told}, notices=(*record.notices, *notices))


def _check_response(response: AnsweredQuestionnaire, patient: str, as_of: dt.date) -> PartialDate | None:
    """The day on which it was answered. Raises Refused for one that does not count."""
    if response.status not in COUNTED:
        raise _refuse("status", "it is not finished", f"Send it when its status is {' or '.join(COUNTED)}")
    subject = response.subject.reference if response.subject else ""
    if subject and subject.rpartition("/")[2] != patient:
        raise _refuse("subject", "it is of another patient", "Leave it out")
    try:
        authored = parse_partial_date(response.authored[:DAY]) if response.authored else None
    except ValueError:
        raise _refuse("authored", "it is no date", "Write it as 2022-09-20") from None
    if authored is not None and authored.first > as_of:
        raise _refuse("authored", "it is later than the day of the question", "Ask as of a later day (asOf)")
    return authored


class _ResponseReader:
    """Reads the items of one response; `lapsed` are sentences about answers that are too old by now."""

    def __init__(self, record: PatientRecord, response: AnsweredQuestionnaire, engine: Engine, authored: PartialDate | None):
        self.items = list_items(response.item)
        self.linked: Mapping[str, Feature] = list_linked(engine.knowledge.features)
        self.interview = Interview(record, engine.knowledge, engine.words)
        self.age = (record.as_of - authored.first).days if authored is not None else 0
        self.lapsed: list[str] = []

    def iter_values(self) -> Iterator[tuple[str, Value]]:
        """The facts that are told, with their values; what is left open or not known is not told."""
        for number, item in enumerate(self.items, 1):
            if not item.answer:
                continue
            feature = self.linked.get(item.link_id)
            if feature is None:
                way_out = (
                    suggest_word(item.link_id, self.linked, listing=False) or "linkId names the fact, as the Questionnaire has it"
                )
                raise _refuse(f"item {number}", "it answers no question of this Questionnaire", way_out)
            if feature.current_for is not None and self.age > feature.current_for.days:
                self.lapsed.append(f"{feature.label}: the answer is {self.age} days old, too old to count.")
            elif (value := self._read_item(item, feature)) is not None:
                yield feature.name, value

    def _read_item(self, item: AnsweredItem, feature: Feature) -> Value:
        texts = [text for one in item.answer for text in _iter_texts(one, feature)]
        if len(item.answer) != 1 or len(texts) != 1:
            raise _refuse(feature.name, "it is no single answer", ONE_VALUE)
        if parse_command(texts[0]) == "not known":
            return None
        try:
            return parse_reply(texts[0], feature, self.interview).value
        except InvalidReply:
            raise _refuse(feature.name, "its answer is no value of it", _describe_values(feature)) from None


def _iter_texts(answer: AnswerGiven, feature: Feature) -> Iterator[str]:
    """An answer as somebody would type it; none of a type that its item has not."""
    if answer.value_boolean is not None and feature.type == "yes_no":
        yield "yes" if answer.value_boolean else "no"
    if answer.value_coding is not None and answer.value_coding.code in feature.values:
        yield answer.value_coding.code
    if answer.value_string is not None:
        yield answer.value_string
    number = answer.value_integer if answer.value_integer is not None else answer.value_decimal
    if number is not None and feature.is_numeric:
        yield f"{number:.15g}"
    quantity = answer.value_quantity
    if quantity is not None and quantity.value is not None and feature.is_numeric and quantity.comparator in COMPARATORS:
        yield _write_quantity(quantity, quantity.value, feature)


def _write_quantity(quantity: AnsweredQuantity, value: float, feature: Feature) -> str:
    code = quantity.code or quantity.unit
    unit = format_unit(feature.unit) if code == name_unit(feature.unit) else code
    return f"{quantity.comparator} {value:.15g} {unit}".strip()


def _describe_values(feature: Feature) -> str:
    if feature.is_numeric:
        return f"Tell a number in {format_unit(feature.unit)}" if feature.unit else "Tell a number"
    return f"Its values are {', '.join(feature.values)}"


def _refuse(place: str, says: str, way_out: str) -> Refused:
    return Refused(Complaint(f"{place}: {says}", KIND, way_out=way_out))
