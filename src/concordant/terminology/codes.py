"""A coded value to what it stands for: membership in the pinned value sets of the knowledge, and nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from concordant.model.drugs import Code
from concordant.model.knowledge import CodeKind, Knowledge, ValueSet, Vocabulary
from concordant.model.vocabulary import TreatmentTold
from concordant.terminology.certainty import CertaintyLetters, make_certainty_letters
from concordant.terminology.code_table import (
    MOST_REMEMBERED,
    CodeableConcept,
    CodeTable,
    concept_from_family,
    iter_code_prefixes,
)
from concordant.terminology.morphology import MorphologyTable
from concordant.terminology.names import SHORTEST_AMONG, Words, drugs_from_name, is_doubted, make_words, normalize_name
from concordant.terminology.near_names import can_be_drug
from concordant.terminology.product_codes import ProductTable

LONGEST_TEXT = 300
ANSWERS: tuple[CodeKind, ...] = ("value", "stop_reason")
MOST_WORDS, SHORTEST_NAME = 5, 5  # of a drug's name among other words; shorter ones are protocols, and may be anything
YES, NO = ("positive", "present", "yes"), ("negative", "absent", "no", "none")  # the value sets of a plain answer
NO_SYSTEM = "no system"  # of codes that a source writes without one
PACKAGED = "ndc"  # written in several forms, and with the package that the product comes in
POINTED = "icd10"  # written with a point behind the third sign, which some leave out


class CodeSystems(dict[str, CodeTable]):
    """The codes by the system as it is written: an address, an object identifier or a short name."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, str] = {}  # every plain name of a system, to its id
        self.known: dict[str, CodeTable] = {}  # by id

    def __missing__(self, system: str) -> CodeTable:
        table = self.known.get(self.ids.get(normalize_system(system), ""), NO_CODES)
        if len(self) < MOST_REMEMBERED:
            self[system] = table
        return table


