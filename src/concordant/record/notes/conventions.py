"""What follows from the facts of a note together: by the order in which they are told, and where the text contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.record.notes.context import NoteContext
from concordant.record.notes.courses import Attribute, CourseTold
from concordant.record.notes.gather import CONFLICT, Course, Gathered
from concordant.record.notes.mentions import MaskedText, Span
from concordant.record.notes.reading import NoteFact

HINTS = ("_hint", "_optional", "_by_site")
MANY = frozenset(("site", "surgery", "brain_metastases"))  # facts that can have several values, or a more exact one
MARKERS = ("her2", "her2_ihc", "her2_ish", "her2_ratio", "her2_copies", "er", "pr")
ONE_VALUE = frozenset(
    ("sex", "age", "her2", "er", "pr", "her2_ihc", "her2_ish", "extent", "presentation", "brain_metastases", "pregnant")
)
EARLY = ("neoadjuvant", "adjuvant")
ADVANCED = "advanced"


@dataclass(frozen=True, slots=True)
class OrderWords:
    """The words of a language that tell an order, and of which tissue a result is; and the sites of a distant metastasis."""

    then: re.Pattern[str]
    specimens: Mapping[str, re.Pattern[str]]
    symptomatic: tuple[str, ...]  # facts of symptoms that go
    contradicts: Mapping[str, tuple[str, ...]]
    in_words: tuple[str, ...]  # words before a date at which something was
    named_specimen: re.Pattern[str]
    distant: frozenset[str]
    endocrine: frozenset[str]  # drugs that run long before and after a relapse
    denied_drugs: Mapping[str, tuple[str, str]]  # the fact that a drug was not received


def draw_conventions(
    gathered: Gathered, courses: Sequence[Course], masked: MaskedText, context: NoteContext, order: OrderWords
) -> None:
    """Complete what the single forms found, and take back what the text contradicts."""
    Conventions(gathered, courses, masked, context, order).draw()


class Conventions:
    """The facts of one note while conventions are drawn from them."""

    def __init__(
        self, gathered: Gathered, courses: Sequence[Course], masked: MaskedText, context: NoteContext, order: OrderWords
    ) -> None:
        self.gathered, self.courses, self.masked, self.context, self.order = gathered, courses, masked, context, order
        self.surgeries = [span for fact in gathered.facts if fact.fact == "surgery" for span in fact.spans]

    def draw(self) -> None:
        """All conventions, in an order in which each finds what it needs."""
        self.drop_old_ages()
        self.settle_diagnosis()
        self.settle_running()
        self.settle_settings()
        self.imply_relapse()
        self.offer_stop()
        self.offer_line()
        self.settle_response()
        self.keep_last("lvef")
        self.settle_past_symptoms()
        self.settle_conditions()
        self.settle_specimens()
        self.settle_conflicts()
        self.drop_needless_offers()
        self.drop_hints()

    # Where things stand.

    def find_first(self, facts: Iterable[str], value: str = "") -> int | None:
        """Where the first of some facts is told."""
        names = set(facts)
        places = [
            span[0] for fact in self.gathered.facts if fact.fact in names and value in ("", fact.value) for span in fact.spans
        ]
        return min(places, default=None)

    def find_spread(self, low: int = 0) -> Span | None:
        """Where a distant metastasis, or metastatic disease, is first told behind a place."""
        found = [
            span
            for fact in self.gathered.facts
            if (fact.fact == "site" and fact.value in self.order.distant)
            or (fact.fact in ("extent", "extent_by_site") and fact.value == "metastatic")
            or (fact.fact == "brain_metastases" and fact.value != "none")
            for span in fact.spans
            if span[0] >= low
        ]
        return min(found, default=None)

    def has_early_words(self) -> bool:
        """Whether the text tells of surgery, or of treatment before or after it."""
        settings = {one.value for course in self.courses for one in course.list_all("setting")}
        return bool(self.surgeries) or not settings.isdisjoint(EARLY) or self.gathered.has("recurrence")

    # Single conventions.

    def drop_old_ages(self) -> None:
        """An age that stands beside a year is the age of then: it is asked."""
        for fact in [fact for fact in self.gathered.facts if fact.fact == "age"]:
            sentence = self.context.text.find_sentence(fact.spans[0][0])
            place = fact.spans[0][0]
            dated = [at for at in self.masked.dates if sentence.start <= at < place and place - at < 30 and self.is_then(at)]
            others = [other for other in self.gathered.find_values("age") if other != fact.value]
            if dated or others:
                self.gathered.take_back("age", fact.value)
                self.gathered.offer("age", fact.value, fact.spans[0], "it may be the age of then", fact.rule)

    def settle_diagnosis(self) -> None:
        """Of several days of a diagnosis the first is that of the disease; the others are asked."""
        dates = sorted((fact for fact in self.gathered.facts if fact.fact == "diagnosis.date"), key=lambda fact: fact.value)
        for fact in dates[1:]:
            self.gathered.take_back(fact.fact, fact.value)
            if not dates[0].value.startswith(fact.value) and not fact.value.startswith(dates[0].value):
                self.gathered.offer("recurrence.date", fact.value, fact.spans[0], "a second diagnosis is told", fact.rule)

    def is_then(self, place: int) -> bool:
        """Whether a date stands in a sentence that tells of it, not at its head as the date of an entry."""
        return self.masked.text[max(0, place - 4) : place].strip(" ").endswith(self.order.in_words)

    def settle_settings(self) -> None:
        """The setting of a course that no word gives: from what comes before it, or behind it, where an order is told."""
        for i, course in enumerate(self.courses):
            if course.find("setting") is None:
                self.settle_setting(course, self.courses[:i])

    def settle_setting(self, course: Course, before: Sequence[Course]) -> None:
        """Find the setting of one course."""
        first = course.told[0]
        spread = self.find_spread()
        is_late = spread is not None and spread[0] < first.start
        surgery_behind = next((s for s in self.surgeries if s[0] >= first.end), None)
        surgery_before = next((s for s in reversed(self.surgeries) if s[1] <= first.start), None)
        last = course.told[0]
        if not is_late and surgery_behind and (self.is_ordered(last.end, surgery_behind[0], 70) or self.is_dated_before(course)):
            self.tell_setting(course, "neoadjuvant", surgery_behind)
        elif surgery_before is not None and not is_late:
            self.settle_after_surgery(course, surgery_before)
        elif before and set(first.ids) < set(before[-1].told[0].ids) and self.find_setting(before[-1]) == ADVANCED:
            self.tell_setting(course, ADVANCED, first.spans[0])
        elif before and (setting := self.find_setting(before[-1])) and self.goes_on(before[-1].told[-1], first, surgery_before):
            self.tell_setting(course, setting, first.spans[0])
        elif spread is not None and not self.has_early_words():
            self.settle_advanced(course)
        elif (
            is_late
            and not set(first.ids) <= self.order.endocrine
            and (stop := course.find("stopped")) is not None
            and stop.value in ("ongoing", "progression")
        ):
            self.tell_setting(course, ADVANCED, stop.span)

    def find_setting(self, course: Course) -> str:
        """The setting of a course as far as it is known; empty where it is not."""
        told = self.gathered.find_values(f"{course.name}.setting")
        return told[0] if told else ""

    def goes_on(self, before: CourseTold, course: CourseTold, surgery: Span | None) -> bool:
        """Whether a course follows another without anything between that begins another setting."""
        if surgery is not None and surgery[0] >= before.end:
            return False
        spread = self.find_spread(before.end)
        has_spread = spread is not None and spread[0] < course.start and self.find_spread()[0] >= before.end  # type: ignore[index]
        return not has_spread and self.is_ordered(before.end, course.start, 120)

    def is_ordered(self, low: int, high: int, reach: int) -> bool:
        """Whether words between two places say that the one followed the other."""
        return high - low <= reach and self.order.then.search(self.masked.text[low:high]) is not None

    def settle_after_surgery(self, course: Course, surgery: Span) -> None:
        """A course behind a surgery is adjuvant where words or dates say so, else it is asked."""
        first = course.told[0]
        spread = self.find_spread(surgery[1])
        again = self.find_first(("recurrence", "progression"))
        if (spread is not None and spread[0] < first.start) or (again is not None and again < first.start):
            return
        if (
            self.is_dated_after(course)
            or self.order.then.search(self.masked.text[surgery[1] : first.start])
            or course.find("a_year")
        ):
            self.tell_setting(course, "adjuvant", surgery)
        else:
            self.gathered.offer(f"{course.name}.setting", "adjuvant", first.spans[0], "it is told after the surgery", "order")

    def is_dated_after(self, course: Course) -> bool:
        """Whether the dates of a course lie behind that of the surgery."""
        date, end = self.gathered.find_values("surgery.date"), course.find("end") or course.find("start")
        return bool(date) and end is not None and date[0][:7] < end.value[:7]

    def is_dated_before(self, course: Course) -> bool:
        """Whether the dates of a course lie before that of the surgery."""
        date, end = self.gathered.find_values("surgery.date"), course.find("end") or course.find("start")
        return bool(date) and end is not None and end.value[:7] < date[0][:7]

    def settle_advanced(self, course: Course) -> None:
        """In metastatic disease without a word of an early one: what ended in growth, or runs, is for the advanced disease."""
        stop = course.find("stopped")
        if self.gathered.has("presentation = de_novo") or (stop is not None and stop.value in ("progression", "ongoing")):
            self.tell_setting(course, ADVANCED, stop.span if stop else course.told[0].spans[0])
        else:
            self.gathered.offer(f"{course.name}.setting", ADVANCED, course.told[0].spans[0], "the disease is metastatic", "order")

    def tell_setting(self, course: Course, setting: str, span: Span) -> None:
        """Tell the setting, and ask no more about it."""
        self.gathered.offers[:] = [offer for offer in self.gathered.offers if offer.fact != f"{course.name}.setting"]
        self.gathered.tell(f"{course.name}.setting", setting, [span], "convention", "order")

    def imply_relapse(self) -> None:
        """A metastasis after surgery or early treatment is a recurrence; in metastatic disease a new one is growth."""
        dated = [fact.spans[0] for fact in self.gathered.facts if fact.fact == "diagnosis.date" and self.is_much_earlier(fact)]
        early = dated + self.surgeries + [one.span for c in self.courses for one in c.list_all("setting") if one.value in EARLY]
        begun = min((span[0] for span in early), default=None)
        is_told = self.gathered.has("recurrence") or self.gathered.has("presentation = de_novo")
        spread = self.find_spread(begun) if begun is not None else None
        first = self.find_spread()
        if not is_told and begun is not None and spread is not None and first == spread and not self.has_advanced(spread[0]):
            self.gathered.tell("recurrence", "told", [spread], "convention", "order")
        elif (
            not self.gathered.has("progression")
            and (fact := self.find_fact("progression_hint"))
            and self.was_advanced(fact.spans[0][0])
        ):
            self.gathered.tell("progression", "told", fact.spans, "convention", fact.rule)
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

    def find_fact(self, name: str) -> NoteFact | None:
        """The first fact of a name."""
        return next((fact for fact in self.gathered.facts if fact.fact == name), None)

    def date_relapse(self, spread: Span | None) -> None:
        """The one date of the sentence in which the spread is told, where that is the recurrence; or else the growth."""
        for name in ("recurrence", "progression"):
            told = self.find_fact(name)
            if told is not None and not self.gathered.has(f"{name}.date"):
                places = [span[0] for span in told.spans] + ([spread[0]] if spread is not None and name == "recurrence" else [])
                self.date_event(name, places)

    def date_event(self, name: str, places: Sequence[int]) -> None:
        """The free date that stands near one of some places, or at the head of its sentence."""
        for place in places:
            sentence = self.context.text.find_sentence(place)
            dates = [date for at, date in self.masked.dates.items() if sentence.start <= at < sentence.end and date.value]
            free = [date for date in dates if not self.is_used(date.start)]
            near = [d for d in free if abs(d.start - place) < 60 or not self.masked.text[sentence.start : d.start].strip(" -*\n")]
            if len(near) == 1:
                self.gathered.tell(f"{name}.date", near[0].value, [(near[0].start, near[0].end)], "convention", "order")
                return

    def is_used(self, place: int) -> bool:
        """Whether a date belongs to another fact."""
        return any(
            start <= place < end
            for fact in self.gathered.facts
            if fact.fact.endswith(("date", ".start", ".end"))
            for start, end in fact.spans
        )

    def offer_stop(self) -> None:
        """Growth that is told behind the last course may have ended it."""
        last = self.courses[-1] if self.courses else None
        grown = self.find_fact("progression")
        if last is not None and grown is not None and not self.gathered.has(f"{last.name}.stopped"):
            behind = next((span for span in grown.spans if span[0] >= last.told[-1].end), None)
            if behind is not None:
                self.gathered.offer(f"{last.name}.stopped", "progression", behind, "growth is told after it", "order")

    def settle_running(self) -> None:
        """What is given since a day runs, unless growth is told behind it."""
        for course in self.courses:
            since = next((one for told in course.told for one in told.attributes if one.rule.id == "since_running"), None)
            if since is None or since.standing != "said" or self.gathered.has(f"{course.name}.stopped"):
                continue
            if not self.is_told_behind(("recurrence", "progression", "extent_by_site"), since.span[1]):
                self.gathered.offers[:] = [o for o in self.gathered.offers if o.fact != f"{course.name}.stopped"]
                self.gathered.tell(f"{course.name}.stopped", "ongoing", [since.span], "convention", since.rule.id)

    def is_told_behind(self, facts: Sequence[str], place: int) -> bool:
        """Whether one of some facts is told behind a place."""
        return any(span[0] > place for fact in self.gathered.facts if fact.fact in facts for span in fact.spans)

    def settle_response(self) -> None:
        """A response, or stable disease, that growth followed is past; in one sentence with growth it is mixed."""
        grown = [
            span[0]
            for fact in self.gathered.facts
            if fact.fact in ("progression", "recurrence", "progression_hint")
            for span in fact.spans
        ]
        for fact in [fact for fact in self.gathered.facts if fact.fact in ("response", "stable")]:
            sentence = self.context.text.find_sentence(fact.spans[-1][0])
            if any(place >= sentence.start for place in grown):
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.tell(f"{fact.fact}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def keep_last(self, name: str) -> None:
        """Of several values of a measurement the last that is told; the others are earlier ones."""
        facts = sorted((fact for fact in self.gathered.facts if fact.fact == name), key=lambda fact: fact.spans[-1][1])
        for fact in facts[:-1]:
            self.gathered.take_back(name, fact.value)
            self.gathered.tell(f"{name}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def settle_past_symptoms(self) -> None:
        """Symptoms that are told to be gone behind the words that told them are past."""
        gone = self.find_fact("no_symptoms_hint")
        for fact in [fact for fact in self.gathered.facts if fact.fact in self.order.symptomatic]:
            if gone is not None and fact.value == "yes" and gone.spans[-1][0] > fact.spans[-1][0]:
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.tell(f"{fact.fact}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def settle_conditions(self) -> None:
        """Of one condition the more exact word stands; one that is told and denied is open."""
        names = {fact.fact for fact in self.gathered.facts if fact.fact.startswith("condition[")}
        for name in sorted(names):
            values = self.gathered.find_values(name)
            keep = next((value for value in ("resolved", "active", "present", "absent") if value in values), "")
            for value in [value for value in values if value != keep]:
                fact = self.gathered.take_back(name, value)
                if fact is not None and value == "absent":
                    self.gathered.offer(name, value, fact.spans[0], CONFLICT, fact.rule)
                elif fact is not None:
                    self.gathered.tell(f"{name}_optional", value, fact.spans, fact.sure, fact.rule)

    def settle_conflicts(self) -> None:
        """A fact that can have one value and is told with two is open: both are asked."""
        self.settle_brain()
        self.settle_her2()
        for name in sorted(ONE_VALUE):
            facts = [fact for fact in self.gathered.facts if fact.fact == name]
            if has_conflict([fact.value for fact in facts]):
                for fact in facts:
                    self.gathered.take_back(name, fact.value)
                    self.gathered.offer(name, fact.value, fact.spans[0], CONFLICT, fact.rule)
        if denied := self.find_fact("surgery_denied_hint"):
            for fact in [
                fact for fact in self.gathered.facts if fact.fact.startswith("surgery") and not fact.fact.endswith("hint")
            ]:
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.offer(fact.fact, fact.value, denied.spans[0], CONFLICT, fact.rule)

    def settle_specimens(self) -> None:
        """A result that is told of the primary tumour, or of a metastasis, is told of that as well."""
        for fact in [fact for fact in self.gathered.facts if fact.fact in MARKERS]:
            for span in fact.spans:
                if specimen := self.find_specimen(span):
                    self.gathered.tell(f"{fact.fact}@{specimen}", fact.value, [span], fact.sure, fact.rule)
        for name in MARKERS:
            self.choose_specimen(name)
        if any(has_conflict(self.gathered.find_values(f"{name}@metastasis")) for name in MARKERS):
            for fact in [
                fact for fact in self.gathered.facts if fact.fact in MARKERS and all(map(self.find_specimen, fact.spans))
            ]:
                self.gathered.take_back(fact.fact, fact.value)
                self.gathered.tell(f"{fact.fact}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def find_specimen(self, span: Span) -> str:
        """Which tissue a result is of: the last word for one before it in its sentence."""
        sentence = self.context.text.find_sentence(span[0])
        found = [
            (match.end(), specimen)
            for specimen, pattern in self.order.specimens.items()
            for match in pattern.finditer(self.masked.text, sentence.start, span[1])
        ]
        return max(found)[1] if found else self.find_carried_specimen(span[0])

    def find_carried_specimen(self, place: int) -> str:
        """The tissue that a report names above its results: a metastasis where it is another organ."""
        named = list(self.order.named_specimen.finditer(self.masked.text, 0, place))
        if not named:
            return ""
        sites = {
            id_ for at, entity in self.masked.entities.items() if named[-1].start() <= at < named[-1].end() for id_ in entity.ids
        }
        return "metastasis" if sites & self.order.distant else ""

    def choose_specimen(self, name: str) -> None:
        """Of results that differ by the tissue the one of the metastasis counts; of those that contradict each other none."""
        plain = [fact for fact in self.gathered.facts if fact.fact == name]
        if not has_conflict([fact.value for fact in plain]):
            return
        spread = set(self.gathered.find_values(f"{name}@metastasis"))
        if all(any(self.find_specimen(span) for span in fact.spans) for fact in plain):
            for fact in plain:
                if fact.value not in spread or has_conflict(sorted(spread)):
                    self.gathered.take_back(name, fact.value)
                    self.gathered.tell(f"{name}_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def settle_her2(self) -> None:
        """A result in words that the score of the same tissue contradicts is asked, not taken."""
        for word, scores in self.order.contradicts.items():
            test, _, value = word.partition(" ")
            is_contradicted = any(self.gathered.has(score) for score in scores)
            if is_contradicted and (fact := self.gathered.take_back(test, value)) is not None:
                self.gathered.offer(test, value, fact.spans[0], CONFLICT, fact.rule)

    def settle_brain(self) -> None:
        """The state of brain metastases: the last word that says more than that there are some."""
        facts = [fact for fact in self.gathered.facts if fact.fact == "brain_metastases"]
        states = [fact for fact in facts if fact.value in ("stable", "active")]
        last = max(states, key=lambda fact: fact.spans[-1][0], default=None)
        treated = max(
            (span[0] for fact in self.gathered.facts if fact.fact == "brain_treated_locally" for span in fact.spans), default=-1
        )
        if last is not None and last.value == "active" and treated > last.spans[-1][0]:
            self.gathered.take_back("brain_metastases", "active")
            self.gathered.tell("brain_metastases", "present", last.spans, last.sure, last.rule)
            return
        for fact in facts:
            if (fact.value == "present" and len(facts) > 1) or (last is not None and fact in states and fact is not last):
                self.gathered.take_back("brain_metastases", fact.value)
                self.gathered.tell("brain_metastases_optional", fact.value, fact.spans, fact.sure, fact.rule)

    def drop_needless_offers(self) -> None:
        """What is told, or lacks what it rests on, is not asked."""
        for name in ("interval",):
            values = self.gathered.find_values(name)
            if len(values) > 1:
                for value in values:
                    if (fact := self.gathered.take_back(name, value)) is not None:
                        self.gathered.offer(name, value, fact.spans[0], CONFLICT, fact.rule)
        told = {fact.fact for fact in self.gathered.facts}
        same = {(fact.fact, fact.value) for fact in self.gathered.facts}
        offers = self.gathered.offers
        offers[:] = [o for o in offers if o.fact not in told or (o.fact in MANY and (o.fact, o.value) not in same)]

    def offer_line(self) -> None:
        """Who asks for the second line, where one course is told, may mean that this was the first."""
        asked = self.find_fact("asked_line_hint")
        late = [course for course in self.courses if self.find_setting(course) not in EARLY]
        if asked is not None and len(late) == int(asked.value) - 1:
            for number, course in enumerate(late, 1):
                self.gathered.offer(f"{course.name}.line", str(number), asked.spans[0], "the next line is asked for", "order")

    def drop_hints(self) -> None:
        """What only served to find other facts is no fact; its words are understood all the same."""
        from concordant.record.notes.reading import NoteMention

        hints = [fact for fact in self.gathered.facts if fact.fact.endswith(HINTS)]
        self.gathered.facts[:] = [fact for fact in self.gathered.facts if fact not in hints]
        self.gathered.mentions += [NoteMention(span, "said", None, fact.rule) for fact in hints for span in fact.spans]


def has_conflict(values: Sequence[str]) -> bool:
    """Whether two values cannot be true together; a percentage and the word for it can."""
    numbers = {value for value in values if "%" in value}
    return len(numbers) > 1 or len(set(values) - numbers) > 1


def iter_attribute_spans(courses: Sequence[Course]) -> Iterator[Attribute]:
    """Everything that is said of the courses."""
    for course in courses:
        for told in course.told:
            yield from told.attributes
