"""A CDM to patients, one person after the other: each table is read once, in the order of persons, and never held as a whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from concordant.errors import Complaint, Unreadable, quote_word
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.builder import RecordBuilder
from concordant.record.conditions import get_terminology
from concordant.record.omop.checks import NamedTables
from concordant.record.omop.codes import ConceptLookup
from concordant.record.omop.database import list_missing_tables, open_database
from concordant.record.omop.schema import CONCEPT, EVENTS, PERSON, READ, SPEAKING, Cdm, CdmTable, Persons, Row
from concordant.record.omop.tell import PersonReader
from concordant.record.rules import RecordRules, get_record_rules
from concordant.record.sources import Patient, build_history
from concordant.record.sources.asked import AsOf
from concordant.terminology.codes import Terminology
from concordant.terminology.names import Words

NOBODY = "there is no such person"
NO_CONCEPTS = "There is no table concept: codes are known only where the source has words for them, or their ids are pinned."


def iter_patients(
    path: Path | str,
    knowledge: Knowledge,  # noqa: ARG001 - the words hold it; every reader of tables is called alike
    words: Words,
    as_of: dt.date,
    *,
    given: bool,
    only: str = "",
    rest: Account | None = None,
) -> Iterator[Patient]:
    """The persons of a CDM, in the order of their ids. `only` picks one.

    Rows that belong to nobody go to `rest`. Raises Unreadable or Refused for a database as a whole.
    """
    database = open_database(path)
    try:
        run = Run(database, get_terminology(words), get_record_rules(words), as_of, given)
        yield from run.iter_persons(_parse_person_id(only), rest if rest is not None else Account())
    finally:
        database.close()


def iter_some_patients(
    database: Cdm, words: Words, day: AsOf, among: Persons | None, rest: Account, missing: Sequence[str]
) -> Iterator[Patient]:
    """The persons of a triaged CDM whose ids lie between two, or all of them; `missing` are the sentences of the triage about
    what may be missing from anybody's record.
    """
    rules, as_of = get_record_rules(words), day.get_day("cohort")
    yield from Run(database, get_terminology(words), rules, as_of, day.cuts_record, tuple(missing)).iter_persons(among, rest)


def _parse_person_id(only: str) -> Persons | None:
    if not only:
        return None
    if not only.strip().lstrip("-").isdecimal():
        raise Unreadable(
            Complaint(f"{quote_word(only)} is no person_id", "--patient", way_out="A person_id of OMOP is a whole number")
        )
    return Persons(int(only), int(only))


@dataclass(slots=True)
class _RowStream:
    """The rows of one table, to be taken person by person in rising order."""

    table: CdmTable
    rows: Iterator[tuple[int | None, Row]]
    ahead: tuple[int | None, Row] | None = None

    def __post_init__(self) -> None:
        self.ahead = next(self.rows, None)

    def take_rows(self, person: int | None, strangers: Account) -> list[Row]:
        """The rows of a person; those before them belong to nobody. With None, all that are left do."""
        rows: list[Row] = []
        while self.ahead is not None and (person is None or self.ahead[0] is None or self.ahead[0] <= person):
            id_, row = self.ahead
            if person is not None and id_ == person:
                rows.append(row)
            else:
                strangers.mark_set_aside(
                    f"{self.table.name} {row.get(self.table.key) or 'without an id'}", self.table.name, NOBODY
                )
            self.ahead = next(self.rows, None)
        return rows


@dataclass(slots=True)
class _CellStream:
    """The unread cells of one table, to be taken person by person in rising order."""

    table: CdmTable
    counts: Iterator[tuple[int | None, Mapping[str, int]]]
    ahead: tuple[int | None, Mapping[str, int]] | None = None

    def __post_init__(self) -> None:
        self.ahead = next(self.counts, None)

    def take_cells(self, person: int) -> dict[str, int]:
        """Those of a person, by table and column."""
        while self.ahead is not None and (self.ahead[0] is None or self.ahead[0] < person):
            self.ahead = next(self.counts, None)
        here = self.ahead is not None and self.ahead[0] == person
        return {f"{self.table.name}: {name}": number for name, number in self.ahead[1].items()} if self.ahead and here else {}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all persons of a database are read with: concepts, exposures of episodes, tables it lacks, and what may be missing."""

    codes: ConceptLookup
    links: dict[str, list[str]]
    absent: list[str]
    missing: list[str]


