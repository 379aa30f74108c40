"""`lint --watch`: the knowledge files are checked again whenever one of them changes."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

from concordant.author.lint.run import lint_folder
from concordant.cli.writing import write_output

PAUSE = 0.5  # seconds between two looks
Stamp = tuple[tuple[str, int, int], ...]


def watch_folder(root: Path) -> None:
    """Check, wait for a change, check again; Ctrl-C ends it. The cases are left out, because to answer them takes longest."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            seen = _look_at(root)
            report = lint_folder(root)
            write_output("\n".join([*map(str, report.complaints), report.summary, "", ""]), "")
            sys.stdout.flush()
            while _look_at(root) == seen:
                time.sleep(PAUSE)


def _look_at(root: Path) -> Stamp:
    """Every file with its size and the time of its last change; one that goes while it is looked at is not there."""
    found = []
    for path in sorted(root.rglob("*.yaml")):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(found)
