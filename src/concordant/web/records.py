"""A record that was pasted or dropped, as a case that the form can show and correct, with where each entry came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from concordant.api import Engine, Patient
from concordant.errors import Complaint, Unreadable
from concordant.present.page.account_table import render_account
from concordant.record.casefile.read import REVIEW_KEYS
from concordant.record.casefile.write import write_case
from concordant.record.sources.opening import SourceContent
from concordant.texts import read_text
from concordant.web.case_text import BLOCKS, Case
from concordant.web.table_row import read_table_row

ENTRY_LINE = re.compile(r"^  - \{.*?\}  # (?P<place>.+)$")
NOTICE_LINE = re.compile(r"^#\s*(?P<says>\S.*)$")


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """The case, by place the entry of the source that it came from, what a case cannot hold, and the account of all entries.

    `typed` is what a row of a table says of features, as if it had been typed.
    """

    case: Case
    typed: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    account: str = ""


def read_pasted(data: bytes, name: str, engine: Engine, patient: str, today: object) -> ReadRecord:
    """The one patient of a text or file. Raises ConcordantError for what is none, or holds several and none was named."""
    if not data.strip():
        raise Unreadable(Complaint("there is nothing in it", name, way_out="Paste a record, or choose its file"))
    row = read_table_row(data.decode(errors="replace"), name, engine.knowledge, patient)
    if row is not None:
        return ReadRecord({}, row[0], unread=row[1])
    content = SourceContent(data, name)
    found = engine.read(content, patient=patient, today=today).one()  # type: ignore[arg-type]
    own = _read_own_case(data, name)
    if own is not None:
        return ReadRecord(own, account=render_account(found))
    return _convert(found, engine)


def _read_own_case(data: bytes, name: str) -> Case | None:
    """The mapping of a text that is a case file already: it keeps its words. None for FHIR and all else."""
    try:
        value = read_text(data.decode(), name).value
    except (UnicodeDecodeError, Unreadable):
        return None
    if not isinstance(value, dict) or "resourceType" in value:
        return None
    return {key: item for key, item in value.items() if key not in REVIEW_KEYS}


def _convert(patient: Patient, engine: Engine) -> ReadRecord:
    text = write_case(patient, engine.knowledge, engine.words)
    case = read_text(text, "record").value
    return ReadRecord(case, {}, _find_sources(text), tuple(_list_notices(text)), render_account(patient))


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
