"""Tables on a terminal, drawn by rich: it shares the width among columns."""

from __future__ import annotations

import io

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from concordant.present.page.document import Table

NARROW, ROOMY, NOTED = 78, 160, 4


def is_stacked(table: Table, width: int) -> bool:
    """Whether a terminal is too narrow for a table."""
    return width < NARROW and len(table.columns) > 2


def draw_table(table: Table, width: int, text_width: int, *, colour: bool) -> list[str]:
    """The lines of a table; where there is no room for its remarks, they stand below their row, in the width of a text."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        color_system="truecolor" if colour else None,
        highlight=False,
        markup=False,
        legacy_windows=False,
    )
    if len(table.columns) > NOTED and width < ROOMY:
        _print_noted_table(table, console, text_width)
    else:
        _print_wide_table(table, console)
    return out.getvalue().splitlines()


def _print_wide_table(table: Table, console: Console) -> None:
    shown = Grid(box=None, padding=(0, 2, 0, 1), show_edge=False, header_style="dim")
    for title in table.columns:
        shown.add_column(title, overflow="fold")
    for row in table.rows:
        shown.add_row(*(Text(cell) for cell in row))
    console.print(shown, width=min(console.width, ROOMY))


def _print_noted_table(table: Table, console: Console, text_width: int) -> None:
    """The last column holds remarks: each stands below its row."""
    width = (text_width - 1) // (len(table.columns) - 1) - 2
    console.print(_make_fixed_row(table.columns[:-1], width, "dim"))
    for row in table.rows:
        console.print(_make_fixed_row(row[:-1], width, ""))
        if row[-1]:
            console.print(Padding(Text(row[-1], style="dim"), (0, 0, 0, width + 4)), width=text_width)


def _make_fixed_row(cells: tuple[str, ...], width: int, style: str) -> Grid:
    grid = Grid(box=None, padding=(0, 2, 0, 1), show_edge=False, show_header=False)
    for _ in cells:
        grid.add_column(width=width - 1, overflow="fold")
    grid.add_row(*(Text(cell, style=style) for cell in cells))
    return grid
