"""Content that cannot be: certainly reversed dates, entries after `as_of`, births after diagnoses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from concordant.complaints import Complaint
from concordant.dates import PartialDate, exactly, words
from concordant.record.events import ONGOING, Comorbidity, Course, DiseaseEvent, Entry, Marker, Measurement, PatientRecord
from concordant.texts import Text

OLDEST = 130
Problem = tuple[Entry, str, str]


def check_possible(record: PatientRecord, text: Text, later: Sequence[tuple[Entry, PartialDate]] = ()) -> list[Complaint]:
    """Everything in the record that is false for every reading of its partial dates.

    `later` are entries that lie after `as_of` and were left out for it.
    """
    line = text.line(("patient", "birth_date"))
    problems = [*_reversed(record), *_birth(record), *_after(record, later)]
    return [Complaint(says, text.file, entry.line or line, way_out) for entry, says, way_out in problems]


def _reversed(record: PatientRecord) -> Iterator[Problem]:
    for course in record.courses:
        if course.start and course.end and course.end.certainly_before(course.start):
            says = f"{course.entry.place} ends ({words(course.end)}) before it starts ({words(course.start)})"
            yield course.entry, says, "Correct start or end"
        if course.stopped == ONGOING and course.end and course.end.certainly_before(exactly(record.as_of)):
            says = f"{course.entry.place} is said to be ongoing and has an end ({words(course.end)})"
            yield course.entry, says, "Leave out the end, or say why it was stopped"


def _after(record: PatientRecord, later: Sequence[tuple[Entry, PartialDate]]) -> Iterator[Problem]:
    today = exactly(record.as_of)
    told = set()
    for entry, date in (*_dated(record), *later):
        if today.certainly_before(date) and entry not in told:
            told.add(entry)
            says = f"{entry.place} is dated {words(date)}, after the date of the question ({words(today)})"
            yield entry, says, "Correct the date, or as_of"


def _birth(record: PatientRecord) -> Iterator[Problem]:
    birth, today = record.person.birth_date, exactly(record.as_of)
    if birth is None:
        return
    if wrong := impossible_birth(birth, record.as_of):
        yield Entry("patient.birth_date"), wrong, "Correct birth_date, or as_of"
    if today.certainly_before(birth):
        return
    for entry, date in _dated(record):
        if date.certainly_before(birth):
            says = f"{entry.place} is dated {words(date)}, before the patient is born ({words(birth)})"
            yield entry, says, "Correct the date, or birth_date"


def impossible_birth(born: PartialDate, as_of: dt.date) -> str:
    """Why nobody who is asked about on this day can be born then; empty when somebody can."""
    if exactly(as_of).certainly_before(born):
        return f"the patient is born ({words(born)}) after the date of the question ({words(exactly(as_of))})"
    if as_of.year - born.last.year > OLDEST + 1 and as_of != dt.date.max:
        return f"the patient (born {words(born)}) is more than {OLDEST} years old"
    return ""


def impossible_dates(start: PartialDate | None, last: PartialDate | None, born: PartialDate | None, as_of: dt.date) -> str:
    """Why an entry of a source cannot have these dates; empty when it can."""
    for date in (start, last):
        if date is not None and born is not None and date.certainly_before(born):
            return f"it is dated {words(date)}, before the patient is born ({words(born)})"
    if start is not None and last is not None and last.certainly_before(start):
        return f"it ends ({words(last)}) before it starts ({words(start)})"
    if start is not None and as_of < start.first:
        return f"it is dated {words(start)}, after the date of the question ({words(exactly(as_of))})"
    return ""


def _dated(record: PatientRecord) -> Iterator[tuple[Entry, PartialDate]]:
    dated: tuple[Marker | DiseaseEvent | Comorbidity | Measurement, ...]
    dated = (*record.markers, *record.events, *record.conditions, *record.measurements)
    for item in dated:
        if item.date is not None:
            yield item.entry, item.date
    for course in record.courses:
        yield from ((course.entry, date) for date in (course.start, course.end) if date is not None)


def cut(record: PatientRecord, out: int = 0) -> PatientRecord:
    """The record as it stood at its `as_of`: later entries left out and counted (`out` are so already)."""
    today = exactly(record.as_of)

    def kept(item: object) -> bool:
        date = getattr(item, "date", None) or getattr(item, "start", None)
        return date is None or not today.certainly_before(date)

    tables = {
        "markers": tuple(filter(kept, record.markers)),
        "events": tuple(filter(kept, record.events)),
        "conditions": tuple(filter(kept, record.conditions)),
        "measurements": tuple(filter(kept, record.measurements)),
        "courses": tuple(_reopened(c, today) for c in record.courses if kept(c)),
    }
    left = out + sum(len(getattr(record, name)) - len(table) for name, table in tables.items())
    notice = f"The record was cut at {words(today)}: {left} later {'entry' if left == 1 else 'entries'} left out."
    return replace(record, **tables, notices=(*record.notices, notice))


def _reopened(course: Course, today: PartialDate) -> Course:
    if course.end is not None and today.certainly_before(course.end):
        return replace(course, end=None, stopped="ongoing")
    return course
