"""The page on a terminal, or as plain text when piped."""

from __future__ import annotations

import io
import os
import shutil

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from concordant.answer.schema import Answer
from concordant.model.knowledge import Knowledge
from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import (
    Block,
    Document,
    ForestPlot,
    Paragraph,
    Point,
    PointList,
    Section,
    Table,
    Timeline,
    Tone,
    abbreviate_citations,
)
from concordant.present.page.page import build_document

WIDEST, NARROWEST, NARROW, ROOMY, NOTED = 200, 60, 78, 160, 4
TEXT_WIDTH = 110  # sentences longer than this are not read with pleasure, however wide the terminal is
STYLES: dict[Tone, str] = {"": "dim", "danger": "bold red", "missing": "yellow", "done": "green"}
MARKS = {"done": "✓", "missing": "?", "unmet": "!"}


def render_terminal(
    answer: Answer,
    *,
    colour: bool,
    width: int = 0,
    language: str = "en",
    full: bool = True,
    whose: str = "",
    knowledge: Knowledge | None = None,
) -> str:
    """The answer as terminal text; plain without `colour` or under NO_COLOR. Not `full`: the first screen alone."""
    columns = width or shutil.get_terminal_size((100, 40)).columns
    plain = not colour or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(NARROWEST, min(columns, WIDEST)),
        force_terminal=not plain,
        no_color=plain,
        color_system=None if plain else "truecolor",
        highlight=False,
        markup=False,
        legacy_windows=False,
    )
    document = show_quotations_of(build_document(answer, language, whose, knowledge))
    TerminalPrinter(document, console, full=full).print_document()
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


class TerminalPrinter:
    """Prints a page from top to bottom."""

    def __init__(self, document: Document, console: Console, *, full: bool) -> None:
        self.document, self.console, self.full = document, console, full
        self.text_width = min(console.width, TEXT_WIDTH)

    def print_document(self) -> None:
        """The whole page."""
        if self.document.whose:
            label = Text(f"{self.document.whose} · {self.document.words['day']}", style="dim")
            self.console.print(label, no_wrap=True, overflow="ellipsis")
        self._print_text(Text(self.document.verdict, style="bold"))
        self._print_screen_lines()
        if not self.full:
            self._print_text(Text(self.document.words["more"], style="dim"))
            return
        for section in self.document.sections:
            self._print_section(section)
        self._print_references()
        self.console.print()
        for line in self.document.footer:
            self._print_text(Text(line, style="dim"))

    def _print_text(self, thing: RenderableType) -> None:
        self.console.print(thing, width=self.text_width)

    def _print_screen_lines(self) -> None:
        grid = _make_grid(max((len(line.title) for line in self.document.first), default=0))
        names = {source.n: source.short for source in self.document.references}
        for line in self.document.first:
            text = line.text if self.full else abbreviate_citations(line.text, names)
            grid.add_row(Text(line.title, style=STYLES[line.tone]), Text(text))
        self._print_text(grid)

    def _print_heading(self, title: str) -> None:
        self.console.print()
        long = len(title) > self.text_width - 4  # a rule would cut it
        text = Text(title, style="bold cyan")
        self._print_text(text if long else Rule(text, align="left", style="dim", characters="─"))

    def _print_section(self, section: Section) -> None:
        self._print_heading(section.title)
        for block in section.blocks:
            self._print_block(block)

    def _print_block(self, block: Block) -> None:
        match block:
            case Paragraph(text):
                self._print_text(Padding(Text(text), (0, 0, 0, 1)))
            case PointList(points):
                self._print_points(points)
            case Table():
                self._print_table(block)
            case Timeline() | ForestPlot():
                self._print_figure(block)

    def _print_figure(self, figure: Timeline | ForestPlot) -> None:
        from concordant.present.figures.text import draw_figure_text  # not on the first screen

        for line in draw_figure_text(figure, self.text_width - 2):
            self.console.print(Text(f" {line}"))

    def _print_points(self, points: tuple[Point, ...]) -> None:
        grid = _make_grid(1, left=1)
        for point in points:
            text = Text(f"{point.lead}: " if point.lead else "", style="bold")
            mark = MARKS.get(point.mark, "•")
            grid.add_row(Text(mark, style="bold red" if point.mark == "unmet" else ""), text.append(point.text, style="not bold"))
        self._print_text(grid)

    def _print_table(self, table: Table) -> None:
        if table.caption:
            self._print_text(Padding(Text(table.caption, style="bold"), (0, 0, 0, 1)))
        if table.note:
            self._print_text(Padding(Text(table.note, style="dim"), (0, 0, 0, 1)))
        if self.console.width < NARROW and len(table.columns) > 2:
            self._print_stacked_table(table)
        elif len(table.columns) > NOTED and self.console.width < ROOMY:
            self._print_noted_table(table)
        else:
            self._print_wide_table(table)

    def _print_wide_table(self, table: Table) -> None:
        shown = Grid(box=None, padding=(0, 2, 0, 1), show_edge=False, header_style="dim")
        for title in table.columns:
            shown.add_column(title, overflow="fold")
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        self.console.print(shown, width=min(self.console.width, ROOMY))

    def _print_noted_table(self, table: Table) -> None:
        """The last column holds remarks: where there is no room for it, each stands below its row."""
        width = (self.text_width - 1) // (len(table.columns) - 1) - 2
        self.console.print(_make_fixed_row(table.columns[:-1], width, "dim"))
        for row in table.rows:
            self.console.print(_make_fixed_row(row[:-1], width, ""))
            if row[-1]:
                self._print_text(Padding(Text(row[-1], style="dim"), (0, 0, 0, width + 4)))

    def _print_stacked_table(self, table: Table) -> None:
        """On a narrow terminal a row is a small list: its name, then what is told, each on a line."""
        for row in table.rows:
            if row[0]:
                self._print_text(Padding(Text(row[0], style="bold"), (0, 0, 0, 1)))
            self._print_text(Padding(Text("; ".join(filter(None, row[1:]))), (0, 0, 0, 3)))

    def _print_references(self) -> None:
        if not self.document.references:
            return
        self._print_heading(self.document.references_title)
        grid = _make_grid(3)
        for reference in self.document.references:
            grid.add_row(
                Text(str(reference.n), style="dim", justify="right"),
                Text(f"{reference.citation} ({reference.checked})", style="dim"),
            )
        self._print_text(grid)


def _make_fixed_row(cells: tuple[str, ...], width: int, style: str) -> Grid:
    grid = Grid(box=None, padding=(0, 2, 0, 1), show_edge=False, show_header=False)
    for _ in cells:
        grid.add_column(width=width - 1, overflow="fold")
    grid.add_row(*(Text(cell, style=style) for cell in cells))
    return grid


def _make_grid(first: int, left: int = 0) -> Grid:
    grid = Grid.grid(padding=(0, 1, 0, left))
    grid.add_column(width=first)
    grid.add_column()
    return grid