@dataclass(slots=True)
class Run:
    """One pass over a database."""

    database: Cdm
    terms: Terminology
    rules: RecordRules
    as_of: dt.date
    cuts: bool
    told_missing: tuple[str, ...] | None = None  # what a triage found to be missing from the source

    def iter_persons(self, only: Persons | None, rest: Account) -> Iterator[Patient]:
        """Every person with their rows; rows of nobody are counted at the end."""
        codes = ConceptLookup(self.terms, self.database.read_concepts(only))
        links, absent = self.database.read_episode_events(), list_missing_tables(self.database)
        streams = [_RowStream(table, self.database.iter_rows(table, only)) for table in EVENTS]
        cells = [_CellStream(table, self.database.iter_unread_cells(table, only)) for table in READ]
        # Now that every table has been looked through.
        reading = _Reading(codes, links, absent, self._list_missing_parts(absent))
        for id_, rows in self._iter_person_rows(only, rest):
            tables = {stream.table.name: stream.take_rows(id_, rest) for stream in streams}
            read = partial(self._read_person, str(id_), rows, tables, reading)
            patient = build_history(str(id_), self.as_of, self.cuts, read)
            for told in cells:
                patient.account.unread_cells.update(told.take_cells(id_))
            yield patient
        for stream in streams:
            stream.take_rows(None, rest)
        for name, why in self.database.damaged.items():
            rest.mark_set_aside(name, "table", f"it cannot be read ({why})")
        for file, line, why in self.database.list_rejects():
            rest.mark_set_aside(f"{file}, line {line}", file.partition(".")[0], f"the line is no row ({why})")

    def _list_missing_parts(self, absent: list[str]) -> list[str]:
        return list_missing_parts(self.database, absent) if self.told_missing is None else list(self.told_missing)

    def _read_person(
        self, id_: str, rows: list[Row], tables: dict[str, list[Row]], reading: _Reading, as_of: dt.date, cuts: bool
    ) -> Patient:
        record = RecordBuilder(id_, as_of, self.rules, cuts=cuts)
        record.dates_begin = True
        teller = PersonReader(record, reading.codes, reading.links)
        if reading.absent:
            record.notices.append(f"The source has no table {', '.join(reading.absent)}.")
        record.incomplete += reading.missing
        teller.read_person(rows[0])
        for number, row in enumerate(rows[1:], 2):
            record.start_row(f"person {row['person_id']} (again, {number})", "person")
            record.mark_set_aside("the person stands there twice")
        teller.read_rows(tables)
        return record.build_record()

    def _iter_person_rows(self, only: Persons | None, rest: Account) -> Iterator[tuple[int, list[Row]]]:
        held: list[Row] = []
        at: int | None = None
        for id_, row in self.database.iter_rows(PERSON, only):
            if id_ is None:
                rest.mark_set_aside("person without an id", "person", "its person_id is no number")
                continue
            if id_ != at and held and at is not None:
                yield at, held
                held = []
            at = id_
            held.append(row)
        if held and at is not None:
            yield at, held


def list_missing_parts(database: Cdm, absent: Sequence[str]) -> list[str]:
    """What may be missing from anybody's record: tables that are not there or cannot be read, and lines that are no rows.

    Lines are known once every table has been looked through.
    """
    torn = Counter(file for file, _, _ in database.list_rejects() if not file.lower().startswith(CONCEPT.name))
    lines = [f"Lines of {file} that are no rows, and may be about this patient: {n}." for file, n in torn.items()]
    return [*describe_missing_tables(absent, database.damaged), *lines]


def describe_missing_tables(absent: Sequence[str], damaged: Mapping[str, str]) -> list[str]:
    """What is missing from anybody's record because a table is not there, or cannot be read."""
    gone = [f"There is no table {name}: nothing that it would hold is known." for name in absent if name in SPEAKING]
    return gone + [f"The table {name} cannot be read ({why})." for name, why in damaged.items()]


def describe_lacking_columns(database: NamedTables) -> list[str]:
    """What a source as a whole does not tell: the concepts, and columns of the CDM that are read where they are there."""
    lacking = {table.name: _list_lacking(database, table) for table in READ if table.name in database.tables}
    told = "; ".join(f"{name} ({', '.join(columns)})" for name, columns in lacking.items() if columns)
    concepts = [NO_CONCEPTS] if CONCEPT.name not in database.tables else []
    return [*concepts, *([f"Columns of the CDM that this source does not have: {told}."] if told else [])]


def _list_lacking(database: NamedTables, table: CdmTable) -> list[str]:
    return [column for column in table.others if column not in database.columns[table.name]]
