"""Mutated FHIR bundles: never a traceback, never an entry lost. `--runs N` (default 300) and `--seed N`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from concordant.errors import ConcordantError
from concordant.library import load_shipped
from concordant.record.fhir.read import read_document
from concordant.record.fhir.tables import FhirTables, make_fhir_tables

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "fhir"
AS_OF = dt.date(2024, 6, 1)
ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1e308,
    "",
    "x" * 500,
    "2021-13",
    "2021-02-30",
    "9999",
    "0001-01-01",
    [],
    {},
    [[]],
    [None],
    "\u0000",
    "#self",
]
BYTES = (b"{", b"}", b"[", b'"', b",", b"\xff", b"\x00", b"\\u12", b"1e999", b"NaN", b"\xef\xbb\xbf")


def mutated(document: Any, dice: random.Random) -> bytes:
    """The document with one to four faults, in its values or in its bytes."""
    document = json.loads(json.dumps(document))
    for _ in range(dice.randint(1, 4)):
        if document:
            _fault(document, dice)
    data = bytearray(json.dumps(document).encode())
    if dice.random() < 0.25:
        at = dice.randrange(len(data))
        data[at : at + dice.randint(0, 3)] = dice.choice(BYTES)
    if dice.random() < 0.05:
        del data[dice.randrange(len(data)) :]
    return bytes(data)


def _fault(document: Any, dice: random.Random) -> None:
    node, key = _somewhere(document, dice)
    kind = dice.randrange(5)
    if kind == 0:
        node[key] = json.loads(json.dumps(dice.choice(ODD)))
    elif kind == 1:
        del node[key]
    elif kind == 2:
        node[key] = [node[key]] if dice.random() < 0.5 else {"reference": node[key]}
    elif kind == 3 and isinstance(node, list):
        node.append(node[key])
    else:
        other, there = _somewhere(document, dice)
        node[key] = json.loads(json.dumps(other[there]))


def _somewhere(document: Any, dice: random.Random) -> tuple[Any, Any]:
    node, key = document, dice.choice(list(document)) if isinstance(document, dict) else 0
    while isinstance(node[key], dict | list) and node[key] and dice.random() < 0.9:
        node = node[key]
        key = dice.choice(list(node)) if isinstance(node, dict) else dice.randrange(len(node))
    return node, key


def entries_of(document: Any) -> int:
    """How many entries a document has, counted without the reader."""
    if isinstance(document, list):
        return sum(map(entries_of, document))
    if not isinstance(document, dict):
        return 1
    if document.get("resourceType") != "Bundle" and document.get("entry") is None:
        return 1
    entries = document.get("entry") or []
    return sum(
        max(1, entries_of(e["resource"])) if isinstance(e, dict) and isinstance(e.get("resource"), dict) else 1 for e in entries
    )


def fate(data: bytes, kit: FhirTables) -> str:
    """What became of it: read, refused, or a fault of the program in words."""
    try:
        reading = read_document(data, "mutant.json", kit, AS_OF)
    except ConcordantError:
        return "refused"
    except Exception:  # every other exception is what is looked for
        return traceback.format_exc()
    counted = sum(len(p.account.rows) for p in reading.patients) + len(reading.rest.rows)
    try:
        expected = entries_of(json.loads(data))
    except ValueError:
        return "read, and no JSON for Python"
    return "read" if counted == expected else f"{counted} entries accounted for of {expected}"


def run(runs: int, seed: int) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Try `runs` mutants; the counts, and the first faults with their number."""
    dice, kit = random.Random(seed), make_fhir_tables(load_shipped())
    documents = [json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))]
    counts: Counter[str] = Counter()
    faults = []
    for number in range(runs):
        told = fate(mutated(dice.choice(documents), dice), kit)
        known = told.startswith(("read", "refused"))
        counts[told if known else "fault"] += 1
        if not known and len(faults) < 5:
            faults.append((number, told))
    return counts, faults


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found, bad = run(options.runs, options.seed)
    print(dict(found))
    for place, says in bad:
        print(f"mutant {place}:\n{says}")
    sys.exit(1 if bad else 0)
