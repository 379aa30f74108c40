"""What each selector claims: the function that reads the record for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from concordant.derive.context import Look
from concordant.derive.selectors import (
    calculated,
    courses,
    disease,
    interval,
    lines,
    listed,
    markers,
    measures,
    person,
    regimens,
    running,
)
from concordant.model.selectors import courses as by_courses
from concordant.model.selectors import disease as by_disease
from concordant.model.selectors import entries as by_entries
from concordant.model.selectors.base import Selector

S = TypeVar("S", bound=Selector)


def _pair_selector(kind: type[S], look: Look[S]) -> tuple[type[Selector], Look[Any]]:
    """A selector with its function; that the two fit is seen by the type checker here."""
    return kind, look


SELECTORS: Mapping[type[Selector], Look[Any]] = dict(
    (
        _pair_selector(by_entries.Latest, measures.claim_latest),
        _pair_selector(by_entries.Earliest, measures.claim_earliest),
        _pair_selector(by_entries.Lowest, measures.claim_lowest),
        _pair_selector(by_entries.Fall, measures.claim_fall),
        _pair_selector(by_entries.AgainstLimit, measures.claim_against_limit),
        _pair_selector(by_entries.FromFormula, calculated.claim_formula),
        _pair_selector(by_entries.LatestOrCalculated, calculated.claim_latest_or_calculated),
        _pair_selector(by_entries.Age, person.claim_age),
        _pair_selector(by_entries.PersonField, person.claim_person_field),
        _pair_selector(by_entries.WholeRecord, person.claim_whole_record),
        _pair_selector(by_entries.StatedAny, person.claim_stated_any),
        _pair_selector(by_entries.ConditionStatus, listed.claim_condition),
        _pair_selector(by_entries.ConditionGrade, listed.claim_condition_grade),
        _pair_selector(by_entries.MedicationTaken, listed.claim_medication),
        _pair_selector(by_entries.UnreadEntry, listed.claim_unread),
        _pair_selector(by_entries.MarkerPart, markers.claim_marker),
        _pair_selector(by_entries.SpecimenTested, markers.claim_specimen_tested),
        _pair_selector(by_disease.Extent, disease.claim_extent),
        _pair_selector(by_disease.Presentation, disease.claim_presentation),
        _pair_selector(by_courses.DiseaseStatus, disease.claim_status),
        _pair_selector(by_disease.GrewElsewhere, disease.grew_elsewhere),
        _pair_selector(by_disease.Brain, disease.claim_brain),
        _pair_selector(by_disease.SiteSeen, disease.claim_site_seen),
        _pair_selector(by_disease.EventsListed, disease.claim_events_listed),
        _pair_selector(by_disease.MonthsBetween, disease.claim_months_between),
        _pair_selector(by_disease.AdvancedCourse, disease.claim_advanced_course),
        _pair_selector(by_courses.Received, courses.claim_received),
        _pair_selector(by_courses.ReceivedEarly, courses.claim_received_early),
        _pair_selector(by_courses.ProgressedOn, courses.claim_progressed_on),
        _pair_selector(by_courses.StoppedForToxicity, courses.claim_stopped_for_toxicity),
        _pair_selector(by_courses.Unavailable, courses.claim_unavailable),
        _pair_selector(by_courses.MonthsToRecurrence, interval.claim_months_to_recurrence),
        _pair_selector(by_courses.Running, running.claim_running),
        _pair_selector(by_courses.Started, courses.claim_started),
        _pair_selector(by_disease.CoursesListed, courses.claim_courses_listed),
        _pair_selector(by_courses.AllNamed, courses.claim_all_named),
        _pair_selector(by_courses.AdvancedNamed, courses.claim_advanced_named),
        _pair_selector(by_courses.LinesProgressed, lines.claim_lines_progressed),
        _pair_selector(by_courses.LineDeclared, lines.claim_line_declared),
        _pair_selector(by_courses.RegimensReceived, regimens.claim_received_advanced),
        _pair_selector(by_courses.RegimensInAnySetting, regimens.claim_received_in_any_setting),
        _pair_selector(by_courses.AccountsForLine, lines.claim_accounts_for_line),
    )
)
