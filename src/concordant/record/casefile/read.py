"""A case file to a record: every key checked, every problem of the file reported at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from concordant.errors import Complaint, Refused
from concordant.logic.dates import PartialDate, make_exact_date
from concordant.logic.dates import format_date as words_of_date
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Course, EntryLocation, Medication, PatientRecord
from concordant.record.builder import RecordBuilder
from concordant.record.casefile.blocks import BlockReader
from concordant.record.casefile.note_block import NOTE, read_note_block
from concordant.record.casefile.scalars import parse_place
from concordant.record.cut import cut_findings
from concordant.record.plausibility import find_later_entries
from concordant.record.rules import get_record_rules
from concordant.terminology.names import Words
from concordant.texts import MOST_COMPLAINTS, SourceText
from concordant.visible import make_visible

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
    NOTE,
)
MOST_VALUES = 5000
# A reviewed case carries its expected answer with it; the reader looks away.
REVIEW_KEYS = ("expect", "because", "origin", "difficulty", "confidence")
AMONG_TREATMENTS = "It stands among the treatments already, and may still run there."


def read_case(text: SourceText, knowledge: Knowledge, words: Words, as_of: dt.date, *, given: bool = False) -> PatientRecord:
    """The record of a case file.

    `as_of` serves when the file has none; `given` says that the user asked for that date, which then
    cuts the record. Raises Refused with every complaint, each with its line.
    """
    value = _put_on_lines(_check_mapping(text))
    _refuse_too_many(text)
    blocks = BlockReader(text, knowledge, words)
    name, own = blocks.read_head({key: item for key, item in value.items() if key not in REVIEW_KEYS}, KEYS)
    faulty = own is None and value.get("as_of") is not None
    blocks.as_of = dt.date.max if faulty else own or as_of
    blocks.cuts = cuts = given and own is None
    builder = RecordBuilder("", blocks.as_of, get_record_rules(words), cuts=cuts, as_written=True)
    _read_record(value, blocks, builder)
    if given and own is not None and own != as_of:
        builder.notices.append(_describe_unused_date(own, as_of))
    record = builder.build_record(name).record
    if complaints := blocks.complaints + _list_impossible(builder, text, blocks.later):
        raise Refused(_sort_complaints(complaints))
    return record


def _list_impossible(
    builder: RecordBuilder, text: SourceText, later: Sequence[tuple[EntryLocation, PartialDate]]
) -> list[Complaint]:
    """What cannot be, at the line of its entry; `later` are entries that were left out because they lie after the date."""
    problems = [*builder.problems, *([] if builder.cuts else find_later_entries(later, builder.as_of))]
    return [text.make_complaint(parse_place(entry.place), says, way_out) for entry, says, way_out in problems]


def _sort_complaints(complaints: list[Complaint]) -> list[Complaint]:
    """By line; of very many the first hundred."""
    ordered = sorted(dict.fromkeys(complaints), key=lambda complaint: complaint.line or 0)
    more = len(ordered) - MOST_COMPLAINTS
    rest = [Complaint(f"and {more} more problems", ordered[0].file, None, "Correct these first")] if more > 0 else []
    return ordered[:MOST_COMPLAINTS] + rest


def _describe_unused_date(own: dt.date, asked: dt.date) -> str:
    day, other = words_of_date(make_exact_date(own)), words_of_date(make_exact_date(asked))
    return f"The case file has its own date, {day}; the date asked for, {other}, was not used: change `as_of` in the file."


def _check_mapping(text: SourceText) -> dict[str, Any]:
    value = text.value
    way_out = "`concordant template` prints a case file to fill in"
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict) and "resourceType" in first:
        says = "this is FHIR that is not written as JSON"
        raise Refused(text.make_complaint((), says, "Save it as JSON, one resource or Bundle a file, or as NDJSON: that is read"))
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        raise Refused(text.make_complaint((), f"this is {kind}, and a case file has keys", way_out))
    return value


def _put_on_lines(value: Any) -> Any:
    """Each value on one line: a line end within one would begin a line of the answer that reads like ours."""
    if isinstance(value, dict):
        return {key: _put_on_lines(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_on_lines(item) for item in value]
    return make_visible(value) if isinstance(value, str) else value


def _refuse_too_many(text: SourceText) -> None:
    """Each name is looked up, and a misspelt one compared with all that are known. Raises Refused."""
    number = _count_values(text.value)
    if number > MOST_VALUES:
        says = f"{number} values are more than one patient has"
        raise Refused(
            text.make_complaint((), says, f"A case file has at most {MOST_VALUES}; an export of a record is read as FHIR")
        )


def _count_values(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(_count_values, value.values() if isinstance(value, dict) else value))
    return 1


def _read_record(value: dict[str, Any], blocks: BlockReader, builder: RecordBuilder) -> None:
    """Every block of the file to the findings of the builder, in the order of the file."""
    conditions = blocks.read_conditions(value.get("conditions"))
    person = blocks.read_person(value.get("patient"))
    builder.sex, builder.born = person.sex, person.birth_date
    if person.menopause is not None:
        builder.tell_menopause(person.menopause)
    builder.found += blocks.read_markers(value.get("tumor_markers"))
    builder.found += (*blocks.read_events(value.get("disease")), *conditions)
    courses = blocks.read_courses(value.get("treatments"))
    builder.found += (
        *blocks.read_patient_measurements(value.get("patient")),
        *blocks.read_measurements(value.get("measurements")),
    )
    builder.found += courses
    _add_taken(blocks.read_medications(value.get("medications")), courses, builder)
    builder.left_out |= {entry.place for entry, _ in blocks.later} if builder.cuts else set()
    builder.unavailable = blocks.read_unavailable(value.get("unavailable"))
    builder.stated = blocks.read_stated(value.get("stated"))
    note = read_note_block(value.get(NOTE), blocks)
    builder.not_understood = [*blocks.not_understood, *note.not_understood]
    builder.to_confirm, builder.by_convention = note.to_confirm, note.by_convention


def _add_taken(taken: Sequence[Medication | Course], courses: Sequence[Course], builder: RecordBuilder) -> None:
    """What is taken now; a treatment among it that already stands under the treatments adds none."""
    known = cut_findings(courses, builder.as_of)[0] if builder.cuts else courses
    running = [course for course in known if isinstance(course, Course)]
    for medicine in taken:
        if isinstance(medicine, Course) and _has_running_course(medicine, running, builder.as_of):
            builder.notes[medicine.entry.place] = (AMONG_TREATMENTS,)
        else:
            builder.found.append(medicine)


def _has_running_course(course: Course, courses: Sequence[Course], as_of: dt.date) -> bool:
    """Whether the drugs stand in a course that may still run."""
    today = make_exact_date(as_of)
    going = [other for other in courses if other.stopped in (None, "ongoing")]
    going = [other for other in going if other.end is None or not other.end.is_certainly_before(today)]
    return any({*course.drugs, *course.classes} <= {*other.drugs, *other.classes} for other in going)
