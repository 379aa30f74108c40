"""Conditions and medications that the record lists, and entries that nobody read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from msgspec.structs import replace

from concordant.derive.context import SelectorContext, list_entry_places
from concordant.derive.selectors.denied import SettledConditions, settle_denials
from concordant.logic.dates import format_date
from concordant.logic.intervals import Interval
from concordant.model.selectors.base import Selector
from concordant.model.selectors.entries import ConditionGrade, ConditionStatus, Listed, MedicationTaken, UnreadEntry
from concordant.patient.events import ABSENT, RESOLVED, Comorbidity
from concordant.patient.facts import Claim, Value


def find_listed_conditions(ctx: SelectorContext[Listed]) -> list[Comorbidity]:
    """The entries of the feature's terms; with `about`, those that name the drug, a class of it, or the substance."""
    terms, about = ctx.by.terms, ctx.by.about
    conditions = [c for c in ctx.record.conditions if c.term in terms]
    if about is None:
        return conditions
    names = {about, *(name for name, drugs in ctx.members.items() if about in drugs), *ctx.members.get(about, ())}
    return [c for c in conditions if not names.isdisjoint(c.about)]


def claim_condition(ctx: SelectorContext[ConditionStatus]) -> Claim | None:
    """The status of a comorbidity, turned into the feature's own words; open when not given.

    With `within_days`, an entry that is certainly older counts as resolved; an `event` that is not counts as active,
    whatever its status says. Nor does a later denial undo what has happened.
    """
    settled = _settle_conditions(ctx, find_listed_conditions(ctx))
    listed, disputed = (_update_statuses(items, ctx) for items in (settled.standing, settled.contradicting))
    if not listed and not disputed:
        return None
    current, clashing = ([c for c in items if _is_still_current(c, ctx)] for items in (listed, disputed))
    if _leaves_open(ctx, clashing, current):
        return _claim_contradiction(ctx, clashing)
    current = [*current, *clashing]
    listed = [*listed, *disputed]
    if not current:
        too_old = f"{listed[-1].name}, {listed[-1].status or 'status not given'} ({_format_entry_date(listed[-1])}), is too old"
        return Claim(None, too_old, tuple(c.entry.place for c in listed), stale=too_old)
    values = {ctx.by.map_status(c.status) for c in current}
    for value in ctx.by.worst_first:
        if value in values:
            values = {value}
    shown = current[0]
    says = _describe_condition(shown)
    return Claim(values.pop() if len(values) == 1 else None, says, tuple(c.entry.place for c in current))


def _settle_conditions(ctx: SelectorContext[ConditionStatus], listed: list[Comorbidity]) -> SettledConditions:
    """The entries beside what denies them; what only happened, and is not over or resolved, is denied by nothing later."""
    keeps_past = ctx.by.map_status(RESOLVED) != ctx.by.map_status(ABSENT)
    settled = settle_denials(listed, ctx.record.conditions, keeps_past=keeps_past)
    if not ctx.by.event:
        return settled
    told = [c for c in listed if c.status != ABSENT and c not in settled.affirmed]
    return SettledConditions((*told, *(c for c in settled.standing if c.status == ABSENT)), settled.affirmed, settled.denials)


def _leaves_open(ctx: SelectorContext[ConditionStatus], clashing: list[Comorbidity], current: list[Comorbidity]) -> bool:
    """Whether what is told and what denies it differ in the feature's words, and nothing else settles it."""
    values, others = ({ctx.by.map_status(c.status) for c in items} for items in (clashing, current))
    return len(values) > 1 and not (ctx.by.worst_first and ctx.by.worst_first[0] in others)


def _claim_contradiction(ctx: SelectorContext[Selector], clashing: Sequence[Comorbidity], value: Value = None) -> Claim:
    told = "; ".join(map(_describe_condition, clashing))
    conflict = f"{ctx.feature.label}: entries that contradict each other ({told})"
    return Claim(value, told, list_entry_places(clashing), conflict=conflict)


