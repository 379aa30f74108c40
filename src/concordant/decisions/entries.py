"""What an entry is: a part that anybody may see and that the chain is made of, and a part of one person that can be erased.

The sealed part holds the hash of the sealed part before it, and a commitment to the personal part: HMAC-SHA256 under a salt of
its own. Whoever erases the personal part erases the salt too; what is left says nothing of the person, by no trying out of
what might have stood there, and the chain can be checked as before.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib

import msgspec

FORMAT = 1  # of the record; a higher one was written by a later concordant
SALT = 32
MOST_BYTES = 1_000_000_000  # of a personal part, unpacked
ANSWER, ERASURE, HEAD_TAKEN = "answer", "erasure", "head"


class Sealed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of an entry that stays. `before` is the hash of the entry before, `at` the moment in UTC by the database.

    `erased` are the entries whose personal part an erasure took, as ranges; `why` says for which reason. `head` is what the head
    that was kept apart said before another one was taken for it.
    """

    n: int
    before: str
    at: str
    kind: str
    concordant: str
    commitment: str
    knowledge: str = ""
    format: int = FORMAT
    erased: tuple[tuple[int, int], ...] = ()
    why: str = ""
    head: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One row as it stands in the database; nothing of it is trusted before it was checked."""

    n: int
    sealed: str
    hash: str
    patient: str | None
    salt: bytes | None
    personal: bytes | None

    @property
    def is_erased(self) -> bool:
        """Whether nothing of a person is left in it."""
        return self.patient is None and self.salt is None and self.personal is None

    def read_sealed(self) -> Sealed | None:
        """The part that stays; None where it cannot be one."""
        try:
            return msgspec.json.decode(self.sealed, type=Sealed)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
            return None


def hash_sealed(sealed: str) -> str:
    """The hash that the next entry holds."""
    return hashlib.sha256(sealed.encode(errors="replace")).hexdigest()


def hash_beginning(id_: str) -> str:
    """What the first entry holds in the place of an entry before it."""
    return hash_sealed(f"concordant decision record, format {FORMAT}, {id_}")


def make_salt() -> bytes:
    """A salt that nobody can guess."""
    return os.urandom(SALT)


def commit_to(patient: str, personal: bytes, salt: bytes) -> str:
    """What the sealed part says of the personal part, and of the name by which it is found."""
    name = patient.encode(errors="surrogatepass")
    return hmac.new(salt, len(name).to_bytes(8, "big") + name + personal, hashlib.sha256).hexdigest()


def pack_personal(content: bytes) -> bytes:
    """The personal part as it is stored."""
    return zlib.compress(content)


def unpack_personal(packed: bytes) -> bytes:
    """The personal part. Raises ValueError for what is none."""
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacker.eof:
        raise ValueError("it is cut off, or too large")
    return content


def join_ranges(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order as ranges, both ends included."""
    ranges: list[tuple[int, int]] = []
    for n in numbers:
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1] = (ranges[-1][0], n)
        else:
            ranges.append((n, n))
    return tuple(ranges)
