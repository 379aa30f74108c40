"""Content that cannot be: certainly reversed dates, entries after `as_of`, births after diagnoses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from concordant.complaints import Complaint
from concordant.dates import PartialDate, exactly, words
from concordant.record.events import Comorbidity, Course, DiseaseEvent, Entry, Marker, Measurement, PatientRecord
from concordant.texts import Text


def check_possible(record: PatientRecord, text: Text) -> list[Complaint]:
    """Everything in the record that is false for every reading of its partial dates."""
    line = text.line(("patient", "birth_date"))
    return [Complaint(says, text.file, entry.line or line, way_out) for entry, says, way_out in _problems(record)]


def _problems(record: PatientRecord) -> Iterator[tuple[Entry, str, str]]:
    for course in record.courses:
        if course.start and course.end and course.end.certainly_before(course.start):
            says = f"{course.entry.place} ends on {words(course.end)} before it starts on {words(course.start)}"
            yield course.entry, says, "Correct start or end"
    yield from _birth(record)
    for entry, date in _dated(record):
        if exactly(record.as_of).certainly_before(date):
            says = f"{entry.place} is dated {words(date)}, after the date of the question ({words(exactly(record.as_of))})"
            yield entry, says, "Correct the date, or as_of"


def _birth(record: PatientRecord) -> Iterator[tuple[Entry, str, str]]:
    birth = record.person.birth_date
    if birth is None:
        return
    here = Entry("patient.birth_date")
    if exactly(record.as_of).certainly_before(birth):
        yield here, f"the patient is born on {words(birth)}, after the date of the question ({words(exactly(record.as_of))})", "Correct birth_date or as_of"
    for event in record.events:
        if event.kind == "diagnosis" and event.date and event.date.certainly_before(birth):
            yield here, f"the patient is born on {words(birth)}, after the diagnosis on {words(event.date)}", "Correct birth_date or the diagnosis"


def _dated(record: PatientRecord) -> Iterator[tuple[Entry, PartialDate]]:
    dated: tuple[Marker | DiseaseEvent | Comorbidity | Measurement, ...]
    dated = (*record.markers, *record.events, *record.conditions, *record.measurements)
    for item in dated:
        if item.date is not None:
            yield item.entry, item.date
    for course in record.courses:
        yield from ((course.entry, date) for date in (course.start, course.end) if date is not None)


def cut(record: PatientRecord) -> PatientRecord:
    """The record as it stood at its `as_of`: later entries left out and counted, running courses reopened."""
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
    left = sum(len(getattr(record, name)) - len(table) for name, table in tables.items())
    notice = f"The record was cut at {words(today)}: {left} later {'entry' if left == 1 else 'entries'} left out."
    return replace(record, **tables, notices=(*record.notices, notice))  # type: ignore[arg-type]


def _reopened(course: Course, today: PartialDate) -> Course:
    if course.end is not None and today.certainly_before(course.end):
        return replace(course, end=None, stopped="ongoing")
    return course
