"""Rows of a table that are of nobody: what an export writes below its rows, lines of signs, the head told again.

Nobody's row is known by all of it, never by an odd id alone: a patient of whom the table tells nothing else stays a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from concordant.errors import quote_word
from concordant.record.table.cells import TableRow

WORD, DIGIT = re.compile(r"[^\W_]+"), re.compile(r"\d+")
RULER = re.compile(r"[-=_*+|~.#]{2,}")
FEWEST_WORDS = 3  # of a sentence that begins like a closing line, and goes on in other words


class ClosingWords(NamedTuple):
    """The words of a closing line, of which it needs one, and those that may stand beside them."""

    telling: frozenset[str]
    fillers: frozenset[str]


def find_rows_of_nobody(rows: Sequence[TableRow], seen: Mapping[str, int], words: ClosingWords) -> dict[int, str]:
    """Why the rows of a file at these places are of nobody. `seen` counts the rows of each id, over all files."""
    found = {i: why for i, row in enumerate(rows) if (why := _explain_sign_row(row))}
    shapes = {_find_shape(row.cells.get(row.file.patient, "")) for row in rows if not _is_lonely(row)}
    for i in reversed(range(len(rows))):
        if i in found:
            continue
        if not _closes_file(rows[i], seen, shapes, words):
            break
        said = quote_word(_read_only_cell(rows[i]))
        found[i] = f"{said} stands alone at the end of the file, as what an export writes below its rows: it names no patient"
    return found


def _explain_sign_row(row: TableRow) -> str:
    """Why a row says nothing wherever it stands: it is the head again, or a line of signs."""
    told = [text for text in row.cells.values() if text]
    if len(told) > 1 and all(text == name for name, text in row.cells.items()):
        return "the names of the columns stand here again"
    return "a line of signs, and no row" if told and all(map(RULER.fullmatch, told)) else ""


def _closes_file(row: TableRow, seen: Mapping[str, int], shapes: set[str], words: ClosingWords) -> bool:
    """Whether the row is one text of closing words: of no other row, and not written as the ids of the patients are."""
    text = _read_only_cell(row)
    named = [word.lower() for word in WORD.findall(text) if not word.isdecimal()]
    if words.telling.isdisjoint(named) or seen.get(text, 0) > 1 or _find_shape(text) in shapes:
        return False
    length = len(text.split())
    if length == 1 and (not row.wrong or DIGIT.search(text)):  # a single word may be an odd id
        return False
    begins = length >= FEWEST_WORDS and named[0] in words.telling
    return begins or (words.telling | words.fillers).issuperset(named)


def _is_lonely(row: TableRow) -> bool:
    return bool(_read_only_cell(row))


def _read_only_cell(row: TableRow) -> str:
    """The one cell of the row that says something; nothing where several do, or none."""
    told = list(_iter_told(row))
    return told[0] if len(told) == 1 else ""


def _iter_told(row: TableRow) -> Iterator[str]:
    return (text for text in row.cells.values() if text)


def _find_shape(text: str) -> str:
    """A text with its numbers left out: ids of one kind have one shape."""
    return DIGIT.sub("0", text).lower()
