"""Standard input and output as they are found: closed, full, or left by whoever read."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys

import click

CLOSED = "standard output is closed; name a file with -o"


class ReaderLeft(Exception):
    """Whoever read what we write has enough; click would make a failure of it."""


class Commands(click.Group):
    """The verbs. A reader who leaves early ends any of them."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb. Raises ReaderLeft."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderLeft from None


def prepare_streams() -> None:
    """Take the place of what was closed before we began; answers hold signs that older encodings lack."""
    _take_free_numbers()
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO())
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(_ClosedOutput(), write_through=True)
    if sys.stderr is None:
        sys.stderr = io.StringIO()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")


def discard_output() -> None:
    """What still waits to be written is not tried again at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _take_free_numbers() -> None:
    """No file that is opened later gets the number of a closed stream, to be written to in its stead."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


class _ClosedOutput(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, _: object, /) -> int:
        raise OSError(errno.EBADF, CLOSED)
