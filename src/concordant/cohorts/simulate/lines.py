"""Line after line of advanced disease: a regimen by what came before and by the calendar, how it ends, and what comes then."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.calendar import count_months, count_years
from concordant.cohorts.simulate.choices import NOTHING, choose, weigh
from concordant.cohorts.simulate.courses import CourseMasks, add_courses
from concordant.cohorts.simulate.draws import UNDRAWN, YES, Column, Frame, list_words, make_words, make_yes_no
from concordant.cohorts.simulate.early import EarlyPast
from concordant.cohorts.simulate.history import (
    ADVANCED_SETTING,
    ENDINGS,
    NEVER,
    CourseBlock,
    DrugMasks,
    History,
    LineBlock,
    Mask,
    PointBlock,
)
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.streams import Days, Numbers, Rows, Stream, Truths

PROGRESSION, ONGOING, DEATH, TOXICITY, CHOICE = (
    ENDINGS.index(word) for word in ("progression", "ongoing", "death", "toxicity", "choice")
)
UNTOLD = np.nan


class LineState:
    """Where each patient stands between two lines."""

    def __init__(self, plan: SimulationPlan, history: History, past: EarlyPast) -> None:
        self.plan, self.history, self.past = plan, history, past
        rows = history.rows
        self.at: Days = history.advanced.copy()
        self.advanced, self.failed, self.toxic = np.zeros(rows, np.uint64), past.failed.copy(), past.toxic.copy()
        self.unclear = past.unclear.copy()
        self.grew = np.zeros(rows, bool)  # the disease grew when the last line ended, or since
        self.led = np.zeros(rows, bool)  # a drug that makes a line count was begun since the last progression
        self.progressed = np.zeros(rows, np.int64)
        self.sets: list[Mask] = []
        self.regimens = np.zeros(rows, np.int64)
        self.carried = {name: history.frame.columns[name].find_words((YES,)) for name in plan.simulation.lines.carried}
        self.kept: dict[str, Column] = {}
        for draw in (one for one in plan.simulation.lines.after if one.name in plan.simulation.lines.kept):
            self.kept[draw.name] = Column(np.full(rows, UNDRAWN, np.int16), list_words(draw))
        self.months = self._count_relapse_months()
        relapsed = self.months <= plan.simulation.lines.early_relapse_months
        self.soon_relapsed = np.where(np.isnan(self.months), False, relapsed)
        self.next_course = np.full(rows, NOTHING, np.intp)

    def _count_relapse_months(self) -> Numbers:
        timed = self.past.last_timed > -NEVER
        months = np.full(self.history.rows, UNTOLD)
        last = np.minimum(self.past.last_timed, self.history.advanced)
        months[timed] = count_months(last[timed], self.history.advanced[timed])
        return months

    def know_drugs(self, rows: Rows, drugs: Mask) -> Truths:
        """Whether, since the disease grew last, a regimen held all of these drugs; they are kept for those to come."""
        known = np.zeros(len(rows), bool)
        for before in (kept[rows] for kept in self.sets):
            known |= (before & drugs) == drugs
        kept = np.zeros(self.history.rows, np.uint64)
        kept[rows] = drugs
        self.sets.append(kept)
        return known

    def make_frame(self, rows: Rows, days: Days, number: int) -> Frame:
        """What is known of some patients on their days: all that was drawn of them, and where they stand."""
        frame, words = self.history.frame.take(rows), self.plan.simulation.lines.words
        line = np.minimum(self.progressed[rows] + self.soon_relapsed[rows], len(words) - 1)
        frame.columns |= {
            "line": make_words(line, words),
            "number": Column(np.full(len(rows), float(number))),
            "years_old": Column(count_years(self.history.births[rows], days)),
            "months_since_early": Column(self.months[rows]),
            "soon_relapsed": make_yes_no(self.soon_relapsed[rows].astype(bool)),
            "lines_progressed": Column(self.progressed[rows].astype(np.float64)),
            "regimens_given": Column(self.regimens[rows].astype(np.float64)),
            "grew": make_yes_no(self.grew[rows]),
            "calendar_year": Column(1970 + days / 365.25),
            **{name: make_yes_no(truths[rows]) for name, truths in self.carried.items()},
            **{name: column.take(rows) for name, column in self.kept.items()},
        }
        return frame

    def make_masks(self, rows: Rows, running: Mask | None = None) -> DrugMasks:
        """The drugs of some patients, as far as they have come."""
        going = np.zeros(len(rows), np.uint64) if running is None else running
        return DrugMasks(
            self.past.given[rows], self.advanced[rows], self.failed[rows], self.toxic[rows], self.unclear[rows], going
        )

    def mark_point(self, kind: str, rows: Rows, days: Days, number: int, frame: Frame, courses: Rows) -> None:
        """Keep where some patients stand on a day on which something is decided."""
        known = Frame(frame.rows, dict(frame.columns))  # what is drawn of the line later is not known yet
        known.columns["years_old"] = Column(count_years(self.history.births[rows], days))
        self.history.points.append(PointBlock(kind, rows, days, number, known, self.make_masks(rows), courses))


def treat_in_lines(plan: SimulationPlan, history: History, past: EarlyPast) -> None:
    """Add line after line to the histories of all patients, until nobody goes on."""
    state, rows = LineState(plan, history, past), np.arange(history.rows)
    frame = state.make_frame(rows, history.advanced, 0)
    state.mark_point("advanced_diagnosis", rows, history.advanced, 1, frame, np.full(len(rows), NOTHING))
    for number in range(1, plan.simulation.lines.most + 1):
        rows = _treat_one_line(state, rows, number)
        if not len(rows):
            break
    _link_points(history)


def _treat_one_line(state: LineState, rows: Rows, number: int) -> Rows:
    """One line of some patients; those who go on to the next one."""
    plan, history = state.plan, state.history
    stream = history.stream.fork(rows, np.full(len(rows), number))
    frame = state.make_frame(rows, state.at[rows], number)
    for draw in plan.simulation.lines.before:
        frame.draw(draw, stream)
    starts = (state.at[rows] + np.maximum(_read(frame, "gap_days"), 1)).astype(np.int32)
    chosen = _choose_regimens(state, rows, frame, starts, stream)
    kept = np.flatnonzero((chosen != NOTHING) & (starts <= history.until))
    _let_die_untreated(state, rows, frame, (chosen == NOTHING) & (starts <= history.until))
    if not len(kept):
        return kept
    rows, frame, stream, starts, chosen = rows[kept], frame.take(kept), stream.take(kept), starts[kept], chosen[kept]
    state.mark_point("line_start", rows, starts - np.int32(1), number, frame, np.arange(len(rows)) + history.count_courses())
    frame.columns["regimen"] = make_words(chosen, plan.regimens)
    for draw in plan.simulation.lines.after:
        frame.draw(draw, stream)
    return _finish_line(state, rows, frame, stream, starts, chosen, number)


def _read(frame: Frame, name: str) -> NDArray[Any]:
    return frame.columns[name].values


def _choose_regimens(state: LineState, rows: Rows, frame: Frame, starts: Days, stream: Stream) -> Rows:
    """One of the regimens that are on the market, and that what was given before allows."""
    plan, had = state.plan, state.advanced[rows] | state.past.given[rows]
    barred = state.advanced[rows] | state.toxic[rows] | state.unclear[rows]
    columns = []
    for regimen in plan.simulation.regimens:
        weights = weigh(regimen.weights, regimen.factors, frame, starts) if regimen.weights else np.zeros(len(rows))
        open_ = starts >= plan.find_approval(regimen)
        open_ &= (barred & plan.make_mask(regimen.not_after)) == 0
        if regimen.only_after:
            open_ &= (had & plan.make_mask(regimen.only_after)) != 0
        columns.append(np.where(open_, weights, 0.0))
    return choose(np.column_stack(columns), stream.draw_uniform("regimen"))


def _let_die_untreated(state: LineState, rows: Rows, frame: Frame, untreated: Truths) -> None:
    here = np.flatnonzero(untreated)
    _let_die(state, rows[here], state.at[rows[here]] + _read(frame, "survival_days")[here])


def _let_die(state: LineState, rows: Rows, days: Numbers) -> None:
    known = days <= state.history.until
    state.history.deaths[rows[known]] = days[known].astype(np.int32)


def _finish_line(state: LineState, rows: Rows, frame: Frame, stream: Stream, starts: Days, chosen: Rows, number: int) -> Rows:
    """How a line ends, when the disease has grown, and who goes on."""
    until = state.history.until
    planned = starts + np.maximum(_read(frame, "days_on"), 1).astype(np.int32)
    runs = planned > until
    endings = np.where(runs, ONGOING, _map_endings(frame)).astype(np.int8)
    ends = np.where(runs, until + 1, planned).astype(np.int32)
    grown = _find_growth(frame, ends, endings, until)
    numbers = np.full(len(rows), number, np.int8)
    settings = np.full(len(rows), ADVANCED_SETTING, np.int8)
    block = CourseBlock(rows, chosen.astype(np.int16), settings, starts, ends, endings, numbers, grown)
    masks = add_courses(state.plan, state.history, block, frame, stream)
    state.history.lines.append(LineBlock(rows, frame, starts, ends, grown))
    _take_over(state, block, masks, frame)
    _let_die(state, rows[endings == DEATH], ends[endings == DEATH].astype(np.float64))
    return _go_on(state, block, frame)


def _map_endings(frame: Frame) -> NDArray[np.int8]:
    column = frame.columns["ending"]
    return np.array([ENDINGS.index(word) for word in column.words], np.int8)[column.values.astype(np.intp)]


def _find_growth(frame: Frame, ends: Days, endings: NDArray[np.int8], until: int) -> Days:
    """The day of progression: at the end of the line, or off treatment after it; NEVER where another regimen comes without."""
    off = (ends + np.maximum(_read(frame, "off_days"), 1)).astype(np.int64)
    stopped = np.isin(endings, (TOXICITY, CHOICE)) & ~frame.columns["switches"].find_words((YES,))
    grown = np.where(endings == PROGRESSION, ends, np.where(stopped, off, NEVER))
    return np.where(grown <= until, grown, NEVER).astype(np.int32)


def _take_over(state: LineState, block: CourseBlock, masks: CourseMasks, frame: Frame) -> None:
    """What the line leaves behind."""
    rows, lead = block.rows, state.plan.make_mask(state.plan.simulation.lines.leading)
    drugs = masks.given & lead
    leads = drugs != 0
    state.advanced[rows] |= masks.given
    on_it = block.endings == PROGRESSION
    state.failed[rows[on_it]] |= masks.lasting[on_it]
    known, unclear = masks.find_culprits(block.endings == TOXICITY)
    state.toxic[rows] |= known
    state.unclear[rows] |= unclear
    state.regimens[rows] += leads & ~state.know_drugs(rows, drugs)
    state.led[rows] |= leads
    grew = block.grown < NEVER
    state.progressed[rows] += grew & state.led[rows]
    state.led[rows[grew]] = False
    state.grew[rows] = grew
    for kept in state.sets:
        kept[rows[grew]] = 0
    for name, column in state.kept.items():
        column.values[rows] = np.where(grew, _read(frame, name), column.values[rows])
    for name, source in state.plan.simulation.lines.carried.items():
        state.carried[name][rows] |= frame.columns[source].find_words((YES,)) & (block.endings != ONGOING)


def _go_on(state: LineState, block: CourseBlock, frame: Frame) -> Rows:
    """Mark the points of progression; those who get another line."""
    rows, grew = block.rows, block.grown < NEVER
    here = np.flatnonzero(grew)
    if len(here):
        at = rows[here]
        after = state.make_frame(at, block.grown[here], int(block.numbers[0]))
        _keep_watched(state.plan, after, frame.take(here), block.endings[here] == PROGRESSION)
        state.mark_point("progression", at, block.grown[here], int(block.numbers[0]), after, np.full(len(at), NOTHING))
    over = grew | (np.isin(block.endings, (TOXICITY, CHOICE)) & frame.columns["switches"].find_words((YES,)))
    days = np.where(grew, block.grown, block.ends)
    state.at[rows] = days
    goes = over & frame.columns["goes_on"].find_words((YES,))
    ends = over & ~goes
    _let_die(state, rows[ends], days[ends] + _read(frame, "survival_days")[ends])
    return rows[goes]


def _keep_watched(plan: SimulationPlan, after: Frame, line: Frame, on_it: Truths) -> None:
    """What is measured again and again on a line is known at a progression on it."""
    for name in plan.simulation.lines.watched:
        after.columns[name] = Column(np.where(on_it, _read(line, name), UNTOLD))


def _link_points(history: History) -> None:
    """What was begun after the diagnosis and after each progression: the course of the next line."""
    for place, point in enumerate(history.points):
        wanted = 1 if point.kind == "advanced_diagnosis" else point.number + 1
        if point.kind != "line_start":
            history.points[place] = point._replace(courses=_find_line(history, wanted)[point.rows])


def _find_line(history: History, number: int) -> Rows:
    """The course of each patient that is the line of this number, or NOTHING."""
    found, start = np.full(history.rows, NOTHING, np.intp), 0
    for block in history.courses:
        here = np.flatnonzero(block.numbers == number)
        found[block.rows[here]] = here + start
        start += len(block.rows)
    return found
