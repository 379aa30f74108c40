"""Histories as entries of a record: diagnoses, results and doses with their days, and what is wrong with some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.draws import Column, Frame
from concordant.cohorts.simulate.history import ADVANCED_SETTING, ENDINGS, CourseBlock, History, SpanBlock
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.point_table import find_missing
from concordant.cohorts.simulate.streams import Days, Rows, Stream, Truths
from concordant.model.simulation import Coding, Entry, Kind

DAY, MONTH, YEAR = range(3)  # how exactly a day is known
FAR = 1 << 20  # more days than a history has: what is drawn for an entry on a day is told from what is drawn for another
NO_ENDING = -1
COMPLETED = ENDINGS.index("completed")


class EntryBlock(NamedTuple):
    """Entries of one kind: of which patients, on which days, with which value, and which coding each has."""

    kind: Kind
    rows: Rows
    days: Days
    exact: NDArray[np.int8]
    value: Column | None
    codings: Rows
    spellings: Rows
    twice: Truths


class DoseBlock(NamedTuple):
    """Doses or supplies of one drug: `supply` days of each, or 0; how a course ended beside its last one; orders alone."""

    drug: str
    rows: Rows
    days: Days
    supply: int
    codings: Rows
    endings: NDArray[np.int8]
    stops: Rows
    twice: Truths
    ordered_only: bool = False


class Entries(NamedTuple):
    """All entries of the patients of one part."""

    blocks: Sequence[EntryBlock]
    doses: Sequence[DoseBlock]


def make_entries(plan: SimulationPlan, history: History, *, whole: bool = False) -> Entries:
    """The entries of some histories; `whole` as a record without any fault would have them."""
    maker = _EntryMaker(plan, history, whole)
    return Entries(list(maker.iter_blocks()), list(maker.iter_doses()))


def list_orders(plan: SimulationPlan, history: History) -> list[DoseBlock]:
    """The orders among the entries that nobody carried out."""
    return list(_EntryMaker(plan, history, whole=False).iter_orders())


def choose_codings(codings: Sequence[Coding], drawn: NDArray[np.float64]) -> Rows:
    """Which way of writing something down each has."""
    ends = np.cumsum([coding.share for coding in codings])
    return np.minimum(np.searchsorted(ends / ends[-1], drawn, side="right"), len(codings) - 1)


class _Moment(NamedTuple):
    """Patients at a day of theirs, what is known of them then, and the day before which an entry is made again and again."""

    rows: Rows
    frame: Frame
    days: Days
    ends: Days


class _EntryMaker:
    """Makes the entries of one part."""

    def __init__(self, plan: SimulationPlan, history: History, whole: bool) -> None:
        self.plan, self.history, self.whole = plan, history, whole
        self.missing: Mapping[str, Truths] = {} if whole else find_missing(plan, history)

    def _draw_fault(self, name: str, stream: Stream) -> Truths:
        """Which of some rows have a fault."""
        share = 0.0 if self.whole else self.plan.shares[name]
        return stream.draw_uniform(f"fault {name}") < share

    # -- diagnoses and results ---------------------------------------------------------------------------------------------

    def iter_blocks(self) -> Iterator[EntryBlock]:
        """The entries that are no treatment, kind by kind."""
        for number, entry in enumerate(self.plan.simulation.entries):
            for moment in self._iter_moments(entry):
                block = self._make_block(number, entry, moment)
                if len(block.rows):
                    yield block

    def _iter_moments(self, entry: Entry) -> Iterator[_Moment]:
        history, everyone = self.history, np.arange(self.history.rows)
        match entry.at:
            case "line" | "end" | "progression":
                for line in history.lines:
                    days = {"line": line.starts, "end": line.ends, "progression": line.grown}[entry.at]
                    yield _Moment(line.rows, line.frame, days, line.ends)
            case _:
                days = {"first": history.firsts, "surgery": history.surgeries, "advanced": history.advanced}[entry.at]
                yield _Moment(everyone, history.frame, days, days)

    def _make_block(self, number: int, entry: Entry, moment: _Moment) -> EntryBlock:
        kind, kept = self.plan.kinds[entry.kind], moment.frame.match(entry.where) & (moment.days <= self.history.until)
        if entry.missing in self.missing:
            kept &= ~self.missing[entry.missing][moment.rows]
        places, days = _repeat_days(np.flatnonzero(kept), entry, moment)
        rows = moment.rows[places]
        days = self._shift_days(number, entry, rows, days)
        known = days <= np.minimum(self.history.until, self.history.deaths[rows])
        places, rows, days = places[known], rows[known], days[known]
        stream = self.history.stream.fork(rows, number * FAR + days.astype(np.int64))
        value = _find_value(entry, moment.frame, places)
        codings = choose_codings(kind.codes, self.history.stream.draw_uniform(f"coding {kind.id}"))[rows]
        spellings = choose_spellings(kind, value, stream)
        return EntryBlock(
            kind, rows, days, self._blur(entry, stream), value, codings, spellings, self._draw_fault("duplicate", stream)
        )

    def _shift_days(self, number: int, entry: Entry, rows: Rows, days: Days) -> Days:
        low, high = entry.days
        if low == high == 0:
            return days
        stream = self.history.stream.fork(rows, number * FAR + days.astype(np.int64))
        return (days + np.round(low + (high - low) * stream.draw_uniform("shift"))).astype(np.int32)

    def _blur(self, entry: Entry, stream: Stream) -> NDArray[np.int8]:
        """How exactly each day is known; what is measured again and again has its day."""
        exact = np.zeros(len(stream.keys), np.int8)
        if not entry.every:
            exact[self._draw_fault("month_only", stream)] = MONTH
            exact[self._draw_fault("year_only", stream)] = YEAR
        return exact

    # -- treatment -------------------------------------------------------------------------------------------------------------

    def iter_doses(self) -> Iterator[DoseBlock]:
        """The doses of each drug of each regimen, then orders that nobody carried out."""
        courses = self.history.join_courses()
        told = find_told_courses(self.plan, self.history, courses, self.whole)
        unsaid = find_unsaid_ends(self.plan, self.history, courses, self.whole)
        for span in self.history.spans:
            endings = np.where(span.finished, COMPLETED, courses.endings[span.courses])
            endings = np.where(unsaid[span.courses], NO_ENDING, endings)
            kept = np.flatnonzero(told[span.courses])
            if len(kept):
                yield self._make_doses(span, kept, endings.astype(np.int8))
        if not self.whole:
            yield from self.iter_orders()

    def _make_doses(self, span: SpanBlock, kept: Rows, endings: NDArray[np.int8]) -> DoseBlock:
        firsts, ends, every = span.firsts[kept], span.ends[kept], span.plan.every
        doses = (ends - firsts - 1) // every + 1
        places, turns = _expand(doses)
        days, rows = firsts[places] + turns * every, span.rows[kept][places]
        stream = self.history.stream.fork(rows, (len(self.plan.simulation.entries) + span.drug) * FAR + days.astype(np.int64))
        days = np.where(turns > 0, np.minimum(days + self._draw_lateness(stream), ends[places] - 1), days).astype(np.int32)
        last = turns == doses[places] - 1
        shown = np.flatnonzero(~self._draw_fault("dose_missing", stream) & (days <= self.history.until))
        told = np.where(last, endings[kept][places], NO_ENDING).astype(np.int8)[shown]
        rows, days, stream = rows[shown], days[shown], stream.take(shown)
        supply = every if span.plan.supply else 0
        stops, twice = choose_stops(self.plan, told, stream), self._draw_fault("duplicate", stream)
        return DoseBlock(span.plan.drug, rows, days, supply, self._choose_names(span.plan.drug, rows), told, stops, twice)

    def _draw_lateness(self, stream: Stream) -> NDArray[np.int32]:
        low, high = (0.0, 0.0) if self.whole else self.plan.simulation.lines.late
        return np.floor(low + (high - low + 1) * stream.draw_uniform("late") * (high > low)).astype(np.int32)

    def _choose_names(self, drug: str, rows: Rows) -> Rows:
        """How the source of each patient writes a drug."""
        return choose_codings(self.plan.simulation.drugs[drug], self.history.stream.draw_uniform(f"coding {drug}"))[rows]

    def iter_orders(self) -> Iterator[DoseBlock]:
        """Before some lines another drug was ordered, and never given."""
        leading = self.plan.simulation.lines.leading
        for number, line in enumerate(self.history.lines, 1):
            stream = self.history.stream.fork(line.rows, np.full(len(line.rows), FAR + number))
            ordered = self._draw_fault("never_given", stream)
            which = np.floor(stream.draw_uniform("ordered") * len(leading)).astype(np.intp)
            for place, drug in enumerate(leading):
                here = np.flatnonzero(ordered & (which == place) & self._is_new(drug, line.frame))
                if len(here):
                    none = np.full(len(here), NO_ENDING, np.int8)
                    rows, days = line.rows[here], line.starts[here] - np.int32(1)
                    names = self._choose_names(drug, rows)
                    yield DoseBlock(
                        drug, rows, days, 0, names, none, np.zeros(len(here), np.intp), np.zeros(len(here), bool), True
                    )

    def _is_new(self, drug: str, frame: Frame) -> Truths:
        """Whether the regimen that was given does not hold a drug."""
        holding = tuple(
            regimen.id for regimen in self.plan.simulation.regimens if any(plan.drug == drug for plan in regimen.drugs)
        )
        return ~frame.columns["regimen"].find_words(holding)


def find_told_courses(plan: SimulationPlan, history: History, courses: CourseBlock, whole: bool) -> Truths:
    """The courses that are on record."""
    missing = {} if whole else find_missing(plan, history)
    lost = missing.get(plan.simulation.early.missing, np.zeros(history.rows, bool))
    told: Truths = (courses.settings == ADVANCED_SETTING) | ~lost[courses.rows]
    return told


def find_unsaid_ends(plan: SimulationPlan, history: History, courses: CourseBlock, whole: bool) -> Truths:
    """The courses of which nobody wrote down why they ended."""
    share = 0.0 if whole else plan.shares["stop_unsaid"]
    return history.stream.fork(courses.rows, courses.starts).draw_uniform("fault stop_unsaid") < share


def _repeat_days(kept: Rows, entry: Entry, moment: _Moment) -> tuple[Rows, Days]:
    """The days of an entry, of which several come of one patient where it is made again and again."""
    if not entry.every:
        return kept, moment.days[kept]
    counts = np.maximum((moment.ends[kept] - moment.days[kept] - 1) // entry.every + 1, 1)
    places, turns = _expand(counts)
    return kept[places], (moment.days[kept][places] + turns * entry.every).astype(np.int32)


def _expand(counts: NDArray[Any]) -> tuple[Rows, NDArray[np.int64]]:
    """Each place as often as it counts, and the how-manieth it is, from 0."""
    places = np.repeat(np.arange(len(counts)), counts)
    return places, np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)


def _find_value(entry: Entry, frame: Frame, places: Rows) -> Column | None:
    if entry.is_:
        return Column(np.zeros(len(places), np.int16), (entry.is_,))
    name = entry.word or entry.number
    return frame.columns[name].take(places) if name else None


def choose_spellings(kind: Kind, value: Column | None, stream: Stream) -> Rows:
    """How each word of a value is written, among the ways of that word."""
    chosen = np.zeros(len(stream.keys), np.intp)
    if value is None or not value.words:
        return chosen
    drawn = stream.draw_uniform("spelling")
    for code, word in enumerate(value.words):
        here = value.values == code
        if word in kind.values and here.any():
            chosen[here] = choose_codings(kind.values[word], drawn[here])
    return chosen


def choose_stops(plan: SimulationPlan, endings: NDArray[np.int8], stream: Stream) -> Rows:
    """How the end of each course is written, among the ways of that ending."""
    chosen, drawn = np.zeros(len(endings), np.intp), stream.draw_uniform("stop")
    for code, word in enumerate(ENDINGS):
        here = endings == code
        if word in plan.simulation.stops and here.any():
            chosen[here] = choose_codings(plan.simulation.stops[word], drawn[here])
    return chosen


def flatten_spellings(block: EntryBlock) -> tuple[list[Coding], Rows]:
    """The ways of all words of a value in one list, and the place of each row in it."""
    assert block.value is not None
    flat: list[Coding] = []
    starts = []
    for word in block.value.words:
        starts.append(len(flat))
        flat += block.kind.values.get(word, ())
    return flat, np.array(starts)[block.value.values.astype(np.intp)] + block.spellings
