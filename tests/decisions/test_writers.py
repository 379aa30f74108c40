"""Several writers keep one chain, and what was acknowledged is there whatever kills them."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from concordant.decisions.record import DecisionRecord
from tests.decisions.killing import kill_writers
from tests.decisions.made import faults_of, make_record

WRITERS, EACH = 4, 50
APPEND = """
import sys
from concordant.decisions.record import DecisionRecord
record = DecisionRecord(sys.argv[1])
for n in range(int(sys.argv[3])):
    print(record.add_answer("5" * 64, f"{sys.argv[2]} {n}", b"kept"))
"""


def append_together(place: str, writers: int, each: int) -> set[str]:
    """The receipts of so many processes that write at once; each has to end well."""
    command = [sys.executable, "-c", APPEND, place]
    running = [
        subprocess.Popen([*command, str(n), str(each)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for n in range(writers)
    ]
    told = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * writers, [error for _, error in told]
    return {line for printed, _ in told for line in printed.split()}


def test_four_writers_keep_one_chain(tmp_path: Path) -> None:
    place = tmp_path / "decisions.db"
    receipts = append_together(str(place), WRITERS, EACH)
    record = DecisionRecord(place)
    assert {f"{entry.n}:{entry.hash}" for entry in record.iter_entries()} == receipts
    assert len(receipts) == WRITERS * EACH
    assert faults_of(record) == []
    assert str(record.read_head()) in receipts
    assert str(record.read_head()).startswith(f"{WRITERS * EACH}:")


@pytest.mark.long
def test_nothing_that_was_acknowledged_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    """Twenty here; `python -m tests.decisions.killing 100` kills a hundred."""
    outcome = kill_writers(str(tmp_path / "decisions.db"), 10)
    assert outcome.kills == 20
    assert len(outcome.acknowledged) >= outcome.kills
    assert outcome.lost == []
    assert outcome.faults == []


def test_the_killing_sees_a_loss(tmp_path: Path) -> None:
    """What it calls lost is what it would call lost: an entry that was acknowledged and is not there."""
    record = make_record(tmp_path, 2)
    before = {entry.n: entry.hash for entry in record.iter_entries()}
    Path(record.address.place).unlink()
    Path(record.address.head).unlink()
    after = {entry.n: entry.hash for entry in make_record(tmp_path, 1).iter_entries()}
    assert [n for n, hash_ in before.items() if after.get(n) != hash_] == [1, 2]


def test_both_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    record = make_record(tmp_path, 1)
    modes = [stat.S_IMODE(Path(path).stat().st_mode) for path in (record.address.place, record.address.head)]
    assert modes == [0o600, 0o600]


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    make_record(tmp_path, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decisions.db", "decisions.db.head"]
