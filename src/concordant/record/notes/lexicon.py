"""The names of the knowledge in the text of a note: the longest known name, in any spelling of its blanks and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from concordant.model.notes import NoteLanguage
from concordant.terminology.names import Words

Kind = Literal["drug", "site", "condition", "medication", "symptom", "cancer"]
WORD = re.compile(r"[^\W_]+(?:-\n\s*(?=[a-zäöüß]))?")
LONGEST_NAME = 6  # words
SHORT = 2  # letters; names so short count in capitals alone
LEAST_TYPO, LONG_TYPO = 5, 9


@dataclass(frozen=True, slots=True)
class Entity:
    """A name in the text: its place, what kind of thing it names, and the ids; `meant` where it was read as another spelling."""

    start: int
    end: int
    kind: Kind
    ids: tuple[str, ...]
    meant: str = ""


@dataclass(slots=True)
class NoteLexicon:
    """The names of one language, by their letters without blanks."""

    names: dict[str, tuple[Kind, tuple[str, ...], int]] = field(default_factory=dict)
    capitals: frozenset[str] = frozenset()
    drugs: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)  # by their first two letters
    known: frozenset[str] = frozenset()  # words that are no misspelt drug
    endings: tuple[str, ...] = ()  # of words that may be drugs
    compounds: tuple[str, ...] = ()  # words that a site or a drug is written together with, the longest first

    def add_names(self, kind: Kind, names: Iterable[tuple[str, tuple[str, ...]]], without: frozenset[str]) -> None:
        """Add names of one kind; the first that comes stands."""
        for name, ids in names:
            words = split_words(name)
            key = "".join(words)
            if key and key not in without and len(words) <= LONGEST_NAME:
                self.names.setdefault(key, (kind, ids, len(words)))
                if kind == "drug" and len(key) >= LEAST_TYPO and len(words) == 1:
                    self.drugs.setdefault(key[:2], []).append((key, ids))

    def find_entities(self, raw: str, folded: str) -> list[Entity]:
        """The names of a text in their order; none overlaps another."""
        words = list(WORD.finditer(folded))
        found: list[Entity] = []
        at = 0
        while at < len(words):
            entity, taken = self._match_at(raw, folded, words, at)
            if entity is not None and not (entity.kind == "drug" and self._goes_on(folded, words, at + taken)):
                found.append(entity)
            at += taken
        return found

    def _match_at(self, raw: str, folded: str, words: list[re.Match[str]], at: int) -> tuple[Entity | None, int]:
        """The longest name that begins with a word, and how many words it takes."""
        key, best, taken, blanks = "", None, 1, 0
        for length in range(1, min(LONGEST_NAME, len(words) - at) + 1):
            word = words[at + length - 1]
            if length > 1:
                between = folded[words[at + length - 2].end() : word.start()]
                if between.strip(" -'/.\n+&") or len(between.strip(" ")) > 2 or "\n\n" in between:
                    break
                blanks += any(sign in between for sign in " \n")
            key += clean_word(word[0])
            named = self.names.get(key)
            if named is not None and blanks < max(named[2], 1) and self._is_written(raw[words[at].start() : word.end()], key):
                best, taken = Entity(words[at].start(), word.start() + len(word[0].rstrip("-\n ")), named[0], named[1]), length
        if best is None:
            best = self._split_compound(words[at]) or self._find_misspelt(words[at])
            if best is not None and best.meant:
                return self._extend_misspelt(best, folded, words, at)
        return best, taken

    def _extend_misspelt(self, found: Entity, folded: str, words: list[re.Match[str]], at: int) -> tuple[Entity, int]:
        """With the words behind it that make the name it was meant for another, longer one: else it would be the wrong drug."""
        key, best, taken = found.meant, found, 1
        for length in range(2, min(LONGEST_NAME, len(words) - at) + 1):
            word = words[at + length - 1]
            if folded[words[at + length - 2].end() : word.start()].strip(" \n") not in ("", "-"):
                break
            key += clean_word(word[0])
            if (named := self.names.get(key)) is not None and named[0] == "drug":
                best, taken = Entity(found.start, word.end(), "drug", named[1], key), length
        return best, taken

    def _split_compound(self, word: re.Match[str]) -> Entity | None:
        """The site, drug or medicine with which a compound begins: its other part is left to the forms, as a word of its own."""
        head = next((head for head in self.compounds if word[0].endswith(head) and len(word[0]) > len(head)), None)
        named = self.names.get(clean_word(word[0].removesuffix(head))) if head is not None else None
        if head is None or named is None or named[0] not in ("site", "drug", "medication") or named[2] > 1:
            return None
        return Entity(word.start(), word.end() - len(head), named[0], named[1])

    def _goes_on(self, folded: str, words: list[re.Match[str]], at: int) -> bool:
        """Whether the name of a drug goes on with a word that makes it another, unknown one."""
        if at >= len(words) or folded[words[at - 1].end() : words[at].start()].strip(" ") not in ("", "-"):
            return False
        return self.may_be_drug(clean_word(words[at][0]))

    def may_be_drug(self, word: str) -> bool:
        """Whether an unknown word ends as drugs do."""
        return len(word) >= LEAST_TYPO and word not in self.known and word.endswith(self.endings)

    def _is_written(self, said: str, key: str) -> bool:
        """Whether a short name stands in capitals, without which it is a word."""
        return not (len(key) <= SHORT or key in self.capitals) or not any(sign.islower() for sign in said)

    def _find_misspelt(self, word: re.Match[str]) -> Entity | None:
        """A drug that one letter differs from, or two of a long name; none where several are as near."""
        said = clean_word(word[0])
        if len(said) < LEAST_TYPO or said in self.known or said in self.endings or not said.isalpha():
            return None
        allowed = 1 if len(said) < LONG_TYPO else 2
        near = [(name, ids) for name, ids in self.drugs.get(said[:2], ()) if is_near(said, name, allowed)]
        if len({ids for _, ids in near}) != 1:
            return None
        return Entity(word.start(), word.end(), "drug", near[0][1], near[0][0])


def clean_word(word: str) -> str:
    """A word of the text as names are kept: without accents, and put together where a line broke it."""
    if word.isascii():
        return word.replace("-\n", "").replace(" ", "") if "\n" in word else word
    folded = unicodedata.normalize("NFKD", word)
    return re.sub(r"-\n\s*", "", "".join(sign for sign in folded if not unicodedata.combining(sign)))


def split_words(name: str) -> list[str]:
    """The words of a name in small letters."""
    return [clean_word(word[0]) for word in WORD.finditer(unicodedata.normalize("NFKC", name).lower())]


def is_near(said: str, name: str, allowed: int) -> bool:
    """Whether two words differ by at most so many letters, put in, left out, changed, or two neighbours in turn."""
    if abs(len(said) - len(name)) > allowed:
        return False
    last: list[int] = []
    row = list(range(len(name) + 1))
    for i, sign in enumerate(said, 1):
        before, last, row = last, row, [i]
        for j, other in enumerate(name, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (sign != other))
            if before and j > 1 and sign == name[j - 2] and said[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return False
    return row[-1] <= allowed


def make_lexicon(words: Words, language: NoteLanguage) -> NoteLexicon:
    """The names of the knowledge and those of a language."""
    without = frozenset("".join(split_words(name)) for name in language.not_names)
    lexicon = NoteLexicon(capitals=frozenset("".join(split_words(name)) for name in language.capitals))
    for kind in ("cancer", "symptom", "condition", "site", "drug", "medication"):
        lexicon.add_names(kind, _iter_own(language.names.get(kind, {})), frozenset())
    lexicon.add_names("drug", _iter_drugs(words), without)
    lexicon.add_names("site", ((name, (id_,)) for name, id_ in words.sites.items()), without)
    ignored = {*language.ignored, *_list_without_bearing(words)}
    told = ((name, id_) for name, id_ in words.conditions.items() if id_ not in language.ignored)
    for name, id_ in told:
        lexicon.add_names("symptom" if id_ in ignored else "condition", [(name, (id_,))], without)
    lexicon.add_names("medication", words.medications.items(), without)
    lexicon.endings = language.drug_endings
    lexicon.compounds = tuple(sorted(language.compounds, key=len, reverse=True))
    lexicon.known = frozenset((*lexicon.names, *(clean_word(word) for word in language.filler)))
    return lexicon


def _list_without_bearing(words: Words) -> set[str]:
    """Conditions that do not matter for any regimen: known, and no fact."""
    return {term.id for term in words.knowledge.vocabulary.conditions if term.no_bearing} if words.knowledge else set()


def _iter_own(names: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((name, tuple(id_.split("+"))) for id_, spellings in names.items() for name in spellings)


def _iter_drugs(words: Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from words.drugs.items()
    yield from ((name, (id_,)) for name, id_ in words.classes.items())
