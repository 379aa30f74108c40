"""House jargon that no reader would say: found in the phrases of the page and in what the knowledge says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import concordant
from tests.shipped import failing

SOURCE = Path(concordant.__file__).parent
ROOMS = ("answer", "derive", "present", "cli", "readers")
JARGON = re.compile(
    r"held back|holds? (it|the answer|them) back|hold back|known from|restatement|as (re)?stated|(?<![a-z])mind(?![a-z])|flip it"
    r"|offered plainly|yes or no\)|reason against a|every branch|in einer Wiedergabe|bekannt seit|wie angegeben",
    re.I,
)
SAID = re.compile(r"^\s*(?:- )?\{?(?:says|told|because|label|short|question|at|do|title|name|note|citation): ?(.*)")


def phrases(path: Path) -> Iterator[str]:
    """Every text of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, holders) and n.body and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


MODULES = sorted(path for room in ROOMS for path in (SOURCE / room).rglob("*.py"))
KNOWLEDGE = sorted(path for path in (SOURCE / "knowledge").rglob("*.yaml") if "cases" not in path.parts)


def test_no_phrase_is_jargon() -> None:
    def law(path: Path) -> None:
        assert [text for text in phrases(path) if " " in text and JARGON.search(text)] == []

    assert failing(law, MODULES) == {}


def test_nothing_that_the_knowledge_says_is_jargon() -> None:
    lines = [
        (path.name, line)
        for path in KNOWLEDGE
        for line in path.read_text(encoding="utf-8").splitlines()
        if "languages" not in path.parts or "told:" in line
    ]  # the English is looked at where it is said
    assert [one for one in lines if (said := SAID.match(one[1])) and JARGON.search(said[1])] == []
