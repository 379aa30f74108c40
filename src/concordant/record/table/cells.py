"""The rows of a delimited text file, each with its line; a row that cannot be read is told, and the rest goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from concordant.errors import Complaint, Refused, Unreadable, quote_word, suggest_word
from concordant.inputs import PackedFault, make_packed_complaint, open_unpacked
from concordant.record.table.mapping import SEPARATORS, TableFile
from concordant.visible import make_visible

LONGEST_CELL = 100_000
FEWEST_COLUMNS = 4  # of a table; a line of a text that is cut at its commas has that many pieces by chance


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
            seen: list[str] = []
            reader = _make_reader(_keep_seen(_blank_comments(handle, file.comment), seen), file)
            yield from _iter_rows(file, reader, seen, str(path), mapping)
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


def _keep_seen(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    """The lines; those that the reader took since `seen` was emptied stand in it."""
    for line in lines:
        seen.append(line)
        yield line


def _make_reader(handle: Iterable[str], file: TableFile) -> Any:
    """A tab separates what is written without quotes; there a quote is a sign like any other."""
    csv.field_size_limit(LONGEST_CELL)
    if file.separator == "\t":
        return csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
    return csv.reader(handle, delimiter=file.separator)


def _iter_rows(file: TableFile, lines: Any, seen: list[str], path: str, mapping: str) -> Iterator[TableRow]:
    names: list[str] = next((cells for cells in lines if cells), []) if file.comment else next(lines, [])
    header = _read_header(file, names, path, mapping)
    seen.clear()
    for number, cells in enumerate(_iter_cells(lines), 2):
        if cells is None:
            yield TableRow(file, lines.line_num, {}, f"the row cannot be read: a cell has more than {LONGEST_CELL} signs")
        elif number > file.header_lines and any(cell.strip() for cell in cells):
            yield from _find_swallowed_rows(file, lines.line_num, header, seen) or [
                _make_row(file, lines.line_num, header, cells)
            ]
        seen.clear()


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
    if any("\0" in name for name in header):
        raise Unreadable(Complaint("not UTF-8 text", path, 1, "Save the file as UTF-8"))
    if said := _find_other_separator(file, header):
        way_out = f"Write `separator: {said}` below its `path`"
        raise Refused([Complaint(f"the separator of {quote_word(file.path)} is another one", mapping, file.line, way_out)])
    twice = {name for name in header if header.count(name) > 1} & file.columns
    wrong = [Complaint(f"the column {quote_word(name)} stands twice", path, 1, "Rename one of the two") for name in sorted(twice)]
    for name in sorted((file.needed_columns if file.optional else file.columns) - set(header)):
        says = f"the file {quote_word(file.path)} has no column {quote_word(name)}"
        wrong.append(Complaint(says, mapping, file.line, suggest_word(name, header)))
    if wrong:
        raise Refused(wrong)
    return header


def _find_other_separator(file: TableFile, header: list[str]) -> str:
    """The separator by which a line that is one name for now has all the columns that the mapping reads; or nothing."""
    wanted = file.needed_columns if file.optional else file.columns
    for name, sign in SEPARATORS.items():
        parts = {part.strip(' "') for part in header[0].split(sign)}
        if len(header) == 1 < len(parts) and parts >= wanted:
            return name
    return ""


def _find_swallowed_rows(file: TableFile, last: int, header: list[str], told: list[str]) -> list[TableRow]:
    """The rows that a quote holds together which was meant as a sign, or never closed; none where a cell has several lines."""
    if len(told) == 1 or file.separator == "\t":
        return []
    alone = [next(csv.reader([line], delimiter=file.separator), []) for line in told]
    first, is_open = last - len(told) + 1, "".join(told).count('"') % 2 == 1
    within = [i for i, cells in enumerate(alone) if i and len(cells) == len(header)]
    if not is_open and (not within or len(header) < FEWEST_COLUMNS):
        return []
    wrong = f"it may stand within a quote that opens in line {first}, and is no cell"
    rows = [_make_row(file, first + i, header, alone[i]) for i in (0, *within)]
    return [
        replace(row, wrong=wrong if row.line > first else "a quote opens in it that goes on over the rows below") for row in rows
    ]


def _make_row(file: TableFile, line: int, header: list[str], cells: list[str]) -> TableRow:
    by_name = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    wrong = ""
    if len(cells) != len(header):
        wrong = f"the row has {len(cells)} cells, and the header has {len(header)}"
    elif any("\udc80" <= sign <= "\udcff" for cell in by_name.values() if not cell.isascii() for sign in cell):
        wrong = "the row is not UTF-8 text"
    return TableRow(file, line, {name: make_visible(cell) for name, cell in by_name.items()}, wrong)
