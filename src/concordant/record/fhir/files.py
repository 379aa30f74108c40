"""The files of a source, opened: unpacked as they are read, line by line, and never more than the limit at once."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from concordant.errors import Complaint, Unreadable
from concordant.record.fhir.decode import MAX_BYTES

LONGEST_LINE = 50_000_000


def open_unpacked(path: Path) -> BinaryIO:
    """Open the file for reading; one that is gzip is unpacked as it is read."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def iter_limited_lines(lines: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long only its beginning, so that memory stays constant."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE + 1)


def read_limited_bytes(path: Path) -> bytes:
    """The bytes of one document; no more than the limit, so that the complaint comes in time."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        way_out = "Check its name and permissions"
        raise Unreadable(Complaint(f"cannot be opened ({error.strerror})", str(path), way_out=way_out)) from None
