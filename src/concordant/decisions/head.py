"""The head of a record, kept apart: which entry was the last, so that a lost end and a chain made anew are found."""

from __future__ import annotations

from pathlib import Path

import msgspec

from concordant.errors import Complaint, Unreadable
from concordant.outputs import write_file
from concordant.texts import read_file_bytes

OWN = 0o600  # for whoever runs this, and for nobody else


class Head(msgspec.Struct, frozen=True):
    """The last entry that was acknowledged: of which record, its number and its hash."""

    record: str
    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


def read_head(path: str) -> Head | None:
    """The head; None where there is none. Raises Unreadable for a file that cannot be read, or holds something else."""
    if not Path(path).exists():
        return None
    try:
        return msgspec.json.decode(read_file_bytes(Path(path), path), type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        says, way_out = "this is no head of a decision record", "Put the right file there; see `concordant replay --help`"
        raise Unreadable(Complaint(says, path, way_out=way_out)) from None


def write_head(head: Head, path: str) -> None:
    """Keep the head: the old one or the new one, whatever fails. Raises Unreadable."""
    write_file(msgspec.json.encode(head) + b"\n", path, fresh=OWN)
