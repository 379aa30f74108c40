"""What became of every entry of a case file: each is used, or left out because of its date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.scalars import format_place
from concordant.record.entries import read_as as label_of
from concordant.texts import SourceText

LISTS = ("tumor_markers", "disease", "treatments", "conditions", "measurements", "medications")
MAPPINGS = ("patient", "stated")


def make_account(record: PatientRecord, text: SourceText) -> Account:
    """The account of a case file that was read to this record."""
    read_as = {event.entry.place: label_of(event) for event in _iter_entries(record)}
    account = Account()
    for place, kind in _iter_places(text.value if isinstance(text.value, dict) else {}):
        block = place.partition(".")[0]
        if place in read_as or block in MAPPINGS:
            account.mark_used(place, kind, read_as.get(place, place.partition(".")[2]))
        elif kind == "unavailable":
            account.mark_used(place, kind, "a drug that cannot be given")
        elif place in record.notes:
            account.mark_used(place, kind, "course")
        else:
            when = "it is not taken at the date of the question" if kind == "medications" else "it lies after the date asked for"
            account.mark_ignored(place, kind, when)
    return account


def _iter_entries(record: PatientRecord) -> Iterator[Any]:
    tables: tuple[tuple[Any, ...], ...] = (record.markers, record.events, record.courses, record.conditions)
    for table in (*tables, record.measurements, record.medications, record.findings):
        yield from table


def _iter_places(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every entry with its block: of a list each item, of a mapping each key that has a value."""
    for block in MAPPINGS:
        for key, item in (value.get(block) or {}).items():
            if item is not None:
                yield format_place((block, key)), block
    for block in LISTS:
        for i in range(len(value.get(block) or [])):
            yield format_place((block, i)), block
    unavailable = value.get("unavailable") or []
    for i in range(1 if isinstance(unavailable, str) else len(unavailable)):
        yield format_place(("unavailable", i)), "unavailable"
