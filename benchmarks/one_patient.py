"""How long one patient takes: python benchmarks/one_patient.py [CASES ...] [--write] [--before CHECKOUT]

In process: parsing, facts, decision and the whole answer, for every case; from outside: the command
from cold and its peak memory, beside a bare Python start in the same run. `--write` puts the table
into docs/performance.md. `--before` measures the command of an earlier checkout in turn with this one, and nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from concordant.answer.engine import answer_record, build_situation
from concordant.derive.engine import derive_facts
from concordant.derive.plan import make_plan
from concordant.errors import ConcordantError
from concordant.library import load_shipped
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_file

ROOT = Path(__file__).parent.parent
REPEATS = 5
COLD_RUNS = 15


def timed(action: Callable[[], object]) -> float:
    """The best of some runs, in ms: the machine's noise only ever adds."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def cold(command: list[str]) -> tuple[float, float]:
    """Median seconds of a whole process, and its peak memory in MB; bytecode is written first, as an installer does."""
    seconds = []
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(COLD_RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=environment)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def row(name: str, values: list[float]) -> str:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"| {name} | {statistics.median(ordered):.2f} | {p95:.2f} | {ordered[-1]:.2f} |"


def measure(paths: list[Path]) -> list[str]:
    knowledge = load_shipped()
    words, plan, today = make_words(knowledge), make_plan(knowledge), dt.date.today()
    columns: dict[str, list[float]] = {
        name: [] for name in ("parse the case file", "facts", "facts and decision", "whole answer")
    }
    for path in paths:
        try:
            record = read_case(read_file(path), knowledge, words, today)
        except ConcordantError:
            continue
        columns["parse the case file"].append(timed(lambda p=path: read_case(read_file(p), knowledge, words, today)))
        columns["facts"].append(timed(lambda r=record: derive_facts(r, plan)))
        columns["facts and decision"].append(timed(lambda r=record: build_situation(r, knowledge)))
        columns["whole answer"].append(timed(lambda r=record: answer_record(r, knowledge)))
    cases = len(columns["facts"])
    return [
        f"{cases} cases, best of {REPEATS} runs each, ms",
        "",
        "| part | p50 | p95 | max |",
        "|---|---|---|---|",
        *(row(n, v) for n, v in columns.items()),
    ]


def measure_cold(path: Path) -> list[str]:
    script = Path(sys.executable).parent / "concordant"
    bare, _ = cold([sys.executable, "-c", "pass"])
    whole, memory = cold([str(script), "recommend", str(path)])
    return [
        "",
        f"Whole process, median of {COLD_RUNS} runs:",
        "",
        "| command | seconds | ratio to a bare Python start | peak memory |",
        "|---|---|---|---|",
        f"| `python -c pass` | {bare:.3f} | 1 | |",
        f"| `concordant recommend FILE` | {whole:.3f} | {whole / bare:.1f} | {memory:.0f} MB |",
    ]


def run_once(command: list[str], source: Path, folder: Path) -> tuple[float, float]:
    """Processor seconds of one process with the code of a folder, and its peak memory in MB. Raises where it fails."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(source)}
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=environment, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command} fails with the code of {source}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def install(checkout: Path, folder: Path) -> Path:
    """The code of a checkout as a wheel has it: with the knowledge in one compiled file, and bytecode."""
    place = folder / "site"
    shutil.copytree(checkout / "src" / "concordant", place / "concordant", ignore=shutil.ignore_patterns("__pycache__"))
    target = folder / "knowledge.msgpack"
    compiling = (
        "from pathlib import Path; from concordant.library import FOLDER, compile_to_file;"
        f" compile_to_file(FOLDER, Path({str(target)!r}))"
    )
    run_once([sys.executable, "-c", compiling], place, folder)
    target.rename(place / "concordant" / "knowledge" / target.name)
    return place


def compare_cold(path: Path, before: Path) -> list[str]:
    """The command from cold, the two states in turn: a machine that is busy is so for both."""
    command = [sys.executable, "-c", "from concordant.cli import run; run()", "recommend", str(path.resolve())]
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        states = {"before": install(before, Path(first)), "now": install(ROOT, Path(second))}
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in states}
        for _ in range(COLD_RUNS + 1):
            for name, source in states.items():
                seen[name].append(run_once(command, source, Path(first)))
    rows = [_tell_cold(name, [s for s, _ in runs[1:]], max(m for _, m in runs)) for name, runs in seen.items()]
    return ["| `recommend FILE` | processor s, least | median | peak memory |", "|---|---|---|---|", *rows]


def _tell_cold(name: str, seconds: list[float], memory: float) -> str:
    return f"| {name} | {min(seconds):.3f} | {statistics.median(seconds):.3f} | {memory:.0f} MB |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--before", type=Path, help="an earlier checkout, whose command is measured in turn with this one")
    options = parser.parse_args()
    folders = options.cases or [ROOT / "src" / "concordant" / "knowledge" / "cases"]
    paths = sorted(p for folder in folders for p in (folder.glob("*.yaml") if folder.is_dir() else [folder]))
    if options.before:
        print("\n".join(compare_cold(paths[0], options.before)))
        return
    machine = f"Python {platform.python_version()}, {platform.machine()}, {dt.date.today()}"
    table = "\n".join([machine, "", *measure(paths), *measure_cold(paths[0])])
    print(table)
    if options.write:
        page = ROOT / "docs" / "performance.md"
        before, _, rest = page.read_text(encoding="utf-8").partition("<!-- one_patient -->\n")
        _, mark, after = rest.partition("<!-- /one_patient -->")
        page.write_text(f"{before}<!-- one_patient -->\n{table}\n{mark}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
