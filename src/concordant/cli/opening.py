"""Open what the user named through the API: a file or standard input, with the knowledge of the user's choice."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from concordant.api import Engine, Patients, load_knowledge
from concordant.cli.missing import refuse_missing
from concordant.errors import Complaint, Unreadable, make_printable
from concordant.inputs import is_packed, is_stream
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.sources import NoteRead, Patient, asked
from concordant.record.sources.asked import AsOf
from concordant.record.sources.case_file import read_case_source, refuse_by_head
from concordant.record.sources.choosing import WaysOut
from concordant.record.sources.fhir import is_fhir
from concordant.record.sources.foreign import NoteFile
from concordant.record.sources.opening import NamedSource, SourceContent, read_stream
from concordant.record.sources.opening import list_source_files as sources_of_name
from concordant.record.sources.tables import ADDRESSES, is_tabular
from concordant.texts import MAX_BYTES, read_file_bytes

if TYPE_CHECKING:
    from concordant.api import LanguageModel  # loaded only where one is named

NARROWEST, WIDEST = 60, 110
STANDARD_INPUT = "standard input"
MAX_STANDARD_INPUT = 200_000_000
MOST_ASIDE = 20
WAYS_OUT = WaysOut(
    nobody="`concordant read --report` says what became of each entry",
    several="Pick one with --patient, or take them all with --all",
    no_id="It names none; leave out --patient",
)


class OpenedCase(msgspec.Struct, frozen=True):
    """A record to be completed, with the file it stands in; no path when it starts from nothing."""

    record: PatientRecord
    engine: Engine
    path: str = ""
    text: str = ""
    note: NoteRead | None = None

    @property
    def has_content(self) -> bool:
        """False for a file of blank lines and comments."""
        return _has_content(self.text)


def make_engine(folder: str, codes: str = "", proposer: LanguageModel | None = None) -> Engine:
    """An engine with the knowledge of a folder, or with the shipped one when none is named; `codes` are those of a site.

    `proposer` is a language model that is asked about notes; that one on another machine is sent the text is said aloud.
    """
    if proposer is not None and proposer.is_remote:
        print(f"The text of a note is sent to {make_printable(proposer.name)}, which is another machine.", file=sys.stderr)  # noqa: T201
    return Engine(load_knowledge(folder), codes=codes, propose=proposer)


def open_patient(source: str, as_of: dt.date | None, id_: str, engine: Engine, rest: Account | None = None) -> Patient:
    """The one patient that is meant. Raises Unreadable when the source leaves open which one it is."""
    return take_patient(find_patients(source, as_of, id_, engine), source, as_of, id_, rest)


def take_patient(patients: Patients, source: str, as_of: dt.date | None, id_: str, rest: Account | None = None) -> Patient:
    """The one patient of a source that was found; see `open_patient`."""
    rest = Account() if rest is None else rest
    patient = _report_reading(patients.one(rest, WAYS_OUT), source, as_of)
    if not id_:  # once the named one is found, nobody reads on
        print_rest(rest)
    return patient


def open_patients(source: str, as_of: dt.date | None, engine: Engine, rest: Account, id_: str = "") -> Iterator[Patient]:
    """Every patient of a source, or the one that is named; what belongs to nobody is told when the last one has been read."""
    for patient in find_patients(source, as_of, id_, engine).stream(rest):
        yield _report_reading(patient, source, as_of)
    if not id_:
        print_rest(rest)


def find_patients(source: str, as_of: dt.date | None, id_: str, engine: Engine) -> Patients:
    """What the user named, as the API has it. Only here does the project look at a clock."""
    if not source:
        raise Unreadable(Complaint("no file is named", way_out="Name a case file, or use - for standard input"))
    if source == "-":
        content = SourceContent(sys.stdin.buffer.read(MAX_STANDARD_INPUT + 1), STANDARD_INPUT)
        return Patients(engine, content, AsOf(as_of, _get_today()), id_)
    if is_stream(Path(source)):
        return Patients(engine, read_stream(source), AsOf(as_of, _get_today()), id_)
    if not is_tabular(source):
        refuse_missing(source)
    return Patients(engine, NamedSource(source), AsOf(as_of, _get_today()), id_)


def _report_reading(patient: Patient, source: str, as_of: dt.date | None) -> Patient:
    """The patient; that a case file is answered for another day than was asked for is said aloud, and what a model proposed."""
    if as_of is not None and patient.record.as_of != as_of:
        name = STANDARD_INPUT if source == "-" else source
        print(make_printable(f"{name}: {patient.record.notices[-1]}"), file=sys.stderr)  # noqa: T201
    if patient.note is not None and (proposing := patient.note.readings.proposing) is not None:
        print(make_printable(proposing.sentence), file=sys.stderr)  # noqa: T201
    return patient


def print_rest(rest: Account) -> None:
    """Entries that belong to no patient, and lines that cannot be read: counted, the first ones named."""
    if not rest.rows:
        return
    more = f", and {rest.beyond} more" if rest.beyond else ""
    print(f"Beside the patients, {rest.sentence}{more}.", file=sys.stderr)  # noqa: T201
    aside = [row for row in rest.rows if row.fate == "set aside"]
    for row in aside[:MOST_ASIDE]:
        print(str(Complaint(f"set aside: {row.why}", row.place)), file=sys.stderr)  # noqa: T201
    if len(aside) > MOST_ASIDE:
        more = f"... and {len(aside) - MOST_ASIDE} more; `concordant read --refused FILE` writes them all."
        print(more, file=sys.stderr)  # noqa: T201


def list_sources(source: str, codes: str = "") -> list[str]:
    """What is read for a source, so that nothing is written over it."""
    return [*(["-"] if source == "-" else sources_of_name(source)), *([codes] if codes else [])]


def parse_day(text: str) -> dt.date | None:
    """The day of `--as-of`; None when it is not given. Raises Unreadable for what is no day."""
    return asked.parse_day(text, "--as-of")


def open_for_answers(patient: str, as_of: dt.date | None, engine: Engine, id_: str = "") -> OpenedCase:
    """Open the case that an interview is to complete, or an empty record when no patient is named.

    Standard input is refused, because the replies are read from it. Only a case file keeps its path: for FHIR and tables
    the completed case is saved in a file of its own, so that the source is never overwritten.
    """
    if patient == "-":
        way_out = "Save the case in a file and name it, or name none to start from nothing"
        raise Unreadable(Complaint("the answers are read from standard input, so the case cannot be", "ask", way_out=way_out))
    if not patient:
        return OpenedCase(PatientRecord(as_of or _get_today()), engine)
    refuse_by_head(patient)
    if _is_read_only(patient):
        chosen = open_patient(patient, as_of, id_, engine)
        return OpenedCase(chosen.record, engine, "", _write_case(chosen, engine))
    refuse_missing(patient)
    text = _read_case_text(patient)
    if not _has_content(text):
        return OpenedCase(PatientRecord(as_of or _get_today()), engine, patient, text)
    if isinstance(read_case_source(patient), NoteFile):
        chosen = open_patient(patient, as_of, id_, engine)
        return OpenedCase(chosen.record, engine, "", _write_case(chosen, engine), chosen.note)
    content = SourceContent(text.encode(), patient)
    chosen = _report_reading(Patients(engine, content, AsOf(as_of, _get_today())).one(), patient, as_of)
    return OpenedCase(chosen.record, engine, patient, text)


def _write_case(patient: Patient, engine: Engine) -> str:
    from concordant.record.casefile.write import write_case

    return write_case(patient, engine.knowledge, engine.words)


def _is_read_only(patient: str) -> bool:
    """Whether a source is of a kind that is never completed in place: all but a case file that can be read as it stands."""
    path = Path(patient)
    return is_stream(path) or is_packed(path) or is_tabular(patient) or is_fhir(patient)


def read_answer(name: str) -> str:
    """The text of a written answer: a file, or standard input. Raises Unreadable for what is no text."""
    if name == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        name = STANDARD_INPUT
    else:
        data = read_file_bytes(Path(name), name)
    if len(data) > MAX_BYTES:
        raise Unreadable(Complaint("more than 10 MB is too large for an answer", name, way_out="Check it part by part"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(Complaint("not UTF-8 text", name, line, "Save the file as UTF-8 text")) from None
    from concordant.api.auditing import check_text

    check_text(text, name)
    return text


def say_today() -> dt.date:
    """The day on which somebody asks without naming one."""
    return _get_today()


def _get_today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _read_case_text(patient: str) -> str:
    """The file as it stands; what cannot be read as text is left to `read_case_source` and its messages."""
    try:
        with Path(patient).open("rb") as file:
            return file.read(MAX_BYTES + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        read_case_source(patient)
        raise Unreadable(Complaint("cannot be opened", patient, way_out="Check its name and permissions")) from None


def make_sheet_label(source: str, id_: str) -> str:
    """Return the label printed on every page: the patient id given by the user, or else the file name; never a path or an
    address.

    `-` stands for standard input; the label is empty when nothing is named.
    """
    if id_ or source in ("", "-"):
        return make_printable(id_) or source
    if is_stream(Path(source)):
        return "-"
    return make_printable(urlsplit(source).path.strip("/") if source.startswith(ADDRESSES) else Path(source).resolve().name)


def get_terminal_width() -> int:
    """The width of the terminal, in the bounds in which sentences can be read."""
    return max(NARROWEST, min(shutil.get_terminal_size((100, 40)).columns, WIDEST))


def _has_content(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.removeprefix("\ufeff").splitlines())
