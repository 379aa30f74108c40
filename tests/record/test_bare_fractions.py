"""A receptor result from 0 to 1 without a unit may be a percentage or a part of one: open unless both come to one word."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.record.omop.read import iter_patients as iter_persons
from concordant.record.table.read import iter_patients as iter_rows
from concordant.terminology.names import Words
from concordant.texts import read_text
from tests.conftest import AS_OF
from tests.record.omop.build import database, measured, person

Teller = Callable[[str, str], PatientRecord]
RECEPTORS = {"er": "estrogen_receptor", "pr": "progesterone_receptor"}
LOINC = {"er": "85329-1", "pr": "85325-9"}
OPEN = None
# What is written, the word that both readings come to (1 % and more is positive), and whether there are two readings. FHIR is not
# among the sources: a number of a receptor without a unit says nothing there at all.
WRITTEN = [
    ("0", "negative", False),
    ("0.0", "negative", False),
    ("0.005", "negative", True),
    ("0.009", "negative", True),
    ("0.01", OPEN, True),
    ("0.1", OPEN, True),
    ("0.5", OPEN, True),
    ("0.80", OPEN, True),
    ("0.99", OPEN, True),
    ("1", "positive", True),
    ("1.0", "positive", True),
    ("1.5", "positive", False),
    ("80", "positive", False),
    ("0.8 %", "negative", False),
    ("0.8 percent", "negative", False),
    ("1 %", "positive", False),
    ("80%", "positive", False),
]
RANGES = [
    ("< 1", "negative", False),
    ("<1", "negative", False),
    ("< 0.01", "negative", True),
    ("<= 0.5", OPEN, True),
    ("> 0.8", OPEN, True),
    (">= 1", "positive", True),
    ("> 1", "positive", False),
    ("0.6 to 0.9", OPEN, True),
    ("1 to 10", "positive", False),
    ("0 to 1", OPEN, False),
]
MAPPING = "table: t\nfiles:\n  a: {path: a.csv, patient: id, entries: [{block: tumor_markers, test: {is: TEST}, value: v}]}\n"


def as_case(test: str, written: str, *, knowledge: Knowledge, words: Words) -> PatientRecord:
    return read_case(read_text(f'tumor_markers: [{{test: {test}, value: "{written}"}}]', "c.yaml"), knowledge, words, AS_OF)


def as_stated(test: str, written: str, *, knowledge: Knowledge, words: Words) -> PatientRecord:
    return read_case(read_text(f'stated: {{{test}_percent: "{written}"}}', "c.yaml"), knowledge, words, AS_OF)


def as_table(test: str, written: str, *, knowledge: Knowledge, words: Words, folder: Path) -> PatientRecord:
    (folder / "a.csv").write_text(f'id,v\n1,"{written}"\n', encoding="utf-8")
    (folder / "map.yaml").write_text(MAPPING.replace("TEST", test), encoding="utf-8")
    [patient] = iter_rows(folder / "map.yaml", knowledge, words, AS_OF, given=False)
    return patient.record


def as_omop(test: str, written: str, *, knowledge: Knowledge, words: Words, folder: Path) -> PatientRecord:
    number, _, unit = written.partition(" ") if "%" not in written else (written.strip(" %"), "", "%")
    row = measured(
        1, 1, 0, "2023-05-01", measurement_source_value=f"LOINC:{LOINC[test]}", value_as_number=number, unit_source_value=unit
    )
    path = folder / f"{test}{len(list(folder.iterdir()))}.duckdb"
    [patient] = iter_persons(database(path, {"person": [person(1)], "measurement": [row]}), knowledge, words, AS_OF, given=False)
    return patient.record


@pytest.fixture
def tellers(knowledge: Knowledge, words: Words, tmp_path: Path) -> dict[str, Teller]:
    both: dict[str, Any] = {"knowledge": knowledge, "words": words}
    return {
        "case file": partial(as_case, **both),
        "stated": partial(as_stated, **both),
        "table": partial(as_table, **both, folder=tmp_path),
        "omop": partial(as_omop, **both, folder=tmp_path),
    }


def check(tell: Teller, written: str, word: str | None, *, twofold: bool, plan: DerivationPlan) -> None:
    for test, feature in RECEPTORS.items():
        record = tell(test, written)
        assert derive_facts(record, plan)[feature].value == word, record
        said = [text for text in record.not_understood if " may be " in text and " part of 1" in text]
        assert bool(said) == twofold, record.not_understood


@pytest.mark.parametrize("source", ["case file", "stated", "table", "omop"])
@pytest.mark.parametrize(("written", "word", "twofold"), WRITTEN)
def test_a_number(
    source: str, written: str, word: str | None, twofold: bool, tellers: dict[str, Teller], plan: DerivationPlan
) -> None:
    check(tellers[source], written, word, twofold=twofold, plan=plan)


@pytest.mark.parametrize("source", ["case file", "stated", "table"])
@pytest.mark.parametrize(("written", "word", "twofold"), RANGES)
def test_a_range(
    source: str, written: str, word: str | None, twofold: bool, tellers: dict[str, Teller], plan: DerivationPlan
) -> None:
    check(tellers[source], written, word, twofold=twofold, plan=plan)


def test_both_readings_and_the_way_out_are_said(tellers: dict[str, Teller]) -> None:
    told = "Oestrogen receptor: '0.8' may be 0.8 % or, as a part of 1, 80 %; write it with %"
    assert tellers["case file"]("er", "0.8").not_understood == (f"{told} (tumor_markers[1])",)
    assert tellers["table"]("er", "0.8").not_understood == (f"{told} (a, line 2)",)
    assert tellers["table"]("er", "0,8").not_understood == (f"{told} (a, line 2)",)


def test_a_reading_that_no_patient_can_have_is_none(knowledge: Knowledge, words: Words) -> None:
    """An ejection fraction of 0.62 percent is none: it is refused, as before, and never widened to one that is open."""
    text = "measurements: [{name: lvef, value: 0.62, date: 2022-09-01}]"
    with pytest.raises(Exception, match="cannot be: LVEF is at least 5 %"):
        read_case(read_text(text, "c.yaml"), knowledge, words, AS_OF)
