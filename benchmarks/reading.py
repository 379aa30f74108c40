"""How fast FHIR is read: python benchmarks/reading.py [--write] [--bulk MEGABYTES] [--before FOLDER...]

Side by side in one run, per second of one core, over bundles told from the shipped cases: bare decoding of the same bytes (into
the same structs, and into dicts), a hand-written one-pass Python reader that looks up a dozen codes, our reading (record and
account), and our reading with the decision. Realistic bundles are filled up to 200 resources with unrelated laboratory results.
`--bulk` writes a file of NDJSON and reads it, for the peak of memory. `--before` names checkouts of earlier states, measured in
turn in the same run, also over lines and tables: what counts is the ratio, for other programs share the machine.
 `--write` puts the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.writers.as_fhir import bundle_of

from concordant.answer.engine import decide_record
from concordant.errors import ConcordantError
from concordant.library import FOLDER, load_shipped
from concordant.model.knowledge import Knowledge
from concordant.record.casefile.read import read_case
from concordant.record.fhir.read import read_document
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.stream import iter_patients
from concordant.record.fhir.tables import make_fhir_tables
from concordant.terminology.names import make_words
from concordant.texts import read_file

ROOT = Path(__file__).resolve().parents[1]
RESOURCES, REPEATS, DAY = 200, 9, dt.date(2026, 11, 27)
TESTS = range(1000, 1100)  # with a check digit each, 1 000 codes: a hospital's laboratory has some hundred tests
Bundle = tuple[bytes, dt.date]


def told_as_fhir(knowledge: Knowledge) -> Iterator[tuple[dict[str, Any], dt.date]]:
    """Every case that can be told as FHIR."""
    words = make_words(knowledge)
    for path in sorted((FOLDER / "cases").rglob("*.yaml")):
        try:
            record = read_case(read_file(path), knowledge, words, DAY)
            yield bundle_of(record, knowledge), record.as_of
        except (ConcordantError, KeyError):
            continue


def unrelated(number: int, patient: str, rng: random.Random) -> dict[str, Any]:
    """A laboratory result that nothing here asks for."""
    code = {"coding": [{"system": "http://loinc.org", "code": f"{TESTS[rng.randrange(len(TESTS))]}-{rng.randint(0, 9)}"}]}
    value = {"value": round(rng.random() * 200, 1), "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}
    found = {"resourceType": "Observation", "id": f"o{number}", "status": "final", "code": code, "valueQuantity": value}
    day = f"20{rng.randint(20, 22)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
    return {"resource": {**found, "subject": {"reference": patient}, "effectiveDateTime": day}}


def filled(bundle: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The bundle with as many resources as a real one has."""
    entries = list(bundle["entry"])
    person = next(e["resource"]["id"] for e in entries if e["resource"]["resourceType"] == "Patient")
    entries += [unrelated(n, f"Patient/{person}", rng) for n in range(len(entries), RESOURCES)]
    return {**bundle, "entry": entries}


def per_second(bundles: Sequence[Bundle], actions: Mapping[str, Callable[[bytes, dt.date], object]]) -> dict[str, float]:
    """Bundles a second of processor time, the best of some rounds; in each round every action has its turn."""
    best = dict.fromkeys(actions, float("inf"))
    for _ in range(REPEATS):
        for name, action in actions.items():
            start = time.process_time()
            for data, day in bundles:
                action(data, day)
            best[name] = min(best[name], time.process_time() - start)
    return {name: len(bundles) / seconds for name, seconds in best.items()}


WANTED = frozenset(("85319-2", "85318-4", "85337-4", "85339-0", "10230-1", "8806-2", "89247-1", "29463-7", "8302-2", "1975-2"))


