"""Results to files, through one door: the old file or the whole new one, and never over what is being read.

A file is written beside its target under a name of its own, flushed to the disk, and put in place by one rename. Whatever fails
before leaves the old file as it was. A device or a pipe has no content to lose, and is written to as it is.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from concordant.errors import Complaint, Unreadable

FRESH = 0o666  # less what the user's mask takes away, as for any new file
STREAMS = ("/dev/", "/proc/")


class Sink(Protocol):
    """What text can be written to: a file in the making, or standard output."""

    def write(self, text: str, /) -> object:
        """Take some text."""


class PendingFile:
    """A file in the making. A write that fails is told under the name of the target."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name

    def write(self, text: str, /) -> None:
        """Add text to it, in UTF-8. Raises Unreadable."""
        self.write_bytes(text.encode())

    def write_bytes(self, data: bytes) -> None:
        """Add bytes to it. Raises Unreadable."""
        with report_write_errors(self._name):
            self._file.write(data)


def open_sink(output: str) -> contextlib.AbstractContextManager[Sink]:
    """The file that is named, once all of it is written; standard output when none is named."""
    return replace_file(output) if output else contextlib.nullcontext(sys.stdout)


def write_file(data: bytes, target: str, unless: Callable[[], None] | None = None, fresh: int = FRESH) -> None:
    """Make `data` the content of a file, or raise Unreadable and leave it as it was; the rest is as in `replace_file`."""
    with replace_file(target, unless, fresh) as making:
        making.write_bytes(data)


@contextlib.contextmanager
def replace_file(target: str, unless: Callable[[], None] | None = None, fresh: int = FRESH) -> Iterator[PendingFile]:
    """Open a temporary file that replaces `target` when the block ends, and is deleted when the block fails.

    `unless` is called just before the replacement; if it raises, the target is left as it was. `fresh` are the rights of a file
    that was not there before. Raises Unreadable.
    """
    path = Path(os.path.realpath(target))  # a link stays one: the file it names is replaced
    if _is_stream(target, path):
        with report_write_errors(target), path.open("wb") as stream:
            yield PendingFile(stream, target)
        return
    beside = path.with_name(f".concordant-{os.urandom(8).hex()}")
    with report_write_errors(target):
        file = _open_beside(beside, path, fresh)
    try:
        yield PendingFile(file, target)
        with report_write_errors(target):
            _flush_to_disk(file)
        if unless is not None:
            unless()
        with report_write_errors(target):
            _put_in_place(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            file.close()
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def as_written(content: str | bytes) -> bytes:
    """The bytes that a result is written as: a text ends with a line end."""
    if isinstance(content, bytes):
        return content
    return (content if content.endswith("\n") else content + "\n").encode()


@contextlib.contextmanager
def make_folder(target: str) -> Iterator[Path]:
    """A folder in the making, to be filled in the block: it gets its name when the block ends.

    It is deleted when the block fails. Raises Unreadable where something else than an empty folder stands there already.
    """
    path = Path(os.path.realpath(target))
    with report_write_errors(target):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise Unreadable(Complaint("this is there already", target, way_out="Name a folder that there is not, or delete it"))
        beside = path.with_name(f".concordant-{os.urandom(8).hex()}")
        beside.mkdir(parents=True)
    try:
        yield beside
        with report_write_errors(target):
            beside.replace(path)
    except BaseException:
        import shutil  # only where something failed

        shutil.rmtree(beside, ignore_errors=True)
        raise


def append_file(data: bytes, target: str) -> None:
    """Add bytes to the end of a file in a folder in the making. Raises Unreadable."""
    with report_write_errors(target), Path(target).open("ab") as file:
        file.write(data)


@contextlib.contextmanager
def report_write_errors(target: str) -> Iterator[None]:
    """Turn an operating system error in the block into an Unreadable that names the target."""
    try:
        yield
    except OSError as error:
        raise Unreadable(Complaint(f"cannot be written ({error.strerror or error})", target)) from None


def refuse_source(target: str, sources: Iterable[str]) -> None:
    """Refuse to write over what is read: by its own name, through a link, by another name of one file, or in its folder.

    A source may be a file, a folder, or `-` for standard input. Raises Unreadable.
    """
    if not target or _is_stream(target, Path(os.path.realpath(target))):
        return
    here = _get_identity(target)
    for source in sources:
        if is_same_path(target, source) or (here is not None and here in _iter_identities(source)):
            what = "standard input" if source == "-" else source
            says = f"this would be written over its own source ({what})"
            raise Unreadable(Complaint(says, target, way_out="Name another file"))


def is_same_path(path: str, other: str) -> bool:
    """Whether two names lead to one place, links followed; a second name of a file (a hard link) is another place."""
    return os.path.realpath(path) == os.path.realpath(other)


def _get_identity(path: str) -> tuple[int, int] | None:
    """What tells a file from every other, whatever its name; None for one that is not there."""
    try:
        status = os.fstat(0) if path == "-" else Path(path).stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)


def _iter_identities(source: str) -> Iterator[tuple[int, int]]:
    """Of a source, and of every file in it where it is a folder."""
    inside = Path(source).rglob("*") if source != "-" and Path(source).is_dir() else ()
    yield from filter(None, map(_get_identity, (source, *map(str, inside))))


def _is_stream(target: str, path: Path) -> bool:
    """A device, a pipe, or an open file by its number: nothing that can be replaced."""
    if target.startswith(STREAMS) or str(path).startswith(STREAMS):
        return True
    with contextlib.suppress(OSError):
        mode = path.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


def _open_beside(beside: Path, path: Path, fresh: int) -> IO[bytes]:
    """The new file, with the rights of the one it replaces; a folder, and a file that may not be written, are not replaced."""
    mode = None
    if path.exists():
        mode = stat.S_IMODE(path.stat().st_mode)
        os.close(os.open(path, os.O_WRONLY))
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), fresh)
    file = os.fdopen(handle, "wb")
    if mode is not None:
        with contextlib.suppress(OSError):
            beside.chmod(mode)
    return file


def _flush_to_disk(file: IO[bytes]) -> None:
    with file:
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(beside: Path, path: Path) -> None:
    beside.replace(path)
    if hasattr(os, "O_DIRECTORY"):
        with contextlib.suppress(OSError):  # the new file stands; its folder is told to the disk as well where it can be
            _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
