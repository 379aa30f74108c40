"""Whose record was loaded, so that a reader sees at once if it is the wrong one."""

from __future__ import annotations

import msgspec

from concordant.errors import make_printable
from concordant.record.fhir.searches import PERSON

LONGEST = 80


class _Name(msgspec.Struct):
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()


class _Person(msgspec.Struct):
    resourceType: str = ""  # noqa: N815
    id: str = ""
    name: tuple[_Name, ...] = ()
    birthDate: str = ""  # noqa: N815


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Bundle(msgspec.Struct):
    entry: tuple[_Entry, ...] = ()


def name_patient(resources: bytes, patient: str) -> str:
    """Name and day of birth as the record has them; its id where it has none."""
    told = [name for name in (_describe(bytes(one.resource), patient) for one in _list_entries(resources)) if name]
    return told[0] if told else patient


def _list_entries(resources: bytes) -> tuple[_Entry, ...]:
    try:
        return msgspec.json.decode(resources, type=_Bundle).entry
    except (msgspec.MsgspecError, RecursionError):
        return ()


def _describe(resource: bytes, patient: str) -> str:
    try:
        person = msgspec.json.decode(resource, type=_Person)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    if person.resourceType != PERSON or person.id != patient or not person.name:
        return ""
    first = person.name[0]
    name = first.text or " ".join((*first.given, first.family))
    return make_printable(", ".join(filter(None, (name.strip()[:LONGEST], person.birthDate[:LONGEST]))))
