"""A condition that a note tells more than once: what stands, and what is asked where it is told and denied."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.record.notes.facts_view import FactsView
from concordant.record.notes.gathered import CONFLICT
from concordant.record.notes.mentions import Span
from concordant.record.notes.reading import NoteFact

PREFIX = "condition["
RESOLVED, ACTIVE, PRESENT, ABSENT = "resolved", "active", "present", "absent"
HISTORY = "history"  # the section of what was
NEAR = 40  # characters before a mention in which a word for what was may stand


class ConditionAgreement(FactsView):
    """What a note says of each condition, all places together."""

    def settle_conditions(self) -> None:
        """Of several words for one condition the more exact stands; told and denied is open unless one is of another time."""
        names = {fact.fact for fact in self.gathered.facts if fact.fact.startswith(PREFIX)}
        for name in sorted(names):
            values = self.gathered.find_values(name)
            if ABSENT in values and len(values) > 1 and RESOLVED not in values:
                self.settle_denied(name)
            if RESOLVED in values and self.is_told_later(name):
                self.open_both(self.list_facts(name))
                continue
            self.keep_exact(name)

    def is_told_later(self, name: str) -> bool:
        """Whether a condition is there in a later sentence than the one in which it was over: it may have come again."""
        facts = self.list_facts(name)
        over = max(span[0] for fact in facts if fact.value == RESOLVED for span in fact.spans)
        end = self.context.text.find_sentence(over).end
        there = [span for fact in facts if fact.value in (ACTIVE, PRESENT) for span in fact.spans]
        return any(span[0] >= end and not self.is_past(span) for span in there)

    def settle_denied(self, name: str) -> None:
        """What is told of then and denied now was there; what is denied of then and told later is there; else both are asked."""
        facts = self.list_facts(name)
        told = [span for fact in facts if fact.value != ABSENT for span in fact.spans]
        denied = [span for fact in facts if fact.value == ABSENT for span in fact.spans]
        order = self.compare_times(told, denied)
        if order == 0:
            self.open_both(facts)
        elif order < 0:
            self.tell_history(name, facts)

    def compare_times(self, told: Sequence[Span], denied: Sequence[Span]) -> int:
        """Below 0: told of a time before the denial; above 0: denied before it was told; 0: nothing says so."""
        last_told, last_denied = self.find_last_date(told), self.find_last_date(denied)
        months = min(len(last_told), len(last_denied))
        if last_told[:months] != last_denied[:months]:
            return -1 if last_told < last_denied else 1
        if all(map(self.is_past, told)) and not any(map(self.is_past, denied)):
            return -1
        return 1 if all(map(self.is_past, denied)) and not any(map(self.is_past, told)) else 0

    def find_last_date(self, spans: Sequence[Span]) -> str:
        """The latest date of the sentences that some words stand in, where each of them has one; else nothing."""
        dates = [self.find_date(span) for span in spans]
        return max(dates) if all(dates) else ""

    def find_date(self, span: Span) -> str:
        """The last date that is told before some words in their sentence, else the first behind them."""
        sentence = self.context.text.find_sentence(span[0])
        dates = [(at, date.value) for at, date in sorted(self.masked.dates.items()) if sentence.start <= at < sentence.end]
        before = [value for at, value in dates if at < span[0] and value]
        behind = [value for at, value in dates if at >= span[0] and value]
        return before[-1] if before else behind[0] if behind else ""

    def is_past(self, span: Span) -> bool:
        """Whether some words tell of what was: under such a heading, or behind a word for it and none for today."""
        sentence = self.context.text.find_sentence(span[0])
        low = max(sentence.start, span[0] - NEAR)
        if self.order.now.search(self.masked.text, low, span[1]):
            return False
        return sentence.section == HISTORY or self.order.past.search(self.masked.text, low, span[0]) is not None

    def open_both(self, facts: Sequence[NoteFact]) -> None:
        """Neither is taken: each is asked with its place."""
        for fact in facts:
            self.ask_instead(fact, CONFLICT)

    def tell_history(self, name: str, facts: Sequence[NoteFact]) -> None:
        """That it was there is told; how it is today is not."""
        for fact in facts:
            self.gathered.take_back(name, fact.value)
            if fact.value == ABSENT:
                self.gathered.tell_fact(f"{name}_optional", ABSENT, fact.spans, fact.sure, fact.rule)
            else:
                self.gathered.tell_fact(name, PRESENT, fact.spans, fact.sure, fact.rule)

    def keep_exact(self, name: str) -> None:
        """Of one condition the more exact word stands."""
        values = self.gathered.find_values(name)
        keep = next((value for value in (RESOLVED, ACTIVE, PRESENT, ABSENT) if value in values), "")
        for value in [value for value in values if value != keep]:
            if (fact := self.gathered.take_back(name, value)) is not None:
                self.gathered.tell_fact(f"{name}_optional", value, fact.spans, fact.sure, fact.rule)
