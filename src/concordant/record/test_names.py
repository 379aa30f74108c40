"""Which test of the tumour words name: beside a code that stands for one, and where no code is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from concordant.model.knowledge import VocabularyField
from concordant.terminology.names import normalize_name

SHORTEST_PART = 4  # a shorter stem is a word of its own, or it would stand in many others
MOST_WORDS = 4  # of a name that is looked for among others
LONGEST = 300
MOST_REMEMBERED = 20_000


class TestNames(msgspec.Struct, frozen=True):
    """The stems of each test and of its numbers, the words that make a text the name of one, and the names by which a result
    of unknown code is seen to be about a test or a measurement.
    """

    __test__ = False

    stems: Mapping[str, tuple[str, ...]]
    number_stems: Mapping[str, Mapping[str, tuple[str, ...]]]
    heads: tuple[str, ...]
    mentions: Mapping[str, tuple[str, ...]]
    others: Mapping[str, frozenset[str]]
    remembered: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def find_strange(self, test: str, texts: Sequence[str], part: str = "") -> str:
        """The text that names another test, or another number of it than `part`; empty when all fit. Words that say no test
        count where none fits.
        """
        if part and (text := next((text for text in texts if self._find_number(test, text) not in ("", part)), "")):
            return text
        own = self.stems.get(test, ())
        strange = [text for text in texts if not _holds(text, own)] if own else []
        named = next((text for text in strange if self._names_a_test(text)), "")
        return named or (strange[0] if strange and len(strange) == len(texts) else "")

    def list_named(self, text: str) -> list[str]:
        """The tests of the knowledge that a text names."""
        return [test for test, stems in self.stems.items() if _holds(text, stems)]

    def find_mentioned(self, texts: Iterable[str | None]) -> tuple[str, ...]:
        """The tests and measurements that texts beside an unknown code mention."""
        return tuple(sorted({test for text in texts if text and len(text) <= LONGEST for test in self._find_in_text(text)}))

    def _find_number(self, test: str, text: str) -> str:
        """The number of a test that a text names: the first of its numbers of which a stem stands there."""
        return next((part for part, stems in self.number_stems.get(test, {}).items() if _holds(text, stems)), "")

    def _names_a_test(self, text: str) -> bool:
        return _holds(text, self.heads) or bool(self.list_named(text))

    def _find_in_text(self, text: str) -> tuple[str, ...]:
        tests = self.remembered.get(text)
        if tests is None:
            spellings = set(_iter_spellings(normalize_name(text).split()))
            found = {test for spelling in spellings for test in self.mentions.get(spelling, ())}
            tests = tuple(test for test in found if self.others[test].isdisjoint(spellings))
            if len(self.remembered) < MOST_REMEMBERED:
                self.remembered[text] = tests
        return tests


def make_test_names(tests: Iterable[VocabularyField], measured: Iterable[VocabularyField], heads: tuple[str, ...]) -> TestNames:
    """Those of a knowledge."""
    tests = tuple(tests)
    every = (*tests, *measured)
    mentions: dict[str, tuple[str, ...]] = {}
    for item in every:
        for name in map(normalize_name, item.mentions):
            mentions[name] = (*mentions.get(name, ()), item.name)
    return TestNames(
        {test.name: test.stems for test in tests if test.stems},
        {test.name: test.number_stems for test in tests},
        heads,
        mentions,
        {item.name: frozenset(map(normalize_name, item.other_mentions)) for item in every},
    )


def _iter_spellings(words: list[str]) -> Iterable[str]:
    for start in range(len(words)):
        for length in range(1, MOST_WORDS + 1):
            yield " ".join(words[start : start + length])


def _holds(text: str, stems: Iterable[str]) -> bool:
    plain = f" {normalize_name(text)} "
    return any(stem in plain if len(stem) >= SHORTEST_PART else f" {stem} " in plain for stem in stems)
