"""A decision record: add an answer, erase a person, go through the entries. An entry counts once this module returned it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import msgspec

from concordant.decisions.address import RecordAddress, parse_address
from concordant.decisions.base import RecordBase, open_base
from concordant.decisions.entries import (
    ANSWER,
    ERASURE,
    HEAD_TAKEN,
    Entry,
    Sealed,
    commit_to,
    hash_sealed,
    join_ranges,
    make_salt,
    pack_personal,
)
from concordant.decisions.head import Head, read_head, write_head
from concordant.errors import Complaint, Refused
from concordant.version import __version__

WRITTEN, READ = "written", "read"
LOOK = "Look at it with `concordant replay`; --take-head goes on from what is there, and says so in the record"


class Receipt(msgspec.Struct, frozen=True):
    """What proves that an entry was made: its number and its hash, to be kept anywhere else."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


class DecisionRecord:
    """Answers that were given. `place` is a file, `sqlite:///FILE`, or `postgresql://HOST/DATABASE?head=FILE`.

    It is connected to anew for each entry, so that one object serves threads, and a process that was forked.
    """

    def __init__(self, place: str | os.PathLike[str] | RecordAddress) -> None:
        self.address = place if isinstance(place, RecordAddress) else parse_address(place)

    def prepare(self) -> None:
        """Make sure before anything is answered that an entry could be made. Raises Unreadable or Refused."""
        with open_base(self.address, WRITTEN, make=True) as base:
            base.begin()
            self._check_head(base, base.find_last())
            base.rollback()

    def add_answer(self, knowledge: str, patient: str, content: bytes) -> Receipt:
        """Keep an answer: the fingerprint of its knowledge, and the personal part. Raises Unreadable or Refused."""
        sealed = Sealed(0, "", "", ANSWER, __version__, "", knowledge)
        with open_base(self.address, WRITTEN, make=True) as base:
            return self._add_entry(base, sealed, patient, content)

    def erase_entries(self, numbers: list[int], why: str, content: bytes) -> Receipt:
        """Take the personal parts of entries away, and say so in an entry of its own. Raises Unreadable or Refused."""
        sealed = Sealed(0, "", "", ERASURE, __version__, "", erased=join_ranges(sorted(numbers)), why=why)

        def erase(base: RecordBase) -> None:
            for n in numbers:
                base.erase_personal(n)

        with open_base(self.address, WRITTEN, make=False) as base:
            receipt = self._add_entry(base, sealed, "", content, erase)
            base.clean()
            return receipt

    def take_head(self, content: bytes) -> Receipt:
        """Go on from what is there, whatever the head says; an entry tells what it said. Raises Unreadable."""
        with open_base(self.address, WRITTEN, make=False) as base:
            was = read_head(self.address.head)
            sealed = Sealed(0, "", "", HEAD_TAKEN, __version__, "", head=f"{was.record} {was}" if was is not None else "missing")
            return self._add_entry(base, sealed, "", content, checks_head=False)

    def iter_entries(self) -> Iterator[Entry]:
        """All entries in order, as they stand. Raises Unreadable or Refused."""
        with open_base(self.address, READ, make=False) as base:
            yield from base.iter_entries()

    def read_id(self) -> str:
        """The number by which this record is told from any other."""
        with open_base(self.address, READ, make=False) as base:
            return base.id

    def read_head(self) -> Head | None:
        """The head that is kept apart; None where there is none."""
        return read_head(self.address.head)

    def _add_entry(
        self,
        base: RecordBase,
        told: Sealed,
        patient: str,
        content: bytes,
        change: Callable[[RecordBase], None] | None = None,
        *,
        checks_head: bool = True,
    ) -> Receipt:
        """One entry in one transaction. Only when the head names it, or a later one, it is acknowledged."""
        base.begin()
        last, before = base.find_last()
        if checks_head:
            self._check_head(base, (last, before))
        salt, personal = make_salt(), pack_personal(content)
        sealed = msgspec.structs.replace(
            told, n=last + 1, before=before, at=base.ask_moment(), commitment=commit_to(patient, personal, salt)
        )
        text = msgspec.json.encode(sealed).decode()
        entry = Entry(sealed.n, text, hash_sealed(text), patient, salt, personal)
        base.add_entry(entry)
        if change is not None:
            change(base)
        base.commit()
        self._keep_head(base)
        return Receipt(entry.n, entry.hash)

    def _check_head(self, base: RecordBase, last: tuple[int, str]) -> None:
        """Raises Refused where the head tells of an entry that is not there: a later head would hide that for ever."""
        head, place = read_head(self.address.head), self.address.head
        if head is None and last[0] == 0:
            write_head(Head(base.id, *last), place)
        elif head is None:
            says = f"the head is missing, so that nobody can say whether the {last[0]} entries are all"
            raise Refused(Complaint(says, place, way_out=f"Put it back. {LOOK}"))
        elif head.record != base.id:
            raise Refused(Complaint("this is the head of another record", place, way_out=f"Put the right one there. {LOOK}"))
        elif base.find_hash(head.n) != head.hash:
            says = f"entry {head.n}, of which the head tells, is not in the record: entries were lost, or changed"
            raise Refused(Complaint(says, self.address.name, way_out=LOOK))

    def _keep_head(self, base: RecordBase) -> None:
        """Name the last entry in the head. Writers take turns, so that no older one overwrites a newer."""
        base.begin()
        write_head(Head(base.id, *base.find_last()), self.address.head)
        base.rollback()
