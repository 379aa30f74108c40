"""What the service can do, as FHIR has clients ask for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from concordant.present.fhir.frame import Resource, make_narrative
from concordant.version import __version__
from concordant.web.fhir.formats import JSON

APPLY = "http://hl7.org/fhir/OperationDefinition/PlanDefinition-apply"
SAYS = (
    "What guidelines say, as definitions, and $apply of one of them to a patient, whose resources are handed over and not kept. "
    "No clinician has reviewed this knowledge."
)
APPLIED = (
    "The patient's resources stand in `data` (a Bundle, repeated as needed), or are the body with the rest in the address. "
    "`url`, `version`, `prefetchData` and `asOf` (a date, the day of the question) are taken as well."
)
SEARCHED = {"_id": "token", "url": "uri", "identifier": "token", "name": "string", "title": "string"}
PLAN = "PlanDefinition"


def make_capability(base: str, day: dt.date, kinds: Iterable[str]) -> Resource:
    """The statement."""
    rest = {
        "mode": "server",
        "documentation": SAYS,
        "security": {"cors": True, "description": "A JWT signed by the client (ES384 or RS384), as for CDS Hooks 2.0."},
        "resource": [_make_resource(kind) for kind in sorted(kinds)],
    }
    return {
        "resourceType": "CapabilityStatement",
        "id": "concordant",
        "text": make_narrative([SAYS]),
        "url": f"{base}/metadata",
        "version": __version__,
        "name": "Concordant",
        "title": "Concordant",
        "status": "active",
        "experimental": True,
        "date": day.isoformat(),
        "description": SAYS,
        "kind": "instance",
        "software": {"name": "Concordant", "version": __version__},
        "implementation": {"description": "Concordant", "url": base},
        "fhirVersion": "4.0.1",
        "format": [JSON, "json"],
        "rest": [rest],
    }


def _make_resource(kind: str) -> Resource:
    made: Resource = {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [{"name": name, "type": type_} for name, type_ in SEARCHED.items()],
    }
    if kind == PLAN:
        made["operation"] = [{"name": "apply", "definition": APPLY, "documentation": APPLIED}]
    return made
