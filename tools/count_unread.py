"""Which kinds of entries are never read, by how often they occur: python tools/count_unread.py SOURCE...

A SOURCE is what every command takes; of a folder that is no source as a whole each file is one. Without any the shipped cases
are read. Prints Markdown: for each kind of entry how many were used, and what became of the others and why; then the codes that
were met most often and stand in no value set. Told by the account of every patient, and of what belongs to nobody.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from concordant.errors import ConcordantError
from concordant.library import FOLDER, load_shipped
from concordant.patient.account import FATES, Account
from concordant.record.sources.asked import AsOf
from concordant.record.sources.fhir import is_fhir
from concordant.record.sources.opening import NamedSource, SourceOpener
from concordant.record.sources.tables import is_tabular

QUOTED = re.compile(r"'[^']*'|\([^)]*\)|\b\d[\d.,-]*\b")
DATA = (".json", ".ndjson", ".gz", ".yaml", ".csv", ".txt")
REASONS, CODES = 3, 25


@dataclass
class Tally:
    """What was met: fates by kind, reasons by kind, codes that are not mapped, and files that were refused."""

    fates: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    codes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    patients: int = 0

    def add_account(self, account: Account) -> None:
        """Count every row of an account; what a reason quotes is left out, so that like reasons count together."""
        self.codes += account.unmapped
        for row in account.rows:
            self.fates[row.kind][row.fate] += 1
            if row.fate != "used":
                self.reasons[row.kind][QUOTED.sub("…", row.why)] += 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path, help="files or folders; without any the shipped cases")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2026, 12, 31), help="the day of today")
    wanted = parser.parse_args(arguments)
    opener, tally = SourceOpener(load_shipped()), Tally()
    for path in (one for source in wanted.sources or [FOLDER / "cases"] for one in _iter_sources(source)):
        _count_source(path, opener, AsOf(today=wanted.as_of), tally)
    print("\n".join([*_list_kinds(tally), "", *_list_codes(tally), "", *_list_refused(tally)]))
    return 0


def _iter_sources(path: Path) -> Iterator[Path]:
    """The path itself, or the files of a folder; a table is read by the mapping that names it."""
    if not path.is_dir() or (is_tabular(str(path)) and not any(path.glob("*.yaml"))):
        yield path
        return
    for file in sorted(one for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(DATA)):
        if is_fhir(str(file)) or file.suffix == ".yaml":
            yield file


def _count_source(path: Path, opener: SourceOpener, as_of: AsOf, tally: Tally) -> None:
    rest = Account()
    try:
        for patient in opener.iter_patients(NamedSource(str(path)), as_of, rest):
            tally.patients += 1
            tally.add_account(patient.account)
    except ConcordantError as error:
        tally.refused[QUOTED.sub("…", error.complaints[0].says)] += 1
    tally.add_account(rest)


def _list_kinds(tally: Tally) -> Iterator[str]:
    total: Counter[str] = sum(tally.fates.values(), Counter())
    fates = ", ".join(f"{total[fate]} {fate}" for fate in FATES)
    yield f"{tally.patients} patients, {total.total()} entries: {fates}.\n"
    yield "| kind of entry | entries | used | not read | set aside | why, most often |\n| --- | --- | --- | --- | --- | --- |"
    for kind, fates in sorted(tally.fates.items(), key=lambda item: (item[1]["used"] - item[1].total(), item[0])):
        reasons = "; ".join(f"{why} ({number})" for why, number in tally.reasons[kind].most_common(REASONS))
        yield f"| {kind} | {fates.total()} | {fates['used']} | {fates['ignored']} | {fates['set aside']} | {reasons} |"


def _list_codes(tally: Tally) -> Iterator[str]:
    yield "| code that stands in no value set | its display | times |\n| --- | --- | --- |"
    displays = {(system, code): display for (system, code, display), _ in reversed(tally.codes.most_common())}
    met: Counter[tuple[str, str]] = Counter()
    for (system, code, _), number in tally.codes.items():
        met[system, code] += number
    for (system, code), number in met.most_common(CODES):
        yield f"| {system} {code} | {displays[system, code]} | {number} |"


def _list_refused(tally: Tally) -> Iterator[str]:
    for says, number in tally.refused.most_common():
        yield f"Refused as a whole, {number}: {says}"


if __name__ == "__main__":
    sys.exit(main())
