"""The words that conditions are told in: text to tokens, and tokens to items by the longest known name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from concordant.model.knowledge import Knowledge, Term
from concordant.model.vocabulary import ConditionWords

JOINED = re.compile(r"[\w+*]+(?:\.\d+)?|[,;:.?!()/&%]")
SPACED_DASH = re.compile(r"\s[-–—]+\s")
MINUS = re.compile(r"(?<=\w)-(?=[\s,;)]|$)")  # a result: the antigen with a minus behind it
NUMBER = re.compile(r"\d[\d.+]*")
YEAR = re.compile(r"(?:19|20)\d\d")
SHORTEST_PROTOCOL = 3
LONGEST_PLURAL = 4
MOST_REMEMBERED = 20_000
SIGNS = frozenset(",;:.()/")


class LexiconItem(msgspec.Struct, frozen=True):
    """One known word or name in a text: what it does, the ids that it stands for, and a number."""

    kind: str
    ids: tuple[str, ...] = ()
    grade: int | None = None
    text: str = ""
    narrow: bool = False  # a narrower thing than the term: that it is absent does not say that the term is


class Tokenizer(msgspec.Struct):
    """Turns texts into words of one spelling, and remembers what it made of each word."""

    words: ConditionWords
    made: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def split_tokens(self, text: str) -> list[str]:
        """The words of a text without case, accents, hyphens and plurals; signs that mean something stand alone."""
        folded = text.lower() if text.isascii() else _strip_accents(text)
        bare = folded.replace("'s", "").replace("_", " ")
        folded = SPACED_DASH.sub(" , ", f" {bare} ")
        return [piece for token in JOINED.findall(MINUS.sub(" negative", folded)) for piece in self._normalize_token(token)]

    def _normalize_token(self, token: str) -> tuple[str, ...]:
        """The word as it is spelled here; a scale written together with its step as two: `g3` is `g 3`."""
        tokens = self.made.get(token)
        if tokens is None:
            spelled = self._normalize_spelling(token)
            head = spelled.rstrip("0123456789")
            apart = head != spelled and head in self.words.scale_words.get("together", ())
            tokens = (head, spelled[len(head) :]) if apart else (spelled,)
            if len(self.made) < MOST_REMEMBERED:
                self.made[token] = tokens
        return tokens

    def _normalize_spelling(self, token: str) -> str:
        for variant, other in self.words.spellings.items():
            token = token.replace(variant, other)
        if len(token) > LONGEST_PLURAL and token.endswith("s") and token[-2] not in "siu":
            return token[:-3] + "y" if token.endswith("ies") else token[:-1]
        return token


def _strip_accents(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).lower().replace("’", "'")
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


class Lexicon(msgspec.Struct):
    """All names by their tokens, made once for a Knowledge; `remembered` holds what texts came to."""

    words: ConditionWords
    spelling: Tokenizer
    items: dict[str, LexiconItem] = msgspec.field(default_factory=dict)
    longest: dict[str, int] = msgspec.field(default_factory=dict)
    names: dict[str, str] = msgspec.field(default_factory=dict)  # of terms, to be written in a case file
    remembered: dict[str, Any] = msgspec.field(default_factory=dict)

    def add_name(self, name: str, item: LexiconItem) -> None:
        """A name and its item; the first of a name stays."""
        tokens = self.spelling.split_tokens(name)
        if tokens and self.items.setdefault(" ".join(tokens), item) is item:
            self.longest[tokens[0]] = max(self.longest.get(tokens[0], 1), len(tokens))

    def read_items(self, text: str) -> list[LexiconItem]:
        """The items of a text in order; a word that is not known is an item of the kind `unknown`."""
        return list(self._iter_items(self.spelling.split_tokens(_strip_tag(text, self.words))))

    def match_whole_text(self, text: str) -> LexiconItem | None:
        """The condition whose name is all of the text, whatever signs stand between its words."""
        key = " ".join(token for token in self.spelling.split_tokens(_strip_tag(text, self.words)) if token not in SIGNS)
        item = self.items.get(key)
        return item if item is not None and item.kind in ("term", "reaction", "spread") else None

    def _iter_items(self, tokens: list[str]) -> Iterator[LexiconItem]:
        at = 0
        while at < len(tokens):
            item, length = self._match_longest(tokens, at)
            yield item
            at += length

    def _match_longest(self, tokens: list[str], at: int) -> tuple[LexiconItem, int]:
        for length in range(min(self.longest.get(tokens[at], 1), len(tokens) - at), 0, -1):
            text = " ".join(tokens[at : at + length])
            if (item := self.items.get(text)) is not None:
                return msgspec.structs.replace(item, text=text), length
        return LexiconItem(_classify_sign(tokens[at]), text=tokens[at]), 1


def _classify_sign(token: str) -> str:
    if NUMBER.fullmatch(token):
        return "number"
    return {",": "pause", "(": "pause", ")": "pause", ";": "break", ".": "break", "!": "break", ":": "free"}.get(token, "unknown")


def _strip_tag(text: str, words: ConditionWords) -> str:
    """A name of a terminology without the tag behind it: `(disorder)`."""
    bare, bracket, tag = text.rstrip().rpartition("(")
    return bare if bracket and tag.rstrip(") ").lower() in words.tags else text


def make_lexicon(knowledge: Knowledge) -> Lexicon | None:
    """The lexicon of a Knowledge; the order of adding is the order of preference."""
    vocabulary = knowledge.vocabulary
    if vocabulary.condition_words is None:
        return None
    made = Lexicon(vocabulary.condition_words, Tokenizer(vocabulary.condition_words))
    _add_names(made, vocabulary.condition_words)
    _add_terms(made, vocabulary.conditions)
    for kind, phrases in made.words.marks.items():
        for phrase in phrases:
            made.add_name(phrase, LexiconItem(kind))
    _add_drugs(made, knowledge)
    for kind, terms in (("site", vocabulary.sites), ("drug", vocabulary.substances)):
        for term in terms:
            for name in (term.name, term.id, *term.synonyms):
                made.add_name(name, LexiconItem(kind, (term.id,)))
    for word in vocabulary.qualifiers:
        made.add_name(word, LexiconItem("narrow"))
    return made


def _add_names(made: Lexicon, words: ConditionWords) -> None:
    """Names that say more than a term: a grade, a result, a status, a place."""
    for name, (term, grade) in words.graded.items():
        made.add_name(name, LexiconItem("reaction" if term in words.reactions else "term", (term,), grade, narrow=True))
    for name, (term, status) in words.said.items():
        made.add_name(name, LexiconItem("reaction" if term in words.reactions else "term", (term, status)))
    for name, term in words.tests.items():
        made.add_name(name, LexiconItem("test", (term,)))
    for name, site in words.spread.items():
        made.add_name(name, LexiconItem("spread", (site,) if site else ()))
    for word, grade in words.severity.items():
        made.add_name(word, LexiconItem("severity", grade=grade))
    for scale in words.scales:
        for word in words.scale_words[scale]:
            made.add_name(word, LexiconItem("scale", (scale,)))


def _add_terms(made: Lexicon, terms: Iterable[Term]) -> None:
    for term in terms:
        kind = "reaction" if term.id in made.words.reactions else "term"
        for name in (term.name, term.id, *term.synonyms):
            made.add_name(name, LexiconItem(kind, (term.id,)))
        for name in term.kinds:
            made.add_name(name, LexiconItem(kind, (term.id,), narrow=True))
        made.names.setdefault(term.id, term.name)


def _add_drugs(made: Lexicon, knowledge: Knowledge) -> None:
    """Drugs, classes and the protocols whose names are no everyday letters."""
    for drug in knowledge.drugs:
        for name in (drug.name, drug.id, *drug.synonyms, *drug.brands):
            made.add_name(name, LexiconItem("drug", drug.contains or (drug.id,)))
    for id_, name in knowledge.classes.items():
        made.add_name(name, LexiconItem("drug", (id_,)))
    for word, id_ in knowledge.vocabulary.class_words.items():
        made.add_name(word, LexiconItem("drug", (id_,)))
    for name, parts in knowledge.vocabulary.protocols.items():
        if len(name) >= SHORTEST_PROTOCOL:
            made.add_name(name, LexiconItem("drug", tuple(parts)))
