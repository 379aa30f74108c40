"""What is erased is gone from the file, and the chain holds as before."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from concordant.api import recommend
from concordant.api.forgetting import Erasure, find_entries
from concordant.cli.main import main
from concordant.decisions.entries import commit_to, join_ranges
from concordant.decisions.record import DecisionRecord
from tests.decisions.made import KNOWLEDGE, faults_of, make_record, opened
from tests.record.fhir.builders import bundle, diagnosis, woman
from tests.shipped import AS_OF

TODAY = dt.date(2030, 2, 28)


def keep_two(folder: Path) -> DecisionRecord:
    """Two answers for one patient with a name that stands nowhere else, one for another."""
    for id_ in ("p1", "unforgettable", "unforgettable"):
        source = json.dumps(bundle(woman(id_), diagnosis("c1", id_)))
        recommend(source, today=AS_OF, record=folder / "decisions.db", asked_by="Dr Grey")
    return DecisionRecord(folder / "decisions.db")


def test_a_person_is_forgotten_and_the_chain_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = keep_two(tmp_path)
    sealed = [entry.sealed for entry in record.iter_entries()]
    assert main(["forget", record.address.place, "unforgettable", "--yes"]) == 0
    assert capsys.readouterr().out == "Erased: entries 2, 3. Entry 4 says so.\n"
    entries = list(record.iter_entries())
    assert [entry.is_erased for entry in entries] == [False, True, True, False]
    assert [entry.sealed for entry in entries][:3] == sealed
    assert faults_of(record) == []
    assert main(["replay", record.address.place]) == 0
    told = capsys.readouterr().out
    assert "3 answers: 1 the same, byte for byte, 2 erased." in told
    assert "The record is whole: 4 entries, 2 of them erased" in told


def test_nothing_of_the_person_is_left_in_the_files(tmp_path: Path) -> None:
    """Not in free pages either; the salt is gone, so that no guess at what was kept can be tried."""
    record = keep_two(tmp_path)
    kept = [entry for entry in record.iter_entries() if entry.n > 1]
    assert main(["forget", record.address.place, "unforgettable", "--yes"]) == 0
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for entry in kept:
        assert entry.salt is not None
        assert entry.personal is not None
        assert entry.salt not in left
        assert entry.personal[:40] not in left
    assert b"unforgettable" not in left
    assert b"Grey" not in left


def test_a_commitment_says_nothing_without_its_salt() -> None:
    one = commit_to("p", b"kept", b"a" * 32)
    assert one != commit_to("p", b"kept", b"b" * 32)
    assert one != commit_to("pk", b"ept", b"a" * 32)


def test_nothing_is_erased_before_somebody_says_yes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = make_record(tmp_path)
    before = list(record.iter_entries())
    assert main(["forget", record.address.place, "patient 2"]) == 0
    assert capsys.readouterr().err == "To be erased: entries 2. Nothing was erased yet; add --yes.\n"
    assert list(record.iter_entries()) == before


def test_one_entry_is_forgotten(tmp_path: Path) -> None:
    record = make_record(tmp_path)
    assert main(["forget", record.address.place, "--entry", "4", "--yes"]) == 0
    assert [entry.n for entry in record.iter_entries() if entry.is_erased] == [4]
    assert faults_of(record) == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nobody",), 3, "nothing is kept of this patient"),
        (("--entry", "99"), 3, "nothing is kept of entry 99"),
        (("--keep-years", "3"), 3, "nothing is kept of the time before"),
        ((), 2, "it is not said what is to be forgotten"),
        (("patient 1", "--entry", "2"), 2, "it is not said what is to be forgotten"),
    ],
)
def test_what_cannot_be_forgotten_is_told(
    arguments: tuple[str, ...], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = make_record(tmp_path, 2)
    assert main(["forget", record.address.place, *arguments, "--yes"]) == code
    assert says in capsys.readouterr().err
    assert len(list(record.iter_entries())) == 2


def test_what_is_forgotten_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = make_record(tmp_path, 2)
    main(["forget", record.address.place, "patient 1", "--yes", "--asked-by", "the patient"])
    (entry,) = [entry for entry in record.iter_entries() if entry.n == 3]
    assert "patient 1" not in entry.sealed
    assert "of a person" in entry.sealed


@pytest.mark.parametrize(("years", "limit"), [(0, "2030-02-28"), (2, "2028-02-28"), (9999, "0001-02-28")])
def test_what_is_old_begins_before_the_same_day(years: int, limit: str) -> None:
    assert Erasure("", None, years, TODAY).limit == limit
    assert Erasure("", None, 1, dt.date(2028, 2, 29)).limit == "2027-02-28"


def test_what_is_old_is_forgotten(tmp_path: Path) -> None:
    record = make_record(tmp_path, 3)
    year = dt.datetime.now(dt.UTC).year
    assert find_entries(record, Erasure("", None, 2, dt.date(year + 5, 1, 1))) == [1, 2, 3]
    assert find_entries(record, Erasure("", None, 10, dt.date(year + 5, 1, 1))) == []


def test_a_second_erasure_leaves_the_first(tmp_path: Path) -> None:
    record = make_record(tmp_path, 3)
    record.erase_entries([2], "of a person", b"")
    record.erase_entries([1], "of an entry", b"")
    assert find_entries(record, Erasure("patient 2", None, None, TODAY)) == []
    assert faults_of(record) == []


def test_an_erasure_that_fails_leaves_all(tmp_path: Path) -> None:
    record = make_record(tmp_path, 3)
    with opened(record) as base:
        base.execute("DELETE FROM concordant_entries WHERE n = 3")
    assert main(["forget", record.address.place, "patient 1", "--yes"]) == 3
    assert [entry.is_erased for entry in record.iter_entries()] == [False, False]


def test_numbers_become_ranges() -> None:
    assert join_ranges([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))
    assert join_ranges([]) == ()


def test_a_new_answer_for_a_forgotten_person_is_kept(tmp_path: Path) -> None:
    record = make_record(tmp_path, 2)
    record.erase_entries([1], "of a person", b"")
    record.add_answer(KNOWLEDGE, "patient 1", b"again")
    assert find_entries(record, Erasure("patient 1", None, None, TODAY)) == [4]
    assert faults_of(record) == []
