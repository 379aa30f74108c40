"""The cut at the date that was asked for: what lies after it is not looked at, and what ended after it was running.

It comes first. Findings are read together only when those of later are gone: else a metastasis of next year would stand at the
diagnosis, and a dose of next month would say that an order was carried out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import overload

from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.patient.events import Course
from concordant.record.courses.exposures import Exposure
from concordant.record.entries import Dated, blank_entry, entry_dates, running_fields
from concordant.record.findings import AnyFinding, BesideOthers, DeclaredLine

LATER = "it lies after the date asked for"


def is_after(date: PartialDate | None, day: dt.date) -> bool:
    """Whether a date certainly lies after the day; one that may lie on either side counts as before, as it was written down."""
    return date is not None and date.first > day


def cut_findings(found: Iterable[AnyFinding], day: dt.date) -> tuple[list[AnyFinding], list[AnyFinding]]:
    """The findings as they were on that day, and those that lie after it."""
    kept: list[AnyFinding] = []
    later: list[AnyFinding] = []
    for item in found:
        if is_after(find_start(item), day):
            later.append(item)
        else:
            kept.append(undo_later_end(item, day))
    return kept, later


def find_start(item: AnyFinding) -> PartialDate | None:
    """The day from which a finding is known."""
    if isinstance(item, DeclaredLine):
        return item.start
    return item.date if isinstance(item, BesideOthers) else entry_dates(item)[0]


def undo_later_end(item: AnyFinding, day: dt.date) -> AnyFinding:
    """A finding without an end of later. Treatment of which only that end is told had perhaps not begun: nothing of it stands."""
    if isinstance(item, (Course, Exposure)) and item.start is None and is_after(item.end, day):
        return blank_entry(item)
    return reopen_later_end(item, day)


@overload
def reopen_later_end(item: Dated, day: dt.date) -> Dated: ...
@overload
def reopen_later_end(item: AnyFinding, day: dt.date) -> AnyFinding: ...
def reopen_later_end(item: AnyFinding, day: dt.date) -> AnyFinding:
    """A course, or a line that the source counts, without an end that lies after the day: it was running then."""
    if not isinstance(item, (Course, Exposure, DeclaredLine)) or not is_after(item.end, day):
        return item
    return replace(item, end=None) if isinstance(item, DeclaredLine) else replace(item, end=None, **running_fields(item))
