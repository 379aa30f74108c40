"""Where the answers of an interview are kept: never over an edit that was made meanwhile, and never lost."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from concordant.cli.opening import OpenedCase, list_sources
from concordant.errors import Complaint, Unreadable
from concordant.outputs import is_same_path, refuse_source, write_file

MOST_BESIDE = 100


@dataclass(frozen=True, slots=True)
class CaseTarget:
    """The file in which the completed case is saved. A case file may be completed in place; any other kind of source is
    never overwritten.
    """

    path: str
    opened: OpenedCase
    source: str
    force: bool = False

    @property
    def is_case_itself(self) -> bool:
        """True when the case file itself is meant."""
        return bool(self.opened.path) and is_same_path(self.path, self.opened.path)

    def check_writable(self) -> None:
        """Check, before the first question, that the completed case may be saved here. Raises Unreadable if its folder
        is missing, or if it would overwrite a file that is not the case itself.
        """
        if not Path(self.path).parent.is_dir():
            raise Unreadable(Complaint("there is no such folder", self.path, way_out="Make it, or name another file"))
        if not self.is_case_itself:
            refuse_source(self.path, list_sources(self.source))
            self._refuse_existing_target()

    def keep_case(self, text: str) -> None:
        """Write the completed case. Where that fails it goes into a file beside, or to standard output. Raises Unreadable."""
        try:
            write_file(text.encode(), self.path, self._check_unchanged)
        except Unreadable:
            self._keep_elsewhere(text)
            raise
        print(f"The case with the answers is in {self.path}.", file=sys.stderr)  # noqa: T201

    def _check_unchanged(self) -> None:
        """Refuse to replace what is not what was read. Raises Unreadable."""
        if not self.is_case_itself:
            self._refuse_existing_target()
        elif self._has_changed():
            way_out = "Nothing in it was replaced: put the answers into it by hand"
            raise Unreadable(Complaint("this file was changed while the questions were answered", self.path, way_out=way_out))

    def _has_changed(self) -> bool:
        try:
            return Path(self.path).read_bytes() != self.opened.text.encode()
        except FileNotFoundError:
            return False  # there is nothing to lose
        except OSError:
            return True

    def _refuse_existing_target(self) -> None:
        if not self.force and Path(self.path).exists():
            way_out = "Name another, or add --force to replace it"
            raise Unreadable(Complaint("this file is there already", self.path, way_out=way_out))

    def _keep_elsewhere(self, text: str) -> None:
        """Into the first free name beside the target, else to standard output."""
        path = Path(self.path)
        names = (path.with_name(f"{path.stem}.answers{number if number > 1 else ''}{path.suffix}") for number in count(1))
        beside = next((name for name, _ in zip(names, range(MOST_BESIDE), strict=False) if not name.exists()), path)
        try:
            write_file(text.encode(), str(beside), lambda: _refuse_existing_file(beside))
            print(f"The case with the answers is in {beside} instead.", file=sys.stderr)  # noqa: T201
        except Unreadable:
            sys.stdout.write(f"\n{text}")
            print("The case with the answers is printed below the answer instead.", file=sys.stderr)  # noqa: T201


def _refuse_existing_file(path: Path) -> None:
    if path.exists():
        raise Unreadable(Complaint("this file is there already", str(path)))
