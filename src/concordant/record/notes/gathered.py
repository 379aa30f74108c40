"""What a note says while it is put together: one value a fact where the text agrees with itself, and what is to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from concordant.record.notes.mentions import Span
from concordant.record.notes.reading import NoteFact, NoteMention, NoteOffer, Sure

CONFLICT = "the text says both"


@dataclass(slots=True)
class Gathered:
    """The facts and offers of a note while they are put together."""

    told: dict[tuple[str, str], NoteFact] = field(default_factory=dict)  # by fact and value
    offers: list[NoteOffer] = field(default_factory=list)
    mentions: list[NoteMention] = field(default_factory=list)

    @property
    def facts(self) -> list[NoteFact]:
        """What is told so far, in the order in which it was told."""
        return list(self.told.values())

    def tell_fact(self, fact: str, value: str, spans: Iterable[Span], sure: Sure, rule: str) -> None:
        """Add a fact; the same value of the same fact is one, with the words of both."""
        known = self.told.get((fact, value))
        if known is None:
            self.told[fact, value] = NoteFact(fact, value, tuple(spans), sure, rule)
            return
        best: Sure = "said" if "said" in (known.sure, sure) else "convention"
        self.told[fact, value] = NoteFact(fact, value, tuple(sorted({*known.spans, *spans})), best, known.rule)

    def offer_fact(self, fact: str, value: str, span: Span, why: str, rule: str) -> None:
        """Add what may be meant."""
        if not any(known.fact == fact and known.value == value for known in self.offers):
            self.offers.append(NoteOffer(fact, value, span, why, rule))

    def find_values(self, fact: str) -> list[str]:
        """The values that a fact has so far."""
        return [known.value for known in self.facts if known.fact == fact]

    def has_fact(self, pair: str) -> bool:
        """Whether `fact = value` is told; a fact alone with any value."""
        fact, _, value = (part.strip() for part in pair.partition("="))
        return (fact, value) in self.told if value else any(known == fact for known, _ in self.told)

    def take_back(self, fact: str, value: str) -> NoteFact | None:
        """Remove a fact, and return it."""
        return self.told.pop((fact, value), None)


def iter_spans(gathered: Gathered) -> Iterator[Span]:
    """The words that were understood."""
    for fact in gathered.facts:
        yield from fact.spans
    for offer in gathered.offers:
        yield offer.span
    for mention in gathered.mentions:
        yield mention.span
        if mention.cue is not None:
            yield mention.cue
