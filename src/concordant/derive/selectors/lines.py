"""Lines of therapy: courses to lines, and how many of them ended in progression.

Rules and reasons: docs/clinical-choices.md. Induction and maintenance are one line; a switch without
progression starts a regimen, not a line; an unknown reason for stopping leaves the count an interval.
"""

from __future__ import annotations

import math
from itertools import pairwise

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import (
    ENDED_BADLY,
    can_hide_drug,
    find_courses_with,
    find_progressions,
    find_setting,
    holds_any_drug,
    judge_disease_control,
    list_places,
    spared_only,
)
from concordant.derive.selectors.therapy_line import TherapyLine, take_default
from concordant.logic.dates import PartialDate, format_date
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_any, negate_truth
from concordant.model.selectors.courses import AccountsForLine, LineDeclared, LinesProgressed, OfEnoughLines, OfLines
from concordant.patient.events import EARLY_SETTINGS, Course, DiseaseEvent
from concordant.patient.facts import Claim, list_words_left


def group_lines(ctx: SelectorContext[OfLines]) -> list[TherapyLine]:
    """The lines with the drugs of `of` in the advanced setting, the earliest first where that is known."""
    target = ctx.drugs()
    courses = [(c, find_setting(c, ctx)) for c in find_courses_with(ctx.record, target)]
    lines: list[TherapyLine] = []
    for course, setting in sorted(courses, key=lambda pair: _rank_course(pair[0], target)):
        if setting in EARLY_SETTINGS:
            continue
        line = next((known for known in lines if _is_part_of_line(course, known, ctx)), None)
        if line is None:
            lines.append(TherapyLine([course], setting == "advanced"))
        else:
            line.perhaps_more += course.line is None and _judge_growth_between(line, course, ctx) is UNKNOWN
            line.courses.append(course)
            line.settled = line.settled or setting == "advanced"
    for line in lines:
        line.progressed = _judge_line_progression(line, lines, ctx)
    return lines


def _rank_course(course: Course, target: frozenset[str]) -> tuple[float, object, int, object]:
    first = course.start.first.toordinal() if course.start else math.inf
    return (course.line or math.inf, first, -len(target.intersection(course.drugs)), sorted(course.drugs))


def _is_part_of_line(course: Course, line: TherapyLine, ctx: SelectorContext[OfLines]) -> bool:
    """Same number, or the same targeted drugs (or fewer of them) after a course that did not fail."""
    if course.line is not None:
        return line.declared_number == course.line
    drugs = frozenset[str]().union(*(c.drugs for c in line.courses)) & ctx.drugs()
    failed = any(c.stopped in ENDED_BADLY for c in line.courses) or _judge_growth_between(line, course, ctx) is TRUE
    return not failed and ctx.drugs().intersection(course.drugs) <= drugs


def _judge_growth_between(line: TherapyLine, course: Course, ctx: SelectorContext[OfLines]) -> Truth:
    """Whether a progression, not at spared sites alone, lies between the start of a line and a later course."""
    return judge_any(_judge_event_between(event, line.start, course.start, ctx) for event in find_progressions(ctx))


def _judge_event_between(
    event: DiseaseEvent, start: PartialDate | None, following: PartialDate | None, ctx: SelectorContext[OfLines]
) -> Truth:
    if start is None or following is None or event.date is None:
        return FALSE  # without dates the reasons for stopping decide
    if spared_only(event, ctx) and ctx.known_word(ctx.by.elsewhere) != "yes":
        return FALSE
    if start.last <= event.date.first and event.date.last <= following.first:
        return TRUE
    return UNKNOWN if event.date.first <= following.last and start.first <= event.date.last else FALSE


