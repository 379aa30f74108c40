"""FHIR at the command line: what is FHIR, and its patients one after the other."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from concordant.compiled import Knowledge
from concordant.complaints import Complaint, Unreadable, quoted
from concordant.record.account import Account
from concordant.record.sources import Patient

NAMES = (".ndjson", ".jsonl", ".gz")
MARK = b'"resourceType"'
CHECKED_BYTES = 10_000_000  # up to here a document is searched for keys that stand twice
HEAD_BYTES = 1_000_000
MOST_TRIED = 50  # files of a folder, until it is taken for no FHIR


def is_fhir(source: str) -> bool:
    """Whether a named source is FHIR: by its name, by what a folder holds, or because it speaks of resource types."""
    path = Path(source)
    if path.is_dir():
        return any(p.is_file() and is_fhir(str(p)) for p in islice(_data_files(path), MOST_TRIED))
    if source.lower().endswith(NAMES):
        return path.is_file()
    try:
        with path.open("rb") as file:
            return looks_like_fhir(file.read(HEAD_BYTES))
    except OSError:
        return False


def _data_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.name.lower().endswith((".json", *NAMES)))


def looks_like_fhir(head: bytes) -> bool:
    """JSON, or gzip, that names a resource type."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:2] == b"\x1f\x8b" or (text[:1] in (b"{", b"[") and MARK in text)


def patients_of_path(source: str, knowledge: Knowledge, as_of: dt.date, rest: Account, *, given: bool) -> Iterator[Patient]:
    """The patients of a file or a folder; what belongs to none of them goes to `rest`, and is told at the end."""
    from concordant.record.fhir.kit import kit_of
    from concordant.record.fhir.stream import patients_of

    path = Path(source)
    if path.is_file() and path.stat().st_size <= CHECKED_BYTES and source.lower().endswith(".json"):
        refuse_twice(path.read_bytes(), source)
    stream = patients_of(path, kit_of(knowledge), as_of, given=given)
    yield from stream
    rest.add([stream.rest])
    tell_rest(rest, stream.beyond)


def patients_of_bytes(data: bytes, knowledge: Knowledge, as_of: dt.date, rest: Account, *, given: bool) -> Iterator[Patient]:
    """The patients of standard input."""
    from concordant.record.fhir.kit import kit_of
    from concordant.record.fhir.read import read_with

    refuse_twice(data, "standard input")
    reading = read_with(data, "standard input", kit_of(knowledge), as_of, given=given)
    yield from reading.patients
    rest.add([reading.rest])
    tell_rest(rest, 0)


def tell_rest(rest: Account, beyond: int) -> None:
    """Entries that belong to no patient, and lines that cannot be read: counted, the first ones named."""
    if not rest.rows:
        return
    more = f", and {beyond} more" if beyond else ""
    print(f"Beside the patients, {rest.sentence}{more}.", file=sys.stderr)  # noqa: T201
    aside = [row for row in rest.rows if row.fate == "set aside"]
    for row in aside[:20]:
        print(str(Complaint(f"set aside: {row.why}", row.place)), file=sys.stderr)  # noqa: T201
    if len(aside) > 20:
        print(f"... and {len(aside) - 20} more; `concordant read --refused FILE` writes them all.", file=sys.stderr)  # noqa: T201


def refuse_twice(data: bytes, name: str) -> None:
    """Refuse a document in which a key stands twice in one object: only one of the two could be read."""
    try:
        json.loads(data, object_pairs_hook=_once)
    except _TwiceError as error:
        says = f"the key {quoted(str(error))} stands twice in one object"
        raise Unreadable(Complaint(says, name, way_out="Leave one of the two")) from None
    except (ValueError, RecursionError):
        return  # what is no JSON is told by the reader


class _TwiceError(Exception):
    """A key that stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    keys = {key for key, _ in pairs}
    if len(keys) < len(pairs):
        seen: set[str] = set()
        raise _TwiceError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
