"""A cohort on disk: its numbers add up, a run that was stopped goes on byte for byte, and one patient never stops it."""

from __future__ import annotations

import datetime as dt
import functools
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from concordant.api import Cohort, Engine, cohort
from concordant.api.cohort_order import CohortOrder
from concordant.api.cohorts import make_cohort
from concordant.cohorts import facts as facts_module
from concordant.errors import ConcordantError
from tests.cohort.cdm import write_persons
from tests.shipped import shipped_knowledge

pytestmark = pytest.mark.long  # to know which cases can be told, all are read
AS_OF = dt.date(2026, 1, 1)
PATIENTS, OTHERS, A_PART = 24, 10, 7


@functools.cache
def engine() -> Engine:
    return Engine(shipped_knowledge())


def order(**more: Any) -> CohortOrder:
    return CohortOrder(as_of=AS_OF, patients_a_part=A_PART, **more)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_persons(tmp_path_factory.mktemp("cdm"), PATIENTS, OTHERS)


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return make_cohort(engine(), str(source), tmp_path_factory.mktemp("out") / "whole", order())


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_numbers_add_up(whole: Cohort) -> None:
    told, flow = whole.summary, whole.summary.flow
    assert told.source == PATIENTS + OTHERS and sum(told.left_out.values()) == OTHERS
    assert flow["patients"] == PATIENTS == flow["refused"] + flow["without_point"] + flow["with_points"]
    assert whole.points.num_rows == sum(number for name, number in flow.items() if name.startswith("points.")) > PATIENTS
    assert sum(whole.verdicts.values()) == whole.points.num_rows
    assert set(whole.points.column("knowledge").to_pylist()) == {shipped_knowledge().digest}
    assert whole.facts.num_rows == whole.points.num_rows and told.complete and told.parts == 4


def test_what_was_left_out_is_counted_by_its_code(whole: Cohort) -> None:
    rows = pq.read_table(whole.folder / "triage" / "left_out.parquet").to_pylist()
    assert {(row["table"], row["concept_id"]): row["rows"] for row in rows} == {
        ("condition_occurrence", "2000900001"): OTHERS // 2,
        ("condition_occurrence", "2000900002"): OTHERS // 2,
    }


def test_everyone_tells_the_same_of_those_who_are_kept(source: Path, whole: Cohort, tmp_path: Path) -> None:
    every = make_cohort(engine(), str(source), tmp_path / "every", order(everyone=True))
    assert every.summary.flow["patients"] == PATIENTS + OTHERS and not every.summary.left_out
    assert every.points.sort_by("patient").equals(whole.points.sort_by("patient"))


def test_each_point_is_the_answer_of_that_day(source: Path, whole: Cohort) -> None:
    patients = {patient.id: patient for patient in engine().read(source, as_of=AS_OF)}
    for row in whole.points.to_pylist()[::3]:
        read = patients[row["patient"]].read_at
        if row["date"] is not None and read is not None:
            answer = engine().recommend(read(row["date"])).answer
            offered = [option.regimen for option in answer.options if option.status.startswith("applies")]
            assert (row["answer"], sorted(row["offered"])) == (answer.answer, sorted(offered)), row


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_run_that_was_stopped_goes_on_byte_for_byte(kept: int, source: Path, whole: Cohort, tmp_path: Path) -> None:
    """As a kill leaves it: parts that are whole, one whose points are not there, and a file that was in the making."""
    broken = tmp_path / "broken"
    shutil.copytree(whole.folder, broken)
    for number in range(kept, whole.summary.parts):
        (broken / "points" / f"part-{number:05}.parquet").unlink()
        if number > kept:
            (broken / "facts" / f"part-{number:05}.parquet").unlink()
    begun = json.loads((broken / "cohort.json").read_text())
    begun |= {"complete": False, "parts": 0, "flow": {}, "source": None, "left_out": {}}
    (broken / "cohort.json").write_text(json.dumps(begun))
    make_cohort(engine(), str(source), broken, order())
    assert bytes_of(broken) == bytes_of(whole.folder)


def test_two_processes_write_the_same(source: Path, whole: Cohort, tmp_path: Path) -> None:
    make_cohort(engine(), str(source), tmp_path / "two", order(jobs=2))
    assert bytes_of(tmp_path / "two") == bytes_of(whole.folder)


