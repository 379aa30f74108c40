"""Measurements: the latest, the first, the lowest, what was lost between them, and against the limit of normal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from concordant.derive.context import SelectorContext, list_entry_places
from concordant.logic.date_index import keep_possible_last
from concordant.logic.dates import format_date
from concordant.logic.intervals import Interval, format_interval
from concordant.model.selectors.entries import AgainstLimit, Measured
from concordant.patient.events import Measurement
from concordant.patient.facts import Claim, format_unit


def find_possible_last_measurements(items: Sequence[Measurement]) -> list[Measurement]:
    """Those that are not certainly older than another; an undated one is told as of now."""
    return [m for m in items if m.date is None] or keep_possible_last(items)


def _is_current(item: Measurement, ctx: SelectorContext[Measured]) -> bool:
    limit = ctx.feature.current_for
    if limit is None or item.date is None:
        return True
    return ctx.record.as_of - item.date.first <= dt.timedelta(days=limit.days)


def claim_latest(ctx: SelectorContext[Measured]) -> Claim | None:
    """The latest measurement; the hull of those that may be; nothing when it is out of date."""
    measurements = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if not measurements:
        return None
    last = find_possible_last_measurements(measurements)
    if not any(_is_current(m, ctx) for m in last):
        days = ctx.feature.current_for.days if ctx.feature.current_for else 0
        too_old = f"{_describe_measurement(last[0], ctx)} is too old (kept for {days} days)"
        return Claim(None, too_old, list_entry_places(last), stale=too_old)
    values = {m.value for m in last}
    hull = _join_intervals([m.value for m in last])
    if hull.is_unknown:
        return Claim(None, "a result on record that cannot be read", list_entry_places(last))
    conflict = (
        f"{ctx.feature.label}: two results of the same time, {' and '.join(_describe_measurement(m, ctx) for m in last)}"
        if len(values) > 1
        else ""
    )
    return Claim(hull, _format_measurement_date(last[0]), list_entry_places(last), conflict=conflict, date=last[0].date)


def _describe_measurement(item: Measurement, ctx: SelectorContext[Measured]) -> str:
    """A measurement in words: `62 % on 1 Mar 2021`."""
    unit = format_unit(ctx.feature.unit) if not isinstance(ctx.by, AgainstLimit) else ""
    return f"{format_interval(item.value)} {unit}".strip() + (f" on {format_date(item.date)}" if item.date else "")


def _format_measurement_date(item: Measurement) -> str:
    return format_date(item.date) if item.date else "as recorded"


def _join_intervals(values: list[Interval]) -> Interval:
    hull = values[0]
    for value in values[1:]:
        hull = hull.join_with(value)
    return hull


def claim_earliest(ctx: SelectorContext[Measured]) -> Claim | None:
    """The first of measurements of several days: the baseline. One result that two systems tell is one."""
    listed = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if unread := [m for m in listed if m.value.is_unknown]:
        return Claim(None, "a result on record that cannot be read may be the first", list_entry_places(unread))
    dated = [m for m in listed if m.date]
    if len({m.date for m in dated}) < 2:
        return None
    first = min(dated, key=lambda m: m.date.first if m.date else ctx.record.as_of)
    return Claim(first.value, _format_measurement_date(first), (first.entry.place,), date=first.date)


def claim_lowest(ctx: SelectorContext[Measured]) -> Claim | None:
    """The lowest value ever measured."""
    measurements = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if not measurements:
        return None
    low = min(measurements, key=lambda m: m.value.low)
    return Claim(low.value, _format_measurement_date(low), (low.entry.place,), date=low.date)


def claim_fall(ctx: SelectorContext[Measured]) -> Claim | None:
    """Points lost from the first of several measurements to the latest; negative for a gain."""
    first, last = claim_earliest(ctx), claim_latest(ctx)
    if not (first and last and isinstance(first.value, Interval) and isinstance(last.value, Interval)):
        return None
    span = Interval(first.value.low - last.value.high, first.value.high - last.value.low)
    says = f"{format_interval(first.value)} on {first.says}, {format_interval(last.value)} on {last.says}"
    return Claim(span, says, first.entries + last.entries)


def claim_against_limit(ctx: SelectorContext[Measured]) -> Claim | None:
    """The latest measurement as a multiple of the upper limit of normal printed with it."""
    last = claim_latest(ctx)
    measurements = [m for m in ctx.record.measurements if m.name == ctx.by.measurement]
    if last is None or not isinstance(last.value, Interval):
        return last
    limits = {m.upper_limit for m in find_possible_last_measurements(measurements)}
    limit = limits.pop() if len(limits) == 1 else None
    if not limit:
        return Claim(None, f"{last.says}, without its upper limit of normal", last.entries)
    ratio = Interval(last.value.low / limit, last.value.high / limit)
    return Claim(ratio, f"{last.says}, upper limit {limit:g}", last.entries)
