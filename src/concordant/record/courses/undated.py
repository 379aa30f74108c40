"""Exposures without a start: what they tell of courses that are known, and the courses that they leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from msgspec.structs import replace

from concordant.patient.events import ONGOING, Course, Setting
from concordant.record.courses.draft import CourseDraft
from concordant.record.courses.ending import CourseWithNote, split_classes
from concordant.record.courses.exposures import Exposure
from concordant.record.courses.line_rules import LineRules

Homes = tuple[CourseDraft | None, frozenset[Setting | None]]


def group_undated(undated: Iterable[Exposure], groups: Sequence[CourseDraft], rules: LineRules) -> list[list[Exposure]]:
    """The exposures that may be one course. One that only names drugs whose dated courses are known tells nothing new."""
    kept: dict[tuple[object, ...], list[Exposure]] = {}
    find_homes = _index_homes(groups)
    for exposure in sorted(undated, key=lambda e: (e.drugs, e.unknown_drugs, e.entry.place)):
        names = frozenset((*exposure.drugs, *exposure.unknown_drugs))
        last, settings = find_homes(names)
        silent = exposure.end is None and exposure.stopped is None and exposure.line is None and not exposure.ongoing
        if last is not None and silent and exposure.setting in (None, *settings):
            last.why.append(f"{exposure.entry.place} tells of it without a date")
            continue
        key = (exposure.end, exposure.setting, exposure.line, exposure.stopped, exposure.ongoing)
        by_itself = sorted(names) if not rules.alone.isdisjoint(names) or not exposure.drugs else ()
        kept.setdefault((*key, *by_itself), []).append(exposure)
    return list(kept.values())


def _index_homes(groups: Sequence[CourseDraft]) -> Callable[[frozenset[str]], Homes]:
    """Finds the last of the courses that hold some drugs, and the settings of all that do; the same drugs are looked for once."""
    holding: dict[str, list[CourseDraft]] = {}
    for group in groups:
        for name in group.names:
            holding.setdefault(name, []).append(group)

    @cache
    def find_homes(names: frozenset[str]) -> Homes:
        fewest = min((holding.get(name, []) for name in names), key=len, default=groups)
        homes = [group for group in fewest if names <= group.names]
        return (homes[-1] if homes else None), frozenset(group.setting for group in homes)

    return find_homes


def make_undated_courses(same: Sequence[Exposure], rules: LineRules) -> Iterator[CourseWithNote]:
    """The course of exposures that tell the same; where they may be several regimens, an open course beside it says so."""
    first = same[0]
    place = first.entry.place if len(same) == 1 else f"{first.entry.place} and {len(same) - 1} more"
    entry = replace(first.entry, place=place)
    drugs, classes = split_classes((drug for exposure in same for drug in exposure.drugs), rules)
    unknown = tuple(dict.fromkeys(name for exposure in same for name in exposure.unknown_drugs))
    stopped = ONGOING if first.ongoing else first.stopped
    course = Course(entry, drugs, classes, unknown, first.setting, first.line, None, first.end, stopped, None)
    leading = sum(not rules.leading.isdisjoint(exposure.drugs) for exposure in same)
    if leading > 1 and first.end is None and first.line is None and not first.ongoing:
        why = "whether these undated entries are one regimen or several is not recorded"
        yield course, (why,)
        yield _make_possible_course(course, rules), (why,)
    else:
        yield course, ("no entry tells when it began",)


def _make_possible_course(course: Course, rules: LineRules) -> Course:
    """A course that names only a class: it may be another line, and another drug of the class."""
    classes = tuple(
        name for name, drugs in rules.leading_classes.items() if name in course.classes or not drugs.isdisjoint(course.drugs)
    )
    return Course(course.entry, (), classes, (), course.setting, None, None, None, None, None)
