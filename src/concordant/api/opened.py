"""What a caller hands over: which source is meant, and whether a patient that was read is the one that is asked for."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any

from concordant.errors import Broken, Complaint, Unreadable, quote_word
from concordant.model.knowledge import Knowledge
from concordant.record.sources import Patient
from concordant.record.sources.asked import parse_day
from concordant.record.sources.opening import NamedSource, SourceContent
from concordant.record.sources.opening import Source as Opened

Source = str | os.PathLike[str] | bytes | Mapping[str, Any] | NamedSource | SourceContent
Day = dt.date | str | None


def identify_source(source: Source) -> Opened:
    """What a caller means: a text is told from a path by its lines or its first brace."""
    if isinstance(source, NamedSource | SourceContent | Mapping):
        return source
    if isinstance(source, bytes):
        return SourceContent(source, "source")
    if not isinstance(source, str | os.PathLike):
        says = f"a source is a path, a text, bytes or a mapping, and this is of type {type(source).__name__}"
        raise Unreadable(Complaint(says, "source", way_out="Name the file, or hand over what it holds"))
    text = os.fspath(source)
    is_text = isinstance(source, str) and ("\n" in text or text.lstrip().startswith(("{", "[")))
    if not is_text and "\0" in text:
        raise Unreadable(Complaint("no file has a name with a zero byte in it", "source", way_out="Name the file"))
    return SourceContent(text.encode(errors="surrogatepass"), "source") if is_text else NamedSource(text)


def get_source_name(source: Opened) -> str:
    """What a message calls it."""
    return source.name if isinstance(source, NamedSource | SourceContent) else "source"


def check_readable(patient: Patient) -> Patient:
    """The patient as read. Raises `Broken` where a mistake of the program met its record: nothing may be said of it."""
    if patient.failure:
        raise Broken(Complaint(patient.failure))
    return patient


def check_same_patient(patient: Patient, id_: str) -> Patient:
    """The patient as read. Raises `Unreadable` where another one is asked for."""
    if id_ and id_ != patient.id:
        raise Unreadable(
            Complaint(
                f"this record is not of the patient {quote_word(id_)}", patient.id or "record", way_out="Leave `patient` out"
            )
        )
    return patient


def check_same_day(patient: Patient, as_of: Day) -> Patient:
    """The patient as read. Raises `Unreadable` for another day: what a record says as of a day is settled when it is read."""
    day = parse_day(as_of)
    if day is not None and day != patient.record.as_of:
        says = f"this record was read as of {patient.record.as_of}, and cannot be answered as of {day}"
        raise Unreadable(Complaint(says, patient.id or "record", way_out="Read its source again with that `as_of`"))
    return patient


def check_knowledge(knowledge: Knowledge) -> Knowledge:
    """The knowledge. Raises `Unreadable` for something else: most often the folder that it stands in."""
    if not isinstance(knowledge, Knowledge):
        says = f"a knowledge is what `load_knowledge` gives, and this is of type {type(knowledge).__name__}"
        raise Unreadable(Complaint(says, "knowledge", way_out="Write knowledge=load_knowledge(FOLDER)"))
    return knowledge
