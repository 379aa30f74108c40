"""A pager for what is longer than the screen, on a terminal alone."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys

OFF = ("", "cat")
USUAL = ("less", "more")


def write_paged(text: str) -> None:
    """To the terminal through the user's pager when the text is longer than the screen; as it is to a pipe or a file."""
    text = text if text.endswith("\n") else text + "\n"
    command = _choose_pager() if sys.stdout.isatty() and _is_long(text) else []
    if not command or not _show_in_pager(text, command):
        sys.stdout.write(text)


def _is_long(text: str) -> bool:
    return len(text.splitlines()) >= shutil.get_terminal_size((100, 40)).lines


def _choose_pager() -> list[str]:
    """What PAGER names, else a usual one; nothing when PAGER is `cat` or empty, and on a dumb terminal."""
    usual = next((name for name in USUAL if shutil.which(name)), "")
    named = os.environ.get("PAGER", usual).strip()
    if named in OFF or os.environ.get("TERM") == "dumb":
        return []
    return shlex.split(named, posix=os.name == "posix")


def _show_in_pager(text: str, command: list[str]) -> bool:
    """Whether the pager could be started. `less` is told to let colours through and to leave what was read on the screen."""
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env={"LESS": "RX", **os.environ})
    except OSError:
        return False
    try:
        pager.communicate(text.encode())
    except KeyboardInterrupt:  # the pager's own affair
        pager.wait()
    return True
