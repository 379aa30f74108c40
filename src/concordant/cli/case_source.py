"""Case files at the command line: a named source that is no case file is told what it is, and what to do."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from concordant.cli.stories import stories_named, story_near
from concordant.complaints import Complaint, Unreadable, did_you_mean
from concordant.record.foreign import HEAD_BYTES, read_source, refuse_packed
from concordant.texts import Text, bytes_of

MOST_NEIGHBOURS = 1000


def read_case_source(source: str) -> Text:
    """The text of a named case file. Raises Unreadable."""
    path = Path(source)
    if not path.exists():
        raise Unreadable(Complaint("no such file", source, way_out=_instead(path)))
    if path.is_dir():
        raise Unreadable(_folder(path, source))
    return read_source(bytes_of(path, source), source)


def refuse_by_head(source: str) -> None:
    """Refuse what its first bytes give away, whatever its name and its size are. Raises Unreadable."""
    try:
        with Path(source).open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:  # no file, or one that cannot be opened: told by those who read it
        return
    refuse_packed(head, source)


def _instead(path: Path) -> str:
    """What may have been meant by a name that no file has: a story, a file beside it, a story of a similar name."""
    if len(stories := stories_named(str(path))) == 1:
        return f"{stories[0]} is a shipped story: {_command_for(stories[0])}"
    if near := did_you_mean(path.name, _neighbours(path), listing=False):
        return near
    if stories := stories or list(filter(None, [story_near(str(path))])):
        return f"Did you mean the shipped story {' or '.join(stories)}? {_command_for(stories[0])}"
    return "Check the name, or use - for standard input"


def _command_for(story: str) -> str:
    """The command with the story; `ask` needs standard input for the answers."""
    context = click.get_current_context(silent=True)
    verb = (context.info_name if context else None) or "recommend"
    if verb == "ask":
        return f"concordant example {story} > {story}.yaml && concordant ask {story}.yaml"
    return f"concordant example {story} | concordant {verb} -"


def _neighbours(path: Path) -> list[str]:
    try:
        return [one.name for one in islice(path.parent.iterdir(), MOST_NEIGHBOURS)]
    except OSError:
        return []


def _folder(path: Path, source: str) -> Complaint:
    cases = sorted(name for name in _neighbours(path / "any") if name.lower().endswith((".yaml", ".yml")))
    if cases:
        return Complaint("this is a folder of case files", source, way_out=f"Name one of them: {path / cases[0]}")
    says = "this is a folder without patients: neither FHIR (.json, .ndjson) nor OMOP tables (person.csv, person.parquet) in it"
    return Complaint(says, source, way_out="Name a file, or the folder that holds the export")
