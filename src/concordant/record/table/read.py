"""Plain tables to patients: the rows of each are gathered, told by the mapping, and every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from concordant.errors import quote_word, suggest_word
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.builder import RecordBuilder
from concordant.record.rules import get_record_rules
from concordant.record.sources import Patient, build_history
from concordant.record.table.calendar import PatientCalendar, make_calendar
from concordant.record.table.cells import TableRow, iter_rows
from concordant.record.table.closing import ClosingWords, find_rows_of_nobody
from concordant.record.table.entries import RowEntries
from concordant.record.table.mapping import DATES, LISTS, RowCondition, TableMapping, ValueSource, read_mapping
from concordant.record.table.shipped import find_shipped_mapping
from concordant.terminology.names import Words
from concordant.texts import read_file


def iter_patients(
    path: Path | str,
    knowledge: Knowledge,
    words: Words,
    as_of: dt.date,
    *,
    given: bool,
    only: str = "",
    rest: Account | None = None,
) -> Iterator[Patient]:
    """The patients of the tables that a mapping file names, in the order of their ids.

    `only` picks one. Rows that name no patient go to `rest`. Raises Unreadable or Refused for a file or a mapping as a whole.
    """
    shipped = find_shipped_mapping(Path(path))
    text = read_file(shipped or Path(path))
    mapping = read_mapping(text)
    torn: Counter[str] = Counter()
    folder = Path(path) if shipped else Path(path).parent
    rows = _read_files(mapping, folder, text.file)
    vocabulary = knowledge.vocabulary
    closing = ClosingWords(frozenset(vocabulary.closing_words), frozenset(vocabulary.closing_fillers))
    by_patient = _gather_rows(mapping, rows, rest if rest is not None else Account(), torn, closing)
    rules = get_record_rules(words)
    unread: dict[str, tuple[str, ...]] = {}

    def read_rows(id_: str, rows: list[TableRow], day: dt.date, cuts: bool) -> Patient:
        record = RecordBuilder(id_, day, rules, cuts=cuts)
        record.incomplete += [f"Rows of {file} that are none, and may be about this patient: {n}." for file, n in (+torn).items()]
        return _PatientReader(mapping, record, RowEntries(record, knowledge, words), unread).read_patient(rows)

    for id_ in sorted(by_patient):
        if not only or id_ == only:
            yield build_history(id_, as_of, given, partial(read_rows, id_, by_patient[id_]))


def _read_files(mapping: TableMapping, folder: Path, name: str) -> dict[str, list[TableRow]]:
    """The rows of each file; memory holds the tables once."""
    return {file.id: list(iter_rows(file, folder, name)) for file in mapping.files}


def _gather_rows(
    mapping: TableMapping, files: dict[str, list[TableRow]], rest: Account, torn: Counter[str], closing: ClosingWords
) -> dict[str, list[TableRow]]:
    """The rows of each patient, over all files. `torn` counts by file what may be of anybody."""
    by_patient: dict[str, list[TableRow]] = {}
    seen = Counter(row.cells.get(row.file.patient, "") for rows in files.values() for row in rows)
    for file in mapping.files:
        of_nobody = find_rows_of_nobody(files[file.id], seen, closing)
        for i, row in enumerate(files[file.id]):
            id_ = row.cells.get(file.patient, "")
            if i in of_nobody:
                rest.mark_set_aside(row.place, file.id, of_nobody[i])
                continue
            torn[file.id] += bool(row.wrong and not id_)
            if not id_ or id_.lower() in mapping.missing:
                rest.mark_set_aside(row.place, file.id, row.wrong or f"the column {quote_word(file.patient)} names no patient")
            else:
                by_patient.setdefault(id_, []).append(row)
    return by_patient


# A row of treatment is one even when its drug is not named; of the patient every word counts.
ALWAYS = ("treatments", "patient")
BEGINS = ("date", "start")  # by which an entry lies before or after the date that was asked for
# Of the names that stand here any may be one, whatever the mapping lists.
NAMES = {("conditions", "name"), ("medications", "name"), ("cancer", "type")}
LEFT_OPEN = ("treatments", "tumor_markers", "measurements")


@dataclass(slots=True)
class _PatientReader:
    """Reads the rows of one patient."""

    mapping: TableMapping
    record: RecordBuilder
    entries: RowEntries
    unread: dict[str, tuple[str, ...]]  # by file, the columns that nothing reads: the same for every patient
    calendar: PatientCalendar | None = None
    files: frozenset[str] = frozenset()
    cells: Counter[str] = field(default_factory=Counter)
    lost: dict[str, str] = field(default_factory=dict)  # of the entry at hand, by key, what its values do not list

    def read_patient(self, rows: list[TableRow]) -> Patient:
        """All rows, then the record."""
        self.calendar = self._make_calendar(rows)
        self.files = frozenset(row.file.id for row in rows)
        if self.calendar is not None and self.calendar.notice:
            self.record.notices.append(self.calendar.notice)
        for row in rows:
            self._read_site(row)
            self.read_row(row)
            self._count_unread_cells(row)
        patient = self.record.build_record()
        patient.account.unread_cells.update(self.cells)
        return patient

    def _read_site(self, row: TableRow) -> None:
        if row.file.site and not row.wrong and (site := self.read_cell(row, row.file.site)):
            self.record.sites.add(site)

    def _count_unread_cells(self, row: TableRow) -> None:
        """Values in columns that the mapping does not name; of a row that was set aside nothing was read at all."""
        file = row.file
        columns = self.unread.get(file.id)
        if columns is None:
            columns = self.unread[file.id] = tuple(sorted(row.cells.keys() - file.columns))
        self.cells.update(f"{file.id}: {column}" for column in columns if not row.wrong and self.read_cell(row, column))

    def _make_calendar(self, rows: list[TableRow]) -> PatientCalendar | None:
        zero = self.mapping.day_zero
        if zero is None:
            return None
        texts = sorted({self.read_cell(row, zero.column) for row in rows if row.file.id == zero.file and not row.wrong} - {""})
        return make_calendar(texts, zero.called)

    def read_row(self, row: TableRow) -> None:
        """One row: put aside, ignored, or read entry by entry."""
        self.record.start_row(row.place, row.file.id)
        if row.wrong:
            self._blank_faulty_row(row)
            return
        for skip in row.file.skips:
            if all(self.holds_condition(when, row) for when in skip.when):
                self.record.mark_ignored(skip.why)
                return
        for rule in row.file.rules:
            if rule.without not in self.files and all(self.holds_condition(when, row) for when in rule.when):
                self.read_entry(row, rule.block, rule.cells)
        self.record.close_row()

    def _blank_faulty_row(self, row: TableRow) -> None:
        """A row that cannot be read; a course, a result, a number, a condition or an event that it may have told stays open."""
        self.record.mark_set_aside(row.wrong)
        for block in dict.fromkeys(rule.block for rule in row.file.rules if not rule.without):
            self.entries.add_unreadable_entry(block)
        for rule in row.file.rules:
            words = {key: cell.word for key, cell in rule.cells.items() if cell.word is not None and key in ("test", "name")}
            if rule.block in LEFT_OPEN and not rule.without and (words or rule.block == "treatments"):
                value = {"value": "unknown"} if rule.block == "measurements" else {}
                self.entries.add_blank_entry(rule.block, {**words, **value})

    def read_entry(self, row: TableRow, block: str, cells: dict[str, ValueSource]) -> None:
        """One entry, unless all the columns that it comes from are silent."""
        begins = next((key for key in BEGINS if key in cells), "")
        if self.record.cuts and begins and self.entries.leave_out_later(self.read_value(row, block, begins, cells[begins])):
            return
        self.lost.clear()
        item = {key: value for key, cell in cells.items() if (value := self.read_value(row, block, key, cell)) is not None}
        if self.lost and self.entries.leave_open(block, item, self.lost):
            self.entries.complaints.clear()
            return
        if block not in ALWAYS and _is_silent(item, cells, is_faulty=bool(self.entries.complaints)):
            self.entries.complaints.clear()
            return
        if block == "notice":
            self.record.notices.append(item.get("says", "a notice without words"))
            self.record.mark_used("notice")
        elif block == "reports":
            self.entries.name_topics(item)
        elif block == "cancer":
            self.entries.read_cancer(item)
        elif item:
            self.entries.read_entry(block, item)

    def holds_condition(self, when: RowCondition, row: TableRow) -> bool:
        """Whether the column has one of the values."""
        value = self.read_cell(row, when.column)
        if when.wanted:
            return (when.wanted == "present") == bool(value)
        is_meant = row.cells.get(when.column, "").lower() in when.values or (not value and "" in when.values)
        return is_meant != when.other

    def read_cell(self, row: TableRow, column: str) -> str:
        """What the cell says; nothing for one of the words for a missing value."""
        text = row.cells.get(column, "")
        return "" if text.lower() in self.mapping.missing else text

    def read_value(self, row: TableRow, block: str, key: str, cell: ValueSource) -> Any:
        """The value as a case file would have it; None when the row does not tell it."""
        if cell.word is not None:
            return [cell.word] if key in LISTS else cell.word
        is_open = key in LISTS or (block, key) in NAMES
        words = [meant for column in cell.columns for meant in self.translate_cell(row, column, cell, key, is_open=is_open)]
        if not words:
            return None
        if key in LISTS:
            return words
        if cell.in_days:
            return self.read_date(key, words[0], cell.columns[0])
        return f"{words[0]} {cell.unit}".strip()

    def translate_cell(self, row: TableRow, column: str, cell: ValueSource, key: str, *, is_open: bool) -> list[str]:
        """Translate a cell, or its parts, with the values of the mapping. In a list (`drugs`, `sites`), and of names, a value
        that the mapping does not name is kept as it is; any other one is `lost`, and what it would have said is open.
        """
        text, values = self.read_cell(row, column), cell.values or {}
        words: list[str] = []
        for part in [text] if text.lower() in values else _split_parts(text, cell.split):
            if cell.values is None or (is_open and part.lower() not in values):
                words.append(part)
            elif part.lower() not in values:
                self.record.record_unmapped(f"column {column}:", part, near=suggest_word(part, values, listing=False))
                self.lost.setdefault(key, f"{column}: {part}")
            else:
                words += _split_parts(values[part.lower()] or "", cell.split)
        return words

    def read_date(self, key: str, text: str, column: str) -> Any:
        """A date from a number of days; what is no number is complained about, and the entry set aside."""
        if self.calendar is None:
            self.calendar = make_calendar((), "day zero")
        try:
            return self.calendar.birth_from_days(text) if key == "birth_date" else self.calendar.date_from_days(text)
        except ValueError as error:
            self.entries.add_complaint((), f"{column}: {error}")
            return None


def _is_silent(item: dict[str, Any], cells: dict[str, ValueSource], *, is_faulty: bool) -> bool:
    """True when no column that the entry comes from says anything; a date alone says something only where nothing else could, and
    then one that cannot be read (`is_faulty`) as well.
    """
    named = [key for key, cell in cells.items() if cell.columns]
    telling = [key for key in named if key not in DATES]
    if not telling and is_faulty:
        return False
    return bool(named) and not any(key in item for key in telling or named)


def _split_parts(text: str, split: str) -> list[str]:
    return [part.strip() for part in (text.split(split) if split else [text]) if part.strip()]
