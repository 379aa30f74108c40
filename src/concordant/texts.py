"""Read YAML 1.2 or JSON as plain values, every scalar as its own text, with the line of every place.

`yes`, `3+`, `5.40` and `2021` keep their spelling; duplicate keys, aliases and excessive depth are refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concordant.complaints import Complaint, Unreadable

MAX_BYTES = 10_000_000
MAX_DEPTH = 40

Place = tuple[str | int, ...]


@dataclass(slots=True)
class Text:
    """A read document: its value (dict, list, str or None) and the line of each place in it."""

    file: str
    value: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int | None:
        """The line of a place, or of the nearest one around it."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    def complaint(self, place: Place, says: str, way_out: str = "") -> Complaint:
        """A complaint that points at the place."""
        return Complaint(says, self.file, self.line(place), way_out)


def read_file(path: Path, *, name: str | None = None) -> Text:
    """Read a file. Raises Unreadable when it is missing, too large, not text, not YAML or JSON."""
    shown = name or str(path)
    try:
        if path.is_dir():
            raise Unreadable(Complaint("this is a folder", shown, way_out="Name a file"))
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(_too_large(shown, size))
        return read_bytes(path.read_bytes(), shown)
    except FileNotFoundError:
        raise Unreadable(Complaint("no such file", shown, way_out="Check the name, or use - for standard input")) from None
    except OSError as error:
        raise Unreadable(Complaint(f"cannot be opened ({error.strerror})", shown)) from None


def _too_large(name: str, size: int) -> Complaint:
    return Complaint(
        f"{size / 1e6:.0f} MB is too large for one patient",
        name,
        way_out=f"A case file has at most {MAX_BYTES // 1_000_000} MB",
    )


def read_bytes(data: bytes, name: str) -> Text:
    """Read UTF-8 bytes. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(_too_large(name, len(data)))
    try:
        return read_text(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(Complaint("not UTF-8 text", name, line, "Save the file as UTF-8")) from None


def read_text(text: str, name: str) -> Text:
    """Read one YAML or JSON document. Raises Unreadable with file, line and the way out."""
    if not text.strip():
        raise Unreadable(Complaint("the file is empty", name, way_out="`concordant template` prints a case file to fill in"))
    try:
        return _read_yaml(text, name)
    except RecursionError:
        raise Unreadable(_too_deep(name, None)) from None


def _read_yaml(text: str, name: str) -> Text:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        if text.lstrip().startswith("{") and (found := _read_json(text, name)):
            return found
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise Unreadable(Complaint(_problem(error), name, line, "Check indentation, colons and quotes near this line")) from None
    except (YAMLError, ValueError) as error:
        raise Unreadable(Complaint(f"not YAML or JSON ({str(error).splitlines()[0]})", name)) from None
    document = Text(name, None)
    document.value = _plain(node, (), document, set())
    return document


def _problem(error: Any) -> str:
    return f"not YAML or JSON: {error.problem or error.context or 'cannot be read'}"


def _too_deep(name: str, line: int | None) -> Complaint:
    return Complaint("nested too deep", name, line, f"A case file has at most {MAX_DEPTH} levels")


def _read_json(text: str, name: str) -> Text | None:
    """JSON that YAML stumbles over (tabs as indentation); None when it is not JSON either."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise Unreadable(Complaint(f"the key '{key}' stands twice in one place", name, way_out="Keep one of the two"))
        return dict(pairs)

    try:
        value = json.loads(text, object_pairs_hook=once, parse_int=str, parse_float=str)
    except ValueError:
        return None
    return Text(name, _as_text(value))


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _plain(node: Any, place: Place, document: Text, seen: set[int]) -> Any:
    """A composed node as a plain value; lines are noted on the way."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    document.lines[place] = line
    if len(place) > MAX_DEPTH:
        raise Unreadable(_too_deep(document.file, line))
    if id(node) in seen:
        raise Unreadable(Complaint("an alias (*name) is used", document.file, line, "Write the value out"))
    seen.add(id(node))
    if node.id == "scalar":
        return None if node.style is None and node.value in ("", "~", "null") else node.value
    if node.id == "sequence":
        return [_plain(item, (*place, i), document, seen) for i, item in enumerate(node.value)]
    return _plain_mapping(node, place, document, seen)


def _plain_mapping(node: Any, place: Place, document: Text, seen: set[int]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key_node, item in node.value:
        line = key_node.start_mark.line + 1
        if key_node.id != "scalar":
            raise Unreadable(Complaint("a key is not a word", document.file, line, "Write `key: value`"))
        key = key_node.value
        if key in value:
            raise Unreadable(Complaint(f"the key '{key}' stands twice in one place", document.file, line, "Keep one of the two"))
        value[key] = _plain(item, (*place, key), document, seen)
        document.lines[(*place, key)] = line
    return value
