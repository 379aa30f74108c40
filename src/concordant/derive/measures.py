"""Measurements: the latest, the first, the lowest, what was lost between them, and against the limit of normal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from concordant.dates import words
from concordant.derive.context import Context, places_of
from concordant.facts import Claim, unit_words
from concordant.quantities import Interval, interval_words
from concordant.record.events import Measurement
from concordant.selectors.entries import AgainstLimit, Measured


def may_be_last(items: Sequence[Measurement]) -> list[Measurement]:
    """Those that are not certainly older than another; an undated one is told as of now."""
    now = [m for m in items if m.date is None]
    if now:
        return now
    return [m for m in items if not any(m.date.certainly_before(o.date) for o in items if m.date and o.date)]


def _current(item: Measurement, ctx: Context[Measured]) -> bool:
    limit = ctx.feature.current_for
    if limit is None or item.date is None:
        return True
    return ctx.record.as_of - item.date.first <= dt.timedelta(days=limit.days)


def latest(ctx: Context[Measured]) -> Claim | None:
    """The latest measurement; the hull of those that may be; nothing when it is out of date."""
    found = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if not found:
        return None
    last = may_be_last(found)
    if not any(_current(m, ctx) for m in last):
        told = (
            f"{_told(last[0], ctx)} is too old (kept for {ctx.feature.current_for.days if ctx.feature.current_for else 0} days)"
        )
        return Claim(None, told, places_of(last), stale=told)
    values = {m.value for m in last}
    hull = _hull([m.value for m in last])
    if hull.is_unknown:
        return Claim(None, "a result on record that cannot be read", places_of(last))
    conflict = (
        f"{ctx.feature.label}: two results of the same time, {' and '.join(_told(m, ctx) for m in last)}"
        if len(values) > 1
        else ""
    )
    return Claim(hull, _when(last[0]), places_of(last), conflict=conflict, date=last[0].date)


def _told(item: Measurement, ctx: Context[Measured]) -> str:
    """A measurement in words: `62 % on 1 Mar 2021`."""
    unit = unit_words(ctx.feature.unit) if not isinstance(ctx.by, AgainstLimit) else ""
    return f"{interval_words(item.value)} {unit}".strip() + (f" on {words(item.date)}" if item.date else "")


def _when(item: Measurement) -> str:
    return words(item.date) if item.date else "as recorded"


def _hull(values: list[Interval]) -> Interval:
    hull = values[0]
    for value in values[1:]:
        hull = hull.hull(value)
    return hull


def earliest(ctx: Context[Measured]) -> Claim | None:
    """The first of several dated measurements: the baseline."""
    listed = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if unread := [m for m in listed if m.value.is_unknown]:
        return Claim(None, "a result on record that cannot be read may be the first", places_of(unread))
    found = [m for m in listed if m.date]
    if len(found) < 2:
        return None
    first = min(found, key=lambda m: m.date.first if m.date else ctx.record.as_of)
    return Claim(first.value, _when(first), (first.entry.place,), date=first.date)


def lowest(ctx: Context[Measured]) -> Claim | None:
    """The lowest value ever measured."""
    found = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if not found:
        return None
    low = min(found, key=lambda m: m.value.low)
    return Claim(low.value, _when(low), (low.entry.place,), date=low.date)


def fall(ctx: Context[Measured]) -> Claim | None:
    """Points lost from the first of several measurements to the latest; negative for a gain."""
    first, last = earliest(ctx), latest(ctx)
    if not (first and last and isinstance(first.value, Interval) and isinstance(last.value, Interval)):
        return None
    span = Interval(first.value.low - last.value.high, first.value.high - last.value.low)
    told = f"{interval_words(first.value)} on {first.says}, {interval_words(last.value)} on {last.says}"
    return Claim(span, told, first.entries + last.entries)


def against_limit(ctx: Context[Measured]) -> Claim | None:
    """The latest measurement as a multiple of the upper limit of normal printed with it."""
    last = latest(ctx)
    found = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if last is None or not isinstance(last.value, Interval):
        return last
    limits = {m.upper_limit for m in may_be_last(found)}
    limit = limits.pop() if len(limits) == 1 else None
    if not limit:
        return Claim(None, f"{last.says}, without its upper limit of normal", last.entries)
    ratio = Interval(last.value.low / limit, last.value.high / limit)
    return Claim(ratio, f"{last.says}, upper limit {limit:g}", last.entries)
