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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.writers.as_fhir import bundle_of
from tests.writers.as_omop import tables_of
from tests.writers.in_memory import Memory

from concordant.errors import ConcordantError
from concordant.library import FOLDER, load_shipped
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.casefile.read import read_case
from concordant.record.fhir.read import read_document
from concordant.record.fhir.tables import make_fhir_tables
from concordant.record.omop.read import Run
from concordant.record.rules import make_record_rules
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import make_words
from concordant.texts import read_file

ROOT = Path(__file__).resolve().parents[1]
REPEATS, DAY = 9, dt.date(2026, 11, 27)


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
