"""Relapse and growth that a note tells without the word: a metastasis behind a surgery, a new one on treatment; their dates."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.record.notes.facts_view import ADVANCED, EARLY, FactsView
from concordant.record.notes.mentions import Span
from concordant.record.notes.reading import NoteFact


class Relapse(FactsView):
    """What the order of things says of the disease."""

    def settle_relapse(self) -> None:
        """All that the order says, one step after the other."""
        self.imply_relapse()
        self.offer_stop()
        self.offer_line()

    def imply_relapse(self) -> None:
        """A metastasis after surgery or early treatment is a recurrence; in metastatic disease a new one is growth."""
        dated = [
            fact.spans[0] for fact in self.gathered.facts if fact.fact == self.names.diagnosis_date and self.is_much_earlier(fact)
        ]
        early = dated + self.surgeries + [one.span for c in self.courses for one in c.list_all("setting") if one.value in EARLY]
        begun = min((span[0] for span in early), default=None)
        is_told = self.gathered.has_fact(self.names.recurrence) or self.gathered.has_fact(self.names.de_novo)
        spread = self.find_spread(begun) if begun is not None else None
        first = self.find_spread()
        if not is_told and begun is not None and spread is not None and first == spread and not self.has_advanced(spread[0]):
            self.gathered.tell_fact(self.names.recurrence, "told", [spread], "convention", "order")
        elif (
            not self.gathered.has_fact(self.names.progression)
            and (fact := self.find_fact(self.names.growth_hint))
            and self.was_advanced(fact.spans[0][0])
        ):
            self.gathered.tell_fact(self.names.progression, "told", fact.spans, "convention", fact.rule)
        self.date_relapse(spread if spread is not None else first)

    def is_much_earlier(self, diagnosis: NoteFact) -> bool:
        """Whether the sentence that tells the spread has a date at least a year after the diagnosis."""
        spread = self.find_spread(diagnosis.spans[0][1])
        if spread is None:
            return False
        sentence = self.context.text.find_sentence(spread[0])
        years = [int(d.value[:4]) for at, d in self.masked.dates.items() if sentence.start <= at < sentence.end and d.value]
        return any(year > int(diagnosis.value[:4]) for year in years)

    def has_advanced(self, place: int) -> bool:
        """Whether a course for advanced disease is told before a place."""
        told = [one for course in self.courses if course.told[0].start < place for one in course.list_all("setting")]
        return any(one.value == ADVANCED for one in told)

    def was_advanced(self, place: int) -> bool:
        """Whether the disease was metastatic, or treated as such, before a place."""
        first = self.find_spread()
        return (first is not None and first[0] < place) or any(
            c.told[0].start < place for c in self.courses if self.find_setting(c) == ADVANCED
        )

    def date_relapse(self, spread: Span | None) -> None:
        """The one date of the sentence in which the spread is told, where that is the recurrence; or else the growth."""
        for name in (self.names.recurrence, self.names.progression):
            told = self.find_fact(name)
            if told is not None and not self.gathered.has_fact(f"{name}.date"):
                places = [span[0] for span in told.spans]
                places += [spread[0]] if spread is not None and name == self.names.recurrence else []
                self.date_event(name, places)

    def date_event(self, name: str, places: Sequence[int]) -> None:
        """The free date that stands near one of some places, or at the head of its sentence."""
        for place in places:
            sentence = self.context.text.find_sentence(place)
            dates = [date for at, date in self.masked.dates.items() if sentence.start <= at < sentence.end and date.value]
            free = [date for date in dates if not self.is_used(date.start)]
            near = [date for date in free if self.is_near(date.start, place, sentence.start)]
            if len(near) == 1:
                self.gathered.tell_fact(f"{name}.date", near[0].value, [(near[0].start, near[0].end)], "convention", "order")
                return

    def is_near(self, date: int, place: int, begin: int) -> bool:
        """Whether a date stands near a place, with no semicolon between, or at the head of its sentence."""
        is_head = self.masked.text[begin:date].strip(" -*\n") in ("", *self.order.in_words)
        return is_head or (abs(date - place) < 60 and ";" not in self.masked.text[min(date, place) : max(date, place)])

    def offer_stop(self) -> None:
        """Growth that is told behind the last course may have ended it."""
        last = self.courses[-1] if self.courses else None
        grown = self.find_fact(self.names.progression)
        if last is not None and grown is not None and not self.gathered.has_fact(f"{last.name}.stopped"):
            behind = next((span for span in grown.spans if span[0] >= last.told[-1].end), None)
            if behind is not None:
                self.gathered.offer_fact(f"{last.name}.stopped", "progression", behind, "growth is told after it", "order")

    def offer_line(self) -> None:
        """Who asks for the second line, where one course is told, may mean that this was the first."""
        asked = self.find_fact(self.names.line_hint)
        late = [course for course in self.courses if self.find_setting(course) not in EARLY]
        if asked is not None and len(late) == int(asked.value) - 1:
            for number, course in enumerate(late, 1):
                self.gathered.offer_fact(
                    f"{course.name}.line", str(number), asked.spans[0], "the next line is asked for", "order"
                )
