"""Whether the plan could be applied, as a GuidanceResponse: what is still required, and what was not read, as messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from concordant.answer.schema import Answer
from concordant.present.fhir.applied import Applied
from concordant.present.fhir.collecting import list_requirements
from concordant.present.fhir.frame import Resource, drop_empty, make_line, refer_within

ID, MESSAGES = "guidance", "messages"
State = Literal["success", "data-requested", "data-required"]


def find_state(answer: Answer) -> State:
    """`data-required` while nothing can be told without it, `data-requested` where more data could change what is told."""
    if answer.answer == "needs_data":
        return "data-required"
    return "data-requested" if answer.ask or answer.incomplete else "success"


def make_guidance(applied: Applied, result: str) -> Resource:
    """The response; `result` is the id of what it led to, empty where it led to nothing."""
    issues = list(_iter_issues(applied.answer))
    messages = {"resourceType": "OperationOutcome", "id": MESSAGES, "issue": issues}
    return drop_empty(
        {
            "resourceType": "GuidanceResponse",
            "id": ID,
            "moduleCanonical": applied.plan,
            "status": find_state(applied.answer),
            "subject": applied.subject,
            "occurrenceDateTime": applied.answer.as_of,
            "evaluationMessage": [applied.keep_resource(messages)] if issues else [],
            "result": refer_within(result) if result else {},
            "dataRequirement": list_requirements(applied),
        }
    )


def _iter_issues(answer: Answer) -> Iterator[Resource]:
    """What the answer does not rest on, and what it takes for granted."""
    told = (
        ("warning", "incomplete", answer.incomplete),
        ("warning", "conflict", answer.conflicts),
        ("warning", "not-supported", [f"No rule reads {one.name} ({one.entry}): {one.why}" for one in answer.not_read]),
        ("warning", "not-supported", [f"Not understood: {one}" for one in answer.not_understood]),
        ("warning", "not-supported", [f"Not read: {one.kind} ({one.entry})" for one in answer.reports_not_read]),
        ("information", "informational", [*answer.notices, *(f"Assumed. {one}" for one in answer.assumed)]),
    )
    for severity, code, texts in told:
        for text in dict.fromkeys(texts):
            yield {"severity": severity, "code": code, "diagnostics": make_line(text)}
