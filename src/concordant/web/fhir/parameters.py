"""What is asked of `$apply`: Parameters, or a Bundle of the patient's resources with the rest in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from concordant.record.fhir.answered import strip_canonical
from concordant.web.cds.pages import read_page
from concordant.web.cds.requests import ID, decode_body
from concordant.web.problems import Problem

NO_CALL = "This is no call of $apply"
PATIENT = "Patient"
URL, SUBJECT, AS_OF, VERSION, PLAN, DATA, PREFETCH = "url", "subject", "asOf", "version", "planDefinition", "data", "prefetchData"
NAMES = ("canonical", URL)  # under which a plan is named, in different versions of the operation
KNOWN = (*NAMES, PLAN, VERSION, SUBJECT, DATA, PREFETCH, AS_OF)
# Of the operation, and without a bearing on the answer.
IGNORED = (
    "encounter", "practitioner", "organization", "userType", "userLanguage", "userTaskContext", "setting", "settingContext",
    "useServerData",
)  # fmt: skip
NEVER_ASKED = ("dataEndpoint", "contentEndpoint", "terminologyEndpoint")
TRUNCATED = "The data are one page of several, and no other page was handed over."


class ReferenceValue(msgspec.Struct):
    """A reference."""

    reference: str = ""


class Parameter(msgspec.Struct, rename="camel"):
    """A parameter, of the types that are used."""

    name: str
    resource: msgspec.Raw = msgspec.Raw(b"")
    value_string: str = ""
    value_uri: str = ""
    value_canonical: str = ""
    value_date: str = ""
    value_id: str = ""
    value_code: str = ""
    value_reference: ReferenceValue = msgspec.field(default_factory=ReferenceValue)
    part: list[Parameter] = []

    @property
    def text(self) -> str:
        """Its value, in whichever of the types."""
        told = (self.value_string, self.value_uri, self.value_canonical, self.value_date, self.value_id, self.value_code)
        return next(filter(None, (*told, self.value_reference.reference)), "")


class ParametersBody(msgspec.Struct, rename="camel"):
    """What was sent, as far as it is looked at before it is read."""

    resource_type: str
    parameter: list[Parameter] = []


class PlanHead(msgspec.Struct):
    """The name of a plan that was handed over."""

    url: str = ""


class ApplyCall(msgspec.Struct, frozen=True):
    """What is applied to whom. `url` is empty where the address names the plan."""

    url: str
    version: str
    patient: str
    as_of: str
    data: tuple[bytes, ...]
    missing: tuple[str, ...]


def read_call(body: bytes, query: Mapping[str, str]) -> ApplyCall:
    """The call. Raises Problem for what is none."""
    parameters = [*_read_body(body), *(Parameter(name=name, value_string=query[name]) for name in _list_asked(query))]
    _check_names(parameters)
    url, version = _find_plan(parameters)
    data = tuple(_iter_data(parameters))
    if not data:
        raise Problem(422, "There is nothing to apply it to", f"Hand over the patient's resources as a Bundle in `{DATA}`.")
    pages = [page for one in data if (page := read_page(one)) is not None]
    missing = (TRUNCATED,) if any(page.following for page in pages) else ()
    return ApplyCall(url, version, _find_patient(_list_texts(parameters, SUBJECT)), _find_day(parameters), data, missing)


def _list_asked(query: Mapping[str, str]) -> list[str]:
    """What the address asks for; names that begin with `_` say how the answer is written."""
    return [name for name in query if not name.startswith("_")]


def _read_body(body: bytes) -> list[Parameter]:
    if not body.strip():
        return []
    told = decode_body(body, ParametersBody, NO_CALL)
    if told.resource_type == "Parameters":
        return told.parameter
    if told.resource_type == "Bundle":
        return [Parameter(name=DATA, resource=msgspec.Raw(body))]
    raise Problem(400, NO_CALL, "Send Parameters, or a Bundle of the patient's resources.")


def _check_names(parameters: Sequence[Parameter]) -> None:
    for number, one in enumerate(parameters, 1):
        if one.name in NEVER_ASKED:
            raise Problem(422, "No other server is asked", f"Hand over what `{one.name}` would be asked for in `{DATA}`.")
        if one.name not in (*KNOWN, *IGNORED):
            raise Problem(400, NO_CALL, f"Parameter {number} is none of it; there are {', '.join(KNOWN)}.")


def _list_texts(parameters: Sequence[Parameter], name: str) -> list[str]:
    return [one.text for one in parameters if one.name == name]


def _find_one(parameters: Sequence[Parameter], *names: str) -> str:
    """The value of a parameter that may stand once, under one of its names; empty where it does not."""
    told = dict.fromkeys(text for name in names for text in _list_texts(parameters, name))
    if len(told) > 1:
        raise Problem(400, NO_CALL, f"`{names[0]}` is told more than once.")
    return next(iter(told), "")


def _find_day(parameters: Sequence[Parameter]) -> str:
    day = _find_one(parameters, AS_OF)
    try:
        return dt.date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        raise Problem(422, "This is no day", f"Write `{AS_OF}` as 2022-09-20.") from None


def _find_plan(parameters: Sequence[Parameter]) -> tuple[str, str]:
    """The canonical name of the plan that is asked for, and its version; of one that is handed over its `url` alone is read."""
    whole = [decode_body(bytes(one.resource), PlanHead, NO_CALL).url for one in parameters if one.name == PLAN and one.resource]
    named = [Parameter(name=URL, value_string=text) for text in (*whole, *_list_texts(parameters, PLAN)) if text]
    url = _find_one([*parameters, *named], *NAMES)
    return strip_canonical(url), _find_one(parameters, VERSION) or url.partition("|")[2]


def _find_patient(subjects: Sequence[str]) -> str:
    if len(subjects) != 1:
        raise Problem(422, "It is applied to one patient", f"Send one `{SUBJECT}`: Patient/ID.")
    kind, _, id_ = f"{PATIENT}/{subjects[0]}".rpartition("/")
    if kind.rpartition("/")[2] != PATIENT or ID.fullmatch(id_) is None:
        raise Problem(422, "It is applied to one patient", f"`{SUBJECT}` is no Patient/ID.")
    return id_


def _iter_data(parameters: Sequence[Parameter]) -> Iterator[bytes]:
    for one in parameters:
        if one.name == DATA:
            yield _get_resource(one)
        if one.name == PREFETCH:
            yield from (_get_resource(part) for part in one.part if part.name == DATA)


def _get_resource(parameter: Parameter) -> bytes:
    resource = bytes(parameter.resource).strip()
    if read_page(resource) is None:
        raise Problem(400, NO_CALL, f"`{parameter.name}` holds no resource of FHIR.")
    return resource
