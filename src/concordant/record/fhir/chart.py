"""One patient while its FHIR resources are read: a record in the making, and what the references of an entry point at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.record.builder import RecordBuilder
from concordant.record.cut import is_after
from concordant.record.dates import find_moment, join_period, read_source_date
from concordant.record.fhir.decode import LocatedResource
from concordant.record.fhir.elements import CodeableConcept, Coding, Period, to_list
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.tables import FhirTables

UNKNOWN_CODE = "its code is in no value set"
PEOPLE = ("Patient", "RelatedPerson", "Person", "Group")
REFERRED = ("BodyStructure", "Condition", "Medication", "Procedure", "Specimen", "Substance", *PEOPLE)


class Chart(RecordBuilder):
    """What has been read of one patient so far."""

    dates_begin = True

    def __init__(
        self, tables: FhirTables, id_: str, as_of: dt.date, around: Sequence[LocatedResource] = (), *, cuts: bool = False
    ) -> None:
        super().__init__(id_, as_of, tables.rules, cuts=cuts)
        self.tables, self.around = tables, around
        self.dates: dict[str | None, tuple[PartialDate | None, str]] = {}  # texts that were read, for many entries have one date
        self.urls: dict[str, Resource] | None = None
        self.tumours: frozenset[str] | None = None
        self.wholes: frozenset[str] | None = None
        self.results: dict[str, Resource] | None = None

    def find_referenced(self, address: str) -> Resource | None:
        """The resource at an address, among those that entries refer to; they are gathered when the first one is asked for."""
        if self.urls is None:
            self.urls = _index_addresses(self.around, REFERRED)
        return self.urls.get(address)

    def list_tumours(self, classify: Callable[[Resource, Chart], str]) -> frozenset[str]:
        """The kinds of tumours that the conditions of this record are, worked out when the first result asks."""
        if self.tumours is None:
            conditions = [entry.resource for entry in self.around if entry.resource.resourceType == "Condition"]
            self.tumours = frozenset(classify(condition, self) for condition in conditions)
        return self.tumours

    def has_parts(self, resource: Resource) -> bool:
        """Whether medications say that they are a part of this resource."""
        if self.wholes is None:
            self.wholes = frozenset(_iter_wholes(self.around))
        return f"{resource.resourceType}/{resource.id}" in self.wholes if resource.id else False

    def find_observation(self, address: str) -> Resource | None:
        """The result at an address that is an entry of its own; one within another is not read."""
        if self.results is None:
            self.results = _index_addresses(self.around, ("Observation",))
        return self.results.get(address) or self.results.get("/".join(address.rsplit("/", 2)[-2:]))

    def ignore_unmapped_code(self, code: CodeableConcept | None) -> None:
        """The entry at hand is about something that stands in no value set, or says not about what."""
        codings = code.coding if code is not None else None
        text = code.text if code is not None and not codings else None
        for coding in codings or ():
            self.unmapped.append((coding.system or "", coding.code or "", coding.display or ""))
        if text:
            self.unmapped.append(("", "", text))
        self.mark_ignored(UNKNOWN_CODE if codings else "its name is in no value set" if text else "it has no code")

    def record_unmapped_codes(self, codings: Iterable[Coding], what: str) -> None:
        """Codes that were met and stand in no value set."""
        for coding in codings:
            self.unmapped.append((coding.system or "", coding.code or "", coding.display or ""))
            if what:
                self.not_understood.append(f"{what} {quote_word(coding.display or coding.code or '?')} ({self.place})")
                what = ""

    def parse_unclipped_date(self, text: str | None) -> tuple[PartialDate | None, str]:
        """A date as it stands, also one after the question; or why the text is none."""
        return read_source_date(text)

    def parse_date(self, text: str | None) -> tuple[PartialDate | None, str]:
        """A date, clipped to the date of the question; or why the text is none."""
        told = self.dates.get(text)
        if told is None:
            date, wrong = read_source_date(text)
            told = self.dates[text] = ((date.clip_to(self.as_of) if date is not None else None), wrong)
        return told

    def parse_period(self, period: Period | None) -> tuple[PartialDate | None, PartialDate | None, str]:
        """Start and end of a period, as far as they are told; why they are none."""
        if period is None:
            return None, None, ""
        (start, wrong), (end, also) = self.parse_date(period.start), self.parse_date(period.end)
        return join_period(start, end, wrong or also)

    def parse_moment(self, day: str | None, period: Period | None) -> tuple[PartialDate | None, str]:
        """When something was that happened on a day, or once within a period."""
        if day is not None or period is None:
            return self.parse_date(day)
        start, end, wrong = self.parse_period(period)
        return find_moment(start, end), wrong

    def is_said_later(self, text: str | None) -> bool:
        """Whether an entry was written down after the date that was asked for: what it says without a date may be of later."""
        return self.cuts and is_after(self.parse_date(text)[0], self.as_of)


def _iter_wholes(entries: Iterable[LocatedResource]) -> Iterator[str]:
    """What medications are a part of."""
    for entry in entries:
        if (entry.resource.resourceType or "").startswith("Medication"):
            yield from (to_local_address(whole.reference) for whole in to_list(entry.resource.partOf) if whole.reference)


def to_local_address(reference: str) -> str:
    """`Type/id` of a reference, without address and version."""
    return "/".join(reference.partition("/_history/")[0].strip().split("/")[-2:])


def _index_addresses(entries: Iterable[LocatedResource], kinds: tuple[str, ...]) -> dict[str, Resource]:
    """What a reference can point at."""
    known: dict[str, Resource] = {}
    for entry in entries:
        if entry.resource.resourceType in kinds and not entry.passed:
            if entry.url:
                known[entry.url] = entry.resource
            if entry.resource.id:
                known[f"{entry.resource.resourceType}/{entry.resource.id}"] = entry.resource
    return known
