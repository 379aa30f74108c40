"""Courses of regimens: which drug is given from when to when."""

from __future__ import annotations

import numpy as np

from concordant.cohorts.simulate.draws import Frame
from concordant.cohorts.simulate.history import CourseBlock, History, Mask, SpanBlock
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.streams import Days, Rows, Stream, Truths
from concordant.model.simulation import DrugPlan


class CourseMasks:
    """The drugs of some new courses, a bit each: all of them, those that lasted until the end, and those that were added."""

    def __init__(self, rows: int) -> None:
        self.given: Mask = np.zeros(rows, np.uint64)
        self.lasting: Mask = np.zeros(rows, np.uint64)
        self.late: Mask = np.zeros(rows, np.uint64)

    def find_culprits(self, stopped: Truths) -> tuple[Mask, Mask]:
        """The drugs of courses that were stopped for toxicity: where one drug ended then, and where it may be one or another.

        What was added later has a course of its own in a record, and so an end of its own.
        """
        known, unclear = np.zeros(len(stopped), np.uint64), np.zeros(len(stopped), np.uint64)
        for drugs in (self.lasting & ~self.late, self.lasting & self.late):
            mine = np.where(stopped, drugs, np.uint64(0))
            single = (mine & (mine - np.uint64(1))) == 0  # no bit but the lowest
            known |= np.where(single, mine, np.uint64(0))
            unclear |= np.where(single, np.uint64(0), mine)
        return known, unclear


def add_courses(plan: SimulationPlan, history: History, block: CourseBlock, frame: Frame, stream: Stream) -> CourseMasks:
    """Add courses, with the spans of their drugs; `frame` and `stream` are those of its rows."""
    start, masks = history.count_courses(), CourseMasks(len(block.rows))
    history.courses.append(block)
    for number in np.unique(block.regimens):
        here = np.flatnonzero(block.regimens == number)
        regimen = plan.simulation.regimens[number]
        part = _RegimenPart(block, here, frame.take(here), stream.take(here), start)
        for drug in regimen.drugs:
            if (span := part.make_span(drug, plan.drugs.index(drug.drug))) is not None:
                history.spans.append(span)
                _mark_drug(masks, span, span.courses - start)
    return masks


def _mark_drug(masks: CourseMasks, span: SpanBlock, places: Rows) -> None:
    bit = np.uint64(1 << span.drug)
    masks.given[places] |= bit
    masks.late[places] |= bit if span.plan.after else np.uint64(0)
    masks.lasting[places[~span.finished]] |= bit


class _RegimenPart:
    """The courses of one regimen, drug by drug; a drug may follow the doses of another."""

    def __init__(self, block: CourseBlock, here: Rows, frame: Frame, stream: Stream, start: int) -> None:
        self.block, self.here, self.frame, self.stream, self.start = block, here, frame, stream, start
        self.over: dict[str, Days] = {}

    def make_span(self, plan: DrugPlan, drug: int) -> SpanBlock | None:
        """The spans of a drug; None where nobody gets it."""
        name = f"{plan.drug} of {plan.every}"
        firsts = self.over[plan.after] if plan.after else self.block.starts[self.here]
        ends = self.block.ends[self.here]
        planned = self._plan_end(plan, name, firsts, ends)
        self.over[plan.drug] = planned
        gets = self._find_takers(plan, name) & (firsts < ends)
        if not gets.any():
            return None
        at = self.here[gets]
        finished = (planned < ends)[gets]
        return SpanBlock(
            at + self.start, self.block.rows[at], plan, drug, firsts[gets], np.minimum(planned, ends)[gets], finished
        )

    def _find_takers(self, plan: DrugPlan, name: str) -> Truths:
        takers = self.frame.match(plan.where)
        return takers if plan.chance >= 1 else takers & (self.stream.draw_uniform(f"gets {name}") < plan.chance)

    def _plan_end(self, plan: DrugPlan, name: str, firsts: Days, ends: Days) -> Days:
        """The day on which the dose after the last one would be; without a number of doses, the end of the course."""
        if plan.doses is None:
            return ends
        least, most = plan.doses
        doses = least + np.floor(self.stream.draw_uniform(f"doses {name}") * (most - least + 1))
        planned: Days = (firsts + doses * plan.every).astype(np.int32)
        return planned
