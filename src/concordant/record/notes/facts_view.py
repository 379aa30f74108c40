"""The facts of a note while conventions are drawn from them: where they stand, and what stands between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from concordant.model.notes import NoteConventions
from concordant.record.notes.context import NoteContext
from concordant.record.notes.course_facts import Course
from concordant.record.notes.gathered import Gathered
from concordant.record.notes.mentions import MaskedText, Span
from concordant.record.notes.reading import NoteFact

EARLY = ("neoadjuvant", "adjuvant")
ADVANCED = "advanced"


@dataclass(frozen=True, slots=True)
class OrderWords:
    """The words of a language that tell an order, and of which tissue a result is; and what the knowledge says of facts."""

    conventions: NoteConventions
    then: re.Pattern[str]
    specimens: Mapping[str, re.Pattern[str]]
    named_specimen: re.Pattern[str]
    unproven: re.Pattern[str]  # words that say that a finding is still to be made out
    proven: re.Pattern[str]  # words that say that tissue was looked at, or that the disease is a late one
    past: re.Pattern[str]  # words before something that was
    now: re.Pattern[str]  # words that say how it is today
    in_words: tuple[str, ...]  # words before a date at which something was
    distant: frozenset[str]  # sites of a distant metastasis
    long_running: frozenset[str]  # drugs that run long before and after a relapse


class FactsView:
    """The facts and courses of one note, with the text that they stand in."""

    def __init__(
        self, gathered: Gathered, courses: Sequence[Course], masked: MaskedText, context: NoteContext, order: OrderWords
    ) -> None:
        self.gathered, self.courses, self.masked, self.context, self.order = gathered, courses, masked, context, order
        self.names = order.conventions
        self.surgeries = [span for fact in gathered.facts if fact.fact == self.names.surgery for span in fact.spans]

    def find_first(self, facts: Iterable[str], value: str = "") -> int | None:
        """Where the first of some facts is told."""
        names = set(facts)
        places = [
            span[0] for fact in self.gathered.facts if fact.fact in names and value in ("", fact.value) for span in fact.spans
        ]
        return min(places, default=None)

    def find_spread(self, low: int = 0) -> Span | None:
        """Where a distant metastasis, or metastatic disease, is first told behind a place."""
        found = [span for fact in self.gathered.facts if self.tells_spread(fact) for span in fact.spans if span[0] >= low]
        return min(found, default=None)

    def tells_spread(self, fact: NoteFact) -> bool:
        """Whether a fact says that there is a distant metastasis."""
        if fact.fact == self.names.site:
            return fact.value in self.order.distant
        return fact.fact in self.names.spread and fact.value not in self.names.no_spread

    def has_early_words(self) -> bool:
        """Whether the text tells of surgery, or of treatment before or after it."""
        settings = {one.value for course in self.courses for one in course.list_all("setting")}
        return bool(self.surgeries) or not settings.isdisjoint(EARLY) or self.gathered.has_fact(self.names.recurrence)

    def find_setting(self, course: Course) -> str:
        """The setting of a course as far as it is known; empty where it is not."""
        told = self.gathered.find_values(f"{course.name}.setting")
        return told[0] if told else ""

    def find_fact(self, name: str) -> NoteFact | None:
        """The first fact of a name."""
        return next((fact for fact in self.gathered.facts if fact.fact == name), None)

    def ask_instead(self, fact: NoteFact, why: str) -> None:
        """Take a fact back, and ask about it."""
        self.gathered.take_back(fact.fact, fact.value)
        self.gathered.offer_fact(fact.fact, fact.value, fact.spans[0], why, fact.rule)

    def list_facts(self, *names: str) -> list[NoteFact]:
        """The facts of some names, in their order."""
        return [fact for fact in self.gathered.facts if fact.fact in names]

    def is_told_behind(self, facts: Sequence[str], place: int) -> bool:
        """Whether one of some facts is told behind a place."""
        return any(span[0] > place for fact in self.gathered.facts if fact.fact in facts for span in fact.spans)

    def is_used(self, place: int) -> bool:
        """Whether a date belongs to another fact."""
        return any(
            start <= place < end
            for fact in self.gathered.facts
            if fact.fact.endswith(("date", "date_hint", ".start", ".end"))
            for start, end in fact.spans
        )
