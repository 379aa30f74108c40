"""Errors of the JSON API as problem+json (RFC 9457): what is wrong and the way out, and nothing of the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from starlette.responses import Response

from concordant.errors import Complaint, ConcordantError, Unreadable, make_printable


class ProblemPart(msgspec.Struct):
    """One thing that is wrong: what, its line in the text where it has one, and the way out."""

    says: str
    line: int | None = None
    way_out: str = ""


class ProblemBody(msgspec.Struct):
    """The body of an error."""

    title: str
    status: int
    detail: str = ""
    type: str = "about:blank"
    complaints: list[ProblemPart] = []


@dataclass
class Problem(Exception):
    """An error that ends a request."""

    status: int
    title: str
    detail: str = ""
    complaints: Sequence[Complaint] = field(default=())
    retry_after: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_response(self) -> Response:
        """The error as the JSON API sends it."""
        parts = [ProblemPart(make_printable(c.says), c.line, make_printable(c.way_out)) for c in self.complaints]
        body = ProblemBody(self.title, self.status, self.detail, complaints=parts)
        headers = {**self.headers, **({"Retry-After": str(self.retry_after)} if self.retry_after else {})}
        return Response(msgspec.json.encode(body), self.status, headers, "application/problem+json")


def make_problem(error: ConcordantError) -> Problem:
    """What was told of an input: 400 for what cannot be read, 422 for what can and says something that cannot be."""
    status, title = (400, "This cannot be read") if isinstance(error, Unreadable) else (422, "This says something that cannot be")
    if error.exit_code == ConcordantError.exit_code:
        status, title = 500, "A mistake of the program"
    return Problem(status, title, make_printable(error.complaints[0].says), error.complaints)
