"""A record that was pasted or dropped, as a case that the form can show and correct, and what travels beside it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from concordant.api import Engine, Patient
from concordant.errors import Complaint, Unreadable, make_printable
from concordant.present.page.account_table import show_account
from concordant.record.casefile.read import REVIEW_KEYS
from concordant.record.casefile.write import write_case
from concordant.record.notes.case import NOT_UNDERSTOOD, NOTE
from concordant.record.notes.proposing.checking import MODEL
from concordant.record.sources import NoteRead
from concordant.record.sources.opening import SourceContent
from concordant.texts import read_text
from concordant.web.carried import Carried
from concordant.web.case_text import BLOCKS, Case
from concordant.web.table_row import read_table_row

ENTRY_LINE = re.compile(r"^  - \{.*?\}  # (?P<place>.+)$")
NOTICE_LINE = re.compile(r"^#\s*(?P<says>\S.*)$")


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """The case, what travels beside it, and what a row of a table says of features, as if it had been typed."""

    case: Case
    carried: Carried
    typed: Mapping[str, str] = field(default_factory=dict)


def read_pasted(data: bytes, name: str, engine: Engine, patient: str, today: dt.date, *, is_file: bool = True) -> ReadRecord:
    """The one patient of a text or file; the name of a file stands on every sheet.

    Raises ConcordantError for what is no record, or holds several patients of whom none was named.
    """
    whose = make_printable(name) if is_file else ""
    if not data.strip():
        raise Unreadable(Complaint("there is nothing in it", name, way_out="Paste a record, or choose its file"))
    row = read_table_row(data.decode(errors="replace"), name, engine.knowledge, patient)
    if row is not None:
        return ReadRecord({}, Carried(unread=row[1], whose=whose), row[0])
    content = SourceContent(data, name)
    found = engine.read(content, patient=patient, today=today).one()
    if found.note is not None:
        return _take_note(found, found.note, whose)
    own = _read_own_case(data, name)
    if own is not None:
        return ReadRecord(own, Carried(kept=_count_events(own), whose=whose, account=show_account(found)))
    return _convert(found, engine, found.id if patient else whose)


def _read_own_case(data: bytes, name: str) -> Case | None:
    """The mapping of a text that is a case file already: it keeps its words. None for FHIR and all else."""
    try:
        value = read_text(data.decode(), name).value
    except (UnicodeDecodeError, Unreadable):
        return None
    if not isinstance(value, dict) or "resourceType" in value:
        return None
    return {key: item for key, item in value.items() if key not in REVIEW_KEYS}


def _take_note(patient: Patient, note: NoteRead, whose: str) -> ReadRecord:
    """The case of a note; its text travels beside it, and what it may mean until that is answered."""
    carried = Carried(
        {place: words for (block, *at), words in note.comments.items() if len(at) == 1 for place in [f"{block}.{at[0]}"]},
        _count_events(note.case),
        whose,
        tuple(note.case.get(NOTE, {}).get(NOT_UNDERSTOOD, ())),
        show_account(patient),
        note=note.readings.text,
        note_name=whose or "the text",
        note_day=patient.record.as_of.isoformat(),
        offers=note.offers,
        proposed=tuple(offer for offer in note.readings.offers if offer.rule == MODEL),
        proposing=note.readings.proposing,
    )
    return ReadRecord(note.case, carried)


def _convert(patient: Patient, engine: Engine, whose: str) -> ReadRecord:
    text = write_case(patient, engine.knowledge, engine.words)
    case, record = read_text(text, "record").value, patient.record
    carried = Carried(
        _find_sources(text),
        _count_events(case),
        whose,
        tuple(_list_notices(text)),
        show_account(patient),
        record.reports,
        record.set_aside,
        record.incomplete,
    )
    return ReadRecord(case, carried)


def _count_events(case: Case) -> int:
    events = case.get("disease")
    return len(events) if isinstance(events, list) else 0


def _find_sources(text: str) -> dict[str, str]:
    """By the place in the case: the place in the source, from the comments that the writer puts beside its entries."""
    sources, block, number = {}, "", 0
    for line in text.splitlines():
        if line.rstrip(":") in BLOCKS:
            block, number = line.rstrip(":"), 0
        elif line.startswith("  - "):
            if match := ENTRY_LINE.match(line):
                sources[f"{block}.{number}"] = match["place"]
            number += 1
    return sources


def _list_notices(text: str) -> list[str]:
    """What the writer says above and below the entries, but for the use of a file and the counts, which stand elsewhere."""
    lines = [match["says"] for line in text.splitlines() if (match := NOTICE_LINE.match(line))]
    return lines[2:]
