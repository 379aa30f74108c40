"""When the disease grew, became advanced and was operated on: in order, so that no course looks through all events."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from concordant.logic.date_index import DateIndex
from concordant.logic.dates import PartialDate
from concordant.patient.events import EARLY, GREW, METASTATIC, PROGRESSION, DiseaseEvent
from concordant.record.courses.line_rules import LineRules

Dates = list[tuple[PartialDate, int]]  # in order, each with its place among the events that tell it


class DiseaseTimes(msgspec.Struct, frozen=True):
    """The events of the disease that courses are held against.

    `progressions` are those that may end a course: not at sites alone that are treated where they are.
    """

    advanced: PartialDate | None
    advanced_at_once: bool
    grown: DateIndex
    progressions: Dates
    surgeries: Dates

    def is_early(self, date: PartialDate) -> bool:
        """Whether it was certainly before the disease was advanced."""
        return self.advanced is None or date.is_certainly_before(self.advanced)

    def find_surgery_between(self, after: PartialDate, before: PartialDate) -> PartialDate | None:
        """The surgery of early disease that is told first and certainly lies between two days."""
        between = list_dates(self.surgeries, after.last, before.first)
        fitting = [
            (number, date)
            for date, number in between
            if after.is_certainly_before(date) and date.is_certainly_before(before) and self.is_early(date)
        ]
        return min(fitting)[1] if fitting else None


def make_disease_times(events: Sequence[DiseaseEvent], rules: LineRules) -> DiseaseTimes:
    """The times that these events tell."""
    progressions = [e for e in events if e.kind == PROGRESSION and not (e.sites and rules.ends_no_course.issuperset(e.sites))]
    return DiseaseTimes(
        find_advanced_date(events, rules),
        any(event.kind == "diagnosis" and event.extent == METASTATIC for event in events),
        DateIndex(event.date for event in events if event.kind in GREW and event.date is not None),
        _order_dates(progressions),
        _order_dates([event for event in events if event.kind == "surgery"]),
    )


def _order_dates(events: Sequence[DiseaseEvent]) -> Dates:
    """Each date once, where it is told first."""
    first: dict[PartialDate, int] = {}
    for number, event in enumerate(events):
        if event.date is not None:
            first.setdefault(event.date, number)
    return sorted(first.items())


def list_dates(dates: Dates, since: dt.date, until: dt.date) -> Dates:
    """Those whose first day lies between two days, both counted."""
    low = bisect_left(dates, (PartialDate(since, dt.date.min), -1))
    return dates[low : bisect_right(dates, (PartialDate(until, dt.date.max), len(dates)))]


def find_advanced_date(events: Iterable[DiseaseEvent], rules: LineRules) -> PartialDate | None:
    """The date of the event that first told advanced disease, in so many words or by a distant site."""
    far = [e for e in events if e.extent not in (None, EARLY) or not rules.distant_sites.isdisjoint(e.sites)]
    dates = [event.date for event in far if event.date is not None]
    return min(dates, key=lambda date: (date.first, date.last)) if dates else None
