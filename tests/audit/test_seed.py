"""The answer that the project began with, audited whole: what is wrong in it is found, and nothing else is flagged."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from concordant.api import audit_text
from concordant.audit.verdicts import WRONG
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge

SEED = (Path(__file__).parent / "seed-answer.txt").read_text(encoding="utf-8")
CASE = FOLDER / "cases" / "P01-seed-question-as-asked.yaml"
DAY = dt.date(2026, 11, 27)
TABLE = Path(__file__).parents[2] / "docs" / "audit.md"

# The beginning of each sentence that does not hold, and which of the corrections it is.
FOUND = {
    "The 2022 ASCO guideline update provides": ("contradicted", "S1"),
    "T-DXd demonstrated superior": ("mixed_cuts", "S2"),
    "This patient's clinical scenario": ("overstated", "S4"),
    "Since this patient completed": ("overstated", "S5"),
    ">12 months after completing": ("outdated", "S7"),
    "If T-DXd cannot be used": ("overstated", "S9"),
    "Do not stop HER2-targeted therapy": ("overstated", "S11"),
    "Tucatinib + trastuzumab + capecitabine is the preferred": ("overstated", "S12"),
    "Selected cases only": ("contradicted", "S15"),
    "Contraindication: Do not use T-DXd": ("contradicted", "S8"),
    "Do not restart first-line therapy": ("overstated", "S20"),
}


def flagged(knowledge: Knowledge, **more: object) -> dict[str, str]:
    """The sentences that do not hold, with their worst verdict."""
    report = audit_text(SEED, as_of=DAY, knowledge=knowledge, **more).report  # type: ignore[arg-type]
    return {SEED[f[0].start : f[0].end]: f[0].verdict for f in report.group_by_place() if f[0].verdict in WRONG}


def test_what_is_wrong_is_found_and_nothing_else(knowledge: Knowledge) -> None:
    found = flagged(knowledge)
    told = {begin: next((v for text, v in found.items() if text.startswith(begin)), "") for begin in FOUND}
    assert told == {begin: verdict for begin, (verdict, _) in FOUND.items()}
    assert len(found) == len(FOUND)


def test_the_same_with_the_patient_whom_it_was_written_for(knowledge: Knowledge) -> None:
    assert set(flagged(knowledge, patient=CASE)) == set(flagged(knowledge))


def test_the_splice_of_two_cuts_is_named_with_both(knowledge: Knowledge) -> None:
    mixed = next(f for f in audit_text(SEED, as_of=DAY, knowledge=knowledge).report.findings if f.verdict == "mixed_cuts")
    assert "25 July 2022" in mixed.right
    assert "21 May 2021" in mixed.right
    assert "0.33 (0.26-0.43)" in mixed.right


@pytest.mark.parametrize("number", range(1, 23))
def test_each_correction_has_its_row_in_the_docs(number: int) -> None:
    row = re.search(rf"^\| S{number} \|.*$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row, f"S{number} is missing"
    cells = [cell.strip() for cell in row[0].split("|")[1:-1]]
    assert cells[2].startswith(("found", "not found")), row[0]
    assert (f"S{number}" in {code for _, code in FOUND.values()}) <= cells[2].startswith("found"), row[0]
