"""The facts and the words of a note as a person reads them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from concordant.model.knowledge import Knowledge
from concordant.record.notes.placing import NAME, TOLD
from concordant.record.notes.reading import NoteFact, NoteOffer, NoteReadings, NoteUnread, Span

LONGEST_QUOTE = 70
MOST_LINES = 200  # of a long text with little that is understood


class NoteTeller:
    """Tells of one note what was read, asked and left."""

    def __init__(self, text: str, knowledge: Knowledge) -> None:
        self.text = text
        self.starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
        self.drugs = {drug.id: drug.name for drug in knowledge.drugs} | dict(knowledge.classes)
        vocabulary = knowledge.vocabulary
        fields = (*vocabulary.tests, *vocabulary.measurements, *vocabulary.patient)
        self.labels: Mapping[str, str] = {one.name: one.label for one in fields}
        self.features = {feature.name: feature.brief for feature in knowledge.features}
        self.keys = {place.fact: place.key for place in knowledge.notes.places if not place.entry}

    def find_line(self, place: int) -> int:
        """The line of a place, the first is 1."""
        return bisect_right(self.starts, place)

    def locate_span(self, span: Span) -> str:
        """`3:14-41`: the line, and the characters in it."""
        line = self.find_line(span[0])
        start = span[0] - self.starts[line - 1] + 1
        return f"{line}:{start}-{start + span[1] - span[0] - 1}"

    def quote_span(self, span: Span) -> str:
        """The words on one line, in quotes, cut where they are many."""
        words = " ".join(self.text[span[0] : span[1]].split())
        return f'"{words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + "..."}"'

    def quote_all(self, spans: Iterable[Span]) -> str:
        """The words of several places, in their order, each once."""
        return ", ".join(dict.fromkeys(self.quote_span(span) for span in sorted(spans)))

    def describe_fact(self, fact: str, value: str) -> str:
        """A fact in words: the drugs and `setting adjuvant`, a test and its value."""
        name = NAME.fullmatch(fact)
        if name is None:
            return f"{fact}: {value}"
        said = value.replace("_", " ")
        if name["thing"]:
            subject, told = self._name_thing(name), self.describe_part(name["part"] or "", value)
            return f"{subject}: {told}"
        return f"{self.describe_name(fact)}{'' if value == TOLD else f': {said}'}"

    def describe_name(self, fact: str) -> str:
        """What a fact that names no thing is called."""
        name = NAME.fullmatch(fact)
        if name is None:
            return fact
        part = f" {name['part'].replace('_', ' ')}" if name["part"] else ""
        of = f" ({name['specimen']})" if name["specimen"] else ""
        return f"{self._find_label(name['base'])}{of}{part}"

    def describe_part(self, part: str, value: str) -> str:
        """What is told of a thing that is named: `given`, `setting adjuvant`, `active`."""
        return f"{part} {value}".replace("_", " ").strip()

    def describe_all(self, facts: Sequence[NoteFact]) -> str:
        """Several facts in words; those of one thing as one sentence."""
        if not self.find_thing(facts[0].fact):
            return "; ".join(dict.fromkeys(_add_convention(self.describe_fact(one.fact, one.value), one) for one in facts))
        parts = ((one, match["part"] or "") for one in facts if (match := NAME.fullmatch(one.fact)))
        told = ", ".join(_add_convention(self.describe_part(part, one.value), one) for one, part in parts)
        return f"{self.name_thing(facts[0].fact)}: {told}"

    def find_thing(self, fact: str) -> str:
        """What a fact is about where it names a thing: the same for all that is told of it; else empty."""
        name = NAME.fullmatch(fact)
        return f"{name['base']} {name['thing']} {name['again'] or ''}" if name is not None and name["thing"] else ""

    def name_thing(self, fact: str) -> str:
        """The thing that a fact names: drugs in their names, a condition."""
        name = NAME.fullmatch(fact)
        return self._name_thing(name) if name is not None and name["thing"] else fact

    def _name_thing(self, name: re.Match[str]) -> str:
        things = " + ".join(self.drugs.get(one, one.replace("_", " ")) for one in name["thing"].split("+"))
        return f"{things} ({name['again']})" if name["again"] else things

    def _find_label(self, base: str) -> str:
        key = self.keys.get(base, base)
        return self.labels.get(base) or self.features.get(key) or base.replace("_", " ")

    def describe_offer(self, offer: NoteOffer) -> str:
        """What is to be confirmed, with its words and the doubt."""
        words = f"{self.quote_span(offer.span)}, line {self.find_line(offer.span[0])}"
        return f"{self.describe_fact(offer.fact, offer.value)} ({words}: {offer.why})"

    def describe_convention(self, fact: NoteFact) -> str:
        """What is taken by a convention of the field, with the words that it rests on."""
        where = f", line {self.find_line(fact.spans[0][0])}" if fact.spans else ""
        return f"{self.describe_fact(fact.fact, fact.value)} ({self.quote_all(fact.spans[:3])}{where})"

    def list_unread(self, unread: Sequence[NoteUnread]) -> list[str]:
        """The words that were not understood, those of one line together."""
        lines = self.list_unread_lines(unread)
        more = len(lines) - MOST_LINES
        told = [f"line {line}: {words}" for line, words in lines[:MOST_LINES]]
        return [*told, *([f"more: words in {more} more lines"] if more > 0 else [])]

    def list_unread_lines(self, unread: Sequence[NoteUnread]) -> list[tuple[int, str]]:
        """The same as pairs, the line and its words."""
        by_line: dict[int, list[str]] = {}
        for one in unread:
            near = f" ({one.near}?)" if one.near else ""
            by_line.setdefault(self.find_line(one.span[0]), []).append(self.quote_span(one.span) + near)
        return [(line, ", ".join(dict.fromkeys(words))) for line, words in by_line.items()]


def _add_convention(told: str, fact: NoteFact) -> str:
    return f"{told} (by convention)" if fact.sure == "convention" else told


def make_teller(readings: NoteReadings, knowledge: Knowledge) -> NoteTeller:
    """The teller of a note that was read."""
    return NoteTeller(readings.text, knowledge)
