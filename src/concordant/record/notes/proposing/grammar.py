"""What may be proposed about a note, and how its value is written there: all of it from the rules that notes are read with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from concordant.model.knowledge import Knowledge
from concordant.model.notes import NoteLanguage
from concordant.record.notes.disease import list_held_facts
from concordant.record.notes.forms import KINDS, Form, escape_word
from concordant.record.notes.placing import GIVEN, NAME
from concordant.record.notes.read import LanguageReader
from concordant.record.notes.telling import NoteTeller
from concordant.record.notes.text import fold_text

COURSE, CONDITION, MEDICATION = "course", "condition", "medication"
THINGS = {COURSE: "drug", CONDITION: "condition", MEDICATION: "medication"}  # what is named in brackets, and its kind of name
NAMED_VALUE = {COURSE: GIVEN, CONDITION: "present", MEDICATION: "taken"}  # what the name alone says of it
PARTS = ("setting", "line", "cycles", "start", "end", "stopped")
NUMBERS = ("n", "count", "years", "small", "number_word")
VALUE = re.compile(r"\{(?P<groups>[\w|]+)\}(?: (?P<unit>\S+))?")
HEAD = re.compile(r"\((?P<words>[^()\[\]<>{}~\\]+)\)|\{(?P<macro>\w+)\}")
BEFORE = 60  # signs in which a hindrance may stand
LEAST_LETTERS = 4  # of a word that says a value without the name of its fact
PERCENT = ("%", "percent", "per cent", "prozent", "pct")


@dataclass(frozen=True, slots=True)
class Teller:
    """A form that tells something of a course: `fact = value` with the classes of the form in braces, and what hinders it."""

    form: Form
    template: str
    not_after: re.Pattern[str] | None
    not_before: re.Pattern[str] | None

    def is_hindered(self, found: re.Match[str]) -> bool:
        """Whether words stand around a match by which it says something else."""
        before = found.string[max(0, found.start() - BEFORE) : found.start()]
        is_after = self.not_after is not None and self.not_after.search(before) is not None
        return is_after or (self.not_before is not None and self.not_before.match(found.string, found.end()) is not None)


@dataclass(slots=True)
class FactGrammar:
    """How one fact is written, by its name in notes: plain, `condition[]`, `course[].setting`.

    `words` are by value those that say it; those in `alone` do so without the name of the fact beside them. `units` are those
    that its number has; `kind` is that of the names that are its value. `called` is what notes call the fact, its name and label
    (`titles`) among it; `rules` are those that tell it: cues may speak of one of them alone. What the forms of those find the
    reader has met; `tellers` are of courses, whose forms it reads near their drugs alone.
    """

    name: str
    label: str
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    kind: str = ""
    is_date: bool = False
    tellers: list[Teller] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)

    @property
    def is_number(self) -> bool:
        """Whether its value is a number."""
        return bool(self.units)

    def find_name(self, folded: str, low: int, high: int) -> bool:
        """Whether a name of the fact stands in a part of the text."""
        return any(re.compile(escape_word(name)).search(folded, low, high) for name in self.called)


@dataclass(frozen=True, slots=True)
class NoteGrammar:
    """All facts that may be proposed for notes of one language, by name, and the units that numbers are written with."""

    facts: Mapping[str, FactGrammar]
    units: Mapping[str, str]  # each spelling by the unit that it stands for
    times: frozenset[str]  # units of time: what lasted so long, they do not say
    number_words: Mapping[str, tuple[str, ...]]

    def find_unit(self, folded: str, at: int) -> str:
        """The unit that stands behind a number; empty where there is none."""
        behind = folded[at : at + 24].lstrip(" -\n")
        found = [name for name in self.units if behind.startswith(name) and not behind[len(name) :][:1].isalpha()]
        return self.units[max(found, key=len)] if found else ""


def make_note_grammar(reader: LanguageReader, knowledge: Knowledge) -> NoteGrammar:
    """What the rules of a language tell and a record has a place for, and the features that a person may be asked."""
    facts = {grammar.name: grammar for grammar in _Collector(reader, knowledge).collect()}
    relative = reader.language.relative.get("units", {})
    units = {word: f"{unit}s" for unit, words in relative.items() for word in words}
    units |= {unit.lower(): unit for grammar in facts.values() for unit in grammar.units if unit}
    units |= dict.fromkeys(PERCENT, "%") | {unit: unit for unit in ("mg", "g", "cm", "mm", "mg/m2", "mg/kg")}
    return NoteGrammar(facts, units, frozenset(f"{unit}s" for unit in relative), reader.language.classes.get("number_word", {}))


class _Collector:
    def __init__(self, reader: LanguageReader, knowledge: Knowledge) -> None:
        self.reader, self.knowledge = reader, knowledge
        self.language: NoteLanguage = reader.language
        self.teller = NoteTeller("", knowledge)
        notes = knowledge.notes
        self.placed = {
            *(place.fact for place in notes.places),
            *(one.name for one in knowledge.vocabulary.measurements),
            *(feature.name for feature in knowledge.features),
            *list_held_facts(notes.disease),
        }
        self.facts: dict[str, FactGrammar] = {}

    def collect(self) -> Iterable[FactGrammar]:
        for base, kind in THINGS.items():
            if f"{base}[]" in self.placed:
                self.facts[f"{base}[]"] = FactGrammar(f"{base}[]", base, {NAMED_VALUE[base]: ()}, kind=kind)
        for rule, *_ in self.reader.rules.rules:
            for template in (*rule.tells, *rule.offers):
                self._add_template(template, rule.id, rule.form)
        for course_rule, form, not_after, not_before in self.reader.courses.rules:
            for part, value in course_rule.tells.items():
                if part in PARTS:
                    name = f"{COURSE}[].{part}"
                    self._add_value(name, value, course_rule.id, "")
                    self.facts[name].tellers.append(Teller(form, f"{name} = {value}", not_after, not_before))
        self._add_features()
        self._settle_words()
        return self.facts.values()

    def _add_template(self, template: str, rule: str, form: str) -> None:
        fact, _, value = template.partition(" = ")
        name = NAME.fullmatch(re.sub(r"\{[^}]*\}", "any", fact))
        if name is None or name["specimen"] or name["again"]:
            return
        if name["thing"]:
            if name["base"] in (CONDITION, MEDICATION) and value != "{}":
                self._add_value(f"{name['base']}[]", value, rule, "")
        elif fact in self.placed or (name["part"] and name["base"] in self.placed):
            self._add_value(fact, value, rule, form)

    def _add_value(self, name: str, value: str, rule: str, form: str) -> None:
        grammar = self.facts.get(name)
        if grammar is None:
            grammar = self.facts[name] = FactGrammar(name, self._label(name))
            grammar.titles |= self._list_titles(name)
            grammar.called |= {*grammar.titles, *self._read_macro(name)}
        grammar.rules.append(rule)
        grammar.called |= set(self._iter_heads(form)) if form else set()
        found = VALUE.fullmatch(value)
        if found is not None:
            for group in found["groups"].split("|"):
                self._add_class(grammar, re.sub(r"_\d$", "", group), found["unit"] or "")
        elif "{" not in value and not value[0].isdecimal():
            grammar.words.setdefault(value, ())

    def _add_class(self, grammar: FactGrammar, group: str, unit: str) -> None:
        single = group.removesuffix("_many").removesuffix("s")
        if group in NUMBERS:
            grammar.units.add(unit)
        elif group == "date":
            grammar.is_date = True
        elif group in KINDS or single in KINDS:
            grammar.kind = grammar.kind or (group if group in KINDS else single)
        elif not unit:
            for value, words in self.language.classes.get(group, {}).items():
                known = grammar.words.get(value, ())
                grammar.words[value] = tuple(dict.fromkeys((*known, *words)))

    def _settle_words(self) -> None:
        """Which values a word alone says: a long one that says nothing else of any other fact."""
        used: dict[str, set[str]] = {}
        for grammar in self.facts.values():
            for words in grammar.words.values():
                for word in words:
                    used.setdefault(word, set()).add(grammar.name)
        for grammar in self.facts.values():
            for words in grammar.words.values():
                grammar.alone |= {word for word in words if len(word) >= LEAST_LETTERS and len(used[word]) == 1}

    def _add_features(self) -> None:
        """Features of words that a person may be asked, and that no rule tells."""
        told = {place.key for place in self.knowledge.notes.places if place.block == "stated"}
        labels = {grammar.label for grammar in self.facts.values()}
        for feature in self.knowledge.features:
            is_asked = feature.question and feature.kind == "asserted" and feature.type in ("yes_no", "enum")
            if not is_asked or feature.drug or feature.name in {*self.facts, *told} or feature.label in labels:
                continue
            titles = self._list_titles(feature.name)
            grammar = FactGrammar(feature.name, feature.label, titles=titles, called=set(titles))
            grammar.words = dict.fromkeys(feature.values or ("yes",), ())
            self.facts[feature.name] = grammar

    def _label(self, name: str) -> str:
        base, _, part = name.partition("[]")
        return f"{base} {part.removeprefix('.')}".strip() if name.startswith(tuple(THINGS)) else self.teller.describe_name(name)

    def _list_titles(self, name: str) -> set[str]:
        """The name and the label of a fact."""
        if name.startswith(tuple(THINGS)):
            return set()
        names = {name.replace("_", " ").replace(".", " "), self._label(name)}
        names |= {one.label for one in self.knowledge.features if one.name == name}
        return {fold_text(one) for one in names}

    def _iter_heads(self, form: str) -> Iterator[str]:
        """The words with which a form begins, where they are words alone: so its fact is called."""
        head = HEAD.match(form)
        if head is None:
            return
        words = head["words"].split("|") if head["words"] else self._read_macro(head["macro"])
        filler = self.reader.unread.filler
        yield from (word for word in words if len(word) > 1 and word[0].isalpha() and word not in filler)

    def _read_macro(self, name: str) -> list[str]:
        macro = self.language.macros.get(name, "")
        return macro.split("|") if macro and not set("()[]<>{}~\\") & set(macro) else []
