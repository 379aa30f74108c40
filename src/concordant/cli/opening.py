"""Open what the user named: a file or standard input, with the knowledge it is read by."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from concordant.compiled import Knowledge
from concordant.complaints import Complaint, Unreadable
from concordant.library import load
from concordant.record.casefile import read_case
from concordant.record.events import PatientRecord
from concordant.record.vocabulary import words_of
from concordant.texts import MAX_BYTES, Text, read_bytes, read_file


def open_record(patient: str, as_of: dt.date | None) -> tuple[PatientRecord, Knowledge]:
    """The record and the knowledge. Only here does the project look at a clock."""
    if not patient:
        raise Unreadable(Complaint("no file is named", way_out="Name a case file, or use - for standard input"))
    text = _standard_input() if patient == "-" else read_file(Path(patient))
    knowledge = load()
    today = as_of or dt.datetime.now().astimezone().date()
    return read_case(text, knowledge, words_of(knowledge), today, given=as_of is not None), knowledge


def _standard_input() -> Text:
    return read_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
