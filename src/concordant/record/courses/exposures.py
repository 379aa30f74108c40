"""What a source tells of drugs given, before anybody has said which courses and lines they make."""

from __future__ import annotations

import msgspec

from concordant.logic.dates import PartialDate
from concordant.patient.events import EntryLocation, Setting, Stopped


class Exposure(msgspec.Struct, frozen=True, gc=False):
    """One administration, prescription, statement or exposure row.

    `drugs` are ids of known drugs, and of classes where the source names no drug; `unknown_drugs` are names that no id
    was found for. `stopped` is a documented reason in the words of a case file (completed, progression, recurrence, toxicity,
    choice), `ongoing` that the source says it still runs. `setting` and `line` only where the source itself says so. `single`
    marks one administration on one day; `supply` that the end is only when what was handed out is used up.
    """

    entry: EntryLocation
    drugs: tuple[str, ...]
    unknown_drugs: tuple[str, ...] = ()
    start: PartialDate | None = None
    end: PartialDate | None = None
    setting: Setting | None = None
    line: int | None = None
    stopped: Stopped | None = None
    ongoing: bool = False
    single: bool = False
    supply: bool = False
