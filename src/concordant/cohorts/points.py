"""The days on which a guideline is asked about a patient, and what was given after each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.cohorts.columns import PointKind
from concordant.cohorts.starts import TreatmentStart, find_kept_drugs, find_starts
from concordant.contract_names import DISEASE_EXTENT
from concordant.logic.dates import PartialDate, shift_day
from concordant.patient.events import METASTATIC, PROGRESSION, PatientRecord
from concordant.record.courses.disease_times import DiseaseTimes, make_disease_times
from concordant.record.courses.line_rules import LineRules


@dataclass(frozen=True, slots=True)
class GivenTreatment:
    """What was begun, or went on, after a day; `date` is that of the start, None for what went on."""

    drugs: tuple[str, ...]
    other: tuple[str, ...]
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """A day of one patient: `day` is None where the source has no date for it, `given` where nothing is on record after it.

    `number` counts the points of one kind from 1; `is_rough` says that the source knows the month or the year alone.
    """

    kind: PointKind
    number: int
    day: dt.date | None
    given: GivenTreatment | None
    is_rough: bool = False


@dataclass(frozen=True, slots=True)
class PointRules:
    """Which points are wanted, and how many days after each a start still counts as its treatment."""

    kinds: Collection[PointKind]
    grace: Mapping[PointKind, int]
    asked: Sequence[dt.date]
    lines: LineRules


def find_points(record: PatientRecord, rules: PointRules) -> list[DecisionPoint]:
    """The points of a patient whose record is whole, in the order of their kinds."""
    times = make_disease_times(record.events, rules.lines)
    starts = find_starts(record, times, rules.lines)
    course = _PatientCourse(record, times, starts, rules)
    made = {
        "advanced_diagnosis": course.iter_advanced,
        "line_start": course.iter_line_starts,
        "progression": course.iter_progressions,
        "asked": course.iter_asked,
    }
    return [point for kind, find in made.items() if kind in rules.kinds for point in find()]


@dataclass(frozen=True, slots=True)
class _PatientCourse:
    record: PatientRecord
    times: DiseaseTimes
    starts: Sequence[TreatmentStart]
    rules: PointRules

    def iter_advanced(self) -> Iterator[DecisionPoint]:
        """The day on which the disease is first known to be advanced."""
        since = self.times.advanced
        if since is not None:
            yield self._make_point("advanced_diagnosis", 1, since)
        elif self.starts or self.record.stated.get(DISEASE_EXTENT) == METASTATIC:
            yield DecisionPoint("advanced_diagnosis", 1, None, None)

    def iter_line_starts(self) -> Iterator[DecisionPoint]:
        """The day before each start of a regimen."""
        for number, start in enumerate(self.starts, 1):
            given = _tell_given(start)
            day = shift_day(start.date.first, -1) if start.date is not None else None
            rough = start.date is not None and not start.date.is_exact
            yield DecisionPoint("line_start", number, day, given, rough)

    def iter_progressions(self) -> Iterator[DecisionPoint]:
        """The day of each progression; one without a date is one of those days, or one more."""
        told = [event.date for event in self.record.events if event.kind == PROGRESSION]
        dates = sorted({date for date in told if date is not None})
        for number, date in enumerate(dates, 1):
            yield self._make_point("progression", number, date)
        for number in range(told.count(None)):
            yield DecisionPoint("progression", len(dates) + number + 1, None, None)

    def iter_asked(self) -> Iterator[DecisionPoint]:
        """The days that the caller asked for, as far as the record reaches."""
        days = [day for day in sorted(set(self.rules.asked)) if day <= self.record.as_of]
        for number, day in enumerate(days, 1):
            yield DecisionPoint("asked", number, day, self._find_given("asked", PartialDate(day, day)))

    def _make_point(self, kind: PointKind, number: int, date: PartialDate) -> DecisionPoint:
        day = min(date.last, self.record.as_of)
        return DecisionPoint(kind, number, day, self._find_given(kind, date), not date.is_exact)

    def _find_given(self, kind: PointKind, date: PartialDate) -> GivenTreatment | None:
        """What was begun within the days that count; else what went on for all of them."""
        until = shift_day(date.last, self.rules.grace[kind])
        for start in self.starts:
            if start.date is not None and date.first <= start.date.first <= until:
                return _tell_given(start)
        kept = find_kept_drugs(self.record, date.first, until)
        return GivenTreatment(tuple(sorted(kept)), (), None) if kept else None


def _tell_given(start: TreatmentStart) -> GivenTreatment:
    """What was begun, its drugs in the order of their ids: the same regimen is told alike."""
    return GivenTreatment(tuple(sorted(start.drugs)), start.other, start.date.first if start.date else None)
