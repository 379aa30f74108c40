"""Results to a file or to standard output."""

from __future__ import annotations

import sys

from concordant.errors import Complaint, Unreadable
from concordant.outputs import as_written, write_file
from concordant.present.formats import BINARY


def check_target(format_: str, output: str, name: str = "answer") -> None:
    """Raises Unreadable for a format that a terminal cannot hold."""
    if format_ in (*BINARY, "png") and not output and sys.stdout.isatty():
        says = f"a {format_.upper()} is not written to a terminal"
        raise Unreadable(Complaint(says, "--format", way_out=f"Name a file: -o {name}.{format_}"))


def write_output(content: str | bytes, output: str) -> None:
    """To the file, or to standard output; text ends with a line end. Raises Unreadable when it cannot be written."""
    if output:
        write_file(as_written(content), output)
    elif isinstance(content, str):
        sys.stdout.write(content if content.endswith("\n") else content + "\n")
    else:
        sys.stdout.buffer.write(content)
