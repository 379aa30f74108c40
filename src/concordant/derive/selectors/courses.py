"""Courses of treatment: received, in which setting, progressed on, stopped for toxicity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from concordant.contract_names import BRAIN
from concordant.derive.context import SelectorContext
from concordant.derive.selectors.growth import Growth, part_growth
from concordant.logic.dates import PartialDate, format_date, make_exact_date
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_any, negate_truth
from concordant.model.selectors.base import Selector
from concordant.model.selectors.courses import (
    AdvancedNamed,
    AllNamed,
    InSetting,
    NamedDrugs,
    OfDrugs,
    OfLines,
    ProgressedOn,
    Received,
    ReceivedEarly,
    Started,
)
from concordant.patient.events import EARLY_SETTINGS, GREW, Course, DiseaseEvent, PatientRecord
from concordant.patient.facts import Claim, judge_among

ENDED_BADLY = GREW


def holds_any_drug(course: Course, drugs: frozenset[str]) -> bool:
    """True when the course has one of the drugs."""
    return not drugs.isdisjoint(course.drugs)


def find_courses_with(record: PatientRecord, drugs: frozenset[str]) -> list[Course]:
    """The courses that hold one of the drugs."""
    return [course for course in record.courses if holds_any_drug(course, drugs)]


def list_places(items: Iterable[Course | DiseaseEvent]) -> tuple[str, ...]:
    """The entries behind a claim."""
    return tuple(item.entry.place for item in items)


def can_hide_drug(course: Course, ctx: SelectorContext[OfDrugs]) -> bool:
    """Return True if one of the selector's drugs may be part of this course under an unknown name, a class name or no name."""
    nameless = not (course.drugs or course.classes or course.unknown_drugs)
    hinted = any(not ctx.drugs().isdisjoint(ctx.members.get(name, ())) for name in course.classes)
    return nameless or hinted or bool(course.unknown_drugs)


def describe_course(course: Course) -> str:
    """A course in words: its setting and its dates."""
    setting = f"{course.setting} " if course.setting else ""
    start = format_date(course.start) if course.start else ""
    end = format_date(course.end) if course.end else ("running" if course.stopped == "ongoing" else "")
    dates = f" ({start} to {end})" if start and end else f" ({start or end})" if start or end else ""
    return f"{setting}course{dates}"


def claim_received(ctx: SelectorContext[Received]) -> Claim | None:
    """Yes when a listed course holds the drug, or is said to be of the class."""
    wanted, name = ctx.drugs(), ctx.by.of
    courses = [c for c in ctx.record.courses if holds_any_drug(c, wanted) or name in c.classes]
    if courses:
        return Claim("yes", describe_course(courses[0]), list_places(courses))
    hiding = [c for c in ctx.record.courses if any(not wanted.isdisjoint(ctx.members.get(k, ())) for k in c.classes)]
    return Claim(None, "a course names only the class of its drug", list_places(hiding)) if hiding else None


def claim_received_early(ctx: SelectorContext[ReceivedEarly]) -> Claim | None:
    """Yes when a neoadjuvant or adjuvant course holds the drug; undecided when a setting is missing."""
    courses = find_courses_with(ctx.record, ctx.drugs())
    settings = find_settings(courses, ctx)
    early = [c for c, setting in settings if setting in EARLY_SETTINGS]
    if early:
        return Claim("yes", describe_course(early[0]), list_places(early))
    unsettled = [c for c, setting in settings if setting is None]
    return Claim(None, "a course without its setting", list_places(unsettled)) if unsettled else None


def find_settings(courses: Sequence[Course], ctx: SelectorContext[InSetting]) -> list[tuple[Course, str | None]]:
    """Each course with its setting as told, or the one that the dates leave; None when open."""
    if all(course.setting is not None for course in courses):
        return [(course, course.setting) for course in courses]
    since, presentation = find_advanced_start(ctx), ctx.known_word(ctx.by.presentation)
    return [(c, c.setting if c.setting is not None else _infer_setting(c, since, presentation)) for c in courses]