def _describe_condition(item: Comorbidity) -> str:
    return f"{item.name}, {item.status or 'status not given'}{f' ({format_date(item.date)})' if item.date else ''}"


def _update_statuses(items: Sequence[Comorbidity], ctx: SelectorContext[ConditionStatus]) -> list[Comorbidity]:
    return [_update_aged_status(c, ctx) for c in items]


def _update_aged_status(item: Comorbidity, ctx: SelectorContext[ConditionStatus]) -> Comorbidity:
    """The entry as it stands today: what happened longer ago than `within_days` is over, an event after that is not."""
    days = ctx.by.within_days
    if days is None or item.date is None or item.status == "absent":
        return item
    if ctx.record.as_of - item.date.last > dt.timedelta(days=days):
        return replace(item, status="resolved")
    return replace(item, status="active") if ctx.by.event else item


def _is_still_current(item: Comorbidity, ctx: SelectorContext[ConditionStatus]) -> bool:
    """Whether an entry still says how it is today: within the feature's days, a no within `no_for_days`."""
    limit = ctx.feature.current_for
    if limit is None or item.date is None:
        return True
    no = ctx.by.map_status(item.status) == "no"
    days = ctx.by.no_for_days if no and ctx.by.no_for_days is not None else limit.days
    return ctx.record.as_of - item.date.first <= dt.timedelta(days=days)


def _format_entry_date(item: Comorbidity) -> str:
    return format_date(item.date) if item.date else "without a date"


def claim_condition_grade(ctx: SelectorContext[ConditionGrade]) -> Claim | None:
    """The highest grade told of conditions that are not over (with `ever`: of all there were); open while one has none."""
    every = find_listed_conditions(ctx)
    settled = settle_denials(every, ctx.record.conditions, keeps_past=True)
    left_out = (ABSENT,) if ctx.by.ever else (ABSENT, RESOLVED)
    listed = [c for c in settled.standing if c.status not in left_out]
    grade, denied = _find_grades(listed), _find_grades(settled.affirmed)
    if denied.high > grade.high:
        return _claim_contradiction(ctx, settled.contradicting, Interval(grade.low, denied.high))
    if not every:
        return None
    says = ", ".join(c.name for c in listed) or "none is active"
    return Claim(grade, says, list_entry_places(listed or every))


def _find_grades(items: Sequence[Comorbidity]) -> Interval:
    """The highest grade; open above while one has none, and zero of nothing."""
    grades = [c.grade for c in items if c.grade is not None]
    low = float(max(grades, default=1 if items else 0))
    return Interval(low, low if len(grades) == len(items) else math.inf)


def claim_unread(ctx: SelectorContext[UnreadEntry]) -> Claim | None:
    """Open while an entry that nobody read may be about the drug; `of` names it, without it what concerns every drug counts."""
    drug = ctx.by.of
    items = [
        item
        for item in ctx.unread
        if (not item.concerns if drug is None else bool(item.concerns) and item.holds_back(_list_drug_names(drug, ctx)))
    ]
    places = tuple(item.entry for item in items)
    return Claim(None, ", ".join(item.name for item in items), places, unread=places) if items else None


def _list_drug_names(drug: str, ctx: SelectorContext[UnreadEntry]) -> set[str]:
    return {drug, *(name for name, drugs in ctx.members.items() if drug in drugs)}


def claim_medication(ctx: SelectorContext[MedicationTaken]) -> Claim | None:
    """Yes when the record lists the medication, or one that carries the tag."""
    terms, tag = ctx.by.terms, ctx.by.tag
    medications = [m for m in ctx.record.medications if m.term in terms or tag in ctx.tags.get(m.term or "", ())]
    names = ", ".join(dict.fromkeys(m.name for m in medications))
    return Claim("yes", names, tuple(dict.fromkeys(m.entry.place for m in medications))) if medications else None
