"""What a CDS client sends, as types: only what is used is decoded, and what was prefetched stays as it came."""

from __future__ import annotations

import re
from typing import Literal, TypeVar

import msgspec

from concordant.record.fhir.incoming import describe_repeated, find_repeated_key
from concordant.web.problems import Problem

T = TypeVar("T")
PATIENT_VIEW = "patient-view"
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")  # of FHIR
LONGEST_INSTANCE = 100
NO_CALL = "This is no call of a hook"
BEARER = re.compile(r"[A-Za-z0-9\-._~+/]{1,8000}=*")  # what may stand in a header


class HookContext(msgspec.Struct):
    """Of the context of a hook what is used; who asks only for the decision record, where there is one."""

    patientId: str  # noqa: N815
    userId: str | None = None  # noqa: N815
    draftOrders: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815
    selections: list[str] = []


class FhirAuthorization(msgspec.Struct):
    """The token for the FHIR server of the client."""

    access_token: str
    token_type: str = "Bearer"


class HookRequest(msgspec.Struct):
    """One call of a service."""

    hook: str
    hookInstance: str  # noqa: N815
    context: HookContext
    fhirServer: str | None = None  # noqa: N815
    fhirAuthorization: FhirAuthorization | None = None  # noqa: N815
    prefetch: dict[str, msgspec.Raw] | None = None


class FeedbackReason(msgspec.Struct):
    """The reason for which a card was overridden; a comment may stand beside it, and is not read."""

    code: str = ""


class OverrideReason(msgspec.Struct):
    """What the user chose."""

    reason: FeedbackReason | None = None


class FeedbackItem(msgspec.Struct):
    """What became of one card."""

    card: str
    outcome: Literal["accepted", "overridden"]
    overrideReason: OverrideReason | None = None  # noqa: N815


class FeedbackList(msgspec.Struct):
    """What a client tells of cards."""

    feedback: list[FeedbackItem]


def decode_hook(body: bytes, hook: str) -> HookRequest:
    """The call of the service of one hook. Raises Problem for what is none."""
    request = decode_body(body, HookRequest)
    if request.hook != hook:
        raise Problem(400, "This service answers another hook", f"It answers `{hook}`; /cds-services lists them all.")
    if ID.fullmatch(request.context.patientId) is None:
        raise Problem(400, NO_CALL, "`context.patientId` is no id of FHIR.")
    if not 0 < len(request.hookInstance) <= LONGEST_INSTANCE:
        raise Problem(400, NO_CALL, "`hookInstance` is empty or too long.")
    if hook != PATIENT_VIEW and not _is_object(request.context.draftOrders):
        raise Problem(400, NO_CALL, "`context.draftOrders` is no Bundle of FHIR.")
    authorization = request.fhirAuthorization
    if authorization is not None and BEARER.fullmatch(authorization.access_token) is None:
        raise Problem(400, NO_CALL, "`fhirAuthorization.access_token` is no token.")
    return request


def decode_body(body: bytes, kind: type[T], title: str = NO_CALL) -> T:
    """A body as this type. Raises Problem for what is no JSON, holds a key twice, or (`title`) is of another shape."""
    try:
        body.decode()  # what is kept as it came is looked at later, and is text by then
        found = msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Problem(400, title, f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        says = "It is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Problem(400, "This is not JSON", f"{says}.") from None
    if key := find_repeated_key(body):
        raise Problem(400, "This is not JSON", f"{describe_repeated(key).capitalize()}.")
    return found


def _is_object(raw: msgspec.Raw) -> bool:
    return bytes(raw).lstrip()[:1] == b"{"
