"""Courses of treatment from single administrations, prescriptions and statements, each with its evidence.

The rules are data (`record/courses/line_rules.py`, docs/lines-of-therapy.md). Nothing is counted here: which courses make a line,
and which line is next, is derived from the courses (`derive/selectors/lines.py`), whatever source they came from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.patient.events import ONGOING, Course, DiseaseEvent, EntryLocation, Stopped
from concordant.record.courses.disease_times import DiseaseTimes, make_disease_times
from concordant.record.courses.draft import CourseDraft
from concordant.record.courses.ending import make_course
from concordant.record.courses.exposures import Exposure
from concordant.record.courses.grouping import CourseGrouping
from concordant.record.courses.homes import CourseHomes
from concordant.record.courses.line_rules import LineRules
from concordant.record.courses.span import ExposureSpan, days_between, latest_end, make_span
from concordant.record.courses.undated import group_undated, make_undated_courses


class CourseNote(msgspec.Struct, frozen=True):
    """What a course rests on, in sentences: entries, dates, why it was joined or parted, what stays open."""

    place: str
    says: tuple[str, ...]


class AssembledCourses(msgspec.Struct, frozen=True):
    """The courses in the order of time, a note for each, and the exposures that are supportive and make no course."""

    courses: tuple[Course, ...] = ()
    notes: tuple[CourseNote, ...] = ()
    supportive: tuple[Exposure, ...] = ()


def assemble_courses(
    exposures: Sequence[Exposure], events: Sequence[DiseaseEvent], as_of: dt.date, rules: LineRules
) -> AssembledCourses:
    """The courses that some exposures make. Their order in the source plays no part."""
    supportive, counted = list[Exposure](), list[Exposure]()
    for exposure in exposures:
        (supportive if _is_supportive(exposure, rules) else counted).append(exposure)
    spans = [span for exposure in counted if (span := make_span(exposure, as_of)) is not None]
    times = make_disease_times(events, rules)
    side = [part for part in spans if _is_supplement(part, rules)]
    groups = CourseGrouping(rules, times).group_spans(part for part in spans if not _is_supplement(part, rules))
    groups = _rejoin_drafts([piece for group in groups for piece in _split_draft(group, rules)])
    groups += _place_supplements(side, groups, rules, times)
    undated = [exposure for exposure in counted if exposure.start is None]
    loose = group_undated(undated, groups, rules)
    ordered, is_last = sorted(groups, key=_time_key), _find_last_groups(groups)
    pairs = [make_course(each, is_last=is_last(each), times=times, as_of=as_of, rules=rules) for each in ordered]
    pairs += [pair for same in loose for pair in make_undated_courses(same, rules)]
    courses = [course for course, _ in pairs]
    notes = [CourseNote(course.entry.place, says) for course, says in pairs if says]
    return AssembledCourses(tuple(courses), tuple(notes), tuple(supportive))


def _is_supportive(exposure: Exposure, rules: LineRules) -> bool:
    return bool(exposure.drugs) and not exposure.unknown_drugs and rules.supportive.issuperset(exposure.drugs)


def _is_supplement(part: ExposureSpan, rules: LineRules) -> bool:
    return rules.supplements.issuperset(part.exposure.drugs)


def _find_last_groups(groups: Sequence[CourseDraft]) -> Callable[[CourseDraft], bool]:
    """Whether no other group with a drug can have begun at the end of a group, or after it."""
    begun = sorted(((group.first.last, id(group)) for group in groups if group.drugs), reverse=True)[:2]
    return lambda group: all(day < group.last.first for day, of in begun if of != id(group))


def _time_key(group: CourseDraft) -> tuple[object, ...]:
    return (group.first.first, group.first.last, group.last.first, sorted(group.names), group.parts[0].exposure.entry.place)


def _split_draft(group: CourseDraft, rules: LineRules) -> list[CourseDraft]:
    """The group, less what ended before it: other drugs as courses beside it, a leading drug as a course before it."""
    if len({(part.last, part.runs, part.stopped) for part in group.parts}) == 1:
        return [group]  # all of it ended together
    apart = _split_ended_drugs(group, rules)
    return [*apart, *(piece for draft in _split_at_fewer_leaders(group, rules) for piece in _split_after_leaders(draft, rules))]


def _rejoin_drafts(groups: Iterable[CourseDraft]) -> list[CourseDraft]:
    """Groups of the same drugs, put together again where a regimen that took over had cut an entry in two."""
    drafts: list[CourseDraft] = []
    ending: dict[tuple[EntryLocation, frozenset[str], PartialDate], dict[int, None]] = {}
    for group in groups:
        entries = dict.fromkeys(part.exposure.entry for part in group.parts)
        places = [place for entry in entries for place in ending.get((entry, group.names, group.first), ())]
        cut = min((place for place in places if drafts[place].last == group.first), default=None)
        if cut is None:
            drafts.append(group)
        else:
            drafts[cut].add_spans(group.parts)
            drafts[cut].why = []
            entries = dict.fromkeys(part.exposure.entry for part in drafts[cut].parts)
        home = len(drafts) - 1 if cut is None else cut
        for entry in entries:
            ending.setdefault((entry, drafts[home].names, drafts[home].last), {})[home] = None
    return drafts


def _ended_before(drug: str, group: CourseDraft, rules: LineRules) -> bool:
    """Whether the drug certainly ended while others went on; of single doses, whether it no longer counts as running."""
    parts = group.list_spans_with([drug])
    last = latest_end(parts)
    single = all(part.first == part.last for part in parts if part.last == last)
    return days_between(last, group.last)[0] > (rules.running if single else rules.lead_in)


def _find_stop_reason(drug: str, group: CourseDraft) -> Stopped | None:
    """Why a drug ended, where it is told of it; `ongoing` when it goes on."""
    parts = group.list_spans_with([drug])
    end = latest_end(parts)
    last = [part for part in parts if part.last == end]
    return ONGOING if any(part.runs for part in last) else next((part.stopped for part in last if part.stopped), None)


def _split_ended_drugs(group: CourseDraft, rules: LineRules) -> list[CourseDraft]:
    """Other drugs that ended while leading ones went on: courses beside the group, those of one end together."""
    going = frozenset(drug for drug in rules.find_leaders(group.drugs) if not _ended_before(drug, group, rules))
    ends = {_find_stop_reason(drug, group) for drug in going}
    others = group.names - rules.find_leaders(group.drugs)
    ended = [n for n in others if _ended_before(n, group, rules) or _find_stop_reason(n, group) not in (None, *ends)]
    drafts: dict[tuple[PartialDate, str], CourseDraft] = {}
    for name in sorted(ended) if going else ():
        parts = [part.keep_drugs([name]) for part in group.list_spans_with([name])]
        reason = _find_stop_reason(name, group) or ""
        drafts.setdefault((latest_end(parts), reason), CourseDraft(why=["the other drugs of the regimen went on"])).add_spans(
            parts
        )
    group.remove_drugs(ended if going else ())
    return [drafts[key] for key in sorted(drafts)]


def _split_at_fewer_leaders(group: CourseDraft, rules: LineRules) -> list[CourseDraft]:
    """The group in two where one of several leading drugs ended first: maintenance with fewer of them is the same line."""
    ended = sorted(drug for drug in rules.find_leaders(group.drugs) if _ended_before(drug, group, rules))
    if not ended or len(ended) == len(rules.find_leaders(group.drugs)):
        return [group]
    day = max((latest_end(group.list_spans_with([drug])) for drug in ended), key=lambda date: (date.last, date.first))
    before = [part for part in group.parts if not day.is_certainly_before(part.first)]
    after = [part for part in group.parts if day.is_certainly_before(part.first)]
    after += [part.cut_since(day) for part in before if days_between(day, part.last)[0] > rules.lead_in]
    names = " and ".join(rules.names.get(drug, drug) for drug in ended)
    cut = [part.cut_until(day) if days_between(day, part.last)[0] > rules.lead_in else part for part in before]
    return [CourseDraft(cut, group.why), CourseDraft(after, [f"went on without {names}"])]


def _split_after_leaders(group: CourseDraft, rules: LineRules) -> list[CourseDraft]:
    """The group in two where all leading drugs ended and others went on: two courses, each with its own end."""
    leaders = rules.find_leaders(group.drugs)
    others = group.names - leaders
    if not leaders or not others or not all(_ended_before(drug, group, rules) for drug in leaders):
        return [group]
    names = " and ".join(sorted(rules.names.get(drug, drug) for drug in leaders))
    rest = [part.keep_drugs(others) for part in group.list_spans_with(others)]
    group.replace_spans([part.keep_drugs(leaders) for part in group.list_spans_with(leaders)])
    return [group, CourseDraft(rest, [f"went on after {names} had ended"])]


def _place_supplements(
    side: Iterable[ExposureSpan], groups: Sequence[CourseDraft], rules: LineRules, times: DiseaseTimes
) -> list[CourseDraft]:
    """Drugs that begin and end no course of others: with the course in which they lie wholly, else courses of their own."""
    alone, homes = [], CourseHomes(groups, rules)
    for part in side:
        home = homes.find_home(part)
        if home is None:
            alone.append(part)
        else:
            home.beside.append(part)
    if not alone:
        return []
    known = [part for part in alone if part.exposure.drugs]
    unknown = [part for part in alone if not part.exposure.drugs]
    by_themselves = replace(rules, supplements=frozenset())
    own = [piece for group in CourseGrouping(by_themselves, times).group_spans(known) for piece in _split_draft(group, rules)]
    return [*own, *CourseGrouping(rules, times).group_spans(unknown)]
