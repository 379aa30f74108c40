"""What was done to a record behind its back: each entry against its hash, the chain, what was erased, and the head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from concordant.decisions.entries import ERASURE, Entry, Sealed, commit_to, hash_beginning, hash_sealed
from concordant.decisions.head import Head
from concordant.decisions.record import DecisionRecord


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that was found: the entry it is about (None for the whole), and what is wrong."""

    n: int | None
    says: str

    def __str__(self) -> str:
        return self.says if self.n is None else f"entry {self.n} {self.says}"


@dataclass
class ChainWalk:
    """Goes along the entries in order, and remembers what has to be compared at the end."""

    id: str
    head: Head | None
    faults: list[Fault] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)
    emptied: set[int] = field(default_factory=set)
    last: int = 0
    before: str = ""
    at_head: str = ""

    def __post_init__(self) -> None:
        self.before = hash_beginning(self.id)
        self.at_head = self.before if self.head is not None and self.head.n == 0 else ""

    def follow_entry(self, entry: Entry) -> Sealed | None:
        """Check one entry; None where nothing in it can be relied on."""
        if not isinstance(entry.n, int) or not isinstance(entry.sealed, str):
            self._add_fault(None, "an entry was added that is none")
            return None
        found = len(self.faults)
        self._check_place(entry)
        sealed = entry.read_sealed()
        if sealed is None or hash_sealed(entry.sealed) != entry.hash:
            self._add_fault(entry.n, "was changed: its hash is not that of what it says")
        elif sealed.n != entry.n:
            self._add_fault(entry.n, f"was put in the place of another: it is entry {sealed.n}")
        if sealed is not None:
            self._check_chain(entry, sealed)
            self._check_personal(entry, sealed)
        self.last, self.before = entry.n, entry.hash
        if self.head is not None and self.head.n == entry.n:
            self.at_head = hash_sealed(entry.sealed)
        return sealed if len(self.faults) == found else None

    def _check_place(self, entry: Entry) -> None:
        if entry.n > self.last + 1:
            gap = f"entry {self.last + 1} is" if entry.n == self.last + 2 else f"entries {self.last + 1} to {entry.n - 1} are"
            self._add_fault(None, f"{gap} missing")
        elif entry.n <= self.last:
            self._add_fault(entry.n, "stands where none can be")

    def _check_chain(self, entry: Entry, sealed: Sealed) -> None:
        if sealed.before != self.before and entry.n == self.last + 1:
            self._add_fault(
                entry.n, f"does not follow on {f'entry {self.last}' if self.last else 'the beginning'}: it was changed"
            )

    def _check_personal(self, entry: Entry, sealed: Sealed) -> None:
        if sealed.kind == ERASURE:
            self.erased.update(n for first, end in sealed.erased for n in range(first, min(end, entry.n) + 1))
        if entry.is_erased:
            self.emptied.add(entry.n)
        elif not (isinstance(entry.patient, str) and isinstance(entry.salt, bytes) and isinstance(entry.personal, bytes)):
            self._add_fault(entry.n, "was changed: a part of what was kept is gone")
        elif commit_to(entry.patient, entry.personal, entry.salt) != sealed.commitment:
            self._add_fault(entry.n, "was changed: what was kept is not what was sealed")

    def finish(self) -> list[Fault]:
        """What is wrong, after the last entry."""
        for n in sorted(self.emptied - self.erased):
            self._add_fault(n, "was emptied, and no erasure in the record says so")
        for n in sorted(self.erased - self.emptied):
            if n <= self.last:
                self._add_fault(n, "was erased, and stands there again")
        self._check_head()
        return self.faults

    def _check_head(self) -> None:
        if self.head is None:
            self._add_fault(None, "the head is missing: nobody can say whether entries are missing at the end")
        elif self.head.record != self.id:
            self._add_fault(None, "the head is that of another record")
        elif self.head.n > self.last:
            lost = f"entry {self.head.n} is" if self.head.n == self.last + 1 else f"entries {self.last + 1} to {self.head.n} are"
            self._add_fault(
                None, f"{lost} missing at the end: the head tells of {'it' if self.head.n == self.last + 1 else 'them'}"
            )
        elif self.head.hash != self.at_head:
            self._add_fault(self.head.n, "is not the one that the head tells of: the record was made anew from some entry on")

    def _add_fault(self, n: int | None, says: str) -> None:
        self.faults.append(Fault(n, says))


def walk_record(record: DecisionRecord) -> tuple[ChainWalk, Iterator[tuple[Entry, Sealed | None]]]:
    """The walk, and the entries while it goes along them, each with its sealed part where that holds."""
    head = record.read_head()  # first: entries that come meanwhile are beyond it
    walk = ChainWalk(record.read_id(), head)
    return walk, _follow_entries(walk, record.iter_entries())


def _follow_entries(walk: ChainWalk, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Sealed | None]]:
    for entry in entries:
        yield entry, walk.follow_entry(entry)


def check_receipt(record: DecisionRecord, told: tuple[int, str]) -> list[Fault]:
    """What is wrong with the entry that a receipt tells of: it is not there, or another one is."""
    for entry in record.iter_entries():
        if entry.n == told[0]:
            same = isinstance(entry.sealed, str) and hash_sealed(entry.sealed) == told[1]
            return [] if same else [Fault(entry.n, "is not the one that was told: the record was made anew from some entry on")]
    return [Fault(None, f"entry {told[0]} is missing: it was told once")]
