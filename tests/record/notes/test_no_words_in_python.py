"""No word of a language stands in the patterns of the code that reads notes: each is knowledge."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import concordant.record.notes
from tests.record.notes.texts import load_engine

FILES = sorted(Path(concordant.record.notes.__file__).parent.glob("*.py"))
# What stands in a pattern and is none of its words: escapes, names of groups, ranges of letters.
PATTERN_SIGNS = re.compile(r"\\u[0-9a-f]{4}|\\[a-zA-Z]|\?P[<=]\w+[>)]?|\(\?[imsx]+\)|\[[^\]]*\]")
NO_WORDS = {"iso"}
MADE_WORD = re.compile(r"[^\W\d_]{2,}")


def iter_patterns(tree: ast.AST) -> Iterator[str]:
    """The texts of regular expressions; the other constants are names of the record, which are no words of a note."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def list_words(pattern: str) -> set[str]:
    return set(MADE_WORD.findall(PATTERN_SIGNS.sub(" ", pattern))) - NO_WORDS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_word_of_a_language(path: Path) -> None:
    languages = load_engine().knowledge.notes.languages.values()
    words = {word for language in languages for word in (*language.filler, *language.marks, *language.months)}
    found = {word for text in iter_patterns(ast.parse(path.read_text(encoding="utf-8"))) for word in list_words(text)}
    assert found & words == set()


def test_the_search_finds_words() -> None:
    tree = ast.parse('import re\nA = re.compile(r"(?P<n>\\\\d+)\\\\s(?:she|herself)\\\\b")')
    assert {word for text in iter_patterns(tree) for word in list_words(text)} == {"she", "herself"}
