"""Read YAML 1.2 or JSON as plain values, every scalar as its own text, with the line of every place.

`yes`, `3+`, `5.40` and `2021` keep their spelling; duplicate keys, aliases, control characters and excessive depth are refused.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from concordant.errors import Complaint, Unreadable, quote_word
from concordant.inputs import PackedFault, make_packed_complaint, read_up_to

MAX_BYTES = 10_000_000
MAX_YAML = 250_000  # YAML is read slowly, 1 MB in 16 seconds; a larger file has to be JSON
MAX_DEPTH = 40
MOST_COMPLAINTS = 100

Place = tuple[str | int, ...]


class SourceText(msgspec.Struct):
    """A read document: its value (dict, list, str or None) and the line of each place in it."""

    file: str
    value: Any
    lines: dict[Place, int] = msgspec.field(default_factory=dict)

    def find_line(self, place: Place) -> int | None:
        """The line of a place, or of the nearest one around it."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    def make_complaint(self, place: Place, says: str, way_out: str = "") -> Complaint:
        """A complaint that points at the place."""
        return Complaint(says, self.file, self.find_line(place), way_out)


def read_file(path: Path, *, name: str | None = None) -> SourceText:
    """Read a file. Raises Unreadable when it is missing, too large, not text, not YAML or JSON."""
    shown = name or str(path)
    return read_bytes(read_file_bytes(path, shown), shown)


def read_file_bytes(path: Path, shown: str) -> bytes:
    """What stands in a file. Raises Unreadable when it is missing, a folder, too large, or cannot be opened."""
    try:
        if path.is_dir():
            raise Unreadable(Complaint("this is a folder", shown, way_out="Name a file in it"))
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(_complain_too_large(shown, size))
        return read_up_to(path, MAX_BYTES)  # no more than the limit: a device has no size, and what is packed another
    except PackedFault as fault:
        raise Unreadable(make_packed_complaint(fault, shown)) from None
    except FileNotFoundError:
        raise Unreadable(Complaint("no such file", shown, way_out="Check the name, or use - for standard input")) from None
    except OSError as error:
        way_out = "Check its name and permissions"
        raise Unreadable(Complaint(f"cannot be opened ({error.strerror})", shown, way_out=way_out)) from None


def _complain_too_large(name: str, size: int, most: int = MAX_BYTES) -> Complaint:
    way_out = f"A case file has at most {_format_size(most)}" + ("; as JSON it may be larger" if most < MAX_BYTES else "")
    about = f"more than {_format_size(most)}" if size == most + 1 else f"{size / 1e6:.1f} MB"
    return Complaint(f"{about} is too large for one patient", name, way_out=way_out)


def _format_size(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} kB"


