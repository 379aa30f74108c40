"""The picture of a difference on one sheet of A4: a row a patient, left what the old version says, right what the new one says.

What does not fit is named: first the titles of the statements are left out, then rows from below.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, get_args

from concordant.present.described.difference import count_things
from concordant.present.described.phrases import FOR_WHOM, IN_TABLE_OF, LEGEND, MORE_PATIENTS, MORE_ROWS, ONLY_IN, PART_OF
from concordant.present.described.picture import DifferencePicture, DifferenceRow, Sign, SignedLine
from concordant.present.figures.svg import ALONE, ASCENT, LEADING, SvgSheet, wrap_label, wrap_paper, wrap_text

A4 = (297, 210)  # millimetres
MARGIN, HEIGHT = 22.0, 595.3 - 2 * 22.0
WIDTH = 841.9 - 2 * MARGIN
TITLE, TEXT, SMALL = 15.0, 8.8, 8.5
PAD, BETWEEN, ARROW, HEAD = 5.5, 5.0, 16.0, 3.4
MOST_LINES = 3  # of one sign that stand below each other
SIGNED = 10.0  # from a sign to its text
BARS = 120.0  # the column of a table, with the number beside the bar
NUMBER = 42.0
WrapText = Callable[[str, float, float], list[str]]
Listed = Literal["titles", "numbers", "counts"]
LISTS: tuple[Listed, ...] = get_args(Listed)  # how the statements of one version are told, from most to least
SIDES: tuple[Sign, Sign] = ("−", "+")
COLOURS: dict[Sign, str] = {"": ALONE.ink, "+": ALONE.done, "−": ALONE.unmet, "=": ALONE.muted}
LINE = LEADING * TEXT


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns begin, and how wide they are."""

    side: float
    middle: float
    bars: float

    @property
    def right(self) -> float:
        """Where the new version stands."""
        return self.side + self.middle

    @property
    def room(self) -> float:
        """How wide a text between the arrows may be."""
        return self.middle - 2 * ARROW - 2 * PAD


@dataclass(frozen=True, slots=True)
class WrappedRow:
    """A row with its texts in lines; a sign stands at the first line of what it is of."""

    row: DifferenceRow
    before: tuple[SignedLine, ...]
    middle: tuple[str, ...]
    after: tuple[SignedLine, ...]

    @property
    def height(self) -> float:
        """How high its boxes are."""
        return max(len(self.before), len(self.middle), len(self.after)) * LINE + 2 * PAD


def render_difference_svg(picture: DifferencePicture) -> str:
    """One file in SVG that stands alone, and is the same bytes every time."""
    sheet = _draw_what_fits(picture)
    inside = f'<g transform="translate({MARGIN:g} {MARGIN:g})">{"".join(sheet.parts)}</g>'
    return wrap_paper("difference", " → ".join(picture.names), picture.description, A4, inside)


def _draw_what_fits(picture: DifferencePicture) -> SvgSheet:
    """As many rows as there is room for, then as much of the statements of one version; fewer rows are never higher."""
    states = list(_iter_fewer_rows(picture))

    def draw(number: int, shown: Listed) -> SvgSheet:
        remarks = (*picture.remarks, *_iter_left_out(picture, states[number]))
        return _draw_sheet(replace(states[number], remarks=remarks), shown)

    found = bisect_left(range(len(states)), True, key=lambda number: draw(number, LISTS[-1]).y <= HEIGHT)
    sheets = [draw(min(found, len(states) - 1), shown) for shown in LISTS]
    return next((sheet for sheet in sheets if sheet.y <= HEIGHT), sheets[-1])


def _iter_left_out(picture: DifferencePicture, fewer: DifferencePicture) -> Iterator[str]:
    """How many rows have no room, and how many patients of the table go the ways that are not shown."""
    rows, patients = (list(numbers) for numbers in zip(_count_rows(picture), _count_rows(fewer), strict=True))
    if rows[0] > rows[1]:
        counted = MORE_PATIENTS.format(n=patients[0] - patients[1]) if picture.table else ""
        yield MORE_ROWS.format(n=rows[0] - rows[1], patients=counted)


