"""Faulty knowledge: each planted fault is reported with its file, its line and the way out, all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concordant.author.lint import lint
from concordant.library import FOLDER

STATEMENT = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"
TRIAL = "trials/destiny-breast03.yaml"

# What is planted: file, text, replacement; and what the complaint must say.
FAULTS = [
    (
        "an unknown feature",
        STATEMENT,
        "her2_status is",
        "her2_statis is",
        "unknown feature 'her2_statis'. Did you mean 'her2_status'?",
    ),
    ("an unknown value", STATEMENT, "is second", "is secnd", "'line_of_therapy' has no value 'secnd'. Did you mean 'second'?"),
    ("an unknown key", STATEMENT, "title:", "titel:", "unknown field `titel`. Did you mean 'title'?"),
    ("an unknown role", STATEMENT, "role: preferred", "role: favourite", "Invalid enum value 'favourite'"),
    ("another id", STATEMENT, "2022/2.1", "2022/2.2", "the id 'asco-her2-abc/2022/2.2' does not fit the place of the file"),
    (
        "a missing source",
        STATEMENT,
        "ref: asco-her2-abc-2022",
        "ref: asco-her2-abc-2023",
        "the source 'asco-her2-abc-2023' does not exist",
    ),
    ("a mark too good", STATEMENT, "checked: secondary", "checked: primary", "was checked as 'secondary' only"),
    (
        "an unknown regimen",
        STATEMENT,
        "deruxtecan-5.4-q3w",
        "deruxtecan-6.4-q3w",
        "the regimen 'trastuzumab-deruxtecan-6.4-q3w' does not exist",
    ),
    ("an overlong paraphrase", STATEMENT, 'says: "', 'says: "' + "word " * 40, "a paraphrase has at most 140"),
    ("a wrong unit", "features/treatment.yaml", "recurrence <= 12 months", "recurrence <= 12 weeks", "must give the unit"),
    (
        "a lost row of the ledger",
        "guidelines/asco-her2-abc/ledger.yaml",
        'number: "2.1"',
        'number: "2.9"',
        "the ledger has no row for '2.1'",
    ),
    ("a figure for one arm only", TRIAL, '"6.8 (5.6-8.2)"', "", "has 1 values for 2 arms"),
    ("a figure without its cut", TRIAL, "cut: ", "cut: ''  # ", "has no data cut"),
    ("a duplicate key", "regimens/trastuzumab-pertuzumab.yaml", "name:", "name: x\nname:", "the key 'name' stands twice"),
]


@pytest.fixture(scope="module")
def knowledge_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("knowledge") / "knowledge"
    shutil.copytree(FOLDER, target)
    return target


def test_the_shipped_knowledge_is_clean() -> None:
    assert lint(FOLDER).complaints == ()


@pytest.mark.parametrize(("file", "text", "planted", "says"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_planted_fault_is_found(file: str, text: str, planted: str, says: str, knowledge_copy: Path) -> None:
    path = knowledge_copy / file
    before = path.read_text(encoding="utf-8")
    assert text in before
    try:
        path.write_text(before.replace(text, planted, 1), encoding="utf-8")
        complaints = lint(knowledge_copy).complaints
    finally:
        path.write_text(before, encoding="utf-8")
    found = [c for c in complaints if says in str(c)]
    assert found, [str(c) for c in complaints]
    assert found[0].file == file or found[0].file.startswith(("guidelines/", "features/"))


def test_all_faults_of_a_folder_are_told_at_once(knowledge_copy: Path) -> None:
    changed = {STATEMENT: ("her2_status is", "her2_statis is"), "features/organs.yaml": ("type: number", "type: nmber")}
    before = {name: (knowledge_copy / name).read_text(encoding="utf-8") for name in changed}
    try:
        for name, (text, planted) in changed.items():
            (knowledge_copy / name).write_text(before[name].replace(text, planted), encoding="utf-8")
        found = {c.file for c in lint(knowledge_copy).complaints}
        assert found >= set(changed)
    finally:
        for name, text in before.items():
            (knowledge_copy / name).write_text(text, encoding="utf-8")
