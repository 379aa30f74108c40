"""Read a clinical note: names, cues and forms of its language to what it says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from concordant.model.notes import NoteLanguage
from concordant.record.notes.condition_names import ConditionNames, make_condition_names
from concordant.record.notes.context import CueFinder, NoteContext, make_cue_finder
from concordant.record.notes.conventions import draw_conventions
from concordant.record.notes.course_facts import Course, DrugWords, gather_courses
from concordant.record.notes.courses import CourseFinder, CourseTold, make_course_finder
from concordant.record.notes.dates import DateReader, make_date_pattern
from concordant.record.notes.facts_view import OrderWords
from concordant.record.notes.forms import FormCompiler
from concordant.record.notes.gather import gather_grounded, tell_table_fact
from concordant.record.notes.gathered import Gathered
from concordant.record.notes.lexicon import NoteLexicon, make_lexicon
from concordant.record.notes.mentions import Hit, MaskedText, RuleFinder, make_rule_finder, mask_text
from concordant.record.notes.reading import NoteReadings
from concordant.record.notes.tables import TableFact, find_table_facts
from concordant.record.notes.text import TextSplitter, make_text_splitter
from concordant.record.notes.unread import UnreadFinder, make_unread_finder
from concordant.record.notes.whose import make_context
from concordant.terminology.names import Words

MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class ScannedNote:
    """What the finders of a language see in a note, before anything is made of it."""

    masked: MaskedText
    context: NoteContext
    hits: Sequence[Hit]
    courses: Sequence[CourseTold]
    tables: Sequence[TableFact]


@dataclass(frozen=True, slots=True)
class LanguageReader:
    """All that notes of one language are read with, compiled once for a knowledge."""

    code: str
    language: NoteLanguage
    splitter: TextSplitter
    lexicon: NoteLexicon
    dates: re.Pattern[str]
    cues: CueFinder
    rules: RuleFinder
    courses: CourseFinder
    unread: UnreadFinder
    order: OrderWords
    conditions: ConditionNames
    drugs: DrugWords

    def read_note(self, raw: str, today: dt.date | None) -> NoteReadings:
        """What a text says, as of a day."""
        scanned, gathered = self.scan_note(raw, today), Gathered()
        courses = self._gather_facts(scanned, gathered, today)
        draw_conventions(gathered, courses, scanned.masked, scanned.context, self.order)
        unread = tuple(self.unread.find_unread(gathered, scanned.context))
        told = (tuple(gathered.facts), tuple(gathered.offers), unread, tuple(gathered.mentions))
        return NoteReadings(raw, *told, language=self.code)

    def scan_note(self, raw: str, today: dt.date | None) -> ScannedNote:
        """Every name, date, form, course and table of a text."""
        text = self.splitter.split_note(raw)
        entities = self.lexicon.find_entities(raw, text.folded)
        dates = DateReader(self.language.months, today, self.dates, self.language.relative).find_dates(text.folded)
        masked = mask_text(text.folded, entities, dates, self.language)
        context = make_context(text, masked.text, masked.anchors, self.cues)
        hits, courses = tuple(self.rules.find_hits(masked, context)), self.courses.find_courses(masked, context)
        return ScannedNote(
            masked, context, hits, courses, tuple(find_table_facts(text.folded, self.language.columns, masked.dates))
        )

    def _gather_facts(self, scanned: ScannedNote, gathered: Gathered, today: dt.date | None) -> Sequence[Course]:
        """The facts of tables, forms and courses; a form that rests on other facts comes when they are told."""
        names, context = self.order.conventions, scanned.context
        for told in scanned.tables:
            tell_table_fact(told, gathered, names.dated)
        later = gather_grounded(scanned.hits, gathered, context, names)
        courses = gather_courses(scanned.courses, gathered, self.drugs, today.isoformat() if today else "")
        gather_grounded(later, gathered, context, names)
        self.conditions.name_conditions(gathered)
        return courses


def make_language_reader(code: str, language: NoteLanguage, words: Words) -> LanguageReader:
    """Compile a language. Raises ValueError for a form that cannot be read."""
    compiler = FormCompiler(language.classes, language.macros)
    knowledge = words.knowledge
    assert knowledge is not None
    members = _list_members(words)
    alone = frozenset(id_ for name in language.alone for id_ in members.get(name, ()))
    order = _make_order_words(language, compiler, words)
    return LanguageReader(
        code,
        language,
        make_text_splitter(language),
        make_lexicon(words, language),
        make_date_pattern(language.months, language.relative),
        make_cue_finder(language, compiler),
        make_rule_finder(language.rules, compiler),
        make_course_finder(language, compiler, alone, members),
        make_unread_finder(language, compiler),
        order,
        make_condition_names(knowledge),
        DrugWords(knowledge.notes.conventions, _list_denied_drugs(language, words), frozenset(language.supportive), members),
    )


def _list_members(words: Words) -> dict[str, frozenset[str]]:
    """Of each class its drugs."""
    members: dict[str, set[str]] = {}
    for drug in words.knowledge.drugs if words.knowledge is not None else ():
        for class_ in drug.classes:
            members.setdefault(class_, set()).add(drug.id)
    return {name: frozenset(ids) for name, ids in members.items()}


def _make_order_words(language: NoteLanguage, compiler: FormCompiler, words: Words) -> OrderWords:
    assert words.knowledge is not None
    knowledge = words.knowledge
    slow = set(language.long_running)
    patterns = {
        name: compiler.compile_form(language.words[name]).pattern
        for name in ("then", "primary", "metastasis", "specimen", "unproven", "proven", "past", "now")
    }
    return OrderWords(
        knowledge.notes.conventions,
        patterns["then"],
        {name: patterns[name] for name in ("primary", "metastasis")},
        patterns["specimen"],
        patterns["unproven"],
        patterns["proven"],
        patterns["past"],
        patterns["now"],
        language.in_words,
        frozenset(term.id for term in knowledge.vocabulary.sites if "distant" in term.tags),
        frozenset(drug.id for drug in knowledge.drugs if slow & set(drug.classes)) | slow,
    )


def _list_denied_drugs(language: NoteLanguage, words: Words) -> dict[str, tuple[str, str]]:
    """Of each drug and class the fact that it was not received, where the knowledge has one for it."""
    assert words.knowledge is not None
    known = {feature.name for feature in words.knowledge.features}
    named = (*words.knowledge.classes, *(drug.id for drug in words.knowledge.drugs))
    facts = {id_: language.words["denied_drug"].replace("{drug}", id_).partition(" = ") for id_ in named}
    return {id_: (fact, value) for id_, (fact, _, value) in facts.items() if fact in known}