def test_a_patient_that_meets_a_mistake_is_refused_and_the_others_go_on(
    source: Path, whole: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = facts_module.find_points

    def fail_once(record: Any, rules: Any) -> Any:
        if record.events and record.events[0].date and record.events[0].date.first == first.date.first:
            raise RuntimeError("poisoned")
        return find(record, rules)

    poisoned = next(p for p in engine().read(source, as_of=AS_OF) if p.record.events and p.record.events[0].date)
    first = poisoned.record.events[0]
    monkeypatch.setattr(facts_module, "find_points", fail_once)
    made = make_cohort(engine(), str(source), tmp_path / "poisoned", order())
    refused = made.refused.to_pylist()
    assert poisoned.id in {row["patient"] for row in refused} and all("poisoned" not in row["why"] for row in refused)
    names = {row["patient"] for row in refused}
    rest = [row for row in whole.points.to_pylist() if row["patient"] not in names]
    assert made.points.to_pylist() == rest and made.summary.flow["refused"] == len(names)


def test_a_source_without_a_history_refuses_its_patients(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("as_of: 2024-01-01\ndisease: [{event: diagnosis, stage: IV}]\n", encoding="utf-8")
    made = make_cohort(engine(), str(case), tmp_path / "out", order())
    assert made.refused.to_pylist() == [{"patient": "", "why": "its source tells no history: FHIR, OMOP and tables do"}]


def test_what_is_assumed_of_all_is_told_in_every_row(source: Path, tmp_path: Path) -> None:
    made = cohort(str(source), tmp_path / "out", as_of=AS_OF, points=["line_start"], assume={"ild_needed_steroids": "no"})
    assert made.summary.definition.supposed == {"ild_needed_steroids": "no"}
    told = [row for row in made.points.to_pylist() if row["date"] is not None]
    assert told and all("ild_needed_steroids" in row["assumed"] for row in told)


def test_a_table_of_facts_is_decided_as_it_stands(whole: Cohort, tmp_path: Path) -> None:
    path = tmp_path / "facts.parquet"
    pq.write_table(whole.facts, path)
    made = make_cohort(engine(), str(path), tmp_path / "out", order())
    assert made.points.equals(whole.points)


def test_who_moves_between_two_versions(whole: Cohort) -> None:
    found = whole.compare("asco-her2-abc/2018", "asco-her2-abc/2022")
    assert found.points == whole.points.num_rows and 0 < found.moved < found.points
    rows = [row for path in sorted((whole.folder / "compare").iterdir()) for row in pq.read_table(path).to_pylist()]
    moved = [
        row for row in rows if (row["answer_before"], row["preferred_before"]) != (row["answer_after"], row["preferred_after"])
    ]
    assert len(rows) == found.points and len(moved) >= max(move.points for move in found.moves)
    assert all(move.before != move.after and move.witnesses for move in found.moves)
    shutil.rmtree(whole.folder / "compare")


REFUSALS = [  # what is asked, and the sentence
    ({"points": ("line_strat",)}, "points: there is no kind of point 'line_strat'. Did you mean 'line_start'?"),
    ({"points": ("asked",)}, "points: points of the kind 'asked' need days, and days such points. Give both"),
    ({"assume": {"her2_statis": "positive"}}, "assume: there is no default 'her2_statis' to assume"),
    ({"guideline": "asco-her2-abc/1999"}, "asco-her2-abc/1999"),
]


@pytest.mark.parametrize(("asked", "says"), REFUSALS, ids=lambda one: str(one)[:30])
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any], says: str, source: Path, tmp_path: Path) -> None:
    with pytest.raises(ConcordantError) as refused:
        make_cohort(engine(), str(source), tmp_path / "out", order(**asked))
    assert says in str(refused.value)
    assert not (tmp_path / "out" / "points").exists()


def test_another_cohort_is_not_written_over(source: Path, whole: Cohort, tmp_path: Path) -> None:
    with pytest.raises(ConcordantError, match="another cohort stands there: it differs in as_of"):
        make_cohort(engine(), str(source), whole.folder, replace_order(as_of=dt.date(2025, 1, 1)))
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ConcordantError, match="this folder is not empty, and no cohort stands in it"):
        make_cohort(engine(), str(source), tmp_path, order())
    assert (tmp_path / "letter.txt").read_text() == "mine"


def replace_order(**changes: Any) -> CohortOrder:
    return CohortOrder(**{"as_of": AS_OF, "patients_a_part": A_PART, **changes})


def test_a_damaged_part_is_named(whole: Cohort, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(whole.folder, broken)
    (broken / "points" / "part-00001.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(ConcordantError, match=r"part-00001.parquet: this part is damaged. Delete it"):
        _ = Cohort(engine(), broken).points


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PAR1 no", "this is no Parquet file that can be read"), (None, "there is no column date")],
)
def test_a_table_that_is_none_is_refused(content: bytes | None, says: str, whole: Cohort, tmp_path: Path) -> None:
    path = tmp_path / "facts.parquet"
    if content is None:
        pq.write_table(whole.facts.drop_columns(["date"]), path)
    else:
        path.write_bytes(content)
    with pytest.raises(ConcordantError, match=says):
        make_cohort(engine(), str(path), tmp_path / "out", order())


def test_a_version_is_not_asked_before_it_was_there_and_its_later_points_are_judged(source: Path, tmp_path: Path) -> None:
    """A patient treated on both sides of its first day is not refused: the earlier points are outside."""
    made = make_cohort(engine(), str(source), tmp_path / "out", order(guideline="asco-her2-abc/2022"))
    begins = next(one.valid_from for one in engine().knowledge.guidelines[0].versions if one.version == "2022")
    rows = [row for row in made.points.to_pylist() if row["date"] is not None]
    early, late = ([row for row in rows if (row["date"] < begins) is before] for before in (True, False))
    assert made.summary.flow["refused"] == 0 and early and late
    assert {(row["verdict"], row["reason"]) for row in early} == {("out_of_scope", "no_guideline_in_force")}
    assert any(row["guideline"] == "asco-her2-abc/2022" for row in late)
