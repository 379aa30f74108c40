"""The histories of some patients as columns: courses with their drugs, and the days on which something is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.draws import Frame
from concordant.cohorts.simulate.streams import Days, Rows, Stream
from concordant.model.simulation import DrugPlan

NEVER = np.iinfo(np.int32).max
ENDINGS = ("completed", "progression", "recurrence", "toxicity", "choice", "ongoing", "death")
SETTINGS = ("neoadjuvant", "adjuvant", "advanced")
ADVANCED_SETTING = 2
Mask = NDArray[np.uint64]
Codes = NDArray[np.int8]


class CourseBlock(NamedTuple):
    """Courses of different patients that begin in the same step; `grown` is the day of progression, or NEVER."""

    rows: Rows
    regimens: NDArray[np.int16]
    settings: Codes
    starts: Days
    ends: Days
    endings: Codes
    numbers: Codes
    grown: Days


class SpanBlock(NamedTuple):
    """One drug of one regimen in several courses: from the first dose to the day before which the last one is given."""

    courses: Rows
    rows: Rows
    plan: DrugPlan
    drug: int
    firsts: Days
    ends: Days
    finished: NDArray[np.bool_]

    def find_last_days(self) -> Days:
        """The day of each last dose; of tablets, the one before which they run out."""
        if self.plan.supply:
            return self.ends
        days: Days = self.firsts + (self.ends - self.firsts - 1) // self.plan.every * self.plan.every
        return days


class LineBlock(NamedTuple):
    """What was drawn for one line of some patients, with its days."""

    rows: Rows
    frame: Frame
    starts: Days
    ends: Days
    grown: Days


class DrugMasks(NamedTuple):
    """Of some patients the drugs, a bit each: given early, given for advanced disease, failed, stopped for toxicity, running.

    `unclear` are those of which one or another was stopped for toxicity, and nobody wrote down which.
    """

    early: Mask
    advanced: Mask
    failed: Mask
    toxic: Mask
    unclear: Mask
    running: Mask

    def take(self, rows: Rows) -> DrugMasks:
        """Those of some of them."""
        return DrugMasks(*(mask[rows] for mask in self))


class PointBlock(NamedTuple):
    """Some patients at a day on which something is decided; `courses` is what was begun after it, or -1."""

    kind: str
    rows: Rows
    days: Days
    number: int
    frame: Frame
    masks: DrugMasks
    courses: Rows


@dataclass
class History:
    """All of it for the patients of one part."""

    patients: NDArray[np.int64]
    stream: Stream
    frame: Frame
    births: Days
    firsts: Days
    advanced: Days
    surgeries: Days
    deaths: Days
    until: int
    courses: list[CourseBlock] = field(default_factory=list)
    spans: list[SpanBlock] = field(default_factory=list)
    lines: list[LineBlock] = field(default_factory=list)
    points: list[PointBlock] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many patients there are."""
        return len(self.patients)

    def count_courses(self) -> int:
        """How many courses there are so far: the number of the next one."""
        return sum(len(block.rows) for block in self.courses)

    def join_courses(self) -> CourseBlock:
        """All courses, in the order of their numbers."""
        return CourseBlock(*(np.concatenate(parts) for parts in zip(*self.courses, strict=True)))
