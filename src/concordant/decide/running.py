"""What a patient takes now, as a regimen that may be kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from concordant.decide.ruleset import CURRENT
from concordant.model.drugs import Component, Regimen
from concordant.model.sources import Cite
from concordant.patient.events import ADVANCED, EARLY_SETTINGS, ONGOING, Course, PatientRecord


def find_running_drugs(record: PatientRecord) -> tuple[str, ...]:
    """What runs now for advanced disease, each drug once; where nothing is said to, what may: begun last, and no end told.

    That it runs is then not known: what a guideline says of therapy that goes on waits for the fact that it does.
    """
    advanced = [course for course in record.courses if course.setting not in EARLY_SETTINGS]
    running = [course for course in advanced if course.stopped == ONGOING] or _list_open_courses(advanced)
    return tuple(dict.fromkeys(drug for course in running for drug in course.drugs))


def _list_open_courses(courses: Sequence[Course]) -> list[Course]:
    """Courses without an end behind which none begins; of several without a date and a line the one told last.

    One without a setting, a date and a line may be of the early disease: it is none of them.
    """
    last = max((course.start.last for course in courses if course.start is not None), default=dt.date.min)
    line = max((course.line or 0 for course in courses), default=0)
    undated = max((course.line or 0 for course in courses if course.start is None), default=0)

    def is_followed(course: Course) -> bool:  # a date tells before a line
        if course.start is None:
            return course.line is not None and course.line < line
        return course.start.last < last or (course.line is not None and course.line < undated)

    open_ = [course for course in courses if course.stopped is None and course.end is None and not is_followed(course)]
    placed = [course for course in open_ if course.start is not None or course.line is not None]
    return placed or [course for course in open_ if course.setting == ADVANCED][-1:]


def make_current_regimen(drugs: tuple[str, ...], names: Mapping[str, str]) -> Regimen:
    """What runs now as a regimen without doses."""
    nowhere = Cite(ref="record", checked="primary")
    parts = tuple(Component(drug=d, amount=0, unit="mg", schedule="as now", route="", source=nowhere) for d in drugs)
    return Regimen(id=CURRENT, name=" + ".join(names[d] for d in drugs), components=parts)
