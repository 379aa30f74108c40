"""What the forms of the knowledge find in a note: each hit with its place, its values, and how it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from concordant.model.notes import CourseRule, NoteLanguage, NoteRule, Standing
from concordant.record.notes.context import CueFound, NoteContext
from concordant.record.notes.dates import NoteDate
from concordant.record.notes.forms import FILL, KINDS, SIGNS, WORD_BEGINS, Form, FormCompiler, find_class_value, list_anchors
from concordant.record.notes.lexicon import Entity
from concordant.record.notes.text import Sentence

Span = tuple[int, int]
NEXT_ITEM = r"(?!\s*\n\s*[-*•]\s)"  # what stands in the next item of a list stands behind nothing of this one
FAR_BEFORE, CLOSE_BEHIND = 120, 34  # signs in which words show that more is meant than a name
SIGN = re.compile("|".join(SIGNS.values()))
TEMPLATE = re.compile(r"\{([\w|]+)\}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that found its form: the facts that it tells there, as pairs, and how they are meant."""

    rule: NoteRule
    span: Span
    standing: Standing
    cue: CueFound | None
    facts: tuple[tuple[str, str], ...]
    offers: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class MaskedText:
    """The text with every name as one sign and a filling, and what stands at each of these places."""

    text: str
    entities: Mapping[int, Entity]
    dates: Mapping[int, NoteDate]
    classes: Mapping[str, Mapping[str, tuple[str, ...]]]
    anchors: frozenset[str]  # what stands in it that forms look for

    def read_group(self, name: str, found: re.Match[str]) -> tuple[str, ...]:
        """The values of a group of a form; none where it is not in the match, or says nothing."""
        said, kind = found[name], re.sub(r"_\d$", "", name)
        if said is None:
            return ()
        if kind in ("n", "count", "years", "small"):
            number = said.replace(",", ".")
            return (number if number.startswith("0.") else number.lstrip("0") or "0",)
        if kind == "date":
            date = self.dates.get(found.start(name))
            return (date.value,) if date and date.value else ()
        if kind in KINDS or kind.removesuffix("_many").removesuffix("s") in KINDS:
            return tuple("+".join(self.entities[sign.start()].ids) for sign in SIGN.finditer(self.text, *found.span(name)))
        value = find_class_value(self.classes[kind], said) if kind in self.classes else said
        return (value,) if value is not None else ()

    def has_wanted(self, form: Form, found: re.Match[str]) -> bool:
        """Whether each name in a match has the id that the form wants."""
        for group, wanted in form.wanted.items():
            if found[group] is not None and not self._is_wanted(found, group, wanted):
                return False
        return True

    def _is_wanted(self, found: re.Match[str], group: str, wanted: str) -> bool:
        ids = {id_ for sign in SIGN.finditer(self.text, *found.span(group)) for id_ in self.entities[sign.start()].ids}
        return bool(ids & set(wanted.split(",")))


def mask_text(folded: str, entities: Sequence[Entity], dates: Sequence[NoteDate], language: NoteLanguage) -> MaskedText:
    """Put a sign in the place of each name and date; a date within a name, or a name within a date, is none."""
    signs = list(folded)
    for date in dates:
        signs[date.start : date.end] = SIGNS["date"] + FILL * (date.end - date.start - 1)
    kept: dict[int, Entity] = {}
    for entity in entities:
        if signs[entity.start] == folded[entity.start]:
            kept[entity.start] = entity
            signs[entity.start : entity.end] = SIGNS[entity.kind] + FILL * (entity.end - entity.start - 1)
    text = "".join(signs)
    return MaskedText(text, kept, {date.start: date for date in dates}, language.classes, list_anchors(text))


@dataclass(frozen=True, slots=True)
class Shown:
    """What has to stand around a match that is more than a name."""

    before: re.Pattern[str] | None
    behind: re.Pattern[str] | None
    sections: tuple[str, ...]

    def is_met(self, text: str, span: Span, sentence: Sentence) -> bool:
        """Whether one of the words stands before it in its sentence or close behind it, or a heading says it."""
        if sentence.section in self.sections:
            return True
        before = text[max(sentence.start, span[0] - FAR_BEFORE) : span[0]]
        behind = text[span[1] : min(sentence.end, span[1] + CLOSE_BEHIND)]
        return _is_found(self.before, before) or _is_found(self.behind, behind)