def _count_rows(picture: DifferencePicture) -> tuple[int, int]:
    rows = (*picture.statements, *picture.patients, *picture.others)
    return len(rows), sum(row.patients or 0 for row in rows)


def _iter_fewer_rows(picture: DifferencePicture) -> Iterator[DifferencePicture]:
    """First other patients of the table are left out, then parts of statements, then patients; of each the last."""
    for kept in range(len(picture.others), 0, -1):
        yield replace(picture, others=picture.others[:kept])
    for kept in range(len(picture.statements), 0, -1):
        yield replace(picture, others=(), statements=picture.statements[:kept])
    for kept in range(len(picture.patients), -1, -1):
        yield replace(picture, others=(), statements=(), patients=picture.patients[:kept])


def _draw_sheet(picture: DifferencePicture, shown: Listed) -> SvgSheet:
    sheet = SvgSheet(ALONE, WIDTH)
    _draw_head(sheet, picture)
    bars = BARS if picture.table else 0.0
    side = (WIDTH - bars) * (0.29 if picture.table else 0.28)
    columns = Columns(side, WIDTH - bars - 2 * side, bars)
    _draw_names(sheet, picture, columns)
    rows = (*picture.statements, *picture.patients, *picture.others)
    most = max((row.patients or 0 for row in rows), default=0)
    for row in rows:
        _draw_row(sheet, _wrap_row(row, columns), columns, most)
    _draw_lists(sheet, picture, shown)
    sheet.add_paragraph(f"{LEGEND} {picture.footer}", SMALL, ALONE.muted)
    return sheet


def _draw_head(sheet: SvgSheet, picture: DifferencePicture) -> None:
    title, *others = picture.verdicts
    sheet.add_paragraph(title, TITLE, ALONE.ink, bold=True)
    for remark in (*others, *picture.remarks):
        sheet.add_paragraph(remark, SMALL, ALONE.ink)
    sheet.y += 4


def _draw_names(sheet: SvgSheet, picture: DifferencePicture, columns: Columns) -> None:
    """What each column is."""
    base = sheet.y + ASCENT * TEXT
    old, new = picture.names
    sheet.add_text(0, base, old, TEXT + 1.5, ALONE.accent, bold=True)
    if picture.patients or picture.others:
        sheet.add_text(columns.side + columns.middle / 2, base, FOR_WHOM, TEXT, ALONE.muted, anchor="middle")
    sheet.add_text(columns.right, base, new, TEXT + 1.5, ALONE.accent, bold=True)
    if picture.table:
        told = IN_TABLE_OF.format(n=picture.table)
        sheet.add_text(columns.right + columns.side + BETWEEN * 2, base, told, TEXT, ALONE.muted)
    sheet.y += LINE + 2


def _wrap_row(row: DifferenceRow, columns: Columns) -> WrappedRow:
    wrap = wrap_text if row.lead else wrap_label  # the name of a regimen is kept on one line, where it fits
    middle = PART_OF.format(number=row.lead, part=row.middle) if row.lead else row.middle
    return WrappedRow(
        row,
        tuple(_wrap_signed(row.before, columns.side, wrap)),
        tuple(wrap_text(middle or FOR_WHOM, columns.room, TEXT)),
        tuple(_wrap_signed(row.after, columns.side, wrap)),
    )


def _wrap_signed(lines: Sequence[SignedLine], width: float, wrap: WrapText) -> Iterator[SignedLine]:
    """The lines of a box; many that have the same sign follow each other, to save room."""
    for line in _join_many(lines):
        for i, text in enumerate(wrap(line.text, width - 2 * PAD - SIGNED, TEXT)):
            yield SignedLine(text, line.sign if i == 0 else "")


def _join_many(lines: Sequence[SignedLine]) -> Iterator[SignedLine]:
    for sign, group in groupby(lines, key=lambda line: line.sign):
        alike = list(group)
        if len(alike) > MOST_LINES:
            yield SignedLine(", ".join(line.text for line in alike), sign)
        else:
            yield from alike


