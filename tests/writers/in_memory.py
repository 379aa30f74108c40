"""Rows of a CDM in memory, as the reader of persons wants them; for tests and benchmarks only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from concordant.record.omop.schema import FILES, READ, CdmTable, Persons, Row
from tests.writers.as_omop import Tables


class Memory:
    """A database whose rows are in memory, as text, in the order in which a reader wants them."""

    def __init__(self) -> None:
        self.tables = {table.name: table.name for table in FILES}
        self.damaged: dict[str, str] = {}
        self.found: dict[str, list[tuple[int | None, Row]]] = {table.name: [] for table in READ}
        self.known: dict[str, tuple[str, str, str]] = {}
        self.ids: dict[tuple[str, str, str], str] = {}
        self.events: dict[str, list[str]] = {}
        self.persons = 0

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(map(len, self.found.values()))

    def add(self, tables: Tables) -> None:
        """The rows of one more person. Every person has ids of rows of its own, and all have one table of concepts."""
        self.persons += 1
        own = {}
        for concept in tables["concept"]:
            told = (concept["vocabulary_id"], concept["concept_code"], concept["concept_name"])
            own[str(concept["concept_id"])] = self.ids.setdefault(told, str(2_000_000_001 + len(self.ids)))
            self.known[self.ids[told]] = told
        for table in READ:
            for row in tables.get(table.name, ()):
                self.found[table.name].append((self.persons, self._as_text(table, row, own)))
        for link in tables.get("episode_event", ()):
            self.events.setdefault(f"{self.persons}{link['episode_id']}", []).append(f"{self.persons}{link['event_id']}")

    def _as_text(self, table: CdmTable, row: Mapping[str, Any], concepts: Mapping[str, str]) -> Row:
        found = {column: None if row.get(column) is None else str(row[column]) for column in table.columns}
        for column in table.concepts:
            found[column] = concepts.get(found[column] or "", found[column])
        for column in (table.key, "episode_parent_id"):
            if found.get(column) is not None:
                found[column] = f"{self.persons}{found[column]}"
        return found | {"person_id": str(self.persons)}

    def iter_rows(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Row]]:
        """The rows of a table, with their persons."""
        return iter(self.found[table.name])

    def iter_unread_cells(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Mapping[str, int]]]:
        """Nothing else is in memory."""
        return iter(())

    def read_concepts(self, among: Persons | None = None) -> Mapping[str, tuple[str, str, str]]:
        """What the concept ids stand for."""
        return self.known

    def read_episode_events(self) -> dict[str, list[str]]:
        """The events of the episodes."""
        return self.events

    def list_rejects(self) -> list[tuple[str, int, str]]:
        """No line is spoilt."""
        return []
