"""Concordant from Python: read a source, answer for a patient, ask why and what if. No shell, no clock, nothing printed."""

from __future__ import annotations

import copy
import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concordant.answer.engine import prepare_knowledge
from concordant.answer.schema import Answer, Ask
from concordant.api.assumptions import add_assumptions
from concordant.api.recommendation import Recommendation
from concordant.decide.decision import Decision
from concordant.errors import Broken, Complaint, ConcordantError, Refused, Unreadable, quote_word
from concordant.library import load_folder, load_shipped
from concordant.logic.by_identity import IdentityCache
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.sources import Patient
from concordant.record.sources.asked import AsOf, parse_day
from concordant.record.sources.choosing import WaysOut, choose_patients
from concordant.record.sources.local_codes import CodesSource
from concordant.record.sources.opening import NamedSource, SourceContent, SourceOpener
from concordant.record.sources.opening import Source as Opened

if TYPE_CHECKING:
    from concordant.decide.questions import Situation
    from concordant.terminology.names import Words

__all__ = [
    "Account",
    "Answer",
    "ConcordantError",
    "Decision",
    "Engine",
    "Knowledge",
    "Patient",
    "PatientRecord",
    "Patients",
    "Recommendation",
    "Refused",
    "Unreadable",
    "load_knowledge",
    "read",
    "recommend",
]

Source = str | os.PathLike[str] | bytes | Mapping[str, Any] | NamedSource | SourceContent
Day = dt.date | str | None


def load_knowledge(path: str | os.PathLike[str] | None = None) -> Knowledge:
    """The knowledge of a folder of YAML, or the knowledge that is shipped.

    A folder is compiled once and kept in the user's cache until one of its files changes. Load it once and hand it on: the
    plain functions tell one knowledge from another by the object, and load the shipped one once in a process. Raises
    `Unreadable` for what is no folder of knowledge, and `ConcordantError` with every complaint, each with file and line.
    """
    return load_shipped() if path is None or os.fspath(path) == "" else load_folder(Path(path))


def read(
    source: Source,
    *,
    as_of: Day = None,
    knowledge: Knowledge | None = None,
    patient: str = "",
    today: dt.date | None = None,
    codes: CodesSource = "",
) -> Patients:
    """The patients of a source, one after the other, each with the account of its entries.

    `source` is what `recommend` takes, or a folder, a database or a bulk export of many patients, which are never held in memory
    together. `patient` names one of them. For `as_of`, `today` and `codes` see `recommend`. Nothing is opened before the first
    patient is asked for.
    """
    return _get_engine(knowledge, codes).read(source, as_of=as_of, patient=patient, today=today)


def recommend(
    source_or_record: Source | PatientRecord | Patient,
    *,
    as_of: Day = None,
    guideline: str = "",
    knowledge: Knowledge | None = None,
    patient: str = "",
    today: dt.date | None = None,
    codes: CodesSource = "",
    assume: Mapping[str, str] | None = None,
) -> Recommendation:
    """What the guideline says of one patient: the answer, why, and what would change it.

    `source_or_record` is a path (case file, FHIR, OMOP folder or database, mapping of tables), the text of a case file or of FHIR
    (a `str` of several lines, or one that begins with a brace), bytes, a mapping that holds a case file or a FHIR resource, a
    `PatientRecord`, or a `Patient` of `read`. Of a source with several patients `patient` names the one that is meant.

    `as_of` is the day of the question; it cuts a record that has no date of its own. Without it such a record is answered as of
    `today`, uncut; without both it is refused, because nothing here looks at a clock. `guideline` asks for a version by
    `ID/VERSION`, complete or not. `codes` is a file (or a mapping in its shape) that says what the codes of a site stand for, in
    FHIR and OMOP (docs/codes.md). `assume` chooses named defaults of the knowledge by name and value, as in
    `{"regimens_are_lines": "yes"}`; an answer that rests on one says so. Raises `Unreadable` or `Refused` with every complaint,
    each with its place and the way out.
    """
    engine = _get_engine(knowledge, codes)
    return engine.recommend(source_or_record, as_of=as_of, guideline=guideline, patient=patient, today=today, assume=assume)


