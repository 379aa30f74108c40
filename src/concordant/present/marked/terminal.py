"""A marked text on a terminal: under each line the signs of its marks, below the text what they stand for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from concordant.errors import make_printable
from concordant.present.language.quoting import show_quotations_of
from concordant.present.marked.model import Kind, MarkedRow, MarkedText, RowGroup, Segment, iter_segments

LINES: dict[Kind, str] = {"said": "─", "convention": "┄", "offer": "?", "other": "-", "unread": "~"}
COLOURS: dict[Kind, str] = {"said": "32", "convention": "36", "offer": "1;33", "other": "2", "unread": "31"}
LEGEND: tuple[Kind, ...] = ("said", "convention", "offer", "other", "unread")
WORDS_SHARE, WIDEST_WORDS = 0.4, 44


def render_terminal(marked: MarkedText, *, width: int, colour: bool) -> str:
    """The text with its marks, and the tables."""
    return "\n".join(_Writer(show_quotations_of(marked), width, colour).iter_lines()) + "\n"


class _Writer:
    def __init__(self, marked: MarkedText, width: int, colour: bool) -> None:
        self.marked, self.width, self.colour = marked, width, colour
        self.text = "".join(sign if sign == "\n" else make_printable(sign) for sign in marked.text)
        self.segments = list(iter_segments(marked.text, marked.marks))

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text.strip() else text

    def iter_lines(self) -> Iterator[str]:
        yield self.paint(make_printable(f"{self.marked.title}: {self.marked.summary}"), "1")
        yield ""
        if self.marked.over:
            yield from textwrap.wrap(self.marked.over, self.width)
            yield ""
        for start, end in self.iter_rows():
            yield from self.iter_row(start, end)
        yield ""
        legend = "    ".join(f"{LINES[kind] * 3}  {self.marked.words[f'marked.{kind}']}" for kind in LEGEND)
        yield self.paint(legend if self.width >= len(legend) else legend.replace("    ", "\n"), "2")
        for group in self.marked.groups:
            yield ""
            yield from self.iter_group(group)

    def iter_rows(self) -> Iterator[tuple[int, int]]:
        """Where each line of the screen begins and ends: lines of the text, cut between words."""
        start = 0
        for line in self.marked.text.rstrip("\n").split("\n"):
            end = start + len(line)
            while end - start > self.width:
                cut = self.marked.text.rfind(" ", start + 1, start + self.width + 1)
                cut = cut if cut > start else start + self.width
                yield start, cut
                start = cut + (self.marked.text[cut : cut + 1] == " ")
            yield start, end
            start = end + 1

    def iter_row(self, start: int, end: int) -> Iterator[str]:
        """A line of the text, and the line of its signs where there are any."""
        while self.segments and self.segments[0].end <= start:
            self.segments.pop(0)
        here = []
        for segment in self.segments:
            if segment.start >= end:
                break
            here.append(segment)
        yield "".join(self.paint_segment(segment, start, end) for segment in here)
        if signs := self.make_signs(here, start, end).rstrip():
            yield self.paint(signs, "2")

    def paint_segment(self, segment: Segment, start: int, end: int) -> str:
        text = self.text[max(segment.start, start) : min(segment.end, end)]
        return self.paint(text, COLOURS[segment.kind]) if segment.kind else text

    def make_signs(self, here: list[Segment], start: int, end: int) -> str:
        """Under each mark its line, with the number of its row where it begins; one that has no room pushes what follows."""
        line = ""
        for segment in here:
            if segment.kind is None:
                continue
            low, high = max(segment.start, start) - start, min(segment.end, end) - start
            label = " ".join(segment.begins if segment.start >= start else segment.signs)
            if label and len(line) > low:
                line += " "
            line = line.ljust(low) + label
            line += LINES[segment.kind] * (high - len(line))
        return line

    def iter_group(self, group: RowGroup) -> Iterator[str]:
        yield self.paint(group.title, "1")
        if group.lead:
            yield from (self.paint(line, "2") for line in textwrap.wrap(group.lead, self.width))
        signs = max(len(row.sign) for row in group.rows)
        words = min(max(len(row.words) for row in group.rows), WIDEST_WORDS, int(self.width * WORDS_SHARE))
        for row in group.rows:
            yield from self.iter_cells(row, signs, words)

    def iter_cells(self, row: MarkedRow, signs: int, words: int) -> Iterator[str]:
        """The sign, the words and what was made of them, side by side, each wrapped in its column."""
        rest = max(self.width - signs - words - 4, 20)
        left = textwrap.wrap(make_printable(row.words), words) or [""]
        right = textwrap.wrap(make_printable(row.told), rest) or [""]
        for i in range(max(len(left), len(right))):
            sign = self.paint(f"{row.sign if i == 0 else '':>{signs}}", COLOURS[row.kind])
            said = f"{left[i] if i < len(left) else '':<{words}}"
            yield f"{sign}  {said}  {right[i] if i < len(right) else ''}".rstrip()
