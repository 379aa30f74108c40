"""A text as a note: in what language it is, whether it is about one patient, and what it says."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from msgspec.structs import replace

from concordant.errors import Complaint, Refused, Unreadable
from concordant.model.notes import NoteReading
from concordant.record.notes.forms import FormCompiler
from concordant.record.notes.languages import LanguageFinder, LanguageFound, blank_parts
from concordant.record.notes.read import MOST_CHARACTERS, LanguageReader, make_language_reader
from concordant.record.notes.reading import NoteReadings, NoteUnread
from concordant.record.notes.several import PatientFinder, make_patient_finder
from concordant.terminology.names import Words
from concordant.texts import find_control

MOST_NAMED = 4
EMPTY = "there is no text in it"
ONE_EACH = "Write one patient in a file: what is said of several cannot be told apart safely"


class NoteReader:
    """Reads notes with one knowledge; the rules of a language are made ready when the first note of it comes."""

    def __init__(self, notes: NoteReading, words: Words) -> None:
        self.notes, self.words = notes, words
        self._readers: dict[str, LanguageReader] = {}
        self._patients: dict[str, PatientFinder] = {}

    @cached_property
    def languages(self) -> LanguageFinder:
        """What tells languages apart."""
        return LanguageFinder(self.notes)

    def read_note(self, text: str, name: str, today: dt.date | None) -> NoteReadings:
        """What a text says as of a day. Raises Unreadable for what is no text, Refused for a text about several patients."""
        check_text(text, name)
        found = self.languages.find_language(text)
        if not found.code:
            language = found.foreign[0][1]
            why = f"nothing was read: the text is in {language}" if language else "nothing was read: no language is known here"
            return NoteReadings(text, unread=(NoteUnread((0, len(text)), text),), refused=why)
        self._refuse_several(text, name, found.code)
        return self._read_in(text, found, today)

    def _read_in(self, text: str, found: LanguageFound, today: dt.date | None) -> NoteReadings:
        """What the parts in the language of the text say; the others are unread as they stand."""
        spans = [_strip_span(text, span) for span, _ in found.foreign]
        readings = self.get_reader(found.code).read_note(blank_parts(text, spans), today)
        foreign = [NoteUnread(span, text[span[0] : span[1]]) for span in spans if span[0] < span[1]]
        unread = tuple(sorted((*readings.unread, *foreign), key=lambda one: one.span))
        return replace(readings, text=text, unread=unread)

    def blank_foreign(self, text: str) -> str:
        """The text with blanks in place of what is in another language than the rest of it."""
        return blank_parts(text, [_strip_span(text, span) for span, _ in self.languages.find_language(text).foreign])

    def _refuse_several(self, text: str, name: str, code: str) -> None:
        if code not in self._patients:
            language = self.notes.languages[code]
            self._patients[code] = make_patient_finder(language, FormCompiler(language.classes, language.macros))
        if patients := self._patients[code].find_patients(text):
            more = " and more" if len(patients) > MOST_NAMED else ""
            named = ", ".join(f"'{one}'" for one in patients[:MOST_NAMED])
            raise Refused(Complaint(f"this text is about several patients ({named}{more})", name, way_out=ONE_EACH))

    def get_reader(self, code: str) -> LanguageReader:
        """The reader of a language, compiled once."""
        if code not in self._readers:
            self._readers[code] = make_language_reader(code, self.notes.languages[code], self.words)
        return self._readers[code]


def check_text(text: str, name: str) -> None:
    """Raises Unreadable for a text that is empty, too long, or holds what no text holds."""
    if not text.strip():
        raise Unreadable(Complaint(EMPTY, name, way_out="Paste the note, or name its file"))
    if len(text) > MOST_CHARACTERS:
        says = f"{len(text)} characters are too many for one note"
        raise Unreadable(Complaint(says, name, way_out=f"A note has at most {MOST_CHARACTERS}: cut out the part that matters"))
    if sign := find_control(text.replace("\f", "\n")):
        line = text[: text.index(sign)].count("\n") + 1
        raise Unreadable(Complaint(f"a control character (U+{ord(sign):04X})", name, line, "Take it out; it is no text"))


def _strip_span(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span without blanks at its ends."""
    part = text[span[0] : span[1]]
    return span[0] + len(part) - len(part.lstrip()), span[1] - len(part) + len(part.rstrip())
