"""The rows of a delimited text file, each with its line; a row that cannot be read is told, and the rest goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from concordant.errors import Complaint, Refused, Unreadable, quote_word, suggest_word
from concordant.inputs import PackedFault, make_packed_complaint, open_unpacked
from concordant.record.table.mapping import TableFile
from concordant.visible import make_visible

LONGEST_CELL = 100_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its file and line, its cells by column, and what is wrong with it."""

    file: TableFile
    line: int
    cells: dict[str, str]
    wrong: str = ""

    @property
    def place(self) -> str:
        """`drugs, line 17`."""
        return f"{self.file.id}, line {self.line}"


def iter_rows(file: TableFile, folder: Path, mapping: str) -> Iterator[TableRow]:
    """The rows of one file. Raises Unreadable or Refused for the file as a whole."""
    path = folder / file.path
    try:
        with TextIOWrapper(open_unpacked(path), encoding="utf-8-sig", newline="", errors="surrogateescape") as handle:
            yield from _iter_rows(file, _make_reader(_blank_comments(handle, file.comment), file), str(path), mapping)
    except FileNotFoundError:
        if file.optional:
            return
        way_out = "Correct `path`; it counts from the folder of the mapping file"
        raise Unreadable(Complaint(f"the file {quote_word(file.path)} is not there", mapping, file.line, way_out)) from None
    except PackedFault as fault:
        raise Unreadable(make_packed_complaint(fault, str(path))) from None
    except (OSError, csv.Error) as error:
        says = getattr(error, "strerror", None) or str(error)
        raise Unreadable(Complaint(f"cannot be read ({says})", str(path), way_out="Save it as plain text")) from None


def _blank_comments(lines: Iterable[str], sign: str) -> Iterable[str]:
    """The lines, each at its number; those that are a comment are empty."""
    return ("\n" if line.startswith(sign) else line for line in lines) if sign else lines


def _make_reader(handle: Iterable[str], file: TableFile) -> Any:
    """A tab separates what is written without quotes; there a quote is a sign like any other."""
    csv.field_size_limit(LONGEST_CELL)
    if file.separator == "\t":
        return csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
    return csv.reader(handle, delimiter=file.separator)


def _iter_rows(file: TableFile, lines: Any, path: str, mapping: str) -> Iterator[TableRow]:
    names: list[str] = next((cells for cells in lines if cells), []) if file.comment else next(lines, [])
    header = _read_header(file, names, path, mapping)
    for number, cells in enumerate(_iter_cells(lines), 2):
        if cells is None:
            yield TableRow(file, lines.line_num, {}, f"the row cannot be read: a cell has more than {LONGEST_CELL} signs")
        elif number > file.header_lines and any(cell.strip() for cell in cells):
            yield _make_row(file, lines.line_num, header, cells)


def _iter_cells(lines: Any) -> Iterator[list[str] | None]:
    """The cells of each row; None for a row that is none, because a quote was never closed."""
    while True:
        try:
            yield next(lines)
        except csv.Error:
            yield None
        except StopIteration:
            return


def _read_header(file: TableFile, names: list[str], path: str, mapping: str) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header):
        raise Unreadable(Complaint("the file is empty", path, way_out="The first line has to name the columns"))
    twice = {name for name in header if header.count(name) > 1} & file.columns
    wrong = [Complaint(f"the column {quote_word(name)} stands twice", path, 1, "Rename one of the two") for name in sorted(twice)]
    for name in sorted((file.needed_columns if file.optional else file.columns) - set(header)):
        says = f"the file {quote_word(file.path)} has no column {quote_word(name)}"
        wrong.append(Complaint(says, mapping, file.line, suggest_word(name, header)))
    if wrong:
        raise Refused(wrong)
    return header


def _make_row(file: TableFile, line: int, header: list[str], cells: list[str]) -> TableRow:
    by_name = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    wrong = ""
    if len(cells) != len(header):
        wrong = f"the row has {len(cells)} cells, and the header has {len(header)}"
    elif any("\udc80" <= sign <= "\udcff" for cell in by_name.values() if not cell.isascii() for sign in cell):
        wrong = "the row is not UTF-8 text"
    return TableRow(file, line, {name: make_visible(cell) for name, cell in by_name.items()}, wrong)
