"""The interval from the last dose of a course before or after surgery to the recurrence."""

from __future__ import annotations

from concordant.dates import Day, PartialDate, months_range, words
from concordant.derive.context import Context
from concordant.derive.courses import (
    EARLY,
    ENDED_BADLY,
    cut_short,
    described,
    followed_by,
    places,
    recurrence,
    setting_of,
    with_drugs,
)
from concordant.facts import Claim
from concordant.quantities import Interval, point
from concordant.record.events import Course, DiseaseEvent
from concordant.selectors.courses import MonthsToRecurrence

EARLIEST = Day(1900, 1, 1)  # no course on record began before


def months_to_recurrence(ctx: Context[MonthsToRecurrence]) -> Claim | None:
    """Calendar months from the last (neo)adjuvant dose of the drugs to the recurrence; 0 during treatment."""
    event = recurrence(ctx)
    courses = [c for c in with_drugs(ctx.record, ctx.drugs()) if setting_of(c, ctx) in EARLY and _before(c, event)]
    if not courses or event is None:
        return None
    during = [c for c in courses if c.stopped in ENDED_BADLY]
    if during:
        return Claim(point(0.0), f"recurrence during the {described(during[0])}", places([*during, event]))
    return _interval(courses, event, ctx)


def since_last_dose(last: PartialDate, recurred: PartialDate) -> Interval:
    """Calendar months from a last dose to a recurrence; none when it came during treatment."""
    low, high = months_range(last, recurred)
    return Interval(max(0.0, low), max(0.0, high))


def _before(course: Course, event: DiseaseEvent | None) -> bool:
    """False for a course that certainly began after the recurrence."""
    if event is None or event.date is None or course.start is None:
        return True
    return course.start.first <= event.date.last


def _interval(courses: list[Course], event: DiseaseEvent, ctx: Context[MonthsToRecurrence]) -> Claim:
    if event.date is None or all(c.end is None and c.start is None for c in courses):
        return Claim(None, "a date is missing", places([*courses, event]))
    spans = [_span(course, event.date, ctx) for course in courses]
    low, high = min(s.low for s in spans), min(s.high for s in spans)
    last = max(courses, key=lambda c: (c.end or c.start or PartialDate(ctx.record.as_of, ctx.record.as_of)).last)
    says = f"last dose {words(last.end) if last.end else 'not dated'}, recurrence {words(event.date)}"
    one_day = last.start is not None and last.start == last.end and last.start.is_exact
    taken = [f"the {described(last)} starts and ends on one day: taken as its last dose"] if one_day else []
    taken += filter(None, (cut_short(course, ctx) for course in courses))
    return Claim(Interval(low, high), says, places([last, event]), assumed="; ".join(taken))


def _span(course: Course, recurred: PartialDate, ctx: Context[MonthsToRecurrence]) -> Interval:
    """Months from the end of one course to the recurrence; a missing end lies between start and what followed, or recurrence."""
    end = course.end
    if end is None:
        following = followed_by(course, ctx)
        latest = following.start.last if following is not None and following.start is not None else recurred.last
        end = PartialDate(course.start.first if course.start else EARLIEST, min(latest, recurred.last))
    return since_last_dose(end, recurred)
