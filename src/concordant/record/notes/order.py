"""The settings of courses by the order in which a note tells them: around a surgery, behind one another, late in the disease."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.patient.events import PROGRESSION
from concordant.record.notes.course_facts import Course
from concordant.record.notes.courses import CourseTold
from concordant.record.notes.facts_view import ADVANCED, EARLY, FactsView
from concordant.record.notes.mentions import Span


class TreatmentOrder(FactsView):
    """What the order of things says of the courses."""

    def settle_order(self) -> None:
        """All that the order says, one step after the other."""
        self.settle_diagnosis()
        self.settle_running()
        self.settle_settings()

    def settle_diagnosis(self) -> None:
        """Of several days of a diagnosis the first is that of the disease; the others are asked."""
        dates = sorted(
            (fact for fact in self.gathered.facts if fact.fact == self.names.diagnosis_date), key=lambda fact: fact.value
        )
        for fact in dates[1:]:
            self.gathered.take_back(fact.fact, fact.value)
            if not dates[0].value.startswith(fact.value) and not fact.value.startswith(dates[0].value):
                self.gathered.offer_fact(
                    self.names.recurrence_date, fact.value, fact.spans[0], "a second diagnosis is told", fact.rule
                )

    def settle_running(self) -> None:
        """What is given since a day runs, unless growth is told behind it."""
        for course in self.courses:
            since = next((one for told in course.told for one in told.attributes if one.rule.id == "since_running"), None)
            if since is None or since.standing != "said" or self.gathered.has_fact(f"{course.name}.stopped"):
                continue
            if not self.is_growing_behind(since.span[1]):
                self.gathered.offers[:] = [o for o in self.gathered.offers if o.fact != f"{course.name}.stopped"]
                self.gathered.tell_fact(f"{course.name}.stopped", "ongoing", [since.span], "convention", since.rule.id)

    def is_growing_behind(self, place: int) -> bool:
        """Whether growth, or spread that is not told as quiet, is told behind a place."""
        told = self.list_facts(*self.names.growth, *self.names.spread)
        quiet = {span[0] for fact in told if fact.value in self.names.quiet for span in fact.spans}
        return any(span[0] > place and span[0] not in quiet for fact in told for span in fact.spans)

    def settle_settings(self) -> None:
        """The setting of a course that no word gives: from what comes before it, or behind it, where an order is told."""
        for i, course in enumerate(self.courses):
            if course.find_attribute("setting") is None:
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
        elif self.continues_setting(before, first, surgery_before) and (setting := self.find_setting(before[-1])):
            self.tell_setting(course, setting, first.spans[0])
        elif self.is_behind_relapse(first):
            self.tell_setting(course, ADVANCED, first.spans[0])
        elif surgery_before is not None and not is_late:
            self.settle_after_surgery(course, surgery_before)
        elif before and set(first.ids) < set(before[-1].told[0].ids) and self.find_setting(before[-1]) == ADVANCED:
            self.tell_setting(course, ADVANCED, first.spans[0])
        elif spread is not None and not self.has_early_words():
            self.settle_advanced(course)
        elif (
            is_late
            and not set(first.ids) <= self.order.long_running
            and (stop := course.find_attribute("stopped")) is not None
            and stop.value in ("ongoing", "progression")
        ):
            self.tell_setting(course, ADVANCED, stop.span)

    def continues_setting(self, before: Sequence[Course], course: CourseTold, surgery: Span | None) -> bool:
        """Whether a course goes on in the setting of the one before it; behind a surgery only one that is adjuvant does."""
        if not before or not self.goes_on(before[-1].told[-1], course, surgery):
            return False
        return surgery is None or self.find_setting(before[-1]) != EARLY[0]

    def goes_on(self, before: CourseTold, course: CourseTold, surgery: Span | None) -> bool:
        """Whether a course follows another without anything between that begins another setting."""
        if surgery is not None and surgery[0] >= before.end:
            return False
        is_early = self.find_setting_of(before) in EARLY
        if is_early and not self.is_looked_back_at(course) and self.is_grown_between(before.end, course.start):
            return False
        spread = self.find_spread(before.end)
        has_spread = spread is not None and spread[0] < course.start and self.find_spread()[0] >= before.end  # type: ignore[index]
        return not has_spread and self.is_ordered(before.end, course.start, 120)

    def find_setting_of(self, told: CourseTold) -> str:
        """The setting of the course that is told at a place."""
        return next((self.find_setting(course) for course in self.courses if told in course.told), "")

    def is_looked_back_at(self, course: CourseTold) -> bool:
        """Whether drugs are named to say how long after them the disease came back."""
        spans = [span for fact in self.list_facts(*self.names.asked_if_several) for span in fact.spans]
        return any(low <= course.start < high for low, high in spans)

    def is_grown_between(self, low: int, high: int) -> bool:
        """Whether a relapse or growth is told between two places."""
        return any(low <= span[0] < high for fact in self.list_facts(*self.names.growth) for span in fact.spans)

    def is_behind_relapse(self, course: CourseTold) -> bool:
        """Whether words say that a course followed a relapse, with a distant metastasis told before it."""
        relapsed = [span[0] for fact in self.list_facts(self.names.recurrence) for span in fact.spans if span[0] < course.start]
        spread = self.find_spread()
        is_late = spread is not None and spread[0] < course.start
        if spread is not None and is_late and any(surgery[1] <= spread[0] for surgery in self.surgeries):
            relapsed.append(spread[0])
        return is_late and bool(relapsed) and self.is_ordered(max(relapsed), course.start, 120)

    def is_ordered(self, low: int, high: int, reach: int) -> bool:
        """Whether words between two places say that the one followed the other."""
        return high - low <= reach and self.order.then.search(self.masked.text[low:high]) is not None

    def settle_after_surgery(self, course: Course, surgery: Span) -> None:
        """A course behind a surgery is adjuvant where words or dates say so, else it is asked."""
        first = course.told[0]
        spread = self.find_spread(surgery[1])
        again = self.find_first(self.names.growth)
        if (spread is not None and spread[0] < first.start) or (again is not None and again < first.start):
            return
        if self.is_dated_after(course) or self.is_ordered(surgery[1], first.start, 160) or course.find_attribute("a_year"):
            self.tell_setting(course, "adjuvant", surgery)
        else:
            self.gathered.offer_fact(
                f"{course.name}.setting", "adjuvant", first.spans[0], "it is told after the surgery", "order"
            )

    def is_dated_after(self, course: Course) -> bool:
        """Whether the dates of a course lie behind that of the surgery."""
        date, end = (
            self.gathered.find_values(self.names.surgery_date),
            course.find_attribute("end") or course.find_attribute("start"),
        )
        return bool(date) and end is not None and date[0][:7] < end.value[:7]

    def is_dated_before(self, course: Course) -> bool:
        """Whether the dates of a course lie before that of the surgery."""
        date, end = (
            self.gathered.find_values(self.names.surgery_date),
            course.find_attribute("end") or course.find_attribute("start"),
        )
        return bool(date) and end is not None and end.value[:7] < date[0][:7]

    def settle_advanced(self, course: Course) -> None:
        """In metastatic disease without a word of an early one: what ended in growth, or runs, is for the advanced disease."""
        stop = course.find_attribute("stopped")
        is_slow = set(course.told[0].ids) <= self.order.long_running
        if self.gathered.has_fact(self.names.de_novo) or (stop is not None and stop.value == PROGRESSION and not is_slow):
            self.tell_setting(course, ADVANCED, stop.span if stop else course.told[0].spans[0])
        else:
            self.gathered.offer_fact(
                f"{course.name}.setting", ADVANCED, course.told[0].spans[0], "the disease is metastatic", "order"
            )

    def tell_setting(self, course: Course, setting: str, span: Span) -> None:
        """Tell the setting, and ask no more about it."""
        self.gathered.offers[:] = [offer for offer in self.gathered.offers if offer.fact != f"{course.name}.setting"]
        self.gathered.tell_fact(f"{course.name}.setting", setting, [span], "convention", "order")
