"""Writers of a decision record, killed again and again: `python -m tests.decisions.killing 100` prints what became of it.

A writer prints an entry only once it was acknowledged. What was printed has to be there afterwards, and the record whole.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from concordant.decisions.record import DecisionRecord
from tests.decisions.made import KNOWLEDGE, faults_of

WRITERS = 2
REST = 0.004  # seconds, at most, between two entries of a writer
LONGEST = 0.05  # seconds between the first entry of a writer and its end
RECEIPT = re.compile(r"(\d+):([0-9a-f]{64})")


@dataclass
class Outcome:
    """How often writers were killed, what they acknowledged, and what is missing of it."""

    kills: int = 0
    acknowledged: set[tuple[int, str]] = field(default_factory=set)
    lost: list[int] = field(default_factory=list)
    found: int = 0
    faults: list[str] = field(default_factory=list)


def write_on(place: str) -> None:
    """Add entries until somebody kills this process; now and then another one has its turn."""
    record = DecisionRecord(place)
    while True:
        print(record.add_answer(KNOWLEDGE, "a patient", random.randbytes(3000)), flush=True)
        time.sleep(random.random() * REST)


def start_writer(place: str, told: Path) -> subprocess.Popen[bytes]:
    """What it acknowledges goes into a file."""
    command = [sys.executable, "-m", "tests.decisions.killing", place]
    with told.open("wb") as out:
        return subprocess.Popen(command, stdout=out)


def kill_writers(place: str, rounds: int, seed: int = 1) -> Outcome:
    """Two writers at once, killed in the middle of whatever they do, `rounds` times on one record."""
    outcome, chance = Outcome(), random.Random(seed)
    for _ in range(rounds):
        files = [Path(f"{place}.told{n}") for n in range(WRITERS)]
        writers = [start_writer(place, file) for file in files]
        while not all(file.stat().st_size or writer.poll() for file, writer in zip(files, writers, strict=True)):
            time.sleep(0.001)
        time.sleep(chance.random() * LONGEST)
        for writer in writers:
            writer.kill()
            writer.wait()
        outcome.kills += len(writers)
        told = [RECEIPT.fullmatch(line) for file in files for line in file.read_text().splitlines()]
        outcome.acknowledged.update((int(met[1]), met[2]) for met in told if met)
    record = DecisionRecord(place)
    there = {entry.n: entry.hash for entry in record.iter_entries()}
    outcome.found = len(there)
    outcome.lost = [n for n, hash_ in sorted(outcome.acknowledged) if there.get(n) != hash_]
    outcome.faults = list(map(str, faults_of(record)))
    return outcome


if __name__ == "__main__":
    if sys.argv[1].isdecimal():
        with tempfile.TemporaryDirectory() as folder:
            done = kill_writers(str(Path(folder) / "decisions.db"), -(-int(sys.argv[1]) // WRITERS))
        told = f"{len(done.acknowledged)} entries acknowledged, {done.found} there, {len(done.lost)} lost"
        print(f"{done.kills} writers killed: {told}; {'; '.join(done.faults) or 'the record is whole'}.")
    else:
        write_on(sys.argv[1])
