"""Bytes as they come: a file, a pipe that can be read once, gzip under whatever name, and never more than was asked for.

gzip is told by its first bytes, checked to its end, and kept from growing without bound.
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from concordant.errors import Complaint, Unreadable

GZIP = b"\x1f\x8b"
MOST_GROWTH, GROWS_FREELY = 100, 100_000_000  # records grow to 40 times their size; a hostile file to 1 000 times
BLOCK = 1 << 20
DAMAGED = "the gzip data is damaged or cut off"
TOO_MUCH = f"unpacked it grows to more than {MOST_GROWTH} times its size"
FAULTS: dict[str, str] = {
    DAMAGED: "Copy the file again",
    TOO_MUCH: "If it is meant so, unpack it, and name the file that was in it",
}


class PackedFault(OSError):
    """Packed data that cannot be unpacked to its end; what came before was handed out."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = self.strerror = says


class _Unpacking(io.RawIOBase):
    """What stands in a gzip stream. Raises PackedFault."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self._grown = packed, 0
        self._inside = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inside.read1(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise PackedFault(DAMAGED) from None
        self._grown += len(data)
        if self._grown > GROWS_FREELY and self._grown > MOST_GROWTH * self._packed.tell():
            raise PackedFault(TOO_MUCH)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._packed.close()
        super().close()


def open_unpacked(path: Path) -> BinaryIO:
    """Open a file for reading; one that is gzip is unpacked as it is read. Raises OSError, and PackedFault while reading."""
    file = path.open("rb")
    if file.peek(2)[:2] != GZIP:
        return file
    return cast("BinaryIO", io.BufferedReader(_Unpacking(file), BLOCK))


def unpack_bytes(data: bytes, name: str, most: int) -> bytes:
    """The bytes themselves, unpacked when they are gzip: `most` and one more at most. Raises Unreadable."""
    if data[:2] != GZIP:
        return data
    try:
        return io.BufferedReader(_Unpacking(io.BytesIO(data)), BLOCK).read(most + 1)
    except PackedFault as fault:
        raise Unreadable(make_packed_complaint(fault, name)) from None


def read_up_to(path: Path, most: int) -> bytes:
    """What stands in a file, unpacked, or comes out of a pipe: `most` bytes and one more at most. Raises OSError."""
    with open_unpacked(path) as file:
        return file.read(most + 1)


def make_packed_complaint(fault: PackedFault, name: str) -> Complaint:
    """What is wrong with the packed data, and the way out."""
    return Complaint(fault.says, name, way_out=FAULTS[fault.says])


def find_packed_fault(path: Path) -> str:
    """Why a packed file cannot be unpacked to its end; empty where it can be. Raises OSError."""
    try:
        with open_unpacked(path) as file:
            while file.read(BLOCK):
                pass
    except PackedFault as fault:
        return fault.says
    return ""


def is_packed(path: Path) -> bool:
    """Whether a file is gzip, whatever its name. Raises OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) == GZIP


def read_head(path: Path, most: int) -> bytes:
    """The first bytes of a file, unpacked as far as it goes; none of what cannot be read. A pipe is not touched."""
    head = b""
    try:
        if path.is_file():
            with open_unpacked(path) as file:
                while len(head) < most and (more := file.read1(most - len(head))):  # type: ignore[attr-defined]
                    head += more
    except (OSError, ValueError):
        pass
    return head


def is_stream(path: Path) -> bool:
    """Whether a name stands for a pipe or a device: what comes out of it comes once."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except (OSError, ValueError):
        return False
