"""Results whose code is not known: which tests and measurements they may be about, by the words that stand there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from concordant.model.knowledge import VocabularyField
from concordant.terminology.names import normalize_name

MOST_WORDS = 4  # of a name that is looked for among others
LONGEST = 300
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class MentionTable:
    """The names of each test, and the words beside which none of them counts."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    others: dict[str, frozenset[str]] = field(default_factory=dict)
    remembered: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def find_tests(self, texts: Iterable[str | None]) -> tuple[str, ...]:
        """The tests and measurements that the texts name."""
        return tuple(sorted({test for text in texts if text and len(text) <= LONGEST for test in self._find_in_text(text)}))

    def _find_in_text(self, text: str) -> tuple[str, ...]:
        tests = self.remembered.get(text)
        if tests is None:
            spellings = set(_iter_spellings(normalize_name(text).split()))
            found = {test for spelling in spellings for test in self.names.get(spelling, ())}
            tests = tuple(test for test in found if self.others[test].isdisjoint(spellings))
            if len(self.remembered) < MOST_REMEMBERED:
                self.remembered[text] = tests
        return tests


def _iter_spellings(words: list[str]) -> Iterable[str]:
    for start in range(len(words)):
        for length in range(1, MOST_WORDS + 1):
            yield " ".join(words[start : start + length])


def make_mention_table(fields: Iterable[VocabularyField]) -> MentionTable:
    """The table of a vocabulary."""
    table = MentionTable()
    for item in fields:
        table.others[item.name] = frozenset(map(normalize_name, item.other_mentions))
        for name in map(normalize_name, item.mentions):
            table.names[name] = (*table.names.get(name, ()), item.name)
    return table