def read_bytes(data: bytes, name: str) -> SourceText:
    """Read UTF-8 bytes. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(_complain_too_large(name, len(data)))
    try:
        return read_text(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(Complaint("not UTF-8 text", name, line, "Save the file as UTF-8")) from None


def read_text(text: str, name: str) -> SourceText:
    """Read one YAML or JSON document. Raises Unreadable with file, line and the way out."""
    if not text.strip():
        raise Unreadable(_complain_empty(name))
    try:
        as_json = _read_json(text, name) if _is_json_needed(text) else None
        if len(text) <= MAX_YAML:  # in JSON a tab is a blank; YAML knows no tabs, but it knows the lines
            return _read_yaml(text.replace("\t", " ") if as_json else text, name, as_json)
        if as_json is None:
            raise Unreadable(_complain_too_large(name, len(text), MAX_YAML))
        return as_json
    except RecursionError:
        raise Unreadable(_complain_too_deep(name, None)) from None


def _complain_empty(name: str) -> Complaint:
    return Complaint("the file is empty", name, way_out="`concordant template` prints a case file to fill in")


def _is_json_needed(text: str) -> bool:
    return text.lstrip().startswith(("{", "[")) and (len(text) > MAX_YAML or "\t" in text or "\\" in text)


def _read_yaml(text: str, name: str, as_json: SourceText | None) -> SourceText:
    """The document with its lines; of JSON the value that JSON gives, even where YAML stumbles."""
    reader = _NodeReader(SourceText(name, None))
    try:
        reader.document.value = reader.read_node(_compose_nodes(text, name), ())
    except Unreadable:
        if as_json is None:
            raise
    if as_json is not None:
        return SourceText(name, as_json.value, reader.document.lines)
    if reader.complaints:
        raise Unreadable(list(dict.fromkeys(reader.complaints))[:MOST_COMPLAINTS])
    if reader.document.value is None:
        raise Unreadable(_complain_empty(name))
    return reader.document


def _compose_nodes(text: str, name: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False  # no alias is followed anyway
        yaml.max_depth = 2 * MAX_DEPTH  # deeper brackets cost the square of their depth; up to here the line is told
        return yaml.compose(text)
    except RecursionError:
        raise
    except MarkedYAMLError as error:
        if _TOO_DEEP in str(error.problem):
            raise Unreadable(_complain_too_deep(name, None)) from None
        mark = error.problem_mark or error.context_mark
        raise Unreadable(_complain_not_yaml(name, mark.line + 1 if mark else None, str(error.problem or error.context))) from None
    except Exception as error:  # ruamel also lets OverflowError, IndexError and others out
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        raise Unreadable(_complain_not_yaml(name, line, str(error).split("\n", 1)[0])) from None


_TOO_DEEP = "maximum depth"  # so the YAML library begins to say it

# What the YAML library says, what it means here, and the way out.
_PROBLEMS = (
    ("'\\t' that cannot start", "a tab at the start of a line or value", "Indent with blanks"),
    ("that cannot start any token", "a sign that cannot begin a value", "Put the value in quotes"),
    ("mapping values are not allowed", "a colon where none can be", "Check the indentation, or put the text in quotes"),
    ("expected <block end>", "this line does not fit the one before", "Check its indentation and its brackets"),
    ("unexpected end of stream", "a quote is opened and never closed", "Close the quote"),
    ("expected ',' or", "a comma or a closing bracket is missing, here or in the line before", "Add it"),
    ("could not find expected ':'", "a key without a colon", "Write `key: value`"),
    ("expected the node content", "a value or a bracket is missing", "Write a value, or take the comma out"),
    ("expected '<document start>'", "this line does not belong to what stands above it", "Check its indentation"),
    ("too large to convert", "an escape that is no character", "Write the character itself"),
    ("another document", "a second document begins here", "Keep one patient in a file, and no `---` between"),
    ("undefined alias", "an alias (*name) is used", "Write the value out, or put the text in quotes"),
    ("special characters are not allowed", "a control character", "Save the file as plain text"),
)


def _complain_not_yaml(name: str, line: int | None, problem: str) -> Complaint:
    for sign, says, way_out in _PROBLEMS:
        if sign in problem:
            return Complaint(f"not YAML or JSON: {says}", name, line, way_out)
    return Complaint(f"not YAML or JSON: {problem}", name, line, "Check indentation, colons and quotes near this line")


def _complain_too_deep(name: str, line: int | None) -> Complaint:
    return Complaint("nested too deep", name, line, f"A case file has at most {MAX_DEPTH} levels")


def _complain_duplicate_key(key: str, name: str, line: int | None = None) -> Complaint:
    return Complaint(f"the key {quote_word(key)} stands twice in one place", name, line, "Keep one of the two")


def _read_json(text: str, name: str) -> SourceText | None:
    """JSON without its lines, for what YAML stumbles over (tabs, size); None when it is not JSON."""

    def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) == len(pairs):
            return mapping
        keys = [key for key, _ in pairs]
        raise Unreadable(_complain_duplicate_key(next(key for i, key in enumerate(keys) if key in keys[:i]), name))

    try:
        value = json.loads(text, object_pairs_hook=refuse_duplicates, parse_int=str, parse_float=str, parse_constant=str)
        return SourceText(name, _to_text_values(value, name, 0))
    except ValueError:
        return None
    except Unreadable:
        if len(text) > MAX_YAML:
            raise
        return None  # YAML finds it again, with its line


def _to_text_values(value: Any, name: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Unreadable(_complain_too_deep(name, None))
    if isinstance(value, dict):
        return {_to_text_values(key, name, depth): _to_text_values(item, name, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_text_values(item, name, depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        refuse_controls(value, name)
    return value


_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")  # they turn the direction of writing


def find_control(value: str) -> str:
    """The first control character or half of a surrogate pair, which no screen and no file may get; else empty."""
    if value.isprintable():
        return ""
    return next((sign for sign in value if sign not in "\t\n\r" and _is_control(sign)), "")


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or unicodedata.bidirectional(sign) in _TURNS


def refuse_controls(value: str, name: str) -> None:
    """Raises Unreadable for a text with a sign that no screen and no file may get."""
    if sign := find_control(value):
        raise Unreadable(_complain_control(sign, name, None))


def _complain_control(sign: str, name: str, line: int | None) -> Complaint:
    return Complaint(f"a control character (U+{ord(sign):04X})", name, line, "Take it out; it is no text")


class _NodeReader(msgspec.Struct):
    """Composed nodes to plain values; notes lines, and what is wrong, on the way."""

    document: SourceText
    complaints: list[Complaint] = msgspec.field(default_factory=list)
    seen: set[int] = msgspec.field(default_factory=set)

    def read_node(self, node: Any, place: Place) -> Any:
        if node is None:
            return None
        line = node.start_mark.line + 1
        self.document.lines[place] = line
        if len(place) > MAX_DEPTH:
            raise Unreadable(_complain_too_deep(self.document.file, line))
        if id(node) in self.seen:
            return self._add_complaint("an alias (*name) is used", line, "Write the value out")
        self.seen.add(id(node))
        if node.id == "scalar":
            return self._read_scalar(node, line)
        if node.id == "sequence":
            return [self.read_node(item, (*place, i)) for i, item in enumerate(node.value)]
        return self._read_mapping(node, place)

    def _add_complaint(self, says: str, line: int, way_out: str) -> None:
        self.complaints.append(Complaint(says, self.document.file, line, way_out))

    def _read_scalar(self, node: Any, line: int) -> str | None:
        if node.style is None and node.value in ("", "~", "null", "Null", "NULL"):
            return None
        if sign := find_control(node.value):
            self.complaints.append(_complain_control(sign, self.document.file, line))
        return str(node.value)

    def _read_mapping(self, node: Any, place: Place) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key_node, item in node.value:
            line = key_node.start_mark.line + 1
            if key_node.id != "scalar" or not key_node.value:
                self._add_complaint("a key is not a word", line, "Write `key: value`")
                continue
            key = self._read_scalar(key_node, line) or str(key_node.value)
            if key in value:
                self.complaints.append(_complain_duplicate_key(key, self.document.file, line))
            value[key] = self.read_node(item, (*place, key))
            self.document.lines[(*place, key)] = line
        return value
