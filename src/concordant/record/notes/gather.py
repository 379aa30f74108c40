"""Hits and courses to what a note says: one value a fact where the text agrees with itself, and what is to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from concordant.model.notes import NoteConventions, Standing
from concordant.record.notes.context import NoteContext
from concordant.record.notes.courses import Attribute, CourseTold
from concordant.record.notes.mentions import Hit, Span
from concordant.record.notes.reading import NoteFact, NoteMention, NoteOffer, Sure
from concordant.record.notes.tables import TableFact

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

    def tell(self, fact: str, value: str, spans: Iterable[Span], sure: Sure, rule: str) -> None:
        """Add a fact; the same value of the same fact is one, with the words of both."""
        known = self.told.get((fact, value))
        if known is None:
            self.told[fact, value] = NoteFact(fact, value, tuple(spans), sure, rule)
            return
        best: Sure = "said" if "said" in (known.sure, sure) else "convention"
        self.told[fact, value] = NoteFact(fact, value, tuple(sorted({*known.spans, *spans})), best, known.rule)

    def offer(self, fact: str, value: str, span: Span, why: str, rule: str) -> None:
        """Add what may be meant."""
        if not any(known.fact == fact and known.value == value for known in self.offers):
            self.offers.append(NoteOffer(fact, value, span, why, rule))

    def find_values(self, fact: str) -> list[str]:
        """The values that a fact has so far."""
        return [known.value for known in self.facts if known.fact == fact]

    def has(self, pair: str) -> bool:
        """Whether `fact = value` is told; a fact alone with any value."""
        fact, _, value = (part.strip() for part in pair.partition("="))
        return (fact, value) in self.told if value else any(known == fact for known, _ in self.told)

    def take_back(self, fact: str, value: str) -> NoteFact | None:
        """Remove a fact, and return it."""
        return self.told.pop((fact, value), None)


def gather_hits(hits: Sequence[Hit], gathered: Gathered) -> None:
    """The facts of single rules; of several that tell the same fact at one place the first in the order of the knowledge."""
    taken: dict[str, list[Span]] = {}
    for hit in hits:
        if hit.standing != "said" and (hit.standing != "uncertain" or not (hit.facts or hit.offers)):
            cue = (hit.cue.start, hit.cue.end) if hit.cue else None
            gathered.mentions.append(NoteMention(hit.span, hit.standing, cue, hit.rule.id))
        for fact, value in hit.facts:
            if not _overlaps(hit.span, taken.get(fact, ())):
                gathered.tell(fact, value, [hit.span], hit.rule.sure, hit.rule.id)
        for fact, value in hit.offers:
            if not _overlaps(hit.span, taken.get(fact, ())):
                gathered.offer(fact, value, hit.span, hit.rule.why or "the text doubts it", hit.rule.id)
        for fact, _ in (*hit.facts, *hit.offers):
            taken.setdefault(fact, []).append(hit.span)


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


@dataclass(slots=True)
class Course:
    """A course that was given, of one or several places of the text."""

    name: str
    told: list[CourseTold]

    def find(self, attribute: str) -> Attribute | None:
        """What is said of it; the first place that says it counts."""
        return next((one for course in self.told if (one := course.find(attribute)) is not None), None)

    def list_all(self, attribute: str) -> list[Attribute]:
        """All that is said of it under a name."""
        return [one for course in self.told for one in course.attributes if one.name == attribute and one.standing == "said"]


def drop_unknown_conditions(gathered: Gathered, known: frozenset[str]) -> None:
    """A condition that the knowledge has no name for is not told: its words are not read."""
    for fact in [fact for fact in gathered.facts if fact.fact.startswith("condition[")]:
        if fact.fact[len("condition[") : -1] not in known:
            gathered.take_back(fact.fact, fact.value)


def tell_table_fact(told: TableFact, gathered: Gathered, dated: Sequence[str]) -> None:
    """The value of a flow sheet, with the date of its row where the fact has one."""
    gathered.tell(told.fact, told.value, [told.span], "said", "table")
    if told.date is not None and told.fact in dated:
        gathered.tell(f"{told.fact}.date", told.date.value, [(told.date.start, told.date.end)], "said", "table")


def is_grounded(needs: Sequence[str], gathered: Gathered, context: NoteContext, names: NoteConventions) -> bool:
    """Whether a rule has what it rests on: facts, or what is told of the text."""
    known = {
        "subject_is_relative": bool(context.subject),
        "course_told": any(fact.fact.startswith("course[") for fact in gathered.facts),
        "recurrence_or_site": any(fact.fact in (names.recurrence, names.site, *names.spread) for fact in gathered.facts),
    }
    return all(known.get(need) or gathered.has(need) for need in needs)


def gather_courses(
    told: Sequence[CourseTold],
    gathered: Gathered,
    denied_drugs: Mapping[str, tuple[str, str]],
    supportive: frozenset[str],
    spared: str,
    today: str,
) -> list[Course]:
    """The courses that were given, as facts; a drug told again is the course told again."""
    courses: list[Course] = []
    for one in told:
        if set(one.ids) <= supportive:
            _tell_supportive(one, gathered)
        elif _is_given(one, today):
            _add_course(one, courses, gathered)
        else:
            _tell_not_given(one, _name_course(one, courses), gathered, denied_drugs)
    for course in courses:
        _tell_course(course, gathered, spared)
    return courses


def _is_given(one: CourseTold, today: str) -> bool:
    """Whether a course is told as one that was given, or is."""
    return one.standing == "said" and not one.is_listed and one.find("not_given") is None and not _begins_later(one, today)


def _add_course(one: CourseTold, courses: list[Course], gathered: Gathered) -> None:
    if (same := _find_same(one, courses, gathered)) is not None:
        same.told.append(one)
    else:
        courses.append(Course(_name_course(one, courses), [one]))


def _tell_not_given(one: CourseTold, name: str, gathered: Gathered, denied_drugs: Mapping[str, tuple[str, str]]) -> None:
    """Drugs that are told without having been given: denied, asked about, taken for something else."""
    if one.is_not_received:
        _deny_drugs(one, gathered, denied_drugs)
    if one.standing == "uncertain" and not one.is_listed:
        gathered.offer(name, "given", (one.start, one.end), "whether it was given is not said", "course")
    gathered.mentions.append(NoteMention((one.start, one.end), _find_why(one), None, "course"))
    if one.standing == "said" and one.find("medication") is not None:
        for id_ in one.ids:
            gathered.tell(f"medication[{id_}]", "taken", [(one.start, one.end)], "said", "course")


def _begins_later(one: CourseTold, today: str) -> bool:
    """Whether a course begins after the day of the note: it is a plan."""
    start = one.find("start")
    return start is not None and bool(today) and start.value > today[: len(start.value)]


def _tell_supportive(one: CourseTold, gathered: Gathered) -> None:
    """A supportive drug is a medication, taken where nothing says that it was stopped."""
    is_taken = one.standing == "said" and one.find("end") is None and one.find("not_given") is None
    stop = one.find("stopped")
    if is_taken and (stop is None or stop.value == "ongoing"):
        for id_ in one.ids:
            gathered.tell(f"medication[{id_}]", "taken", list(one.spans), "said", "course")
    gathered.mentions.append(NoteMention((one.start, one.end), one.standing, None, "course"))


def _find_why(one: CourseTold) -> Standing:
    return "uncertain" if one.standing == "said" else one.standing


def _deny_drugs(one: CourseTold, gathered: Gathered, denied_drugs: Mapping[str, tuple[str, str]]) -> None:
    for id_ in one.ids:
        if id_ in denied_drugs:
            gathered.tell(*denied_drugs[id_], [(one.start, one.end)], "said", "course")


def _find_same(one: CourseTold, courses: Sequence[Course], gathered: Gathered) -> Course | None:
    """The course that is told again: of the same drugs, or of some of them alone, with nothing new that would make it another."""
    start, setting = one.find("start"), one.find("setting")
    for course in reversed(courses):
        first = course.told[0]
        if set(first.ids) == set(one.ids):
            other_start, other_setting = course.find("start"), course.find("setting")
            new_start = start is not None and other_start is not None and start.value[:7] != other_start.value[:7]
            new_setting = setting is not None and other_setting is not None and setting.value != other_setting.value
            return None if new_start or new_setting else course
        is_part = set(one.ids) < set(first.ids) and _brings_nothing(one) and one.start - first.end < 400
        if is_part and not _has_surgery_between(first.end, one.start, gathered):
            return course
    return None


def _has_surgery_between(low: int, high: int, gathered: Gathered) -> bool:
    return any(low <= span[0] < high for fact in gathered.facts if fact.fact == "surgery" for span in fact.spans)


def _brings_nothing(one: CourseTold) -> bool:
    """Whether nothing is said of a drug but why or when it ended: it is a part of the course before it."""
    return not any(a.name in ("setting", "line", "start", "own") for a in one.attributes if a.standing == "said")


def _name_course(one: CourseTold, courses: Sequence[Course]) -> str:
    again = sum(1 for course in courses if course.told[0].key == one.key)
    return f"course[{one.key}]" + (f"#{again + 1}" if again else "")


SIMPLE = ("setting", "line", "cycles", "start", "end")


def _tell_course(course: Course, gathered: Gathered, spared: str) -> None:
    spans = [span for one in course.told for span in one.spans]
    gathered.tell(course.name, "given", spans, "said", "course")
    for name in SIMPLE:
        if (said := course.find(name)) is not None and not _is_overtaken(said, course):
            gathered.tell(f"{course.name}.{name}", said.value, [said.span], said.rule.sure, said.rule.id)
    _tell_stop(course, gathered, spared)
    finished, when = gathered.has(f"{course.name}.stopped = completed"), course.find("in_date")
    if finished and when is not None and course.find("end") is None:
        gathered.tell(f"{course.name}.end", when.value, [when.span], "said", when.rule.id)
    if course.find("begun") is not None and when is not None and course.find("start") is None and not finished:
        gathered.tell(f"{course.name}.start", when.value, [when.span], "said", when.rule.id)
    for one in course.told:
        for attribute in one.attributes:
            if attribute.rule.offers and attribute.standing == "said" and course.find(attribute.name) is None:
                gathered.offer(
                    f"{course.name}.{attribute.name}", attribute.value, attribute.span, attribute.rule.why, attribute.rule.id
                )


def _is_overtaken(said: Attribute, course: Course) -> bool:
    """Whether a cycle is told of a treatment that runs, of which it is said as well that it ended."""
    runs = said.name == "cycles" and said.rule.tells.get("stopped") == "ongoing"
    stops = {one.value for one in course.list_all("stopped")}
    return runs and (bool(stops & FIRM) or course.find("end") is not None)


FIRM = {"progression", "toxicity", "recurrence"}
ENDS = {"progression": 0, "toxicity": 0, "recurrence": 0, "choice": 1, "completed": 2, "ongoing": 3}


def _tell_stop(course: Course, gathered: Gathered, spared: str) -> None:
    """Why it ended: two reasons that exclude one another are both offered; what has ended does not run."""
    said = [one for one in course.list_all("stopped") if not one.rule.offers]
    best = sorted(said, key=lambda one: ENDS.get(one.value, 9))
    firm = {one.value for one in best if ENDS.get(one.value, 9) == 0}
    if len(firm) > 1:
        for one in best:
            gathered.offer(f"{course.name}.stopped", one.value, one.span, CONFLICT, one.rule.id)
    elif best:
        chosen = _choose_stop(best, said, is_spared=gathered.has(spared))
        if chosen.value == "ongoing" and course.find("end") is not None:
            return
        gathered.tell(f"{course.name}.stopped", chosen.value, [chosen.span], chosen.rule.sure, chosen.rule.id)


def _choose_stop(best: Sequence[Attribute], said: Sequence[Attribute], *, is_spared: bool) -> Attribute:
    """The reason that counts: growth in a place that does not end a course ends none where it is said to go on."""
    last = max(said, key=lambda one: one.span[0])
    if last.value == "ongoing" and best[0].value == "progression" and is_spared:
        return last
    return best[0]


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
