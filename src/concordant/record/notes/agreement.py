"""Where a note contradicts itself, or tells again what it told more exactly: what stands, and what is asked."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.record.notes.facts_view import FactsView
from concordant.record.notes.gathered import CONFLICT
from concordant.record.notes.reading import NoteMention

DATES = (".date", ".start", ".end")
HINTS = ("_hint", "_optional", "_by_site")


class Agreement(FactsView):
    """What stands of facts that were told more than once."""

    def settle_repeated(self) -> None:
        """What is told again later, or is past."""
        self.settle_response()
        for name in self.names.last:
            self.keep_last(name)
        self.settle_past_symptoms()

    def settle_told(self) -> None:
        """What contradicts itself, and what need not be asked."""
        self.settle_conflicts()
        self.drop_needless_offers()
        self.drop_hints()

    def doubt_lesions(self) -> None:
        """A spot in an organ is no metastasis where the text says that this is still to be found out: it is asked."""
        sites = self.list_facts(self.names.site)
        if all(fact.rule in self.names.lesion_rules for fact in sites) and not self.is_spread_proven():
            for fact in sites:
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.offer_fact(
                    fact.fact, fact.value, fact.spans[0], "whether it is a metastasis is not said", fact.rule
                )

    def is_spread_proven(self) -> bool:
        """Whether anything else tells of spread, of growth or of tissue that was looked at."""
        if self.order.unproven.search(self.masked.text):
            return False
        if self.order.proven.search(self.masked.text):
            return True
        told = (*self.names.spread, *self.names.growth, self.names.growth_hint)
        return any(fact.fact in told and fact.value not in self.names.no_spread for fact in self.gathered.facts)

    def drop_old_ages(self) -> None:
        """An age that stands beside a year is the age of then: it is asked."""
        for fact in [fact for fact in self.gathered.facts if fact.fact == self.names.age]:
            sentence = self.context.text.find_sentence(fact.spans[0][0])
            place = fact.spans[0][0]
            dated = [at for at in self.masked.dates if sentence.start <= at < place and place - at < 30 and self.is_then(at)]
            others = [other for other in self.gathered.find_values(self.names.age) if other != fact.value]
            if dated or others:
                self.gathered.take_back(self.names.age, fact.value)
                self.gathered.offer_fact(self.names.age, fact.value, fact.spans[0], "it may be the age of then", fact.rule)

    def is_then(self, place: int) -> bool:
        """Whether a date stands in a sentence that tells of it, not at its head as the date of an entry."""
        return self.masked.text[max(0, place - 4) : place].strip(" ").endswith(self.order.in_words)

    def settle_response(self) -> None:
        """A response, or stable disease, that growth followed is past; in one sentence with growth it is mixed."""
        grown = [
            span[0]
            for fact in self.gathered.facts
            if fact.fact in (*self.names.growth, self.names.growth_hint)
            for span in fact.spans
        ]
        for fact in [fact for fact in self.gathered.facts if fact.fact in self.names.response]:
            sentence = self.context.text.find_sentence(fact.spans[-1][0])
            at = fact.spans[-1][0]
            changed = [c.told[0].start for c in self.courses if sentence.start <= c.told[0].start < at]
            if any(place >= max([sentence.start, *changed]) for place in grown):
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.tell_fact(f"{fact.fact}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def keep_last(self, name: str) -> None:
        """Of several values of a measurement the last that is told; the others are earlier ones."""
        facts = sorted((fact for fact in self.gathered.facts if fact.fact == name), key=lambda fact: fact.spans[-1][1])
        for fact in facts[:-1]:
            self.gathered.take_back(name, fact.value)
            self.gathered.tell_fact(f"{name}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def settle_past_symptoms(self) -> None:
        """Symptoms that are told to be gone behind the words that told them are past."""
        gone = self.find_fact(self.names.no_symptoms_hint)
        for fact in [fact for fact in self.gathered.facts if fact.fact in self.names.symptomatic]:
            if gone is not None and fact.value == "yes" and gone.spans[-1][0] > fact.spans[-1][0]:
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.tell_fact(f"{fact.fact}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def settle_conflicts(self) -> None:
        """A fact that can have one value and is told with two is open: both are asked."""
        self.settle_brain()
        self.settle_words()
        for name in self.names.one_value:
            facts = [fact for fact in self.gathered.facts if fact.fact == name]
            if has_conflict([fact.value for fact in facts]):
                for fact in [*facts, *self.list_facts(*(f"{name}@{specimen}" for specimen in self.order.specimens))]:
                    self.ask_instead(fact, CONFLICT)
        if denied := self.find_fact(self.names.surgery_denied_hint):
            for fact in self.list_facts(self.names.surgery, self.names.surgery_date):
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.offer_fact(fact.fact, fact.value, denied.spans[0], CONFLICT, fact.rule)

    def settle_words(self) -> None:
        """A result in words that the score of the same tissue contradicts is asked, not taken."""
        for word, scores in self.names.contradicts.items():
            test, _, value = word.partition(" ")
            is_settled = any(self.gathered.has_fact(fact) for fact in self.names.settled_by.get(word, ()))
            is_contradicted = not is_settled and any(self.gathered.has_fact(score) for score in scores)
            if is_contradicted and (fact := self.gathered.take_back(test, value)) is not None:
                self.gathered.offer_fact(test, value, fact.spans[0], CONFLICT, fact.rule)

    def settle_brain(self) -> None:
        """The state of brain metastases: the last word that says more than that there are some."""
        facts = self.list_facts(self.names.brain)
        states = [fact for fact in facts if fact.value in self.names.brain_states]
        last = max(states, key=lambda fact: fact.spans[-1][0], default=None)
        treated = max(
            (span[0] for fact in self.gathered.facts if fact.fact == self.names.brain_treated for span in fact.spans), default=-1
        )
        if last is not None and last.value == "active" and treated > last.spans[-1][0]:
            self.gathered.take_back(self.names.brain, "active")
            self.gathered.tell_fact(self.names.brain, "present", last.spans, last.sure, last.rule)
            return
        for fact in facts:
            if (fact.value == "present" and len(facts) > 1) or (last is not None and fact in states and fact is not last):
                self.gathered.take_back(self.names.brain, fact.value)
                self.gathered.tell_fact(f"{self.names.brain}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def drop_needless_offers(self) -> None:
        """What is told, or lacks what it rests on, is not asked."""
        for name in self.names.asked_if_several:
            values = self.gathered.find_values(name)
            if len(values) > 1:
                for value in values:
                    if (fact := self.gathered.take_back(name, value)) is not None:
                        self.gathered.offer_fact(name, value, fact.spans[0], CONFLICT, fact.rule)
        told = {fact.fact for fact in self.gathered.facts}
        same = {(fact.fact, fact.value) for fact in self.gathered.facts}
        offers = self.gathered.offers
        offers[:] = [o for o in offers if o.fact not in told or (o.fact in self.names.many and (o.fact, o.value) not in same)]
        self.offer_days()
        self.doubt_counted()

    def doubt_counted(self) -> None:
        """A date that is counted back from the day of the note is about right: it is asked."""
        counted = [date for date in self.masked.dates.values() if date.is_counted and date.value]
        for fact in [fact for fact in self.gathered.facts if counted and fact.fact.endswith(DATES)]:
            places = [date for date in counted if fact.value == date.value]
            if any(start <= date.start < end for date in places for start, end in fact.spans):
                self.ask_instead(fact, "it is counted back from the day of the note")

    def offer_days(self) -> None:
        """Of a date that may be two days the year is told, and both days are asked."""
        for date in [date for date in self.masked.dates.values() if date.readings]:
            for fact in [fact for fact in self.gathered.facts if fact.value == date.value and fact.fact.endswith(DATES)]:
                if any(start <= date.start < end for start, end in fact.spans):
                    for day in date.readings:
                        self.gathered.offer_fact(
                            fact.fact, day, (date.start, date.end), "day and month can stand in either order", fact.rule
                        )

    def drop_hints(self) -> None:
        """What only served to find other facts is no fact; its words are understood all the same."""
        hints = [fact for fact in self.gathered.facts if fact.fact.endswith(HINTS)]
        for fact in hints:
            self.gathered.take_back(fact.fact, fact.value)
        self.gathered.mentions += [NoteMention(span, "said", None, fact.rule) for fact in hints for span in fact.spans]


def has_conflict(values: Sequence[str]) -> bool:
    """Whether two values cannot be true together; a percentage and the word for it can."""
    numbers = {value for value in values if "%" in value}
    return len(numbers) > 1 or len(set(values) - numbers) > 1
