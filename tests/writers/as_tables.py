"""The blocks of a case file as plain tables with the mapping that reads them; for tests only."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from concordant.record.table.mapping import BLOCKS, LISTS

LISTED = "; "
PATIENT = "patient"
Case = Mapping[str, Any]


def write_tables(case: Case, folder: Path) -> Path:
    """One file a block, a row for each entry; the mapping names every column by the key that it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for block, keys in BLOCKS.items():
        entries = [case[block]] if block == PATIENT and case.get(block) else case.get(block) or []
        if isinstance(entries, list) and entries:
            _write_rows(entries, keys, folder / f"{block}.csv")
            cells = {key: {"column": key, "split": LISTED.strip()} if key in LISTS else key for key in keys}
            files[block] = {"path": f"{block}.csv", "separator": "comma", "patient": "id", "entries": [{"block": block, **cells}]}
    mapping = folder / "mapping.yaml"
    mapping.write_text(yaml.safe_dump({"table": "the case", "files": files}, sort_keys=False), encoding="utf-8")
    return mapping


def _write_rows(entries: list[dict[str, Any]], keys: tuple[str, ...], path: Path) -> None:
    """An entry that is None leaves an empty row, so that the others keep their lines."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *keys])
        for entry in entries:
            writer.writerow(["", *("" for _ in keys)] if entry is None else ["p1", *(_format(entry.get(key)) for key in keys)])


def _format(value: Any) -> str:
    return LISTED.join(value) if isinstance(value, list) else "" if value is None else str(value)
