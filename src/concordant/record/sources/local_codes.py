"""The file of a site's own codes (`--codes`): YAML or CSV to codes, each complaint with its line. Format: docs/codes.md."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from concordant.errors import Complaint, Refused, Unreadable, quote_word, suggest_word
from concordant.record.sources.values import read_value
from concordant.terminology.codes import Terminology
from concordant.terminology.local import STANDS_FOR, LocalCode, UnknownName, explain_other_meaning, make_local_concept
from concordant.texts import MAX_BYTES, MOST_COMPLAINTS, SourceText, read_file, read_file_bytes

CodesSource = str | os.PathLike[str] | Mapping[str, Any]
ABOUT = ("system", "code", "part")
KEYS = (*ABOUT, *STANDS_FOR)
TABLES = (".csv", ".tsv")
SHAPE = "Write `codes:` and under it one line for each: - {system: ..., code: ..., drug: ...}"
ADDS = "A file of local codes adds codes and changes none: leave this one out"


class CodeEntry(msgspec.Struct, frozen=True):
    """One entry of the file: what it says by key, and where it stands."""

    cells: Mapping[str, str]
    file: str
    line: int | None

    def complain(self, says: str, way_out: str = "") -> Complaint:
        """A complaint about this entry."""
        return Complaint(says, self.file, self.line, way_out)


def read_local_codes(source: CodesSource, terms: Terminology) -> tuple[LocalCode, ...]:
    """The codes of a file, or of a mapping in its shape. Raises Unreadable, or Refused with every complaint."""
    found: list[LocalCode] = []
    complaints: list[Complaint] = []
    first: dict[tuple[str, str], tuple[LocalCode, CodeEntry]] = {}
    for entry in _iter_entries(source, complaints):
        local, complaint = _read_entry(entry, terms)
        if complaint is None and local is not None:
            complaint = _find_repetition(local, entry, first)
            found.append(local)
        if complaint is not None:
            complaints.append(complaint)
    if complaints:
        raise Refused(complaints[:MOST_COMPLAINTS])
    return tuple(found)


def name_codes_source(source: CodesSource) -> str:
    """How a source of codes is called in a message."""
    return "codes" if isinstance(source, Mapping) else os.fspath(source)


def _iter_entries(source: CodesSource, complaints: list[Complaint]) -> Iterator[CodeEntry]:
    if isinstance(source, Mapping):
        yield from _iter_yaml_entries(read_value(source, "codes"), complaints)
    elif os.fspath(source).lower().endswith(TABLES):
        yield from _iter_table_entries(Path(source), complaints)
    else:
        yield from _iter_yaml_entries(read_file(Path(source)), complaints)


def _iter_yaml_entries(text: SourceText, complaints: list[Complaint]) -> Iterator[CodeEntry]:
    listed = text.value.get("codes") if isinstance(text.value, dict) else None
    if not isinstance(listed, list):
        raise Refused(text.make_complaint((), "this is no file of local codes", SHAPE))
    for key in set(text.value) - {"codes"}:
        complaints.append(text.make_complaint((key,), f"unknown key {quote_word(key)}", SHAPE))
    for number, item in enumerate(listed):
        if isinstance(item, dict) and all(isinstance(cell, str) for cell in item.values()):
            yield CodeEntry({key: cell.strip() for key, cell in item.items()}, text.file, text.find_line(("codes", number)))
        else:
            complaints.append(text.make_complaint(("codes", number), "this entry is no mapping of words", SHAPE))


def _iter_table_entries(path: Path, complaints: list[Complaint]) -> Iterator[CodeEntry]:
    data, name = read_file_bytes(path, str(path)), str(path)
    if len(data) > MAX_BYTES:
        raise Unreadable(Complaint("the file is too large", name, way_out="Keep the codes that records hold"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(Complaint("not UTF-8 text", name, line, "Save it as UTF-8")) from None
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=next((sign for sign in "\t;" if sign in head), ","))
    header = [cell.strip().lower() for cell in next(rows, [])]
    for key in header:
        if key not in KEYS:
            complaints.append(Complaint(f"unknown column {quote_word(key)}", name, 1, suggest_word(key, KEYS)))
    yield from _iter_table_rows(rows, header, name, complaints)


def _iter_table_rows(rows: Any, header: list[str], name: str, complaints: list[Complaint]) -> Iterator[CodeEntry]:
    try:
        for cells in rows:
            if len(cells) != len(header) and any(cells):
                says = f"the row has {len(cells)} cells, and the header has {len(header)}"
                complaints.append(Complaint(says, name, rows.line_num, "Write as many as the header has"))
            elif any(cells):
                told = {key: cell.strip() for key, cell in zip(header, cells, strict=True) if cell.strip()}
                yield CodeEntry(told, name, rows.line_num)
    except csv.Error as error:
        raise Unreadable(Complaint(f"the table cannot be read ({error})", name, rows.line_num, "Save it as plain CSV")) from None


def _read_entry(entry: CodeEntry, terms: Terminology) -> tuple[LocalCode | None, Complaint | None]:
    """The code of one entry, or what is wrong with it."""
    for key in entry.cells:
        if key not in KEYS:
            return None, entry.complain(f"unknown key {quote_word(key)}", suggest_word(key, KEYS))
    if not entry.cells.get("code"):
        return None, entry.complain("the entry has no code", SHAPE)
    kinds = [kind for kind in STANDS_FOR if entry.cells.get(kind)]
    if len(kinds) != 1:
        says = f"the code {quote_word(entry.cells['code'])} stands for {'nothing' if not kinds else ' and '.join(kinds)}"
        return None, entry.complain(says, f"Write one of: {', '.join(STANDS_FOR)}")
    try:
        concept = make_local_concept(kinds[0], entry.cells[kinds[0]], entry.cells.get("part", ""), terms)
    except UnknownName as error:
        return None, entry.complain(error.says, error.way_out)
    local = LocalCode(entry.cells.get("system", ""), entry.cells["code"], concept)
    other = explain_other_meaning(terms, local)
    return local, entry.complain(f"{quote_word(local.code)}: {other}", ADDS) if other else None


def _find_repetition(
    local: LocalCode, entry: CodeEntry, first: dict[tuple[str, str], tuple[LocalCode, CodeEntry]]
) -> Complaint | None:
    """What is wrong when the code stood there before, and for something else."""
    other, there = first.setdefault((local.system, local.code), (local, entry))
    if (other.concept.kind, other.concept.name, other.concept.part) == (
        local.concept.kind,
        local.concept.name,
        local.concept.part,
    ):
        return None
    line = f" (line {there.line})" if there.line else ""
    return entry.complain(f"the code {quote_word(local.code)} stands for something else before{line}", "Keep one of the two")