class Terminology(msgspec.Struct):
    """The look-up tables of a Knowledge: system as written, then code."""

    words: Words
    systems: CodeSystems = msgspec.field(default_factory=CodeSystems)
    texts: dict[str, dict[str, CodeableConcept]] = msgspec.field(default_factory=dict)  # by kind: texts for codes of it
    product_words: frozenset[str] = frozenset()
    study_words: frozenset[str] = frozenset()
    treatment_words: tuple[str, ...] = ()
    treatment_codes: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)  # by system: beginnings
    unnamed_codes: dict[str, dict[str, bool]] = msgspec.field(default_factory=dict)  # that name no drug, and whether it is past
    treatment_told: TreatmentTold = msgspec.field(default_factory=TreatmentTold)
    certainty: CertaintyLetters = msgspec.field(default_factory=CertaintyLetters)
    result_words: frozenset[str] = frozenset()  # that stand beside the word of a result and add nothing
    named: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    perhaps: dict[str, bool] = msgspec.field(default_factory=dict)  # texts, and whether they may stand for a drug
    remembered: dict[object, Any] = msgspec.field(default_factory=dict)  # for readers: what a whole coded value came to

    def find_concept(self, system: str | None, code: str | None) -> CodeableConcept | None:
        """What the code stands for, or None. A system may be an address, an object identifier or a short name."""
        return self.systems[system or NO_SYSTEM][code] if code else None

    def iter_concepts(self, kind: CodeKind, name: str) -> Iterator[CodeableConcept]:
        """Every concept of this kind and name that a code stands for."""
        concepts = (concept for table in self.systems.known.values() for concept in table.values() if concept is not None)
        return (concept for concept in concepts if (concept.kind, concept.name) == (kind, name))

    def find_text_concept(self, kind: CodeKind, text: str | None) -> CodeableConcept | None:
        """Return the concept of this kind that a text stands for, or None. The whole text has to match."""
        table = self.texts.get(kind)
        if not text or table is None or len(text) > LONGEST_TEXT:
            return None
        if kind in ANSWERS and is_doubted(text):  # a question names what is asked, and answers nothing
            return None
        return table.get(text) or table.get(normalize_name(text))

    def find_system_id(self, system: str) -> str | None:
        """The id of a code system, whichever of its names it goes by."""
        return self.systems.ids.get(normalize_system(system))

    def drugs_from_text(self, text: str | None) -> tuple[str, ...]:
        """The drugs that the name of a drug or a product stands for; none when a part of it is unknown."""
        if not text:
            return ()
        drugs = self.named.get(text)
        if drugs is None:
            drugs = self._drugs_from_text(text)
            if len(self.named) < MOST_REMEMBERED:
                self.named[text] = drugs
        return drugs

    def _drugs_from_text(self, text: str) -> tuple[str, ...]:
        if len(text) > LONGEST_TEXT or is_doubted(text):
            return ()
        if parts := drugs_from_name(text, self.words):
            return parts
        pieces = [self._strip_product(piece) for piece in re.split(r"\s/\s", text)]
        known = [drugs_from_name(piece, self.words) for piece in pieces if piece]
        short = any(0 < len(piece) < SHORTEST_AMONG for piece in pieces)  # EC tablet is a form of tablets
        if known and all(known) and not short:
            return tuple(dict.fromkeys(id_ for part in known for id_ in part))
        drugs, strange = self._find_drugs_among(text)
        return () if strange else drugs

    def can_be_treatment(self, text: str) -> bool:
        """Whether a text that names no drug for certain may stand for one: it holds a known name or one that is near, or it
        speaks of a study drug or of cancer treatment.
        """
        if len(text) > LONGEST_TEXT:
            return True
        known = self.perhaps.get(text)
        if known is None:
            if len(self.perhaps) >= MOST_REMEMBERED:
                self.perhaps.clear()
            told = self.holds_drug(text) or self.is_study_drug(text) or self.tells_treatment(text)
            known = self.perhaps[text] = told or can_be_drug(text, self.words)
        return known

    def holds_drug(self, text: str) -> bool:
        """Whether the name of a drug stands among other words."""
        return len(text) <= LONGEST_TEXT and bool(self._find_drugs_among(text)[0])

    def is_study_drug(self, text: str) -> bool:
        """Whether a text speaks of a drug of a trial without its name."""
        return not self.study_words.isdisjoint(normalize_name(text).split())

    def tells_treatment(self, text: str) -> bool:
        """Whether a text speaks of cancer treatment without saying which."""
        plain = " ".join(text.lower().split())
        return any(word in plain for word in self.treatment_words)

    def is_treatment_code(self, system: str | None, code: str | None) -> bool:
        """Whether a code that is not listed is that of a cancer drug all the same."""
        begins = self.treatment_codes.get(self.find_system_id(system) or "", ()) if system and code else ()
        return bool(begins) and (code or "").strip().upper().startswith(begins)

    def find_unnamed_treatment(self, codes: Iterable[tuple[str | None, str | None]]) -> bool | None:
        """Whether codes say that cancer drugs were given, and not which: True where it is past; None where none says so."""
        for system, code in codes:
            begins = self.unnamed_codes.get(self.find_system_id(system) or "") if system and code else None
            for begin, past in begins.items() if begins else ():
                if (code or "").strip().upper().startswith(begin):
                    return past
        return None

    def says_treatment_given(self, text: str) -> bool:
        """Whether the name of a procedure says that cancer drugs were given, and not which."""
        plain, said = " ".join(text.lower().split()), self.treatment_told
        return any(word in plain for word in said.words) and not any(word in plain for word in said.denied)

    def _find_drugs_among(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The drugs whose names stand among other words, and whether a word is strange: no number, dose, form or route."""
        words, drugs, strange = normalize_name(text).split(), dict[str, None](), False
        while words:
            length = next((n for n in range(min(MOST_WORDS, len(words)), 0, -1) if self._is_name(words[:n])), 0)
            if length:
                drugs |= dict.fromkeys(self.words.drugs[" ".join(words[:length])])
            else:
                strange |= not (len(words[0]) == 1 or words[0][0].isdigit() or words[0] in self.product_words)
            words = words[length or 1 :]
        return tuple(drugs), strange

    def _is_name(self, words: list[str]) -> bool:
        spelling = " ".join(words)
        return len(spelling) >= SHORTEST_NAME and spelling in self.words.drugs

    def _strip_product(self, product: str) -> str:
        """A product's name without numbers, strengths and forms."""
        signs = [word for word in product.split() if not word[0].isdigit()]
        kept = [w for w in signs if not set(re.split(r"[/.]", w.lower().strip("(),"))) <= self.product_words]
        return " ".join(word.strip("(),") for word in kept)


class UnknownSystemCodes(CodeTable):
    """Of a system that is not known."""

    def __missing__(self, code: str) -> None:
        return None


NO_CODES = UnknownSystemCodes()


@lru_cache(maxsize=5000)
def normalize_system(name: str) -> str:
    """The name of a code system without scheme, `urn:oid:`, version and last slash."""
    text = name.partition("|")[0].strip().lower().rstrip("/")
    for start in ("urn:oid:", "https://", "http://", "urn:", "www."):
        text = text.removeprefix(start)
    return text


def hash_codes(codes: Iterable[Code]) -> str:
    """The hash that pins a value set: over its sorted codes with their displays."""
    lines = sorted(f"{code.system}|{code.code}|{code.display}" for code in codes)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_terminology(knowledge: Knowledge, words: Words | None = None) -> Terminology:
    """The tables for looking codes up, made once for a Knowledge."""
    vocabulary = knowledge.vocabulary
    made = Terminology(words or make_words(knowledge), product_words=frozenset(vocabulary.product_words))
    made.study_words = frozenset(vocabulary.study_words)
    made.treatment_words = vocabulary.treatment_words
    made.treatment_codes = {item.system: item.begins for item in vocabulary.treatment_codes if item.names_drug}
    for item in vocabulary.treatment_codes:
        if not item.names_drug:
            made.unnamed_codes.setdefault(item.system, {}).update(dict.fromkeys(item.begins, item.past))
    made.treatment_told = vocabulary.treatment_told
    made.result_words = frozenset(vocabulary.result_words)
    lettered = frozenset(map(normalize_system, vocabulary.certainty.systems if vocabulary.certainty is not None else ()))
    made.certainty = make_certainty_letters(vocabulary.certainty, lettered)
    for system in vocabulary.code_systems:
        made.systems.ids |= {normalize_system(name): system.id for name in (system.id, *system.names)}
    known, families = made.systems.known, _make_families(vocabulary)
    if (morphology := vocabulary.morphology) is not None:
        known[morphology.system] = MorphologyTable(morphology)
    parts = {drug.id: drug.contains or (drug.id,) for drug in knowledge.drugs}
    for code, concept in _iter_concepts(knowledge, parts):
        if code.system not in known:
            known[code.system] = _make_table(code.system, families)
        known[code.system].add_code(code.code, concept)
    for values in vocabulary.value_sets:
        families[POINTED] = dict.fromkeys(values.families, _concept_from_set(values, values.concept, parts)) | families[POINTED]
        said = [*values.words, *(code.display for code in values.codes)]
        for text in said:
            concept = _concept_from_set(values, text, parts)
            made.texts.setdefault(values.kind, {}).update({text: concept, normalize_name(text): concept})
    _add_untagged_texts(made)
    return made


def _make_table(system: str, families: Mapping[str, Mapping[str, CodeableConcept]]) -> CodeTable:
    return ProductTable() if system == PACKAGED else CodeTable(families.get(system), pointed=system == POINTED)


def _make_families(vocabulary: Vocabulary) -> dict[str, dict[str, CodeableConcept]]:
    """The beginnings of codes of each hierarchical system, and what they stand for."""
    conditions = {
        code: concept_from_family(family) for family in vocabulary.code_families for code in iter_code_prefixes(family.codes)
    }
    medicines = {
        code: CodeableConcept("medication", family.id, family.name) for family in vocabulary.families for code in family.atc
    }
    return {POINTED: conditions, "atc": medicines}


def _add_untagged_texts(made: Terminology) -> None:
    """A name of SNOMED CT also without the tag behind it: `Present (qualifier value)` is written `Present`."""
    for said in made.texts.values():
        for text, concept in list(said.items()):
            bare, bracket, tag = text.rpartition(" (")
            if bracket and tag.endswith(")"):
                said.setdefault(bare, concept)
                said.setdefault(normalize_name(bare), concept)


def _iter_concepts(knowledge: Knowledge, parts: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Code, CodeableConcept]]:
    """Every code of the knowledge: of drugs, of terms, of value sets."""
    vocabulary = knowledge.vocabulary
    for drug in knowledge.drugs:
        for code in drug.codes:
            yield code, CodeableConcept("drug", drug.id, code.display, drugs=parts[drug.id])
    tables: tuple[tuple[CodeKind, str], ...] = (("condition", "conditions"), ("medication", "medications"), ("site", "sites"))
    for kind, name in tables:
        for term in getattr(vocabulary, name):
            for code in term.codes:
                yield code, CodeableConcept(kind, term.id, code.display)
    for values in vocabulary.value_sets:
        for code in values.codes:
            yield code, _concept_from_set(values, code.display, parts)


def _concept_from_set(values: ValueSet, display: str, parts: Mapping[str, tuple[str, ...]]) -> CodeableConcept:
    drugs = parts.get(values.concept, ()) if values.kind == "drug" else ()
    return CodeableConcept(values.kind, values.concept, display, values.part, values.says, values.implies, drugs)


__all__ = ["CodeableConcept", "Terminology", "hash_codes", "make_terminology", "normalize_name", "normalize_system"]
