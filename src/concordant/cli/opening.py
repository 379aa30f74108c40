"""Open what the user named: a file or standard input, with the knowledge it is read by."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from concordant.cli.case_source import read_case_source, refuse_by_head
from concordant.cli.choosing import choose
from concordant.cli.fhir_source import is_fhir, looks_like_fhir, patients_of_bytes, patients_of_path
from concordant.cli.table_source import ADDRESSES, is_table_mapping, is_tabular, patients_of_tables, tables_of
from concordant.compiled import Knowledge
from concordant.complaints import Complaint, Unreadable, printable
from concordant.dates import parse_partial_date
from concordant.library import load
from concordant.record.account import Account
from concordant.record.as_case import case_text
from concordant.record.case_account import account_of
from concordant.record.casefile import read_case
from concordant.record.events import PatientRecord
from concordant.record.foreign import read_source
from concordant.record.sources import Patient
from concordant.record.vocabulary import words_of
from concordant.texts import MAX_BYTES, Text

NARROWEST, WIDEST = 60, 110
STANDARD_INPUT = "standard input"
MAX_STANDARD_INPUT = 200_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A record to be completed, with the file it stands in; no path when it starts from nothing."""

    record: PatientRecord
    knowledge: Knowledge
    path: str = ""
    text: str = ""

    @property
    def has_content(self) -> bool:
        """False for a file of blank lines and comments."""
        return _has_content(self.text)


def open_record(patient: str, as_of: dt.date | None, id_: str = "") -> tuple[PatientRecord, Knowledge]:
    """The record that is meant, and the knowledge. Only here does the project look at a clock."""
    chosen = next(choose(open_patients(patient, as_of, only=id_), patient, id_, every=False))
    return chosen.record, load()


def open_patients(source: str, as_of: dt.date | None, rest: Account | None = None, only: str = "") -> Iterator[Patient]:
    """The patients of a source, one after the other, each with the account of its entries.

    Entries that belong to no patient go to `rest` when the last one has been read. A source that can find a patient by the id
    gives that one alone where `only` names it.
    """
    rest = Account() if rest is None else rest
    if not source:
        raise Unreadable(Complaint("no file is named", way_out="Name a case file, or use - for standard input"))
    refuse_by_head(source)
    if source == "-":
        data = sys.stdin.buffer.read(MAX_STANDARD_INPUT + 1)
        if looks_like_fhir(data):
            yield from patients_of_bytes(data, load(), as_of or _today(), rest, given=as_of is not None)
            return
        text = read_source(data, STANDARD_INPUT)
    elif is_tabular(source):
        yield from patients_of_tables(source, load(), as_of or _today(), rest, given=as_of is not None, only=only)
        return
    elif is_fhir(source):
        yield from patients_of_path(source, load(), as_of or _today(), rest, given=as_of is not None)
        return
    else:
        text = read_case_source(source)
    record, _ = _read(text, as_of)
    yield Patient("", record, account_of(record, text))


def sources_of(source: str) -> list[str]:
    """What is read for a source: itself, and the tables that a mapping names."""
    return [source, *(tables_of(source) if source != "-" and is_table_mapping(source) else ())] if source else []


def day_of(text: str) -> dt.date | None:
    """The day of `--as-of`; None when it is not given. Raises Unreadable for what is no day."""
    if not text:
        return None
    try:
        date = parse_partial_date(text)
    except ValueError as error:
        raise Unreadable(Complaint(str(error), "--as-of", way_out="Write the day as 2022-09-20")) from None
    if not date.is_exact:
        raise Unreadable(Complaint(f"'{text}' is not a day", "--as-of", way_out="Write the day as 2022-09-20"))
    return date.first


def open_for_answers(patient: str, as_of: dt.date | None, id_: str = "") -> Opened:
    """A case file to be completed, or an empty record; standard input is refused, the answers come from there.

    What is no case file has no path here: its answers are kept in a case file of their own, never over the source.
    """
    if patient == "-":
        way_out = "Save the case in a file and name it, or name none to start from nothing"
        raise Unreadable(Complaint("the answers are read from standard input, so the case cannot be", "ask", way_out=way_out))
    if not patient:
        return Opened(PatientRecord(as_of or _today()), load())
    refuse_by_head(patient)
    if is_tabular(patient) or is_fhir(patient):
        knowledge = load()
        chosen = next(choose(open_patients(patient, as_of, only=id_), patient, id_, every=False))
        return Opened(chosen.record, knowledge, "", case_text(chosen, knowledge, words_of(knowledge)))
    text = _text_of(patient)
    if not _has_content(text):
        return Opened(PatientRecord(as_of or _today()), load(), patient, text)
    return Opened(*_read(read_case_source(patient), as_of), patient, text)


def _read(text: Text, as_of: dt.date | None) -> tuple[PatientRecord, Knowledge]:
    knowledge = load()
    record = read_case(text, knowledge, words_of(knowledge), as_of or _today(), given=as_of is not None)
    if as_of is not None and record.as_of != as_of:  # an answer for another day than was asked for is said aloud
        print(printable(f"{text.file}: {record.notices[-1]}"), file=sys.stderr)  # noqa: T201
    return record, knowledge


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _text_of(patient: str) -> str:
    """The file as it stands; what cannot be read as text is left to `read_case_source` and its messages."""
    try:
        with Path(patient).open("rb") as file:
            return file.read(MAX_BYTES + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        read_case_source(patient)
        raise Unreadable(Complaint("cannot be opened", patient, way_out="Check its name and permissions")) from None


def whose(source: str, id_: str) -> str:
    """What stands on every sheet: the id that the user gave, or the name of the file; never a path or an address.

    `-` is standard input, in the words of the page; empty when nothing is named.
    """
    if id_ or source in ("", "-"):
        return printable(id_) or source
    return printable(urlsplit(source).path.strip("/") if source.startswith(ADDRESSES) else Path(source).resolve().name)


def width() -> int:
    """The width of the terminal, in the bounds in which sentences can be read."""
    return max(NARROWEST, min(shutil.get_terminal_size((100, 40)).columns, WIDEST))


def _has_content(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.removeprefix("\ufeff").splitlines())
