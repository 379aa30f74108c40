"""The record in time as a figure: a row for each entry in order, bars for courses, marks for events, the deciding interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from concordant.patient.events import GREW
from concordant.present.figures.svg import LEADING, NORMAL, SMALL, Palette, SvgSheet, measure_width, wrap_label, wrap_text
from concordant.present.page.document import Timeline, TimelineCourse, TimelineEvent, TimelineInterval

EDGE = 8.0  # left and right of the scale, so that a mark on its end is whole
BAR, GAP, MARK = 9.0, 9.0, 4.5
BESIDE = 9.0  # from the middle of a mark to its label
NARROWEST_BAR = 3.0
TICK_ROOM = 12.0
MONTH_STEPS = (1, 2, 3, 6)
YEAR_STEPS = (1, 2, 5, 10, 20, 50)
A_MONTH = dt.timedelta(days=31)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Days to places on the sheet."""

    first: dt.date
    last: dt.date
    width: float

    def x_from_day(self, day: dt.date) -> float:
        """Where a day lies; one outside lies on the edge."""
        part = (day - self.first).days / max(1, (self.last - self.first).days)
        return EDGE + min(1.0, max(0.0, part)) * (self.width - 2 * EDGE)


def draw_timeline(timeline: Timeline, palette: Palette) -> str:
    """The figure; what has no date is listed below, and alone where nothing has one."""
    sheet = SvgSheet(palette)
    if timeline.spans or timeline.moments:
        _TimelineDrawing(sheet, timeline, make_time_scale(timeline, sheet.width)).draw_dated_rows()
    _draw_undated(sheet, timeline)
    return sheet.to_svg("timeline", timeline.title, timeline.told)


def make_time_scale(timeline: Timeline, width: float) -> TimeScale:
    """From the first day of the record to its last, never shorter than a month."""
    days = [moment.date for moment in timeline.moments]
    days += [day for span in timeline.spans for day in (span.start, span.end) if day]
    first, last = min(days), max(days)
    return TimeScale(first, last, width) if last - first >= A_MONTH else TimeScale(last - A_MONTH, last, width)


def _draw_undated(sheet: SvgSheet, timeline: Timeline) -> None:
    if not timeline.undated:
        return
    sheet.y += GAP if sheet.y else 0
    if timeline.undated_title:
        sheet.add_paragraph(timeline.undated_title, SMALL, sheet.palette.muted)
        sheet.y += 2
    for text in timeline.undated:
        top = sheet.y
        sheet.add_label(text, NORMAL, sheet.palette.ink, indent=2 * EDGE)
        sheet.add_line(EDGE - 3, top + 6, EDGE + 3, top + 6, sheet.palette.muted, 1.5)
        sheet.y += 2


Row = TimelineCourse | TimelineEvent | TimelineInterval


def list_dated_rows(timeline: Timeline) -> list[Row]:
    """Everything that has a date, in order; the question is the last."""
    rows: list[Row] = [*timeline.spans, *timeline.marked, *timeline.moments]
    return sorted(rows, key=_order_key)


def _order_key(row: Row) -> tuple[bool, dt.date, int]:
    match row:
        case TimelineCourse():
            return False, row.start, 1
        case TimelineInterval():
            return False, row.end, 2
        case TimelineEvent():
            return row.kind == "question", row.date, 0 if row.kind == "diagnosis" else 3


