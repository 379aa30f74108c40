"""What is gathered of one patient while its resources are read: tables, open questions, the fate of every entry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import msgspec

from concordant.complaints import quoted
from concordant.dates import PartialDate
from concordant.record.account import Row
from concordant.record.events import Entry, Person
from concordant.record.exposures import Exposure
from concordant.record.fhir.dates import read_date, why_no_date
from concordant.record.fhir.elements import Coding, Resource
from concordant.record.fhir.kit import Kit


class Staged(msgspec.Struct, frozen=True, gc=False):
    """What a stage says of the disease, and when."""

    entry: Entry
    word: str
    extent: str | None
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
    unmapped: dict[tuple[str, str, str], int] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    sex: str | None = None
    born: PartialDate | None = None
    born_at: str = ""
    menopause: list[tuple[PartialDate | None, str]] = field(default_factory=list)
    found: list[Any] = field(default_factory=list)  # events that stand by themselves
    exposures: list[Exposure] = field(default_factory=list)
    tumours: list[Tumour] = field(default_factory=list)
    stages: list[Staged] = field(default_factory=list)
    spread: list[Spread] = field(default_factory=list)
    lines: list[Declared] = field(default_factory=list)
    receptors: list[tuple[Entry, str]] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    chemo: list[tuple[Entry, PartialDate | None, str]] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    urls: dict[str, Resource] = field(default_factory=dict)
    place: str = ""
    kind: str = ""

    @property
    def person(self) -> Person:
        """Sex, birth date and the latest menopausal status."""
        told = [(date.last if date else dt.date.min, word) for date, word in self.menopause]
        latest = {word for last, word in told if last == max(told)[0]}
        return Person(self.sex, self.born, latest.pop() if len(latest) == 1 else None)

    def at(self, place: str, kind: str) -> None:
        """The entry that is read next."""
        where = self.where
        while place in where:
            place += "'"
        self.place, self.kind = place, kind
        where[place] = len(self.rows)

    @property
    def entry(self) -> Entry:
        """The place of the entry at hand."""
        return Entry(self.place)

    def used(self, read_as: str) -> None:
        """The entry at hand became part of the record."""
        self.rows.append(Row(self.place, self.kind, "used", read_as))

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

    def not_mapped(self, codings: tuple[Coding, ...], what: str) -> None:
        """Codes that were met and stand in no value set."""
        for coding in codings:
            key = (coding.system or "", coding.code or "", coding.display or "")
            self.unmapped[key] = self.unmapped.get(key, 0) + 1
        if codings and what:
            self.lost.append(f"{what} {quoted(codings[0].display or codings[0].code or '?')} ({self.place})")

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
