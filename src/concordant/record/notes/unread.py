"""The words of a note that nothing was made of, and whether they say what an allergy is to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from concordant.model.notes import NoteLanguage
from concordant.record.notes.context import NoteContext
from concordant.record.notes.forms import FormCompiler
from concordant.record.notes.gathered import Gathered, iter_spans
from concordant.record.notes.lexicon import WORD, clean_word
from concordant.record.notes.reading import NoteUnread
from concordant.record.notes.text import NoteText

ALLERGIES = "allergies"  # the section of what a patient is allergic to
REACH = 40  # characters before words that are not read in which what they are about may stand


@dataclass(frozen=True, slots=True)
class UnreadFinder:
    """The filling words of one language, and its words for an allergy, before and behind what it is to."""

    filler: frozenset[str]
    allergy_before: re.Pattern[str]
    allergy_behind: re.Pattern[str]

    def find_unread(self, gathered: Gathered, context: NoteContext) -> Iterator[NoteUnread]:
        """The words that are neither understood nor of no account, those side by side together."""
        text = context.text
        for run in self._iter_runs(text, mark_covered(gathered, len(text.raw))):
            start, end = run[0].start(), run[-1].end()
            yield NoteUnread((start, end), text.raw[start:end], is_allergen=self._is_allergen(start, end, context))

    def _iter_runs(self, text: NoteText, covered: bytearray) -> Iterator[Sequence[re.Match[str]]]:
        """Words that are not read, as long as nothing but blanks and hyphens stands between them."""
        run: list[re.Match[str]] = []
        for word in WORD.finditer(text.folded):
            is_read = bool(covered[word.start()]) or clean_word(word[0]) in self.filler or word[0].isdecimal()
            if run and (is_read or _is_apart(text.raw[run[-1].end() : word.start()])):
                yield run
                run = []
            if not is_read:
                run.append(word)
        if run:
            yield run

    def _is_allergen(self, start: int, end: int, context: NoteContext) -> bool:
        """Whether words that are not read stand where an allergy of the patient is told."""
        sentence = context.text.find_sentence(start)
        low = max(sentence.start, start - REACH)
        is_told = (
            sentence.section == ALLERGIES
            or self.allergy_before.search(context.masked, low, start) is not None
            or self.allergy_behind.match(context.masked, end, sentence.end) is not None
        )
        return is_told and context.find_standing(start, end, "condition_plain")[0] in ("said", "uncertain")


def mark_covered(gathered: Gathered, length: int) -> bytearray:
    """Each character that is understood as a one."""
    covered = bytearray(length)
    for start, end in iter_spans(gathered):
        covered[start:end] = b"\1" * (end - start)
    return covered


def _is_apart(between: str) -> bool:
    return "\n" in between or bool(between.strip(" -/'"))


def make_unread_finder(language: NoteLanguage, compiler: FormCompiler) -> UnreadFinder:
    """Compile a language. Raises ValueError for a form that cannot be read."""
    before = compiler.compile_form(language.words["allergy_before"]).pattern.pattern
    behind = compiler.compile_form(language.words["allergy_behind"]).pattern.pattern
    return UnreadFinder(
        frozenset(clean_word(word) for word in language.filler),
        re.compile(rf"(?:{before})[\s:]*$"),
        re.compile(rf"\s*(?:{behind})"),
    )