def by_hand(data: bytes, _: dt.date) -> dict[str, Any]:
    """What a careful script does: one pass, the latest result of each wanted code, conditions and drugs by code."""
    latest: dict[str, tuple[str, Any]] = {}
    conditions: dict[str, str] = {}
    drugs: dict[str, list[tuple[str, str]]] = {}
    for entry in msgspec.json.decode(data)["entry"]:
        one = entry["resource"]
        codings = (one.get("code") or one.get("medicationCodeableConcept") or {}).get("coding", ())
        for code in (coding.get("code", "") for coding in codings):
            kind = one["resourceType"]
            if kind == "Observation" and code in WANTED and one.get("status") in ("final", "amended", "corrected"):
                told = (one.get("effectiveDateTime", ""), one.get("valueQuantity") or one.get("valueCodeableConcept"))
                latest[code] = max(latest.get(code, ("", None)), told, key=lambda pair: pair[0])
            elif kind == "Condition":
                conditions[code] = one.get("onsetDateTime", "")
            elif kind.startswith("Medication"):
                period = one.get("effectivePeriod") or {}
                drugs.setdefault(code, []).append((period.get("start", ""), period.get("end", "")))
    return {"latest": latest, "conditions": conditions, "drugs": drugs}


def table(bundles: Sequence[Bundle], knowledge: Knowledge) -> list[str]:
    kit, decoder = make_fhir_tables(knowledge), msgspec.json.Decoder(Resource)

    def read(data: bytes, day: dt.date) -> list[Any]:
        return read_document(data, "bundle", kit, day).patients

    actions: dict[str, Callable[[bytes, dt.date], object]] = {
        "decoding the bytes, into the same structs": lambda data, _: decoder.decode(data),
        "decoding the bytes, into dicts": lambda data, _: msgspec.json.decode(data),
        "a hand-written reader, one pass, no account": by_hand,
        "reading: record and account": read,
        "reading and decision": lambda data, day: [decide_record(p.record, knowledge) for p in read(data, day)],
    }
    rows = per_second(bundles, actions)
    bare = rows["decoding the bytes, into the same structs"]
    size = sum(len(data) for data, _ in bundles) / len(bundles) / 1000
    head = [f"{len(bundles)} bundles of {size:.0f} kB", ""]
    head += ["| what | bundles a second of one core | share of bare decoding |", "|---|---|---|"]
    return [*head, *(f"| {name} | {speed:,.0f} | {speed / bare:.2f} |" for name, speed in rows.items())]


def bulk(megabytes: int, bundle: bytes) -> list[str]:
    """A file of NDJSON read in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
        lines = written(Path(file.name), megabytes, bundle)
        code = f"from benchmarks.reading import read_bulk; read_bulk({file.name!r})"
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - start
    patients, peak = done.stdout.split()
    return [f"NDJSON of {megabytes} MB, {lines:,} lines: {patients} patients in {seconds:.0f} s, peak memory {peak} MB"]


def written(path: Path, megabytes: int, bundle: bytes) -> int:
    """Resources of many patients, a line each, the patients one after the other."""
    lines, patient = 0, 0
    with path.open("wb") as file:
        while file.tell() < megabytes * 1_000_000:
            patient += 1
            for entry in json.loads(bundle.replace(b"Patient/", b"Patient/%d-" % patient))["entry"]:
                one = entry["resource"]
                one["id"] = f"{patient}-{one['id']}"
                file.write(msgspec.json.encode(one) + b"\n")
                lines += 1
    return lines


def read_bulk(name: str) -> None:
    """Print how many patients the file holds, and the peak of memory in MB."""
    count = sum(1 for _ in iter_patients(Path(name), make_fhir_tables(load_shipped()), DAY))
    print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


RATES = {
    "decoding": "bare decoding of realistic bundles, ms each",
    "realistic": "reading a realistic bundle, ms",
    "small": "reading a bundle of the case alone, ms",
    "quiet": "a quiet entry, µs",
    "relevant": "a relevant entry, µs",
    "line": "a person of NDJSON, ms",
    "person": "a person of OMOP, ms",
}
ROUNDS, PEOPLE = 3, 40


def measure_rates() -> dict[str, float]:
    """Processor time of each way in, the best of some rounds."""
    from tests.writers.as_omop import tables_of, write_csv

    from concordant.record.omop.read import iter_patients as iter_persons

    knowledge, rng = load_shipped(), random.Random(1)
    words, kit, decoder = make_words(knowledge), make_fhir_tables(knowledge), msgspec.json.Decoder(Resource)
    told = list(told_as_fhir(knowledge))[:PEOPLE]
    small = [json.dumps(one).encode() for one, _ in told]
    whole = [json.dumps(filled(one, rng)).encode() for one, _ in told]
    relevant = sum(len(one["entry"]) for one, _ in told)
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "all.ndjson"
        people = sum(1 for _ in range(written(lines, 3, whole[0]))) // RESOURCES
        records = [read_document(data, "b", kit, DAY).patients[0].record for data in whole]
        fullest = max(records, key=lambda record: len(record.courses) + len(record.markers) + len(record.measurements))
        cdm = write_csv(repeated(tables_of(fullest, knowledge), len(told)), Path(folder) / "cdm")
        ways: dict[str, Callable[[], object]] = {
            "decoding": lambda: [decoder.decode(data) for data in whole],
            "realistic": lambda: [read_document(data, "b", kit, DAY) for data in whole],
            "small": lambda: [read_document(data, "b", kit, DAY) for data in small],
            "line": lambda: list(iter_patients(lines, kit, DAY)),
            "person": lambda: list(iter_persons(cdm, knowledge, words, DAY, given=False)),
        }
        best = {name: min(time_once(way) for _ in range(ROUNDS)) for name, way in ways.items()}
    each = {name: seconds * 1000 / (people if name == "line" else len(told)) for name, seconds in best.items()}
    quiet = (best["realistic"] - best["small"]) * 1e6 / (RESOURCES * len(told) - relevant)
    return each | {"quiet": quiet, "relevant": best["small"] * 1e6 / relevant}


def repeated(tables: Mapping[str, Sequence[Mapping[str, Any]]], times: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of one person as those of so many."""

    def of(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "person_id": number} if "person_id" in row else dict(row)

    many = range(1, times + 1)
    return {
        name: [of(number, row) for number in (many if any("person_id" in row for row in rows) else (1,)) for row in rows]
        for name, rows in tables.items()
    }


