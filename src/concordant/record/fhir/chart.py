"""What is gathered of one patient while its resources are read: tables, open questions, the fate of every entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from concordant.complaints import quoted
from concordant.dates import PartialDate
from concordant.record.account import Row
from concordant.record.events import Entry, Extent, Person
from concordant.record.exposures import Exposure
from concordant.record.fhir.dates import read_date, why_no_date
from concordant.record.fhir.decode import Found
from concordant.record.fhir.elements import Coding, Concept, Resource
from concordant.record.fhir.kit import Kit


class Staged(msgspec.Struct, frozen=True, gc=False):
    """What a stage says of the disease, and when."""

    entry: Entry
    word: str
    extent: Extent | None
    date: PartialDate | None


class Spread(msgspec.Struct, frozen=True, gc=False):
    """A metastasis on record; no site when only that there is one is told."""

    entry: Entry
    site: str
    date: PartialDate | None


class Tumour(msgspec.Struct, frozen=True, gc=False):
    """A primary cancer: which, since when, and whether it is said to have come back."""

    entry: Entry
    cancer: str
    date: PartialDate | None
    again: bool


class Declared(msgspec.Struct, frozen=True, gc=False):
    """A line of therapy that the source itself counts."""

    entry: Entry
    line: str
    start: PartialDate | None
    end: PartialDate | None


@dataclass(slots=True)
class Chart:
    """One patient, half read."""

    kit: Kit
    id: str
    as_of: dt.date
    rows: list[Row] = field(default_factory=list)
    where: dict[str, int] = field(default_factory=dict)
    unmapped: list[tuple[str, str, str]] = field(default_factory=list)  # system, code, display, each time it was met
    aside: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    sex: str | None = None
    born: PartialDate | None = None
    born_at: str = ""
    menopause: list[tuple[PartialDate | None, str]] = field(default_factory=list)
    found: list[Any] = field(default_factory=list)  # events that stand by themselves
    exposures: list[Exposure] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)  # places of exposures that are orders, perhaps never carried out
    tumours: list[Tumour] = field(default_factory=list)
    stages: list[Staged] = field(default_factory=list)
    spread: list[Spread] = field(default_factory=list)
    lines: list[Declared] = field(default_factory=list)
    receptors: list[tuple[Entry, str]] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    chemo: list[tuple[Entry, PartialDate | None, str]] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    around: Sequence[Found] = ()  # all that a reference of an entry can point at
    urls: dict[str, Resource] | None = None
    place: str = ""
    kind: str = ""

    @property
    def person(self) -> Person:
        """Sex, birth date and the latest menopausal status."""
        told = [(date.last if date else dt.date.min, word) for date, word in self.menopause]
        latest = {word for last, word in told if last == max(told)[0]}
        return Person(self.sex, self.born, latest.pop() if len(latest) == 1 else None)

    def referred(self, address: str) -> Resource | None:
        """The resource at an address, among those that entries refer to; they are gathered when the first one is asked for."""
        if self.urls is None:
            self.urls = _addresses(self.around)
        return self.urls.get(address)

    def at(self, place: str, kind: str) -> int | None:
        """The entry that is read next; the number of the first entry of the same place, if there is one."""
        where = self.where
        first = where.get(place)
        if first is not None:
            while place in where:
                place += "'"
        self.place, self.kind = place, kind
        where[place] = len(self.rows)
        return first

    @property
    def entry(self) -> Entry:
        """The place of the entry at hand."""
        return Entry(self.place)

    def used(self, read_as: str) -> None:
        """The entry at hand became part of the record."""
        self.rows.append(Row(self.place, self.kind, "used", read_as))

    def turn_used(self, read_as: str) -> None:
        """The entry at hand was counted as ignored, and says something after all."""
        self.rows[-1] = Row(self.place, self.kind, "used", read_as)

    def ignored(self, why: str) -> None:
        """The entry at hand says nothing that is asked about."""
        self.rows.append(Row(self.place, self.kind, "ignored", why))

    def put_aside(self, why: str) -> None:
        """The entry at hand cannot be, or cannot be read."""
        self.rows.append(Row(self.place, self.kind, "set aside", why))
        self.aside.append(f"{self.place}: {why}")

    def turn(self, place: str, why: str, *, cut: bool = False, quiet: bool = False) -> None:
        """An entry that was used turns out to be impossible, or to lie after the date of the question."""
        number = self.where.get(place)
        if number is not None:
            self.rows[number] = Row(place, self.rows[number].kind, "ignored" if cut else "set aside", why)
        if not (cut or quiet):
            self.aside.append(f"{place}: {why}")

    def unmapped_code(self, code: Concept | None) -> None:
        """The entry at hand is about something that stands in no value set, or says not about what."""
        codings = code.coding if code is not None else None
        text = code.text if code is not None and not codings else None
        for coding in codings or ():
            self.unmapped.append((coding.system or "", coding.code or "", coding.display or ""))
        if text:
            self.unmapped.append(("", "", text))
        told = "its code is in no value set" if codings else "its name is in no value set" if text else "it has no code"
        self.rows.append(Row(self.place, self.kind, "ignored", told))

    def not_mapped(self, codings: Iterable[Coding], what: str) -> None:
        """Codes that were met and stand in no value set."""
        for coding in codings:
            self.unmapped.append((coding.system or "", coding.code or "", coding.display or ""))
            if what:
                self.lost.append(f"{what} {quoted(coding.display or coding.code or '?')} ({self.place})")
                what = ""

    def date_as_told(self, text: str | None) -> tuple[PartialDate | None, str]:
        """A date as it stands, also one after the question; or why the text is none."""
        if not text:
            return None, ""
        read = read_date(text)
        return (read, "") if read is not None else (None, why_no_date(text))

    def date(self, text: str | None) -> tuple[PartialDate | None, str]:
        """A date, clipped to the date of the question; or why the text is none."""
        if not text:
            return None, ""
        read = read_date(text)
        return (read.clipped(self.as_of), "") if read is not None else (None, why_no_date(text))


def _addresses(found: Iterable[Found]) -> dict[str, Resource]:
    """What a reference can point at."""
    known: dict[str, Resource] = {}
    for one in found:
        if one.resource.resourceType in ("Condition", "Medication", "Specimen"):
            if one.url:
                known[one.url] = one.resource
            if one.resource.id:
                known[f"{one.resource.resourceType}/{one.resource.id}"] = one.resource
    return known
