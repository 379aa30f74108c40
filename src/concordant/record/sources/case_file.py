"""Case files by their name: a file or a folder that is no case file is told what it is, and what to do."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from concordant.errors import Complaint, Unreadable, suggest_word
from concordant.inputs import read_head
from concordant.record.sources.foreign import HEAD_BYTES, NoteFile, read_source, refuse_packed
from concordant.texts import SourceText, read_file_bytes

MOST_NEIGHBOURS = 1000


def read_case_source(source: str) -> SourceText | NoteFile:
    """The text of a named case file, or of a note. Raises Unreadable."""
    path = Path(source)
    if not path.exists():
        raise Unreadable(Complaint("no such file", source, way_out=suggest_neighbour(path) or "Check its name and its folder"))
    if path.is_dir():
        raise Unreadable(_make_folder_complaint(path, source))
    return read_source(read_file_bytes(path, source), source)


def refuse_by_head(source: str) -> None:
    """Refuse a file whose first bytes show that it is of a kind that is not read, whatever its name or size. Raises
    Unreadable.
    """
    refuse_packed(read_head(Path(source), HEAD_BYTES), source)


def suggest_neighbour(path: Path) -> str:
    """The way out when a file of a similar name stands beside the one that is not there; else empty."""
    return suggest_word(path.name, _list_neighbours(path), listing=False)


def _list_neighbours(path: Path) -> list[str]:
    try:
        return [neighbour.name for neighbour in islice(path.parent.iterdir(), MOST_NEIGHBOURS)]
    except OSError:
        return []


def _make_folder_complaint(path: Path, source: str) -> Complaint:
    cases = sorted(name for name in _list_neighbours(path / "any") if name.lower().endswith((".yaml", ".yml")))
    if cases:
        return Complaint("this is a folder of case files", source, way_out=f"Name one of them: {path / cases[0]}")
    says = "this is a folder without patients: neither FHIR (.json, .ndjson) nor OMOP tables (person.csv, person.parquet) in it"
    return Complaint(says, source, way_out="Name a file, or the folder that holds the export")
