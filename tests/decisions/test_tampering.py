"""What is done to a decision record behind its back is found: a table of tamperings, each with what is told of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from concordant.decisions.checking import check_receipt
from concordant.decisions.entries import commit_to, hash_sealed
from concordant.decisions.record import DecisionRecord
from concordant.errors import Refused
from tests.decisions.made import KNOWLEDGE, faults_of, make_record, opened

Base = sqlite3.Connection
ERASED, LAST = 3, 8  # an entry that was erased as it should be; entry 7 says so


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> DecisionRecord:
    record = make_record(tmp_path_factory.mktemp("whole"))
    record.erase_entries([ERASED], "of a person", b"")
    record.add_answer(KNOWLEDGE, "patient 8", b"the last")
    return record


@pytest.fixture
def record(whole: DecisionRecord, tmp_path: Path) -> DecisionRecord:
    for path in (whole.address.place, whole.address.head):
        shutil.copy(path, tmp_path)
    return DecisionRecord(tmp_path / "decisions.db")


def run(*statements: str) -> Callable[[Base], None]:
    def change(base: Base) -> None:
        for statement in statements:
            base.execute(statement)

    return change


def swap(base: Base) -> None:
    """Two entries change places, each with all that belongs to it."""
    for before, after in ((2, 100), (4, 2), (100, 4)):
        base.execute("UPDATE concordant_entries SET n = ? WHERE n = ?", (after, before))


def remake(base: Base, first: int, change: Callable[[dict[str, object]], None]) -> None:
    """The cleverest: an entry is changed, and it and all after it are sealed anew."""
    rows = base.execute("SELECT n, sealed, hash FROM concordant_entries WHERE n >= ? ORDER BY n", (first,)).fetchall()
    before = ""
    for n, text, _ in rows:
        sealed = json.loads(text)
        if n == first:
            change(sealed)
        else:
            sealed["before"] = before
        text = json.dumps(sealed)
        before = hash_sealed(text)
        base.execute("UPDATE concordant_entries SET sealed = ?, hash = ? WHERE n = ?", (text, before, n))


def other_knowledge(sealed: dict[str, object]) -> None:
    sealed["knowledge"] = "6" * 64


def other_content(base: Base) -> None:
    """What was kept is changed, with a commitment of its own and a chain that holds."""
    salt, content = b"s" * 32, b"forged"
    base.execute("UPDATE concordant_entries SET salt = ?, personal = ? WHERE n = 5", (salt, content))
    remake(base, 5, lambda sealed: sealed.update(commitment=commit_to("patient 5", content, salt)))


def drop_and_close(base: Base) -> None:
    """One is taken out, and those behind it are numbered and sealed anew."""
    base.execute("DELETE FROM concordant_entries WHERE n = 4")
    before = base.execute("SELECT hash FROM concordant_entries WHERE n = 3").fetchone()[0]
    for n, text in base.execute("SELECT n, sealed FROM concordant_entries WHERE n > 4 ORDER BY n").fetchall():
        told = json.dumps({**json.loads(text), "n": n - 1, "before": before})
        before = hash_sealed(told)
        base.execute("UPDATE concordant_entries SET n = ?, sealed = ?, hash = ? WHERE n = ?", (n - 1, told, before, n))


def empty_with_an_erasure(base: Base) -> None:
    """Emptied, and the erasure that is there is widened to cover it."""
    base.execute("UPDATE concordant_entries SET patient = NULL, salt = NULL, personal = NULL WHERE n = 5")
    remake(base, 7, lambda sealed: sealed.update(erased=[[3, 3], [5, 5]]))


TAMPERINGS: dict[str, tuple[Callable[[Base], None], str]] = {
    "a changed cell: what is sealed": (
        run("UPDATE concordant_entries SET sealed = replace(sealed, '5555', '5655') WHERE n = 4"),
        "entry 4 was changed: its hash is not that of what it says",
    ),
    "a changed cell: the hash": (
        run("UPDATE concordant_entries SET hash = '00' WHERE n = 4"),
        "entry 4 was changed: its hash is not that of what it says",
    ),
    "a changed cell: what was kept": (
        run("UPDATE concordant_entries SET personal = x'00' WHERE n = 4"),
        "entry 4 was changed: what was kept is not what was sealed",
    ),
    "a changed cell: the salt": (
        run("UPDATE concordant_entries SET salt = x'00' WHERE n = 4"),
        "entry 4 was changed: what was kept is not what was sealed",
    ),
    "a changed cell: the patient": (
        run("UPDATE concordant_entries SET patient = 'another' WHERE n = 4"),
        "entry 4 was changed: what was kept is not what was sealed",
    ),
    "a changed cell: the patient alone erased": (
        run("UPDATE concordant_entries SET patient = NULL WHERE n = 4"),
        "entry 4 was changed: a part of what was kept is gone",
    ),
    "a changed cell: the number": (run("UPDATE concordant_entries SET n = 99 WHERE n = 8"), "entries 8 to 98 are missing"),
    "a cell of another type": (
        run("UPDATE concordant_entries SET personal = 'a text' WHERE n = 4"),
        "entry 4 was changed: a part of what was kept is gone",
    ),
    "no JSON": (run("UPDATE concordant_entries SET sealed = '{' WHERE n = 4"), "entry 4 was changed"),
    "bytes for a text": (run("UPDATE concordant_entries SET sealed = x'ff' WHERE n = 4"), "an entry was added that is none"),
    "what was kept of two, swapped": (
        run(
            "UPDATE concordant_entries SET (patient, salt, personal) = "
            "(SELECT patient, salt, personal FROM concordant_entries WHERE n = 5) WHERE n = 4"
        ),
        "entry 4 was changed: what was kept is not what was sealed",
    ),
    "two entries swapped": (swap, "entry 2 was put in the place of another: it is entry 4"),
    "an entry in the middle deleted": (run("DELETE FROM concordant_entries WHERE n = 4"), "entry 4 is missing"),
    "several in the middle deleted": (run("DELETE FROM concordant_entries WHERE n IN (4, 5)"), "entries 4 to 5 are missing"),
    "the first deleted": (run("DELETE FROM concordant_entries WHERE n = 1"), "entry 1 is missing"),
    "the last deleted": (run("DELETE FROM concordant_entries WHERE n = 8"), "entry 8 is missing at the end"),
    "the end deleted": (run("DELETE FROM concordant_entries WHERE n > 4"), "entries 5 to 8 are missing at the end"),
    "all deleted": (run("DELETE FROM concordant_entries"), "entries 1 to 8 are missing at the end"),
    "one deleted, and the gap closed": (drop_and_close, "entry 8 is missing at the end"),
    "an entry put in front": (
        run("INSERT INTO concordant_entries SELECT 0, sealed, hash, patient, salt, personal FROM concordant_entries WHERE n = 1"),
        "entry 0 stands where none can be",
    ),
    "an entry added at the end": (
        run("INSERT INTO concordant_entries SELECT 9, sealed, hash, patient, salt, personal FROM concordant_entries WHERE n = 1"),
        "entry 9 was put in the place of another: it is entry 1",
    ),
    "a row that is none": (run("INSERT INTO concordant_entries VALUES ('x', '', '', NULL, NULL, NULL)"), "an entry was added"),
    "sealed anew: the last": (lambda base: remake(base, 8, other_knowledge), "entry 8 is not the one that the head tells of"),
    "sealed anew: from the middle on": (
        lambda base: remake(base, 4, other_knowledge),
        "entry 8 is not the one that the head tells of",
    ),
    "sealed anew, with other content": (other_content, "entry 8 is not the one that the head tells of"),
    "emptied": (
        run("UPDATE concordant_entries SET patient = NULL, salt = NULL, personal = NULL WHERE n = 4"),
        "entry 4 was emptied, and no erasure in the record says so",
    ),
    "emptied, and sealed anew": (empty_with_an_erasure, "entry 8 is not the one that the head tells of"),
    "what was erased, put back": (
        run("UPDATE concordant_entries SET patient = 'patient 3', salt = x'00', personal = x'00' WHERE n = 3"),
        "entry 3 was changed: what was kept is not what was sealed",
    ),
    "the number of the record": (
        run("UPDATE concordant_about SET value = 'another' WHERE name = 'id'"),
        "the head is that of another record",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_done_to_it_is_found(name: str, record: DecisionRecord) -> None:
    change, expected = TAMPERINGS[name]
    with opened(record) as base:
        change(base)
    told = list(map(str, faults_of(record)))
    assert any(one.startswith(expected) for one in told), told


def test_every_tampering_is_told_to_whoever_asks_what_it_withstands() -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    assert [name for name in TAMPERINGS if f"`{name}`" not in page] == []


def test_a_record_that_nobody_touched_is_whole(whole: DecisionRecord) -> None:
    assert faults_of(whole) == []


def test_an_erased_entry_that_comes_back_from_a_copy_is_found(tmp_path: Path) -> None:
    record = make_record(tmp_path)
    with opened(record) as base:
        row = base.execute("SELECT patient, salt, personal FROM concordant_entries WHERE n = 2").fetchone()
    record.erase_entries([2], "of a person", b"")
    with opened(record) as base:
        base.execute("UPDATE concordant_entries SET (patient, salt, personal) = (?, ?, ?) WHERE n = 2", row)
    assert list(map(str, faults_of(record))) == ["entry 2 was erased, and stands there again"]


@pytest.mark.parametrize(("content", "told"), [(None, "the head is missing"), (b"{}", ""), (b"\xff", ""), (b"", "")])
def test_a_head_that_is_gone_or_none_is_found(content: bytes | None, told: str, record: DecisionRecord) -> None:
    head = Path(record.address.head)
    head.unlink()
    if content is None:
        assert list(map(str, faults_of(record))) == [f"{told}: nobody can say whether entries are missing at the end"]
    else:
        head.write_bytes(content)
        with pytest.raises(Exception, match="no head of a decision record"):
            faults_of(record)


def test_an_older_copy_of_the_record_alone_is_found(whole: DecisionRecord, record: DecisionRecord) -> None:
    record.add_answer(KNOWLEDGE, "patient 9", b"more")
    shutil.copy(whole.address.place, record.address.place)
    assert list(map(str, faults_of(record))) == ["entry 9 is missing at the end: the head tells of it"]


def test_nothing_is_added_over_a_loss(record: DecisionRecord) -> None:
    """A later head would hide it for ever."""
    with opened(record) as base:
        base.execute("DELETE FROM concordant_entries WHERE n > 5")
    with pytest.raises(Refused, match="entry 8, of which the head tells, is not in the record"):
        record.add_answer(KNOWLEDGE, "patient 9", b"more")
    assert [entry.n for entry in record.iter_entries()] == [1, 2, 3, 4, 5]


def test_nothing_is_added_without_its_head(record: DecisionRecord) -> None:
    Path(record.address.head).unlink()
    with pytest.raises(Refused, match="the head is missing"):
        record.add_answer(KNOWLEDGE, "patient 9", b"more")


def test_who_goes_on_after_a_loss_says_so_in_the_record(record: DecisionRecord) -> None:
    told = str(record.read_head())
    with opened(record) as base:
        base.execute("DELETE FROM concordant_entries WHERE n > 7")
    record.take_head(b"")
    record.add_answer(KNOWLEDGE, "patient 9", b"more")
    assert faults_of(record) == []
    sealed = [entry.read_sealed() for entry in record.iter_entries()]
    assert [one.kind for one in sealed if one is not None][-2:] == ["head", "answer"]
    assert sealed[-2] is not None and sealed[-2].head.endswith(told)


def test_a_head_that_is_behind_is_no_fault(whole: DecisionRecord, record: DecisionRecord) -> None:
    """A writer was killed between its entry and the head: the entry is there, and the next one goes on from it."""
    record.add_answer(KNOWLEDGE, "patient 9", b"more")
    shutil.copy(whole.address.head, record.address.head)
    assert faults_of(record) == []
    assert record.add_answer(KNOWLEDGE, "patient 10", b"more").n == LAST + 2
    assert faults_of(record) == []


def test_a_receipt_that_is_kept_elsewhere_finds_what_the_head_beside_it_cannot(record: DecisionRecord) -> None:
    """Whoever may write both the record and its head can make both anew; not what was printed and put away."""
    receipt = (LAST, str(record.read_head()).partition(":")[2])
    assert check_receipt(record, receipt) == []
    with opened(record) as base:
        remake(base, 4, other_knowledge)
    Path(record.address.head).unlink()
    record.take_head(b"")
    assert faults_of(record) == []
    assert [fault.says for fault in check_receipt(record, receipt)] == [
        "is not the one that was told: the record was made anew from some entry on"
    ]
    assert [fault.says for fault in check_receipt(record, (77, receipt[1]))] == ["entry 77 is missing: it was told once"]
