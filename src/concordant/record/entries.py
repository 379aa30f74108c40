"""Entries of a record, whatever table they stand in: their dates, their table, and what stands for one that was set aside."""

from __future__ import annotations

import datetime as dt
from typing import Any, overload

from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.patient.events import (
    ONGOING,
    Comorbidity,
    Course,
    DiseaseEvent,
    Event,
    Finding,
    Marker,
    Measurement,
    Medication,
    Report,
)
from concordant.record.courses.exposures import Exposure

Dated = Event | Exposure


@overload
def blank_entry(event: Comorbidity | DiseaseEvent) -> Comorbidity | DiseaseEvent: ...
@overload
def blank_entry(event: Dated) -> Event: ...
def blank_entry(event: Dated) -> Event:
    """The entry with everything unknown that it would have decided; that there was one stays, or it would be silence."""
    match event:
        case Marker():
            return replace(event, word=None, numbers={}, date=None)
        case DiseaseEvent():
            return DiseaseEvent(event.entry, event.kind, None, None, (), None, "", event.told)
        case Measurement():
            return replace(event, value=Interval(), date=None, upper_limit=None)
        case Comorbidity():
            return replace(event, status=None, date=None)
        case Course() | Exposure():
            return _blank_course(event)
        case _:
            return event


def _blank_course(treatment: Course | Exposure) -> Course:
    """A course of drugs that may be any: those it names were perhaps not given, and perhaps others were."""
    classes = treatment.classes if isinstance(treatment, Course) else ()
    named = (*treatment.drugs, *classes, *treatment.unknown_drugs) or ("not readable",)
    return Course(treatment.entry, (), (), named, None, None, None, None, None, None)


def entry_dates(event: Dated) -> tuple[PartialDate | None, PartialDate | None]:
    """The first and the last date of an entry."""
    if isinstance(event, (Course, Exposure)):
        return event.start, event.end
    return (None, None) if isinstance(event, Medication) else (event.date, None)


def entry_table(event: Dated) -> str:
    """The field of the record that holds it."""
    match event:
        case Marker():
            return "markers"
        case DiseaseEvent():
            return "events"
        case Course():
            return "courses"
        case Comorbidity():
            return "conditions"
        case Measurement():
            return "measurements"
        case Finding():
            return "findings"
        case Report():
            return "reports"
        case _:
            return "medications"


def read_as(event: Dated) -> str:
    """What an entry was read as, in a word."""
    match event:
        case Marker():
            return event.test
        case DiseaseEvent():
            return event.kind
        case Measurement():
            return event.name
        case Course() | Exposure():
            return "course"
        case _:
            return entry_table(event).removesuffix("s")


def running_fields(event: Course | Exposure) -> dict[str, Any]:
    """The fields of a course that is going on, for an end that lies ahead: how many cycles it came to is told with its end."""
    return {"ongoing": True, "stopped": None} if isinstance(event, Exposure) else {"stopped": ONGOING, "cycles": None}


def to_exposure(course: Course, *, supply: bool = False) -> Exposure:
    """A course as a source told it, to be put together with others."""
    single = course.start is not None and course.start == course.end and course.start.is_exact
    going = course.stopped == ONGOING
    return Exposure(
        course.entry,
        (*course.drugs, *course.classes),
        course.unknown_drugs,
        course.start,
        course.end,
        course.setting,
        course.line,
        None if going else course.stopped,
        going,
        single=single,
        supply=supply and not single and course.end is not None and course.stopped is None,
    )


def time_key(event: Dated) -> tuple[dt.date, dt.date, str]:
    """By date, then by place: the order of entries in the source plays no part."""
    start, last = entry_dates(event)
    return (start.first if start else dt.date.max, last.last if last else dt.date.max, event.entry.place)
