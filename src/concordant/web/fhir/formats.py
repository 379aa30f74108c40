"""How FHIR is written over HTTP: JSON alone, errors as OperationOutcome, nothing of a patient in them."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from concordant.errors import make_printable
from concordant.present.fhir.frame import Resource
from concordant.web.problems import Problem

JSON = "application/fhir+json"
ACCEPTED = frozenset({JSON, "application/json", "text/json", "json", "application/*", "*/*", ""})
SENT = frozenset({JSON, "application/json", ""})
VERSIONS = ("4.0", "4.0.1")
# By status, the code that FHIR has for such an issue.
ISSUES = {
    400: "invalid",
    401: "login",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    503: "transient",
}


def write_fhir(request: Request, resource: Resource, status: int = 200) -> Response:
    """A resource as the request wants it written."""
    content = msgspec.json.encode(resource)
    if request.query_params.get("_pretty") == "true":
        content = msgspec.json.format(content, indent=2)
    return Response(content, status, media_type=JSON)


def tell_problem(problem: Problem) -> Response:
    """An error as an OperationOutcome."""
    texts = [f"{one.says}. {one.way_out}".strip() for one in problem.complaints] or [f"{problem.title}. {problem.detail}"]
    issues = [_make_issue(problem.status, make_printable(text).strip()) for text in texts]
    response = problem.to_response()
    response.body = msgspec.json.encode({"resourceType": "OperationOutcome", "issue": issues})
    response.headers["content-length"], response.headers["content-type"] = str(len(response.body)), JSON
    return response


def _make_issue(status: int, text: str) -> Resource:
    severity = "fatal" if status >= 500 else "error"
    return {"severity": severity, "code": ISSUES.get(status, "exception"), "diagnostics": text}


def check_formats(request: Request) -> None:
    """Raises Problem where the answer is wanted in another format than JSON, or what is sent is in another."""
    wanted = request.query_params.get("_format")
    kinds = [wanted.replace(" ", "+")] if wanted else request.headers.get("accept", "").split(",")
    if not any(_fits(kind, ACCEPTED) for kind in kinds):
        raise Problem(406, "Only JSON is written here", f"Ask for {JSON}.")
    if request.method == "POST" and not _fits(request.headers.get("content-type", ""), SENT):
        raise Problem(415, "Only JSON is read here", f"Send {JSON}.")


def _fits(kind: str, known: frozenset[str]) -> bool:
    """Whether a media type is known, in a version of FHIR that is written here."""
    name, *rest = (part.strip().lower() for part in kind.split(";"))
    version = next((part.partition("=")[2] for part in rest if part.startswith("fhirversion=")), VERSIONS[0])
    return name in known and version in VERSIONS


def is_strict(request: Request) -> bool:
    """Whether what is not understood of a search is to be refused."""
    return "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower()
