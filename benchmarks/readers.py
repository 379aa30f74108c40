"""How fast a row of OMOP is read beside a resource of FHIR: python benchmarks/readers.py [--write]

The same patients, told from the shipped cases, as rows of one CDM in memory and as FHIR bundles in bytes; in each round both have
their turn, in processor time, and the best round of each counts. `--write` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.writers.as_fhir import bundle_of
from tests.writers.as_omop import Tables, tables_of

from concordant.errors import ConcordantError
from concordant.library import FOLDER, load_shipped
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.casefile.read import read_case
from concordant.record.fhir.read import read_document
from concordant.record.fhir.tables import make_fhir_tables
from concordant.record.omop.read import Run
from concordant.record.omop.schema import FILES, READ, CdmTable, Row
from concordant.record.rules import make_record_rules
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import make_words
from concordant.texts import read_file

ROOT = Path(__file__).resolve().parents[1]
REPEATS, DAY = 9, dt.date(2026, 11, 27)


class Memory:
    """A database whose rows are in memory, as text, in the order in which a reader wants them."""

    def __init__(self) -> None:
        self.tables = {table.name: table.name for table in FILES}
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

    def rows(self, table: CdmTable, person: int | None = None) -> Iterator[tuple[int | None, Row]]:  # noqa: ARG002
        """The rows of a table, with their persons."""
        return iter(self.found[table.name])

    def concepts(self, person: int | None = None) -> Mapping[str, tuple[str, str, str]]:  # noqa: ARG002
        """What the concept ids stand for."""
        return self.known

    def links(self) -> dict[str, list[str]]:
        """The events of the episodes."""
        return self.events

    def spoilt(self) -> list[tuple[str, int, str]]:
        """No line is spoilt."""
        return []


def told_both_ways(knowledge: Knowledge, rows: Memory) -> Iterator[tuple[bytes, int]]:
    """The cases that both can tell, as rows that are added and as bytes with so many resources."""
    words = make_words(knowledge)
    for path in sorted((FOLDER / "cases").rglob("*.yaml")):
        try:
            record = read_case(read_file(path), knowledge, words, DAY)
            bundle, tables = bundle_of(record, knowledge), tables_of(record, knowledge)
        except (ConcordantError, KeyError, AssertionError, AttributeError):
            continue
        rows.add(tables)
        yield json.dumps(bundle, separators=(",", ":")).encode(), len(bundle["entry"])


def per_entry(actions: Mapping[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Microseconds an entry of each action, the best of some rounds; in each round every action has its turn."""
    best = dict.fromkeys(actions, float("inf"))
    for _ in range(REPEATS):
        for name, (action, entries) in actions.items():
            start = time.process_time()
            action()
            best[name] = min(best[name], (time.process_time() - start) / entries * 1e6)
    return best


def measure(knowledge: Knowledge) -> list[str]:
    """The table: microseconds a row and a resource, and the ratio of the two."""
    rows = Memory()
    told = list(told_both_ways(knowledge, rows))
    fhir, terms, rules = make_fhir_tables(knowledge), make_terminology(knowledge), make_record_rules(knowledge)

    def read_rows() -> None:
        for _ in Run(rows, terms, rules, DAY, cuts=False).iter_persons(None, Account()):
            pass

    def read_resources() -> None:
        for data, _ in told:
            read_document(data, "bundle", fhir, DAY)

    counts = (rows.size, sum(entries for _, entries in told))
    names = ("a row of OMOP, from memory", "a resource of FHIR, from bytes")
    found = per_entry({names[0]: (read_rows, counts[0]), names[1]: (read_resources, counts[1])})
    lines = [f"{len(told)} patients, {counts[0]:,} rows and {counts[1]:,} resources; best of {REPEATS} rounds", ""]
    lines += ["| what | µs of one core |", "|---|---|", *(f"| {name} | {time_:.1f} |" for name, time_ in found.items())]
    return [*lines, "", f"A row takes {found[names[0]] / found[names[1]]:.2f} times as long as a resource."]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    lines = [f"Python {platform.python_version()}, {platform.machine()}, {dt.date.today()}", "", *measure(load_shipped())]
    print("\n".join(lines))
    if wanted.write:
        page = ROOT / "docs" / "performance.md"
        before, _, rest = page.read_text(encoding="utf-8").partition("<!-- readers -->\n")
        _, mark, after = rest.partition("<!-- /readers -->")
        page.write_text(f"{before}<!-- readers -->\n" + "\n".join(lines) + f"\n{mark}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
