"""Measurements, marker tests, conditions, medications and the person."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from msgspec.structs import replace

from concordant.dates import PartialDate, whole_years, words
from concordant.derive.context import Context
from concordant.facts import TOLD, Claim, among, unit_words
from concordant.kleene import TRUE
from concordant.quantities import Interval, interval_words, point
from concordant.record.events import Comorbidity, Marker, Measurement


def may_be_last(items: Sequence[Measurement]) -> list[Measurement]:
    """Those that are not certainly older than another; an undated one is told as of now."""
    now = [m for m in items if m.date is None]
    if now:
        return now
    return [m for m in items if not any(m.date.certainly_before(o.date) for o in items if m.date and o.date)]


def _current(item: Measurement, ctx: Context) -> bool:
    limit = ctx.feature.current_for
    if limit is None or item.date is None:
        return True
    return ctx.record.as_of - item.date.first <= dt.timedelta(days=limit.days)


def latest(ctx: Context) -> Claim | None:
    """The latest measurement; the hull of those that may be; nothing when it is out of date."""
    found = [m for m in ctx.record.measurements if m.name == ctx.params["measurement"]]
    if not found:
        return None
    last = may_be_last(found)
    if not any(_current(m, ctx) for m in last):
        told = (
            f"{_told(last[0], ctx)} is too old (kept for {ctx.feature.current_for.days if ctx.feature.current_for else 0} days)"
        )
        return Claim(None, told, _places(last), stale=told)
    values = {m.value for m in last}
    hull = _hull([m.value for m in last])
    if hull.is_unknown:
        return Claim(None, "a result on record that cannot be read", _places(last))
    conflict = (
        f"{ctx.feature.label}: two results of the same time, {' and '.join(_told(m, ctx) for m in last)}"
        if len(values) > 1
        else ""
    )
    return Claim(hull, _when(last[0]), _places(last), conflict=conflict)


def _told(item: Measurement, ctx: Context) -> str:
    """A measurement in words: `62 % on 1 Mar 2021`."""
    unit = unit_words(ctx.feature.unit) if ctx.params["selector"] != "against_limit" else ""
    return f"{interval_words(item.value)} {unit}".strip() + (f" on {words(item.date)}" if item.date else "")


def _when(item: Measurement) -> str:
    return words(item.date) if item.date else "as recorded"


def _places(items: Sequence[Measurement | Marker]) -> tuple[str, ...]:
    return tuple(item.entry.place for item in items)


def _hull(values: list[Interval]) -> Interval:
    hull = values[0]
    for value in values[1:]:
        hull = hull.hull(value)
    return hull


def earliest(ctx: Context) -> Claim | None:
    """The first of several dated measurements: the baseline."""
    listed = [m for m in ctx.record.measurements if m.name == ctx.params["measurement"]]
    if unread := [m for m in listed if m.value.is_unknown]:
        return Claim(None, "a result on record that cannot be read may be the first", _places(unread))
    found = [m for m in listed if m.date]
    if len(found) < 2:
        return None
    first = min(found, key=lambda m: m.date.first if m.date else ctx.record.as_of)
    return Claim(first.value, _when(first), (first.entry.place,))


def lowest(ctx: Context) -> Claim | None:
    """The lowest value ever measured."""
    found = [m for m in ctx.record.measurements if m.name == ctx.params["measurement"]]
    if not found:
        return None
    low = min(found, key=lambda m: m.value.low)
    return Claim(low.value, _when(low), (low.entry.place,))


def fall(ctx: Context) -> Claim | None:
    """Points lost from the first of several measurements to the latest; negative for a gain."""
    first, last = earliest(ctx), latest(ctx)
    if not (first and last and isinstance(first.value, Interval) and isinstance(last.value, Interval)):
        return None
    span = Interval(first.value.low - last.value.high, first.value.high - last.value.low)
    told = f"{interval_words(first.value)} on {first.says}, {interval_words(last.value)} on {last.says}"
    return Claim(span, told, first.entries + last.entries)


def against_limit(ctx: Context) -> Claim | None:
    """The latest measurement as a multiple of the upper limit of normal printed with it."""
    last = latest(ctx)
    found = [m for m in ctx.record.measurements if m.name == ctx.params["measurement"]]
    if last is None or not isinstance(last.value, Interval):
        return last
    limits = {m.upper_limit for m in may_be_last(found)}
    limit = limits.pop() if len(limits) == 1 else None
    if not limit:
        return Claim(None, f"{last.says}, without its upper limit of normal", last.entries)
    ratio = Interval(last.value.low / limit, last.value.high / limit)
    return Claim(ratio, f"{last.says}, upper limit {limit:g}", last.entries)


def age(ctx: Context) -> Claim | None:
    """Completed years at `as_of`."""
    birth = ctx.record.person.birth_date
    if birth is None:
        return None
    low, high = whole_years(birth.last, ctx.record.as_of), whole_years(birth.first, ctx.record.as_of)
    return Claim(Interval(max(0, low), high), f"born {words(birth)}", ("patient.birth_date",))


def person(ctx: Context) -> Claim | None:
    """A word of the patient block."""
    name = str(ctx.params["field"])
    value = getattr(ctx.record.person, name)
    return Claim(value, "as recorded", (f"patient.{name}",)) if value else None


def listed_conditions(ctx: Context) -> list[Comorbidity]:
    """The entries of the feature's terms; with `about`, those that name the drug, a class of it, or the substance."""
    terms, about = ctx.params["terms"], ctx.params.get("about")
    found = [c for c in ctx.record.conditions if c.term in terms]
    if about is None:
        return found
    names = {str(about), *(name for name, drugs in ctx.members.items() if about in drugs), *ctx.members.get(about, ())}
    return [c for c in found if not names.isdisjoint(c.about)]