class Engine:
    """Answers with one knowledge: what is worked out once is kept in it, for many patients and several threads.

    Two engines share nothing. `recommend` and `read` as plain functions use an engine of their own for each knowledge.
    """

    def __init__(self, knowledge: Knowledge | None = None, *, codes: CodesSource = "") -> None:
        self.knowledge = load_knowledge() if knowledge is None else _check_knowledge(knowledge)
        self._prepared = prepare_knowledge(self.knowledge)
        self._opener = SourceOpener(self.knowledge, codes)

    def with_codes(self, codes: CodesSource) -> Engine:
        """The same knowledge, with the codes of a site beside it."""
        made = copy.copy(self)
        made._opener = SourceOpener(self.knowledge, codes)
        return made

    def read(self, source: Source, *, as_of: Day = None, patient: str = "", today: dt.date | None = None) -> Patients:
        """The patients of a source, as the function `read` gives them."""
        return Patients(self, _identify_source(source), AsOf(parse_day(as_of), today), patient)

    def recommend(
        self,
        source_or_record: Source | PatientRecord | Patient,
        *,
        as_of: Day = None,
        guideline: str = "",
        patient: str = "",
        today: dt.date | None = None,
        assume: Mapping[str, str] | None = None,
    ) -> Recommendation:
        """The answer for one patient, as the function `recommend` gives it."""
        chosen = self._find_patient(source_or_record, as_of, patient, today, assume)
        return Recommendation(self, chosen.record, guideline, chosen.id, self._prepared.answer_record(chosen.record, guideline))

    def decide(
        self,
        source_or_record: Source | PatientRecord | Patient,
        *,
        as_of: Day = None,
        guideline: str = "",
        patient: str = "",
        today: dt.date | None = None,
        assume: Mapping[str, str] | None = None,
    ) -> Decision:
        """The decision alone: several times as fast as an answer, for the many patients of a cohort. It tells no reasons."""
        return self._prepared.decide_record(self._find_patient(source_or_record, as_of, patient, today, assume).record, guideline)

    def questions(
        self,
        source_or_record: Source | PatientRecord | Patient,
        *,
        as_of: Day = None,
        guideline: str = "",
        patient: str = "",
        today: dt.date | None = None,
        assume: Mapping[str, str] | None = None,
    ) -> list[Ask]:
        """What is missing and would change the answer, the question that decides most first."""
        return self.recommend(
            source_or_record, as_of=as_of, guideline=guideline, patient=patient, today=today, assume=assume
        ).questions

    def explain(
        self,
        source_or_record: Source | PatientRecord | Patient,
        statement: str = "",
        *,
        as_of: Day = None,
        guideline: str = "",
        patient: str = "",
        today: dt.date | None = None,
        assume: Mapping[str, str] | None = None,
    ) -> str:
        """Why: what the decision, or one statement such as `2.1`, rests on, down to the entry of the record."""
        answer = self.recommend(source_or_record, as_of=as_of, guideline=guideline, patient=patient, today=today, assume=assume)
        return answer.explain(statement)

    def _find_patient(
        self,
        source: Source | PatientRecord | Patient,
        as_of: Day,
        id_: str,
        today: dt.date | None,
        assume: Mapping[str, str] | None,
    ) -> Patient:
        patient = self._read_patient(source, as_of, id_, today)
        return add_assumptions(patient, assume, self.knowledge) if assume else patient

    def _read_patient(self, source: Source | PatientRecord | Patient, as_of: Day, id_: str, today: dt.date | None) -> Patient:
        if isinstance(source, PatientRecord):
            source = Patient("", source, Account())
        if isinstance(source, Patient):
            return _check_readable(_check_same_patient(_check_same_day(source, as_of), id_))
        return self.read(source, as_of=as_of, patient=id_, today=today).one()

    @property
    def words(self) -> Words:
        """The names that this knowledge reads records by."""
        return self._opener.words

    def situation(self, record: PatientRecord, guideline: str = "") -> Situation:
        """Facts, decision and reasons for a record, as the rooms inside pass them on."""
        return self._prepared.build_situation(record, guideline)


