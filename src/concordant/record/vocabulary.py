"""Names, synonyms, brands and codes to the ids of the knowledge: membership only, no network."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from concordant.compiled import Field, Knowledge, Term
from concordant.complaints import did_you_mean, quoted
from concordant.drugs import Drug
from concordant.quantities import Interval, parse_quantity
from concordant.record.wording import Lexicon, lexicon_of


def plain(name: str) -> str:
    """A name without case, punctuation and double blanks, so that spellings meet."""
    return re.sub(r"(?:[^\w+]|_)+", " ", unicodedata.normalize("NFKC", name).lower()).strip()


@dataclass(slots=True)
class Words:
    """Look-up tables made once for a Knowledge."""

    drugs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    medications: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    units: dict[str, dict[str, float]] = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    suffixes: tuple[str, ...] = ()
    class_ids: frozenset[str] = frozenset()
    knowledge: Knowledge | None = None
    made: dict[str, Any] = field(default_factory=dict)  # tables that are only made when they are asked for

    @property
    def lexicon(self) -> Lexicon | None:
        """The words that conditions are told in."""
        if "lexicon" not in self.made:
            self.made["lexicon"] = lexicon_of(self.knowledge) if self.knowledge is not None else None
        found: Lexicon | None = self.made["lexicon"]
        return found


def words_of(knowledge: Knowledge) -> Words:
    """The tables for reading a record."""
    words = Words()
    for drug in knowledge.drugs:
        _add_drug(words, drug)
    words.classes = {plain(name): id_ for id_, name in knowledge.classes.items()}
    words.classes |= {plain(id_): id_ for id_ in knowledge.classes}
    vocabulary = knowledge.vocabulary
    words.classes |= {plain(word): id_ for word, id_ in vocabulary.class_words.items()}
    words.drugs |= {plain(name): parts for name, parts in vocabulary.protocols.items()}
    words.suffixes = vocabulary.drug_suffixes
    words.class_ids = frozenset(knowledge.classes)
    for table, terms in (
        (words.sites, vocabulary.sites),
        (words.conditions, vocabulary.conditions),
        (words.medications, vocabulary.medications),
    ):
        _add_terms(table, words.codes, terms)
    for unit in vocabulary.units:
        words.units[unit.id] = {squeezed(unit.id): 1.0, **{squeezed(k): v for k, v in unit.also.items()}}
        if unit.bare:
            words.bare.add(unit.id)
    words.knowledge = knowledge
    return words


def _add_drug(words: Words, drug: Drug) -> None:
    ids = drug.contains or (drug.id,)
    for name in (drug.name, drug.id, *drug.synonyms, *drug.brands):
        words.drugs[plain(name)] = ids


def _add_terms(table: dict[str, str], codes: dict[str, str], terms: Iterable[Term]) -> None:
    for term in terms:
        for name in (term.id, term.name, *term.synonyms, *term.kinds):
            table[plain(name)] = term.id
        for code in term.codes:
            codes[f"{code.system}:{code.code.upper()}"] = term.id


def squeezed(unit: str) -> str:
    """A unit without blanks and case."""
    return re.sub(r"\s+", "", unit.replace("μ", "µ")).lower()  # the Greek letter, for the micro sign


SEPARATORS = (r"[+/,&;]|\band\b|\bwith\b|\bplus\b", "-")


def drug_parts(name: str, words: Words) -> tuple[str, ...]:
    """The ids of drugs and classes that a name stands for; nothing when any part of it is unknown.

    A name may be a drug, a protocol or a class, several of them joined, or one with a suffix for its form.
    """
    if found := _named(plain(name), words) or _bracketed(name, words):
        return found
    for separator in SEPARATORS:
        pieces = [piece for piece in re.split(separator, name, flags=re.I) if piece.strip()]
        known = [_named(plain(piece), words) for piece in pieces]
        if len(pieces) > 1 and all(known):
            return tuple(dict.fromkeys(id_ for part in known for id_ in part))
    return ()


def _bracketed(name: str, words: Words) -> tuple[str, ...]:
    """A name and, in brackets, another one for the same: a brand and its ingredient. Brackets that say something else count."""
    both = re.fullmatch(r"([^()]+)\(([^()]+)\)\s*", name)
    first, second = (_named(plain(part), words) for part in both.groups()) if both else ((), ())
    return first if first == second else ()


def _named(spelling: str, words: Words) -> tuple[str, ...]:
    head, _, last = spelling.rpartition(" ")
    if spelling in words.drugs:
        return words.drugs[spelling]
    if spelling in words.classes:
        return (words.classes[spelling],)
    return _named(head, words) if head and last in words.suffixes else ()


def suggestion(name: str, known: Mapping[str, object]) -> str:
    """`did you mean` for an open vocabulary, or nothing when no known word is near."""
    return did_you_mean(plain(name), known, listing=False)


def quantity(text: str, field_: Field, words: Words) -> Interval:
    """Read a number with its unit and turn it into the field's. Raises ValueError with the way out."""
    if re.search(r"\d{25}", text):
        raise ValueError(f"{quoted(text)} has too many digits")
    interval, written = parse_quantity(text)
    _check_spelling(text, written)
    if not written:
        return _without_unit(text, interval, field_, words)
    if not field_.unit:
        raise ValueError(f"'{text}' has a unit, and none is expected; write {text.strip().removesuffix(written).strip()}")
    own = {squeezed(name): factor for name, factor in field_.also.items()}
    factors = {squeezed(field_.unit): 1.0, **words.units.get(field_.unit, {}), **own}
    factor = factors.get(squeezed(written))
    if factor is None:
        units = " or ".join((_friendly(field_.unit), *(name for name in field_.also if name.isascii())))
        raise ValueError(f"'{text}' has the wrong unit {quoted(written)}; use {units}")
    return Interval(interval.low * factor, interval.high * factor) if factor != 1.0 else interval


def _check_spelling(text: str, written: str) -> None:
    """A decimal comma and an exponent look like units."""
    if re.match(r"[,'’]\s?\d", written):
        raise ValueError(f"'{text}' has a comma in the number; write a decimal point, and no thousands separators")
    if re.match(r"e[-+]?\d", written, re.IGNORECASE):
        raise ValueError(f"'{text}' has an exponent; write the number out")


def _without_unit(text: str, interval: Interval, field_: Field, words: Words) -> Interval:
    if not field_.unit or field_.unit in words.bare:
        return interval
    raise ValueError(f"'{text}' has no unit; write for example {text.strip()} {_friendly(field_.unit)}")


def _friendly(unit: str) -> str:
    return {"percent": "%"}.get(unit, unit)


def within(field_: Field, interval: Interval, text: str) -> None:
    """Refuse a number that no patient can have. Raises ValueError."""
    if field_.low is not None and interval.high < field_.low:
        raise ValueError(f"'{text}' cannot be: {field_.label} is at least {field_.low:g} {_friendly(field_.unit)}".rstrip())
    if field_.high is not None and interval.low > field_.high:
        raise ValueError(f"'{text}' cannot be: {field_.label} is at most {field_.high:g} {_friendly(field_.unit)}".rstrip())
