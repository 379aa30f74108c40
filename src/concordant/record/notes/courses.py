"""The courses of treatment that a note tells: drugs that are joined, and what the words around say of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from concordant.model.notes import CourseRule, NoteLanguage, Standing
from concordant.record.notes.context import NoteContext
from concordant.record.notes.forms import Form, FormCompiler
from concordant.record.notes.lexicon import Entity
from concordant.record.notes.mentions import MaskedText, Span, compile_limits, fill_template, trim_span
from concordant.record.notes.text import count_signs

NAMED = CourseRule(id="name", form="", tells={})
# What is said only of drugs that were given; a setting or a dose is said of a plan as well.
SHOW_GIVEN = ("cycles", "start", "end", "stopped")


@dataclass(frozen=True, slots=True)
class Attribute:
    """What the words around a course say of it: `stopped`, `cycles`, and the like."""

    name: str
    value: str
    span: Span
    rule: CourseRule
    distance: int
    standing: Standing = "said"


@dataclass(slots=True)
class CourseTold:
    """A course as the note tells it: its drugs, where it stands, how it is meant, what is said of it."""

    ids: tuple[str, ...]
    spans: list[Span]
    standing: Standing
    is_listed: bool = False  # one of several that `or` joins
    label: tuple[Span, ...] = ()  # the class that stands before its drugs as their heading
    attributes: list[Attribute] = field(default_factory=list)
    is_not_received: bool = False  # it is denied that it was ever given

    @property
    def start(self) -> int:
        """Where its first name begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where its last name ends."""
        return self.spans[-1][1]

    @property
    def key(self) -> str:
        """Its drugs in the order of the alphabet."""
        return "+".join(sorted(self.ids))

    def find_attribute(self, name: str) -> Attribute | None:
        """What is said of it under a name; of several the nearest, or one that says the same more exactly."""
        told = [one for one in self.attributes if one.name == name and one.standing == "said" and not one.rule.offers]
        nearest = min(told, key=lambda one: one.distance, default=None)
        exact = [one for one in told if nearest is not None and one.value.startswith(f"{nearest.value}-")]
        return exact[0] if exact else nearest


@dataclass(slots=True)
class CourseFinder:
    """How drugs of one language are joined to courses; `alone` are drugs that no comma joins to others."""

    join: re.Pattern[str]
    strong: re.Pattern[str]  # joins a drug even to a protocol
    label: re.Pattern[str]  # stands between a class and the drugs of it that are named
    either: re.Pattern[str]
    given: re.Pattern[str]
    given_behind: re.Pattern[str]
    not_received: re.Pattern[str]
    rules: list[tuple[CourseRule, Form, re.Pattern[str] | None, re.Pattern[str] | None]]
    alone: frozenset[str]
    never_joined: frozenset[str]
    members: Mapping[str, frozenset[str]]  # of each class its drugs
    named_settings: Mapping[str, str]

    def find_courses(self, masked: MaskedText, context: NoteContext) -> list[CourseTold]:
        """Every course, with what is said of it, in the order of the text."""
        drugs = [entity for _, entity in sorted(masked.entities.items()) if entity.kind == "drug"]
        courses = [self._make_course(group, masked, context) for group in self._group_drugs(drugs, masked, context)]
        for one, other in pairwise(courses):
            if self.either.fullmatch(masked.text[one.end : other.start].strip()):
                one.is_listed = other.is_listed = True
        for i, course in enumerate(courses):
            before = courses[i - 1].end if i else 0
            behind = courses[i + 1].start if i + 1 < len(courses) else len(masked.text)
            course.attributes += self._find_attributes(course, before, behind, masked, context)
            if course.standing == "said" and not self._is_told_as_given(course, masked, context):
                course.standing = "uncertain"
        return courses

    def _group_drugs(self, drugs: Sequence[Entity], masked: MaskedText, context: NoteContext) -> Iterator[list[Entity]]:
        group: list[Entity] = []
        for drug in drugs:
            if group and self._is_joined(group, drug, masked, context):
                group.append(drug)
                continue
            if group:
                yield group
            group = [drug]
        if group:
            yield group

    def _is_joined(self, group: list[Entity], drug: Entity, masked: MaskedText, context: NoteContext) -> bool:
        """Whether a drug belongs to the course of those before it."""
        last = group[-1]
        between = masked.text[last.end : drug.start]
        if context.text.find_sentence(last.end - 1).start != context.text.find_sentence(drug.start).start:
            return False
        if set(last.ids) <= self.never_joined or set(drug.ids) <= self.never_joined:
            return False
        if self._is_label(group, drug) and self.label.fullmatch(between):
            return True
        if not self.join.fullmatch(between):
            return False
        if "(" in between or (set(drug.ids) == set(last.ids) and "," not in between):
            return True
        strong = self.strong.search(between) is not None
        known = {id_ for one in group for id_ in one.ids}
        if "," not in between and self._is_label(group, drug):
            return True
        if len(drug.ids) > 1 or (len(last.ids) > 1 and not set(drug.ids) <= known and not strong):
            return strong and not known & set(drug.ids) and (len(drug.ids) == 1 or len(group) == 1)
        if known & set(drug.ids):
            return False
        return strong or not (self.alone & (known | set(drug.ids)))

    def _is_label(self, group: Sequence[Entity], drug: Entity) -> bool:
        """Whether what stands before is the class alone that a drug is of."""
        known = {id_ for one in group for id_ in one.ids}
        return len(known) == 1 and bool(self.members.get(next(iter(known)), frozenset()) & set(drug.ids))

    def _make_course(self, group: list[Entity], masked: MaskedText, context: NoteContext) -> CourseTold:
        label, group = self._take_label(group, masked)
        ids = dict.fromkeys(id_ for one in group for id_ in one.ids)
        for id_ in list(ids):
            if self.members.get(id_, frozenset()) & ids.keys():
                del ids[id_]  # a class, of which a drug is named as well
        standing, cue = context.find_standing(group[0].start, group[-1].end, "drug")
        if standing == "said" and context.text.find_sentence(group[0].start).section == "allergies":
            standing = "other_cancer"
        between = [masked.text[one.end : other.start] for one, other in pairwise(group)]
        spans = [(one.start, one.end) for one in group]
        course = CourseTold(tuple(ids), spans, standing, any(self.either.search(text) for text in between), label)
        said = masked.text[cue.start : cue.end] if cue is not None else ""
        course.is_not_received = standing == "denied" and self.not_received.search(said) is not None
        for entity in group:
            if setting := self.named_settings.get(context.text.folded[entity.start : entity.end]):
                course.attributes.append(Attribute("setting", setting, (entity.start, entity.end), NAMED, 0))
        return course

    def _take_label(self, group: list[Entity], masked: MaskedText) -> tuple[tuple[Span, ...], list[Entity]]:
        """The class that heads the drugs of a course, and the drugs."""
        if len(group) < 2 or not self._is_label(group[:1], group[1]):
            return (), group
        between = masked.text[group[0].end : group[1].start]
        is_headed = between.strip() and self.label.fullmatch(between) is not None
        return (((group[0].start, group[0].end),), group[1:]) if is_headed else ((), group)

    def _is_told_as_given(self, course: CourseTold, masked: MaskedText, context: NoteContext) -> bool:
        """Whether something says that drugs were given: a name alone is only a name, and so are several names."""
        sentence = context.text.find_sentence(course.start)
        if sentence.section in ("course", "medications") or any(course.find_attribute(name) for name in SHOW_GIVEN):
            return True
        low, high = max(sentence.start, course.start - 60), min(sentence.end, course.end + 40)
        before, behind = masked.text[low : course.start], masked.text[course.end : high]
        return self.given.search(before) is not None or self.given_behind.search(behind) is not None

    def _find_attributes(
        self, course: CourseTold, before: int, behind: int, masked: MaskedText, context: NoteContext
    ) -> Iterator[Attribute]:
        sentence = context.text.find_sentence(course.start)
        low, high = max(before, sentence.start), min(behind, max(sentence.end, context.text.find_sentence(course.end - 1).end))
        present = masked.anchors
        inner = [(one[1], other[0]) for one, other in pairwise(course.spans) if other[0] - one[1] > 4]
        for rule, form, after_what, before_what in self.rules:
            if form.anchors is not None and form.anchors.isdisjoint(present):
                continue
            for gap in inner if rule.where != "before" else ():
                yield from self._read_side(rule, form, after_what, before_what, gap, course, masked, context)
            if rule.where != "after":
                yield from self._read_side(rule, form, after_what, before_what, (low, course.start), course, masked, context)
            if rule.where != "before":
                yield from self._read_side(rule, form, after_what, before_what, (course.end, high), course, masked, context)

    def _read_side(
        self,
        rule: CourseRule,
        form: Form,
        not_after: re.Pattern[str] | None,
        not_before: re.Pattern[str] | None,
        side: Span,
        course: CourseTold,
        masked: MaskedText,
        context: NoteContext,
    ) -> Iterator[Attribute]:
        text = masked.text
        for found in form.pattern.finditer(text, *side):
            is_before = found.end() <= course.start
            between = text[found.end() : course.start] if is_before else text[course.end : found.start()]
            distance = count_signs(between)
            is_apart = is_before and ";" in between
            if distance > rule.reach or is_apart or (not_before is not None and not_before.match(text, found.end())):
                continue
            if not masked.has_wanted(form, found):
                continue
            if not_after is not None and not_after.search(text[max(0, found.start() - 60) : found.start()]):
                continue
            standing, _ = context.find_standing(*found.span(), "course")
            for name, template in rule.tells.items():
                for _, value in fill_template(f"{name} = {template}", found, masked):
                    yield Attribute(name, value, trim_span(found), rule, distance, standing)


def make_course_finder(
    language: NoteLanguage, compiler: FormCompiler, alone: frozenset[str], members: Mapping[str, frozenset[str]]
) -> CourseFinder:
    """Compile the course rules of a language. Raises ValueError for a form that cannot be read."""
    made = []
    for rule in language.course_rules:
        made.append((rule, compiler.compile_form(rule.form), *compile_limits(rule, compiler)))
    join = compiler.compile_form("{join}").pattern
    either = compiler.compile_form("{either}").pattern
    strong = compiler.compile_form("{strong_join}").pattern
    label = compiler.compile_form("{label_join}").pattern
    apart = frozenset(language.never_joined)
    given = compiler.compile_form(language.words["given"]).pattern
    behind = compiler.compile_form(language.words["given_behind"]).pattern
    not_received = compiler.compile_form(language.words["not_received"]).pattern
    said = (given, behind, not_received)
    return CourseFinder(join, strong, label, either, *said, made, alone, apart, members, language.named_settings)
