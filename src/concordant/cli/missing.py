"""A file that is not there, told to a person at a command line: perhaps a shipped story is meant."""

from __future__ import annotations

from pathlib import Path

import click

from concordant.cli.stories import find_similar_story, find_stories
from concordant.errors import Complaint, Unreadable
from concordant.record.sources.case_file import suggest_neighbour


def refuse_missing(source: str) -> None:
    """Raises Unreadable for a name that no file has, with what may have been meant."""
    path = Path(source)
    if not path.exists():
        raise Unreadable(Complaint("no such file", source, way_out=_suggest_instead(path)))


def _suggest_instead(path: Path) -> str:
    """A story, a file beside it, a story of a similar name."""
    if len(stories := find_stories(str(path))) == 1:
        return f"{stories[0]} is a shipped story: {_make_command(stories[0])}"
    if near := suggest_neighbour(path):
        return near
    if stories := stories or list(filter(None, [find_similar_story(str(path))])):
        return f"Did you mean the shipped story {' or '.join(stories)}? {_make_command(stories[0])}"
    return "Check the name, or use - for standard input"


def _make_command(story: str) -> str:
    """The command with the story; `ask` needs standard input for the answers."""
    context = click.get_current_context(silent=True)
    verb = (context.info_name if context else None) or "recommend"
    if verb == "ask":
        return f"concordant example {story} > {story}.yaml && concordant ask {story}.yaml"
    return f"concordant example {story} | concordant {verb} -"
