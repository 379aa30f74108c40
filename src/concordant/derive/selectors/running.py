"""Whether a course runs, and in which later one its drugs went on: found by drug and day, so that none looks through all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import describe_course, find_courses_in_question, list_places
from concordant.logic.dates import Day
from concordant.model.selectors.courses import Running
from concordant.patient.events import ONGOING, Course
from concordant.patient.facts import Claim

Begun = tuple[Day, int]  # the last day on which a course can have begun, and its number on record


class _DrugStarts(msgspec.Struct, frozen=True):
    """The courses of one drug: the first days of their starts in order, and the first that was begun from each place on."""

    days: list[Day]
    first_begun: list[Begun]


class CourseSequence:
    """Finds the later course that continues the drugs of a course without an end; the course must have ended by its start."""

    __slots__ = ("_courses", "_starts")

    def __init__(self, courses: Sequence[Course]) -> None:
        self._courses = courses
        self._starts = _index_starts(courses)

    def find_continuation(self, course: Course) -> Course | None:
        """The first of the courses with one of its drugs that certainly began later."""
        if course.end is not None or course.stopped == ONGOING or course.start is None:
            return None
        following = [begun for drug in course.drugs if (begun := self._find_next(drug, course.start.last)) is not None]
        return self._courses[min(following)[1]] if following else None

    def _find_next(self, drug: str, day: Day) -> Begun | None:
        starts = self._starts.get(drug)
        at = bisect_right(starts.days, day) if starts is not None else 0
        return starts.first_begun[at] if starts is not None and at < len(starts.days) else None

    def describe_assumed_end(self, course: Course) -> str:
        """Describe the assumption that a course without an end date ended when the next one began; empty when there is none."""
        following = self.find_continuation(course)
        if following is None:
            return ""
        return f"the {describe_course(course)} is taken to have ended when its drugs went on in the {describe_course(following)}"


def _index_starts(courses: Sequence[Course]) -> dict[str, _DrugStarts]:
    told: dict[str, list[tuple[Day, Begun]]] = {}
    for number, course in enumerate(courses):
        if course.start is not None:
            for drug in course.drugs:
                told.setdefault(drug, []).append((course.start.first, (course.start.last, number)))
    return {drug: _make_starts(sorted(starts)) for drug, starts in told.items()}


def _make_starts(starts: list[tuple[Day, Begun]]) -> _DrugStarts:
    begun = [each for _, each in starts]
    return _DrugStarts([day for day, _ in starts], list(accumulate(reversed(begun), min))[::-1])


def claim_running(ctx: SelectorContext[Running]) -> Claim | None:
    """Whether a course with the drugs runs now for advanced disease: yes, no, or open."""
    courses = find_courses_in_question(ctx)
    if not courses:
        return None
    on = [c for c in courses if c.stopped == ONGOING]
    if on:
        return Claim("yes", f"the {describe_course(on[0])} is running", list_places(on))
    last = max((c.line for c in courses if c.line is not None), default=None)
    undated = [c for c in courses if c.stopped is None and c.end is None and c.line in (None, last)]
    sequence = CourseSequence(ctx.record.courses)
    open_ = [c for c in undated if sequence.find_continuation(c) is None]
    if open_:
        return Claim(None, "whether a course still runs is not recorded", list_places(open_))
    taken = "; ".join(sequence.describe_assumed_end(c) for c in undated)
    return Claim("no", "all its courses have ended", list_places(courses), assumed=taken, partial=None)
