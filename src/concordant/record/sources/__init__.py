"""Every source as a stream of patients: what was understood of each, and what became of every entry."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from typing import Any

import msgspec

from concordant.errors import ConcordantError, describe_bug
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.write_mapping import write_mapping
from concordant.record.notes.reading import NoteReadings
from concordant.texts import Place


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
    while it was read: the record is empty and must not be answered.
    """

    id: str
    record: PatientRecord
    account: Account
    failure: str = ""
    note: NoteRead | None = None


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