@dataclass(frozen=True)
class Patients:
    """The patients of a source. It can be iterated over more than once; each patient has an `id`, a `record` and an
    `account` of its entries. One whose `failure` is told met a mistake of the program; its record is empty and is not answered.
    """

    engine: Engine
    source: Opened
    as_of: AsOf
    patient: str = ""

    def __iter__(self) -> Iterator[Patient]:
        return self.stream(Account())

    def stream(self, rest: Account) -> Iterator[Patient]:
        """The patients; entries that belong to none of them go to `rest` when the last patient has been read."""
        return self._iter_chosen(rest, every=True, ways_out=WaysOut())

    def one(self, rest: Account | None = None, ways_out: WaysOut | None = None) -> Patient:
        """The only patient, or the one that was named. Raises `Unreadable` when the source leaves open which one is meant."""
        return _check_readable(next(self._iter_chosen(rest or Account(), every=False, ways_out=ways_out or WaysOut())))

    def _iter_chosen(self, rest: Account, *, every: bool, ways_out: WaysOut) -> Iterator[Patient]:
        stream = self.engine._opener.iter_patients(self.source, self.as_of, rest, self.patient)
        return choose_patients(stream, _get_source_name(self.source), self.patient, every=every, ways_out=ways_out)


_last_engines: IdentityCache[Knowledge, Engine] = IdentityCache(Engine)
_shipped_engine = IdentityCache[None, Engine](lambda _: Engine(), most=1)


def _get_engine(knowledge: Knowledge | None, codes: CodesSource = "") -> Engine:
    """The engine of the plain functions: one for each of the last few knowledges, and one for the shipped one."""
    engine = _shipped_engine(None) if knowledge is None else _last_engines(_check_knowledge(knowledge))
    return engine.with_codes(codes) if codes else engine


def _check_knowledge(knowledge: Knowledge) -> Knowledge:
    """The knowledge. Raises `Unreadable` for something else: most often the folder that it stands in."""
    if not isinstance(knowledge, Knowledge):
        says = f"a knowledge is what `load_knowledge` gives, and this is of type {type(knowledge).__name__}"
        raise Unreadable(Complaint(says, "knowledge", way_out="Write knowledge=load_knowledge(FOLDER)"))
    return knowledge


def _identify_source(source: Source) -> Opened:
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


def _get_source_name(source: Opened) -> str:
    return source.name if isinstance(source, NamedSource | SourceContent) else "source"


def _check_readable(patient: Patient) -> Patient:
    """The patient as read. Raises `Broken` where a mistake of the program met its record: nothing may be said of it."""
    if patient.failure:
        raise Broken(Complaint(patient.failure))
    return patient


def _check_same_patient(patient: Patient, id_: str) -> Patient:
    """The patient as read. Raises `Unreadable` where another one is asked for."""
    if id_ and id_ != patient.id:
        raise Unreadable(
            Complaint(
                f"this record is not of the patient {quote_word(id_)}", patient.id or "record", way_out="Leave `patient` out"
            )
        )
    return patient


def _check_same_day(patient: Patient, as_of: Day) -> Patient:
    """The patient as read. Raises `Unreadable` for another day: what a record says as of a day is settled when it is read."""
    day = parse_day(as_of)
    if day is not None and day != patient.record.as_of:
        says = f"this record was read as of {patient.record.as_of}, and cannot be answered as of {day}"
        raise Unreadable(Complaint(says, patient.id or "record", way_out="Read its source again with that `as_of`"))
    return patient
