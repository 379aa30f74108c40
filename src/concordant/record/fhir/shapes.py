"""The shapes of R5 turned into those of R4, so that every resource is read one way."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from concordant.record.fhir.elements import CodeableReference, Reference, to_list
from concordant.record.fhir.resources import Resource

NOT_TAKEN = ("not-taken", "not-taking")
STOPPED = "stopped"
ADHERENCE = {"taking": "active", "on-hold": "on-hold", STOPPED: STOPPED, "not-taking": "not-taken", "not-taken": "not-taken"}
TOLD_ELSEWHERE = (None, "recorded")  # what R5 says of a statement that is no error


def to_r4_shape(resource: Resource) -> Resource:
    """The same resource as R4 would write it."""
    changes: dict[str, Any] = {}
    if resource.medication is not None:
        changes |= _turn_medication(resource.medication)
    if resource.reason is not None:
        changes |= _turn_reasons(to_list(resource.reason), resource)
    told = resource.adherence is not None or resource.status in NOT_TAKEN
    if told and (word := _find_adherence(resource)) and resource.status in (*TOLD_ELSEWHERE, *NOT_TAKEN):
        changes |= {"status": word} | (_turn_stop_reason(resource) if word == STOPPED else {})
    changes |= _turn_dates(resource)
    return replace(resource, **changes) if changes else resource


def _turn_medication(told: CodeableReference | list[Resource]) -> dict[str, Any]:
    if isinstance(told, list):  # the medication itself, of an older version
        return {}
    reference = told.reference if isinstance(told.reference, Reference) else None
    return {"medicationCodeableConcept": told.concept, "medicationReference": reference}


def _turn_reasons(told: list[CodeableReference], resource: Resource) -> dict[str, Any]:
    codes = [item.concept for item in told if item.concept is not None]
    references = [item.reference for item in told if isinstance(item.reference, Reference)]
    return {
        "reasonCode": [*to_list(resource.reasonCode), *codes],
        "reasonReference": [*to_list(resource.reasonReference), *references],
    }


def _find_adherence(resource: Resource) -> str:
    """Whether it is taken, by R5's own word for it, or by a status that means the same."""
    if resource.status in NOT_TAKEN:
        return NOT_TAKEN[0]
    coded = resource.adherence.code if resource.adherence is not None else None
    codes = [coding.code or "" for coding in coded.coding or ()] if coded is not None else []
    return next((meant for code in codes for word, meant in ADHERENCE.items() if code.startswith(word)), "")


def _turn_stop_reason(resource: Resource) -> dict[str, Any]:
    """Of what was stopped the reason is why; of what is taken it would be what for."""
    reason = resource.adherence.reason if resource.adherence is not None else None
    return {"statusReason": [*to_list(resource.statusReason), reason]} if reason is not None else {}


def _turn_dates(resource: Resource) -> dict[str, Any]:
    """R5 says `occurrence` (and in one resource `occurence`) where R4 says `effective` or `performed`."""
    day = resource.occurrenceDateTime or resource.occurenceDateTime
    period = resource.occurrencePeriod or resource.occurencePeriod
    if day is None and period is None:
        return {}
    if resource.resourceType == "Procedure":
        return {"performedDateTime": resource.performedDateTime or day, "performedPeriod": resource.performedPeriod or period}
    return {"effectiveDateTime": resource.effectiveDateTime or day, "effectivePeriod": resource.effectivePeriod or period}
