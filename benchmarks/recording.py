"""What it costs to keep an answer, beside the answer: python -m benchmarks.recording [FOLDER].

Each answer is read, made and given as JSON; then the same, kept in a decision record before it counts. FOLDER is where the
record lies, on the disk that is asked about.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from concordant.api import Engine
from concordant.api.replaying import CheckedRecord, Choice
from concordant.decisions.record import DecisionRecord
from concordant.library import FOLDER

TIMES = 60


def measure(work: Callable[[], object]) -> float:
    """The median of one run, in milliseconds, after one that does not count."""
    work()
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def main(folder: str) -> None:
    engine, path = Engine(), next((FOLDER / "cases").glob("A03-*.yaml"))
    source = path.read_bytes()
    with tempfile.TemporaryDirectory(dir=folder or None) as place:
        record = Path(place) / "decisions.db"
        alone = measure(lambda: engine.recommend(source).to_dict())
        kept = measure(lambda: engine.recommend(source, record=record).to_dict())
        started, checked = time.perf_counter(), CheckedRecord(DecisionRecord(record))
        for _ in checked.iter_answers(Choice()):
            pass
        each = (time.perf_counter() - started) * 1000 / checked.count
        size = record.stat().st_size / checked.count / 1000
    print(f"An answer {alone:.1f} ms, kept {kept:.1f} ms: {kept / alone:.2f} of it.")
    print(f"{size:.0f} kB an entry, checked in {each:.2f} ms.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
