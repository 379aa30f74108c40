"""The engine on which every door stands: a knowledge made ready once, for many patients."""

from __future__ import annotations

import copy
import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from concordant.answer.engine import prepare_knowledge
from concordant.answer.schema import Ask
from concordant.api.assumptions import add_assumptions
from concordant.api.opened import (
    Day,
    Source,
    check_knowledge,
    check_readable,
    check_same_day,
    check_same_patient,
    get_source_name,
    identify_source,
)
from concordant.api.recommendation import Recommendation
from concordant.api.shown import show_table
from concordant.decide.decision import Decision
from concordant.decide.ruleset import Ruleset, list_turning_days
from concordant.library import load_shipped
from concordant.logic.by_identity import IdentityCache
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.sources import Patient
from concordant.record.sources.asked import AsOf, parse_day
from concordant.record.sources.choosing import WaysOut, choose_patients
from concordant.record.sources.opening import Source as Opened
from concordant.record.sources.opening import SourceOpener

if TYPE_CHECKING:
    from concordant.api.tables import DecidedTable
    from concordant.decide.situation import Situation
    from concordant.decide.tables import TableProgram
    from concordant.record.fhir.tables import FhirTables
    from concordant.record.notes.proposing.asking import Proposer
    from concordant.record.sources.local_codes import CodesSource
    from concordant.terminology.names import Words

# Of the patients of a source, as a notebook shows them.
MOST_SHOWN = 10


class Engine:
    """Answers with one knowledge: what is worked out once is kept in it, for many patients and several threads.

    Two engines share nothing. `recommend` and `read` as plain functions use an engine of their own for each knowledge.
    """

    def __init__(self, knowledge: Knowledge | None = None, *, codes: CodesSource = "", propose: Proposer | None = None) -> None:
        self.knowledge = load_shipped() if knowledge is None else check_knowledge(knowledge)
        self._prepared = prepare_knowledge(self.knowledge)
        self._opener = SourceOpener(self.knowledge, codes, propose)
        self._table_programs: dict[Any, TableProgram] = {}

    def with_codes(self, codes: CodesSource) -> Engine:
        """The same knowledge, with the codes of a site beside it."""
        made = copy.copy(self)
        made._opener = SourceOpener(self.knowledge, codes, self._opener.proposer)
        return made

    def with_proposer(self, propose: Proposer | None) -> Engine:
        """The same knowledge and codes, with a language model that is asked about notes, or without one."""
        made = copy.copy(self)
        made._opener = self._opener.with_proposer(propose)
        return made

    def without_proposer(self) -> Engine:
        """The same engine where it asks no language model, else one that does not."""
        return self if self._opener.proposer is None else self.with_proposer(None)

    def read(self, source: Source, *, as_of: Day = None, patient: str = "", today: dt.date | None = None) -> Patients:
        """The patients of a source, as the function `read` gives them."""
        return Patients(self, identify_source(source), AsOf(parse_day(as_of), today), patient)

    def recommend(
        self,
        source_or_record: Source | PatientRecord | Patient,
        *,
        as_of: Day = None,
        guideline: str = "",
        patient: str = "",
        today: dt.date | None = None,
        assume: Mapping[str, str] | None = None,
        record: str | os.PathLike[str] = "",
        asked_by: str = "",
    ) -> Recommendation:
        """The answer for one patient, as the function `recommend` gives it."""
        chosen = self._find_patient(source_or_record, as_of, patient, today, assume)
        answer = self._prepared.answer_record(chosen.record, guideline)
        found = Recommendation(self, chosen.record, guideline, chosen.id, answer)
        if record:
            from concordant.api.recording import keep_returned

            keep_returned(record, found, source_or_record, AsOf(parse_day(as_of), today), asked_by, named=bool(patient))
        return found

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

    def decide_table(self, facts: Any, *, as_of: Day = None, guideline: str = "") -> DecidedTable:
        """What the guideline says of every row of a facts table, as the function `decide_table` gives it."""
        from concordant.api.tables import decide_table

        return decide_table(self, facts, as_of, guideline)

    def facts_table(self, patients: Iterable[Patient | PatientRecord] | Source, *, as_of: Day = None) -> Any:
        """The facts of patients as a table of Arrow, as the function `facts_table` gives it."""
        from concordant.api.tables import make_facts_table

        return make_facts_table(self, patients, as_of)

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
        language: str = "en",
    ) -> str:
        """Why: what the decision, or one statement such as `2.1`, rests on, down to the entry of the record."""
        answer = self.recommend(source_or_record, as_of=as_of, guideline=guideline, patient=patient, today=today, assume=assume)
        return answer.explain(statement, language=language)

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
            return check_readable(check_same_patient(check_same_day(source, as_of), id_))
        return self.read(source, as_of=as_of, patient=id_, today=today).one()

    @property
    def codes(self) -> CodesSource:
        """What the codes of a site stand for, as it was given."""
        return self._opener.codes

    @property
    def words(self) -> Words:
        """The names that this knowledge reads records by."""
        return self._opener.words

    @property
    def fhir_tables(self) -> FhirTables:
        """The codes that this knowledge, and the site, read FHIR by."""
        return self._opener.fhir_tables

    def ruleset(self, day: dt.date | None, guideline: str = "") -> tuple[dt.date, Ruleset]:
        """What is in force on a day, or on the last one on which something in the knowledge changed."""
        day = day or list_turning_days(self.knowledge)[-1]
        return day, self._prepared.find_ruleset(PatientRecord(day), guideline)

    def situation(self, record: PatientRecord, guideline: str = "") -> Situation:
        """Facts, decision and reasons for a record, as the rooms inside pass them on."""
        return self._prepared.build_situation(record, guideline)


class Patients(msgspec.Struct, frozen=True, dict=True):
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
        return check_readable(next(self._iter_chosen(rest or Account(), every=False, ways_out=ways_out or WaysOut())))

    def __repr__(self) -> str:
        return f"<Patients of {get_source_name(self.source)}>"

    def _repr_html_(self) -> str:
        """The first patients: what became of the entries of each."""
        first = list(islice(self, MOST_SHOWN + 1))
        more = ", the first of them" if len(first) > MOST_SHOWN else ""
        rows = [(patient.id, patient.failure or patient.account.sentence) for patient in first[:MOST_SHOWN]]
        return show_table(f"Patients of {get_source_name(self.source)}{more}", ["patient", "entries"], rows)

    def _iter_chosen(self, rest: Account, *, every: bool, ways_out: WaysOut) -> Iterator[Patient]:
        stream = self.engine._opener.iter_patients(self.source, self.as_of, rest, self.patient)
        return choose_patients(stream, get_source_name(self.source), self.patient, every=every, ways_out=ways_out)


_last_engines: IdentityCache[Knowledge, Engine] = IdentityCache(Engine)
_shipped_engine = IdentityCache[None, Engine](lambda _: Engine(), most=1)


def get_engine(knowledge: Knowledge | None, codes: CodesSource = "", propose: Proposer | None = None) -> Engine:
    """The engine of the plain functions: one for each of the last few knowledges, and one for the shipped one."""
    engine = _shipped_engine(None) if knowledge is None else _last_engines(check_knowledge(knowledge))
    engine = engine.with_codes(codes) if codes else engine
    return engine.with_proposer(propose) if propose is not None else engine
