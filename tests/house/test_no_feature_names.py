"""No feature of the knowledge is named in the program: what a feature is read for, the knowledge says.

The contract fixes the keys of the case file and of the answer (sections 1 and 4), and some features are called like them: these
names stand in `contract_names.py` alone. A name of one plain word (`weight`, `age`) is looked for where it can only be a name:
as a whole text, or as the keyword of a call; a name of several words everywhere, also in prose.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import concordant
from concordant.model.knowledge import Knowledge

SOURCE = Path(concordant.__file__).parent
FIXED = "contract_names.py"
OTHER = "other"  # the cancer that is none of those that the knowledge is about
KEYWORDS = {"height"}  # of pictures and pages


def forbidden(knowledge: Knowledge) -> frozenset[str]:
    """The names of all features, and of the diseases that the knowledge is about."""
    diseases = {value for feature in knowledge.features if feature.name == "cancer_type" for value in feature.values}
    return frozenset({feature.name for feature in knowledge.features} | diseases - {OTHER})


def named(path: Path, names: frozenset[str]) -> set[str]:
    """Those that a module says in a text, or that something in it is called."""
    return {word for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for word in _said(node) if word in names}


def _said(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
            yield from (word for word in re.findall(r"\w+", text.lower()) if _is_telling(word))
        case ast.keyword(arg=str() as word) if word not in KEYWORDS:
            yield word
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word):
            yield from [word] if _is_telling(word) else []
        case ast.FunctionDef(name=word) | ast.ClassDef(name=word) | ast.alias(name=word):
            yield from [word] if _is_telling(word) else []


def _is_telling(word: str) -> bool:
    """Whether it can only be the name of a feature, wherever it stands; `breast` is the one plain word that tells a disease."""
    return "_" in word or word == "breast"


def found_under(root: Path, names: frozenset[str]) -> dict[str, set[str]]:
    """What is named, by the file under `root`."""
    told = {path.relative_to(root).as_posix(): named(path, names) for path in sorted(root.rglob("*.py"))}
    return {file: words for file, words in told.items() if words}


def test_the_program_names_no_feature(knowledge: Knowledge) -> None:
    assert {file: words for file, words in found_under(SOURCE, forbidden(knowledge)).items() if file != FIXED} == {}


def test_what_the_contract_fixes_stands_in_one_file(knowledge: Knowledge) -> None:
    keys = {"age", "sex", "menopausal_status", "weight", "height", "ecog", "brain_metastases", "line_of_therapy"}
    stated = {"cancer_type", "disease_extent", "disease_status"}  # keys of `stated`, in which every source tells them outright
    assert named(SOURCE / FIXED, forbidden(knowledge)) == keys | stated


PLANTED = {
    "a fact that is looked up": ('early = facts.get("early_relapse")', "early_relapse"),
    "a name of one word": ('MEASURES = {"mg/kg": "weight"}', "weight"),
    "a field": ("class Answer:\n    line_of_therapy: str", "line_of_therapy"),
    "an attribute": ("line = answer.line_of_therapy", "line_of_therapy"),
    "a keyword": ("person = Person(sex=None)", "sex"),
    "a parameter": ("def status(hormone_receptor): ...", "hormone_receptor"),
    "a function": ("def has_brain_metastases(): ...", "has_brain_metastases"),
    "prose": ('"""Reads her2_lines_progressed first."""', "her2_lines_progressed"),
    "part of a text": ('KEY = f"{place}.brain_metastases[1]"', "brain_metastases"),
    "a disease": ('OWN = "breast"', "breast"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_name_is_found(name: str, knowledge: Knowledge, tmp_path: Path) -> None:
    text, word = PLANTED[name]
    (tmp_path / "planted.py").write_text(text, encoding="utf-8")
    assert found_under(tmp_path, forbidden(knowledge)) == {"planted.py": {word}}


PLAIN = (
    '"""The weight of a reason, and the age of an entry."""',
    "def weight(age): return age.sex",
    'size = box(height=3, title="The height")',
)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_english_is_no_name(text: str, knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(text, encoding="utf-8")
    assert found_under(tmp_path, forbidden(knowledge)) == {}