@dataclass(frozen=True, slots=True)
class _TimelineDrawing:
    sheet: SvgSheet
    timeline: Timeline
    scale: TimeScale

    def draw_dated_rows(self) -> None:
        """The scale, then a row for each entry; what lies behind the rows is drawn first."""
        self._draw_ticks()
        behind = len(self.sheet.parts)
        top = self.sheet.y
        for row in list_dated_rows(self.timeline):
            self._draw_row(row)
        front = self.sheet.parts[behind:]
        del self.sheet.parts[behind:]
        self._draw_grid(top)
        self.sheet.parts += front

    def _draw_ticks(self) -> None:
        baseline = self.sheet.y + SMALL
        for day, label in choose_ticks(self.scale):
            self.sheet.add_text(self.scale.x_from_day(day), baseline, label, SMALL, self.sheet.palette.muted, anchor="middle")
        self.sheet.y += LEADING * SMALL + 6

    def _draw_grid(self, top: float) -> None:
        colours, bottom = self.sheet.palette, self.sheet.y - GAP / 2
        for day, _ in choose_ticks(self.scale):
            self.sheet.add_line(self.scale.x_from_day(day), top - 4, self.scale.x_from_day(day), bottom, colours.rule)
        for day in sorted({day for marked in self.timeline.marked for day in (marked.start, marked.end)}):
            self.sheet.add_line(self.scale.x_from_day(day), top - 4, self.scale.x_from_day(day), bottom, colours.loud, 0.8, "1 2")
        for moment in self.timeline.moments:
            if moment.kind == "question":
                x = self.scale.x_from_day(moment.date)
                self.sheet.add_line(x, top - 4, x, bottom, colours.muted, 1, "3 3")

    def _draw_row(self, row: Row) -> None:
        match row:
            case TimelineCourse():
                self._draw_course(row)
            case TimelineEvent():
                self._draw_event(row)
            case TimelineInterval():
                self._draw_deciding_interval(row)
        self.sheet.y += GAP

    # -- courses -----------------------------------------------------------------------------------

    def _draw_course(self, span: TimelineCourse) -> None:
        left, right = self.scale.x_from_day(span.start), self.scale.x_from_day(span.end or self.scale.last)
        self._draw_label(span.label, left, bold=False, fill=self.sheet.palette.ink)
        width, y = max(NARROWEST_BAR, right - left), self.sheet.y + 2
        left = min(left, self.sheet.width - EDGE - width)
        fill = self.sheet.palette.muted if span.kind == "other" else self.sheet.palette.accent
        strength = ".35" if span.rough else ".6" if span.kind == "early" else "1"
        outline: dict[str, str | float] = {"stroke": fill, "stroke_dasharray": "2 2"} if span.rough else {}
        self.sheet.add_element("rect", x=left, y=y, width=width, height=BAR, rx=1.5, fill=fill, fill_opacity=strength, **outline)
        if span.end is None:
            self._draw_arrow(left + width, y + BAR / 2, fill)
        self.sheet.y += BAR + 2

    def _draw_arrow(self, x: float, y: float, fill: str) -> None:
        """The course runs on."""
        self.sheet.add_element("polygon", points=_format_points((x - 1, y - BAR), (x + EDGE - 2, y), (x - 1, y + BAR)), fill=fill)

    def _draw_label(self, text: str, left: float, *, bold: bool, fill: str) -> None:
        """Lines above a bar, beginning where it does, or as far left as they need."""
        lines = wrap_label(text, self.sheet.width, NORMAL, bold=bold)
        widest = max(measure_width(line, NORMAL, bold=bold) for line in lines)
        self.sheet.add_lines(lines, NORMAL, fill, x=max(0.0, min(left, self.sheet.width - widest)), bold=bold)

    # -- events ------------------------------------------------------------------------------------

    def _draw_event(self, moment: TimelineEvent) -> None:
        x, bold = self.scale.x_from_day(moment.date), moment.kind in GREW
        side, room = _choose_side(x, self.sheet.width)
        lines = wrap_text(moment.label, room, NORMAL, bold=bold)
        fill = self.sheet.palette.muted if moment.kind == "question" else self.sheet.palette.ink
        self._draw_mark(moment, x, self.sheet.y + 0.5 * NORMAL)
        anchor = "start" if side > 0 else "end"
        self.sheet.add_lines(lines, NORMAL, fill, x=x + side * BESIDE, anchor=anchor, bold=bold)

    def _draw_mark(self, moment: TimelineEvent, x: float, y: float) -> None:
        """A shape for each kind of event; hollow where the day is not known."""
        colours = self.sheet.palette
        bad = moment.kind in GREW
        colour = colours.loud if bad else colours.muted if moment.kind == "question" else colours.accent
        paint: dict[str, str | float] = {"fill": colours.paper if moment.rough else colour, "stroke": colour, "stroke_width": 1.5}
        if bad:
            self.sheet.add_element("circle", cx=x, cy=y, r=MARK, **paint)
        else:
            self.sheet.add_element("polygon", points=_format_points(*_make_shape(moment.kind, x, y)), **paint)

    # -- the interval ------------------------------------------------------------------------------

    def _draw_deciding_interval(self, marked: TimelineInterval) -> None:
        """A line with two ends, and its length in words: what the answer turns on."""
        colour = self.sheet.palette.loud
        left, right = self.scale.x_from_day(marked.start), self.scale.x_from_day(marked.end)
        self._draw_label(marked.label, left, bold=True, fill=colour)
        y = self.sheet.y + 5
        self.sheet.add_line(left, y, right, y, colour, 2)
        for x in (left, right):
            self.sheet.add_line(x, y - 4, x, y + 4, colour, 2)
        self.sheet.y += 8


