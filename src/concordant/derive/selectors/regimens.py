"""How many regimens with some drugs were started: an interval that what is told of lines only ever narrows.

A line that ended in progression was a regimen, so the lines are a floor; what the courses on record leave possible is the
ceiling. Two that exclude each other are a conflict, never a wider interval.
"""

from __future__ import annotations

import math

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import (
    can_hide_drug,
    find_courses_with,
    find_setting,
    holds_any_drug,
    list_places,
)
from concordant.derive.selectors.lines import count_hidden_lines, count_unlisted_lines, group_lines, has_enough_lines
from concordant.derive.selectors.therapy_line import TherapyLine
from concordant.logic.intervals import Interval, format_number
from concordant.model.selectors.courses import OfEnoughLines, RegimensInAnySetting, RegimensReceived
from concordant.patient.events import EARLY_SETTINGS, Course
from concordant.patient.facts import Claim


def claim_received_advanced(ctx: SelectorContext[RegimensReceived]) -> Claim | None:
    """How many different regimens with the drugs were started for advanced disease, at least the lines of `at_least`."""
    lines = group_lines(ctx)
    listed = _count_listed_regimens(lines, ctx)
    at_least = ctx.facts[ctx.by.at_least].value
    least = at_least.low if isinstance(at_least, Interval) else 0.0
    if listed is None:
        return Claim(Interval(least, math.inf), "at least the lines that are told") if least > 0 else None
    entries = list_places(find_courses_with(ctx.record, ctx.drugs()))
    if least > listed.high:
        most = f"at most {format_number(listed.high)} regimens are on record"
        says = f"{ctx.feature.label}: {format_number(least)} lines ended in progression, but {most}"
        return Claim(Interval(listed.low, least), says, entries, conflict=says)
    says = "at least the lines that are told" if least > listed.low else "regimens on record"
    least = max(least, listed.low)
    return Claim(Interval(least, listed.high), says, entries, partial=Interval(least, math.inf))


def _count_listed_regimens(lines: list[TherapyLine], ctx: SelectorContext[OfEnoughLines]) -> Interval | None:
    """What the courses on record allow; None when none of them is, or may be, one with the drugs for advanced disease."""
    hidden = count_hidden_lines(ctx)
    if not lines and not hidden:
        return None
    counts = [(_count_distinct_regimens(line.courses, ctx.drugs()), line) for line in lines]
    low = sum(count for count, line in counts if line.settled)
    if not has_enough_lines(lines, ctx, hidden):
        return Interval(low, math.inf)
    return Interval(low, sum(count + line.perhaps_more for count, line in counts) + count_unlisted_lines(lines, ctx) + hidden)


def claim_received_in_any_setting(ctx: SelectorContext[RegimensInAnySetting]) -> Claim | None:
    """The regimens for advanced disease, by the fact `advanced`, and those before and after surgery."""
    known = ctx.facts[ctx.by.advanced]
    courses = find_courses_with(ctx.record, ctx.drugs())
    advanced = known.value if isinstance(known.value, Interval) else Interval(0, math.inf)
    early, most = _count_early_regimens(ctx)
    low = max(early.low + max(advanced.low, 0), float(bool(courses)))
    high = max(low, min(early.high + advanced.high, math.inf if known.conflict else most))
    if (low, high) == (0, math.inf) or (high == 0 and known.origin == "assumed"):
        return None  # left to what silence means
    return Claim(Interval(low, high), "regimens on record", list_places(courses), partial=Interval(low, math.inf))


def _count_early_regimens(ctx: SelectorContext[RegimensInAnySetting]) -> tuple[Interval, float]:
    """The neoadjuvant and adjuvant regimens, and how many of any setting the courses on record allow.

    A course without its setting may be one of them, or be for advanced disease; it is never both.
    """
    settings = [(c, find_setting(c, ctx)) for c in ctx.record.courses]
    mine = [(c, setting) for c, setting in settings if holds_any_drug(c, ctx.drugs())]
    count = _count_distinct_regimens([c for c, setting in mine if setting in EARLY_SETTINGS], ctx.drugs())
    unsettled = sum(setting is None for _, setting in mine)
    hidden = sum(
        setting in EARLY_SETTINGS and can_hide_drug(c, ctx) and not holds_any_drug(c, ctx.drugs()) for c, setting in settings
    )
    if count or unsettled:
        listed = _count_listed_regimens(group_lines(ctx), ctx)
        return Interval(count, count + unsettled + hidden), count + hidden + (listed.high if listed else math.inf)
    early = ctx.known_word(ctx.by.early)
    return Interval(float(early == "yes"), 0.0 if early == "no" else hidden or math.inf), math.inf


def _count_distinct_regimens(courses: list[Course], target: frozenset[str]) -> int:
    """Targeted drug sets that are not a part of another: maintenance adds none."""
    sets = {target.intersection(c.drugs) for c in courses}
    return sum(not any(drugs < other for other in sets) for drugs in sets)
