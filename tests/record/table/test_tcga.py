"""TCGA-BRCA by its mapping file: a slice that is kept here, and the whole of it where the data lie beside the checkout."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from concordant.answer.engine import answer_record
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.sources import Patient
from concordant.record.table.read import iter_patients
from concordant.terminology.names import Words

ROOT = Path(__file__).parents[3]
SLICE = Path(__file__).with_name("tcga")
MAPPING = ROOT / "docs" / "examples" / "tcga-brca.yaml"
WHOLE = ROOT.parent / "shared" / "data" / "tcga-brca"
AS_OF = dt.date(2026, 1, 1)
HEADER = 3


def placed(source: Path, folder: Path) -> Path:
    """The tables of a folder beside the mapping file, which is returned."""
    for file in source.glob("*.txt"):
        shutil.copy(file, folder / file.name)
    return Path(shutil.copy(MAPPING, folder / "map.yaml"))


def read(mapping: Path, knowledge: Knowledge, words: Words, only: str = "") -> dict[str, Patient]:
    rest = Account()
    found = {p.id: p for p in iter_patients(mapping, knowledge, words, AS_OF, given=False, only=only, rest=rest)}
    assert rest.rows == []
    return found


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge, words: Words) -> dict[str, Patient]:
    return read(placed(SLICE, tmp_path_factory.mktemp("tcga")), knowledge, words)


def lines(folder: Path) -> int:
    return sum(len(file.read_text(encoding="utf-8").splitlines()) - HEADER for file in folder.glob("*.txt"))


def test_every_row_of_the_slice_has_one_fate(few: dict[str, Patient]) -> None:
    assert len(few) == 13
    assert sum(len(p.account.rows) for p in few.values()) == lines(SLICE)
    places = [row.place for p in few.values() for row in p.account.rows]
    assert len(places) == len(set(places))


# By reading the rows: A7-A26H is IHC 3+ with M1 and no HER2-targeted drug; E2-A1LE had adjuvant trastuzumab and lung metastases
# ten months later; A2-A04U has IHC 0 and a positive FISH; AC-A3YI has the score 1+ beside the word Positive.
ANSWERS = {
    "TCGA-A7-A26H": ("recommends", "first"),
    "TCGA-A8-A08T": ("recommends", "first"),
    "TCGA-E2-A152": ("recommends", "second"),
    "TCGA-E2-A1LE": ("recommends", "second"),
}


@pytest.mark.parametrize("id_", ANSWERS)
def test_a_patient_is_answered(id_: str, few: dict[str, Patient], knowledge: Knowledge) -> None:
    answer = answer_record(few[id_].record, knowledge, "")
    assert (answer.answer, answer.line) == ANSWERS[id_]


@pytest.mark.parametrize("id_", ["TCGA-A2-A04U", "TCGA-AC-A3YI"])
def test_results_that_contradict_each_other_are_a_conflict(id_: str, few: dict[str, Patient], knowledge: Knowledge) -> None:
    answer = answer_record(few[id_].record, knowledge, "")
    assert answer.answer != "recommends"
    assert any("HER2 status" in text for text in answer.conflicts)


def test_misspelt_and_joined_names_are_understood(few: dict[str, Patient]) -> None:
    drugs = {drug for p in few.values() for c in p.record.courses for drug in c.drugs}
    assert {"tamoxifen", "leuprorelin", "goserelin", "trastuzumab"} <= drugs
    lost = Counter(key for p in few.values() for key in p.account.unmapped.elements())
    assert ("drug", "E-75", "") in lost
    assert not any("Trustuzumab" in word for _, word, _ in lost)


def test_the_day_of_the_diagnosis_is_no_date(few: dict[str, Patient]) -> None:
    record = few["TCGA-E2-A1LE"].record
    assert record.notices[0].startswith("The day of the diagnosis is known as 2008 only: it is set to 1 Jul 2008.")
    assert record.person.birth_date is None
    assert "age" in record.stated


def test_shuffled_rows_change_nothing(
    tmp_path: Path, few: dict[str, Patient], knowledge: Knowledge, words: Words, plan: DerivationPlan
) -> None:
    mapping = placed(SLICE, tmp_path)
    for file in sorted(tmp_path.glob("*.txt")):
        told = file.read_text(encoding="utf-8").splitlines()
        rows = told[HEADER:]
        random.Random(file.name).shuffle(rows)
        file.write_text("\n".join([*told[:HEADER], *rows]) + "\n", encoding="utf-8")
    for id_, patient in read(mapping, knowledge, words).items():
        first, again = derive_facts(few[id_].record, plan), derive_facts(patient.record, plan)
        assert {n: f.value for n, f in first.items()} == {n: f.value for n, f in again.items()}, id_


def test_a_patient_alone_is_the_patient_among_others(
    tmp_path: Path, few: dict[str, Patient], knowledge: Knowledge, words: Words
) -> None:
    """Two patients never mix: the rows of the others taken away, nothing of this one changes but the numbers of lines."""
    mapping = placed(SLICE, tmp_path)
    for file in sorted(tmp_path.glob("*.txt")):
        told = file.read_text(encoding="utf-8").splitlines()
        kept = [line if "TCGA-E2-A152" in line or n < HEADER else "" for n, line in enumerate(told)]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    alone = read(mapping, knowledge, words)
    assert list(alone) == ["TCGA-E2-A152"]
    assert alone["TCGA-E2-A152"] == few["TCGA-E2-A152"]


def test_only_one_patient_is_read_when_one_is_asked_for(tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    assert list(read(placed(SLICE, tmp_path), knowledge, words, "TCGA-E2-A152")) == ["TCGA-E2-A152"]


def test_a_treated_patient_without_a_listed_drug_is_not_untreated(tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    mapping = placed(SLICE, tmp_path)
    drugs = tmp_path / "nationwidechildrens.org_clinical_drug_brca.txt"
    told = drugs.read_text(encoding="utf-8").splitlines()
    assert any("TCGA-3C-AAAU" in line for line in told)
    drugs.write_text("\n".join(line for line in told if "TCGA-3C-AAAU" not in line) + "\n", encoding="utf-8")
    [course, *_] = read(mapping, knowledge, words, "TCGA-3C-AAAU")["TCGA-3C-AAAU"].record.courses
    assert (course.drugs, course.unknown_drugs, course.setting) == ((), (), "adjuvant")


def test_a_patient_whose_drugs_are_listed_gets_no_further_course(few: dict[str, Patient]) -> None:
    courses = few["TCGA-3C-AAAU"].record.courses
    assert courses
    assert all(c.drugs or c.unknown_drugs or c.classes for c in courses)


@pytest.mark.long
@pytest.mark.skipif(not WHOLE.is_dir() and not os.environ.get("CI"), reason="the data do not lie beside this checkout")
def test_the_whole_of_tcga(tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    patients = read(placed(WHOLE, tmp_path), knowledge, words)
    rows = [row for p in patients.values() for row in p.account.rows]
    assert len(patients) == 1097
    assert len(rows) == lines(WHOLE) == 5757
    fates = Counter((row.kind, row.fate) for row in rows)
    assert (fates["drugs", "used"], fates["drugs", "ignored"], fates["drugs", "set aside"]) == (2359, 47, 0)
    answers = Counter(answer_record(p.record, knowledge, "").answer for p in patients.values())
    assert answers == {"out_of_scope": 1007, "needs_data": 83, "recommends": 7}
    lost = Counter(what for p in patients.values() for what, *_ in p.account.unmapped.elements())
    assert lost == {"drug": 12, "site": 6}
