"""A case file to a record: every key checked, every problem of the file reported at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec.structs import replace

from concordant.compiled import Knowledge
from concordant.complaints import Complaint, Refused
from concordant.dates import exactly
from concordant.dates import words as words_of_date
from concordant.record.blocks import Blocks
from concordant.record.events import Comorbidity, Course, DiseaseEvent, Finding, Medication, PatientRecord
from concordant.record.impossible import check_possible, cut
from concordant.record.vocabulary import Words
from concordant.texts import MOST_COMPLAINTS, Text

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
AMONG_TREATMENTS = "It stands among the treatments already, and may still run there."


def read_case(text: Text, knowledge: Knowledge, words: Words, as_of: dt.date, *, given: bool = False) -> PatientRecord:
    """The record of a case file.

    `as_of` serves when the file has none; `given` says that the user asked for that date, which then
    cuts the record. Raises Refused with every complaint, each with its line.
    """
    value = _mapping(text)
    blocks = Blocks(text, knowledge, words)
    name, own = blocks.head({key: item for key, item in value.items() if key not in REVIEW_KEYS}, KEYS)
    faulty = own is None and value.get("as_of") is not None
    record = replace(_read(value, blocks, dt.date.max if faulty else own or as_of), name=name)
    if given:
        record = cut(record, len(blocks.later)) if own is None else _noticed(record, as_of)
    later = [] if given and own is None else blocks.later
    complaints = blocks.complaints + check_possible(record, text, later)
    if complaints:
        raise Refused(_in_order(complaints))
    return record


def _in_order(complaints: list[Complaint]) -> list[Complaint]:
    """By line; of very many the first hundred."""
    found = sorted(dict.fromkeys(complaints), key=lambda complaint: complaint.line or 0)
    more = len(found) - MOST_COMPLAINTS
    rest = [Complaint(f"and {more} more problems", found[0].file, None, "Correct these first")] if more > 0 else []
    return found[:MOST_COMPLAINTS] + rest


def _noticed(record: PatientRecord, asked: dt.date) -> PatientRecord:
    if asked == record.as_of:
        return record
    own, other = words_of_date(exactly(record.as_of)), words_of_date(exactly(asked))
    notice = f"The case file has its own date, {own}; the date asked for, {other}, was not used: change `as_of` in the file."
    return replace(record, notices=(*record.notices, notice))


def _mapping(text: Text) -> dict[str, Any]:
    value = text.value
    way_out = "`concordant template` prints a case file to fill in"
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        raise Refused(text.complaint((), f"this is {kind}, and a case file has keys", way_out))
    if "resourceType" in value:
        says = "this is FHIR that is not written as JSON"
        raise Refused(text.complaint((), says, "Save it as JSON, one resource or Bundle a file, or as NDJSON: that is read"))
    return value


def _read(value: dict[str, Any], blocks: Blocks, as_of: dt.date) -> PatientRecord:
    blocks.as_of = as_of
    told = blocks.conditions(value.get("conditions"))
    record = PatientRecord(
        as_of=as_of,
        person=blocks.person(value.get("patient")),
        markers=blocks.markers(value.get("tumor_markers")),
        events=(*blocks.events(value.get("disease")), *(one for one in told if isinstance(one, DiseaseEvent))),
        courses=blocks.courses(value.get("treatments")),
        conditions=tuple(one for one in told if isinstance(one, Comorbidity)),
        findings=tuple(one for one in told if isinstance(one, Finding)),
        measurements=(*blocks.of_patient(value.get("patient")), *blocks.measurements(value.get("measurements"))),
    )
    record = _taking(record, blocks.medications(value.get("medications")))
    unavailable, stated = blocks.unavailable(value.get("unavailable")), blocks.stated(value.get("stated"))
    return replace(record, unavailable=unavailable, stated=stated, not_understood=tuple(blocks.not_understood))


def _taking(record: PatientRecord, taken: tuple[Medication | Course, ...]) -> PatientRecord:
    """The record with what is taken now; a treatment among it that already stands under the treatments adds none."""
    running = [one for one in taken if isinstance(one, Course)]
    known = {one.entry.place: (AMONG_TREATMENTS,) for one in running if _goes_on(one, record)}
    return replace(
        record,
        courses=(*record.courses, *(one for one in running if one.entry.place not in known)),
        medications=tuple(one for one in taken if isinstance(one, Medication)),
        notes=known,
    )


def _goes_on(told: Course, record: PatientRecord) -> bool:
    """Whether the drugs stand in a course that may still run."""
    today = exactly(record.as_of)
    going = [one for one in record.courses if one.stopped in (None, "ongoing")]
    going = [one for one in going if one.end is None or not one.end.certainly_before(today)]
    return any({*told.drugs, *told.classes} <= {*one.drugs, *one.classes} for one in going)
