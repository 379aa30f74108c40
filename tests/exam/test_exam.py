"""Every reader tells of the same patients the same; what is left out is declared, and changes are noticed (docs/agreement.md)."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from concordant.model.knowledge import Knowledge
from tests.exam.batches import cross_patients, hold_batches
from tests.exam.condition_mutants import choose_mutants as choose_conditions
from tests.exam.hold import ASKERS, Held, hold_exam, list_all_sittings
from tests.exam.mutants import CAUGHT, EACH_MODULE, EACH_OPERATOR, ConditionExam, Judged, judge_sources
from tests.exam.mutants import PATIENTS as CHANGED
from tests.exam.page import PAGE, tell_gaps
from tests.exam.patients import PROVED, make_patients
from tests.exam.readers import READERS
from tests.exam.sitting import Sitting
from tests.exam.source_exam import TARGETS, SourceExam
from tests.exam.source_mutants import SourceMutant, changed
from tests.exam.source_mutants import choose_mutants as choose_sources
from tests.exam.told import KINDS, compare, make_column
from tests.shares import EVERY, WHOLE, share_of

pytestmark = pytest.mark.xdist_group("exam")  # the patients are made once

PATIENTS = 1000


@pytest.fixture(scope="module")
def sittings(knowledge: Knowledge) -> dict[str, Sitting]:
    return dict(share_of("sittings of the exam", list_all_sittings(knowledge).items()))


@pytest.fixture(scope="module")
def held(knowledge: Knowledge, sittings: dict[str, Sitting]) -> Held:
    return hold_exam(knowledge, PATIENTS, sittings=sittings)


@pytest.mark.long
def test_every_reader_tells_what_the_reference_tells(held: Held) -> None:
    assert sum(len(some.all) for some in held.patients.values()) == PATIENTS
    assert held.differences == []
    assert all(sum(line.compared.values()) > 10_000 for line in held.lines.values())


@pytest.mark.long
def test_every_status_and_every_truth_is_met_or_impossible(held: Held) -> None:
    unmet = {key: why for cover in held.coverage.values() for key, why in cover.lacking.items() if why != PROVED}
    assert unmet == {}
    assert {kind: done for kind, (done, _) in held.coverage["today"].whole.items()}.keys() == {"status", "applies", "bar"}


@pytest.mark.long
def test_what_a_reader_does_not_tell_is_declared(held: Held) -> None:
    for name, line in held.lines.items():
        told = set(line.compared) | ({"asked"} if name in ASKERS else set())
        assert told | set(READERS[name].lacks) == set(KINDS), name
        assert not told & set(READERS[name].lacks), name


def test_the_page_declares_every_gap() -> None:
    assert tell_gaps() in PAGE.read_text(encoding="utf-8"), "run python tools/exam.py --write"


def test_every_part_of_the_page_is_dated() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for part in ("exam", "million", "mutants of knowledge", "mutants of readers"):
        told = page.partition(f"<!-- {part} -->\n")[2].partition(f"<!-- /{part} -->")[0]
        assert re.match(r"20\d\d-\d\d-\d\d, knowledge `[0-9a-f]{12}`", told), part
    assert not re.search(r"NOT LOOKED FOR|NOT EXPLAINED|AND NOT SO", page)


def test_a_difference_is_found_with_its_patient() -> None:
    counted: dict[str, int] = {}
    one = {("status", "a"): make_column(["x", None, "y"]), ("bar", "b"): make_column(["true", "false"], 2)}
    other = {("status", "a"): make_column(["x", None, None]), ("bar", "b"): make_column(["true", "true", "true", "false"])}
    found = [(d.aspect, d.patient, d.says, d.reference) for d in compare(one, other, counted)]
    assert found == [(("status", "a"), 2, "y", None), (("bar", "b"), 2, "false", "true")]
    assert counted == {"status": 3, "bar": 2}


@pytest.mark.long
def test_a_batch_is_bounded_and_told_again_the_same(knowledge: Knowledge) -> None:
    import numpy as np

    newest = next(iter(list_all_sittings(knowledge).values()))
    base = newest.table_of(make_patients(newest, 60, look=False).rows)
    one, two = (cross_patients(base, 200, np.random.default_rng(5), 7) for _ in range(2))
    assert one.equals(two) and one["patient"].to_pylist()[0] == "p7" and len(set(one["patient"].to_pylist())) == 200
    done: list[int] = []
    lines = hold_batches(newest, 130, 1, done.append)
    assert done == [130] and lines["duckdb"].differences == [] and lines["duckdb"].compared["status"] > 0


# -- whether the exam notices ------------------------------------------------------------------------------------------


@pytest.mark.long
def test_changes_of_the_knowledge_are_noticed(held: Held, sittings: dict[str, Sitting]) -> None:
    """All of them by as many patients as the page tells; a share of them by those of this run, who are fewer."""
    newest = sittings["today"]
    each = EACH_OPERATOR if WHOLE else max(1, EACH_OPERATOR // EVERY["changes of the knowledge"])
    rows = make_patients(newest, CHANGED).rows if WHOLE else held.patients["today"].rows
    exam = ConditionExam(newest, rows)
    chosen = choose_conditions(newest, each)
    unnoticed = [mutant.id for mutant in chosen if not exam.is_noticed(mutant)]
    assert len({mutant.operator for mutant in chosen}) >= 18
    assert len(unnoticed) <= len(chosen) * (1 - CAUGHT if WHOLE else 0.1), unnoticed


@pytest.mark.long
def test_changes_of_the_readers_are_noticed(held: Held, sittings: dict[str, Sitting]) -> None:
    exam, judged = SourceExam({one: held.patients[name].rows for name, one in sittings.items()}), Judged()
    some = share_of("changes of the readers", choose_sources(TARGETS, EACH_MODULE), kind=lambda mutant: mutant.reader)
    judge_sources(some, exam, judged, lambda _: None)
    assert judged.unexplained == []
    assert not any(exam.parts(reader, raising=True) for reader in TARGETS), "a change was not taken back"


def test_enough_is_changed_and_each_change_has_a_name_of_its_own() -> None:
    made = choose_sources(TARGETS, EACH_MODULE)
    assert len({mutant.id for mutant in made}) == len(made) > 150
    assert all(one.reader in READERS for one in made)
    assert [one.place for one, other in pairwise(made) if one == other] == []


def test_a_change_lasts_as_long_as_it_should() -> None:
    from concordant.logic.truth import FALSE, TRUE, negate_truth

    mutant = SourceMutant("explain", "logic.truth", "negate_truth", "two ways changed over", "", 0)
    place = next(n for n in range(200) if _negates(mutant._replace(place=n)) is TRUE)
    with changed(mutant._replace(place=place)):
        assert negate_truth(TRUE) is TRUE
    assert negate_truth(TRUE) is FALSE


def _negates(mutant: SourceMutant) -> object:
    from concordant.logic.truth import TRUE, negate_truth

    with changed(mutant):
        return negate_truth(TRUE)


def test_the_tool_is_told_in_the_page() -> None:
    assert "tools/exam.py" in PAGE.read_text(encoding="utf-8") and (Path(__file__).parents[2] / "tools" / "exam.py").exists()