def _draw_row(sheet: SvgSheet, wrapped: WrappedRow, columns: Columns, most: int) -> None:
    for x, lines in ((0.0, wrapped.before), (columns.right, wrapped.after)):
        _draw_box(sheet, x, columns.side, wrapped.height, lines)
    _draw_middle(sheet, wrapped, columns)
    if wrapped.row.patients is not None and most:
        _draw_bar(sheet, columns.right + columns.side + 2 * BETWEEN, wrapped, most)
    sheet.y += wrapped.height + BETWEEN


def _draw_box(sheet: SvgSheet, x: float, width: float, height: float, lines: Sequence[SignedLine]) -> None:
    sheet.add_element("rect", x=x, y=sheet.y, width=width, height=height, rx=2, fill=ALONE.paper, stroke=ALONE.rule)
    signs = [line.sign for line in lines if line.sign in SIDES]
    if signs:  # a bar at its edge, so that it is seen from afar what went and what came
        sheet.add_element("rect", x=x, y=sheet.y, width=2.5, height=height, fill=COLOURS[signs[0]])
    colour, base = ALONE.ink, sheet.y + (height - len(lines) * LINE) / 2 + ASCENT * TEXT
    for line in lines:
        if line.sign:
            colour = COLOURS[line.sign]
            sheet.add_text(x + PAD, base, line.sign, TEXT + 1, colour, bold=True)
        sheet.add_text(x + PAD + SIGNED, base, line.text, TEXT, ALONE.muted if colour == ALONE.muted else ALONE.ink)
        base += LINE


def _draw_middle(sheet: SvgSheet, wrapped: WrappedRow, columns: Columns) -> None:
    """Who it is, on the arrow from what was to what is."""
    middle = sheet.y + wrapped.height / 2
    for x in (columns.side + 2, columns.right - ARROW + 2):
        sheet.add_line(x, middle, x + ARROW - 6, middle, ALONE.muted, 1.1)
    tip, top, foot = columns.right - 2, middle - HEAD, middle + HEAD
    sheet.add_element("path", d=f"M{tip - 5:.1f} {top:.1f}L{tip:.1f} {middle:.1f}L{tip - 5:.1f} {foot:.1f}Z", fill=ALONE.muted)
    base = middle - len(wrapped.middle) * LINE / 2 + ASCENT * TEXT
    for text in wrapped.middle:
        sheet.add_text(columns.side + columns.middle / 2, base, text, TEXT, ALONE.ink, anchor="middle")
        base += LINE


def _draw_bar(sheet: SvgSheet, x: float, wrapped: WrappedRow, most: int) -> None:
    """How many patients of the table, with the number."""
    number = wrapped.row.patients or 0
    width, middle = (BARS - NUMBER - 2 * BETWEEN) * number / most, sheet.y + wrapped.height / 2
    if number:
        sheet.add_element("rect", x=x, y=middle - 5, width=max(width, 1.0), height=10, fill=ALONE.accent)
    sheet.add_text(x + width + 4, middle + 3, str(number), TEXT, ALONE.ink, bold=True)


def _draw_lists(sheet: SvgSheet, picture: DifferencePicture, shown: Listed) -> None:
    """The statements that only one of the two has, side by side."""
    half, top = (WIDTH - 4 * BETWEEN) / 2, sheet.y + 3
    ends = [top]
    for x, name, sign, listed in zip((0.0, half + 4 * BETWEEN), picture.names, SIDES, picture.lists, strict=True):
        if listed:
            sheet.y = top
            told = count_things(len(listed), "statement", "statements")
            title = ONLY_IN.format(sign=sign, name=name, told=told)
            sheet.add_lines((title,), TEXT, COLOURS[sign], x=x, bold=True)
            if shown != "counts":
                texts = [f"{number} {title}" if shown == "titles" else number for number, title in listed]
                sheet.add_lines(wrap_text("; ".join(texts), half, SMALL), SMALL, ALONE.ink, x=x)
            ends.append(sheet.y)
    sheet.y = max(ends) + 4
