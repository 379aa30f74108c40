"""Open a source of whatever kind: its patients one after the other, each with the account of its entries."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from concordant.errors import Complaint, Unreadable
from concordant.inputs import PackedFault, is_stream, make_packed_complaint, read_up_to, unpack_bytes
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.casefile.account import make_account
from concordant.record.casefile.read import read_case
from concordant.record.conditions import get_terminology
from concordant.record.sources import Patient, change_record
from concordant.record.sources.asked import AsOf
from concordant.record.sources.case_file import read_case_source, refuse_by_head
from concordant.record.sources.fhir import is_fhir, is_fhir_content, iter_document_patients, iter_path_patients
from concordant.record.sources.foreign import NoteFile, read_source
from concordant.record.sources.tables import is_table_mapping, is_tabular, iter_table_patients, list_mapped_files
from concordant.record.sources.values import read_value
from concordant.terminology.names import Words, make_words
from concordant.texts import SourceText

if TYPE_CHECKING:
    from concordant.record.fhir.tables import FhirTables  # loaded only for FHIR
    from concordant.record.notes.proposing.asking import Proposer
    from concordant.record.sources.local_codes import CodesSource  # loaded only where a site has codes of its own
    from concordant.record.sources.notes import NotePatients  # loaded only for a note


class NamedSource(msgspec.Struct, frozen=True):
    """A file, a folder, or the address of a database."""

    name: str


class SourceContent(msgspec.Struct, frozen=True):
    """What stands in a file, and how to call it in a message."""

    data: bytes
    name: str


Source = NamedSource | SourceContent | Mapping[str, Any]
MAX_DOCUMENT = 200_000_000


class SourceOpener:
    """Opens sources with one knowledge; its look-up tables are made once, when a source first needs them."""

    def __init__(self, knowledge: Knowledge, codes: CodesSource = "", proposer: Proposer | None = None) -> None:
        self.knowledge = knowledge
        self.codes = codes
        self.proposer = proposer  # a language model that may be asked about notes
        self.local = 0  # how many codes of a site were read

    @cached_property
    def words(self) -> Words:
        """The names of the knowledge, for reading a case file, with the codes of a site. Raises Refused for those."""
        words = make_words(self.knowledge)
        if self.codes:
            from concordant.record.sources.local_codes import read_local_codes
            from concordant.terminology.local import add_local_codes

            terms = get_terminology(words)
            codes = read_local_codes(self.codes, terms)
            add_local_codes(terms, codes)
            self.local = len(codes)
        return words

    @cached_property
    def fhir_tables(self) -> FhirTables:
        """The codes of the knowledge, for reading FHIR."""
        from concordant.record.fhir.tables import make_fhir_tables

        return make_fhir_tables(self.knowledge, get_terminology(self.words))

    @cached_property
    def note_reader(self) -> NotePatients:
        """What reads notes, made when the first one comes."""
        from concordant.record.sources.notes import NotePatients

        return NotePatients(self.knowledge, self.words)

    def with_proposer(self, proposer: Proposer | None) -> SourceOpener:
        """The same look-up tables and rules, with another language model, or without one."""
        assert self.note_reader  # made once for both
        made = copy.copy(self)
        made.note_reader = self.note_reader
        made.proposer = proposer
        return made

    def iter_patients(self, source: Source, as_of: AsOf, rest: Account, only: str = "") -> Iterator[Patient]:
        """The patients of a source.

        Entries that belong to no patient go to `rest` when the last one has been read. A source that can find a patient by the
        id gives that one alone where `only` names it. Raises ConcordantError for a source that cannot be read, or is refused.
        """
        patients = self._iter_patients(source, as_of, rest, only)
        yield from map(self._name_local_codes, patients) if self.codes else patients

    def _name_local_codes(self, patient: Patient) -> Patient:
        """The patient, with a notice that codes of a site were read beside those of the knowledge."""
        from concordant.record.sources.local_codes import name_codes_source

        count = f"{self.local} local code{'' if self.local == 1 else 's'}" if self.words else ""
        notice = f"{count} of {name_codes_source(self.codes)} stand beside those of the knowledge."
        return change_record(patient, lambda record: replace(record, notices=(notice, *record.notices)))

    def _iter_patients(self, source: Source, as_of: AsOf, rest: Account, only: str) -> Iterator[Patient]:
        match source:
            case NamedSource(name=name):
                yield from self._iter_named_patients(name, as_of, rest, only)
            case SourceContent(data=data, name=name):
                yield from self._iter_content_patients(unpack_bytes(data, name, MAX_DOCUMENT), name, as_of, rest)
            case _ if "resourceType" in source:
                yield from iter_document_patients(_encode_fhir(source), "FHIR", self.fhir_tables, as_of, rest)
            case _:
                yield self._read_case_patient(read_value(source), as_of)

    def _iter_named_patients(self, name: str, as_of: AsOf, rest: Account, only: str) -> Iterator[Patient]:
        if not name:
            raise Unreadable(
                Complaint("no file is named", way_out="Name a case file, FHIR, an OMOP database or a mapping of tables")
            )
        if is_stream(Path(name)):
            yield from self.iter_patients(read_stream(name), as_of, rest, only)
            return
        refuse_by_head(name)
        if is_tabular(name):
            yield from iter_table_patients(name, self.knowledge, self.words, as_of, rest, only)
        elif is_fhir(name):
            yield from iter_path_patients(name, self.fhir_tables, as_of, rest)
        else:
            yield self._read_text_patient(read_case_source(name), as_of)

    def _iter_content_patients(self, data: bytes, name: str, as_of: AsOf, rest: Account) -> Iterator[Patient]:
        if is_fhir_content(data):
            yield from iter_document_patients(data, name, self.fhir_tables, as_of, rest)
        else:
            yield self._read_text_patient(read_source(data, name), as_of)

    def _read_text_patient(self, text: SourceText | NoteFile, as_of: AsOf) -> Patient:
        if isinstance(text, NoteFile):
            return self.note_reader.read_patient(text.text, text.name, as_of, self.proposer)
        return self._read_case_patient(text, as_of)

    def _read_case_patient(self, text: SourceText, as_of: AsOf) -> Patient:
        record = self.read_record(text, as_of)
        return Patient("", record, make_account(record, text))

    def read_record(self, text: SourceText, as_of: AsOf) -> PatientRecord:
        """The record of a case file that was read as text. Raises Refused."""
        day = (
            as_of.get_day(text.file) if as_of.asked or as_of.today or _has_no_date(text) else dt.date.max
        )  # the file has its own
        return read_case(text, self.knowledge, self.words, day, given=as_of.cuts_record)


def read_stream(name: str) -> SourceContent:
    """What comes out of a pipe or a device, read once and to its end. Raises Unreadable."""
    try:
        data = read_up_to(Path(name), MAX_DOCUMENT)
    except PackedFault as fault:
        raise Unreadable(make_packed_complaint(fault, name)) from None
    except OSError as error:
        way_out = "Check its name and permissions"
        raise Unreadable(Complaint(f"cannot be opened ({error.strerror})", name, way_out=way_out)) from None
    if len(data) > MAX_DOCUMENT:
        says = f"more than {MAX_DOCUMENT // 1_000_000} MB came out of it, and no end"
        raise Unreadable(Complaint(says, name, way_out="Save it to a file, and name that"))
    return SourceContent(data, name)


def list_source_files(name: str) -> list[str]:
    """What is read for a named source: itself, and the tables that a mapping names."""
    return [name, *(list_mapped_files(name) if is_table_mapping(name) else ())] if name else []


def _has_no_date(text: SourceText) -> bool:
    """Whether a case file leaves it to the caller for which day it is answered."""
    return isinstance(text.value, dict) and text.value.get("as_of") is None


def _encode_fhir(value: Mapping[str, Any]) -> bytes:
    """FHIR that was decoded already, as a document. Raises Unreadable for what is no JSON."""
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        way_out = "FHIR as a mapping holds what JSON can hold: texts, numbers, yes and no, lists and mappings"
        raise Unreadable(Complaint(f"this is no FHIR in JSON ({error})", "FHIR", way_out=way_out)) from None
