"""The files of a source, opened: unpacked as they are read, line by line, and never more than the limit at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from concordant.errors import Complaint, Unreadable
from concordant.inputs import PackedFault, make_packed_complaint, read_up_to
from concordant.record.fhir.decode import MAX_BYTES

LONGEST_LINE = 50_000_000


def iter_limited_lines(lines: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long only its beginning, so that memory stays constant."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE + 1)


def read_limited_bytes(path: Path) -> bytes:
    """The bytes of one document; no more than the limit, so that the complaint comes in time."""
    try:
        return read_up_to(path, MAX_BYTES)
    except PackedFault as fault:
        raise Unreadable(make_packed_complaint(fault, str(path))) from None
    except OSError as error:
        way_out = "Check its name and permissions"
        raise Unreadable(Complaint(f"cannot be opened ({error.strerror})", str(path), way_out=way_out)) from None