def time_once(way: Callable[[], object]) -> float:
    start = time.process_time()
    way()
    return time.process_time() - start


def compare(befores: Sequence[Path]) -> list[str]:
    """The rates of this checkout and of earlier ones, and what each is to the first."""
    code = "import json; from benchmarks.reading import measure_rates; print(json.dumps(measure_rates()))"
    found: list[dict[str, float]] = []
    for source in (*befores, ROOT):
        environment = {**os.environ, "PYTHONPATH": f"{source / 'src'}{os.pathsep}{ROOT}"}
        done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    head = [f"| what | {' | '.join(source.name for source in befores)} | now | ratio |", f"|---|{'---|' * (len(found) + 1)}"]
    rows = [[one[name] for one in found] for name in RATES]
    return head + [
        f"| {says} | {' | '.join(f'{number:.2f}' for number in row)} | {row[-1] / row[0]:.2f} |"
        for says, row in zip(RATES.values(), rows, strict=True)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--bulk", type=int, default=0, metavar="MEGABYTES")
    parser.add_argument("--before", type=Path, nargs="+", default=[], metavar="FOLDER")
    wanted = parser.parse_args()
    if wanted.before:
        print("\n".join(compare(wanted.before)))
        return 0
    knowledge, rng = load_shipped(), random.Random(1)
    told = list(told_as_fhir(knowledge))
    small = [(json.dumps(b, separators=(",", ":")).encode(), day) for b, day in told]
    whole = [(json.dumps(filled(b, rng), separators=(",", ":")).encode(), day) for b, day in told]
    lines = [f"Python {platform.python_version()}, {platform.machine()}, {dt.date.today()}", "", *table(whole, knowledge), ""]
    lines += table(small, knowledge)
    if wanted.bulk:
        lines += ["", *bulk(wanted.bulk, whole[0][0])]
    print("\n".join(lines))
    if wanted.write:
        page = ROOT / "docs" / "performance.md"
        before, _, rest = page.read_text(encoding="utf-8").partition("<!-- reading -->\n")
        _, mark, after = rest.partition("<!-- /reading -->")
        text = f"{before}<!-- reading -->\n" + "\n".join(lines) + f"\n{mark}{after}"
        page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