def _judge_line_progression(line: TherapyLine, lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> Truth:
    """Whether the line ended in progression: on the regimen, or off treatment after it."""
    if any(c.stopped in ENDED_BADLY for c in line.courses):
        return TRUE
    by_event = judge_any(_judge_event_ends_line(event, line, lines, ctx) for event in find_progressions(ctx))
    if by_event is not FALSE:
        return by_event
    grows = _judge_possible_growth(line, lines, ctx)
    if grows is not None:
        return grows
    last = line.courses[-1]
    return UNKNOWN if last.stopped is None and _judge_current_control(line, lines, ctx) is not TRUE else FALSE


def _judge_possible_growth(line: TherapyLine, lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> Truth | None:
    """Whether what is told of the disease today ends the last line; None when it does not."""
    words = ctx.remaining_words(ctx.by.status) or ()
    if line is not lines[-1] or "progressing" not in words:
        return None
    grows = _judge_current_growth(lines, ctx)
    if words == ("progressing",):
        return grows
    return None if grows is FALSE else UNKNOWN


def _judge_current_control(line: TherapyLine, lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> Truth:
    return judge_disease_control(ctx) if line is lines[-1] else FALSE


def _judge_current_growth(lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> Truth:
    """The disease grows today: on the last line, unless only spared sites do or other drugs came after."""
    outside = ctx.known_word(ctx.by.elsewhere)
    if outside == "no":
        return FALSE
    others = [c for c in ctx.record.courses if not holds_any_drug(c, ctx.drugs()) and c.setting == "advanced"]
    after = [c for c in others if not _has_begun_with(c, lines[-1])]
    ordered = len(lines) == 1 or all(line.declared_number or line.start for line in lines)
    at_spared = any(spared_only(e, ctx) for e in find_progressions(ctx))
    return UNKNOWN if after or not ordered or (at_spared and outside is None) else TRUE


def _has_begun_with(course: Course, line: TherapyLine) -> bool:
    """True for a course that was begun no later than the line: it is not what came after it."""
    start = line.start
    return course.start is not None and start is not None and (course.start == start or course.start.last <= start.first)


def _judge_event_ends_line(
    event: DiseaseEvent, line: TherapyLine, lines: list[TherapyLine], ctx: SelectorContext[OfLines]
) -> Truth:
    """Whether this progression ends this line."""
    placed = _judge_event_in_line(event, line, lines)
    if placed is FALSE:
        return FALSE
    under_control = _judge_current_control(line, lines, ctx)
    if under_control is not FALSE and line.courses[-1].stopped == "ongoing":
        return negate_truth(under_control)  # treated locally while the line went on, and controlled since
    if spared_only(event, ctx):
        outside = ctx.known_word(ctx.by.elsewhere)
        return {"yes": placed, "no": FALSE}.get(outside or "", UNKNOWN)
    return placed


def _judge_event_in_line(event: DiseaseEvent, line: TherapyLine, lines: list[TherapyLine]) -> Truth:
    """Whether the event lies after the start of this line and before the next one."""
    if event.date is None or line.start is None:
        explained = any(c.stopped in ENDED_BADLY for each in lines for c in each.courses)
        if len(lines) == 1:
            return TRUE
        return FALSE if explained else UNKNOWN
    following = [each.start for each in lines if each.start and each.start.first > line.start.first]
    limit = min(following, key=lambda d: d.first) if following else None
    if event.date.last < line.start.first or (limit and event.date.first > limit.last):
        return FALSE
    if event.date.is_exact and event.date == line.start:
        return FALSE  # what grew on the first day of a line grew before it
    certain = event.date.first >= line.start.last and (limit is None or event.date.last <= limit.last)
    return TRUE if certain else UNKNOWN


def count_unlisted_lines(lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> int:
    """How many earlier lines the declared numbers imply that no entry lists."""
    return max(0, _find_highest_declared(ctx) - len(lines))


def _find_highest_declared(ctx: SelectorContext[OfLines]) -> int:
    """The highest declared line with the drugs, less the listed lines before it without them."""
    best = 0
    for course in find_courses_with(ctx.record, ctx.drugs()):
        if course.line is None or find_setting(course, ctx) in EARLY_SETTINGS:
            continue
        others = {c.line for c in ctx.record.courses if c.line and c.line < course.line and not holds_any_drug(c, ctx.drugs())}
        mine = {c.line for c in find_courses_with(ctx.record, ctx.drugs())}
        best = max(best, course.line - len(others - mine))
    return best


def claim_lines_progressed(ctx: SelectorContext[LinesProgressed]) -> Claim | None:
    """How many lines with the drugs ended in progression: an interval when reasons are missing."""
    lines = group_lines(ctx)
    if disorder := _describe_disorder(lines):
        return _claim_disorder(disorder, lines, ctx)
    hidden = count_hidden_lines(ctx)
    if not lines and not hidden:
        return None
    default = take_default(lines, ctx)
    low = sum(line.settled and line.progressed is TRUE for line in lines)
    high: float = sum((line.progressed is not FALSE) + line.perhaps_more for line in lines) + count_unlisted_lines(lines, ctx)
    high += hidden
    if not has_enough_lines(lines, ctx, hidden):
        high = math.inf
    entries = list_places(c for line in lines for c in line.courses)
    assumed = "; ".join(filter(None, (default.says if default else "", _describe_unwatched_assumption(lines, ctx))))
    return Claim(
        Interval(low, high),
        _describe_line_count(lines),
        entries,
        assumed=assumed,
        partial=Interval(low, math.inf),
        default=default.name if default else "",
    )


def _describe_disorder(lines: list[TherapyLine]) -> str:
    """Where the numbers of lines and their dates contradict each other; empty where they do not."""
    numbered_ = sorted(
        ((line.declared_number, line.start) for line in lines if line.declared_number and line.start),
        key=lambda pair: pair[0] or 0,
    )
    for (earlier, first), (later, second) in pairwise(numbered_):
        if first is not None and second is not None and earlier != later and second.is_certainly_before(first):
            return f"line {later} began ({format_date(second)}) before line {earlier} ({format_date(first)})"
    return ""


def _claim_disorder(disorder: str, lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> Claim:
    return Claim(
        None, disorder, list_places(c for line in lines for c in line.courses), conflict=f"{ctx.feature.label}: {disorder}"
    )


def _describe_unwatched_assumption(lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> str:
    """Contract: a line that runs, or ended without progression, is not over; silence since is an assumption."""
    silent = lines and lines[-1].progressed is FALSE and ctx.remaining_words(ctx.by.status) is None
    return "no progression is recorded since the last of them" if silent else ""


def count_hidden_lines(ctx: SelectorContext[OfLines]) -> int:
    """How many courses may be a line with the drugs behind an unknown name, a class or no name."""
    return sum(_can_be_hidden_line(course, ctx) for course in ctx.record.courses)


def _can_be_hidden_line(course: Course, ctx: SelectorContext[OfLines]) -> bool:
    """A course that is not known to hold one of the drugs, but may, and was not certainly ended otherwise."""
    open_setting = find_setting(course, ctx) not in EARLY_SETTINGS
    return open_setting and not holds_any_drug(course, ctx.drugs()) and can_hide_drug(course, ctx) and course.stopped != "ongoing"


def _describe_line_count(lines: list[TherapyLine]) -> str:
    ended = sum(line.progressed is TRUE for line in lines)
    return f"{len(lines)} {'line' if len(lines) == 1 else 'lines'} on record, {ended} ended in progression"


def claim_line_declared(ctx: SelectorContext[LineDeclared]) -> Claim | None:
    """The line number that the record declares; one more when lines before it are not listed and it failed."""
    declared, lines = _find_highest_declared(ctx), group_lines(ctx)
    if disorder := _describe_disorder(lines):
        return _claim_disorder(disorder, lines, ctx)
    failed = (
        judge_any(line.progressed for line in lines if line.declared_number == declared)
        if count_unlisted_lines(lines, ctx)
        else FALSE
    )
    least, most = declared + (failed is TRUE), declared + (failed is not FALSE)
    if not declared:
        return None
    return Claim(Interval(least, most), f"the record calls it line {declared}", partial=Interval(least, math.inf))


def has_enough_lines(lines: list[TherapyLine], ctx: SelectorContext[OfEnoughLines], hidden: int = 0) -> bool:
    """Return True if the listed courses are enough to explain the stated line of therapy."""
    words = list_words_left(ctx.record.stated.get(ctx.by.line)) or ()
    needed = max((ctx.by.needs.get(word, 0) for word in words), default=0)
    early = any(find_setting(c, ctx) in EARLY_SETTINGS and holds_any_drug(c, ctx.drugs()) for c in ctx.record.courses)
    return len(lines) + early + hidden >= needed


def claim_accounts_for_line(ctx: SelectorContext[AccountsForLine]) -> Claim:
    """Claim whether the listed courses explain both the stated line of therapy and the recorded progressions."""
    lines = group_lines(ctx)
    treated = any(find_setting(c, ctx) == "advanced" for c in ctx.record.courses)
    unexplained = bool(find_progressions(ctx)) and not treated
    complete = has_enough_lines(lines, ctx) and not count_unlisted_lines(lines, ctx) and not unexplained
    return Claim("yes", partial=None) if complete else Claim("no")
