"""Read a clinical note: names, cues and forms of its language to what it says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from concordant.model.notes import NoteLanguage
from concordant.record.notes.context import CueFinder, make_context, make_cue_finder
from concordant.record.notes.conventions import draw_conventions
from concordant.record.notes.courses import CourseFinder, make_course_finder
from concordant.record.notes.dates import DateReader, make_date_reader
from concordant.record.notes.facts_view import OrderWords
from concordant.record.notes.forms import FormCompiler
from concordant.record.notes.gather import (
    Gathered,
    drop_unknown_conditions,
    gather_courses,
    gather_hits,
    is_grounded,
    iter_spans,
    tell_table_fact,
)
from concordant.record.notes.lexicon import WORD, NoteLexicon, clean_word, make_lexicon
from concordant.record.notes.mentions import RuleFinder, make_rule_finder, mask_text
from concordant.record.notes.reading import NoteReadings, NoteUnread
from concordant.record.notes.tables import find_table_facts
from concordant.record.notes.text import NoteText, split_note
from concordant.terminology.names import Words

MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class LanguageReader:
    """All that notes of one language are read with, compiled once for a knowledge."""

    code: str
    language: NoteLanguage
    lexicon: NoteLexicon
    cues: CueFinder
    rules: RuleFinder
    courses: CourseFinder
    filler: frozenset[str]
    order: OrderWords
    conditions: frozenset[str]
    supportive: frozenset[str]

    def make_date_reader(self, today: dt.date | None) -> DateReader:
        """The reader of dates as of a day."""
        return make_date_reader(self.language.months, self.language.relative, today)

    def read_note(self, raw: str, today: dt.date | None) -> NoteReadings:
        """What a text says, as of a day."""
        text = split_note(raw, self.language.headings, self.language.abbreviations, self.language.ordinals)
        entities = self.lexicon.find_entities(raw, text.folded)
        dates = self.make_date_reader(today).find_dates(text.folded)
        masked = mask_text(text.folded, entities, dates, self.language)
        context = make_context(text, masked.text, self.cues)
        gathered, names = Gathered(), self.order.conventions
        hits = list(self.rules.find_hits(masked, context))
        told = self.courses.find_courses(masked, context)
        for told_in_table in find_table_facts(text.folded, self.language.columns, masked.dates):
            tell_table_fact(told_in_table, gathered, names.dated)
        gather_hits([hit for hit in hits if not hit.rule.needs], gathered)
        early = [hit for hit in hits if hit.rule.needs and is_grounded(hit.rule.needs, gathered, context, names)]
        gather_hits(early, gathered)
        courses = gather_courses(
            told, gathered, self.order.denied_drugs, self.supportive, names.spared_outside, today.isoformat() if today else ""
        )
        later = [hit for hit in hits if hit.rule.needs and hit not in early]
        gather_hits([hit for hit in later if is_grounded(hit.rule.needs, gathered, context, names)], gathered)
        drop_unknown_conditions(gathered, self.conditions)
        draw_conventions(gathered, courses, masked, context, self.order)
        unread = tuple(self._find_unread(text, gathered))
        return NoteReadings(
            raw, tuple(gathered.facts), tuple(gathered.offers), unread, tuple(gathered.mentions), language=self.code
        )

    def _find_unread(self, text: NoteText, gathered: Gathered) -> Iterator[NoteUnread]:
        """The words that are neither understood nor of no account, those side by side together."""
        covered = bytearray(len(text.raw))
        for start, end in iter_spans(gathered):
            covered[start:end] = b"\1" * (end - start)
        run: list[re.Match[str]] = []
        for word in WORD.finditer(text.folded):
            is_read = bool(covered[word.start()]) or clean_word(word[0]) in self.filler or word[0].isdecimal()
            if run and (
                is_read or "\n" in text.raw[run[-1].end() : word.start()] or text.raw[run[-1].end() : word.start()].strip(" -/'")
            ):
                yield from self._make_unread(run, text)
                run = []
            if not is_read:
                run.append(word)
        yield from self._make_unread(run, text)

    def _make_unread(self, run: Sequence[re.Match[str]], text: NoteText) -> Iterator[NoteUnread]:
        if run:
            start, end = run[0].start(), run[-1].end()
            yield NoteUnread((start, end), text.raw[start:end])


def make_language_reader(code: str, language: NoteLanguage, words: Words) -> LanguageReader:
    """Compile a language. Raises ValueError for a form that cannot be read."""
    compiler = FormCompiler(language.classes, language.macros)
    knowledge = words.knowledge
    assert knowledge is not None
    members: dict[str, set[str]] = {}
    for drug in knowledge.drugs:
        for class_ in drug.classes:
            members.setdefault(class_, set()).add(drug.id)
    alone = frozenset(id_ for name in language.alone for id_ in members.get(name, ()))
    return LanguageReader(
        code,
        language,
        make_lexicon(words, language),
        make_cue_finder(language, compiler),
        make_rule_finder(language.rules, compiler),
        make_course_finder(language, compiler, alone, {name: frozenset(ids) for name, ids in members.items()}),
        frozenset(clean_word(word) for word in language.filler),
        _make_order_words(language, compiler, words),
        frozenset(term.id for term in knowledge.vocabulary.conditions),
        frozenset(language.supportive),
    )


def _make_order_words(language: NoteLanguage, compiler: FormCompiler, words: Words) -> OrderWords:
    assert words.knowledge is not None
    knowledge = words.knowledge
    known = frozenset(feature.name for feature in knowledge.features)
    named = (*knowledge.classes, *(drug.id for drug in knowledge.drugs))
    denied = {id_: pair for id_ in named if (pair := _deny_drug(id_, language, known)) is not None}
    slow = set(language.long_running)
    return OrderWords(
        knowledge.notes.conventions,
        compiler.compile_form(language.words["then"]).pattern,
        {name: compiler.compile_form(language.words[name]).pattern for name in ("primary", "metastasis")},
        compiler.compile_form(language.words["specimen"]).pattern,
        language.in_words,
        frozenset(term.id for term in knowledge.vocabulary.sites if "distant" in term.tags),
        frozenset(drug.id for drug in knowledge.drugs if slow & set(drug.classes)) | slow,
        denied,
    )


def _deny_drug(drug: str, language: NoteLanguage, features: frozenset[str]) -> tuple[str, str] | None:
    """The fact that a drug was not received, where the knowledge has one for it."""
    fact, _, value = language.words["denied_drug"].replace("{drug}", drug).partition(" = ")
    return (fact, value) if fact in features else None
