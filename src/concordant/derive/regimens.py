"""How many regimens with some drugs were started: an interval that what is told of lines only ever narrows.

A line that ended in progression was a regimen, so the lines are a floor; what the courses on record leave possible is the
ceiling. Two that exclude each other are a conflict, never a wider interval.
"""

from __future__ import annotations

import math

from concordant.derive.context import Context
from concordant.derive.courses import EARLY, holds, may_hide, places, setting_of, with_drugs
from concordant.derive.lines import Line, enough, hidden_lines, lines_of, unlisted
from concordant.facts import Claim
from concordant.quantities import Interval, shown
from concordant.record.events import Course
from concordant.selectors.courses import OfEnoughLines, RegimensInAnySetting, RegimensReceived


def received_advanced(ctx: Context[RegimensReceived]) -> Claim | None:
    """How many different regimens with the drugs were started for advanced disease, at least the lines of `at_least`."""
    lines = lines_of(ctx)
    listed = _listed(lines, ctx)
    told = ctx.facts[ctx.by.at_least].value
    least = told.low if isinstance(told, Interval) else 0.0
    if listed is None:
        return Claim(Interval(least, math.inf), "at least the lines that are told") if least > 0 else None
    entries = places(with_drugs(ctx.record, ctx.drugs()))
    if least > listed.high:
        most = f"at most {shown(listed.high)} regimens are on record"
        says = f"{ctx.feature.label}: {shown(least)} lines ended in progression, but {most}"
        return Claim(Interval(listed.low, least), says, entries, conflict=says)
    says = "at least the lines that are told" if least > listed.low else "regimens on record"
    return Claim(Interval(max(least, listed.low), listed.high), says, entries)


def _listed(lines: list[Line], ctx: Context[OfEnoughLines]) -> Interval | None:
    """What the courses on record allow; None when none of them is, or may be, one with the drugs for advanced disease."""
    hidden = hidden_lines(ctx)
    if not lines and not hidden:
        return None
    given = [(_distinct(one.courses, ctx.drugs()), one) for one in lines]
    low = sum(count for count, one in given if one.settled)
    if not enough(lines, ctx, hidden):
        return Interval(low, math.inf)
    return Interval(low, sum(count + one.perhaps_more for count, one in given) + unlisted(lines, ctx) + hidden)


def received_in_any_setting(ctx: Context[RegimensInAnySetting]) -> Claim | None:
    """The regimens for advanced disease, by the fact `advanced`, and those before and after surgery."""
    known = ctx.facts[ctx.by.advanced]
    courses = with_drugs(ctx.record, ctx.drugs())
    advanced = known.value if isinstance(known.value, Interval) else Interval(0, math.inf)
    early, most = _early(ctx)
    low = max(early.low + max(advanced.low, 0), float(bool(courses)))
    high = max(low, min(early.high + advanced.high, math.inf if known.conflict else most))
    if (low, high) == (0, math.inf) or (high == 0 and known.origin == "assumed"):
        return None  # left to what silence means
    return Claim(Interval(low, high), "regimens on record", places(courses))


def _early(ctx: Context[RegimensInAnySetting]) -> tuple[Interval, float]:
    """The neoadjuvant and adjuvant regimens, and how many of any setting the courses on record allow.

    A course without its setting may be one of them, or be for advanced disease; it is never both.
    """
    settings = [(c, setting_of(c, ctx)) for c in ctx.record.courses]
    mine = [(c, setting) for c, setting in settings if holds(c, ctx.drugs())]
    count = _distinct([c for c, setting in mine if setting in EARLY], ctx.drugs())
    unsettled = sum(setting is None for _, setting in mine)
    hidden = sum(setting in EARLY and may_hide(c, ctx) and not holds(c, ctx.drugs()) for c, setting in settings)
    if count or unsettled:
        listed = _listed(lines_of(ctx), ctx)
        return Interval(count, count + unsettled + hidden), count + hidden + (listed.high if listed else math.inf)
    given = ctx.word(ctx.by.early)
    return Interval(float(given == "yes"), 0.0 if given == "no" else hidden or math.inf), math.inf


def _distinct(courses: list[Course], target: frozenset[str]) -> int:
    """Targeted drug sets that are not a part of another: maintenance adds none."""
    sets = {target.intersection(c.drugs) for c in courses}
    return sum(not any(one < other for other in sets) for one in sets)
