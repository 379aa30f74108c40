"""The patient's record in time: courses with their lines, events, and the interval on which the answer rests."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import cast

import msgspec

from concordant.answer.parts import CourseInTime, EventInTime, EventKind, IntervalInTime, Setting, TimelineShown, When
from concordant.answer.phrases import replace_brackets
from concordant.answer.timeline_words import ENGLISH, phrase_timeline
from concordant.decide.situation import Situation
from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import find_settings
from concordant.derive.selectors.line_numbers import number_lines
from concordant.logic.dates import PartialDate, make_exact_date
from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.model.guideline import LineRule
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.courses import LinesProgressed, MonthsToRecurrence
from concordant.model.selectors.disease import Extent
from concordant.patient.events import FINDING, UNCLEAR, Course, DiseaseEvent
from concordant.patient.facts import Fact, format_value

COUNTS = {"yes": 1, "no": 0}  # a yes counts as a line before those that are listed


def build_timeline(situation: Situation, knowledge: Knowledge, deciding: Collection[str]) -> TimelineShown:
    """The record in time; `deciding` are the features on which the answer rests, or which it asks for."""
    if not situation.record.courses and not situation.record.events:
        return TimelineShown()
    return TimelineBuilder(situation, knowledge).build_timeline(deciding)


class TimelineBuilder(msgspec.Struct, frozen=True):
    """One patient's record, and the knowledge that names its drugs and sites."""

    now: Situation
    knowledge: Knowledge

    def build_timeline(self, deciding: Collection[str]) -> TimelineShown:
        """Courses and events as listed, what has a date first, and the intervals between them that decide."""
        shown = TimelineShown(
            courses=sorted(self._iter_courses(), key=lambda c: _get_first_day(c.start or c.end)),
            events=sorted(self._iter_events(), key=lambda e: _get_first_day(e.date)),
            intervals=[
                interval for feature in self._iter_interval_features(deciding) if (interval := self._build_interval(feature))
            ],
        )
        shown.told = phrase_timeline(shown, self._clip_date(make_exact_date(self.now.record.as_of)), ENGLISH)
        return shown

    def _iter_courses(self) -> Iterator[CourseInTime]:
        lines, context = self._number_courses()
        drugs = {drug.id: drug.name for drug in self.knowledge.drugs}
        courses = self.now.record.courses
        for course, setting in find_settings(courses, context) if context else [(c, c.setting) for c in courses]:
            yield CourseInTime(
                drugs=_list_drug_names(course, drugs, self.knowledge.classes),
                setting=cast("Setting | None", setting),
                line=course.line or (lines.get(course.entry.place) if setting == "advanced" else None),
                start=self._clip_date(course.start) if course.start else None,
                end=self._clip_date(course.end) if course.end else None,
                running=course.stopped == "ongoing",
                stopped="" if course.stopped == "ongoing" else course.stopped or "",
                cycles=course.cycles,
                entry=course.entry.place,
            )

    def _number_courses(self) -> tuple[Mapping[str, int], SelectorContext[LinesProgressed] | None]:
        """The line of each course as the guideline that speaks counts them, and the way to look at the record as it does."""
        plan, speaking = self.now.plan, self.now.decision.speaking
        rule = speaking.line if speaking else None
        counting = plan.by_name[rule.progressed] if rule else None
        if rule is None or counting is None or not isinstance(counting.derive, LinesProgressed):
            return {}, None
        context = SelectorContext(
            self.now.record, self.now.facts, counting, counting.derive, plan.members, plan.tags, plan.formulas
        )
        return number_lines(context, self._lines_before(rule)), context

    def _lines_before(self, rule: LineRule) -> int | None:
        """How many lines count before those on record; None while one of the facts is open."""
        counts = [COUNTS.get(str(self.now.facts[name].value)) for name in rule.before]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def _iter_events(self) -> Iterator[EventInTime]:
        for event in self.now.record.events:
            if event.kind in (FINDING, UNCLEAR):  # where a metastasis is, and not what happened when
                continue
            yield EventInTime(
                kind=cast("EventKind", event.kind),
                date=self._clip_date(event.date) if event.date else None,
                about=self._describe_event(event),
                entry=event.entry.place,
            )

    def _describe_event(self, event: DiseaseEvent) -> list[str]:
        """The sites, and the extent where it is the news; of surgery, the operation."""
        if event.procedure:
            return [event.procedure]
        names = {site.id: site.name for site in self.knowledge.vocabulary.sites}
        sites = [names.get(site, site) for site in event.sites]
        feature = next((f for f in self.now.plan.features if isinstance(f.derive, Extent) and f.question), None)
        is_news = feature is not None and event.extent is not None and (event.kind == "diagnosis" or not sites)
        return [format_value(feature, event.extent), *sites] if feature and is_news else sites

    # -- the interval ------------------------------------------------------------------------------

    def _iter_interval_features(self, deciding: Collection[str]) -> Iterator[Feature]:
        """The features that measure from a last dose to what followed, and that the answer rests on."""
        for feature in self.now.plan.features:
            if isinstance(feature.derive, MonthsToRecurrence) and feature.name in deciding:
                yield feature

    def _build_interval(self, feature: Feature) -> IntervalInTime | None:
        """From the end of the course to the event that the fact names; None when one of them has no date."""
        fact = self.now.facts[feature.name]
        value = fact.value
        if not isinstance(value, Interval) or not math.isfinite(value.low + value.high):
            return None
        if (ends := self._find_interval_ends(fact, value)) is None:
            return None
        return IntervalInTime(
            feature=feature.name,
            label=feature.label,
            says=format_value(feature, value),
            low=value.low,
            high=value.high,
            unit=feature.unit,
            start=self._clip_date(ends[0]),
            end=self._clip_date(ends[1]),
        )

    def _find_interval_ends(self, fact: Fact, value: Interval) -> tuple[PartialDate, PartialDate] | None:
        """The last dose and the event behind a fact; one that came during treatment needs no last dose."""
        record = self.now.record
        event = next((e.date for e in record.events if e.entry.place in fact.entries and e.date), None)
        doses = [c.end for c in record.courses if c.entry.place in fact.entries and c.end]
        if event is None:
            return None
        if value.high <= 0:
            return min([*doses, event], key=lambda day: day.first), event
        return (max(doses, key=lambda day: day.last), event) if doses else None

    def _clip_date(self, date: PartialDate) -> When:
        known = date.clip_to(self.now.record.as_of)
        return When(first=known.first, last=known.last)


def _list_drug_names(course: Course, drugs: Mapping[str, str], classes: Mapping[str, str]) -> list[str]:
    known = [drugs.get(drug, drug) for drug in course.drugs]
    return [*known, *(classes.get(name, name) for name in course.classes), *map(replace_brackets, course.unknown_drugs)]


def _get_first_day(when: When | None) -> float:
    return when.first.toordinal() if when else math.inf
