"""Shipped stories and the empty case file."""

from __future__ import annotations

from pathlib import Path

from concordant.errors import Complaint, Unreadable, suggest_word
from concordant.texts import read_file

FOLDER = Path(__file__).parent.parent / "knowledge" / "stories"
TEMPLATE = FOLDER / "template.txt"
SHORTEST, NEAR = 2, 0.72


def _list_stories() -> dict[str, Path]:
    """Short names (P01) to files, in order."""
    return {path.stem.split("-", 1)[0]: path for path in sorted(FOLDER.glob("*.yaml"))}


def read_story(name: str) -> str:
    """A story as a case file. Raises Unreadable for an unknown name."""
    files = _list_stories()
    path = files.get(name) or files.get(name.upper())
    if path is None:
        way_out = suggest_word(name, files) or f"Stories: {', '.join(files)}"
        raise Unreadable(Complaint(f"no story '{name}'", way_out=way_out))
    return path.read_text(encoding="utf-8")


def find_stories(name: str) -> list[str]:
    """The short names of the stories that begin with this name, in any case: one for `a03` or `A03-exactly`, several for `A2`."""
    wanted = name.lower().removesuffix(".yaml")
    names = [short for short, path in _list_stories().items() if path.stem.lower().startswith(wanted)]
    return names if len(wanted) >= SHORTEST else []


def find_similar_story(name: str) -> str:
    """The short name of the story with a similar name; else empty."""
    from difflib import get_close_matches

    stems = {path.stem.lower(): short for short, path in _list_stories().items()} | {
        short.lower(): short for short in _list_stories()
    }
    near = get_close_matches(name.lower().removesuffix(".yaml"), stems, n=1, cutoff=NEAR)
    return stems[near[0]] if near else ""


def render_story_list() -> str:
    """Every story in one line: its short name and who the patient is."""
    lines = [f"{name}  {read_file(path).value['name']}" for name, path in _list_stories().items()]
    return "\n".join([*lines, "", "Try: concordant example P01 | concordant recommend -"])


def read_template() -> str:
    """A commented case file to fill in."""
    return TEMPLATE.read_text(encoding="utf-8")
