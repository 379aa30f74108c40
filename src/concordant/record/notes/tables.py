"""Flow sheets in a note: a row of headings, and below it rows of as many numbers; the newest row counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.record.notes.dates import NoteDate
from concordant.record.notes.reading import Span

CELL = re.compile(r"[^\s|](?:[^\s|]| (?! ))*")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
FEWEST_COLUMNS, FEWEST_KNOWN = 3, 2


@dataclass(frozen=True, slots=True)
class TableFact:
    """The newest value of a column, and its date where the row has one."""

    fact: str
    value: str
    span: Span
    date: NoteDate | None


def find_table_facts(folded: str, columns: Mapping[str, Sequence[str]], dates: Mapping[int, NoteDate]) -> Iterator[TableFact]:
    """What the flow sheets of a note tell, column by column."""
    names = {name: column for column, spellings in columns.items() for name in spellings}
    lines = [list(CELL.finditer(folded, start, end)) for start, end in _iter_lines(folded)]
    for i, head in enumerate(lines):
        known = {at: names[cell[0].strip(" :")] for at, cell in enumerate(head) if cell[0].strip(" :") in names}
        if len(head) >= FEWEST_COLUMNS and len(known) >= FEWEST_KNOWN:
            rows = _take_rows(lines[i + 1 :], len(head))
            yield from _read_columns(rows, known, dates)


def _iter_lines(folded: str) -> Iterator[Span]:
    for line in re.finditer(r"[^\n]+", folded):
        yield line.span()


def _take_rows(lines: Sequence[list[re.Match[str]]], width: int) -> list[list[re.Match[str]]]:
    """The rows directly below the headings that have as many cells."""
    rows: list[list[re.Match[str]]] = []
    for cells in lines:
        if len(cells) != width:
            break
        rows.append(cells)
    return rows


def _read_columns(
    rows: Sequence[list[re.Match[str]]], known: Mapping[int, str], dates: Mapping[int, NoteDate]
) -> Iterator[TableFact]:
    ordered = sorted(rows, key=lambda row: date.value if (date := _find_date(row, dates)) else "")
    for at, column in known.items():
        fact, _, unit = (part.strip() for part in column.partition("|"))
        for row in reversed(ordered):
            if NUMBER.fullmatch(row[at][0].strip()):
                yield TableFact(fact, f"{row[at][0].strip().replace(',', '.')} {unit}", row[at].span(), _find_date(row, dates))
                break


def _find_date(row: Sequence[re.Match[str]], dates: Mapping[int, NoteDate]) -> NoteDate | None:
    return next((dates[cell.start()] for cell in row if cell.start() in dates and dates[cell.start()].value), None)
