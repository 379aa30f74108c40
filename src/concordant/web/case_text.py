"""A case file as the page holds it, and its text with one entry a line, so that a complaint finds its row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from concordant.errors import Complaint

Case = dict[str, Any]
Entry = dict[str, Any]

# Keys of an entry without which it says nothing, by block: an entry that has none of them is left out.
ESSENTIAL: Mapping[str, tuple[str, ...]] = {
    "tumor_markers": ("value", "ratio", "copies"),
    "disease": ("event",),
    "treatments": ("drugs", "start", "end", "cycles", "stopped", "line"),
    "conditions": ("name", "icd10", "snomed"),
    "measurements": ("value",),
    "medications": ("name",),
}
BLOCKS = tuple(ESSENTIAL)
LISTS = ("drugs", "sites")  # keys of an entry that hold several names
DATES = ("date", "start", "end", "birth_date")


def write_case_text(case: Case) -> str:
    """The case file: YAML that is JSON on each line, an entry a line."""
    return "".join(f"{line}\n" for line, _ in _iter_lines(case))


def _iter_lines(case: Case) -> Iterator[tuple[str, str]]:
    """Each line of the text, and the place in the case that it tells."""
    for key, value in case.items():
        if key in BLOCKS and isinstance(value, list):
            yield f"{key}:", key
            for i, entry in enumerate(value):
                yield f"  - {_dump(entry)}", f"{key}.{i}"
        elif key == "stated" and isinstance(value, dict):
            yield "stated:", key
            for name, said in value.items():
                yield f"  {_dump(name)}: {_dump(said)}", f"s.{name}"
        else:
            yield f"{_dump(key)}: {_dump(value)}", key


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def find_complaint_place(complaint: Complaint, case: Case) -> str:
    """The place in the case (`treatments.0`, `s.lvef`, `patient`) that a complaint is about; empty when it names no line."""
    places = [place for _, place in _iter_lines(case)]
    return places[complaint.line - 1] if complaint.line and complaint.line <= len(places) else ""


def drop_empty(case: Case) -> Case:
    """The case without entries and blocks that say nothing."""
    kept: Case = {}
    for key, value in case.items():
        if key in BLOCKS and isinstance(value, list):
            value = [
                e for e in value if not isinstance(e, dict) or any(e.get(name) not in (None, "", []) for name in ESSENTIAL[key])
            ]
        if value not in (None, "", [], {}):
            kept[key] = value
    return kept
