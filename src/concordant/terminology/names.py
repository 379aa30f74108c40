"""Names, synonyms, brands and codes to the ids of the knowledge: membership only, no network."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from concordant.errors import NearWords
from concordant.logic.by_identity import IdentityCache
from concordant.model.drugs import Drug
from concordant.model.knowledge import Knowledge, Term, Vocabulary
from concordant.patient.facts import format_unit
from concordant.terminology.words import Lexicon, make_lexicon

LONGEST_SHORT = 200
DOUBT = frozenset("?？¿")


def normalize_name(name: str) -> str:
    """A name without case, punctuation and double blanks, so that spellings meet; a short one is worked out once."""
    return _normalize_short_name(name) if len(name) <= LONGEST_SHORT else _strip_name(name)


def is_doubted(name: str) -> bool:
    """Whether a name is told with a question mark: it may be another, or none, and stands for nothing."""
    return not DOUBT.isdisjoint(name)


@lru_cache(maxsize=20_000)
def _normalize_short_name(name: str) -> str:
    return _strip_name(name)


def _strip_name(name: str) -> str:
    if name.isascii():  # nearly all; thousands are read at every start
        return " ".join(name.lower().translate(_ASCII_BETWEEN).split())
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", name).lower()).strip()


_BETWEEN = re.compile(r"(?:[^\w+]|_)+")
_ASCII_BETWEEN = {number: " " for number in range(128) if _BETWEEN.fullmatch(chr(number))}


MOST_VOCABULARIES = 8  # drugs, sites, conditions and medications, of two knowledges


class Words(msgspec.Struct):
    """Look-up tables made once for a Knowledge."""

    drugs: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    classes: dict[str, str] = msgspec.field(default_factory=dict)
    sites: dict[str, str] = msgspec.field(default_factory=dict)
    conditions: dict[str, str] = msgspec.field(default_factory=dict)
    medications: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    medication_ids: frozenset[str] = frozenset()
    family_ids: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    codes: dict[str, str] = msgspec.field(default_factory=dict)
    units: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    bare: set[str] = msgspec.field(default_factory=set)
    whole: dict[str, float] = msgspec.field(default_factory=dict)  # units where a spelling with this factor counts single things
    fractions: dict[str, float] = msgspec.field(default_factory=dict)  # units of which a bare number may be a part of one
    suffixes: tuple[str, ...] = ()
    course_words: frozenset[str] = frozenset()
    denying: frozenset[str] = frozenset()  # at the head of a name: it was not given
    unspaced: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)  # names of drugs without blanks
    class_ids: frozenset[str] = frozenset()
    knowledge: Knowledge | None = None
    made: dict[str, Any] = msgspec.field(default_factory=dict)  # tables that are only made when they are asked for
    medicines: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)  # written names that were met
    factors: dict[tuple[str, str, str, bool], float | None] = msgspec.field(default_factory=dict)  # of units that were met

    @property
    def lexicon(self) -> Lexicon | None:
        """The words that conditions are told in."""
        if "lexicon" not in self.made:
            self.made["lexicon"] = make_lexicon(self.knowledge) if self.knowledge is not None else None
        made: Lexicon | None = self.made["lexicon"]
        return made


def make_words(knowledge: Knowledge) -> Words:
    """The tables for reading a record."""
    words = Words()
    for drug in knowledge.drugs:
        _add_drug(words, drug)
    words.classes = {normalize_name(name): id_ for id_, name in knowledge.classes.items()}
    words.classes |= {normalize_name(id_): id_ for id_ in knowledge.classes}
    vocabulary = knowledge.vocabulary
    words.classes |= {normalize_name(word): id_ for word, id_ in vocabulary.class_words.items()}
    words.drugs |= {normalize_name(name): parts for name, parts in vocabulary.protocols.items()}
    words.suffixes = vocabulary.drug_suffixes
    words.course_words = frozenset(vocabulary.course_words)
    words.denying = frozenset(vocabulary.denying_words)
    words.class_ids = frozenset(knowledge.classes)
    _add_terms(words.sites, words.codes, vocabulary.sites)
    _add_terms(words.conditions, words.codes, vocabulary.conditions)
    _add_medications(words, vocabulary)
    for unit in vocabulary.units:
        printed = {normalize_unit(unit.id): 1.0, normalize_unit(format_unit(unit.id)): 1.0}
        words.units[unit.id] = printed | {normalize_unit(k): v for k, v in unit.also.items()}
        if unit.whole:
            words.whole[unit.id] = unit.whole
        if unit.fraction:
            words.fractions[unit.id] = unit.fraction
        if unit.bare:
            words.bare.add(unit.id)
    words.unspaced = {name: parts for name, parts in words.unspaced.items() if name not in words.medications}
    words.knowledge = knowledge
    return words


def _add_drug(words: Words, drug: Drug) -> None:
    ids = drug.contains or (drug.id,)
    for name in (drug.name, drug.id, *drug.synonyms, *drug.brands):
        spelling = normalize_name(name)
        words.drugs[spelling] = ids
        if len(bare := spelling.replace(" ", "")) >= SHORTEST_UNSPACED:
            words.unspaced[bare] = ids


def _add_terms(table: dict[str, str], codes: dict[str, str], terms: Iterable[Term]) -> None:
    for term in terms:
        for name in (term.id, term.name, *term.synonyms, *term.kinds):
            table[normalize_name(name)] = term.id
        for code in term.codes:
            codes[f"{code.system}:{code.code.upper()}"] = term.id


def _add_medications(words: Words, vocabulary: Vocabulary) -> None:
    single: dict[str, str] = {}
    _add_terms(single, words.codes, vocabulary.medications)
    words.medications = {name: (term,) for name, term in single.items()}
    words.medications |= {normalize_name(name): parts for name, parts in vocabulary.combinations.items()}
    words.medication_ids = frozenset(term.id for term in vocabulary.medications)
    words.family_ids = frozenset(family.id for family in vocabulary.families)
    words.fillers = frozenset(
        part for word in (*vocabulary.medicine_words, *vocabulary.product_words) for part in normalize_name(word).split()
    )


# The Greek letter for the micro sign, a letter for the sign of multiplication, small raised digits as powers.
TYPED = str.maketrans({"μ": "µ", "×": "x", **{raised: f"^{digit}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}})


# One spelling for each of many: powers of ten, cubic millimetres, microlitres, what a person noted in braces.
UNIT_SPELLINGS = (
    (re.compile(r"\{[^{}]*\}"), ""),
    (re.compile(r"µ"), "u"),
    (re.compile(r"^\W?x?\W?10(?:\*\*|[*^e]|exp|\^?\()(\d{1,2})\)?"), r"10*\1"),
    (re.compile(r"(?<=/)(?:mcl|cu\.?mm|cmm|mm(?:\*\*|[*^])?3)\.?$"), "ul"),
    (re.compile(r"/+$"), ""),
)


def ends_with_name(text: str, name: str) -> bool:
    """Whether a text is a name, or words and then the name: `no fibrosis` and `fibrosis`."""
    return f" {normalize_name(text)}".endswith(f" {normalize_name(name)}")


def normalize_unit(unit: str) -> str:
    """A unit without blanks and case, its signs as they are typed, its power of ten and its volume in one spelling."""
    text = re.sub(r"\s+", "", unit.translate(TYPED)).lower()
    for pattern, spelling in UNIT_SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


SEPARATORS = (r"[+/,&;]|->|→|\band\b|\bwith\b|\bplus\b|\bthen\b|\bfollowed by\b|\bund\b|\bmit\b|\bdann\b|\bgefolgt von\b", "-")


def drugs_from_name(name: str, words: Words) -> tuple[str, ...]:
    """The ids of drugs and classes that a name stands for; nothing when any part of it is unknown.

    A name may be a drug, a protocol or a class, several of them joined, or one with a suffix for its form.
    """
    if is_doubted(name):
        return ()
    if drugs := _drugs_from_spelling(normalize_name(name), words) or _drugs_from_brackets(name, words):
        return drugs
    for separator in SEPARATORS:
        pieces = [piece for piece in re.split(separator, name, flags=re.I) if piece.strip()]
        known = [_drugs_from_spelling(normalize_name(piece), words) for piece in pieces]
        if len(pieces) > 1 and all(known):
            return tuple(dict.fromkeys(id_ for part in known for id_ in part))
    return ()


def _drugs_from_brackets(name: str, words: Words) -> tuple[str, ...]:
    """A name and, in brackets, another one for the same: a brand and its ingredient. Brackets that say something else count."""
    both = re.fullmatch(r"([^()]+)\(([^()]+)\)\s*", name)
    first, second = (_drugs_from_spelling(normalize_name(part), words) for part in both.groups()) if both else ((), ())
    return first if first == second else ()


SHORTEST_UNSPACED, SHORTEST_AMONG = 4, 3
COUNT = re.compile(r"x?\d+x?|c\d+(d\d+)?|d\d+|\d+(st|nd|rd|th)")  # x6, 6x, C3D1, 3rd


def _drugs_from_spelling(spelling: str, words: Words, shortest: int = SHORTEST_AMONG) -> tuple[str, ...]:
    """The drugs of a name, which may stand with a suffix for its form, or with the words of a course: NAME cycle 3 of 6.

    Among the words of a course a name of fewer letters than `shortest` may be anything.
    """
    left, among = spelling.split(), False
    if len(left) > 1 and left[0] in words.denying:
        return ()
    while left:
        name = " ".join(left)
        if (found := _find_name(name, words)) and (not among or len(name) >= shortest):
            return found
        if left[-1] in words.suffixes:
            left.pop()
        elif _is_course_word(left[-1], words):
            left.pop()
            among = True
        elif _is_course_word(left[0], words):
            del left[0]
            among = True
        else:
            return ()
    return ()


def can_be_protocol(name: str, words: Words) -> bool:
    """Whether the short name of a protocol stands among the words of a course: NAME x4, or NAME x4 then NAME."""
    pieces = [piece for piece in re.split(SEPARATORS[0], name, flags=re.I) if piece.strip()]
    return bool(pieces) and all(_drugs_from_spelling(normalize_name(piece), words, 1) for piece in pieces)


def _find_name(name: str, words: Words) -> tuple[str, ...]:
    if name in words.drugs:
        return words.drugs[name]
    if name in words.classes:
        return (words.classes[name],)
    return words.unspaced.get(name.replace(" ", ""), ())


def _is_course_word(word: str, words: Words) -> bool:
    return word in words.course_words or COUNT.fullmatch(word) is not None


def medicines_from_name(name: str, words: Words) -> tuple[str, ...]:
    """The ids of all that the written name of a medicine holds; nothing when any word of it is not understood.

    Ids of medications and, for a name that is none of theirs, of drugs and classes. Strengths, forms, salts, routes and
    directions may stand by, as in `NAME 10 MG Oral Tablet`, `NAME 100 unit/mL`, `BRAND PRN`.
    """
    if len(name) > LONGEST_MEDICINE or is_doubted(name):
        return ()
    parts = words.medicines.get(name)
    if parts is None:
        parts = _find_medicines(name, words)
        if len(words.medicines) < MOST_MEDICINES:
            words.medicines[name] = parts
    return parts


def _find_medicines(name: str, words: Words) -> tuple[str, ...]:
    if exact := words.medications.get(normalize_name(name)) or drugs_from_name(name, words):
        return exact
    left = normalize_name(re.sub(r"[+/,;&]", f" {JOINING[0]} ", name)).split()
    medicines, after_name = dict[str, None](), False
    while left:
        length, parts = _match_first_medicine(left, words, after_name=after_name)
        if not length or left[-1] in JOINING:  # the second medicine is not told
            return ()
        medicines |= dict.fromkeys(parts)
        after_name = bool(parts) or (after_name and left[0] not in JOINING)
        left = left[length:]
    return tuple(medicines)


LONGEST_MEDICINE, MOST_MEDICINE_WORDS, MOST_MEDICINES = 300, 6, 20_000
SHORTEST_DRUG = 5  # shorter names of drugs are protocols, and may be anything
JOINING = ("and", "with", "plus", "und")
AMOUNT = re.compile(r"[qx]?\d+([^\W\d_]*)\d?|[a-z]{1,4}\d{4,}")  # 500mg, q6h, x7d; the number of a product


def _match_first_medicine(left: list[str], words: Words, *, after_name: bool) -> tuple[int, tuple[str, ...]]:
    """How many words the first name or word that names nothing takes, and what it stands for; none where it is strange.

    Behind a name the word for a salt is no medicine of its own.
    """
    for length in range(min(MOST_MEDICINE_WORDS, len(left)), 0, -1):
        if length == 1 and after_name and left[0] in words.fillers:
            break
        spelling = " ".join(left[:length])
        drug = _drugs_from_spelling(spelling, words) if len(spelling) >= SHORTEST_DRUG else ()
        if parts := words.medications.get(spelling) or drug:
            return length, parts
    return int(_is_filler(left[0], words)), ()


def _is_filler(word: str, words: Words) -> bool:
    """A strength, a form, a salt, a route, a direction."""
    amount = AMOUNT.fullmatch(word)
    unit = (amount[1] or "") if amount else word
    return len(unit) < 2 or unit in words.fillers


find_near_words = IdentityCache[Mapping[str, object], NearWords](NearWords, MOST_VOCABULARIES)


def suggest_name(name: str, known: Mapping[str, object]) -> str:
    """`did you mean` for an open vocabulary, or nothing when no known word is near."""
    return find_near_words(known).suggest_word(normalize_name(name))
