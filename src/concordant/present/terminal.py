"""The page on a terminal, or as plain text when piped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

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
from concordant.present.styled import Line, cut_text, indent_line, make_row, make_rule, paint_line, wrap_line

WIDEST, NARROWEST = 200, 60
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
    document = show_quotations_of(build_document(answer, language, whose, knowledge))
    printer = TerminalPrinter(document, max(NARROWEST, min(columns, WIDEST)), full=full, colour=not plain)
    printer.print_document()
    return "\n".join(line.rstrip() for line in printer.lines) + "\n"


class TerminalPrinter:
    """Prints a page from top to bottom."""

    def __init__(self, document: Document, width: int, *, full: bool, colour: bool) -> None:
        self.document, self.width, self.full, self.colour = document, width, full, colour
        self.text_width = min(width, TEXT_WIDTH)
        self.lines: list[str] = []

    def print_document(self) -> None:
        """The whole page."""
        if self.document.whose:
            label = cut_text(f"{self.document.whose} · {self.document.words['day']}", self.width)
            self._print_lines([[(label, "dim")]])
        self._print_text(self.document.verdict, "bold")
        self._print_screen_lines()
        if not self.full:
            self._print_text(self.document.words["more"], "dim")
            return
        for section in self.document.sections:
            self._print_section(section)
        self._print_references()
        self.lines.append("")
        for line in self.document.footer:
            self._print_text(line, "dim")

    def _print_lines(self, lines: Iterable[Line]) -> None:
        self.lines += (paint_line(line, colour=self.colour) for line in lines)

    def _print_text(self, text: str, style: str = "", indent: int = 0) -> None:
        self._print_lines(indent_line([(text, style)], indent, self.text_width))

    def _print_screen_lines(self) -> None:
        room = max((len(line.title) for line in self.document.first), default=0)
        names = {source.n: source.short for source in self.document.references}
        for line in self.document.first:
            text = line.text if self.full else abbreviate_citations(line.text, names)
            self._print_lines(make_row([(line.title, STYLES[line.tone])], [(text, "")], room, 1, self.text_width))

    def _print_heading(self, title: str) -> None:
        self.lines.append("")
        if len(title) > self.text_width - 4:  # a rule would cut it
            self._print_text(title, "bold cyan")
        else:
            self._print_lines([make_rule(title, self.text_width)])

    def _print_section(self, section: Section) -> None:
        self._print_heading(section.title)
        for block in section.blocks:
            self._print_block(block)

    def _print_block(self, block: Block) -> None:
        match block:
            case Paragraph(text):
                self._print_text(text, indent=1)
            case PointList(points):
                self._print_points(points)
            case Table():
                self._print_table(block)
            case Timeline() | ForestPlot():
                self._print_figure(block)

    def _print_figure(self, figure: Timeline | ForestPlot) -> None:
        from concordant.present.figures.text import draw_figure_text  # not on the first screen

        for line in draw_figure_text(figure, self.text_width - 2):
            self._print_lines(wrap_line([(f" {line}", "")], self.width))

    def _print_points(self, points: tuple[Point, ...]) -> None:
        for point in points:
            mark = MARKS.get(point.mark, "•")
            text = [(f"{point.lead}: " if point.lead else "", "bold"), (point.text, "")]
            style = "bold red" if point.mark == "unmet" else ""
            self._print_lines(make_row([(mark, style)], text, 1, 1, self.text_width))

    def _print_table(self, table: Table) -> None:
        from concordant.present.terminal_tables import draw_table, is_stacked  # not on the first screen

        for text, style in ((table.caption, "bold"), (table.note, "dim")):
            if text:
                self._print_text(text, style, indent=1)
        if is_stacked(table, self.width):
            self._print_stacked_table(table)
        else:
            self.lines += draw_table(table, self.width, self.text_width, colour=self.colour)

    def _print_stacked_table(self, table: Table) -> None:
        """On a narrow terminal a row is a small list: its name, then what is told, each on a line."""
        for row in table.rows:
            if row[0]:
                self._print_text(row[0], "bold", indent=1)
            self._print_text("; ".join(filter(None, row[1:])), indent=3)

    def _print_references(self) -> None:
        if not self.document.references:
            return
        self._print_heading(self.document.references_title)
        for reference in self.document.references:
            number = str(reference.n).rjust(3)
            text = f"{reference.citation} ({reference.checked})"
            self._print_lines(make_row([(number, "dim")], [(text, "dim")], 3, 1, self.text_width))
