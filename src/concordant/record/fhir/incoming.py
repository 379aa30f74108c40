"""JSON as it comes in, whatever door it comes through: what is wrong with it as text, before anything is read from it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec

from concordant.errors import Complaint, Unreadable, quote_word
from concordant.record.fhir.known_shapes import SHAPES

ANYTHING = msgspec.json.Decoder()
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BAD_BYTE = "\ufffd"
LONGEST_PLAIN = 1000  # bytes of a line whose shape may come again
TWICE = "\0twice"  # no key of JSON as it is written by anybody
HEAD_KEYS = ("resourceType", "id", "subject", "patient", "reference")


def refuse_repeated_keys(data: bytes, name: str) -> None:
    """Refuse a document in which a key stands twice in one object: only one of the two could be read. Raises Unreadable."""
    if key := find_repeated_key(data):
        raise Unreadable(Complaint(describe_repeated(key), name, way_out="Leave one of the two"))


def describe_repeated(key: str) -> str:
    """What is said of a key that stands twice."""
    return f"the key {quote_word(key)} stands twice in one object"


def find_repeated_key(data: bytes) -> str:
    """A key that stands twice in one object; empty where none does, and for what is no JSON."""
    try:
        json.loads(data, object_pairs_hook=_refuse_repeated, parse_int=str, parse_float=str)
    except _RepeatedKeyError as error:
        return str(error)
    except (ValueError, RecursionError):
        return ""  # told by the reader
    return ""


def find_line_fault(line: bytes) -> str:
    """Why a resource cannot be read as it stands: a byte that is no text, a key that stands twice; empty for a good one."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 text (byte {error.start})"
    if (len(line) <= LONGEST_PLAIN and SHAPES.look_through(line)[0]) or _is_written_plainly(line):
        return ""
    key = find_repeated_key(line)
    return describe_repeated(key) if key else ""


def holds_lines(head: bytes) -> bool:
    """Whether it is NDJSON, whatever its name: the first line is an object by itself, and another begins after it."""
    first, _, more = head.removeprefix(BYTE_ORDER_MARK).lstrip().partition(b"\n")
    if not first.startswith(b"{") or not more.lstrip().startswith(b"{"):
        return False
    try:
        msgspec.json.decode(replace_bad_bytes(first), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def is_head_repeated(line: bytes) -> bool:
    """Whether what a resource is, or whom it is about, is told twice."""
    try:
        top = json.loads(replace_bad_bytes(line), object_pairs_hook=_note_repeated, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return True
    owners = (top.get("subject"), top.get("patient")) if isinstance(top, dict) else ()
    return any(isinstance(told, dict) and told[TWICE] for told in (top, *owners))


def _note_repeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    return {**dict(pairs), TWICE: any(keys.count(key) > 1 for key in HEAD_KEYS)}


def replace_bad_bytes(data: bytes) -> bytes:
    """The same where it is text; else with a sign for each byte that is none, so that what it is about can be told."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="replace").encode()
    return data


def _is_written_plainly(line: bytes) -> bool:
    """Whether it is written as we would write what it says; then nothing in it was said twice. Nearly every line is."""
    try:
        return msgspec.json.encode(ANYTHING.decode(line)) == line
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return False


class _RepeatedKeyError(Exception):
    """A key that stands twice."""


def _refuse_repeated(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _RepeatedKeyError(_find_second(key for key, _ in pairs))


def _find_second(keys: Iterable[str]) -> str:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return ""
