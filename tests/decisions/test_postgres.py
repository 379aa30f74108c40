"""A decision record in PostgreSQL: the same queries at a real server, several writers, tampering, erasure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from concordant.api.forgetting import Erasure, find_entries
from concordant.cli.main import main
from concordant.decisions.record import DecisionRecord
from concordant.errors import Unreadable
from tests.decisions.made import KNOWLEDGE, faults_of
from tests.decisions.test_forgetting import TODAY
from tests.decisions.test_writers import append_together
from tests.laws.sql_engines import POSTGRES, Postgres, open_postgres
from tests.shipped import case

pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("sql"),
    pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed; `./dev check` installs it as root"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with open_postgres() as one:
        yield one


@pytest.fixture
def place(server: Postgres, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database of its own for each test."""
    name = f"t{abs(hash(request.node.name))}"
    server.run_script(f"CREATE DATABASE {name};\n")
    return f"postgresql:///{name}?host={server.host}&user=postgres&head={tmp_path}/decisions.head"


def run(server: Postgres, place: str, statement: str) -> None:
    database = place.split("///")[1].split("?")[0]
    server.run_script(f"\\c {database}\n{statement};\n")


def test_it_is_kept_replayed_and_forgotten(place: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["recommend", str(case("A03")), "--record", place]) == 0
    printed = capsysbinary.readouterr().out
    assert main(["replay", place, "--entry", "1"]) == 0
    assert capsysbinary.readouterr().out == printed
    assert main(["forget", place, case("A03").name, "--yes"]) == 0
    assert main(["replay", place]) == 0
    assert b"1 answer: 1 erased." in capsysbinary.readouterr().out
    assert faults_of(DecisionRecord(place)) == []


def test_four_writers_keep_one_chain(place: str) -> None:
    receipts = append_together(place, 4, 50)
    record = DecisionRecord(place)
    assert {f"{entry.n}:{entry.hash}" for entry in record.iter_entries()} == receipts
    assert len(receipts) == 200
    assert faults_of(record) == []
    assert str(record.read_head()).startswith("200:")


# What is run behind its back, and what is told of it.
TAMPERINGS = {
    "UPDATE concordant_entries SET personal = '\\x00' WHERE n = 2": "entry 2 was changed: what was kept is not what was sealed",
    "UPDATE concordant_entries SET patient = 'x' WHERE n = 2": "entry 2 was changed: what was kept is not what was sealed",
    "UPDATE concordant_entries SET sealed = sealed || ' ' WHERE n = 2": "entry 2 was changed: its hash is not that",
    "DELETE FROM concordant_entries WHERE n = 2": "entry 2 is missing",
    "DELETE FROM concordant_entries WHERE n > 1": "entries 2 to 3 are missing at the end: the head tells of them",
    "UPDATE concordant_entries SET patient = NULL, salt = NULL, personal = NULL": "entry 1 was emptied, and no erasure",
}


@pytest.mark.parametrize("statement", TAMPERINGS)
def test_what_was_done_to_it_is_found(statement: str, place: str, server: Postgres) -> None:
    record = DecisionRecord(place)
    for n in range(3):
        record.add_answer(KNOWLEDGE, f"patient {n}", b"kept")
    assert faults_of(record) == []
    run(server, place, statement)
    told = list(map(str, faults_of(record)))
    assert any(one.startswith(TAMPERINGS[statement]) for one in told), told


def test_nothing_of_a_person_is_left_in_its_table(place: str, server: Postgres) -> None:
    record = DecisionRecord(place)
    for name in ("unforgettable", "another"):
        record.add_answer(KNOWLEDGE, name, b"kept")
    record.erase_entries(find_entries(record, Erasure("unforgettable", None, None, TODAY)), "of a person", b"")
    server.run_script("CHECKPOINT;\n")
    left = b"".join(path.read_bytes() for path in (server.folder / "data" / "base").rglob("*") if path.is_file())
    assert b"another" in left
    assert b"unforgettable" not in left


def test_other_tables_of_the_database_are_left_alone(place: str, server: Postgres) -> None:
    run(server, place, "CREATE TABLE patients (n int)")
    DecisionRecord(place).add_answer(KNOWLEDGE, "p", b"kept")
    run(server, place, "SELECT n FROM patients")


def test_a_server_that_only_lets_read_is_told(place: str) -> None:
    DecisionRecord(place).add_answer(KNOWLEDGE, "p", b"kept")
    reading = DecisionRecord(f"{place}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(Unreadable, match="it may only be read here"):
        reading.add_answer(KNOWLEDGE, "p", b"kept")
    assert faults_of(reading) == []
