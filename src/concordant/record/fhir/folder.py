"""The files of a folder: which of them speak of one patient, and which pages they are, before any of them is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from concordant.record.fhir.addresses import to_patient_address
from concordant.record.fhir.elements import Reference, to_list
from concordant.record.fhir.identity import list_own_keys, list_sought_keys, read_links, read_raw_identifiers
from concordant.record.fhir.pages import HEAD, Page, ResourceHead, list_pages
from concordant.record.fhir.spool import OPEN


@dataclass(frozen=True, slots=True)
class FileHead:
    """What has to be known of a file: the patients whom it names, by address and by number, and its pages."""

    names: frozenset[str]
    pages: tuple[Page, ...] = ()

    @property
    def patients(self) -> list[str]:
        """The addresses of the patients in it."""
        return [name for name in self.names if not name.startswith(OPEN)]


def read_file_head(data: bytes) -> FileHead | None:
    """The head of a document; None where it can be read only entry by entry, or not at all."""
    try:
        top = HEAD.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return FileHead(frozenset(filter(None, _iter_names(to_list(top)))), tuple(list_pages(top)))


def _iter_names(heads: Iterable[ResourceHead]) -> Iterator[str]:
    for head in heads:
        if head.resourceType == "Patient":
            yield from _iter_own_names(head)
        yield from _iter_subject_names(head.subject or head.patient)
        if head.resourceType == "Bundle":
            for entry in head.entry or ():
                if entry.resource is not None:
                    yield from _iter_names([entry.resource])
                    yield to_patient_address(entry.fullUrl) if entry.fullUrl and entry.resource.resourceType == "Patient" else ""


def _iter_own_names(head: ResourceHead) -> Iterator[str]:
    yield f"Patient/{head.id}" if head.id else ""
    yield from (f"{OPEN}{key}" for key in read_number_keys(head.identifier))
    for link in read_links(head.link) or ():
        yield from _iter_subject_names(link.other)


def read_number_keys(raw: msgspec.Raw) -> list[str]:
    """The words under which the numbers of a patient are found."""
    return [key for one in read_raw_identifiers(raw) for key in list_own_keys(one)]


def _iter_subject_names(reference: Reference | None) -> Iterator[str]:
    if reference is None:
        return
    if reference.reference:
        yield to_patient_address(reference.reference)
    else:
        yield from (f"{OPEN}{key}" for key in list_sought_keys(reference.identifier))


@dataclass(slots=True)
class Companions:
    """Files that name one patient between them."""

    first: dict[str, int] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)

    def add_file(self, number: int, names: Iterable[str]) -> None:
        """One more file, and whom it names."""
        self.parent[number] = number
        for name in names:
            root, other = self._find_root(number), self._find_root(self.first.setdefault(name, number))
            self.parent[max(root, other)] = min(root, other)

    def _find_root(self, number: int) -> int:
        while (above := self.parent[number]) != number:
            self.parent[number] = self.parent[above]
            number = self.parent[number]
        return number

    def find_joined(self) -> frozenset[int]:
        """The files that are not alone."""
        sizes: dict[int, int] = {}
        for number in self.parent:
            root = self._find_root(number)
            sizes[root] = sizes.get(root, 0) + 1
        return frozenset(number for number in self.parent if sizes[self._find_root(number)] > 1)
