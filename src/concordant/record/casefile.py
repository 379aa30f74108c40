"""A case file to a record: every key checked, every problem of the file reported at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from concordant.compiled import Knowledge
from concordant.complaints import Refused, did_you_mean
from concordant.dates import parse_partial_date
from concordant.record.blocks import Blocks
from concordant.record.events import PatientRecord
from concordant.record.impossible import check_possible, cut
from concordant.record.vocabulary import Words
from concordant.texts import Text

KEYS = (
    "name",
    "as_of",
    "patient",
    "tumor_markers",
    "disease",
    "treatments",
    "conditions",
    "measurements",
    "medications",
    "unavailable",
    "stated",
)
# A reviewed case carries its expected answer with it; the reader looks away.
REVIEW_KEYS = ("expect", "because", "origin", "difficulty", "confidence")


def read_case(text: Text, knowledge: Knowledge, words: Words, as_of: dt.date, *, given: bool = False) -> PatientRecord:
    """The record of a case file.

    `as_of` serves when the file has none; `given` says that the user asked for that date, which then
    cuts the record. Raises Refused with every complaint, each with its line.
    """
    value = _mapping(text)
    blocks = Blocks(text, knowledge, words)
    own = _as_of(value, blocks)
    record = _read(value, blocks, own or as_of)
    if own is None and given:
        record = cut(record)
    if not blocks.complaints:
        blocks.complaints += check_possible(record, text)
    if blocks.complaints:
        raise Refused(blocks.complaints)
    return record


def _mapping(text: Text) -> dict[str, Any]:
    value = text.value
    if not isinstance(value, dict):
        raise Refused(text.complaint((), "this is not a case file", "A case file is a mapping; `concordant template` prints one"))
    if "resourceType" in value:
        raise Refused(text.complaint((), "this is FHIR, which this version does not read yet", "Write a case file: `concordant template`"))
    found = [
        text.complaint((key,), f"unknown key '{key}'", did_you_mean(key, KEYS))
        for key in value
        if key not in KEYS + REVIEW_KEYS
    ]
    if found:
        raise Refused(found)
    return value


def _as_of(value: dict[str, Any], blocks: Blocks) -> dt.date | None:
    if value.get("as_of") is None:
        return None
    try:
        date = parse_partial_date(str(value["as_of"]))
    except ValueError as error:
        blocks.complain(("as_of",), str(error))
        return None
    if not date.is_exact:
        blocks.complain(("as_of",), f"as_of is '{value['as_of']}'", "Give the day, such as 2022-09-20")
        return None
    return date.first


def _read(value: dict[str, Any], blocks: Blocks, as_of: dt.date) -> PatientRecord:
    blocks.as_of = as_of
    record = PatientRecord(
        as_of=as_of,
        name=str(value.get("name") or ""),
        person=blocks.person(value.get("patient")),
        markers=blocks.markers(value.get("tumor_markers")),
        events=blocks.events(value.get("disease")),
        courses=blocks.courses(value.get("treatments")),
        conditions=blocks.conditions(value.get("conditions")),
        measurements=(*blocks.of_patient(value.get("patient")), *blocks.measurements(value.get("measurements"))),
        medications=blocks.medications(value.get("medications")),
        unavailable=blocks.unavailable(value.get("unavailable")),
        stated=blocks.stated(value.get("stated")),
    )
    return replace(record, not_understood=tuple(blocks.not_understood))
