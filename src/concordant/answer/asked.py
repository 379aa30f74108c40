"""How a question is worded: as its feature says, with what is on record where that is what is asked about."""

from __future__ import annotations

from concordant.answer.phrases import join_with_and, replace_brackets
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Course, PatientRecord
from concordant.patient.facts import Fact


def word_question(feature: Feature, fact: Fact, record: PatientRecord, knowledge: Knowledge) -> str:
    """The question; of a conflict with the request to correct it, of all treatments with those that are known."""
    if fact.conflict:
        return f"{feature.question} {_ask_for_correction(fact)}"
    return f"{feature.question} {_list_courses(record, knowledge)}" if feature.asked_before_others else feature.question


def _list_courses(record: PatientRecord, knowledge: Knowledge) -> str:
    """The courses on record: who is asked whether they are all has to see them."""
    names = {drug.id: drug.name for drug in knowledge.drugs} | dict(knowledge.classes)
    told = [_name_course(course, names) for course in record.courses]
    return f"Known: {'; '.join(told)}." if told else "None is known."


def _name_course(course: Course, names: dict[str, str]) -> str:
    parts = (*course.drugs, *course.classes, *course.unknown_drugs)
    return " + ".join(names.get(part, part) for part in parts)


def _ask_for_correction(fact: Fact) -> str:
    """What is asked for where the record contradicts itself: the correction of an entry, not one claim more."""
    entries = replace_brackets(f" ({join_with_and(list(fact.entries))})") if fact.entries else ""
    return f"The record contradicts itself here{entries}: correct the entry that is wrong."
