"""A group of spans to a course: its dates, its setting, and why it ended, as far as the record says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from concordant.logic.dates import PartialDate, format_date, make_exact_date, shift_day
from concordant.patient.events import ADVANCED, GREW, ONGOING, PROGRESSION, Course, Setting, Stopped
from concordant.record.courses.disease_times import DiseaseTimes, list_dates
from concordant.record.courses.draft import CourseDraft
from concordant.record.courses.grouping import is_recent, span_key
from concordant.record.courses.line_rules import LineRules
from concordant.record.courses.span import ExposureSpan, days_between, latest_end

WORST_FIRST: tuple[Stopped, ...] = (*GREW, "toxicity", "choice", "completed")
CourseWithNote = tuple[Course, tuple[str, ...]]


def make_course(group: CourseDraft, *, is_last: bool, times: DiseaseTimes, as_of: dt.date, rules: LineRules) -> CourseWithNote:
    """The course of a group, and what it rests on; `is_last` says that no other group with a drug can have begun at its end."""
    parts = sorted([*group.parts, *group.beside], key=span_key)
    setting, why_setting = _find_setting(group, times, rules)
    stopped, why_stopped = _explain_ending(group, setting, times, as_of, rules, is_last=is_last)
    open_ = stopped is None and _is_recently_used_up(group, as_of, rules)
    end = None if stopped == ONGOING or open_ or not all(part.end_told for part in group.final_spans) else group.last
    places = list(dict.fromkeys(part.exposure.entry.place for part in parts))
    entry = parts[0].exposure.entry
    course = Course(
        replace(entry, place=places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1} more"),
        *split_classes((drug for part in parts for drug in part.exposure.drugs), rules),
        tuple(dict.fromkeys(name for part in parts for name in part.exposure.unknown_drugs)),
        setting,
        group.line,
        group.first,
        end,
        stopped,
        None,
    )
    says = (_describe_evidence(parts, group, end), *group.why, why_setting, why_stopped)
    return course, tuple(sentence for sentence in says if sentence)


def split_classes(ids: Iterable[str], rules: LineRules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The drugs, each once, and the classes of which the source names no drug."""
    each = dict.fromkeys(ids)
    return tuple(id_ for id_ in each if id_ not in rules.classes), tuple(id_ for id_ in each if id_ in rules.classes)


def _describe_evidence(parts: Sequence[ExposureSpan], group: CourseDraft, end: PartialDate | None) -> str:
    count = len({(part.exposure.entry.place, part.exposure.drugs) for part in parts})
    dates = f"from {format_date(group.first)}" + (f" to {format_date(end)}" if end and end != group.first else "")
    return f"{count} {'entry' if count == 1 else 'entries'} {dates}"


def _find_setting(group: CourseDraft, times: DiseaseTimes, rules: LineRules) -> tuple[Setting | None, str]:
    """The setting told, or the one that surgery and the date of advanced disease leave; None when they leave it open."""
    if group.setting is not None:
        return group.setting, ""
    advanced = times.advanced
    if advanced is not None and advanced.last <= group.first.first:
        return ADVANCED, f"advanced: the disease was so since {format_date(advanced)}"
    early = advanced is None or group.last.is_certainly_before(advanced)
    if not early:
        straddles = advanced is not None and group.first.is_certainly_before(advanced)
        return None, "the setting is open: the disease became advanced while the course went on" if straddles else ""
    return _find_surgery_setting(group, times, rules)


def _find_surgery_setting(group: CourseDraft, times: DiseaseTimes, rules: LineRules) -> tuple[Setting | None, str]:
    before = list_dates(times.surgeries, shift_day(group.first.last, -rules.adjuvant), group.first.first)
    following = list_dates(times.surgeries, group.last.last, shift_day(group.last.last, rules.adjuvant))
    for date, _ in sorted({*before, *following}):
        since, _ = days_between(group.last, date)
        if 0 <= since <= rules.adjuvant:
            return "neoadjuvant", f"neoadjuvant: surgery on {format_date(date)} followed"
        least, most = days_between(date, group.first)
        if least >= 0 and most <= rules.adjuvant:
            return "adjuvant", f"adjuvant: begun after surgery on {format_date(date)}"
    return None, ""


def _explain_ending(
    group: CourseDraft, setting: Setting | None, times: DiseaseTimes, as_of: dt.date, rules: LineRules, *, is_last: bool
) -> tuple[Stopped | None, str]:
    """Why the course ended: as documented, by a progression near its end, or not known; `ongoing` while it runs."""
    final = group.final_spans
    if any(part.runs for part in final):
        return ONGOING, "the source says that it goes on"
    reasons = {part.stopped for part in final if part.stopped is not None}
    if reasons:
        worst = next(reason for reason in WORST_FIRST if reason in reasons)
        others = f"its entries tell different reasons ({', '.join(sorted(reasons))}): {worst} counts" if len(reasons) > 1 else ""
        return worst, others
    grown = _find_progression(group, setting, times, rules)
    if grown is not None:
        return PROGRESSION, f"ended with the progression of {format_date(grown)}"
    if not any(part.end_told for part in final):
        return None, "when and why it ended is not recorded"
    last = _find_recent_dose(group, as_of, rules) if is_last else None
    if last is not None:
        return (
            ONGOING,
            f"taken as running: the last administration ({format_date(last)}) is not more than {rules.running} days ago",
        )
    if _is_recently_used_up(group, as_of, rules):
        return None, "whether it goes on is not recorded: what was handed out was used up lately"
    return None, "why it ended is not recorded"


def _find_progression(group: CourseDraft, setting: Setting | None, times: DiseaseTimes, rules: LineRules) -> PartialDate | None:
    """The progression of advanced disease that is told first of those so near to the last day that the course ended with them."""
    if setting != ADVANCED and not (setting is None and times.advanced_at_once):
        return None
    first, last = shift_day(group.last.last, -rules.running), shift_day(group.last.first, rules.running)
    near = list_dates(times.progressions, first, last)
    fitting = [
        (number, date)
        for date, number in near
        if group.first.is_certainly_before(date) and days_between(group.last, date)[1] <= rules.running
    ]
    return min(fitting)[1] if fitting else None


def _find_recent_dose(group: CourseDraft, as_of: dt.date, rules: LineRules) -> PartialDate | None:
    """The day of a last single administration so lately that nothing says that its drug, and so the course, has ended."""
    days = [
        day
        for drug in sorted(group.drugs)
        if (day := _find_recent_drug_dose(group.list_spans_with([drug]), as_of, rules)) is not None
    ]
    return max(days, key=lambda day: (day.last, day.first), default=None)


def _find_recent_drug_dose(parts: Sequence[ExposureSpan], as_of: dt.date, rules: LineRules) -> PartialDate | None:
    """The last day of one drug, where it is a single administration of lately."""
    last = latest_end(parts)
    final = [part for part in parts if part.last == last]
    single = all(part.first == part.last and (part.exposure.single or part.exposure.end is None) for part in final)
    recent = is_recent(as_of, rules.running, last) and not make_exact_date(as_of).is_certainly_before(last)
    return last if single and recent and not any(part.stopped for part in final) else None


def _is_recently_used_up(group: CourseDraft, as_of: dt.date, rules: LineRules) -> bool:
    """Whether the course ended with tablets that were used up so lately that more may have been handed out since."""
    handed_out = [part for part in group.final_spans if part.exposure.supply and rules.by_mouth.issuperset(part.exposure.drugs)]
    return bool(handed_out) and is_recent(as_of, rules.running, group.last)
