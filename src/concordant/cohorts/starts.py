"""Where treatment for advanced disease begins: each regimen that is not the one before it going on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from concordant.logic.dates import PartialDate, shift_day
from concordant.patient.events import ADVANCED, EARLY_SETTINGS, ONGOING, Course, PatientRecord
from concordant.record.courses.disease_times import DiseaseTimes
from concordant.record.courses.line_rules import LineRules


@dataclass(frozen=True, slots=True)
class TreatmentStart:
    """What was begun together: drugs by their ids, and the words of a source for those that it does not name exactly."""

    date: PartialDate | None
    drugs: tuple[str, ...]
    other: tuple[str, ...]
    ended: dt.date | None = None  # the day by which all of it had certainly ended, where that is told

    def join_start(self, also: TreatmentStart) -> TreatmentStart:
        """The same with what was begun with it."""
        drugs, other = dict.fromkeys((*self.drugs, *also.drugs)), dict.fromkeys((*self.other, *also.other))
        ended = max(self.ended, also.ended) if self.ended is not None and also.ended is not None else None
        return replace(self, drugs=tuple(drugs), other=tuple(other), ended=ended)


def find_starts(record: PatientRecord, times: DiseaseTimes, rules: LineRules) -> list[TreatmentStart]:
    """The regimens for advanced disease by their starts, the earliest first; behind them those without a date.

    Drugs that are begun within some days are one regimen (`together` of the lines of therapy). One that only keeps drugs of the
    regimen before it, or replaces one by its like, goes on with it unless the disease grew in between.
    """
    courses = [course for course in record.courses if _is_for_advanced(course, times) and _treats_cancer(course, rules)]
    starts: list[TreatmentStart] = []
    for course in sorted((course for course in courses if course.start is not None), key=_rank_course):
        _add_start(starts, _begin_start(course), times, rules)
    return [*starts, *(_begin_start(course) for course in courses if course.start is None)]


def _is_for_advanced(course: Course, times: DiseaseTimes) -> bool:
    """Whether a course is told to be for advanced disease, or certainly begins when the disease was advanced."""
    if course.setting is not None:
        return course.setting not in EARLY_SETTINGS
    since = times.advanced
    return since is not None and course.start is not None and not course.start.is_certainly_before(since)


def _treats_cancer(course: Course, rules: LineRules) -> bool:
    return bool(course.classes or course.unknown_drugs or not rules.supportive.issuperset(course.drugs))


def _add_start(starts: list[TreatmentStart], begun: TreatmentStart, times: DiseaseTimes, rules: LineRules) -> None:
    """Begin a regimen, join the one that has just begun, or go on with what runs."""
    running = starts[-1] if starts else None
    if running is None:
        starts.append(begun)
    elif _day_of(begun) <= shift_day(_day_of(running), rules.together):
        starts[-1] = begun if _hands_over(starts, begun, rules) else running.join_start(begun)
    elif not _goes_on(running, begun, rules) or _has_grown(running, begun, times):
        starts.append(begun)


def _hands_over(starts: Sequence[TreatmentStart], begun: TreatmentStart, rules: LineRules) -> bool:
    """Whether what seemed to begin was the end of the regimen before: its drugs alone, over when others began."""
    if len(starts) < 2:
        return False
    before, last = starts[-2:]
    is_old = not last.other and set(last.drugs) <= set(before.drugs) and set(last.drugs).isdisjoint(begun.drugs)
    return is_old and last.ended is not None and last.ended <= shift_day(_day_of(begun), rules.lead_in)


def _begin_start(course: Course) -> TreatmentStart:
    ended = course.end.last if course.end is not None else None
    return TreatmentStart(course.start, course.drugs, (*course.classes, *course.unknown_drugs), ended)


def _goes_on(before: TreatmentStart, start: TreatmentStart, rules: LineRules) -> bool:
    if start.other:
        return start.other == before.other and set(start.drugs) <= set(before.drugs)
    return all(drug in before.drugs or drug in rules.supplements or rules.can_replace(drug, before.drugs) for drug in start.drugs)


def _has_grown(before: TreatmentStart, start: TreatmentStart, times: DiseaseTimes) -> bool:
    """Whether the disease may have grown after the one began, until the other did."""
    return times.grown.can_have_within_beside(_day_of(before), _day_of(start))


def _rank_course(course: Course) -> tuple[dt.date, str]:
    return _first_day(course), course.entry.place


def _first_day(course: Course) -> dt.date:
    return course.start.first if course.start is not None else dt.date.max


def _day_of(start: TreatmentStart) -> dt.date:
    return start.date.first if start.date is not None else dt.date.max


def find_kept_drugs(record: PatientRecord, day: dt.date, until: dt.date) -> tuple[str, ...]:
    """The drugs for advanced disease that were given on a day and still were on a later one, each once."""
    kept = [course for course in record.courses if course.setting == ADVANCED and _runs_through(course, day, until, record.as_of)]
    return tuple(dict.fromkeys(drug for course in kept for drug in course.drugs))


def _runs_through(course: Course, day: dt.date, until: dt.date, as_of: dt.date) -> bool:
    if course.start is None or course.start.last > day:
        return False
    if course.end is not None:
        return course.end.first >= until
    return course.stopped == ONGOING and as_of >= until
