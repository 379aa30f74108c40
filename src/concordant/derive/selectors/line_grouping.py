"""Courses to lines: which course goes on with which line, found by number, by drugs and by day, not by looking at each line."""

from __future__ import annotations

import math
from heapq import heappop, heappush

import msgspec

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import ENDED_BADLY, find_courses_with, find_progressions, find_settings
from concordant.derive.selectors.growth import spared_only
from concordant.logic.date_index import DateIndex
from concordant.logic.dates import PartialDate
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.selectors.courses import OfLines
from concordant.patient.events import EARLY_SETTINGS, Course

Drugs = frozenset[str]


class TherapyLine(msgspec.Struct):
    """Courses that count as one line; `settled` when they are certainly for advanced disease.

    `perhaps_more` counts the places where a progression of uncertain date may have begun another line. `start` is the first start
    on record, `drugs` are the targeted ones, and `failed` that one of the courses did.
    """

    place: int  # among the lines
    declared_number: int | None
    courses: list[Course] = msgspec.field(default_factory=list)
    settled: bool = False
    progressed: Truth = UNKNOWN
    perhaps_more: int = 0
    start: PartialDate | None = None
    drugs: Drugs = frozenset()
    failed: bool = False

    def add_course(self, course: Course, targeted: Drugs, *, settled: bool) -> None:
        """One more course of the line."""
        self.courses.append(course)
        self.drugs |= targeted
        self.settled = self.settled or settled
        self.failed = self.failed or course.stopped in ENDED_BADLY
        if course.start is not None and (self.start is None or course.start.first < self.start.first):
            self.start = course.start


class LineGrouping:
    """Goes through the courses once, those with a number first, the others in the order of time.

    `_open` are the lines that a course without a number may go on with, by their drugs, the earliest first; apart for courses
    with a date, for which a line is over once the disease grew after its start.
    """

    __slots__ = ("_declared", "_growth", "_open", "_target", "lines")

    def __init__(self, ctx: SelectorContext[OfLines]) -> None:
        self.lines: list[TherapyLine] = []
        self._target = ctx.drugs()
        self._growth = _index_growth(ctx)
        self._declared: dict[int, TherapyLine] = {}
        self._open: dict[tuple[bool, Drugs], list[int]] = {}

    def place_course(self, course: Course, *, settled: bool) -> None:
        """The course to the line of its number, or to the one that it goes on with; else it begins a line."""
        targeted = self._target.intersection(course.drugs)
        line = self._declared.get(course.line) if course.line is not None else self._find_continued(course, targeted)
        if line is None:
            line = self._begin_line(course.line)
        elif course.line is None:
            line.perhaps_more += self._judge_growth_between(line.start, course.start) is UNKNOWN
        before = line.drugs
        line.add_course(course, targeted, settled=settled)
        if line.drugs != before:
            self._keep_open(line)

    def _begin_line(self, number: int | None) -> TherapyLine:
        line = TherapyLine(len(self.lines), number)
        self.lines.append(line)
        if number is not None:
            self._declared[number] = line
        return line

    def _keep_open(self, line: TherapyLine) -> None:
        for dated in (True, False):
            heappush(self._open.setdefault((dated, line.drugs), []), line.place)

    def _find_continued(self, course: Course, targeted: Drugs) -> TherapyLine | None:
        """The earliest line with the same targeted drugs, or more of them, that did not fail before the course."""
        dated = course.start is not None
        fitting = [drugs for of_dated, drugs in self._open if of_dated is dated and targeted <= drugs]
        places = [place for drugs in fitting if (place := self._find_earliest(dated, drugs, course)) is not None]
        return self.lines[min(places)] if places else None

    def _find_earliest(self, dated: bool, drugs: Drugs, course: Course) -> int | None:
        waiting = self._open[dated, drugs]
        while waiting and self._is_over(self.lines[waiting[0]], drugs, course):
            heappop(waiting)
        return waiting[0] if waiting else None

    def _is_over(self, line: TherapyLine, drugs: Drugs, course: Course) -> bool:
        """Whether the line failed, or grew, before the course, and so before all that follow; or has other drugs by now."""
        return line.failed or line.drugs != drugs or self._judge_growth_between(line.start, course.start) is TRUE

    def _judge_growth_between(self, start: PartialDate | None, following: PartialDate | None) -> Truth:
        """Whether a progression lies between two starts; without dates the reasons for stopping decide."""
        if start is None or following is None:
            return FALSE
        if self._growth.has_within(start.last, following.first):
            return TRUE
        return UNKNOWN if self._growth.can_have_within(start.first, following.last) else FALSE


def collect_lines(ctx: SelectorContext[OfLines]) -> list[TherapyLine]:
    """The lines with the drugs of `of` in the advanced setting, the earliest first where that is known."""
    grouping, target = LineGrouping(ctx), ctx.drugs()
    settings = find_settings(find_courses_with(ctx.record, target), ctx)
    for course, setting in sorted(settings, key=lambda pair: _rank_course(pair[0], target)):
        if setting not in EARLY_SETTINGS:
            grouping.place_course(course, settled=setting == "advanced")
    return grouping.lines


def _rank_course(course: Course, target: Drugs) -> tuple[float, object, int, object]:
    first = course.start.first.toordinal() if course.start else math.inf
    return (course.line or math.inf, first, -len(target.intersection(course.drugs)), sorted(course.drugs))


def _index_growth(ctx: SelectorContext[OfLines]) -> DateIndex:
    """The progressions that may begin a line: those at spared sites alone only where the disease is known to grow elsewhere."""
    counts_all = ctx.known_word(ctx.by.elsewhere) == "yes"
    grown = [event for event in find_progressions(ctx) if counts_all or not spared_only(event, ctx)]
    return DateIndex(event.date for event in grown if event.date is not None)
