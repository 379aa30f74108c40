"""A proposal held against the note by our own rules: what passes is offered, of what does not the reason is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.record.notes.mentions import Span
from concordant.record.notes.placing import NAME
from concordant.record.notes.proposing.asking import Proposal
from concordant.record.notes.proposing.grammar import COURSE, NAMED_VALUE, PARTS, THINGS, FactGrammar, NoteGrammar
from concordant.record.notes.proposing.quoting import Held, ValueFinder, find_quote
from concordant.record.notes.read import LanguageReader, ScannedNote
from concordant.record.notes.reading import NoteFact, NoteOffer, NoteReadings, NotKept
from concordant.record.notes.telling import NoteTeller
from concordant.record.notes.unread import ALLERGIES

MODEL = "language model"
WHY = "proposed by a language model"
UNKNOWN = "it names nothing that can be told here"
NO_QUOTE = "its quote does not stand in the text"
FOREIGN = "its quote is in a language that is not read"
NO_VALUE = "its quote does not hold the value"
READ, ASKED = "it is read already", "it is asked already"


@dataclass(frozen=True, slots=True)
class NamedFact:
    """What a proposal is about: its grammar, its name as the reader writes it, and the things that it names."""

    grammar: FactGrammar
    name: str
    things: frozenset[str] = frozenset()


class ProposalChecker:
    """Checks the proposals about one note, one after the other; what was kept is asked already."""

    def __init__(
        self, readings: NoteReadings, note: ScannedNote, reader: LanguageReader, grammar: NoteGrammar, teller: NoteTeller
    ) -> None:
        self.readings, self.note, self.reader, self.grammar, self.teller = readings, note, reader, grammar, teller
        self.finder = ValueFinder(note, grammar)
        self.kept: list[NoteOffer] = []

    def check(self, proposal: Proposal) -> NoteOffer | NotKept:
        """The offer that a proposal becomes, or why it becomes none."""
        named = self._name_fact(proposal.fact)
        if named is None:
            return self._refuse(proposal, UNKNOWN)
        places = self._find_places(proposal, self.note.context.text.raw)
        if not places:
            return self._refuse(proposal, FOREIGN if self._find_places(proposal, self.readings.text) else NO_QUOTE)
        why = NO_VALUE
        for place in places:
            held = self._find_held(named, proposal.value, place)
            if held is None:
                continue
            why = self._find_doubt(named, held) or self._find_told(named, held.value) or self._find_other(named, held)
            if not why:
                offer = NoteOffer(named.name, held.value, place, WHY, MODEL)
                self.kept.append(offer)
                return offer
        return self._refuse(proposal, why)

    def _find_places(self, proposal: Proposal, text: str) -> list[Span]:
        return find_quote(proposal.quote, text, self.reader.splitter)

    def _refuse(self, proposal: Proposal, why: str) -> NotKept:
        return NotKept(proposal.fact, proposal.value, proposal.quote, why)

    def _name_fact(self, told: str) -> NamedFact | None:
        """The fact that is meant, its drugs in the order of the alphabet; None for one that is not known."""
        name = NAME.fullmatch(told)
        if name is None or name["again"] or name["specimen"]:
            return None
        part = f".{name['part']}" if name["part"] else ""
        grammar = self.grammar.facts.get(f"{name['base']}{'[]' if name['thing'] else ''}{part}")
        if grammar is None or not name["thing"]:
            return NamedFact(grammar, told) if grammar is not None else None
        things = sorted({one.strip().lower().replace(" ", "_") for one in name["thing"].split("+")})
        return NamedFact(grammar, f"{name['base']}[{'+'.join(things)}]{part}", frozenset(things))

    def _find_held(self, named: NamedFact, value: str, place: Span) -> Held | None:
        """Where the value stands in the quote; of a thing its name has to stand there as well."""
        if not named.things:
            return self.finder.find_value(named.grammar, named.name, value, place)
        base = named.name.partition("[")[0]
        names = self.finder.find_names(THINGS[base], set(named.things), place)
        if not names:
            return None
        alone = NAMED_VALUE[base] if named.name.endswith("]") else ""
        if alone and value.strip().lower() == alone:
            return Held(alone, tuple(names))
        held = self.finder.find_value(named.grammar, named.name, value, place)
        return Held(held.value, (*held.spans, *names)) if held is not None else None

    # -- how the words are meant -----------------------------------------------------------------------

    def _find_doubt(self, named: NamedFact, held: Held) -> str:
        """How the words are meant, where they are not said of this patient."""
        for span in held.spans:
            for standing, cue in self._iter_standings(named, span):
                if standing != "said":
                    words = f": {self.teller.quote_span(cue)}" if cue is not None else ""
                    return f"its words are {WORDED.get(standing, standing)}{words}"
        return ""

    def _iter_standings(self, named: NamedFact, span: Span) -> Iterator[tuple[str, Span | None]]:
        """What the cues around say, for every kind of mention that the words may be, and what the reader made of them."""
        kinds = ("", "drug", *((COURSE,) if named.name.startswith(COURSE) else ()), named.grammar.kind, *named.grammar.rules)
        for kind in dict.fromkeys(kinds):
            standing, cue = self.note.context.find_standing(*span, kind)
            yield standing, (cue.start, cue.end) if cue is not None else None
        if named.name.startswith(COURSE) and self.note.context.text.find_sentence(span[0]).section == ALLERGIES:
            yield "other_cancer", None
        for mention in self.readings.mentions:
            if _overlaps(span, mention.span):
                yield mention.standing, mention.cue

    # -- what the note tells already -------------------------------------------------------------------

    def _find_told(self, named: NamedFact, value: str) -> str:
        """Whether the same is read or asked already, or something that contradicts it."""
        for fact in self.readings.facts:
            if _strip(fact.fact) == named.name and (fact.value == value or not self._may_be_several(named.name)):
                return READ if fact.value == value else self._contradict(fact)
        if any(_strip(one.fact) == named.name and one.value == value for one in (*self.readings.offers, *self.kept)):
            return ASKED
        told = self._find_contradiction(named, value)
        return self._contradict(told) if told is not None else ""

    def _may_be_several(self, name: str) -> bool:
        conventions = self.reader.order.conventions
        return name in (conventions.site, conventions.surgery)

    def _find_contradiction(self, named: NamedFact, value: str) -> NoteFact | None:
        """A fact of another name beside which this one cannot be."""
        pairs = {self.reader.drugs.denied[one] for one in named.things if one in self.reader.drugs.denied}
        for word, scores in self.reader.order.conventions.contradicts.items():
            test, _, said = word.partition(" ")
            if f"{named.name} = {value}" in scores:
                pairs.add((test, said))
            if (named.name, value) == (test, said):
                pairs |= {(fact, score) for one in scores for fact, _, score in [one.partition(" = ")]}
        return next((fact for fact in self.readings.facts if (_strip(fact.fact), fact.value) in pairs), None)

    def _contradict(self, fact: NoteFact) -> str:
        return f"the text says {self.teller.describe_fact(fact.fact, fact.value)} ({self.teller.quote_all(fact.spans[:2])})"

    def _find_other(self, named: NamedFact, held: Held) -> str:
        """Whether the words that hold the value were read as something else; the name of a thing may stand for more."""
        spans = held.spans[:1] if named.name.rpartition(".")[2] in PARTS else held.spans
        for fact in self.readings.facts:
            if any(_overlaps(span, other) for span in spans for other in fact.spans):
                return f"its words are read as {self.teller.describe_fact(fact.fact, fact.value)}"
        return ""


WORDED = {
    "other_person": "of another person",
    "other_cancer": "of something else",
    "general": "of patients in general",
    "conditional": "conditional",
    "stale": "no longer so",
}


def _overlaps(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _strip(fact: str) -> str:
    """The name of a fact without its specimen, and without the number of a course."""
    name = NAME.fullmatch(fact)
    if name is None:
        return fact
    thing = f"[{name['thing']}]" if name["thing"] else ""
    return f"{name['base']}{thing}" + (f".{name['part']}" if name["part"] else "")
