"""A code for a test of the tumour against the words beside it, also where no list has the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from concordant.model.knowledge import VocabularyField
from concordant.terminology.names import normalize_name

SHORTEST_PART = 4  # a shorter stem is a word of its own, or it would stand in many others


class TestNames(msgspec.Struct, frozen=True):
    """The stems of each test, and the words that make a text the name of one."""

    __test__ = False

    stems: Mapping[str, tuple[str, ...]]
    heads: tuple[str, ...]

    def find_strange(self, test: str, texts: Sequence[str]) -> str:
        """The text that names another test; empty when all fit. Words that say no test count where none fits."""
        own = self.stems.get(test, ())
        strange = [text for text in texts if not _holds(text, own)] if own else []
        named = next((text for text in strange if self._names_a_test(text)), "")
        return named or (strange[0] if strange and len(strange) == len(texts) else "")

    def list_named(self, text: str) -> list[str]:
        """The tests of the knowledge that a text names."""
        return [test for test, stems in self.stems.items() if _holds(text, stems)]

    def _names_a_test(self, text: str) -> bool:
        return _holds(text, self.heads) or bool(self.list_named(text))


def make_test_names(tests: Iterable[VocabularyField], heads: tuple[str, ...]) -> TestNames:
    """Those of a knowledge."""
    return TestNames({test.name: test.stems for test in tests if test.stems}, heads)


def _holds(text: str, stems: Iterable[str]) -> bool:
    plain = f" {normalize_name(text)} "
    return any(stem in plain if len(stem) >= SHORTEST_PART else f" {stem} " in plain for stem in stems)
