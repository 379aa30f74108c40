"""Faulty knowledge: each planted fault is reported with its file, its line and the way out, all at once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from concordant.author.lint.claims import find_figures
from concordant.author.lint.codes import SYSTEMS, is_luhn_valid, is_verhoeff_valid
from concordant.author.lint.ledger import is_row_for
from concordant.author.lint.run import LintReport, lint_folder
from concordant.cli.cases import answer_cases
from concordant.errors import Complaint
from concordant.library import FOLDER
from tests.shipped import compiling
from tests.stories import told_in

pytestmark = compiling

STATEMENT = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"
NEWER = "newer/destiny-breast03-second-interim.yaml"
CONDITIONS = "vocabulary/conditions.yaml"


@dataclass(frozen=True)
class Fault:
    """What is planted, what is said of it, and in words the line of the complaint where it is not the planted one."""

    name: str
    file: str
    text: str
    planted: str
    says: str
    told_at: str = ""


FAULTS = [Fault(**{key: value or "" for key, value in one.items()}) for one in told_in("faults")]


def told(root: Path) -> LintReport:
    """The lint without the cases, which take longer."""
    return lint_folder(root)


@pytest.fixture(scope="module")
def knowledge_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("knowledge") / "knowledge"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    return target


@pytest.mark.long
def test_the_shipped_knowledge_is_clean() -> None:
    report = lint_folder(FOLDER, answer_cases)
    assert [str(complaint) for complaint in report.complaints] == []
    for word in ("figures (", "citations (", " primary", " secondary", " recalled", " choice", " cases ("):
        assert word in report.summary


def in_different_files(faults: list[Fault], most: int = 12) -> list[list[Fault]]:
    """The faults in groups that can be planted together, each in a file of its own."""
    groups: list[list[Fault]] = []
    for fault in faults:
        free = (group for group in groups if len(group) < most and fault.file not in [other.file for other in group])
        group = next(free, None)
        if group is None:
            groups.append([fault])
        else:
            group.append(fault)
    return groups


GROUPS = in_different_files(FAULTS)


@pytest.mark.parametrize("group", [pytest.param(n, marks=[pytest.mark.long] if n else []) for n in range(len(GROUPS))])
def test_planted_faults_are_found(group: int, knowledge_copy: Path) -> None:
    """Several at once, which costs a tenth; one that another hides is planted alone."""
    complaints = plant(GROUPS[group], knowledge_copy)
    missed = [fault for fault in GROUPS[group] if not is_told(fault, complaints)]
    assert [f.name for f in missed if not is_told(f, plant([f], knowledge_copy))] == [], [str(c) for c in complaints]


def plant(faults: list[Fault], folder: Path) -> list[Complaint]:
    """What lint says of the folder while these faults are in it."""
    before = {fault.file: (folder / fault.file).read_text(encoding="utf-8") for fault in faults}
    try:
        for fault in faults:
            (folder / fault.file).write_text(change(before[fault.file], fault), encoding="utf-8")
        return list(told(folder).complaints)
    finally:
        for file, text in before.items():
            (folder / file).write_text(text, encoding="utf-8")


def change(text: str, fault: Fault) -> str:
    assert fault.text in text, fault.name
    return text.replace(fault.text, fault.planted, 1)


def is_told(fault: Fault, complaints: list[Complaint]) -> bool:
    """Whether the first complaint with its words names the planted line, or another one where that is meant."""
    text = (FOLDER / fault.file).read_text(encoding="utf-8")
    place = (fault.file, first_difference(text, change(text, fault)))
    found = [c for c in complaints if fault.says in str(c)]
    if fault.told_at:
        return bool(found) and bool(found[0].line)
    return place in [(c.file, c.line) for c in found]


def first_difference(before: str, after: str) -> int:
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    return next(i for i, (old, new) in enumerate(lines, 1) if old != new)


def test_all_faults_of_a_folder_are_told_at_once(knowledge_copy: Path) -> None:
    """What can be seen in a file is told even where another file, or another sentence, does not compile."""
    planted = {
        STATEMENT: [("her2_status is", "her2_statis is"), ("is second", "is secnd")],
        "features/organs.yaml": [("type: number", "type: nmber"), ("selector: latest", "selector: lastest")],
        CONDITIONS: [('code: "J84.9"', 'code: "84.9"'), ("system: snomed", "system: snowmed")],
        NEWER: [("ref: destiny", "ref: dstiny")],
    }
    before = {name: (knowledge_copy / name).read_text(encoding="utf-8") for name in planted}
    try:
        for name, faults in planted.items():
            changed = before[name]
            for text, fault in faults:
                changed = changed.replace(text, fault, 1)
            (knowledge_copy / name).write_text(changed, encoding="utf-8")
        report = told(knowledge_copy)
    finally:
        for name, text in before.items():
            (knowledge_copy / name).write_text(text, encoding="utf-8")
    for word in ("her2_statis", "'secnd'", "'nmber'", "'lastest'", "'84.9'", "'snowmed'", "'dstiny"):
        assert any(word in str(complaint) for complaint in report.complaints), word
    assert report.summary.endswith("the knowledge was not compiled")


def test_a_folder_without_cases_is_told(knowledge_copy: Path) -> None:
    found = [str(c) for c in lint_folder(knowledge_copy, answer_cases).complaints]
    assert [says for says in found if "case" in says] == [
        "cases/: no cases are here. Write cases/NAME.yaml: a case file with its expected answer"
    ]


def test_a_folder_without_knowledge_is_told(tmp_path: Path) -> None:
    assert "no knowledge files are here" in str(lint_folder(tmp_path).complaints[0])


@pytest.fixture(scope="module")
def copy_with_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The knowledge with a handful of cases: quick, and enough for the faults below."""
    target = tmp_path_factory.mktemp("with-cases") / "knowledge"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    (target / "cases").mkdir()
    for name in ("A03-exactly-twelve-months.yaml", "A90-bad-feb30.yaml"):
        shutil.copy(FOLDER / "cases" / name, target / "cases" / name)
    return target


