"""Where the quote of a proposal stands in a note, and where in it the value that is proposed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from concordant.record.notes.forms import SHAPES, escape_word
from concordant.record.notes.mentions import Span, fill_template, trim_span
from concordant.record.notes.proposing.grammar import NAMED_VALUE, FactGrammar, NoteGrammar
from concordant.record.notes.read import ScannedNote
from concordant.record.notes.text import TextSplitter, fold_text

MOST_PLACES = 20  # of one quote: more are not looked at
NUMBER = re.compile(SHAPES["n"])
ASKED_NUMBER = re.compile(r"(?P<number>\d{1,9}(?:[.,]\d{1,9})?)\s*(?P<unit>.*)", re.DOTALL)
YES = "yes"


@dataclass(frozen=True, slots=True)
class Held:
    """A value that stands in the text: as the reader writes it, and the words that say it."""

    value: str
    spans: tuple[Span, ...]


def find_quote(quote: str, raw: str, splitter: TextSplitter) -> list[Span]:
    """Where the words of a quote stand, letter for letter; blanks and line breaks are as one, and no word or number is cut."""
    words = [re.escape(word) for word in splitter.fold_signs(quote).split()]
    if not words:
        return []
    before = r"(?<![\w])(?<!\d[.,])" if quote.strip()[0].isalnum() else ""
    behind = r"(?![\w])(?![.,]\d)" if quote.strip()[-1].isalnum() else ""
    found = re.compile(before + r"\s+".join(words) + behind).finditer(splitter.fold_signs(raw))
    return [match.span() for match in islice(found, MOST_PLACES)]


class ValueFinder:
    """Finds the values of facts in parts of one note."""

    def __init__(self, note: ScannedNote, grammar: NoteGrammar) -> None:
        self.note, self.grammar = note, grammar
        self.folded = note.context.text.folded

    def find_value(self, fact: FactGrammar, full_name: str, value: str, part: Span) -> Held | None:
        """Where a value stands in a part of the text, by the first of the ways in which it can."""
        return (
            self._find_by_form(fact, full_name, value, part)
            or self._find_number(fact, full_name, value, part)
            or self._find_date(fact, value, part)
            or self._find_name(fact, value, part)
            or self._find_word(fact, full_name, value, part)
        )

    def find_names(self, kind: str, ids: set[str], part: Span) -> list[Span]:
        """Where all of some things are named; nothing where one of them is not."""
        entities = self.note.masked.entities.values()
        named = [one for one in entities if one.kind == kind and part[0] <= one.start and one.end <= part[1]]
        found = {id_ for one in named for id_ in one.ids}
        return [(one.start, one.end) for one in named if ids & set(one.ids)] if ids <= found else []

    def _find_by_form(self, fact: FactGrammar, full_name: str, value: str, part: Span) -> Held | None:
        """By a form that the reader itself tells of courses, however far from the name of the drug."""
        masked = self.note.masked
        for teller in fact.tellers:
            template = teller.template.replace(fact.name, full_name)
            for match in teller.form.pattern.finditer(masked.text, *part):
                if not teller.is_hindered(match) and masked.has_wanted(teller.form, match):
                    for told, said in fill_template(template, match, masked):
                        if told == full_name and _is_same(said, value):
                            return Held(said, (trim_span(match),))
        return None

    def _find_number(self, fact: FactGrammar, full_name: str, value: str, part: Span) -> Held | None:
        """By the number, with its unit or beside the name of the fact."""
        asked = ASKED_NUMBER.fullmatch(value.strip()) if fact.is_number else None
        unit = self._choose_unit(fact, asked["unit"]) if asked is not None else None
        if asked is None or unit is None:
            return None
        is_named = self.is_named(fact, full_name, part)
        for start, end, number in self._iter_numbers(part):
            said = self.grammar.find_unit(self.folded, end)
            fits = said == unit if said or not is_named else len(fact.units) == 1 or not unit
            is_told = is_named or (said and said not in self.grammar.times)
            if fits and is_told and float(number) == float(asked["number"].replace(",", ".")):
                return Held(f"{number} {unit}".strip(), ((start, end),))
        return None

    def _choose_unit(self, fact: FactGrammar, asked: str) -> str | None:
        """The unit that is meant, as the reader writes it; None where it is none of the fact, or left open."""
        if not asked.strip():
            return next(iter(fact.units)) if len(fact.units) == 1 else None
        unit = self.grammar.units.get(asked.strip().lower(), asked.strip())
        return unit if unit in fact.units else None

    def _iter_numbers(self, part: Span) -> Iterator[tuple[int, int, str]]:
        text = self.note.masked.text
        for match in NUMBER.finditer(text, *part):
            number = match[0].replace(",", ".")
            yield match.start(), match.end(), number if number.startswith("0.") else number.lstrip("0") or "0"
        for number, words in self.grammar.number_words.items():
            for word in words:
                yield from ((*match.span(), number) for match in re.compile(escape_word(word)).finditer(text, *part))

    def _find_date(self, fact: FactGrammar, value: str, part: Span) -> Held | None:
        dates = self.note.masked.dates.values() if fact.is_date else ()
        found = next((one for one in dates if part[0] <= one.start and one.end <= part[1] and one.value == value.strip()), None)
        return Held(found.value, ((found.start, found.end),)) if found is not None else None

    def _find_name(self, fact: FactGrammar, value: str, part: Span) -> Held | None:
        """By a name of the knowledge that is the value, as that of a site."""
        id_ = value.strip().lower().replace(" ", "_")
        if not fact.kind or "[]" in fact.name:
            return None
        spans = self.find_names(fact.kind, {id_}, part)
        return Held(id_, tuple(spans)) if spans else None

    def _find_word(self, fact: FactGrammar, full_name: str, value: str, part: Span) -> Held | None:
        """By a word that says the value: one that says nothing else, or one beside the name of the fact."""
        known = next((one for one in fact.words if _is_same(one, value)), None)
        if known is None or known == NAMED_VALUE.get(fact.name.removesuffix("[]")):
            return None
        is_named = self.is_named(fact, full_name, part)
        if known == YES:
            return self._find_called(fact, part)
        for word in (*fact.words[known], fold_text(known.replace("_", " "))):
            match = re.compile(escape_word(word)).search(self.note.masked.text, *part) if is_named or word in fact.alone else None
            if match is not None:
                return Held(known, (match.span(),))
        return None

    def _find_called(self, fact: FactGrammar, part: Span) -> Held | None:
        """A yes by the name of what it is said of; a no is read by the forms of the reader alone."""
        found = (re.compile(escape_word(name)).search(self.folded, *part) for name in fact.titles)
        match = next((one for one in found if one is not None), None)
        return Held(YES, (match.span(),)) if match is not None else None

    def is_named(self, fact: FactGrammar, full_name: str, part: Span) -> bool:
        """Whether the fact is named in a part of the text; what is told of a thing is beside its name, which stands there."""
        return full_name.endswith("]") or "]." in full_name or fact.find_name(self.folded, *part)


def _is_same(said: str, value: str) -> bool:
    return said.replace("_", " ").lower() == value.strip().replace("_", " ").lower()
