"""What became of every entry of a source: used, ignored and why, or set aside; the counts always add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

Fate = Literal["used", "ignored", "set aside"]
FATES: tuple[Fate, ...] = ("used", "ignored", "set aside")
SET_ASIDE = FATES[2]


class AccountRow(msgspec.Struct, frozen=True, gc=False):  # a struct, because a file can have millions
    """One entry of the source: where it stands, what kind it is, what became of it, and why (or what it was read as)."""

    place: str
    kind: str
    fate: Fate
    why: str


class RowTold(msgspec.Struct, frozen=True, gc=False):
    """What became of an entry, and why; entries of which the same is told share it."""

    kind: str
    fate: Fate
    why: str


Met = tuple[str, str, str]  # system, code, display


class Account:
    """The rows of one patient (or of a whole file), how many more were not kept, and the codes that were met and not mapped.

    `unread_cells` are those with a value, of rows that were read, in columns that nothing reads: how many, by column. The rows
    of a patient are made when somebody asks for them, for most of a record is quiet, and often nobody does.
    """

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("_met", "_rows", "_told", "_unmapped", "beyond", "unread_cells")

    def __init__(self, told: Mapping[str, RowTold] | None = None, met: Sequence[Met] = ()) -> None:
        self._told, self._met = told or {}, met
        self._rows: list[AccountRow] | None = None
        self._unmapped: Counter[Met] | None = None
        self.beyond = 0
        self.unread_cells: Counter[str] = Counter()  # by file and column

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Account) and self._content == other._content

    def __repr__(self) -> str:
        return "Account({}, {}, {}, {})".format(*self._content)

    @property
    def _content(self) -> tuple[list[AccountRow], Counter[Met], int, Counter[str]]:
        return self.rows, self.unmapped, self.beyond, self.unread_cells

    @property
    def rows(self) -> list[AccountRow]:
        """What became of each entry."""
        if self._rows is None:
            self._rows = [AccountRow(place, told.kind, told.fate, told.why) for place, told in self._told.items()]
        return self._rows

    @property
    def unmapped(self) -> Counter[Met]:
        """How often each code was met that is not mapped."""
        if self._unmapped is None:
            self._unmapped = Counter(self._met)
        return self._unmapped

    def mark_used(self, place: str, kind: str, read_as: str) -> None:
        """An entry that became part of the record."""
        self.rows.append(AccountRow(place, kind, "used", read_as))

    def mark_ignored(self, place: str, kind: str, why: str) -> None:
        """An entry that says nothing which this project asks about."""
        self.rows.append(AccountRow(place, kind, "ignored", why))

    def mark_set_aside(self, place: str, kind: str, why: str) -> None:
        """An entry that cannot be, or cannot be read; what it would have said is unknown."""
        self.rows.append(AccountRow(place, kind, "set aside", why))

    def add_accounts(self, others: Iterable[Account]) -> None:
        """The accounts of other patients added to this one."""
        for other in others:
            self.rows.extend(other.rows)
            self.unmapped.update(other.unmapped)
            self.beyond += other.beyond
            self.unread_cells += other.unread_cells

    @property
    def counts(self) -> dict[Fate, int]:
        """How many entries had each fate."""
        by_fate = Counter(row.fate for row in self.rows)
        return {fate: by_fate[fate] for fate in FATES}

    @property
    def sentence(self) -> str:
        """`52 entries: 31 used, 20 ignored, 1 set aside`; of a table also the cells that nothing reads."""
        fates = ", ".join(f"{number} {fate}" for fate, number in self.counts.items())
        cells = self.unread_cells.total()
        told = f"; {cells} {'cell' if cells == 1 else 'cells'} not read" if cells else ""
        return f"{len(self.rows)} {'entry' if len(self.rows) == 1 else 'entries'}: {fates}{told}"
