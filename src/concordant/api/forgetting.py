"""Which entries of a decision record hold something of a person, or are old, and their erasure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from concordant.api.recording import encode_note
from concordant.decisions.entries import Entry
from concordant.decisions.record import DecisionRecord, Receipt

PERSON, ENTRY, AGE = "of a person", "of an entry", "of age"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be erased: all of a patient, one entry, or all that is older than so many years before today."""

    patient: str
    n: int | None
    keep_years: int | None
    today: dt.date

    @property
    def why(self) -> str:
        """What the record says of it; nothing of the person."""
        return PERSON if self.patient else ENTRY if self.n is not None else AGE

    @property
    def name(self) -> str:
        """What a message calls it."""
        return "this patient" if self.patient else f"entry {self.n}" if self.n is not None else f"the time before {self.limit}"

    @property
    def limit(self) -> str:
        """The first day that is kept."""
        year = max(self.today.year - (self.keep_years or 0), 1)
        leap = self.today.month == 2 and self.today.day == 29
        return self.today.replace(year=year, day=28 if leap else self.today.day).isoformat()

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is to be erased."""
        if entry.is_erased:
            return False
        if self.keep_years is not None:
            sealed = entry.read_sealed()
            return sealed is not None and sealed.at < self.limit
        return entry.patient == self.patient if self.patient else entry.n == self.n


def find_entries(record: DecisionRecord, erasure: Erasure) -> list[int]:
    """The entries that are to be erased, in order."""
    return [entry.n for entry in record.iter_entries() if erasure.takes(entry)]


def erase_found(record: DecisionRecord, erasure: Erasure, numbers: list[int], asked_by: str) -> Receipt:
    """Erase them; an entry of the record says so. Raises Unreadable or Refused."""
    return record.erase_entries(numbers, erasure.why, encode_note(asked_by))
