"""Concordant from Python: read a source, answer for a patient, ask why and what if. No shell, no clock, nothing printed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concordant.answer.schema import Answer
from concordant.api.engine import Engine, Patients, get_engine
from concordant.api.opened import Day, Source
from concordant.api.recommendation import Recommendation
from concordant.decide.decision import Decision
from concordant.errors import ConcordantError, Refused, Unreadable
from concordant.library import load_folder, load_shipped
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.sources import Patient
from concordant.record.sources.asked import parse_day

if TYPE_CHECKING:  # what most callers never use; `ELSEWHERE` says where it is loaded from
    from concordant.api.auditing import Audit
    from concordant.api.cohorts import Cohort
    from concordant.api.language_model import LanguageModel
    from concordant.api.reporting import Concordance
    from concordant.api.research import cohort, concordance, open_cohort, report
    from concordant.api.simulating import SimulatedCohort, simulate
    from concordant.api.tables import DecidedTable
    from concordant.present.described.formats import DescribeFormat
    from concordant.present.pathway.formats import DrawFormat
    from concordant.present.pathway.graph import Paper
    from concordant.record.notes.proposing.asking import Proposer
    from concordant.record.sources.local_codes import CodesSource

__all__ = [
    "Account",
    "Answer",
    "Audit",
    "Cohort",
    "Concordance",
    "ConcordantError",
    "DecidedTable",
    "Decision",
    "Engine",
    "Knowledge",
    "LanguageModel",
    "Patient",
    "PatientRecord",
    "Patients",
    "Proposer",
    "Recommendation",
    "Refused",
    "SimulatedCohort",
    "Unreadable",
    "audit_text",
    "cohort",
    "concordance",
    "decide_table",
    "describe",
    "draw",
    "facts_table",
    "load_knowledge",
    "open_cohort",
    "read",
    "recommend",
    "report",
    "simulate",
]

ELSEWHERE = {
    "Audit": "concordant.api.auditing",
    "Cohort": "concordant.api.cohorts",
    "Concordance": "concordant.api.reporting",
    "DecidedTable": "concordant.api.tables",
    "LanguageModel": "concordant.api.language_model",
    "Proposer": "concordant.record.notes.proposing.asking",
    **dict.fromkeys(("cohort", "concordance", "open_cohort", "report"), "concordant.api.research"),
    **dict.fromkeys(("SimulatedCohort", "simulate"), "concordant.api.simulating"),
}


def __getattr__(name: str) -> Any:
    """A name of `ELSEWHERE`, loaded only now: reading a note or auditing costs nobody else their start (PEP 562)."""
    if name not in ELSEWHERE:
        raise AttributeError(f"module 'concordant.api' has no attribute '{name}'")
    return getattr(import_module(ELSEWHERE[name]), name)


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
    propose: Proposer | None = None,
) -> Patients:
    """The patients of a source, one after the other, each with the account of its entries.

    `source` is what `recommend` takes, or a folder, a database or a bulk export of many patients, which are never held in memory
    together. `patient` names one of them. For `as_of`, `today` and `codes` see `recommend`. Nothing is opened before the first
    patient is asked for. `propose` is a language model that is asked about a note, as `LanguageModel(address)`: what it proposes
    and the text holds is added to the offers of `Patient.note`, and to no fact.
    """
    return get_engine(knowledge, codes, propose).read(source, as_of=as_of, patient=patient, today=today)


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
    propose: Proposer | None = None,
    record: str | os.PathLike[str] = "",
    asked_by: str = "",
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
    each with its place and the way out. `propose` is as in `read`.

    `record` is a decision record (a file, or `postgresql://HOST/DATABASE?head=FILE`) that keeps the answer before it is returned;
    where it cannot, this raises `Unreadable` or `Refused`. `asked_by` is who asks, for that record.
    """
    engine = get_engine(knowledge, codes, propose)
    return engine.recommend(
        source_or_record,
        as_of=as_of,
        guideline=guideline,
        patient=patient,
        today=today,
        assume=assume,
        record=record,
        asked_by=asked_by,
    )


