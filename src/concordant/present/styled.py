"""Lines of styled words for a terminal: wrapped, in two columns, under a rule.

Rich does the same and more, and takes longer to be loaded than an answer to be worked out. It is loaded for tables
(`terminal_tables`), and here for texts with signs that may take another place than one cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

Run = tuple[str, str]  # words, and the style of all of them
Line = Sequence[Run]
CODES = {"bold": "1", "dim": "2", "bold red": "1;31", "bold cyan": "1;36", "yellow": "33", "green": "32"}
WORD = re.compile(r"\s*\S+\s*")
# Latin, Greek and Cyrillic letters, punctuation, and the signs that a page is made of: each takes one cell.
NARROW = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u2070-\u209c\u20ac\u2190-\u21ff\u2200-\u22ff\u2500-\u257f\u25a0\u25ba\u25c4\u2713]*"
)


def measure_cells(text: str) -> int:
    """How many cells of a line a text takes."""
    if NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def paint_line(line: Line, *, colour: bool) -> str:
    """The line with the codes of its styles, or without."""
    return "".join(f"\x1b[{CODES[style]}m{words}\x1b[0m" if colour and style and words else words for words, style in line)


def cut_text(text: str, width: int) -> str:
    """The text on one line; of what is too long, as much as leaves room for `…`."""
    if measure_cells(text) <= width:
        return text
    return f"{_chop_word(text, width - 1)[0]}…"


def make_rule(title: str, width: int) -> Line:
    """A title, and a line from it to the edge."""
    title = cut_text(title, width - 2)
    return [(title, "bold cyan"), (" ", ""), ("─" * (width - measure_cells(title) - 1), "dim")]


def make_row(head: Line, text: Line, room: int, gap: int, width: int) -> Iterator[Line]:
    """Two columns: the head in the room that it has, and the text in what is left of the width."""
    heads, texts = wrap_line(head, room), wrap_line(text, width - room - gap)
    for i in range(max(len(heads), len(texts))):
        left = heads[i] if i < len(heads) else ()
        pad = room - sum(measure_cells(words) for words, _ in left)
        yield [*left, (" " * (pad + gap), ""), *(texts[i] if i < len(texts) else ())]


def indent_line(line: Line, indent: int, width: int) -> Iterator[Line]:
    """The line, wrapped, each with blanks before it."""
    for part in wrap_line(line, width - indent):
        yield [(" " * indent, ""), *part]


def wrap_line(line: Line, width: int) -> list[Line]:
    """The line on as many as it needs. A word that is longer than one is cut."""
    text = "".join(words for words, _ in line)
    return [_take_part(line, start, end) for start, end in _iter_lines(text, width)]


def _iter_lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends; blanks behind it are kept as far as there is room."""
    breaks = [0, *_iter_breaks(text, width), len(text)]
    for start, end in pairwise(breaks):
        blanks = end - start - len(text[start:end].rstrip())
        yield start, end - min(blanks, max(0, end - start - width))


def _iter_breaks(text: str, width: int) -> Iterator[int]:
    used = 0
    for met in WORD.finditer(text):
        start, word = met.start(), met[0]
        length = measure_cells(word.rstrip())
        if length <= width - used:
            used += measure_cells(word)
            continue
        pieces = _chop_word(word, width) if length > width else [word]
        for piece in pieces:
            if start:
                yield start
            start += len(piece)
        used = measure_cells(pieces[-1])


def _chop_word(word: str, width: int) -> list[str]:
    if NARROW.fullmatch(word):
        return [word[i : i + width] for i in range(0, len(word), width)]
    from rich.cells import chop_cells

    return chop_cells(word, width)


def _take_part(line: Line, start: int, end: int) -> Line:
    """The words from one place of the line to another, each in its style."""
    part, at = [], 0
    for words, style in line:
        part.append((words[max(0, start - at) : max(0, end - at)], style))
        at += len(words)
    return part
