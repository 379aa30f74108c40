"""What each selector claims: the function that reads the record for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from concordant.derive import calculated, courses, disease, interval, lines, listed, markers, measures, person, regimens
from concordant.derive.context import Look
from concordant.selectors import courses as by_courses
from concordant.selectors import disease as by_disease
from concordant.selectors import entries as by_entries
from concordant.selectors.base import Selector

S = TypeVar("S", bound=Selector)


def _on(kind: type[S], look: Look[S]) -> tuple[type[Selector], Look[Any]]:
    """A selector with its function; that the two fit is seen by the type checker here."""
    return kind, look


SELECTORS: Mapping[type[Selector], Look[Any]] = dict(
    (
        _on(by_entries.Latest, measures.latest),
        _on(by_entries.Earliest, measures.earliest),
        _on(by_entries.Lowest, measures.lowest),
        _on(by_entries.Fall, measures.fall),
        _on(by_entries.AgainstLimit, measures.against_limit),
        _on(by_entries.FromFormula, calculated.formula),
        _on(by_entries.LatestOrCalculated, calculated.latest_or_calculated),
        _on(by_entries.Age, person.age),
        _on(by_entries.PersonField, person.person),
        _on(by_entries.StatedAny, person.stated_any),
        _on(by_entries.ConditionStatus, listed.condition),
        _on(by_entries.ConditionGrade, listed.condition_grade),
        _on(by_entries.MedicationTaken, listed.medication),
        _on(by_entries.UnreadEntry, listed.unread),
        _on(by_entries.MarkerPart, markers.marker),
        _on(by_entries.SpecimenTested, markers.specimen_tested),
        _on(by_disease.Extent, disease.extent),
        _on(by_disease.Presentation, disease.presentation),
        _on(by_courses.DiseaseStatus, disease.status),
        _on(by_disease.GrewElsewhere, disease.grew_elsewhere),
        _on(by_disease.Brain, disease.brain),
        _on(by_disease.SiteSeen, disease.site_seen),
        _on(by_disease.EventsListed, disease.events_listed),
        _on(by_disease.MonthsBetween, disease.months_between_events),
        _on(by_disease.AdvancedCourse, disease.advanced_course),
        _on(by_courses.Received, courses.received),
        _on(by_courses.ReceivedEarly, courses.received_early),
        _on(by_courses.ProgressedOn, courses.progressed_on),
        _on(by_courses.StoppedForToxicity, courses.stopped_for_toxicity),
        _on(by_courses.Unavailable, courses.unavailable),
        _on(by_courses.MonthsToRecurrence, interval.months_to_recurrence),
        _on(by_courses.Running, courses.running),
        _on(by_courses.Started, courses.started),
        _on(by_disease.CoursesListed, courses.listed),
        _on(by_courses.AllNamed, courses.all_named),
        _on(by_courses.AdvancedNamed, courses.advanced_named),
        _on(by_courses.LinesProgressed, lines.lines_progressed),
        _on(by_courses.LineDeclared, lines.line_declared),
        _on(by_courses.RegimensReceived, regimens.received_advanced),
        _on(by_courses.RegimensInAnySetting, regimens.received_in_any_setting),
        _on(by_courses.AccountsForLine, lines.accounts_for_line),
    )
)
