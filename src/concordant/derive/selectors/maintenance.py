"""Maintenance: a course that keeps some of the targeted drugs of a line that achieved response or stable disease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from concordant.patient.events import Course

LineNumber = int | None


class CoursesBefore:
    """The courses that ran when an event came, counted by their targeted drugs and by what tells their line.

    A course is held against the few sets of drugs that there are, not against every other course.
    """

    __slots__ = ("_courses", "_numbers", "_started", "_target")

    def __init__(self, courses: Sequence[Course], target: frozenset[str]) -> None:
        self._target = target
        self._courses = frozenset(courses)
        self._numbers: dict[frozenset[str], Counter[LineNumber]] = {}
        self._started: dict[frozenset[str], Counter[bool]] = {}
        for course in courses:
            drugs = target.intersection(course.drugs)
            self._numbers.setdefault(drugs, Counter())[course.line] += 1
            self._started.setdefault(drugs, Counter())[course.line is None] += course.start is not None

    def has_maintained(self, course: Course) -> bool:
        """Whether the course keeps drugs of another one of these, in the same line as far as numbers tell."""
        kept = self._target.intersection(course.drugs)
        return bool(kept) and any(self._count_same_line(drugs, course) for drugs in self._numbers if kept <= drugs)

    def _count_same_line(self, drugs: frozenset[str], course: Course) -> int:
        """How many with these drugs are of one line with the course: without two numbers, those that have a start."""
        started = self._started[drugs]
        if course.line is None:
            found = started[True] + started[False]
            own = course.start is not None
        else:
            found = started[True] + self._numbers[drugs][course.line]
            own = True
        return found - (own and course in self._courses and drugs == self._target.intersection(course.drugs))
