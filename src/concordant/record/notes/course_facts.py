"""The courses that a note tells as facts: which were given, what is said of each, and why it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concordant.model.notes import NoteConventions, Standing
from concordant.record.notes.courses import Attribute, CourseTold
from concordant.record.notes.gathered import CONFLICT, Gathered
from concordant.record.notes.mentions import Span
from concordant.record.notes.reading import NoteMention


@dataclass(slots=True)
class Course:
    """A course that was given, of one or several places of the text."""

    name: str
    told: list[CourseTold]

    def find_attribute(self, attribute: str) -> Attribute | None:
        """What is said of it; the first place that says it counts."""
        return next((one for course in self.told if (one := course.find_attribute(attribute)) is not None), None)

    def list_all(self, attribute: str) -> list[Attribute]:
        """All that is said of it under a name."""
        return [one for course in self.told for one in course.attributes if one.name == attribute and one.standing == "said"]


@dataclass(frozen=True, slots=True)
class DrugWords:
    """What the knowledge and a language say of drugs: the fact that each was not received, and which are supportive."""

    conventions: NoteConventions
    denied: Mapping[str, tuple[str, str]]
    supportive: frozenset[str]
    members: Mapping[str, frozenset[str]]  # of each class its drugs


def gather_courses(told: Sequence[CourseTold], gathered: Gathered, drugs: DrugWords, today: str) -> list[Course]:
    """The courses that were given, as facts; a drug told again is the course told again."""
    courses: list[Course] = []
    surgeries = [span for fact in gathered.facts if fact.fact == drugs.conventions.surgery for span in fact.spans]
    for one in told:
        if set(one.ids) <= drugs.supportive:
            _tell_supportive(one, gathered)
        elif _is_given(one, today):
            _add_course(one, courses, surgeries, drugs)
        else:
            _tell_not_given(one, _name_course(one, courses), gathered, drugs.denied)
    for course in courses:
        _tell_course(course, gathered, drugs.conventions)
    return courses


def _is_given(one: CourseTold, today: str) -> bool:
    """Whether a course is told as one that was given, or is."""
    return (
        one.standing == "said" and not one.is_listed and one.find_attribute("not_given") is None and not _begins_later(one, today)
    )


def _add_course(one: CourseTold, courses: list[Course], surgeries: Sequence[Span], drugs: DrugWords) -> None:
    if (same := _find_same(one, courses, surgeries) or _find_of_class(one, courses, drugs)) is not None:
        same.told.append(one)
    else:
        courses.append(Course(_name_course(one, courses), [one]))


def _tell_not_given(one: CourseTold, name: str, gathered: Gathered, denied_drugs: Mapping[str, tuple[str, str]]) -> None:
    """Drugs that are told without having been given: denied, asked about, taken for something else."""
    if one.is_not_received:
        _deny_drugs(one, gathered, denied_drugs)
    if one.standing == "uncertain" and not one.is_listed:
        gathered.offer_fact(name, "given", (one.start, one.end), "whether it was given is not said", "course")
    gathered.mentions.append(NoteMention((one.start, one.end), _find_why(one), None, "course"))
    if one.standing == "said" and one.find_attribute("medication") is not None:
        for id_ in one.ids:
            gathered.tell_fact(f"medication[{id_}]", "taken", [(one.start, one.end)], "said", "course")


def _begins_later(one: CourseTold, today: str) -> bool:
    """Whether a course begins after the day of the note: it is a plan."""
    start = one.find_attribute("start")
    return start is not None and bool(today) and start.value > today[: len(start.value)]


def _tell_supportive(one: CourseTold, gathered: Gathered) -> None:
    """A supportive drug is a medication, taken where nothing says that it was stopped."""
    is_taken = one.standing == "said" and all(one.find_attribute(said) is None for said in ("end", "not_given", "over"))
    stop = one.find_attribute("stopped")
    if is_taken and (stop is None or stop.value == "ongoing"):
        for id_ in one.ids:
            gathered.tell_fact(f"medication[{id_}]", "taken", list(one.spans), "said", "course")
    gathered.mentions.append(NoteMention((one.start, one.end), one.standing, None, "course"))


def _find_why(one: CourseTold) -> Standing:
    return "uncertain" if one.standing == "said" else one.standing


def _deny_drugs(one: CourseTold, gathered: Gathered, denied_drugs: Mapping[str, tuple[str, str]]) -> None:
    for id_ in one.ids:
        if id_ in denied_drugs:
            gathered.tell_fact(*denied_drugs[id_], [(one.start, one.end)], "said", "course")


def _find_same(one: CourseTold, courses: Sequence[Course], surgeries: Sequence[Span]) -> Course | None:
    """The course that is told again: of the same drugs, or of some of them alone, with nothing new that would make it another."""
    start, setting = one.find_attribute("start"), one.find_attribute("setting")
    for course in reversed(courses):
        first = course.told[0]
        if set(first.ids) == set(one.ids):
            other_start, other_setting = course.find_attribute("start"), course.find_attribute("setting")
            new_start = start is not None and other_start is not None and start.value[:7] != other_start.value[:7]
            new_setting = setting is not None and other_setting is not None and setting.value != other_setting.value
            return None if new_start or new_setting else course
        is_new = not _brings_nothing(one) or _has_other_cycles(one, course)
        is_part = set(one.ids) < set(first.ids) and not is_new and one.start - first.end < 400
        if is_part and not any(first.end <= surgery[0] < one.start for surgery in surgeries):
            return course
    return None


def _find_of_class(one: CourseTold, courses: Sequence[Course], drugs: DrugWords) -> Course | None:
    """The one course that a class means which is told behind it with nothing of its own: `the chemo`."""
    members = drugs.members.get(one.ids[0], frozenset()) if len(one.ids) == 1 else frozenset()
    meant = [course for course in courses if members & set(course.told[0].ids)]
    says_more = any(a.standing == "said" and a.name != "stopped" for a in one.attributes)
    return meant[0] if len(meant) == 1 and not says_more else None


def _brings_nothing(one: CourseTold) -> bool:
    """Whether nothing is said of a drug but why or when it ended: it is a part of the course before it."""
    return not any(a.name in ("setting", "line", "start", "own") for a in one.attributes if a.standing == "said")


def _has_other_cycles(one: CourseTold, course: Course) -> bool:
    """Whether another number of cycles is told of a drug than of the course that it may be a part of."""
    cycles, known = one.find_attribute("cycles"), course.find_attribute("cycles")
    return cycles is not None and known is not None and cycles.value != known.value


def _name_course(one: CourseTold, courses: Sequence[Course]) -> str:
    again = sum(1 for course in courses if course.told[0].key == one.key)
    return f"course[{one.key}]" + (f"#{again + 1}" if again else "")


SIMPLE = ("setting", "line", "cycles", "start", "end")


def _tell_course(course: Course, gathered: Gathered, names: NoteConventions) -> None:
    spans = [span for one in course.told for span in (*one.label, *one.spans)]
    gathered.tell_fact(course.name, "given", spans, "said", "course")
    for name in SIMPLE:
        if (said := course.find_attribute(name)) is not None and not _is_overtaken(said, course, names):
            gathered.tell_fact(f"{course.name}.{name}", said.value, [said.span], said.rule.sure, said.rule.id)
    _tell_stop(course, gathered, names)
    finished, when = gathered.has_fact(f"{course.name}.stopped = completed"), course.find_attribute("in_date")
    if finished and when is not None and course.find_attribute("end") is None:
        gathered.tell_fact(f"{course.name}.end", when.value, [when.span], "said", when.rule.id)
    if (
        course.find_attribute("begun") is not None
        and when is not None
        and course.find_attribute("start") is None
        and not finished
    ):
        gathered.tell_fact(f"{course.name}.start", when.value, [when.span], "said", when.rule.id)
    for one in course.told:
        for attribute in one.attributes:
            if attribute.rule.offers and attribute.standing == "said" and course.find_attribute(attribute.name) is None:
                gathered.offer_fact(
                    f"{course.name}.{attribute.name}", attribute.value, attribute.span, attribute.rule.why, attribute.rule.id
                )


def _is_overtaken(said: Attribute, course: Course, names: NoteConventions) -> bool:
    """Whether a cycle is told of a treatment that runs, of which it is said as well that it ended."""
    runs = said.name == "cycles" and said.rule.tells.get("stopped") == "ongoing"
    stops = {one.value for one in course.list_all("stopped")}
    return runs and (bool(stops & set(names.firm_stops)) or course.find_attribute("end") is not None)


def _tell_stop(course: Course, gathered: Gathered, names: NoteConventions) -> None:
    """Why it ended: two reasons that exclude one another are both offered; what has ended does not run."""
    said = [one for one in course.list_all("stopped") if not one.rule.offers]
    best = sorted(said, key=lambda one: names.rank_stop(one.value))
    firm = {one.value for one in best if one.value in names.firm_stops}
    if len(firm) > 1:
        for one in best:
            gathered.offer_fact(f"{course.name}.stopped", one.value, one.span, CONFLICT, one.rule.id)
    elif not best and (halted := course.find_attribute("halted")) is not None and course.find_attribute("harm") is not None:
        gathered.tell_fact(f"{course.name}.stopped", halted.value, [halted.span], "convention", halted.rule.id)
    elif best:
        chosen = _choose_stop(best, said, is_spared=gathered.has_fact(names.spared_outside))
        if chosen.value == "ongoing" and course.find_attribute("end") is not None:
            return
        gathered.tell_fact(f"{course.name}.stopped", chosen.value, [chosen.span], chosen.rule.sure, chosen.rule.id)


def _choose_stop(best: Sequence[Attribute], said: Sequence[Attribute], *, is_spared: bool) -> Attribute:
    """The reason that counts: growth in a place that does not end a course ends none where it is said to go on."""
    last = max(said, key=lambda one: one.span[0])
    if last.value == "ongoing" and best[0].value == "progression" and is_spared:
        return last
    return best[0]
