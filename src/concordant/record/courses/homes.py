"""The course in which a span lies wholly, found by its days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from concordant.logic.dates import shift_day
from concordant.record.courses.draft import CourseDraft
from concordant.record.courses.line_rules import LineRules
from concordant.record.courses.span import ExposureSpan


class CourseHomes:
    """The courses by the day on which they began: only those that may reach to a span are looked at."""

    def __init__(self, groups: Sequence[CourseDraft], rules: LineRules) -> None:
        self._rules = rules
        self._groups = sorted(enumerate(groups), key=lambda pair: pair[1].first.last)
        self._begun = [group.first.last for _, group in self._groups]
        self._reached = list(accumulate((group.last.first for _, group in self._groups), max))

    def find_home(self, part: ExposureSpan) -> CourseDraft | None:
        """The first of the courses in which the span lies."""
        rules = self._rules
        begun_by = shift_day(part.first.first, rules.together)
        reaching = shift_day(part.last.last, -(rules.running if part.runs else rules.lead_in))
        low, high = bisect_left(self._reached, reaching), bisect_right(self._begun, begun_by)
        near = (pair for pair in self._groups[low:high] if pair[1].last.first >= reaching and _fits(part, pair[1]))
        home = min(near, key=lambda pair: pair[0], default=None)
        return home[1] if home is not None else None


def _fits(part: ExposureSpan, group: CourseDraft) -> bool:
    """Whether the source tells no other setting and no other line of the two."""
    exposure = part.exposure
    return exposure.setting in (None, group.setting) and exposure.line in (None, group.line)
