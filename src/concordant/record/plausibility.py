"""Content that cannot be: certainly reversed dates, entries after the date of the question, births after diagnoses.

What a person wrote is refused, with every reason; of other sources the entry is set aside, with the first one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from concordant.logic.dates import PartialDate, format_date, make_exact_date
from concordant.patient.events import ONGOING, Course, EntryLocation
from concordant.record.entries import Dated, entry_dates

OLDEST = 130
Problem = tuple[EntryLocation, str, str]
BORN = EntryLocation("patient.birth_date")


def explain_impossible_birth(born: PartialDate, as_of: dt.date) -> str:
    """Why nobody who is asked about on this day can be born then; empty when somebody can."""
    if make_exact_date(as_of).is_certainly_before(born):
        return f"the patient is born ({format_date(born)}) after the date of the question ({format_date(make_exact_date(as_of))})"
    if as_of.year - born.last.year > OLDEST + 1 and as_of != dt.date.max:
        return f"the patient (born {format_date(born)}) is more than {OLDEST} years old"
    return ""


def explain_impossible_dates(
    start: PartialDate | None, last: PartialDate | None, born: PartialDate | None, as_of: dt.date
) -> str:
    """Why an entry of a source cannot have these dates; empty when it can. A last day that lies ahead is a plan."""
    if born is not None:
        for date in (start, last):
            if date is not None and date.last < born.first:
                return _describe_before_birth("it", date, born)
    if start is None:
        return ""
    if last is not None and last.last < start.first:
        return _describe_reversed_dates("it", start, last)
    return _describe_later_entry("it", start, as_of) if as_of < start.first else ""


def find_problems(events: Sequence[Dated], born: PartialDate | None, as_of: dt.date) -> Iterator[Problem]:
    """Everything that is false for every reading of the partial dates: entry, sentence, way out."""
    for event in events:
        if isinstance(event, Course):
            yield from _find_course_problems(event, as_of)
    dated = [(event.entry, date) for event in events for date in entry_dates(event) if date is not None]
    if born is not None:
        yield from _find_birth_problems(born, dated, as_of)
    yield from find_later_entries(dated, as_of)


def _find_course_problems(course: Course, as_of: dt.date) -> Iterator[Problem]:
    start, end = course.start, course.end
    if start and end and end.is_certainly_before(start):
        yield course.entry, _describe_reversed_dates(course.entry.place, start, end), "Correct start or end"
    if why := explain_ended_course(course, as_of):
        yield course.entry, f"{course.entry.place} {why}", "Leave out the end, or say why it was stopped"


def explain_ended_course(course: Course, as_of: dt.date) -> str:
    """Why a course that is said to go on cannot: it has an end before the question; or nothing."""
    end = course.end
    if course.stopped != ONGOING or end is None or not end.is_certainly_before(make_exact_date(as_of)):
        return ""
    return f"is said to be ongoing and has an end ({format_date(end)})"


def _find_birth_problems(
    born: PartialDate, dated: Sequence[tuple[EntryLocation, PartialDate]], as_of: dt.date
) -> Iterator[Problem]:
    if wrong := explain_impossible_birth(born, as_of):
        yield BORN, wrong, "Correct birth_date, or as_of"
    if make_exact_date(as_of).is_certainly_before(born):
        return
    for entry, date in dated:
        if date.is_certainly_before(born):
            yield entry, _describe_before_birth(entry.place, date, born), "Correct the date, or birth_date"


def find_later_entries(dated: Sequence[tuple[EntryLocation, PartialDate]], as_of: dt.date) -> Iterator[Problem]:
    """Entries that lie after the date of the question, each told once."""
    seen = set()
    for entry, date in dated:
        if as_of < date.first and entry not in seen:
            seen.add(entry)
            yield entry, _describe_later_entry(entry.place, date, as_of), "Correct the date, or as_of"


def _describe_before_birth(what: str, date: PartialDate, born: PartialDate) -> str:
    return f"{what} is dated {format_date(date)}, before the patient is born ({format_date(born)})"


def _describe_reversed_dates(what: str, start: PartialDate, last: PartialDate) -> str:
    return f"{what} ends ({format_date(last)}) before it starts ({format_date(start)})"


def _describe_later_entry(what: str, date: PartialDate, as_of: dt.date) -> str:
    return f"{what} is dated {format_date(date)}, after the date of the question ({format_date(make_exact_date(as_of))})"
