"""Lines of therapy: courses to lines, and how many of them ended in progression.

Rules and reasons: docs/clinical-choices.md. Induction and maintenance are one line; a switch without
progression starts a regimen, not a line; an unknown reason for stopping leaves the count an interval.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import (
    can_hide_drug,
    find_courses_in_question,
    find_courses_with,
    find_progressions,
    find_settings,
    holds_any_drug,
    list_places,
)
from concordant.derive.selectors.line_default import take_default
from concordant.derive.selectors.line_ends import group_lines
from concordant.derive.selectors.line_grouping import TherapyLine
from concordant.logic.dates import format_date
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, judge_any
from concordant.model.selectors.courses import AccountsForLine, LineDeclared, LinesProgressed, OfEnoughLines, OfLines
from concordant.patient.events import EARLY_SETTINGS, Course
from concordant.patient.facts import Claim, list_words_left


def count_unlisted_lines(lines: list[TherapyLine], ctx: SelectorContext[OfLines]) -> int:
    """How many earlier lines the declared numbers imply that no entry lists."""
    return max(0, _find_highest_declared(ctx) - len(lines))


def _find_highest_declared(ctx: SelectorContext[OfLines]) -> int:
    """The highest declared line with the drugs, less the listed lines before it without them."""
    mine = {c.line for c in find_courses_with(ctx.record, ctx.drugs())}
    others = {c.line for c in ctx.record.courses if c.line and not holds_any_drug(c, ctx.drugs())}
    listed = sorted(number for number in others if number is not None and number not in mine)
    declared = [c.line for c in find_courses_in_question(ctx) if c.line is not None]
    return max((number - bisect_left(listed, number) for number in declared), default=0)


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
    settings = find_settings(ctx.record.courses, ctx)
    return sum(setting not in EARLY_SETTINGS and _can_be_hidden_line(course, ctx) for course, setting in settings)


def _can_be_hidden_line(course: Course, ctx: SelectorContext[OfLines]) -> bool:
    """A course that is not known to hold one of the drugs, but may, and was not certainly ended otherwise."""
    return not holds_any_drug(course, ctx.drugs()) and can_hide_drug(course, ctx) and course.stopped != "ongoing"


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
    settings = find_settings(find_courses_with(ctx.record, ctx.drugs()), ctx)
    early = any(setting in EARLY_SETTINGS for _, setting in settings)
    return len(lines) + early + hidden >= needed


def claim_accounts_for_line(ctx: SelectorContext[AccountsForLine]) -> Claim:
    """Claim whether the listed courses explain both the stated line of therapy and the recorded progressions."""
    lines = group_lines(ctx)
    treated = any(setting == "advanced" for _, setting in find_settings(ctx.record.courses, ctx))
    unexplained = bool(find_progressions(ctx)) and not treated
    complete = has_enough_lines(lines, ctx) and not count_unlisted_lines(lines, ctx) and not unexplained
    return Claim("yes", partial=None) if complete else Claim("no")
