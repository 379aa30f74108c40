"""Every source as a stream of patients: what was understood of each, and what became of every entry."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from concordant.errors import ConcordantError, describe_bug
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.write_mapping import write_mapping
from concordant.record.notes.reading import NoteReadings
from concordant.texts import Place


class ReadAgain:
    """Reads the entries of one patient again as of an earlier day. Two are alike: what they read is told by the patient."""

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("_read",)

    def __init__(self, read: Callable[[dt.date], Patient]) -> None:
        self._read = read

    def __call__(self, day: dt.date) -> Patient:
        """The patient as of a day."""
        return self._read(day)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReadAgain)


class NoteRead(msgspec.Struct, frozen=True):
    """What was made of a text: the readings, and the case file that they come to with the words beside each of its places.

    `offers` are the facts and values that wait for a yes, by the sentence that the case file has for each.
    """

    name: str
    readings: NoteReadings
    case: dict[str, Any]
    comments: dict[Place, str]
    head: tuple[str, ...]
    offers: dict[str, tuple[str, str]]

    @property
    def case_text(self) -> str:
        """The case file, each entry with its words."""
        return write_mapping(self.case, self.comments, self.head)


class Patient(msgspec.Struct, frozen=True):
    """One patient of a source: the id there, the record, the account of its entries.

    `note` is what was made of a text, where the source is one. `failure` says that a mistake of the program met this patient
    while it was read: the record is empty and must not be answered. `read_at` reads the same entries again as of an earlier
    day, of which nothing later is looked at; None where the source tells no history. `site` is where the patient is treated, as
    the source writes it.
    """

    id: str
    record: PatientRecord
    account: Account
    failure: str = ""
    note: NoteRead | None = None
    read_at: ReadAgain | None = None
    site: str = ""


def build_history(id_: str, as_of: dt.date, cuts: bool, build: Callable[[dt.date, bool], Patient]) -> Patient:
    """The patient as of a day, who can be read again as of an earlier one. `build` takes the day, and whether it cuts."""
    patient = build_patient(id_, as_of, partial(build, as_of, cuts))
    return replace(patient, read_at=ReadAgain(lambda day: build_patient(id_, day, partial(build, day, True))))


def change_record(patient: Patient, change: Callable[[PatientRecord], PatientRecord]) -> Patient:
    """The patient with another record, whenever it is read."""
    read = patient.read_at
    again = None if read is None else ReadAgain(lambda day: change_record(read(day), change))
    return replace(patient, record=change(patient.record), read_at=again)


def build_patient(id_: str, as_of: dt.date, build: Callable[[], Patient]) -> Patient:
    """The patient as `build` makes it; one that cannot be built for a mistake of the program is told so, and the others go on."""
    try:
        return build()
    except ConcordantError:
        raise
    except Exception as error:
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        return Patient(id_, PatientRecord(as_of), Account(), describe_bug(error))
