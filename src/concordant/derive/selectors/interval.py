"""The interval from the last dose of a course before or after surgery to the recurrence."""

from __future__ import annotations

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import (
    ENDED_BADLY,
    describe_course,
    find_courses_with,
    find_recurrence,
    find_settings,
    list_places,
)
from concordant.derive.selectors.running import CourseSequence
from concordant.logic.dates import Day, PartialDate, find_months_range, format_date
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.model.selectors.courses import MonthsToRecurrence
from concordant.patient.events import EARLY_SETTINGS, Course, DiseaseEvent
from concordant.patient.facts import Claim

EARLIEST = Day(1900, 1, 1)  # no course on record began before


def claim_months_to_recurrence(ctx: SelectorContext[MonthsToRecurrence]) -> Claim | None:
    """Calendar months from the last (neo)adjuvant dose of the drugs to the recurrence; 0 during treatment."""
    event = find_recurrence(ctx)
    settings = find_settings(find_courses_with(ctx.record, ctx.drugs()), ctx)
    courses = [c for c, setting in settings if setting in EARLY_SETTINGS and _can_precede(c, event)]
    if not courses or event is None:
        return None
    during = [c for c in courses if c.stopped in ENDED_BADLY]
    if during:
        return Claim(
            make_exact_interval(0.0), f"recurrence during the {describe_course(during[0])}", list_places([*during, event])
        )
    return _claim_interval(courses, event, ctx)


def measure_since_last_dose(last: PartialDate, recurred: PartialDate) -> Interval:
    """Calendar months from a last dose to a recurrence; none when it came during treatment."""
    low, high = find_months_range(last, recurred)
    return Interval(max(0.0, low), max(0.0, high))


def _can_precede(course: Course, event: DiseaseEvent | None) -> bool:
    """False for a course that certainly began after the recurrence."""
    if event is None or event.date is None or course.start is None:
        return True
    return course.start.first <= event.date.last


def _claim_interval(courses: list[Course], event: DiseaseEvent, ctx: SelectorContext[MonthsToRecurrence]) -> Claim:
    if event.date is None or all(c.end is None and c.start is None for c in courses):
        return Claim(None, "a date is missing", list_places([*courses, event]))
    sequence = CourseSequence(ctx.record.courses)
    spans = [_measure_course_interval(course, event.date, sequence) for course in courses]
    low, high = min(s.low for s in spans), min(s.high for s in spans)
    last = max(courses, key=lambda c: (c.end or c.start or PartialDate(ctx.record.as_of, ctx.record.as_of)).last)
    says = f"last dose {format_date(last.end) if last.end else 'not dated'}, recurrence {format_date(event.date)}"
    one_day = last.start is not None and last.start == last.end and last.start.is_exact
    taken = [f"the {describe_course(last)} starts and ends on one day: taken as its last dose"] if one_day else []
    taken += filter(None, map(sequence.describe_assumed_end, courses))
    # A later dose or an earlier recurrence that is missing would make it shorter, never longer.
    return Claim(Interval(low, high), says, list_places([last, event]), assumed="; ".join(taken), partial=Interval(0.0, high))


def _measure_course_interval(course: Course, recurred: PartialDate, sequence: CourseSequence) -> Interval:
    """Months from the end of one course to the recurrence; a missing end lies between start and what followed, or recurrence."""
    end = course.end
    if end is None:
        following = sequence.find_continuation(course)
        latest = following.start.last if following is not None and following.start is not None else recurred.last
        end = PartialDate(course.start.first if course.start else EARLIEST, min(latest, recurred.last))
    return measure_since_last_dose(end, recurred)
