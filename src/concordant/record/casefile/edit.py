"""Facts put into the text of a case file; everything else in it keeps its place, its spelling and its comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from concordant.errors import Complaint, ConcordantError, Refused
from concordant.texts import read_text

PLAIN = re.compile(r"[A-Za-z0-9][\w .+*/%-]*")
NEW = "# Answers given to `concordant ask`; `concordant template` shows what else a case file may hold.\n"
LINE_END = re.compile(r"\r\n|\n|\r")


def write_new_case(as_of: str, stated: Mapping[str, str]) -> str:
    """A case file that holds nothing but a date and these facts."""
    lines = [f"  {name}: {_quote_value(value)}\n" for name, value in stated.items()]
    return f"{NEW}as_of: {as_of}\n" + ("stated:\n" + "".join(lines) if lines else "")


def add_stated(text: str, stated: Mapping[str, str], as_of: str = "") -> str:
    """The case file with these facts under `stated`, and `as_of` where it is given and the file has none.

    Raises Refused for a layout in which they cannot be put without touching the rest.
    """
    wanted = _make_expected(text, stated, as_of)
    try:
        changed = text
        for name, value in stated.items():
            changed = _set_stated(changed, name, value)
        if as_of and _read_value(text).get("as_of") is None:
            changed = _set_as_of(changed, as_of)
        if _read_value(changed) == wanted:
            return changed
    except (ConcordantError, ValueError):
        pass
    if text.lstrip().startswith("{"):
        return json.dumps(wanted, indent=1, ensure_ascii=False) + "\n"
    way_out = "Write it to a new file, or bring `stated` into lines of the form `key: value`"
    raise Refused(Complaint("the answers cannot be added to a file of this layout", "--write", way_out=way_out))


def _read_value(text: str) -> dict[str, Any]:
    value = read_text(text, "case").value
    return value if isinstance(value, dict) else {}


def _make_expected(text: str, stated: Mapping[str, str], as_of: str) -> dict[str, Any]:
    """What a reader has to find afterwards."""
    value = _read_value(text)
    case = {**value, "stated": {**(value.get("stated") or {}), **stated}} if stated else dict(value)
    return {**case, "as_of": as_of} if as_of and value.get("as_of") is None else case


def _parse_root(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text.replace("\t", " "))
    except MarkedYAMLError:
        raise ValueError("not the YAML of a case file") from None
    if getattr(node, "id", "") != "mapping":
        raise ValueError("no mapping")
    return node


def _set_stated(text: str, name: str, value: str) -> str:
    root = _parse_root(text)
    block = _find_item(root, "stated")
    if block is None:
        return _add_stated_block(text, root, name, value)
    if block.id != "mapping":
        return _fill_stated_block(text, root, block, name, value)
    old = next((pair for pair in block.value if pair[0].value == name), None)
    if old is not None:
        return _replace_value(text, old[0], old[1], _format_value(value, text))
    return _append_pair(text, block, f"{_format_key(name, text)}: {_format_value(value, text)}")


def _find_item(mapping: Any, name: str) -> Any:
    return next((item for key, item in mapping.value if key.value == name), None)


def _replace_value(text: str, key: Any, old: Any, written: str) -> str:
    """The file with another value for a key; one without a value has its place behind the colon."""
    if old.start_mark.index == old.end_mark.index:
        at = text.index(":", key.end_mark.index) + 1
        return f"{text[:at]} {written}{text[at:]}"
    gap = "" if text[old.start_mark.index - 1] in " \t" else " "
    return text[: old.start_mark.index] + gap + written + text[old.end_mark.index :]


def _add_stated_block(text: str, root: Any, name: str, value: str) -> str:
    """The file with its first `stated`."""
    if root.flow_style:
        return _append_pair(
            text, root, f"{_format_key('stated', text)}: {{{_format_key(name, text)}: {_format_value(value, text)}}}"
        )
    pad, end = " " * root.start_mark.column, _find_line_end(text)
    at = _find_document_end(text)
    before = text[:at] if text[:at].endswith(("\n", "\r")) else text[:at] + end
    return f"{before}{pad}stated:{end}{pad}  {name}: {_quote_value(value)}{end}{text[at:]}"


def _find_document_end(text: str) -> int:
    match = re.search(r"^\.\.\.\s*$", text, re.M)
    return match.start() if match else len(text)


def _fill_stated_block(text: str, root: Any, empty: Any, name: str, value: str) -> str:
    """The file with facts under a `stated` that has none yet."""
    if root.flow_style:
        written = f"{{{_format_key(name, text)}: {_format_value(value, text)}}}"
        return text[: empty.start_mark.index] + written + text[empty.end_mark.index :]
    start = next(key for key, _ in root.value if key.value == "stated").end_mark.index
    text = text[:start] + text[start:].replace(empty.value, "", 1) if empty.value else text
    return _insert_line(text, start, f"{' ' * root.start_mark.column}  {name}: {_quote_value(value)}")


def _append_pair(text: str, mapping: Any, pair: str) -> str:
    """The text with one more pair at the end of a mapping."""
    if not mapping.value:
        at = mapping.start_mark.index + 1
        return text[:at] + pair + text[at:]
    at = mapping.value[-1][1].end_mark.index
    if mapping.flow_style:
        return f"{text[:at]}, {pair}{text[at:]}"
    return _insert_line(text, at, " " * mapping.value[-1][0].start_mark.column + pair)


def _insert_line(text: str, after: int, line: str) -> str:
    """The text with a line put in below the one that holds a position."""
    match = LINE_END.search(text, after)
    if match is None:
        return f"{text}{_find_line_end(text)}{line}{_find_line_end(text)}"
    return f"{text[: match.end()]}{line}{_find_line_end(text)}{text[match.end() :]}"


def _set_as_of(text: str, as_of: str) -> str:
    """The file with a date, in the place that it keeps for one, or at the top."""
    root = _parse_root(text)
    empty = next((pair for pair in root.value if pair[0].value == "as_of"), None)
    if empty is not None:
        return _replace_value(text, empty[0], empty[1], _format_value(as_of, text))
    at = root.start_mark.index
    if root.flow_style:
        return f"{text[: at + 1]}{_format_key('as_of', text)}: {_format_value(as_of, text)}, {text[at + 1 :]}"
    return f"{text[:at]}as_of: {as_of}{_find_line_end(text)}{' ' * root.start_mark.column}{text[at:]}"


def _find_line_end(text: str) -> str:
    match = LINE_END.search(text)
    return match[0] if match else "\n"


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _format_key(name: str, text: str) -> str:
    return json.dumps(name) if _is_json(text) else name


def _format_value(value: str, text: str) -> str:
    return json.dumps(value, ensure_ascii=False) if _is_json(text) else _quote_value(value)


def _quote_value(value: str) -> str:
    """The value as YAML that reads as this very text."""
    return value if PLAIN.fullmatch(value) and value == value.strip() else json.dumps(value, ensure_ascii=False)
