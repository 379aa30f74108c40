"""What a text speaks of: known words found in it, which nobody reads as a fact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from concordant.model.drugs import Drug
from concordant.model.knowledge import Knowledge
from concordant.model.vocabulary import ReportTopic
from concordant.terminology.codes import CodeableConcept
from concordant.terminology.names import normalize_name
from concordant.terminology.tumours import NO_WORDS

LONGEST_REMEMBERED, MOST_REMEMBERED = 300, 20_000
SHORTEST_PROTOCOL = 4  # shorter ones stand for anything in a text
# Every sign but letters and digits parts words; a hyphen does so in one of the two ways in which a text is looked at.
SIGNS = "".join(chr(sign) for sign in range(128) if not chr(sign).isalnum())
HYPHENS = "\u00ad\u2010\u2011\u2012\u2013\u2212"
PARTS_ALL = str.maketrans(dict.fromkeys(SIGNS, " "))
PARTS_BUT_HYPHENS = str.maketrans(dict.fromkeys(SIGNS.replace("-", ""), " "))


class WordsSaid(msgspec.Struct, frozen=True):
    """The texts of an entry, and the concepts that its codes stand for."""

    texts: tuple[str, ...] = ()
    concepts: tuple[CodeableConcept, ...] = ()


class TopicFinder(msgspec.Struct, frozen=True):
    """The names of topics by what they are found by: single words, words by their first one, pieces of text, codes."""

    words: Mapping[str, str] = msgspec.field(default_factory=dict)
    phrases: Mapping[str, tuple[tuple[str, str], ...]] = msgspec.field(default_factory=dict)
    pieces: tuple[tuple[str, str], ...] = ()
    hyphened: tuple[tuple[str, str], ...] = ()
    as_written: tuple[tuple[str, str], ...] = ()
    codes: Mapping[str, str] = msgspec.field(default_factory=dict)
    drugs: Mapping[str, str] = msgspec.field(default_factory=dict)
    names: tuple[str, ...] = ()
    initials: frozenset[str] = frozenset()  # the first words of `as_written`
    remembered: dict[str, frozenset[str]] = msgspec.field(default_factory=dict)

    def find_topics(self, said: WordsSaid) -> tuple[str, ...]:
        """The topics of which the texts and codes speak, in the order of the knowledge."""
        found = {name for concept in said.concepts for name in self.iter_coded(concept)}
        for text in said.texts:
            found |= self.find_written(text)
        return tuple(name for name in self.names if name in found) if found else ()

    def iter_coded(self, concept: CodeableConcept) -> Iterator[str]:
        """The topics of a concept."""
        if concept.kind == "drug":
            yield from (self.drugs[drug] for drug in concept.drugs if drug in self.drugs)
        else:
            yield from (self.codes[key] for key in (concept.kind, f"{concept.kind}:{concept.name}") if key in self.codes)

    def find_written(self, text: str) -> frozenset[str]:
        """The topics of a text; what a short one came to is remembered, for records repeat them."""
        known = self.remembered.get(text)
        if known is None:
            known = frozenset(self._iter_written(text))
            if len(text) <= LONGEST_REMEMBERED and len(self.remembered) < MOST_REMEMBERED:
                self.remembered[text] = known
        return known

    def _iter_written(self, text: str) -> Iterator[str]:
        folded = fold_letters(text)
        plain = f" {folded.translate(PARTS_ALL)} "
        words = plain.split()
        met = set(words)
        yield from (self.words[word] for word in met & self.words.keys())
        if firsts := met & self.phrases.keys():
            joined = f" {' '.join(words)} "
            yield from (name for first in firsts for phrase, name in self.phrases[first] if phrase in joined)
        yield from (name for piece, name in self.pieces if piece in plain)
        if "-" in folded:
            hyphened = f" {folded.translate(PARTS_BUT_HYPHENS)} "
            yield from (name for piece, name in self.hyphened if piece in hyphened)
        if self.initials and any(initial in text for initial in self.initials):
            written = _part_words(text)
            yield from (name for piece, name in self.as_written if piece in written)


def fold_letters(text: str) -> str:
    """A text in small letters without accents, whose hyphens are all alike."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(dict.fromkeys(map(ord, HYPHENS), "-"))).lower()
    return re.sub(r"[^\w-]", " ", re.sub(r"[\u0300-\u036f]", "", plain))


def make_topic_finder(knowledge: Knowledge) -> TopicFinder:
    """The tables of a Knowledge for finding topics."""
    topics = knowledge.vocabulary.report_topics
    words: dict[str, str] = {}
    phrases: dict[str, tuple[tuple[str, str], ...]] = {}
    pieces: list[tuple[str, str]] = []
    hyphened: list[tuple[str, str]] = []
    for topic in topics:
        for spelling in (*topic.words, *_iter_added_words(topic, knowledge)):
            sought = _make_piece(spelling)
            if "-" in sought:
                hyphened.append((sought, topic.name))
            elif (spelling[:1] == "*" or spelling[-1:] == "*") and " " not in sought.strip():
                pieces.append((sought, topic.name))
            elif " " in sought.strip():
                first = sought.split()[0]
                phrases[first] = (*phrases.get(first, ()), (sought, topic.name))
            else:
                words[sought.strip()] = topic.name
    return TopicFinder(
        words,
        phrases,
        tuple(pieces),
        tuple(hyphened),
        tuple((_part_words(word), topic.name) for topic in topics for word in topic.as_written),
        {code: topic.name for topic in topics for code in topic.codes},
        {drug.id: topic.name for topic in topics for drug in _list_drugs(topic, knowledge)},
        tuple(topic.name for topic in topics),
        frozenset(word.replace("-", " ").split()[0] for topic in topics for word in topic.as_written),
    )


def _part_words(text: str) -> str:
    """The words of a text with one blank around each; a hyphen parts none."""
    return f" {' '.join(text.translate(PARTS_BUT_HYPHENS).split())} "


def _list_drugs(topic: ReportTopic, knowledge: Knowledge) -> list[Drug]:
    return [drug for drug in knowledge.drugs if set(drug.classes) & set(topic.classes)]


def _make_piece(spelling: str) -> str:
    """What is sought in a text whose words are parted by one blank: a star leaves out the blank on its side."""
    bare = _part_words(fold_letters(spelling.strip("*"))).strip()
    return f"{'' if spelling.startswith('*') else ' '}{bare}{'' if spelling.endswith('*') else ' '}"


def _iter_added_words(topic: ReportTopic, knowledge: Knowledge) -> Iterable[str]:
    """The words that the knowledge has already: of the drugs of a class, of protocols with one, of metastases."""
    if topic.spread:
        yield from (f"*{word}*" for word in (knowledge.vocabulary.tumour_words or NO_WORDS).spread)
    drugs = _list_drugs(topic, knowledge)
    ids = {drug.id for drug in drugs}
    for drug in drugs:
        yield from (normalize_name(name) for name in (drug.name, drug.id, *drug.synonyms, *drug.brands))
    for name, parts in knowledge.vocabulary.protocols.items():
        if ids & set(parts) and len(name) >= SHORTEST_PROTOCOL:
            yield normalize_name(name)
