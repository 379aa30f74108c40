"""What would take without bound ends in a sentence: packed files, sizes, numbers of values, combinations of what is open."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from concordant import inputs
from concordant.answer import engine as engine_module
from concordant.answer.phrases import UNTRIED
from concordant.api import Engine
from concordant.decide import questions
from concordant.decide.questions import SearchBudget, find_questions
from concordant.errors import ConcordantError, Unreadable
from concordant.model.knowledge import Knowledge
from concordant.record.casefile.read import MOST_VALUES
from concordant.texts import MAX_YAML
from tests.record.fhir.builders import AS_OF, observation, woman
from tests.record.omop.build import database, exported
from tests.record.omop.test_omop import STORY
from tests.record.sources.test_doors import encoded

OPEN = {
    "as_of": "2023-07-28",
    "tumor_markers": [{"test": "her2", "value": "positive"}, {"test": "pr", "value": "positive"}],
    "stated": {
        "received_doxorubicin": "yes",
        "received_lapatinib": "yes",
        "received_taxane": "no",
        "disease_extent": "metastatic",
        "breastfeeding": "no",
        "interstitial_lung_disease": "active",
        "pregnant": "yes",
    },
}
CASE = {"as_of": "2023-05-20"}


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


def refused(engine: Engine, source: Any) -> str:
    with pytest.raises(ConcordantError) as caught:
        list(engine.read(source, today=AS_OF))
    (complaint,) = caught.value.complaints
    assert complaint.way_out
    return complaint.says


# -- packed files that grow ------------------------------------------------------------------------------

SAME = encoded(observation("o", "48676-1")) + b"\n"
GROWING = {
    "lines": ("x.ndjson.gz", SAME),
    "one line": ("x.ndjson", b"\0"),
    "a document": ("x.json", b" "),
    "any": ("x.bin", b"x "),
}


@pytest.mark.parametrize("name", GROWING)
def test_a_packed_file_does_not_grow_without_bound(
    name: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "GROWS_FREELY", 1_000_000)
    file, part = GROWING[name]
    data = gzip.compress(encoded(woman()) + b"\n" + part * (4_000_000 // len(part)))
    (tmp_path / file).write_bytes(data)
    for source in (str(tmp_path / file), data):
        assert refused(engine, source) == inputs.TOO_MUCH


def test_a_packed_table_does_not_either(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "GROWS_FREELY", 1_000_000)
    folder = exported(database(tmp_path / "x.duckdb", STORY), tmp_path / "folder", "csv")
    people = (folder / "person.csv").read_bytes()
    (folder / "person.csv").unlink()
    (folder / "person.csv.gz").write_bytes(gzip.compress(people + b"," * 4_000_000))
    assert refused(engine, str(folder)) == inputs.TOO_MUCH


def test_what_records_grow_by_is_no_fault(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "GROWS_FREELY", 1000)
    lines = [
        encoded(woman("p1")),
        *(encoded(observation(f"o{i}", "48676-1", effectiveDateTime=f"20{i % 23:02}")) for i in range(999)),
    ]
    data = b"\n".join(lines)
    (tmp_path / "x.ndjson.gz").write_bytes(gzip.compress(data))
    assert len(data) > 10 * len(gzip.compress(data))
    (patient,) = engine.read(str(tmp_path / "x.ndjson.gz"), today=AS_OF)
    assert len(patient.account.rows) == 1000


# -- sizes and numbers -----------------------------------------------------------------------------------


def _many(number: int) -> dict[str, Any]:
    names = [f"drug {i}" for i in range(number)]
    return {
        "drugs of a course": {"treatments": [{"drugs": names, "setting": "adjuvant"}]},
        "sites": {"disease": [{"event": "diagnosis", "sites": names}]},
        "what is not available": {"unavailable": names},
        "what is stated": {"stated": dict.fromkeys(names, "yes")},
        "keys": dict.fromkeys(names, "x"),
        "lists in lists": {"treatments": [names[i : i + 100] for i in range(0, number, 100)]},
    }


@pytest.mark.parametrize("kind", _many(1))
def test_a_case_has_a_bounded_number_of_values(kind: str, engine: Engine) -> None:
    case = CASE | _many(MOST_VALUES)[kind]
    for source in (case, json.dumps(case).encode()):
        assert "values are more than one patient has" in refused(engine, source)


def test_yaml_is_read_up_to_a_size_and_json_beyond(engine: Engine) -> None:
    long = "# " + "x" * MAX_YAML + "\n"
    assert "is too large for one patient" in refused(engine, f"{long}as_of: 2023-05-20\n".encode())
    assert list(engine.read(json.dumps(CASE).encode() + b" " * MAX_YAML, today=AS_OF))


# -- combinations of what is open ------------------------------------------------------------------------


def test_the_search_for_questions_ends_and_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    whole = questions._suppose_choice
    monkeypatch.setattr(questions, "_suppose_choice", lambda *given: tried.append(given) or whole(*given))
    monkeypatch.setattr(engine_module, "SearchBudget", lambda: SearchBudget(50))
    assert UNTRIED in engine.recommend(OPEN, today=AS_OF).to_dict()["notices"]
    assert len(tried) == 50


def test_a_search_that_came_to_its_end_says_nothing(engine: Engine) -> None:
    for case in (CASE, {**CASE, "tumor_markers": [{"test": "her2", "value": "positive"}]}):
        assert UNTRIED not in engine.recommend(case, today=AS_OF).to_dict()["notices"]


def test_the_bound_takes_away_no_question_that_was_found_before_it(engine: Engine, knowledge: Knowledge) -> None:
    case = {**CASE, "disease": [{"event": "diagnosis", "extent": "metastatic", "date": "2023-01-01"}]}
    (patient,) = engine.read(case, today=AS_OF)
    now = engine.situation(patient.record)
    wide = SearchBudget()
    names = [question.feature.name for question in find_questions(now, wide)]
    assert not wide.is_spent
    enough = SearchBudget(SearchBudget().left - wide.left)
    assert names == [question.feature.name for question in find_questions(now, enough)]
    assert not enough.is_spent


def test_a_packed_file_that_cannot_be_opened_is_told(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"as_of: 2023-05-20\n")[:-9])
    with pytest.raises(Unreadable, match="the gzip data is damaged or cut off"):
        list(engine.read(str(tmp_path / "x.gz"), today=AS_OF))
