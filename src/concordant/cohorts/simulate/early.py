"""Treatment of early disease: a plan by the calendar, its operation and courses, cut where the disease comes back."""

from __future__ import annotations

import numpy as np

from concordant.cohorts.simulate.choices import choose, weigh
from concordant.cohorts.simulate.courses import add_courses
from concordant.cohorts.simulate.history import ENDINGS, NEVER, SETTINGS, CourseBlock, History, Mask
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.streams import Days, Numbers, Rows, Stream
from concordant.model.simulation import EarlyCourse, EarlyPlan, Range

COMPLETED, TOXICITY, RECURRENCE = (ENDINGS.index(word) for word in ("completed", "toxicity", "recurrence"))
LEAST = 1  # a course lasts a day at least
BEFORE_LINES = 1000  # the streams of early courses are apart from those of lines


class EarlyPast:
    """What early treatment leaves behind, for each patient: drugs given, drugs stopped, and the last dose that is timed from."""

    def __init__(self, rows: int) -> None:
        self.given: Mask = np.zeros(rows, np.uint64)
        self.toxic: Mask = np.zeros(rows, np.uint64)
        self.unclear: Mask = np.zeros(rows, np.uint64)
        self.failed: Mask = np.zeros(rows, np.uint64)
        self.last_timed: Days = np.full(rows, -NEVER, np.int32)


def treat_early_disease(plan: SimulationPlan, history: History) -> EarlyPast:
    """Add the courses and operations of all patients whose disease was early first."""
    past, plans = EarlyPast(history.rows), plan.simulation.early.plans
    weights = np.column_stack([weigh(one.weights, (), history.frame, history.firsts) for one in plans])
    chosen = choose(weights, history.stream.draw_uniform("early plan"))
    for number, one in enumerate(plans):
        rows = np.flatnonzero(chosen == number)
        if len(rows):
            _follow_plan(plan, history, one, rows, past)
    return past


def _follow_plan(plan: SimulationPlan, history: History, chosen: EarlyPlan, rows: Rows, past: EarlyPast) -> None:
    stream = history.stream.take(rows)
    history.surgeries[rows] = history.firsts[rows] + _spread(chosen.surgery, stream, "surgery").astype(np.int32)
    for turn, course in enumerate(chosen.courses):
        at = rows[history.frame.take(rows).match(course.where)]
        block = _make_block(plan, history, course, at, turn)
        if len(block.rows):
            _keep_course(plan, history, block, past, turn)


def _spread(between: Range, stream: Stream, name: str) -> Numbers:
    return between[0] + (between[1] - between[0]) * stream.draw_uniform(name)


def _make_block(plan: SimulationPlan, history: History, course: EarlyCourse, rows: Rows, turn: int) -> CourseBlock:
    stream, name = history.stream.take(rows), f"early course {turn}"
    starts = history.firsts[rows] + _spread(course.start, stream, f"{name} start").astype(np.int32)
    lasts = _spread(course.lasts, stream, f"{name} lasts")
    short = stream.draw_uniform(f"{name} stopped") < plan.simulation.early.stopped_early
    lasts = np.where(short, lasts * _spread(plan.simulation.early.part_given, stream, f"{name} part"), lasts)
    ends = starts + np.maximum(lasts, LEAST).astype(np.int32)
    endings = np.where(short, TOXICITY, COMPLETED)
    cut = ends >= history.advanced[rows]
    begun = starts < history.advanced[rows]
    ends, endings = np.where(cut, history.advanced[rows], ends), np.where(cut, RECURRENCE, endings)
    kept, number = np.flatnonzero(begun), plan.regimens.index(course.regimen)
    return CourseBlock(
        rows[kept],
        np.full(len(kept), number, np.int16),
        np.full(len(kept), SETTINGS.index(course.setting), np.int8),
        starts[kept],
        ends[kept].astype(np.int32),
        endings[kept].astype(np.int8),
        np.zeros(len(kept), np.int8),
        np.full(len(kept), NEVER, np.int32),
    )


def _keep_course(plan: SimulationPlan, history: History, block: CourseBlock, past: EarlyPast, turn: int) -> None:
    made, start = len(history.spans), history.count_courses()
    stream = history.stream.fork(block.rows, np.full(len(block.rows), BEFORE_LINES + turn))
    masks = add_courses(plan, history, block, history.frame.take(block.rows), stream)
    past.given[block.rows] |= masks.given
    known, unclear = masks.find_culprits(block.endings == TOXICITY)
    past.toxic[block.rows] |= known
    past.unclear[block.rows] |= unclear
    cut = block.endings == RECURRENCE
    past.failed[block.rows[cut]] |= masks.lasting[cut]
    for span in history.spans[made:]:
        if span.plan.drug in plan.simulation.lines.early_clock:
            during = (block.endings == RECURRENCE)[span.courses - start] & ~span.finished
            last = np.where(during, span.ends, span.find_last_days())  # recurrence during it came no month after it
            past.last_timed[span.rows] = np.maximum(past.last_timed[span.rows], last.astype(np.int32))
