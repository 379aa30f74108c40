"""The selectors that the dictionary of features may name, each with the function that reads the record."""

from __future__ import annotations

from concordant.derive import calculated, courses, disease, interval, lines, listed, markers, measures, person, regimens
from concordant.derive.context import Selector

SELECTORS: dict[str, Selector] = {
    "latest": measures.latest,
    "earliest": measures.earliest,
    "lowest": measures.lowest,
    "fall": measures.fall,
    "against_limit": measures.against_limit,
    "formula": calculated.formula,
    "latest_or_calculated": calculated.latest_or_calculated,
    "age": person.age,
    "person": person.person,
    "condition": listed.condition,
    "condition_grade": listed.condition_grade,
    "unread": listed.unread,
    "medication": listed.medication,
    "marker": markers.marker,
    "stated_any": person.stated_any,
    "specimen_tested": markers.specimen_tested,
    "extent": disease.extent,
    "presentation": disease.presentation,
    "status": disease.status,
    "outside_brain": disease.outside_brain,
    "brain": disease.brain,
    "site_seen": disease.site_seen,
    "events_listed": disease.events_listed,
    "months_between_events": disease.months_between_events,
    "advanced_course": disease.advanced_course,
    "received": courses.received,
    "received_early": courses.received_early,
    "progressed_on": courses.progressed_on,
    "stopped_for_toxicity": courses.stopped_for_toxicity,
    "unavailable": courses.unavailable,
    "months_to_recurrence": interval.months_to_recurrence,
    "running": courses.running,
    "started": courses.started,
    "courses_listed": courses.listed,
    "all_named": courses.all_named,
    "lines_progressed": lines.lines_progressed,
    "line_declared": lines.line_declared,
    "regimens_received": regimens.received_advanced,
    "regimens_in_any_setting": regimens.received_in_any_setting,
    "accounts_for_line": lines.accounts_for_line,
}