def condition(ctx: Context) -> Claim | None:
    """The status of a comorbidity, turned into the feature's own words; open when not given.

    With `within_days`, an entry that is certainly older counts as resolved; an `event` that is not counts as active,
    whatever its status says.
    """
    mapping = ctx.params["map"]
    listed = [_aged(c, ctx) for c in listed_conditions(ctx)]
    if not listed:
        return None
    found = [c for c in listed if _still_told(c, ctx)]
    if not found:
        told = f"{listed[-1].name}, {listed[-1].status or 'status not given'} ({_told_when(listed[-1])}), is too old"
        return Claim(None, told, tuple(c.entry.place for c in listed), stale=told)
    values = {mapping.get(c.status or "unknown") for c in found}
    for value in ctx.params.get("worst_first", ()):
        if value in values:
            values = {value}
    shown = found[0]
    says = f"{shown.name}, {shown.status or 'status not given'}{f' ({words(shown.date)})' if shown.date else ''}"
    value = values.pop() if len(values) == 1 else None
    return Claim(value, says, tuple(c.entry.place for c in found))


def _aged(item: Comorbidity, ctx: Context) -> Comorbidity:
    """The entry as it stands today: what happened longer ago than `within_days` is over, an event after that is not."""
    days = ctx.params.get("within_days")
    if days is None or item.date is None or item.status == "absent":
        return item
    if ctx.record.as_of - item.date.last > dt.timedelta(days=int(days)):
        return replace(item, status="resolved")
    return replace(item, status="active") if ctx.params.get("event") else item


def condition_grade(ctx: Context) -> Claim | None:
    """The highest grade told of conditions that are not over (with `ever`: of all there were); open while one has none."""
    left_out = ("absent",) if ctx.params.get("ever") else ("absent", "resolved")
    listed = [c for c in listed_conditions(ctx) if c.status not in left_out]
    if not listed:
        return Claim(point(0), "none is active", places_of(listed_conditions(ctx))) if listed_conditions(ctx) else None
    grades = [c.grade for c in listed if c.grade is not None]
    low = float(max(grades, default=1))
    says = ", ".join(c.name for c in listed)
    return Claim(point(low) if len(grades) == len(listed) else Interval(low, math.inf), says, places_of(listed))


def places_of(items: Sequence[Comorbidity]) -> tuple[str, ...]:
    """The entries behind a claim."""
    return tuple(item.entry.place for item in items)


def unread(ctx: Context) -> Claim | None:
    """Open while an entry that nobody read may be about the drug; `of` names it, without it what concerns every drug counts."""
    drug = ctx.params.get("of")
    found = [
        one for one in ctx.unread if (not one.concerns if drug is None else bool(one.concerns) and one.holds(_names(drug, ctx)))
    ]
    places = tuple(one.entry for one in found)
    return Claim(None, ", ".join(one.name for one in found), places, unread=places) if found else None


def _names(drug: str, ctx: Context) -> set[str]:
    return {drug, *(name for name, drugs in ctx.members.items() if drug in drugs)}


