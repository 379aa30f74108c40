"""Lines of therapy: courses to lines, and how many of them ended in progression.

Rules and reasons: docs/clinical-choices.md. Induction and maintenance are one line; a switch without
progression starts a regimen, not a line; an unknown reason for stopping leaves the count an interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from concordant.dates import PartialDate, words
from concordant.derive.context import Context
from concordant.derive.courses import (
    EARLY,
    ENDED_BADLY,
    controlled,
    holds,
    may_hide,
    places,
    progressions,
    setting_of,
    spared_only,
    with_drugs,
)
from concordant.facts import Claim, words_left
from concordant.kleene import FALSE, TRUE, UNKNOWN, Truth, any_, not_
from concordant.quantities import Interval
from concordant.record.events import Course, DiseaseEvent
from concordant.selectors.courses import AccountsForLine, LineDeclared, LinesProgressed, OfEnoughLines, OfLines


@dataclass(slots=True)
class Line:
    """Courses that count as one line; `settled` when they are certainly for advanced disease.

    `perhaps_more` counts the places where a progression of uncertain date may have begun another line.
    """

    courses: list[Course]
    settled: bool
    progressed: Truth = UNKNOWN
    perhaps_more: int = 0

    @property
    def declared(self) -> int | None:
        """The number that the record gives the line."""
        return next((c.line for c in self.courses if c.line is not None), None)

    @property
    def start(self) -> PartialDate | None:
        """The first start on record."""
        starts = [c.start for c in self.courses if c.start is not None]
        return min(starts, key=lambda d: d.first) if starts else None


def lines_of(ctx: Context[OfLines]) -> list[Line]:
    """The lines with the drugs of `of` in the advanced setting, the earliest first where that is known."""
    target = ctx.drugs()
    courses = [(c, setting_of(c, ctx)) for c in with_drugs(ctx.record, target)]
    found: list[Line] = []
    for course, setting in sorted(courses, key=lambda pair: _order(pair[0], target)):
        if setting in EARLY:
            continue
        line = next((one for one in found if _belongs(course, one, ctx)), None)
        if line is None:
            found.append(Line([course], setting == "advanced"))
        else:
            line.perhaps_more += course.line is None and _grew_between(line, course, ctx) is UNKNOWN
            line.courses.append(course)
            line.settled = line.settled or setting == "advanced"
    for line in found:
        line.progressed = _progressed(line, found, ctx)
    return found


def _order(course: Course, target: frozenset[str]) -> tuple[float, object, int, object]:
    first = course.start.first.toordinal() if course.start else math.inf
    return (course.line or math.inf, first, -len(target.intersection(course.drugs)), sorted(course.drugs))


def _belongs(course: Course, line: Line, ctx: Context[OfLines]) -> bool:
    """Same number, or the same targeted drugs (or fewer of them) after a course that did not fail."""
    if course.line is not None:
        return line.declared == course.line
    given = frozenset[str]().union(*(c.drugs for c in line.courses)) & ctx.drugs()
    failed = any(c.stopped in ENDED_BADLY for c in line.courses) or _grew_between(line, course, ctx) is TRUE
    return not failed and ctx.drugs().intersection(course.drugs) <= given


def _grew_between(line: Line, course: Course, ctx: Context[OfLines]) -> Truth:
    """Whether a progression, not at spared sites alone, lies between the start of a line and a later course."""
    return any_(_lies_between(event, line.start, course.start, ctx) for event in progressions(ctx))


def _lies_between(event: DiseaseEvent, start: PartialDate | None, following: PartialDate | None, ctx: Context[OfLines]) -> Truth:
    if start is None or following is None or event.date is None:
        return FALSE  # without dates the reasons for stopping decide
    if spared_only(event, ctx) and ctx.word(ctx.by.elsewhere) != "yes":
        return FALSE
    if start.last <= event.date.first and event.date.last <= following.first:
        return TRUE
    return UNKNOWN if event.date.first <= following.last and start.first <= event.date.last else FALSE


def _progressed(line: Line, lines: list[Line], ctx: Context[OfLines]) -> Truth:
    """Whether the line ended in progression: on the regimen, or off treatment after it."""
    if any(c.stopped in ENDED_BADLY for c in line.courses):
        return TRUE
    by_event = any_(_event_counts(event, line, lines, ctx) for event in progressions(ctx))
    if by_event is not FALSE:
        return by_event
    grows = _may_grow(line, lines, ctx)
    if grows is not None:
        return grows
    last = line.courses[-1]
    return UNKNOWN if last.stopped is None and _controlled_now(line, lines, ctx) is not TRUE else FALSE


def _may_grow(line: Line, lines: list[Line], ctx: Context[OfLines]) -> Truth | None:
    """Whether what is told of the disease today ends the last line; None when it does not."""
    told = ctx.left(ctx.by.status) or ()
    if line is not lines[-1] or "progressing" not in told:
        return None
    grows = _grows_now(lines, ctx)
    if told == ("progressing",):
        return grows
    return None if grows is FALSE else UNKNOWN


def _controlled_now(line: Line, lines: list[Line], ctx: Context[OfLines]) -> Truth:
    return controlled(ctx) if line is lines[-1] else FALSE


def _grows_now(lines: list[Line], ctx: Context[OfLines]) -> Truth:
    """The disease grows today: on the last line, unless only spared sites do or other drugs came after."""
    outside = ctx.word(ctx.by.elsewhere)
    if outside == "no":
        return FALSE
    others = [c for c in ctx.record.courses if not holds(c, ctx.drugs()) and c.setting == "advanced"]
    after = [c for c in others if not _began_with(c, lines[-1])]
    ordered = len(lines) == 1 or all(one.declared or one.start for one in lines)
    at_spared = any(spared_only(e, ctx) for e in progressions(ctx))
    return UNKNOWN if after or not ordered or (at_spared and outside is None) else TRUE


def _began_with(course: Course, line: Line) -> bool:
    """True for a course that was begun no later than the line: it is not what came after it."""
    start = line.start
    return course.start is not None and start is not None and (course.start == start or course.start.last <= start.first)


def _event_counts(event: DiseaseEvent, line: Line, lines: list[Line], ctx: Context[OfLines]) -> Truth:
    """Whether this progression ends this line."""
    placed = _falls_to(event, line, lines)
    if placed is FALSE:
        return FALSE
    under_control = _controlled_now(line, lines, ctx)
    if under_control is not FALSE and line.courses[-1].stopped == "ongoing":
        return not_(under_control)  # treated locally while the line went on, and controlled since
    if spared_only(event, ctx):
        outside = ctx.word(ctx.by.elsewhere)
        return {"yes": placed, "no": FALSE}.get(outside or "", UNKNOWN)
    return placed


def _falls_to(event: DiseaseEvent, line: Line, lines: list[Line]) -> Truth:
    """Whether the event lies after the start of this line and before the next one."""
    if event.date is None or line.start is None:
        explained = any(c.stopped in ENDED_BADLY for one in lines for c in one.courses)
        if len(lines) == 1:
            return TRUE
        return FALSE if explained else UNKNOWN
    following = [one.start for one in lines if one.start and one.start.first > line.start.first]
    limit = min(following, key=lambda d: d.first) if following else None
    if event.date.last < line.start.first or (limit and event.date.first > limit.last):
        return FALSE
    if event.date.is_exact and event.date == line.start:
        return FALSE  # what grew on the first day of a line grew before it
    certain = event.date.first >= line.start.last and (limit is None or event.date.last <= limit.last)
    return TRUE if certain else UNKNOWN


def unlisted(lines: list[Line], ctx: Context[OfLines]) -> int:
    """How many earlier lines the declared numbers imply that no entry lists."""
    return max(0, _declared(ctx) - len(lines))


def _declared(ctx: Context[OfLines]) -> int:
    """The highest declared line with the drugs, less the listed lines before it without them."""
    best = 0
    for course in with_drugs(ctx.record, ctx.drugs()):
        if course.line is None or setting_of(course, ctx) in EARLY:
            continue
        others = {c.line for c in ctx.record.courses if c.line and c.line < course.line and not holds(c, ctx.drugs())}
        mine = {c.line for c in with_drugs(ctx.record, ctx.drugs())}
        best = max(best, course.line - len(others - mine))
    return best


def lines_progressed(ctx: Context[LinesProgressed]) -> Claim | None:
    """How many lines with the drugs ended in progression: an interval when reasons are missing."""
    lines = lines_of(ctx)
    if told := _disordered(lines):
        return _contradictory(told, lines, ctx)
    hidden = hidden_lines(ctx)
    if not lines and not hidden:
        return None
    low = sum(one.settled and one.progressed is TRUE for one in lines)
    high: float = sum((one.progressed is not FALSE) + one.perhaps_more for one in lines) + unlisted(lines, ctx)
    high += hidden
    if not enough(lines, ctx, hidden):
        high = math.inf
    entries = places(c for one in lines for c in one.courses)
    return Claim(Interval(low, high), _counted(lines), entries, assumed=_unwatched(lines, ctx))


def _disordered(lines: list[Line]) -> str:
    """Where the numbers of lines and their dates contradict each other; empty where they do not."""
    numbered_ = sorted(((one.declared, one.start) for one in lines if one.declared and one.start), key=lambda pair: pair[0] or 0)
    for (earlier, first), (later, second) in pairwise(numbered_):
        if first is not None and second is not None and earlier != later and second.certainly_before(first):
            return f"line {later} began ({words(second)}) before line {earlier} ({words(first)})"
    return ""


def _contradictory(told: str, lines: list[Line], ctx: Context[OfLines]) -> Claim:
    return Claim(None, told, places(c for one in lines for c in one.courses), conflict=f"{ctx.feature.label}: {told}")


def _unwatched(lines: list[Line], ctx: Context[OfLines]) -> str:
    """Contract: a line that runs, or ended without progression, is not over; silence since is an assumption."""
    silent = lines and lines[-1].progressed is FALSE and ctx.left(ctx.by.status) is None
    return "no progression is recorded since the last of them" if silent else ""


def hidden_lines(ctx: Context[OfLines]) -> int:
    """How many courses may be a line with the drugs behind an unknown name, a class or no name."""
    return sum(_maybe_a_line(course, ctx) for course in ctx.record.courses)


def _maybe_a_line(course: Course, ctx: Context[OfLines]) -> bool:
    """A course that is not known to hold one of the drugs, but may, and was not certainly ended otherwise."""
    open_setting = setting_of(course, ctx) not in EARLY
    return open_setting and not holds(course, ctx.drugs()) and may_hide(course, ctx) and course.stopped != "ongoing"


def _counted(lines: list[Line]) -> str:
    ended = sum(one.progressed is TRUE for one in lines)
    return f"{len(lines)} {'line' if len(lines) == 1 else 'lines'} on record, {ended} ended in progression"


def line_declared(ctx: Context[LineDeclared]) -> Claim | None:
    """The line number that the record declares; one more when lines before it are not listed and it failed."""
    declared, lines = _declared(ctx), lines_of(ctx)
    if told := _disordered(lines):
        return _contradictory(told, lines, ctx)
    failed = any_(one.progressed for one in lines if one.declared == declared) if unlisted(lines, ctx) else FALSE
    least, most = declared + (failed is TRUE), declared + (failed is not FALSE)
    return Claim(Interval(least, most), f"the record calls it line {declared}") if declared else None


def enough(lines: list[Line], ctx: Context[OfEnoughLines], hidden: int = 0) -> bool:
    """Return True if the listed courses are enough to explain the stated line of therapy."""
    told = words_left(ctx.record.stated.get(ctx.by.line)) or ()
    needed = max((ctx.by.needs.get(word, 0) for word in told), default=0)
    early = any(setting_of(c, ctx) in EARLY and holds(c, ctx.drugs()) for c in ctx.record.courses)
    return len(lines) + early + hidden >= needed


def accounts_for_line(ctx: Context[AccountsForLine]) -> Claim:
    """Claim whether the listed courses explain both the stated line of therapy and the recorded progressions."""
    lines = lines_of(ctx)
    treated = any(setting_of(c, ctx) == "advanced" for c in ctx.record.courses)
    unexplained = bool(progressions(ctx)) and not treated
    complete = enough(lines, ctx) and not unlisted(lines, ctx) and not unexplained
    return Claim("yes" if complete else "no")
