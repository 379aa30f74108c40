"""Made-up patients: the same for the same seed, in bounds, written whole or not at all, and read as what they are."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import concordant.api as cc
from concordant.api.engine import Engine
from concordant.api.simulating import make_plan
from concordant.cohorts.simulate.calendar import count_months
from concordant.cohorts.simulate.cases import make_cases
from concordant.cohorts.simulate.choices import EPOCH, choose, count_days
from concordant.cohorts.simulate.draws import Column, Frame, list_words, make_words
from concordant.cohorts.simulate.fact_table import make_fact_table
from concordant.cohorts.simulate.history import NEVER, History
from concordant.cohorts.simulate.making import make_history
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.run import SimulationOrder, simulate_cohort
from concordant.cohorts.simulate.streams import make_stream
from concordant.decide.running import find_running_drugs
from concordant.derive.engine import FactsOnDemand
from concordant.errors import Unreadable
from concordant.logic.dates import count_months_between
from concordant.model.knowledge import Knowledge
from concordant.model.simulation import Bounds, SimulatedForm
from concordant.patient.events import PatientRecord
from concordant.patient.fact_table import HIGH, LOW, PATIENT, make_fact_row

FORMS: tuple[SimulatedForm, ...] = ("facts", "events", "omop", "fhir")
SEED = 11
LATE = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


@pytest.fixture(scope="module")
def plan(engine: Engine) -> SimulationPlan:
    return make_plan(engine)


@pytest.fixture(scope="module")
def history(plan: SimulationPlan) -> History:
    return make_history(plan, SEED, np.arange(1, 4001))


def ask(query: str) -> tuple[Any, ...] | None:
    with duckdb.connect() as connection:
        found: tuple[Any, ...] | None = connection.execute(query).fetchone()
    return found


def simulate(plan: SimulationPlan, target: Path, form: SimulatedForm, *, first: int = 1, n: int = 60, part: int = 10_000) -> Path:
    simulate_cohort(plan, SimulationOrder(n, SEED, form, first, part), str(target), "test", lambda _: None)
    return target


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# -- one seed, one cohort --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_same_seed_gives_the_same_bytes(form: SimulatedForm, plan: SimulationPlan, tmp_path: Path) -> None:
    assert hashes(simulate(plan, tmp_path / "a", form)) == hashes(simulate(plan, tmp_path / "b", form))


def rows_of(folder: Path) -> list[dict[str, Any]]:
    tables = [pq.read_table(path) for path in sorted(folder.glob("part-*.parquet"))]
    return pa.concat_tables(tables).to_pylist()


@pytest.mark.parametrize("form", FORMS)
def test_parts_of_any_size_hold_the_same(form: SimulatedForm, plan: SimulationPlan, tmp_path: Path) -> None:
    whole, parted = simulate(plan, tmp_path / "a", form), simulate(plan, tmp_path / "b", form, part=7)
    for path in sorted(whole.glob("*/*.ndjson")):
        assert path.read_bytes() == (parted / path.relative_to(whole)).read_bytes()
    for path in sorted(whole.glob("*/*/part-00000.parquet")) + sorted(whole.glob("*/part-00000.parquet")):
        folder = path.parent.relative_to(whole)
        assert rows_of(whole / folder) == rows_of(parted / folder), folder


def test_a_patient_is_the_same_whoever_else_is_made(plan: SimulationPlan, tmp_path: Path) -> None:
    few = (simulate(plan, tmp_path / "few", "events", first=41, n=5) / "events" / "cases.ndjson").read_bytes().splitlines()
    many = (simulate(plan, tmp_path / "many", "events") / "events" / "cases.ndjson").read_bytes().splitlines()
    assert few == many[40:45]


def test_another_seed_gives_other_patients(plan: SimulationPlan) -> None:
    one, other = (make_history(plan, seed, np.arange(1, 200)) for seed in (1, 2))
    assert (one.advanced != other.advanced).mean() > 0.95


# -- what is drawn ---------------------------------------------------------------------------------------------------------


def test_a_stream_is_even_and_its_names_are_apart() -> None:
    stream = make_stream(1, np.arange(200_000))
    one, other = stream.draw_uniform("one"), stream.draw_uniform("other")
    for drawn in (one, other):
        assert abs(drawn.mean() - 0.5) < 0.003
        assert abs(np.histogram(drawn, 20, (0, 1))[0] / 10_000 - 1).max() < 0.05
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.01
    assert abs(np.corrcoef(one[:-1], one[1:])[0, 1]) < 0.01


def test_every_draw_of_a_patient_has_the_shares_of_its_file(plan: SimulationPlan, history: History) -> None:
    """Of each case of shares or chance that at least 300 patients meet, the shares come out within five standard errors."""
    checked = 0
    for draw in plan.simulation.draws:
        open_ = np.ones(history.rows, bool)
        column = history.frame.columns[draw.name]
        for case in draw.cases:
            here = open_ & history.frame.match(case.where)
            open_ &= ~here
            shares = {"yes": case.chance, "no": 1 - case.chance} if case.chance is not None else case.shares
            total = sum(shares.values())
            for word, share in shares.items() if here.sum() >= 300 else ():
                found = column.find_words((word,))[here].mean()
                expected = share / total
                assert abs(found - expected) <= 5 * np.sqrt(expected * (1 - expected) / here.sum()) + 1e-9, (draw.name, word)
                checked += 1
    assert checked > 40


def test_every_number_stays_within_its_bounds(plan: SimulationPlan, history: History) -> None:
    for draw in plan.simulation.draws:
        if list_words(draw):
            continue
        open_, values = np.ones(history.rows, bool), history.frame.columns[draw.name].values
        for case in draw.cases:
            here = open_ & history.frame.match(case.where)
            open_ &= ~here
            assert not len(values[here]) or case.low is None or values[here].min() >= case.low - 0.5
            assert not len(values[here]) or case.high is None or values[here].max() <= case.high + 0.5


def test_a_median_is_that_of_its_source(plan: SimulationPlan, history: History) -> None:
    """Months to recurrence (43.6) of the register, and the age at which disease becomes advanced."""
    months, years = (history.frame.columns[name].values for name in ("months_to_recurrence", "years_at_advanced"))
    recurrent = history.frame.match({"origin": "recurrent"})
    assert abs(np.median(months[recurrent]) - 43.6) < 3
    assert abs(np.median(years[~recurrent]) - 54) < 1


def test_nothing_is_chosen_where_all_weights_are_nothing() -> None:
    chosen = choose(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), np.array([0.3, 0.999999, 0.0, 0.5]))
    assert chosen.tolist() == [-1, 0, 1, 1]


def test_months_are_counted_as_facts_count_them() -> None:
    rng = np.random.default_rng(1)
    starts = rng.integers(count_days(EPOCH.replace(year=1999)), count_days(EPOCH.replace(year=2024)), 500).astype(np.int32)
    ends = (starts + rng.integers(0, 3000, 500)).astype(np.int32)
    told = count_months(starts, ends)
    for start, end, months in zip(starts, ends, told, strict=True):
        first, last = (EPOCH + (EPOCH.replace(day=2) - EPOCH) * int(day) for day in (start, end))
        assert months == pytest.approx(count_months_between(first, last))


WHENS: list[tuple[dict[str, Any], list[bool]]] = [
    ({}, [True, True, True]),
    ({"word": "a"}, [True, False, False]),
    ({"word": ("a", "b")}, [True, True, False]),
    ({"number": Bounds(at_least=2)}, [False, True, True]),
    ({"number": Bounds(at_least=2, below=3)}, [False, True, False]),
    ({"word": ("a", "b"), "number": Bounds(at_least=2)}, [False, True, False]),
]


@pytest.mark.parametrize(("when", "matched"), WHENS)
def test_a_frame_matches_words_and_bounds_and_all_of_several(when: dict[str, Any], matched: list[bool]) -> None:
    words = make_words(np.array([0, 1, -1]), ("a", "b"))  # of the third nothing was drawn
    frame = Frame(3, {"word": words, "number": Column(np.array([1.0, 2.0, 3.0]))})
    assert frame.match(when).tolist() == matched


# -- histories -------------------------------------------------------------------------------------------------------------


def test_nobody_gets_a_regimen_before_its_label(plan: SimulationPlan, history: History) -> None:
    courses = history.join_courses()
    for number, regimen in enumerate(plan.simulation.regimens):
        mine = (courses.regimens == number) & (courses.numbers > 0)
        assert not mine.any() or courses.starts[mine].min() >= plan.find_approval(regimen), regimen.id


def test_the_days_of_a_history_come_in_their_order(history: History) -> None:
    courses = history.join_courses()
    assert (courses.starts < courses.ends).all()
    assert (courses.starts[courses.numbers > 0] > history.advanced[courses.rows][courses.numbers > 0]).all()
    early = courses.numbers == 0
    assert (courses.ends[early] <= history.advanced[courses.rows][early]).all()
    assert (history.firsts <= history.advanced).all()
    died = history.deaths < NEVER
    assert (history.deaths[died] >= history.advanced[died]).all()
    assert (courses.starts <= np.minimum(history.until, history.deaths[courses.rows])).all()
    for span in history.spans:
        assert (span.firsts < span.ends).all()
        assert (span.ends <= courses.ends[span.courses]).all()


def test_the_lines_of_a_patient_follow_each_other(history: History) -> None:
    last = history.advanced.copy()
    for line in history.lines:
        assert (line.starts > last[line.rows]).all()
        last[line.rows] = line.ends - 1
        grown = line.grown < NEVER
        assert (line.grown[grown] >= line.ends[grown]).all()


# -- facts are what is read of a record without a fault ----------------------------------------------------------------------

# What a record knows and the facts leave open, by the kinds of points (none: all). It is never the other way round.
LEFT_OPEN: dict[str, tuple[str, ...]] = {
    "ecog": ("progression",),  # measured before the line, and still current
    "weight": ("progression",),
    "lvef": ("progression",),  # of a line that ended before the disease grew
    "lvef_fall": (),  # read for what runs, and nothing runs on the days that are points
    "pregnant": (),  # of a woman whose age says so, and not her menopausal status
}
A_CYCLE = 0.75  # months: a case file has one end for the drugs of a course


def iter_differences(engine: Engine, plan: SimulationPlan, patients: int) -> Iterator[tuple[str, ...]]:
    """Where the facts of points are others than those that are derived of a record that tells the same history."""
    history = make_history(plan, SEED, np.arange(1, patients + 1))
    cases = {case["name"]: case for case in make_cases(plan, history, whole=True)}
    prepared = engine._prepared
    read_by_guideline = prepared.find_ruleset(PatientRecord(LATE), "").decisive
    for row in make_fact_table(plan, history, gaps=False).to_pylist():
        record = engine.read(dict(cases[row[PATIENT]]), as_of=row["date"]).one().record
        facts = FactsOnDemand(record, prepared.plan, prepared.bare)
        read = make_fact_row("", find_running_drugs(record), prepared.plan.features, facts)
        for feature in prepared.plan.features:
            for name in (feature.name + LOW, feature.name + HIGH) if feature.is_numeric else (feature.name,):
                told, found = row[name], read.get(name)
                if told is None and (feature.name not in read_by_guideline or is_left_open(feature.name, row["point"])):
                    continue
                if told != found and not (isinstance(told, float) and isinstance(found, float) and abs(told - found) < A_CYCLE):
                    yield row[PATIENT], str(row["date"]), row["point"], name, str(told), str(found)


def is_left_open(feature: str, point: str) -> bool:
    return feature in LEFT_OPEN and point in (LEFT_OPEN[feature] or (point,))


def test_facts_are_those_that_are_derived_of_the_same_history(engine: Engine, plan: SimulationPlan) -> None:
    assert list(iter_differences(engine, plan, 60)) == []


def test_a_gap_only_takes_facts_away(plan: SimulationPlan) -> None:
    history = make_history(plan, SEED, np.arange(1, 500))
    whole, gaps = make_fact_table(plan, history, gaps=False), make_fact_table(plan, history)
    assert gaps.num_rows == whole.num_rows
    for name in whole.column_names:
        known, told = whole.column(name).to_pylist(), gaps.column(name).to_pylist()
        assert all(two is None or one == two for one, two in zip(known, told, strict=True)), name


def test_what_is_missing_is_missing_as_often_as_its_file_says(plan: SimulationPlan) -> None:
    history = make_history(plan, SEED, np.arange(1, 4001))
    facts = make_fact_table(plan, history).select(["patient", "her2_status"]).to_pylist()
    lost = {row["patient"] for row in facts if row["her2_status"] is None}
    assert abs(len(lost) / history.rows - plan.shares["her2_result"]) < 0.015


# -- what is written is read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["omop", "fhir"])
def test_records_are_read_by_the_ordinary_reader(
    form: SimulatedForm, plan: SimulationPlan, engine: Engine, tmp_path: Path
) -> None:
    folder = simulate(plan, tmp_path / "made", form)
    patients = {one.id: one for one in engine.read(str(folder / form), as_of="2025-12-31")}
    assert sorted(patients, key=int) == [str(n) for n in range(1, 61)]
    assert not any(one.failure for one in patients.values())
    courses = {row["patient"] for row in rows_of(folder / "truth" / "courses") if row["setting"] == "advanced"}
    assert sum(bool(patients[name].record.courses) for name in courses) >= 0.95 * len(courses)


def test_case_files_are_read(plan: SimulationPlan, engine: Engine, tmp_path: Path) -> None:
    lines = (simulate(plan, tmp_path / "made", "events") / "events" / "cases.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 60
    for line in lines:
        assert engine.read(json.loads(line), as_of="2025-12-31").one().record.not_understood == ()


def test_facts_are_a_table_that_can_be_decided(plan: SimulationPlan, engine: Engine, tmp_path: Path) -> None:
    table = pq.read_table(simulate(plan, tmp_path / "made", "facts") / "facts" / "part-00000.parquet")
    beside = ["point", "date", "number", "site", "given", "given_other", "given_date", "trial", "assumed"]
    starts = table.filter(pa.compute.and_(pa.compute.equal(table["point"], "line_start"), pa.compute.equal(table["number"], 1)))
    decided = engine.decide_table(starts.drop_columns(beside), as_of="2023-06-01")
    assert sum(one.patients for one in decided.outcomes) == starts.num_rows
    assert any(one.answer == "recommends" for one in decided.outcomes)


def test_the_rows_of_omop_have_ids_of_their_own_and_concepts_that_are_there(plan: SimulationPlan, tmp_path: Path) -> None:
    folder = simulate(plan, tmp_path / "made", "omop", part=13) / "omop"
    for table in ("condition_occurrence", "drug_exposure", "measurement", "observation", "procedure_occurrence"):
        name = table.removesuffix("_occurrence").removesuffix("_exposure")
        rows = ask(f"SELECT count(*), count(DISTINCT {table}_id) FROM '{folder}/{table}/*.parquet'")
        assert rows is not None
        assert rows[0] == rows[1] > 0
        known = f"SELECT 0 UNION SELECT concept_id FROM '{folder}/concept/*.parquet'"
        strange = f"SELECT count(*) FROM '{folder}/{table}/*.parquet' WHERE {name}_concept_id NOT IN ({known})"
        assert ask(strange) == (0,)


# -- on disk ----------------------------------------------------------------------------------------------------------------


def test_a_run_that_fails_leaves_nothing(plan: SimulationPlan, tmp_path: Path) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_cohort(plan, SimulationOrder(20, 1, "omop"), str(tmp_path / "made"), "test", stop)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_not_written_over(plan: SimulationPlan, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Unreadable, match="this is there already"):
        simulate(plan, tmp_path / "made", "facts")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["notes.txt"]


def test_it_is_told_what_was_drawn_from_what(plan: SimulationPlan, tmp_path: Path, knowledge: Knowledge) -> None:
    told = json.loads((simulate(plan, tmp_path / "made", "facts") / "simulation.json").read_text(encoding="utf-8"))
    sources = {source.id: source.checked for source in knowledge.sources}
    assert {one["name"] for one in told["drawn"]} >= {draw.name for draw in plan.list_draws()}
    assert all(one["source"] in sources for one in told["drawn"])
    assert {one["checked"] for one in told["drawn"]} <= {"secondary", "recalled", "choice"}
    assert all(one["checked"] == "choice" or one["at"] for one in told["drawn"])


def test_from_python(tmp_path: Path) -> None:
    made = cc.simulate(tmp_path / "made", patients=20, seed=3, format="omop")
    assert made.summary.patients == 20
    assert set(made.truth("courses").column_names) >= {"drugs", "start", "end", "setting", "progression"}
    assert len(list(cc.read(made.source, as_of="2025-12-31"))) == 20
    with pytest.raises(Unreadable):
        cc.simulate(tmp_path / "other", patients=0, seed=3)
