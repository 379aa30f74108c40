"""Mappings that are shipped: for a folder of tables that a public format describes, known by one of its files."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "knowledge" / "tables"


def find_shipped_mapping(source: Path) -> Path | None:
    """The mapping for a folder: the one that is called by a file in it; None for every other source."""
    if not source.is_dir():
        return None
    return next((mapping for mapping in sorted(FOLDER.glob("*.yaml")) if (source / mapping.stem).is_file()), None)
