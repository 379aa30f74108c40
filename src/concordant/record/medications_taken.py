"""Medicines that are taken now, by their written names: other drugs, and courses that run."""

from __future__ import annotations

import datetime as dt

from concordant.logic.dates import PartialDate, make_exact_date
from concordant.patient.events import ONGOING, Course, EntryLocation, Medication
from concordant.terminology.names import Words, medicines_from_name

NOT_TAKEN = "it is not taken at the date of the question"


def is_taken(start: PartialDate | None, end: PartialDate | None, as_of: dt.date) -> bool:
    """False for a drug that certainly was stopped before, or is begun after, the date of the question."""
    today = make_exact_date(as_of)
    if start is not None and today.is_certainly_before(start):
        return False
    return end is None or not end.is_certainly_before(today)


def read_taken_medicines(
    name: str, entry: EntryLocation, start: PartialDate | None, words: Words, judged: str = ""
) -> tuple[Medication | Course, ...]:
    """One entry for each medicine that the name holds; one that is not understood where any part of it is not."""
    parts = medicines_from_name(name, words)
    if not parts:
        return (Medication(entry, None, name, judged),)
    others = tuple(Medication(entry, part, name, judged) for part in parts if part in words.medication_ids)
    drugs = tuple(part for part in parts if part not in words.medication_ids)
    return (*others, _make_running_course(entry, drugs, start, words)) if drugs else others


def _make_running_course(entry: EntryLocation, parts: tuple[str, ...], start: PartialDate | None, words: Words) -> Course:
    classes = tuple(part for part in parts if part in words.class_ids)
    drugs = tuple(part for part in parts if part not in classes)
    return Course(entry, drugs, classes, (), None, None, start, None, ONGOING, None)