def decide_table(facts: Any, *, as_of: Day = None, guideline: str = "", knowledge: Knowledge | None = None) -> DecidedTable:
    """What the guideline says of many patients, whose facts stand in columns: millions in a second.

    `facts` is a table of Arrow or Polars (or anything that Arrow reads, or a mapping of columns to lists) with a row a patient:
    the column `patient`; for a feature of words a column of its own, for one of numbers `NAME_low` and `NAME_high`; see the
    how-to about many patients. `facts_table` makes one of records. `as_of` is the day whose guidelines are asked: that of the
    table, else the last on which something in the knowledge changed. `guideline` asks for a version by `ID/VERSION`. Raises
    `Refused` with a complaint for each column that is wrong, with its row. Needs the extra `tables`.
    """
    return get_engine(knowledge).decide_table(facts, as_of=as_of, guideline=guideline)


def facts_table(
    patients: Iterable[Patient | PatientRecord] | Source, *, as_of: Day = None, knowledge: Knowledge | None = None
) -> Any:
    """The facts of patients as a table of Arrow, a row each, for `decide_table` or SQL.

    `patients` are those of `read`, records, or a source that `read` takes. The column `stated` names the features that were
    stated, `running` the drugs that are taken now. Needs the extra `tables`.
    """
    return get_engine(knowledge).facts_table(patients, as_of=as_of)


def audit_text(
    answer: str,
    *,
    patient: Source | PatientRecord | Patient | None = None,
    as_of: Day = None,
    knowledge: Knowledge | None = None,
    today: dt.date | None = None,
) -> Audit:
    """A written answer checked claim by claim: `patient` is the one it is about, `as_of` the day by which it is judged."""
    from concordant.api.auditing import audit_answer

    return audit_answer(get_engine(knowledge), answer, patient, as_of, today)


def draw(
    source_or_record: Source | PatientRecord | Patient | None = None,
    *,
    format: DrawFormat = "svg",  # noqa: A002
    language: str = "en",
    size: Paper = "a4",
    as_of: Day = None,
    guideline: str = "",
    knowledge: Knowledge | None = None,
    patient: str = "",
    today: dt.date | None = None,
    codes: CodesSource = "",
    assume: Mapping[str, str] | None = None,
) -> str | bytes:
    """The guideline as a picture, from its key decisions to its regimens; with a patient, that patient's way lit.

    `format` is `svg` (a text that stands alone and may be put into a page), `png` (bytes) or `mermaid` (text). `size` is the
    paper: `a4` to read, with a patient's own part whole and the rest folded; `a2` to hang up, with everything. Without a patient,
    and without `as_of` and `today`, the guideline is drawn as of the last day on which something in the knowledge changed. All
    else is as in `recommend`. SVG and PNG need the extra `draw`. Raises `Unreadable` for a format, a language or a size that
    there is not.
    """
    from concordant.api.drawing import check_drawing, draw_guideline

    engine = get_engine(knowledge, codes)
    check_drawing(format, language, size)
    if source_or_record is None:
        return draw_guideline(engine, parse_day(as_of) or today, guideline, (format, language, size))
    found = engine.recommend(source_or_record, as_of=as_of, guideline=guideline, patient=patient, today=today, assume=assume)
    return found.draw(format, language=language, size=size)


def describe(
    statement: str = "",
    *,
    format: DescribeFormat = "md",  # noqa: A002
    full: bool = False,
    as_of: Day = None,
    guideline: str = "",
    knowledge: Knowledge | None = None,
    today: dt.date | None = None,
) -> str | bytes:
    """A statement, by its number (`2.1`) or id, on one page for a committee; without one, the table of all statements.

    `format` is `md` or `html` (text), `pdf` or `docx` (bytes, each with its extra). The page tells what the statement says, for
    whom, how sure, on which sources, and where it begins and ends at a shipped story in which it applies; with `full` it tells
    every caution as well, how what it asks is worked out, and what silence of a record means. Without `as_of` and
    `today` it speaks of the last day on which something in the knowledge changed. Raises `Unreadable` for a statement that is not
    in force, or a format that there is not.
    """
    from concordant.api.describing import check_full, describe_guideline, describe_statement, list_stories
    from concordant.api.known_words import check_known_word
    from concordant.present.described.formats import DESCRIBE_FORMATS

    check_known_word("format", format, DESCRIBE_FORMATS)
    check_full(statement, full=full)
    engine, day = get_engine(knowledge), parse_day(as_of) or today
    if not statement:
        return describe_guideline(engine, day, guideline, format)
    return describe_statement(engine, statement, day, guideline, list_stories(), format, full=full)
