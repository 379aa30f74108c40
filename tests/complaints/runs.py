"""The runs that must be refused or must pass: files in `bad` and `good`, files made here, and wrong usage.

Beside every bad run stands its golden text, `bad/NAME.expected`: the exit code, then the messages.
`python -m tests.complaints.reset` writes them anew; the diff is the review.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from concordant.cli.main import main

BAD = Path(__file__).parent / "bad"
GOOD = Path(__file__).parent / "good"
CASE = "as_of: 2022-09-20\npatient: {sex: female}\n"
TOO_LARGE = 200_000_000


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(TOO_LARGE)


def _bytes(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


# Files that are too large, or too odd for an editor, to lie in a folder.
MADE_BAD: dict[str, Callable[[Path], None]] = {
    "200-megabytes.yaml": _sparse,
    "two-megabytes.yaml": _bytes(CASE.encode() + b"# a comment of forty characters, no more\n" * 50_000),
    "brackets.yaml": _bytes(b"stated: " + b"[" * 100_000),
    "brackets.json": _bytes(b'{"stated": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "braces.yaml": _bytes(b"{a: " * 100_000),
    "dashes.yaml": _bytes(b"- " * 100_000 + b"x"),
    "too-many-entries.yaml": _bytes(CASE.encode() + b"treatments:\n" + b"- {drugs: [docetaxel]}\n" * 501),
    "latin-1.yaml": _bytes(b"as_of: 2022-09-20\nname: Fr\xe9d\xe9rique\n"),
    "utf-16.yaml": _bytes(CASE.encode("utf-16")),
    "picture.yaml": _bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "zero-byte.yaml": _bytes(CASE.encode() + b"name: a\x00b\n"),
    "escape-byte.yaml": _bytes(CASE.encode() + b"name: \x1b[31mred\n"),
    "windows-with-a-wrong-word.yaml": _bytes(b"\xef\xbb\xbfas_of: 2022-09-20\r\npatient:\r\n  sex: woman\r\n"),
    "long-value.yaml": _bytes(CASE.encode() + b"name: " + b"x" * 100_000 + b"\nstated: {lvef: " + b"9" * 100_000 + b"}\n"),
    "two-megabytes-deep.json": _bytes(b'{"stated": ' + b"[" * 60 + b'"' + b"x" * 2_000_000 + b'"' + b"]" * 60 + b"}"),
    "two-megabytes-twice.json": _bytes(b'{"name": "a", "name": "' + b"x" * 2_000_000 + b'"}'),
}
MADE_GOOD: dict[str, Callable[[Path], None]] = {
    "windows.yaml": _bytes(CASE.replace("\n", "\r\n").encode()),
    "byte-order-mark.yaml": _bytes(b"\xef\xbb\xbf" + CASE.encode()),
    "old-mac.yaml": _bytes(CASE.replace("\n", "\r").encode()),
    "windows.json": _bytes(b'\xef\xbb\xbf{\r\n\t"as_of": "2022-09-20",\r\n\t"patient": {"sex": "female"}\r\n}\r\n'),
    "two-megabytes.json": _bytes(b'{"as_of": "2022-09-20",' + b" " * 2_000_000 + b'"patient": {"sex": "female"}}'),
}
# Wrong usage, by the name of its golden; run among the good files.
USAGE: dict[str, tuple[str, ...]] = {
    "missing-file": ("recommend", "no-such-file.yaml"),
    "folder": ("recommend", "."),
    "endless-device": ("recommend", "/dev/zero"),
    "as-of-not-a-day": ("recommend", "no-date.yaml", "--as-of", "2022-13-01"),
    "as-of-a-month": ("recommend", "no-date.yaml", "--as-of", "2022-09"),
    "unknown-guideline": ("recommend", "no-date.yaml", "--guideline", "asco-her2-abx/2022"),
    "unknown-guideline-version": ("recommend", "no-date.yaml", "--guideline", "asco-her2-abc/1999"),
    "no-file-named": ("recommend",),
    "output-over-its-source": ("recommend", "no-date.yaml", "-o", "./no-date.yaml"),
    "answers-over-their-source": ("recommend", "no-date.yaml", "--all", "-o", "no-date.yaml"),
    "case-over-its-source": ("read", "no-date.yaml", "-o", "no-date.yaml"),
    "refused-over-its-source": ("read", "no-date.yaml", "--refused", "no-date.yaml"),
    "output-and-refused-alike": ("read", "no-date.yaml", "-o", "no-such-file.txt", "--refused", "no-such-file.txt"),
    "output-into-no-folder": ("recommend", "no-date.yaml", "-o", "no-such-folder/answer.md"),
    "answers-into-no-folder": ("ask", "no-date.yaml", "--write", "no-such-folder/case.yaml"),
    "answers-over-another-case": ("ask", "no-date.yaml", "--write", "tabs.json"),
    "unknown-command": ("recomend", "no-date.yaml"),
}


@dataclass(frozen=True)
class Run:
    """One command line, and the folder it is given in."""

    name: str
    arguments: tuple[str, ...]
    folder: Path

    @property
    def golden(self) -> Path:
        return BAD / f"{self.name}.expected"

    def outcome(self) -> tuple[int, str]:
        """The exit code, and what stands on standard error."""
        messages = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stderr(messages), contextlib.redirect_stdout(io.StringIO()):
            code = main(self.arguments)
        return code, messages.getvalue()

    def told(self) -> str:
        code, messages = self.outcome()
        return f"exit {code}\n{messages}"

    @classmethod
    def of(cls, name: str, made: Path) -> Run:
        """The run of a name; a file that has to be made is written into `made`."""
        if name in USAGE:
            return cls(name, USAGE[name], GOOD)
        if make := {**MADE_BAD, **MADE_GOOD}.get(name):
            make(made / name)
            return cls(name, ("recommend", name), made)
        return cls(name, ("recommend", name), BAD if (BAD / name).exists() else GOOD)


def sources(folder: Path) -> list[str]:
    """The case files of a folder."""
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".yaml", ".json"))


def bad_runs(made: Path) -> Iterator[Run]:
    """Every run that has a golden."""
    yield from (Run.of(name, made) for name in (*sources(BAD), *USAGE, *MADE_BAD))
