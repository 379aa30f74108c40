"""One fault costs one entry, and the same one, through whatever door; a key that stands twice is never a guess."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine, Patient
from concordant.errors import Unreadable
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.fhir.spool import Spool
from tests.record.fhir.builders import AS_OF, observation, woman

IHC, LVEF = "48676-1", "10230-1"
POSITIVE = {"valueCodeableConcept": {"text": "positive"}}
NEGATIVE = {"valueCodeableConcept": {"text": "negative"}}
Lines = list[bytes]


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# -- the doors ----------------------------------------------------------------------------------------


def _bundle(lines: Lines) -> bytes:
    entries = b",".join(b'{"resource": ' + line + b"}" for line in lines)
    return b'{"resourceType": "Bundle", "type": "collection", "entry": [' + entries + b"]}"


def _file(name: str, make: Callable[[Lines], bytes]) -> Callable[[Path, Lines], Any]:
    def door(folder: Path, lines: Lines) -> Any:
        (folder / name).write_bytes(make(lines))
        return str(folder / name)

    return door


def _singles(folder: Path, lines: Lines) -> Any:
    for number, line in enumerate(lines):
        (folder / f"{number}.json").write_bytes(line)
    return str(folder)


def _in_folder(name: str, make: Callable[[Lines], bytes]) -> Callable[[Path, Lines], Any]:
    def door(folder: Path, lines: Lines) -> Any:
        (folder / name).write_bytes(make(lines))
        return str(folder)

    return door


def _pipe(make: Callable[[Lines], bytes]) -> Callable[[Path, Lines], Any]:
    def door(folder: Path, lines: Lines) -> Any:
        os.mkfifo(folder / "pipe")
        threading.Thread(target=(folder / "pipe").write_bytes, args=(make(lines),), daemon=True).start()
        return str(folder / "pipe")

    return door


def _packed(make: Callable[[Lines], bytes]) -> Callable[[Lines], bytes]:
    return lambda lines: gzip.compress(make(lines))


_lines = b"\n".join
BY_LINES: dict[str, Callable[[Path, Lines], Any]] = {
    "lines": _file("x.ndjson", _lines),
    "packed lines": _file("x.ndjson.gz", _packed(_lines)),
    "lines, packed, as .ndjson": _file("x.ndjson", _packed(_lines)),
    "lines, not packed, as .ndjson.gz": _file("x.ndjson.gz", _lines),
    "lines as .json": _file("x.json", _lines),
    "packed lines as .bin": _file("x.bin", _packed(_lines)),
    "lines in a folder": _in_folder("x.ndjson", _lines),
    "single files": _singles,
    "lines at hand": lambda _, lines: _lines(lines),
    "packed lines at hand": lambda _, lines: gzip.compress(_lines(lines)),
    "lines through a pipe": _pipe(_lines),
}
AS_DOCUMENT: dict[str, Callable[[Path, Lines], Any]] = {
    "bundle": _file("x.json", _bundle),
    "packed bundle as .txt": _file("x.txt", _packed(_bundle)),
    "bundle at hand": lambda _, lines: _bundle(lines),
    "bundle through a pipe": _pipe(_bundle),
    "bundle of more than 10 MB": _file("x.json", lambda lines: _bundle(lines) + b" " * 10_000_001),
}
DOORS = BY_LINES | AS_DOCUMENT
NEEDS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")


def read_all(engine: Engine, source: Any) -> tuple[dict[str, Patient], Account]:
    rest = Account()
    return {patient.id: patient for patient in engine.read(source, today=AS_OF).stream(rest)}, rest


def good_lines() -> Lines:
    return [encoded(one) for one in (woman("p1"), woman("p2"), observation("ok", IHC, "p2", **POSITIVE))]


# -- one entry that is faulty -------------------------------------------------------------------------

BAD = encoded(observation("bad", IHC, **NEGATIVE))
FAULTS: dict[str, tuple[bytes, str]] = {
    "a byte that is no text": (BAD.replace(b'"negative"', b'"negativ\xe9"'), "not UTF-8 text"),
    "half a character": (BAD.replace(b'"negative"', b'"negative\xe2\x82"'), "not UTF-8 text"),
    "bytes of a surrogate": (BAD.replace(b'"negative"', b'"\xed\xa0\x80"'), "not UTF-8 text"),
    "a number of 400 digits": (
        BAD.replace(b'"final"', b'"final", "valueQuantity": {"value": ' + b"1" * 400 + b"}"),
        "out of range",
    ),
    "a number beyond all": (BAD.replace(b'"final"', b'"final", "valueQuantity": {"value": 1e999}'), "out of range"),
    "a list for a text": (BAD.replace(b'"negative"', b'["negative"]'), "a value of the wrong type"),
}


@NEEDS_PIPES
@pytest.mark.parametrize("door", DOORS)
def test_a_fault_costs_its_entry_through_every_door(door: str, engine: Engine, tmp_path: Path) -> None:
    for name, (line, why) in FAULTS.items():
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        patients, rest = read_all(engine, DOORS[door](folder, [*good_lines(), line]))
        assert list(patients) == ["p1", "p2"], name
        rows = [(row.place, row.fate, row.why) for row in patients["p1"].account.rows if row.place.startswith("Obs")]
        assert [(place, fate) for place, fate, _ in rows] == [("Observation/bad", "set aside")], (name, rows)
        assert why in rows[0][2], name
        assert [row.fate for row in patients["p2"].account.rows] == ["used", "used"], name
        assert not rest.rows, name
        (marker,) = patients["p1"].record.markers  # a result that cannot be read stays open
        assert not marker.word, name


def _doubled(line: bytes, key: str, value: str) -> bytes:
    return line[:-1] + f', "{key}": {value}}}'.encode()


REPEATED = {
    "the value": _doubled(BAD, "valueCodeableConcept", '{"text": "positive"}'),
    "the status": _doubled(BAD, "status", '"entered-in-error"'),
    "far inside": BAD.replace(b'"negative"', b'"negative", "text": "positive"'),
    "written another way": _doubled(BAD, "value\\u0043odeableConcept", '{"text": "positive"}'),
}
HEADS = {
    "what it is": _doubled(BAD, "resourceType", '"Claim"'),
    "whom it is about": _doubled(BAD, "subject", '{"reference": "Patient/p2"}'),
    "in the reference": BAD.replace(b'"reference": "Patient/p1"', b'"reference": "Patient/p2", "reference": "Patient/p1"'),
}


@NEEDS_PIPES
@pytest.mark.parametrize("door", DOORS)
def test_a_key_that_stands_twice_is_refused_through_every_door(door: str, engine: Engine, tmp_path: Path) -> None:
    for name, line in {**REPEATED, **HEADS}.items():
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        source = DOORS[door](folder, [*good_lines(), line])
        if door in AS_DOCUMENT:
            with pytest.raises(Unreadable, match="stands twice in one object"):
                read_all(engine, source)
            continue
        patients, rest = read_all(engine, source)
        told = [*rest.rows, *(row for patient in patients.values() for row in patient.account.rows)]
        aside = [row for row in told if row.fate == "set aside"]
        assert ["stands twice" in row.why for row in aside] == [True], (name, aside)
        assert len(told) == 4, name
        if name in REPEATED:  # it is known whose it is: the result is open, and neither of the two
            assert [marker.word for marker in patients["p1"].record.markers] == [None], name
        assert [row.fate for row in patients["p2"].account.rows] == ["used", "used"], name


def test_an_id_that_is_no_text_names_nobody(engine: Engine, tmp_path: Path) -> None:
    ids = (b"p\xe9", b"p\xe8")
    lines = [encoded(woman("p1")), *(encoded(woman("PX")).replace(b"PX", id_) for id_ in ids)]
    patients, rest = read_all(engine, BY_LINES["lines"](tmp_path, lines))
    assert list(patients) == ["p1"]
    assert [row.fate for row in rest.rows] == ["set aside"] * 2


def test_a_temporary_disk_that_is_full_ends_in_a_sentence(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Spool.__post_init__

    def cramped(spool: Spool) -> None:
        made(spool)
        spool.base.execute("PRAGMA max_page_count = 8")

    monkeypatch.setattr(Spool, "__post_init__", cramped)
    lines = [encoded(woman("p1")), *(encoded(observation(f"o{i}", LVEF, note=[{"text": "x" * 999}])) for i in range(9000))]
    with pytest.raises(Unreadable, match=r"disk is full.*Make room in the temporary folder"):
        read_all(engine, BY_LINES["lines"](tmp_path, lines))
