"""Whether a line of therapy ended in progression: by what is told of its courses, by dated events, by the disease today."""

from __future__ import annotations

from bisect import bisect_right

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import find_progressions, holds_any_drug, judge_disease_control
from concordant.derive.selectors.growth import Growth, part_growth
from concordant.derive.selectors.line_grouping import TherapyLine, collect_lines
from concordant.logic.dates import Day, PartialDate
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_any, negate_truth
from concordant.model.selectors.courses import OfLines
from concordant.patient.events import Course


def group_lines(ctx: SelectorContext[OfLines]) -> list[TherapyLine]:
    """The lines with the drugs of `of` in the advanced setting, each with whether it ended in progression."""
    lines = collect_lines(ctx)
    judge = _LineJudge(ctx, lines)
    for line in lines:
        line.progressed = judge.judge_progression(line)
    return lines


class _LineJudge:
    """All lines, the events of growth apart for spared sites, and the starts of lines in order: each is looked through once."""

    def __init__(self, ctx: SelectorContext[OfLines], lines: list[TherapyLine]) -> None:
        self.ctx, self.lines = ctx, lines
        self.growth = part_growth(find_progressions(ctx), ctx)
        self.starts = _order_starts(lines)
        self.days = [start.first for start in self.starts]
        self.explained = any(line.failed for line in lines)

    def judge_progression(self, line: TherapyLine) -> Truth:
        """Whether the line ended in progression: on the regimen, or off treatment after it."""
        if line.failed:
            return TRUE
        by_event = self._judge_by_events(line)
        if by_event is not FALSE:
            return by_event
        grows = self._judge_possible_growth(line)
        if grows is not None:
            return grows
        last = line.courses[-1]
        return UNKNOWN if last.stopped is None and self._judge_current_control(line) is not TRUE else FALSE

    def _judge_by_events(self, line: TherapyLine) -> Truth:
        """Whether one of the progressions ends the line; those at spared sites alone where the disease grew elsewhere as well."""
        anywhere, spared = (self._judge_growth_in_line(grown, line) for grown in self.growth)
        if anywhere is FALSE and spared is FALSE:
            return FALSE
        under_control = self._judge_current_control(line)
        if under_control is not FALSE and line.courses[-1].stopped == "ongoing":
            return negate_truth(under_control)  # treated locally while the line went on, and controlled since
        if spared is not FALSE:
            outside = self.ctx.known_word(self.ctx.by.elsewhere)
            spared = {"yes": spared, "no": FALSE}.get(outside or "", UNKNOWN)
        return judge_any((anywhere, spared))

    def _judge_growth_in_line(self, growth: Growth, line: TherapyLine) -> Truth:
        """Whether one of these events lies after the start of this line and before the next one."""
        if line.start is None:
            return self._judge_undated() if growth.is_told else FALSE
        dated = self._judge_dates_in_line(growth, line.start)
        return judge_any((dated, self._judge_undated())) if growth.has_undated else dated

    def _judge_undated(self) -> Truth:
        """Whether an event belongs to a line when one of the two has no date."""
        if len(self.lines) == 1:
            return TRUE
        return FALSE if self.explained else UNKNOWN

    def _judge_dates_in_line(self, growth: Growth, start: PartialDate) -> Truth:
        """The same by the dates; what grew on the first day of a line grew before it."""
        at = bisect_right(self.days, start.first)
        limit = self.starts[at].last if at < len(self.starts) else Day.max
        if start.is_exact:
            certain = growth.dates.has_within_beside(start.last, limit)
            possible = growth.dates.can_have_within_beside(start.first, limit)
        else:
            certain, possible = growth.dates.has_within(start.last, limit), growth.dates.can_have_within(start.first, limit)
        return TRUE if certain else UNKNOWN if possible else FALSE

    def _judge_possible_growth(self, line: TherapyLine) -> Truth | None:
        """Whether what is told of the disease today ends the last line; None when it does not."""
        words = self.ctx.remaining_words(self.ctx.by.status) or ()
        if line is not self.lines[-1] or "progressing" not in words:
            return None
        grows = self._judge_current_growth()
        if words == ("progressing",):
            return grows
        return None if grows is FALSE else UNKNOWN

    def _judge_current_control(self, line: TherapyLine) -> Truth:
        return judge_disease_control(self.ctx) if line is self.lines[-1] else FALSE

    def _judge_current_growth(self) -> Truth:
        """The disease grows today: on the last line, unless only spared sites do or other drugs came after."""
        ctx, lines = self.ctx, self.lines
        outside = ctx.known_word(ctx.by.elsewhere)
        if outside == "no":
            return FALSE
        others = [c for c in ctx.record.courses if not holds_any_drug(c, ctx.drugs()) and c.setting == "advanced"]
        after = [c for c in others if not _has_begun_with(c, lines[-1])]
        ordered = len(lines) == 1 or all(line.declared_number or line.start for line in lines)
        return UNKNOWN if after or not ordered or (self.growth[1].is_told and outside is None) else TRUE


def _order_starts(lines: list[TherapyLine]) -> list[PartialDate]:
    """The starts of the lines, one of each first day: of the line that stands first."""
    starts: dict[Day, PartialDate] = {}
    for line in lines:
        if line.start is not None:
            starts.setdefault(line.start.first, line.start)
    return [starts[day] for day in sorted(starts)]


def _has_begun_with(course: Course, line: TherapyLine) -> bool:
    """True for a course that was begun no later than the line: it is not what came after it."""
    start = line.start
    return course.start is not None and start is not None and (course.start == start or course.start.last <= start.first)
