"""Content that cannot be: certainly reversed dates, entries after the date of the question, births after diagnoses.

What a person wrote is refused, with every reason; of other sources the entry is set aside, with the first one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from concordant.dates import PartialDate, exactly, words
from concordant.record.entries import Dated, dates_of
from concordant.record.events import ONGOING, Course, Entry

OLDEST = 130
Problem = tuple[Entry, str, str]
BORN = Entry("patient.birth_date")


def impossible_birth(born: PartialDate, as_of: dt.date) -> str:
    """Why nobody who is asked about on this day can be born then; empty when somebody can."""
    if exactly(as_of).certainly_before(born):
        return f"the patient is born ({words(born)}) after the date of the question ({words(exactly(as_of))})"
    if as_of.year - born.last.year > OLDEST + 1 and as_of != dt.date.max:
        return f"the patient (born {words(born)}) is more than {OLDEST} years old"
    return ""


def impossible_dates(start: PartialDate | None, last: PartialDate | None, born: PartialDate | None, as_of: dt.date) -> str:
    """Why an entry of a source cannot have these dates; empty when it can. A last day that lies ahead is a plan."""
    if born is not None:
        for date in (start, last):
            if date is not None and date.last < born.first:
                return _before_birth("it", date, born)
    if start is None:
        return ""
    if last is not None and last.last < start.first:
        return _reversed("it", start, last)
    return _after("it", start, as_of) if as_of < start.first else ""


def problems_of(events: Sequence[Dated], born: PartialDate | None, as_of: dt.date) -> Iterator[Problem]:
    """Everything that is false for every reading of the partial dates: entry, sentence, way out."""
    for event in events:
        if isinstance(event, Course):
            yield from _of_course(event, as_of)
    dated = [(event.entry, date) for event in events for date in dates_of(event) if date is not None]
    if born is not None:
        yield from _of_birth(born, dated, as_of)
    yield from later_than(dated, as_of)


def _of_course(course: Course, as_of: dt.date) -> Iterator[Problem]:
    start, end = course.start, course.end
    if start and end and end.certainly_before(start):
        yield course.entry, _reversed(course.entry.place, start, end), "Correct start or end"
    if course.stopped == ONGOING and end and end.certainly_before(exactly(as_of)):
        says = f"{course.entry.place} is said to be ongoing and has an end ({words(end)})"
        yield course.entry, says, "Leave out the end, or say why it was stopped"


def _of_birth(born: PartialDate, dated: Sequence[tuple[Entry, PartialDate]], as_of: dt.date) -> Iterator[Problem]:
    if wrong := impossible_birth(born, as_of):
        yield BORN, wrong, "Correct birth_date, or as_of"
    if exactly(as_of).certainly_before(born):
        return
    for entry, date in dated:
        if date.certainly_before(born):
            yield entry, _before_birth(entry.place, date, born), "Correct the date, or birth_date"


def later_than(dated: Sequence[tuple[Entry, PartialDate]], as_of: dt.date) -> Iterator[Problem]:
    """Entries that lie after the date of the question, each told once."""
    told = set()
    for entry, date in dated:
        if as_of < date.first and entry not in told:
            told.add(entry)
            yield entry, _after(entry.place, date, as_of), "Correct the date, or as_of"


def _before_birth(what: str, date: PartialDate, born: PartialDate) -> str:
    return f"{what} is dated {words(date)}, before the patient is born ({words(born)})"


def _reversed(what: str, start: PartialDate, last: PartialDate) -> str:
    return f"{what} ends ({words(last)}) before it starts ({words(start)})"


def _after(what: str, date: PartialDate, as_of: dt.date) -> str:
    return f"{what} is dated {words(date)}, after the date of the question ({words(exactly(as_of))})"
