"""Who a Patient resource is: its numbers and names, what tells two of them apart, and links to others about the same person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from concordant.record.fhir.addresses import strip_version, to_local_reference
from concordant.record.fhir.elements import HumanName, Identifier, PatientLink, to_list
from concordant.record.fhir.resources import Resource

T = TypeVar("T")
WORD = re.compile(r"[^\W_]+")
SEXES = ("female", "male")
ANY_SYSTEM, NO_SYSTEM = "*", ""
IDENTIFIERS = msgspec.json.Decoder(list[Identifier] | Identifier)
NAMES = msgspec.json.Decoder(list[HumanName] | HumanName)
LINKS = msgspec.json.Decoder(list[PatientLink] | PatientLink)
# Which of two linked resources is in use: this one, or the other.
GOVERNS = {"replaces": True, "seealso": True, "replaced-by": False, "refer": False}
UNREADABLE = "The source links this patient to another record, in a way that cannot be read."


def read_identifiers(resource: Resource) -> list[Identifier]:
    """The numbers of a patient; what cannot be read of them tells nobody apart."""
    return read_raw_identifiers(resource.identifier)


def read_raw_identifiers(raw: msgspec.Raw) -> list[Identifier]:
    """The same of an element that has not been decoded."""
    return _decode_list(raw, IDENTIFIERS) or []


def read_links(raw: msgspec.Raw) -> list[PatientLink] | None:
    """The links of a patient; None where they cannot be read."""
    return _decode_list(raw, LINKS)


def _decode_list(raw: msgspec.Raw, decoder: msgspec.json.Decoder[list[T] | T]) -> list[T] | None:
    try:
        return to_list(decoder.decode(raw)) if bytes(raw) else []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def list_own_keys(identifier: Identifier) -> tuple[str, ...]:
    """The words under which a number of a patient is found: with its system, and by its value alone."""
    value = _format_value(identifier)
    return (f"{identifier.system or NO_SYSTEM}|{value}", f"{ANY_SYSTEM}|{value}") if value else ()


def list_sought_keys(identifier: Identifier | None) -> tuple[str, ...]:
    """The words by which the patient of a number is looked for; a number without a system fits any."""
    value = _format_value(identifier) if identifier is not None else ""
    if identifier is None or not value:
        return ()
    return (f"{identifier.system}|{value}", f"{NO_SYSTEM}|{value}") if identifier.system else (f"{ANY_SYSTEM}|{value}",)


def _format_value(identifier: Identifier) -> str:
    return str(identifier.value).strip() if identifier.value is not None else ""


def split_words(text: str) -> frozenset[str]:
    """The words of a name, whatever their order and the signs between them."""
    return frozenset(WORD.findall(text.casefold()))


def read_names(resource: Resource) -> Iterator[frozenset[str]]:
    """Every name of a patient of which two words are told: as a text, with all given names, with the first one."""
    for name in _decode_list(resource.name, NAMES) or ():
        family, given = " ".join(to_list(name.family)), name.given or []
        for text in (name.text or "", " ".join((*given, family)), " ".join((*given[:1], family))):
            if len(words := split_words(text)) > 1:
                yield words


def describe_difference(one: Resource, other: Resource, *, same_id: bool = False) -> str:
    """Why two Patient resources cannot be about one person; empty where they can. With `same_id` their numbers tell as well:
    one person may have two ids, and then two numbers of a system.
    """
    if not _is_same_date(one.birthDate or "", other.birthDate or ""):
        return "their birth dates differ"
    if one.gender != other.gender and one.gender in SEXES and other.gender in SEXES:
        return "their sexes differ"
    if same_id and one.identifier != other.identifier and _has_other_number(one, other):
        return "their numbers differ"
    return ""


def _is_same_date(one: str, other: str) -> bool:
    """Whether both can be one date; either may be told less exactly, or not at all."""
    return one[:10].startswith(other[:10]) or other[:10].startswith(one[:10])


def _has_other_number(one: Resource, other: Resource) -> bool:
    own, others = (_group_numbers(resource) for resource in (one, other))
    return any(own[system].isdisjoint(others[system]) for system in own.keys() & others.keys())


def _group_numbers(resource: Resource) -> dict[str, set[str]]:
    numbers: dict[str, set[str]] = {}
    for identifier in read_identifiers(resource):
        if identifier.system and (value := _format_value(identifier)):
            numbers.setdefault(identifier.system, set()).add(value)
    return numbers


@dataclass(slots=True)
class LinkedPatients:
    """Ids that are one person, to the id that governs; what is missing, and what has to be said, by id."""

    joined: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    notices: dict[str, list[str]] = field(default_factory=dict)

    def find_root(self, id_: str) -> str:
        """The id that governs."""
        while (main := self.joined.get(id_, id_)) != id_:
            id_ = main
        return id_


def join_linked(patients: Mapping[str, Resource], addresses: Mapping[str, str]) -> LinkedPatients:
    """The patients whom their links make one person."""
    linked = LinkedPatients()
    for id_, resource in patients.items():
        if not bytes(resource.link):
            continue
        links = read_links(resource.link)
        if links is None:
            linked.missing.setdefault(id_, []).append(UNREADABLE)
        for link in links or ():
            _follow_link(id_, link, patients, addresses, linked)
    linked.joined = {id_: linked.find_root(id_) for id_ in linked.joined}
    return linked


def _follow_link(
    id_: str, link: PatientLink, patients: Mapping[str, Resource], addresses: Mapping[str, str], linked: LinkedPatients
) -> None:
    text = strip_version((link.other.reference if link.other else None) or "")
    other = addresses.get(text) or addresses.get(to_local_reference(text), "")
    governs = GOVERNS.get(link.type or "", True)
    if not other:
        if link.type == "replaces":
            linked.notices.setdefault(id_, []).append("This record replaces an older one of the same person, which was not read.")
        else:
            told = f" ({link.type})" if link.type in GOVERNS else ""
            says = f"The source names another record of this person{told}, and it is not among what was read."
            linked.missing.setdefault(id_, []).append(says)
    elif difference := describe_difference(patients[id_], patients[other]):
        says = f"The source links this patient to another record, but {difference}: they were not put together."
        for one in (id_, other):
            linked.missing.setdefault(one, []).append(says)
    else:
        main, part = (linked.find_root(one) for one in ((id_, other) if governs else (other, id_)))
        if main != part:
            linked.joined[part] = main
