"""Entries on disk, by the patient they name: a bulk export of any size in constant memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from concordant.errors import Complaint, Unreadable

BATCH = 5000
MAKE_ROOM = "Make room in the temporary folder, or name another one in the variable TMPDIR"
OPEN = "?"  # at the head of an owner who is known by a number alone, or not at all
TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;
CREATE TABLE entries (owner TEXT, file TEXT, place TEXT, kind TEXT, why TEXT, url TEXT, data BLOB);
CREATE TABLE shared (address TEXT PRIMARY KEY, data BLOB);
CREATE TABLE numbers (number TEXT, owner TEXT);
CREATE TABLE deleted (address TEXT PRIMARY KEY, day TEXT);
"""
COLUMNS = "owner, file, place, kind, why, url, data"
INDEXES = (
    "CREATE INDEX IF NOT EXISTS by_owner ON entries (owner)",
    "CREATE INDEX IF NOT EXISTS by_number ON numbers (number)",
)
# Two owners who have a number of one system in common: perhaps one person.
SAME_NUMBER = (
    f"SELECT MAX(owner), MIN(owner) FROM numbers WHERE number NOT LIKE '{OPEN}*%' AND number NOT LIKE '{OPEN}|%' "
    "GROUP BY number HAVING COUNT(DISTINCT owner) = 2"
)
# The owner of a number, where it is one.
OWNER_OF_NUMBER = "SELECT MIN(n.owner) FROM numbers n WHERE n.number = entries.owner HAVING COUNT(DISTINCT n.owner) = 1"


@dataclass(frozen=True, slots=True)
class SpooledEntry:
    """One entry as it was put away; without its bytes where nothing is read from its kind."""

    owner: str
    file: str
    place: str
    kind: str
    why: str
    url: str | None
    data: bytes


@dataclass(slots=True)
class Spool:
    """A database of its own, deleted when it is closed."""

    base: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect("", isolation_level=None))
    waiting: list[tuple[str, str, str, str, str, str | None, bytes]] = field(default_factory=list)
    has_deleted: bool = False

    def __post_init__(self) -> None:
        self.base.executescript(TABLES)
        self.base.execute("BEGIN")

    def add_entry(self, kept: SpooledEntry) -> None:
        """Put an entry away."""
        self.waiting.append((kept.owner, kept.file, kept.place, kept.kind, kept.why, kept.url, kept.data))
        if len(self.waiting) >= BATCH:
            self._write_waiting()

    def add_shared(self, address: str, data: bytes) -> None:
        """Put away what entries of several patients may refer to."""
        self.base.execute("INSERT OR REPLACE INTO shared VALUES (?, ?)", (address, data))

    def find_shared(self, address: str) -> bytes | None:
        """What stands at an address."""
        row = self.base.execute("SELECT data FROM shared WHERE address = ?", (address,)).fetchone()
        return row[0] if row else None

    def add_numbers(self, numbers: Iterable[str], owner: str) -> None:
        """Put away the numbers of a patient, by which entries may name their subject."""
        self.base.executemany("INSERT INTO numbers VALUES (?, ?)", ((f"{OPEN}{number}", owner) for number in numbers))

    def add_deleted(self, address: str, day: str) -> None:
        """Put away that its source deleted a resource, and when."""
        self.has_deleted = True
        self.base.execute("INSERT OR REPLACE INTO deleted VALUES (?, ?)", (address, day))

    def find_deleted(self, addresses: Iterable[str]) -> dict[str, str]:
        """Which of these their source deleted, and when."""
        if not self.has_deleted:
            return {}
        found = (self.base.execute("SELECT address, day FROM deleted WHERE address = ?", (one,)).fetchone() for one in addresses)
        return dict(row for row in found if row)

    def _write_waiting(self) -> None:
        self.base.executemany(f"INSERT INTO entries ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", self.waiting)
        self.waiting.clear()

    def _make_indexes(self) -> None:
        for index in INDEXES:
            self.base.execute(index)

    def has_owner(self, owners: Iterable[str]) -> bool:
        """Whether entries of one of these owners have been put away."""
        self._write_waiting()
        self._make_indexes()
        look = "SELECT 1 FROM entries WHERE owner = ? LIMIT 1"
        return any(self.base.execute(look, (owner,)).fetchone() for owner in owners)

    def settle_owners(self, linked: Iterable[tuple[str, str]]) -> None:
        """Give each entry to one owner: numbers to their patients, linked patients to the one that governs, and what names nobody
        to the only patient there is, whose reader judges it.
        """
        self._write_waiting()
        self._make_indexes()
        self.base.execute(f"UPDATE entries SET owner = COALESCE(({OWNER_OF_NUMBER}), owner) WHERE owner LIKE '{OPEN}%'")
        pairs = [*linked, *self.base.execute(SAME_NUMBER)]
        self.base.executemany("UPDATE entries SET owner = ? WHERE owner = ?", ((main, part) for part, main in pairs))
        owners = [
            row[0] for row in self.base.execute(f"SELECT DISTINCT owner FROM entries WHERE owner NOT LIKE '{OPEN}%' LIMIT 2")
        ]
        if len(owners) == 1:
            self.base.execute(f"UPDATE entries SET owner = ? WHERE owner LIKE '{OPEN}%'", owners)

    def iter_groups(self) -> Iterator[list[SpooledEntry]]:
        """The entries, patient by patient; last and one by one those whose owner stayed open."""
        group: list[SpooledEntry] = []
        order = f"ORDER BY owner LIKE '{OPEN}%', owner, rowid"
        for row in self.base.execute(f"SELECT {COLUMNS} FROM entries {order}"):
            kept = SpooledEntry(*row)
            if group and (group[0].owner != kept.owner or kept.owner.startswith(OPEN)):
                yield group
                group = []
            group.append(kept)
        if group:
            yield group

    def close(self) -> None:
        """Delete it."""
        self.base.close()


@contextmanager
def report_disk_errors(name: str) -> Iterator[None]:
    """Turn what the temporary disk refuses into an Unreadable that names the source."""
    try:
        yield
    except sqlite3.Error as error:
        raise Unreadable(Complaint(f"it cannot be put away while it is read ({error})", name, way_out=MAKE_ROOM)) from None