def _is_found(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None


CompiledRule = tuple[NoteRule, Form, re.Pattern[str] | None, re.Pattern[str] | None, Shown | None]


@dataclass(slots=True)
class RuleFinder:
    """The rules of one language, compiled."""

    rules: list[CompiledRule] = field(default_factory=list)

    def find_hits(self, masked: MaskedText, context: NoteContext) -> Iterator[Hit]:
        """Every hit of every rule, rule by rule in their order."""
        present = masked.anchors
        for rule, form, after, before, shown in self.rules:
            if form.anchors is not None and form.anchors.isdisjoint(present):
                continue
            for found in form.pattern.finditer(masked.text):
                if self._is_hindered(found, after, before, masked.text) or not masked.has_wanted(form, found):
                    continue
                sentence = context.text.find_sentence(found.start() + len(found[0]) - len(found[0].lstrip(" \n.,;:")))
                if found.end() > sentence.end + 1:
                    continue
                if (rule.sections and sentence.section not in rule.sections) or sentence.section in rule.not_sections:
                    continue
                hit = self._make_hit(rule, found, masked, context)
                is_bare = shown is not None and not shown.is_met(masked.text, hit.span, sentence)
                yield _offer_bare(hit) if is_bare and hit.standing == "said" else hit

    def _is_hindered(
        self, found: re.Match[str], after: re.Pattern[str] | None, before: re.Pattern[str] | None, text: str
    ) -> bool:
        behind = after is not None and after.search(text[max(0, found.start() - 60) : found.start()]) is not None
        return behind or (before is not None and before.match(text, found.end()) is not None)

    def _make_hit(self, rule: NoteRule, found: re.Match[str], masked: MaskedText, context: NoteContext) -> Hit:
        start, end = found.span()
        start += len(found[0]) - len(found[0].lstrip(" \n.,;:"))
        standing, cue = context.find_standing(start, end, rule.id)
        if rule.any_standing and standing in ("denied", "uncertain", "planned", "conditional", "asked"):
            standing, cue = "said", None
        told = {"said": rule.tells, "denied": rule.denied, "uncertain": rule.uncertain}.get(standing, ())
        facts = tuple(pair for template in told for pair in fill_template(template, found, masked))
        offers = (
            tuple(pair for template in rule.offers for pair in fill_template(template, found, masked))
            if standing == "said"
            else ()
        )
        if standing == "uncertain":
            facts, offers = (), facts
        return Hit(rule, trim_span(found), standing, cue, facts, offers)


def _offer_bare(hit: Hit) -> Hit:
    """A name with nothing around it that says what the rule would tell: it is asked."""
    return replace(hit, standing="uncertain", facts=(), offers=(*hit.facts, *hit.offers))


def trim_span(found: re.Match[str]) -> Span:
    """Where a match stands, without blanks at its ends."""
    text = found[0]
    return found.start() + len(text) - len(text.lstrip()), found.end() - (len(text) - len(text.rstrip()))


def fill_template(template: str, found: re.Match[str], masked: MaskedText) -> Iterator[tuple[str, str]]:
    """The facts of a template such as `site = {sites}`, one for each value; none where a value is missing."""
    texts = [template]
    for name in TEMPLATE.findall(template):
        values = next((v for one in name.split("|") if one in found.re.groupindex and (v := masked.read_group(one, found))), ())
        texts = [text.replace("{" + name + "}", value, 1) for text in texts for value in values]
    for text in texts:
        fact, _, value = text.partition(" = ")
        yield fact.strip(), value.strip()


def make_rule_finder(rules: Sequence[NoteRule], compiler: FormCompiler) -> RuleFinder:
    """Compile the rules of a language. Raises ValueError for a form that cannot be read."""
    made = []
    for rule in rules:
        form = compiler.compile_form(rule.form)
        made.append((rule, form, *compile_limits(rule, compiler), _compile_shown(rule, compiler)))
    return RuleFinder(made)


def _compile_shown(rule: NoteRule, compiler: FormCompiler) -> Shown | None:
    if not (rule.shown_before or rule.shown_behind):
        return None
    before, behind = (compiler.compile_form(form).pattern if form else None for form in (rule.shown_before, rule.shown_behind))
    return Shown(before, behind, rule.shown_in)


def compile_limits(rule: NoteRule | CourseRule, compiler: FormCompiler) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What must not stand directly before what a rule finds, and behind it."""
    after = compiler.compile_form(rule.not_after).pattern.pattern if rule.not_after else ""
    before = compiler.compile_form(rule.not_before).pattern.pattern if rule.not_before else ""
    before = before.replace(WORD_BEGINS, r"(?<![^\W\d])")  # what a rule found may end in a number: `x 7mo`
    return re.compile(rf"(?:{after})\s*$") if after else None, re.compile(rf"{NEXT_ITEM}\s*(?:{before})") if before else None
