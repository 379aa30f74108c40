"""The tables and columns of the CDM that are read; all as text, so that a wrong type is one row's fault and not the file's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from concordant.logic.dates import PartialDate
from concordant.record.dates import parse_source_date


@dataclass(frozen=True, slots=True)
class CdmTable:
    """One table: its key, the columns without which it cannot be read, and those that may be missing."""

    name: str
    key: str
    needed: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, in the order in which rows have them."""
        return (*self.needed, *self.others)

    @property
    def concepts(self) -> tuple[str, ...]:
        """The columns that hold ids of concepts."""
        return tuple(column for column in self.columns if column.endswith("_concept_id"))


def _make_table(name: str, key: str, needed: str, others: str) -> CdmTable:
    return CdmTable(name, key, (key, "person_id", *needed.split()), tuple(others.split()))


PERSON = CdmTable(
    "person",
    "person_id",
    ("person_id", "gender_concept_id", "year_of_birth"),
    ("month_of_birth", "day_of_birth", "gender_source_value", "gender_source_concept_id", "care_site_id"),
)
DEATH = CdmTable("death", "person_id", ("person_id", "death_date"), ())
EPISODE_EVENT = CdmTable("episode_event", "episode_id", ("episode_id", "event_id", "episode_event_field_concept_id"), ())
CONCEPT = CdmTable("concept", "concept_id", ("concept_id", "concept_name", "vocabulary_id", "concept_code"), ())
EVENTS = (
    _make_table(
        "condition_occurrence",
        "condition_occurrence_id",
        "condition_concept_id condition_start_date",
        "condition_end_date condition_source_value condition_source_concept_id condition_status_concept_id "
        "condition_status_source_value stop_reason",
    ),
    _make_table(
        "drug_exposure",
        "drug_exposure_id",
        "drug_concept_id drug_exposure_start_date",
        "drug_exposure_end_date verbatim_end_date drug_type_concept_id stop_reason drug_source_value drug_source_concept_id",
    ),
    _make_table(
        "measurement",
        "measurement_id",
        "measurement_concept_id measurement_date",
        "operator_concept_id value_as_number value_as_concept_id unit_concept_id range_high measurement_source_value "
        "measurement_source_concept_id unit_source_value value_source_value measurement_event_id",
    ),
    _make_table(
        "observation",
        "observation_id",
        "observation_concept_id observation_date",
        "value_as_number value_as_string value_as_concept_id unit_concept_id observation_source_value "
        "observation_source_concept_id unit_source_value value_source_value observation_event_id",
    ),
    _make_table(
        "procedure_occurrence",
        "procedure_occurrence_id",
        "procedure_concept_id procedure_date",
        "procedure_source_value procedure_source_concept_id",
    ),
    _make_table(
        "episode",
        "episode_id",
        "episode_concept_id episode_start_date",
        "episode_end_date episode_parent_id episode_number episode_object_concept_id episode_source_value "
        "episode_source_concept_id",
    ),
    _make_table("note", "note_id", "note_date", "note_title note_text"),
    DEATH,
)
Row = dict[str, str | None]
READ = (PERSON, *EVENTS)
# Without one of these nobody's silence says anything: what they would hold is missing.
SPEAKING = ("condition_occurrence", "drug_exposure", "measurement", "procedure_occurrence")
FILES = (*READ, EPISODE_EVENT, CONCEPT)


class Persons(NamedTuple):
    """The persons whose ids lie between two, both counted."""

    first: int
    last: int


class Cdm(Protocol):
    """What the reader of persons asks of a database, wherever its rows lie."""

    name: str
    tables: dict[str, str]
    columns: dict[str, set[str]]
    damaged: dict[str, str]

    def iter_rows(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Row]]:
        """The rows of a table in the order of their persons, as text."""

    def iter_unread_cells(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Mapping[str, int]]]:
        """How many cells of each person have content in columns of the table that nothing reads, by column, in the same order."""

    def read_concepts(self, among: Persons | None = None) -> Mapping[str, tuple[str, str, str]]:
        """Vocabulary, code and name of every concept that the rows hold."""

    def read_episode_events(self) -> dict[str, list[str]]:
        """The events of every episode."""

    def list_rejects(self) -> list[tuple[str, int, str]]:
        """The lines that are no rows: file, line and why."""


def read_date_column(row: Row, column: str) -> str | None:
    """The text of a date column; what is no date stays, to be complained about."""
    return (row.get(column) or "").strip() or None


def read_date(text: str | None, key: str, as_of: dt.date) -> tuple[PartialDate | None, str]:
    """The date of a text, clipped to the date of the question; or why it is none, prefixed with its key."""
    try:
        date = parse_source_date(text) if text else None
    except ValueError as error:
        return None, f"{key}: {error}"
    return (date.clip_to(as_of) if date is not None else None), ""
