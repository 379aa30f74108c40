"""A record that takes no entry: one clear sentence, exit code 2 or 3, and no answer that looks as if it had been kept."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from concordant.cli.main import main
from concordant.decisions import sqlite
from concordant.decisions.base import find_dialect
from concordant.decisions.record import DecisionRecord
from concordant.errors import Unreadable
from tests.decisions.made import KNOWLEDGE, faults_of, make_record, opened
from tests.shipped import case

A03 = str(case("A03"))
Prepare = Callable[[Path], str]


def write(name: str, content: bytes) -> Prepare:
    def prepare(folder: Path) -> str:
        (folder / name).write_bytes(content)
        return str(folder / name)

    return prepare


def make_foreign(folder: Path) -> str:
    with sqlite3.connect(folder / "other.db") as base:
        base.execute("CREATE TABLE patients (n INTEGER)")
    return str(folder / "other.db")


def make_newer(folder: Path) -> str:
    record = make_record(folder, 1)
    with opened(record) as base:
        base.execute("UPDATE concordant_about SET value = '2' WHERE name = 'format'")
    return record.address.place


def make_damaged(folder: Path) -> str:
    record = make_record(folder, 20)
    path = Path(record.address.place)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    return str(path)


def make_headless(folder: Path) -> str:
    record = make_record(folder, 1)
    Path(record.address.head).unlink()
    return record.address.place


def make_cut(folder: Path) -> str:
    record = make_record(folder, 3)
    with opened(record) as base:
        base.execute("DELETE FROM concordant_entries WHERE n = 3")
    return record.address.place


# What is named as a record, the exit code, and what is told.
REFUSED: dict[str, tuple[Prepare, int, str]] = {
    "not a record": (write("a.txt", b"a text " * 1000), 2, "the decision record cannot be written: it is no decision record"),
    "a database of something else": (make_foreign, 3, "it is a database of something else. Name another file"),
    "a newer format": (make_newer, 3, "it is a decision record of format 2, and this concordant knows format 1. Take"),
    "damaged": (
        make_damaged,
        2,
        "the decision record cannot be written: it is damaged. Take the last copy of it and of its head",
    ),
    "without its head": (
        make_headless,
        3,
        "the head is missing, so that nobody can say whether the 1 entries are all. Put it back",
    ),
    "a lost end": (make_cut, 3, "entry 3, of which the head tells, is not in the record: entries were lost, or changed. Look"),
    "a folder": (str, 2, "there is no decision record"),
    "a folder that there is not": (
        lambda folder: str(folder / "no" / "a.db"),
        2,
        "cannot be written (No such file or directory)",
    ),
    "a head where none can be": (
        lambda folder: f"sqlite:///{folder}/a.db?head={folder}/no/a.head",
        2,
        "cannot be written (No such file or directory)",
    ),
    "another kind": (lambda _: "mysql://somewhere/base", 2, "no decision record is kept there. Name a file, sqlite:///FILE, or"),
    "two slashes": (lambda _: "sqlite://a.db", 2, "three slashes come before the name of a file. Write sqlite:///a.db"),
    "no file": (lambda _: "sqlite:///", 2, "no file is named. Name one, such as decisions.db"),
    "PostgreSQL without a head": (
        lambda _: "postgresql://doctor:secret@host/base",
        2,
        "host/base: it is not said where its head is kept. Add ?head=FILE",
    ),
    "PostgreSQL that is not there": (
        lambda folder: f"postgresql://doctor:secret@/base?host={folder}&head={folder}/head",
        2,
        "the decision record cannot be written: it cannot be reached",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_answer_is_shown_that_is_not_kept(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare, code, says = REFUSED[name]
    place = prepare(tmp_path)
    assert main(["recommend", A03, "--record", place]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1
    assert "secret" not in told.err


@pytest.mark.parametrize("name", ["not a record", "a database of something else", "a newer format", "damaged", "a folder"])
def test_what_is_no_record_is_not_replayed(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare, code, _ = REFUSED[name]
    assert main(["replay", prepare(tmp_path)]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1


def test_replay_makes_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path / "a.db")]) == 2
    assert "there is no decision record. Name the file that was given to --record" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    before = Path(make_foreign(tmp_path)).read_bytes()
    assert main(["recommend", A03, "--record", str(tmp_path / "other.db")]) == 3
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_full_disk_ends_without_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite's own failure, at a file that may not grow."""
    record = make_record(tmp_path, 3)
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA max_page_count = 6"))
    assert main(["recommend", A03, "--record", record.address.place]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith("the decision record cannot be written: there is no room left. Make room where the record is kept\n")
    monkeypatch.undo()
    assert faults_of(record) == []
    assert len(list(record.iter_entries())) == 3


def test_a_record_that_may_only_be_read_takes_no_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = make_record(tmp_path, 3)
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA query_only = 1"))
    assert main(["recommend", A03, "--record", record.address.place]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "the decision record cannot be written: it may only be read here" in told.err
    assert main(["replay", record.address.place, "--verify"]) == 0


def test_a_record_that_others_hold_is_waited_for_and_then_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = make_record(tmp_path, 1)
    monkeypatch.setattr(sqlite, "PATIENCE", 0.2)
    with opened(record) as base:
        base.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unreadable, match="another program held it for too long"):
            record.add_answer(KNOWLEDGE, "p", b"")
    monkeypatch.setattr(sqlite, "PATIENCE", 20)
    with opened(record) as base:
        base.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=record.add_answer, args=(KNOWLEDGE, "p", b""))
        waiting.start()
        base.execute("COMMIT")
    waiting.join()
    assert [entry.n for entry in record.iter_entries()] == [1, 2]


def test_an_entry_whose_head_cannot_be_written_is_not_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry stands, the answer was not shown, and the next one goes on from it."""
    record = make_record(tmp_path, 1)

    def fail(*_: object) -> None:
        raise Unreadable(())

    with monkeypatch.context() as patched:
        patched.setattr("concordant.decisions.record.write_head", fail)
        with pytest.raises(Unreadable):
            record.add_answer(KNOWLEDGE, "p", b"")
    assert record.add_answer(KNOWLEDGE, "p", b"").n == 3
    assert faults_of(record) == []


def test_the_head_names_no_entry_that_was_not_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a writer that is killed before its commit would look like a loss."""
    record = make_record(tmp_path, 1)

    def fail(_: object) -> None:
        raise sqlite3.OperationalError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("concordant.decisions.base.RecordBase.commit", fail)
        with pytest.raises(Unreadable):
            record.add_answer(KNOWLEDGE, "p", b"")
    assert faults_of(record) == []
    assert str(record.read_head()).startswith("1:")


def test_where_psycopg_is_not_installed_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unreadable, match=r"pip install 'concordant\[record\]'"):
        find_dialect(DecisionRecord("postgresql://host/base?head=x").address)