def _infer_setting(course: Course, since: PartialDate | None, presentation: str | None) -> str | None:
    """The setting that the date of advanced disease leaves to a course."""
    if presentation == "de_novo":
        return "advanced"
    if since is None:
        return None
    if course.start is not None and since.last <= course.start.first:
        return "advanced"
    over = course.end is not None and course.end.last < since.first
    return "adjuvant" if over and presentation == "recurrent" else None


def find_courses_in_question(ctx: SelectorContext[InSetting]) -> list[Course]:
    """The courses with the drugs that were not certainly given before or after surgery."""
    settings = find_settings(find_courses_with(ctx.record, ctx.drugs()), ctx)
    return [course for course, setting in settings if setting not in EARLY_SETTINGS]


def find_advanced_start(ctx: SelectorContext[Selector]) -> PartialDate | None:
    """The date of the event that first told advanced disease, in so many words or by a distant site."""
    dates = [e.date for e in ctx.record.events if e.date is not None and is_distant_disease(e, ctx)]
    return min(dates, key=lambda d: (d.first, d.last)) if dates else None


def _judge_progression_on(course: Course, growth: tuple[Growth, Growth], ctx: SelectorContext[ProgressedOn]) -> Truth:
    """Judge whether the disease progressed or recurred on this course, from its stop reason or from a dated event during it."""
    if course.stopped in ENDED_BADLY:
        return TRUE
    otherwise = UNKNOWN if course.stopped is None else FALSE
    if course.start is None or (course.end is None and course.stopped != "ongoing"):
        return otherwise
    start, end = course.start.last, (course.end or make_exact_date(ctx.record.as_of)).first
    found = [at_spared for at_spared, grown in enumerate(growth) if grown.dates.has_after(start, end)]
    if course.stopped == "ongoing":
        return judge_any(_judge_while_running(ctx, at_spared=bool(at_spared)) for at_spared in found)
    return TRUE if found else otherwise


def judge_disease_control(ctx: SelectorContext[ProgressedOn | OfLines]) -> Truth:
    """Whether the disease is controlled, as far as anything is told of it."""
    left = ctx.remaining_words(ctx.by.status)
    return FALSE if left is None else judge_among(left, ("stable", "responding"))


def _judge_while_running(ctx: SelectorContext[ProgressedOn], *, at_spared: bool) -> Truth:
    """Judge whether a progression counts against a running course: not when the disease is controlled since, or only the
    brain grew.
    """
    under_control = judge_disease_control(ctx)
    if under_control is not FALSE:
        return negate_truth(under_control)
    if at_spared:
        return {"yes": TRUE, "no": FALSE}.get(ctx.known_word(ctx.by.elsewhere) or "", UNKNOWN)
    return TRUE


def claim_progressed_on(ctx: SelectorContext[ProgressedOn]) -> Claim | None:
    """Yes when a course with the drug ended in progression or recurrence; no when none certainly did."""
    courses = find_courses_with(ctx.record, ctx.drugs())
    if not courses:
        return None
    growth = part_growth((e for e in ctx.record.events if e.kind in ENDED_BADLY), ctx)
    truths = {course: _judge_progression_on(course, growth, ctx) for course in courses}
    bad = [c for c, truth in truths.items() if truth is TRUE]
    if bad:
        return Claim("yes", f"progression on the {describe_course(bad[0])}", list_places(bad))
    if UNKNOWN in truths.values():
        return Claim(None, "why a course was stopped is not recorded", list_places(courses))
    return Claim("no", "no course with it ended in progression", list_places(courses), partial=None)


def claim_stopped_for_toxicity(ctx: SelectorContext[NamedDrugs]) -> Claim | None:
    """Yes when a course of this drug alone was stopped for toxicity; which of several is not known."""
    courses = find_courses_with(ctx.record, ctx.drugs())
    if not courses:
        return None
    toxic = [c for c in courses if c.stopped == "toxicity"]
    alone = [c for c in toxic if len(c.drugs) + len(c.unknown_drugs) + len(c.classes) == 1]
    if alone:
        return Claim("yes", f"the {describe_course(alone[0])} was stopped for toxicity", list_places(alone))
    if toxic:
        return Claim(
            None, "a course of several drugs was stopped for toxicity; which of them is not recorded", list_places(toxic)
        )
    open_ = [c for c in courses if c.stopped is None]
    if open_:
        return Claim(None, "why a course was stopped is not recorded", list_places(open_))
    return Claim("no", "no course with it was stopped for toxicity", list_places(courses), partial=None)


