"""A verb loads what it needs and nothing else: what is loaded in vain is waited for by everybody, each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from concordant.library import load_shipped
from tests.shipped import case

A03 = str(case("A03"))
NOTES = ("concordant.record.notes.read", "concordant.record.notes.case", "concordant.record.notes.proposing")
FOREIGN = ("concordant.record.fhir", "concordant.record.omop", "concordant.record.table.read", "sqlite3", "polars", "duckdb")
UNASKED = (
    "concordant.decisions",
    "concordant.cli.pager",
    "concordant.present.language.telling",
    "concordant.record.sources.local_codes",
    "difflib",
    "subprocess",
)
OTHER_VERBS = (
    "concordant.api.auditing",
    "concordant.api.cohorts",
    "concordant.api.reporting",
    "concordant.audit",
    "concordant.author",
    "concordant.cli.auditing",
    "concordant.cli.cohorts",
    "concordant.cli.drawing",
    "concordant.cli.reading",
    "concordant.cohorts",
    "concordant.export",
    "concordant.present.cohort",
    "concordant.present.described",
    "concordant.present.pathway",
    "concordant.verify",
    "concordant.web",
)
LOCALES = ("babel", "pytz", "zoneinfo")
NETWORK = ("concordant.api.language_model", "http", "socket", "ssl", "urllib.request", "email")
# A verb with its arguments, and the modules (each with what stands in it) that it may not load.
LOADS_NONE_OF = {
    ("recommend", A03): (*NOTES, *FOREIGN, *OTHER_VERBS, *NETWORK, *LOCALES, *UNASKED, "rich"),
    ("recommend", A03, "--format", "json"): (*NOTES, *FOREIGN, *OTHER_VERBS, *NETWORK, *LOCALES, *UNASKED, "rich"),
    ("recommend", A03, "--format", "md"): (*NOTES, *FOREIGN, *OTHER_VERBS, *NETWORK, *LOCALES, *UNASKED, "rich"),
    ("explain", A03): (*NOTES, *FOREIGN, *OTHER_VERBS, *NETWORK, *LOCALES, "rich"),
    ("example", "P01"): (
        "concordant.answer.engine",
        "concordant.record.builder",
        *NOTES,
        *OTHER_VERBS,
        *NETWORK,
        *LOCALES,
        "rich",
    ),
}
RUN = "import sys; from concordant.cli.main import main; code = main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


def list_loaded(arguments: tuple[str, ...]) -> set[str]:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", LOADS_NONE_OF, ids=lambda arguments: " ".join((arguments[0], *arguments[2:])))
def test_a_verb_loads_only_what_it_needs(arguments: tuple[str, ...]) -> None:
    load_shipped()  # what is compiled for the first time loads the compiler
    loaded = list_loaded(arguments)
    barred = LOADS_NONE_OF[arguments]
    assert [name for name in sorted(loaded) if any(name == one or name.startswith(f"{one}.") for one in barred)] == []