def _choose_side(x: float, width: float) -> tuple[int, float]:
    """To the right of a mark or to its left, wherever there is more room, and how much."""
    right, left = width - x - BESIDE, x - BESIDE
    return (1, right) if right >= left else (-1, left)


def _make_shape(kind: str, x: float, y: float) -> list[tuple[float, float]]:
    r = MARK
    match kind:
        case "surgery":
            return [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        case "question":
            return [(x - r, y + r), (x, y - r), (x + r, y + r)]
        case "response" | "stable":
            return [(x - r, y - r), (x + r, y - r), (x, y + r)]
        case _:
            return [(x - r - 1, y), (x, y - r - 1), (x + r + 1, y), (x, y + r + 1)]


def _format_points(*points: tuple[float, float]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


# -- the scale ---------------------------------------------------------------------------------------


def choose_ticks(scale: TimeScale) -> list[tuple[dt.date, str]]:
    """Years, or months where the record is short, as many as have room."""
    years = [(dt.date(year, 1, 1), str(year)) for year in range(scale.first.year, scale.last.year + 1)]
    years = [tick for tick in years if scale.first <= tick[0]]
    if len(years) > 2 or scale.last - scale.first > 24 * A_MONTH:
        return _thin_ticks(years, YEAR_STEPS, scale, lambda tick: tick[0].year)
    return _thin_ticks(list(_iter_months(scale)), MONTH_STEPS, scale, lambda tick: tick[0].month - 1)


def _iter_months(scale: TimeScale) -> Iterator[tuple[dt.date, str]]:
    day = scale.first.replace(day=1)
    while day <= scale.last:
        if day >= scale.first:
            yield day, f"{day.month:02}/{day.year}"
        day = (day + A_MONTH).replace(day=1)


Tick = tuple[dt.date, str]


def _thin_ticks(all_of: list[Tick], steps: tuple[int, ...], scale: TimeScale, count: Callable[[Tick], int]) -> list[Tick]:
    """The ticks of the smallest step whose labels stand apart and on the sheet."""
    for step in steps:
        kept = [tick for tick in all_of if count(tick) % step == 0 and _is_on_sheet(tick, scale)]
        ends = [
            (scale.x_from_day(day) - half, scale.x_from_day(day) + half)
            for day, label in kept
            for half in (measure_width(label, SMALL) / 2,)
        ]
        if all(before[1] + TICK_ROOM <= after[0] for before, after in pairwise(ends)):
            return kept
    return []


def _is_on_sheet(tick: Tick, scale: TimeScale) -> bool:
    half = measure_width(tick[1], SMALL) / 2
    return half <= scale.x_from_day(tick[0]) <= scale.width - half