def _still_told(item: Comorbidity, ctx: Context) -> bool:
    """Whether an entry still says how it is today: within the feature's days, a no within `no_for_days`."""
    limit = ctx.feature.current_for
    if limit is None or item.date is None:
        return True
    no = ctx.params["map"].get(item.status or "unknown") == "no"
    days = int(ctx.params.get("no_for_days", limit.days)) if no else limit.days
    return ctx.record.as_of - item.date.first <= dt.timedelta(days=days)


def _told_when(item: Comorbidity) -> str:
    return words(item.date) if item.date else "without a date"


def medication(ctx: Context) -> Claim | None:
    """Yes when the record lists the medication, or one that carries the tag."""
    terms, tag = ctx.params.get("terms", ()), ctx.params.get("tag")
    found = [m for m in ctx.record.medications if m.term in terms or tag in ctx.tags.get(m.term or "", ())]
    names = ", ".join(dict.fromkeys(m.name for m in found))
    return Claim("yes", names, tuple(dict.fromkeys(m.entry.place for m in found))) if found else None


def governing(record_markers: Sequence[Marker], tests: Sequence[str], days: int) -> list[Marker]:
    """The results that govern: of the metastasis if tested, else the latest, with what was done for them."""
    family = [m for m in record_markers if m.test in tests]
    chosen = [m for m in family if m.specimen == "metastasis"] or family
    dates = [m.date for m in chosen if m.date is not None]
    if not dates:
        return chosen
    newest: PartialDate = max(dates, key=lambda d: d.last)
    since = newest.first - dt.timedelta(days=days)
    return [m for m in chosen if m.date is None or m.date.last >= since]


def marker(ctx: Context) -> Claim | None:
    """One result of the governing specimen: its word, or one of its numbers."""
    tests, days = ctx.params["family"], int(ctx.params["together_days"])
    results = [m for m in governing(ctx.record.markers, tests, days) if m.test == ctx.params["test"]]
    without = ctx.params.get("without")
    told = [(m, _part(m, str(ctx.params["part"]))) for m in results if without not in m.numbers]
    told = [(m, value) for m, value in told if value is not None]
    if unread := [m for m in results if m.word is None and not m.numbers]:
        return Claim(None, "a result on record that cannot be read", _places(unread))
    if not told:
        return None
    last = _last_markers([m for m, _ in told])
    values = {value for m, value in told if m in last}
    says = ", ".join(filter(None, map(_where, last)))
    if len(values) > 1:
        told_all = ", ".join(_marker_words(m) for m in last)
        return Claim(
            None, told_all, _places(last), conflict=f"{ctx.feature.label}: results that contradict each other ({told_all})"
        )
    return Claim(values.pop(), says, _places(last))


def specimen_tested(ctx: Context) -> Claim | None:
    """Whether a test of the family was done on the specimen; open while a result does not say its specimen."""
    wanted = ctx.params["specimen"]
    results = [m for m in ctx.record.markers if m.test in ctx.params["family"]]
    on_it = [m for m in results if m.specimen == wanted]
    if on_it:
        return Claim("yes", ", ".join(filter(None, map(_where, on_it[:1]))), _places(on_it))
    if results and all(m.specimen for m in results):
        return Claim("no", "every result is of another specimen", _places(results))
    return None


def stated_any(ctx: Context) -> Claim:
    """Whether a named feature was stated: as yes or another of its words, a count above zero, or (`whatever`) at all."""
    words_told = ("yes", "second", "third_or_later", *ctx.params.get("words", ()))
    whatever = bool(ctx.params.get("whatever"))
    for name in ctx.params["names"]:
        value = ctx.record.stated.get(name)
        told = among(value, words_told) is TRUE or (isinstance(value, Interval) and value.low >= 1)
        if told or (whatever and value is not None):
            return Claim("yes", TOLD, (f"stated.{name}",))
    return Claim("no", "nothing of the kind is stated")


def _part(item: Marker, part: str) -> Interval | str | None:
    return item.word if part == "word" else item.numbers.get(part)


def _last_markers(items: list[Marker]) -> list[Marker]:
    if any(m.date is None for m in items):
        return items
    return [m for m in items if not any(m.date.certainly_before(o.date) for o in items if m.date and o.date)]


def _marker_words(item: Marker) -> str:
    numbers = ", ".join(f"{name} {interval_words(value)}" for name, value in item.numbers.items())
    where = _where(item)
    return f"{item.word or numbers}{f' ({where})' if where else ''}"


def _where(item: Marker) -> str:
    """The specimen and the date of a result."""
    return ", ".join(filter(None, (item.specimen, words(item.date) if item.date else "")))
