"""The record in time as a figure: a row for each entry in order, bars for courses, marks for events, the deciding interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from concordant.present.document import Marked, Moment, Span, Timeline
from concordant.present.svg import LEADING, NORMAL, SMALL, Palette, Sheet, in_pieces, width_of, wrapped
from concordant.record.events import GREW

EDGE = 8.0  # left and right of the scale, so that a mark on its end is whole
BAR, GAP, MARK = 9.0, 9.0, 4.5
BESIDE = 9.0  # from the middle of a mark to its label
NARROWEST_BAR = 3.0
TICK_ROOM = 12.0
MONTH_STEPS = (1, 2, 3, 6)
YEAR_STEPS = (1, 2, 5, 10, 20, 50)
A_MONTH = dt.timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Scale:
    """Days to places on the sheet."""

    first: dt.date
    last: dt.date
    width: float

    def x(self, day: dt.date) -> float:
        """Where a day lies; one outside lies on the edge."""
        part = (day - self.first).days / max(1, (self.last - self.first).days)
        return EDGE + min(1.0, max(0.0, part)) * (self.width - 2 * EDGE)


def draw_timeline(timeline: Timeline, palette: Palette) -> str:
    """The figure; what has no date is listed below, and alone where nothing has one."""
    sheet = Sheet(palette)
    if timeline.spans or timeline.moments:
        _Drawing(sheet, timeline, scale_of(timeline, sheet.width)).dated()
    _undated(sheet, timeline)
    return sheet.svg("timeline", timeline.title, timeline.told)


def scale_of(timeline: Timeline, width: float) -> Scale:
    """From the first day of the record to its last, never shorter than a month."""
    days = [moment.date for moment in timeline.moments]
    days += [day for span in timeline.spans for day in (span.start, span.end) if day]
    first, last = min(days), max(days)
    return Scale(first, last, width) if last - first >= A_MONTH else Scale(last - A_MONTH, last, width)


def _undated(sheet: Sheet, timeline: Timeline) -> None:
    if not timeline.undated:
        return
    sheet.y += GAP if sheet.y else 0
    if timeline.undated_title:
        sheet.paragraph(timeline.undated_title, SMALL, sheet.palette.muted)
        sheet.y += 2
    for text in timeline.undated:
        top = sheet.y
        sheet.label(text, NORMAL, sheet.palette.ink, indent=2 * EDGE)
        sheet.line(EDGE - 3, top + 6, EDGE + 3, top + 6, sheet.palette.muted, 1.5)
        sheet.y += 2


Row = Span | Moment | Marked


def rows_of(timeline: Timeline) -> list[Row]:
    """Everything that has a date, in order; the question is the last."""
    rows: list[Row] = [*timeline.spans, *timeline.marked, *timeline.moments]
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[bool, dt.date, int]:
    match row:
        case Span():
            return False, row.start, 1
        case Marked():
            return False, row.end, 2
        case Moment():
            return row.kind == "question", row.date, 0 if row.kind == "diagnosis" else 3


@dataclass(frozen=True, slots=True)
class _Drawing:
    sheet: Sheet
    timeline: Timeline
    scale: Scale

    def dated(self) -> None:
        """The scale, then a row for each entry; what lies behind the rows is drawn first."""
        self._ticks()
        behind = len(self.sheet.parts)
        top = self.sheet.y
        for row in rows_of(self.timeline):
            self._row(row)
        front = self.sheet.parts[behind:]
        del self.sheet.parts[behind:]
        self._grid(top)
        self.sheet.parts += front

    def _ticks(self) -> None:
        baseline = self.sheet.y + SMALL
        for day, label in ticks(self.scale):
            self.sheet.text(self.scale.x(day), baseline, label, SMALL, self.sheet.palette.muted, anchor="middle")
        self.sheet.y += LEADING * SMALL + 6

    def _grid(self, top: float) -> None:
        colours, bottom = self.sheet.palette, self.sheet.y - GAP / 2
        for day, _ in ticks(self.scale):
            self.sheet.line(self.scale.x(day), top - 4, self.scale.x(day), bottom, colours.rule)
        for day in sorted({day for marked in self.timeline.marked for day in (marked.start, marked.end)}):
            self.sheet.line(self.scale.x(day), top - 4, self.scale.x(day), bottom, colours.loud, 0.8, "1 2")
        for moment in self.timeline.moments:
            if moment.kind == "question":
                x = self.scale.x(moment.date)
                self.sheet.line(x, top - 4, x, bottom, colours.muted, 1, "3 3")

    def _row(self, row: Row) -> None:
        match row:
            case Span():
                self._span(row)
            case Moment():
                self._moment(row)
            case Marked():
                self._interval(row)
        self.sheet.y += GAP

    # -- courses -----------------------------------------------------------------------------------

    def _span(self, span: Span) -> None:
        left, right = self.scale.x(span.start), self.scale.x(span.end or self.scale.last)
        self._label(span.label, left, bold=False, fill=self.sheet.palette.ink)
        width, y = max(NARROWEST_BAR, right - left), self.sheet.y + 2
        left = min(left, self.sheet.width - EDGE - width)
        fill = self.sheet.palette.muted if span.kind == "other" else self.sheet.palette.accent
        strength = ".35" if span.rough else ".6" if span.kind == "early" else "1"
        outline: dict[str, str | float] = {"stroke": fill, "stroke_dasharray": "2 2"} if span.rough else {}
        self.sheet.element("rect", x=left, y=y, width=width, height=BAR, rx=1.5, fill=fill, fill_opacity=strength, **outline)
        if span.end is None:
            self._arrow(left + width, y + BAR / 2, fill)
        self.sheet.y += BAR + 2

    def _arrow(self, x: float, y: float, fill: str) -> None:
        """The course runs on."""
        self.sheet.element("polygon", points=_points((x - 1, y - BAR), (x + EDGE - 2, y), (x - 1, y + BAR)), fill=fill)

    def _label(self, text: str, left: float, *, bold: bool, fill: str) -> None:
        """Lines above a bar, beginning where it does, or as far left as they need."""
        lines = in_pieces(text, self.sheet.width, NORMAL, bold=bold)
        widest = max(width_of(line, NORMAL, bold=bold) for line in lines)
        self.sheet.lines(lines, NORMAL, fill, x=max(0.0, min(left, self.sheet.width - widest)), bold=bold)

    # -- events ------------------------------------------------------------------------------------

    def _moment(self, moment: Moment) -> None:
        x, bold = self.scale.x(moment.date), moment.kind in GREW
        side, room = _side(x, self.sheet.width)
        lines = wrapped(moment.label, room, NORMAL, bold=bold)
        fill = self.sheet.palette.muted if moment.kind == "question" else self.sheet.palette.ink
        self._mark(moment, x, self.sheet.y + 0.5 * NORMAL)
        anchor = "start" if side > 0 else "end"
        self.sheet.lines(lines, NORMAL, fill, x=x + side * BESIDE, anchor=anchor, bold=bold)

    def _mark(self, moment: Moment, x: float, y: float) -> None:
        """A shape for each kind of event; hollow where the day is not known."""
        colours = self.sheet.palette
        bad = moment.kind in GREW
        colour = colours.loud if bad else colours.muted if moment.kind == "question" else colours.accent
        paint: dict[str, str | float] = {"fill": colours.paper if moment.rough else colour, "stroke": colour, "stroke_width": 1.5}
        if bad:
            self.sheet.element("circle", cx=x, cy=y, r=MARK, **paint)
        else:
            self.sheet.element("polygon", points=_points(*_shape(moment.kind, x, y)), **paint)

    # -- the interval ------------------------------------------------------------------------------

    def _interval(self, marked: Marked) -> None:
        """A line with two ends, and its length in words: what the answer turns on."""
        colour = self.sheet.palette.loud
        left, right = self.scale.x(marked.start), self.scale.x(marked.end)
        self._label(marked.label, left, bold=True, fill=colour)
        y = self.sheet.y + 5
        self.sheet.line(left, y, right, y, colour, 2)
        for x in (left, right):
            self.sheet.line(x, y - 4, x, y + 4, colour, 2)
        self.sheet.y += 8


def _side(x: float, width: float) -> tuple[int, float]:
    """To the right of a mark or to its left, wherever there is more room, and how much."""
    right, left = width - x - BESIDE, x - BESIDE
    return (1, right) if right >= left else (-1, left)


def _shape(kind: str, x: float, y: float) -> list[tuple[float, float]]:
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


def _points(*points: tuple[float, float]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


# -- the scale ---------------------------------------------------------------------------------------


def ticks(scale: Scale) -> list[tuple[dt.date, str]]:
    """Years, or months where the record is short, as many as have room."""
    years = [(dt.date(year, 1, 1), str(year)) for year in range(scale.first.year, scale.last.year + 1)]
    years = [tick for tick in years if scale.first <= tick[0]]
    if len(years) > 2 or scale.last - scale.first > 24 * A_MONTH:
        return _spaced(years, YEAR_STEPS, scale, lambda tick: tick[0].year)
    return _spaced(list(_months(scale)), MONTH_STEPS, scale, lambda tick: tick[0].month - 1)


def _months(scale: Scale) -> Iterator[tuple[dt.date, str]]:
    day = scale.first.replace(day=1)
    while day <= scale.last:
        if day >= scale.first:
            yield day, f"{day.month:02}/{day.year}"
        day = (day + A_MONTH).replace(day=1)


Tick = tuple[dt.date, str]


def _spaced(all_of: list[Tick], steps: tuple[int, ...], scale: Scale, count: Callable[[Tick], int]) -> list[Tick]:
    """The ticks of the smallest step whose labels stand apart and on the sheet."""
    for step in steps:
        kept = [tick for tick in all_of if count(tick) % step == 0 and _fits(tick, scale)]
        ends = [(scale.x(day) - half, scale.x(day) + half) for day, label in kept for half in (width_of(label, SMALL) / 2,)]
        if all(before[1] + TICK_ROOM <= after[0] for before, after in pairwise(ends)):
            return kept
    return []


def _fits(tick: Tick, scale: Scale) -> bool:
    half = width_of(tick[1], SMALL) / 2
    return half <= scale.x(tick[0]) <= scale.width - half