def claim_unavailable(ctx: SelectorContext[NamedDrugs]) -> Claim | None:
    """No when the record lists the drug as unavailable."""
    if ctx.drugs() & frozenset(ctx.record.unavailable):
        return Claim("no", "listed as unavailable", ("unavailable",))
    return None


def find_progressions(ctx: SelectorContext[Selector]) -> list[DiseaseEvent]:
    """The progressions of advanced disease; the one that first made early disease advanced is a recurrence."""
    relapse = find_recurrence(ctx)
    return [e for e in ctx.record.events if e.kind == "progression" and e is not relapse]


def is_distant_disease(event: DiseaseEvent, ctx: SelectorContext[Selector]) -> bool:
    """True when the event tells advanced disease, in so many words or by a distant site."""
    sites = event.sites if event.brain in (None, "none") else (*event.sites, BRAIN)  # what grows in the brain has got there
    return event.extent not in (None, "early") or any("distant" in ctx.tags.get(s, ()) for s in sites)


def _find_distant_spread(ctx: SelectorContext[Selector]) -> list[DiseaseEvent]:
    """Distant spread that is told as a progression, of disease that began early and was never treated as advanced."""
    record = ctx.record
    began_early = any(e.kind == "diagnosis" and e.extent == "early" for e in record.events) or any(
        c.setting in EARLY_SETTINGS for c in record.courses
    )
    if not began_early or any(c.setting == "advanced" for c in record.courses):
        return []
    if any(e.kind == "diagnosis" and is_distant_disease(e, ctx) for e in record.events):
        return []
    return [e for e in record.events if e.kind == "progression" and is_distant_disease(e, ctx)]


def find_recurrence(ctx: SelectorContext[Selector]) -> DiseaseEvent | None:
    """The recurrence that made the disease advanced, else the only or the earliest one."""
    record = ctx.record
    events = [e for e in record.events if e.kind == "recurrence"] or _find_distant_spread(ctx)
    marked = [e for e in events if e.extent not in (None, "early")] or events
    if len(marked) > 1:
        dated = [e for e in marked if e.date is not None]
        return min(dated, key=lambda e: e.date.first if e.date else record.as_of) if dated else None
    return marked[0] if marked else None


def claim_started(ctx: SelectorContext[Started]) -> Claim | None:
    """Whether a course with the drugs has been given for advanced disease: yes, or open."""
    courses = find_courses_with(ctx.record, ctx.drugs())
    settings = find_settings(courses, ctx)
    advanced = [c for c, setting in settings if setting == "advanced"]
    if advanced:
        return Claim("yes", describe_course(advanced[0]), list_places(advanced))
    unsettled = [c for c, setting in settings if setting is None]
    return Claim(None, "a course without its setting", list_places(unsettled)) if unsettled else None


def claim_courses_listed(ctx: SelectorContext[Selector]) -> Claim:
    """How many courses the record lists at all."""
    number = float(len(ctx.record.courses))
    return Claim(
        make_exact_interval(number), "courses listed", list_places(ctx.record.courses), partial=Interval(number, math.inf)
    )


def claim_all_named(ctx: SelectorContext[AllNamed]) -> Claim | None:
    """Whether no listed course can hide one of the drugs behind an unknown name, a class or no name at all."""
    return _claim_named(ctx.record.courses, ctx)


def claim_advanced_named(ctx: SelectorContext[AdvancedNamed]) -> Claim | None:
    """The same of the courses that are not certainly before or after surgery."""
    return _claim_named([c for c, setting in find_settings(ctx.record.courses, ctx) if setting not in EARLY_SETTINGS], ctx)


def _claim_named(courses: Iterable[Course], ctx: SelectorContext[OfDrugs]) -> Claim | None:
    unnamed = [c for c in courses if can_hide_drug(c, ctx)]
    if unnamed:
        return Claim("no", "", list_places(unnamed))
    return Claim("yes", partial=None) if ctx.record.courses else None
