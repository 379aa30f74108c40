"""Entries on disk, by the patient they name: a bulk export of any size in constant memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

BATCH = 5000
TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;
CREATE TABLE entries (owner TEXT, place TEXT, kind TEXT, why TEXT, data BLOB);
CREATE TABLE shared (address TEXT PRIMARY KEY, data BLOB);
"""


@dataclass(frozen=True, slots=True)
class SpooledEntry:
    """One entry as it was put away; without its bytes where nothing is read from its kind."""

    owner: str
    place: str
    kind: str
    why: str
    data: bytes


@dataclass(slots=True)
class Spool:
    """A database of its own, deleted when it is closed."""

    base: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect("", isolation_level=None))
    waiting: list[tuple[str, str, str, str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base.executescript(TABLES)
        self.base.execute("BEGIN")

    def add_entry(self, kept: SpooledEntry) -> None:
        """Put an entry away."""
        self.waiting.append((kept.owner, kept.place, kept.kind, kept.why, kept.data))
        if len(self.waiting) >= BATCH:
            self._write_waiting()

    def add_shared(self, address: str, data: bytes) -> None:
        """Put away what entries of several patients may refer to."""
        self.base.execute("INSERT OR REPLACE INTO shared VALUES (?, ?)", (address, data))

    def find_shared(self, address: str) -> bytes | None:
        """What stands at an address."""
        row = self.base.execute("SELECT data FROM shared WHERE address = ?", (address,)).fetchone()
        return row[0] if row else None

    def _write_waiting(self) -> None:
        self.base.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", self.waiting)
        self.waiting.clear()

    def iter_groups(self) -> Iterator[list[SpooledEntry]]:
        """The entries, patient by patient."""
        self._write_waiting()
        self.base.execute("CREATE INDEX by_owner ON entries (owner)")
        group: list[SpooledEntry] = []
        for row in self.base.execute("SELECT owner, place, kind, why, data FROM entries ORDER BY owner, rowid"):
            kept = SpooledEntry(*row)
            if group and group[0].owner != kept.owner:
                yield group
                group = []
            group.append(kept)
        if group:
            yield group

    def close(self) -> None:
        """Delete it."""
        self.base.close()