def with_cases(root: Path, changes: dict[str, tuple[str, str]]) -> LintReport:
    before = {name: (root / name).read_text(encoding="utf-8") for name in changes}
    try:
        for name, (text, planted) in changes.items():
            assert text in before[name]
            (root / name).write_text(before[name].replace(text, planted, 1), encoding="utf-8")
        return lint_folder(root, answer_cases)
    finally:
        for name, text in before.items():
            (root / name).write_text(text, encoding="utf-8")


def unreached(report: LintReport) -> dict[str, int | None]:
    return {c.file: c.line for c in report.complaints if c.says == "no case reaches this statement"}


def test_a_statement_without_a_case_is_told(copy_with_cases: Path) -> None:
    assert STATEMENT not in unreached(with_cases(copy_with_cases, {}))
    never = {STATEMENT: ("    - line_of_therapy is second", "    - line_of_therapy is second\n    - her2_status is negative")}
    assert unreached(with_cases(copy_with_cases, never))[STATEMENT] == 7


def test_an_incomplete_version_is_tried_by_name(copy_with_cases: Path) -> None:
    guideline = "guidelines/asco-her2-abc/guideline.yaml"
    incomplete = {guideline: ("valid_from: 2022-05-31\n    complete: true", "valid_from: 2022-05-31\n    complete: false")}
    assert STATEMENT not in unreached(with_cases(copy_with_cases, incomplete))


def test_the_cases_are_counted(copy_with_cases: Path) -> None:
    assert "; 2 cases (1 of them bad input): " in with_cases(copy_with_cases, {}).summary


def test_a_case_that_is_bad_input_without_saying_so_is_told(copy_with_cases: Path) -> None:
    report = with_cases(copy_with_cases, {"cases/A90-bad-feb30.yaml": ("error: true", "answer: recommends")})
    assert [c.file for c in report.complaints if c.file.startswith("cases/")] == ["cases/A90-bad-feb30.yaml"]


def test_knowledge_that_cannot_answer_is_a_complaint(copy_with_cases: Path) -> None:
    report = with_cases(copy_with_cases, {"features/patient.yaml": ("name: mosteller", "name: mostler")})
    assert any("this case cannot be answered with this knowledge (KeyError" in str(c) for c in report.complaints)


@pytest.mark.parametrize("code", ["718-7", "2951-2", "94500-6"])
def test_the_check_digit_by_luhn(code: str) -> None:
    assert [digit for digit in "0123456789" if is_luhn_valid(code[:-1] + digit)] == [code[-1]]


@pytest.mark.parametrize("code", ["233703007", "84114007", "2363"])
def test_the_check_digit_by_verhoeff(code: str) -> None:
    assert [digit for digit in "0123456789" if is_verhoeff_valid(code[:-1] + digit)] == [code[-1]]


def test_the_shipped_codes_use_systems_that_are_known() -> None:
    assert {"rxnorm", "icd10", "hcpcs", "atc", "loinc", "snomed", "ndc", "ncit", "omop", "cvx"} <= set(SYSTEMS)


@pytest.mark.parametrize(
    ("row", "number", "speaks"),
    [
        ("2.1", "2.1", True),
        ("2.10", "2.1", False),
        ("3.1.1 to 3.1.8", "3.1.x-name", True),
        ("3.1.1 to 3.1.8", "3.1.8", True),
        ("3.1.1 to 3.1.8", "3.1.9", False),
        ("3.1.1 to 3.1.8", "3.1", False),
        ("3.1.x", "3.1.x-name", True),
        ("first-line", "first-line-name", False),
        ("scope", "2.1", False),
    ],
)
def test_a_row_speaks_of_its_statements(row: str, number: str, speaks: bool) -> None:
    assert is_row_for(row, number) is speaks


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("HR 0.64 (0.47-0.87), tested", [("HR", "0.64", "0.47", "0.87")]),
        ("hazard ratio of 0.640 (95 % CI 0.47-0.87)", [("HR", "0.64", "0.47", "0.87")]),
        ("median 28.8 v 6.8 months", [("v", "28.8", "6.8")]),
        ("not reached (18.5-NE) v 6.8 (5.6-8.2)", [("v", "6.8", "not reached")]),
        ("28.8 months versus 6.8 months", [("v", "28.8", "6.8")]),
        ("5.4 v 6.4 mg/kg, every 3 weeks, within 6 to 12 months", []),
    ],
)
def test_figures_are_found_in_free_text(said: str, figures: list[tuple[str, ...]]) -> None:
    assert sorted(find_figures(said)) == figures
