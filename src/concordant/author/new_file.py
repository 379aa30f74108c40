"""A new file of knowledge to fill in: a commented template, and the place where it belongs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from concordant.errors import Complaint, Unreadable, suggest_word

TEMPLATES = Path(__file__).parent / "templates"
SCHEMAS = "docs/schema"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class NewFile(NamedTuple):
    """Where the file belongs, what stands in it, and what is to be done beside filling it in."""

    path: Path
    text: str
    further: tuple[str, ...]


def make_new_file(kind: str, name: str, root: Path, target: str = "") -> NewFile:
    """The template for a statement, a drug or a trial of this name.

    Raises Unreadable for a name that cannot be, or a guideline that is not there.
    """
    folder, stem = _find_place(kind, name, root)
    path = Path(target) if target else folder / f"{stem}.yaml"
    template = (TEMPLATES / f"{kind}.txt").read_text(encoding="utf-8")
    words = stem.replace("_", " ").replace("-", " ")
    text = template.format(hint=_make_hint(kind, path, root), name=name, number=stem, words=words)
    return NewFile(path, text, _list_further(kind, name, root))


def _find_place(kind: str, name: str, root: Path) -> tuple[Path, str]:
    """The folder and the name of the file without its ending."""
    *above, stem = name.split("/")
    if not all(_NAME.fullmatch(part) for part in (*above, stem)) or len(above) != (2 if kind == "statement" else 0):
        wanted = "GUIDELINE/VERSION/NUMBER" if kind == "statement" else "a word of letters, digits, - and _"
        raise Unreadable(Complaint(f"'{name}' is no name for a {kind}", way_out=f"Write {wanted}"))
    if kind != "statement":
        return root / f"{kind}s", stem
    known = [path.name for path in _list_folders(root / "guidelines")]
    if above[0] not in known:
        raise Unreadable(Complaint(f"there is no guideline '{above[0]}' here", str(root), way_out=suggest_word(above[0], known)))
    return root.joinpath("guidelines", *above), stem


def _list_folders(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ()


def _make_hint(kind: str, path: Path, root: Path) -> str:
    """The line by which an editor finds the schema of the file: that of the checkout, or one that is written beside it."""
    for above in root.resolve().parents:
        schema = above / SCHEMAS / f"{kind}.json"
        if schema.is_file() and path.resolve().is_relative_to(above):
            return f"# yaml-language-server: $schema={Path(os.path.relpath(schema, path.resolve().parent)).as_posix()}"
    return f"# yaml-language-server: $schema={kind}.schema.json"


def _list_further(kind: str, name: str, root: Path) -> tuple[str, ...]:
    if kind == "drug":
        return ("A drug that is to be proposed needs a regimen that holds it, in regimens/.",)
    if kind == "trial":
        return ("Each source that it names needs a file in sources/.",)
    guideline, _, number = name.split("/")
    row = f'- {{number: "{number}", title: TITLE, state: computed, why: "WHY"}}'
    return (
        f"Add a row to {(root / 'guidelines' / guideline / 'ledger.yaml').as_posix()}: {row}",
        "Write cases in cases/: one patient below, one on and one above each threshold.",
    )
