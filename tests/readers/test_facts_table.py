"""A facts table as it comes: what is wrong is told with its column, its row and the way out; what is empty is unknown."""

from __future__ import annotations

import datetime as dt
import math
import subprocess
import sys
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import concordant as cc
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Value
from concordant.readers.columns import Plane
from concordant.readers.facts_checks import open_facts_table
from concordant.readers.planes import unpack_rows

P = {"patient": ["a", "b", "c"]}
FLOAT = pa.float64()


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> cc.Engine:
    """One engine."""
    return cc.Engine(knowledge)


# what is handed over beside the patients, and what is told of it
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"her2_statu": ["positive"] * 3}, "column 'her2_statu': is not a column of a facts table. Did you mean 'her2_status'?"),
    ({"lvef": [60.0] * 3}, "column 'lvef': is not a column of a facts table. It is a number: write 'lvef_low' and 'lvef_high'"),
    (
        {"her2_status": [None, "positive", "positiv"]},
        "column 'her2_status', row 3: 'positiv' is no word of it. Did you mean 'positive'?",
    ),
    ({"pregnant": [True, False, None]}, "column 'pregnant': holds bool, and not text. Write yes or no"),
    ({"pregnant": [1, 0, None]}, "column 'pregnant': holds int64, and not text. Write its words"),
    ({"pregnant": ["", "no", None]}, "column 'pregnant', row 1: '' is no word of it"),
    ({"pregnant": ["no", "yes|no", None]}, "column 'pregnant', row 2: every word is left, so nothing is known. Leave it empty"),
    (
        {"her2_status": ["negative|positive"] * 3},
        "column 'her2_status', row 1: its words are not in their order. Write 'positive|negative'",
    ),
    ({"her2_status": [None, "positive|positive", None]}, "row 2: its words are not in their order. Write 'positive'"),
    ({"lvef_low": ["60"] * 3}, "column 'lvef_low': holds string, and not 64-bit floats. Write numbers"),
    ({"lvef_low": pa.array([60.0] * 3, pa.float32())}, "column 'lvef_low': holds float, and not 64-bit floats. 32-bit numbers"),
    (
        {"lvef_low": [50.0, 60.0, None], "lvef_high": [50.0, 50.0, 40.0]},
        "column 'lvef_low', row 2: runs from the larger number (60) to the smaller (50). 'lvef_high' is the larger one",
    ),
    ({"lvef_high": [None, 50.0, math.nan]}, "column 'lvef_high', row 3: is not a number (NaN). Leave it empty where there is no"),
    ({"lvef_low": [None, math.inf, 50.0]}, "column 'lvef_low', row 2: is infinite on this side. Leave it empty"),
    (
        {"running": ["trastuzumab", "trastuzumap", None]},
        "row 2: 'trastuzumap' is no word of it. Did you mean 'trastuzumab'?",
    ),
    ({"running": ["trastuzumab|trastuzumab", None, None]}, "row 1: a name stands here twice. Name each once"),
    ({"stated": ["her2_status", None, "line"]}, "column 'stated', row 3: 'line' is no word of it"),
    ({"patient": [1.5, 2.5, 3.5]}, "column 'patient': holds double, and not text"),
    (
        {"patient": ["b", "a", "b"]},
        "column 'patient', row 3: names the patient of row 1 again. Keep one row for each patient, or give each row an id",
    ),
    ({"patient": [1, 2, 2]}, "column 'patient', row 3: names the patient of row 2 again"),
    ({"patient": pa.array(["a", "b", "b"]).dictionary_encode()}, "column 'patient': holds dictionary"),
    ({"patient": ["a", None, "c"]}, "column 'patient', row 2: is empty. Each row needs the patient whose facts it holds"),
]


@pytest.mark.parametrize(("columns", "says"), WRONG, ids=[says[:60] for _, says in WRONG])
def test_what_is_wrong_is_told_with_column_and_row(columns: dict[str, Any], says: str, engine: cc.Engine) -> None:
    with pytest.raises(cc.Refused) as told:
        engine.decide_table(pa.table({**P, **columns}))
    assert says in str(told.value), str(told.value)


@pytest.mark.parametrize("many", [70_000])
def test_a_row_is_found_behind_the_first_block(many: int, engine: cc.Engine) -> None:
    numbers = np.full(many, 50.0)
    numbers[many - 2] = math.nan
    words = ["yes"] * (many - 1) + ["maybe"]
    table = pa.table({"patient": pa.array(range(many)), "lvef_low": numbers, "pregnant": words})
    with pytest.raises(cc.Refused) as told:
        engine.decide_table(table)
    assert [f"row {many - 1}" in str(told.value), f"row {many}:" in str(told.value)] == [True, True]


def test_every_column_that_is_wrong_is_told_at_once(engine: cc.Engine) -> None:
    with pytest.raises(cc.Refused) as told:
        engine.decide_table({"pregnant": ["ja"], "her2_status": ["pos"]})
    assert [str(one).split(":")[1].strip() for one in told.value.complaints] == [
        "column 'pregnant', row 1",
        "column 'her2_status', row 1",
        "column 'patient'",
    ]


@pytest.mark.parametrize("what", [5, "A03.yaml", [1, 2], {"patient": ["a"], "pregnant": ["yes", "no"]}])
def test_what_is_no_table_is_told(what: Any, engine: cc.Engine) -> None:
    with pytest.raises(cc.Unreadable, match="this is no table of columns"):
        engine.decide_table(what)


def test_a_table_of_several_days_asks_for_one(engine: cc.Engine) -> None:
    records = [cc.PatientRecord(dt.date(2022, 6, day)) for day in (1, 2)]
    table = engine.facts_table(records)
    with pytest.raises(cc.Unreadable, match="known on 2 days, from 2022-06-01 to 2022-06-02, and no day is asked for"):
        engine.decide_table(table)
    assert engine.decide_table(table, as_of="2022-06-01").rows == 2


def test_what_a_table_does_not_tell_is_noted(engine: cc.Engine) -> None:
    notes = engine.decide_table({"patient": ["a"], "lvef_low": [50.0]}).notes
    assert any(note.startswith("unknown for every patient") and "her2_status" in note for note in notes)
    assert "lvef: the table has no column for its high end, which is open" in notes
    assert any("there is no column 'running'" in note for note in notes)
    assert any("the last day on which something in the knowledge changed" in note for note in notes)


def test_what_comes_from_entries_is_left_and_named(engine: cc.Engine) -> None:
    decided = engine.decide_table({"patient": ["a"]})
    assert not any("left as the table has it" in note for note in decided.notes)
    assert any(
        "left as the table has it" in n and "her2_lines_progressed" in n for n in decided.what_if(presentation="de_novo").notes
    )
    with pytest.raises(cc.Refused, match="lvfe"):
        decided.what_if(lvfe="38 %")


VALUES: dict[str, list[Value]] = {
    "her2_status": ["positive", None, ("positive", "equivocal"), "negative"],
    "pregnant": ["no", "yes", None, None],
    "lvef": [Interval(50, 50), None, Interval(low=55), Interval(40, 45)],
}


def told_as(kind: str) -> Any:
    """The same table from several hands: coded or plain words, several pieces, rows cut off in front, Polars."""
    words = [None if one is None else one if isinstance(one, str) else "|".join(one) for one in VALUES["her2_status"]]
    table = pa.table(
        {
            "patient": ["a", "b", "c", "d"],
            "her2_status": pa.array(words),
            "pregnant": pa.array(VALUES["pregnant"]),
            "lvef_low": pa.array([50, None, 55, 40], FLOAT),
            "lvef_high": pa.array([50, None, None, 45], FLOAT),
        }
    )
    front = pa.concat_tables([table.slice(1, 3), table]).combine_chunks()
    return {
        "plain": table,
        "coded": pa.table(
            {
                n: c.dictionary_encode() if pa.types.is_string(c.type) and n != "patient" else c
                for n, c in zip(table.column_names, table.columns, strict=True)
            }
        ),
        "large": table.set_column(1, "her2_status", table.column(1).cast(pa.large_string())),
        "pieces": pa.concat_tables([table.slice(0, 1), table.slice(1, 2), table.slice(3)]),
        "cut": front.slice(3),
        "batch": table.to_batches()[0],
        "polars": pl.from_arrow(table),
        "enum": pl.from_arrow(table).with_columns(pl.col("pregnant").cast(pl.Enum(["maybe", "yes", "no"]))),
        "mapping": {name: table.column(name).to_pylist() for name in table.column_names},
    }[kind]


@pytest.mark.parametrize("kind", ["plain", "coded", "large", "pieces", "cut", "batch", "polars", "enum", "mapping"])
def test_whoever_made_a_table_it_says_the_same(kind: str, engine: cc.Engine) -> None:
    table = open_facts_table(told_as(kind), engine.knowledge.features, ())
    assert {name: table.list_values(name, range(4)) for name in VALUES} == VALUES
    wanted = {
        Plane("ruled_out", "her2_status", "positive"): [3],
        Plane("ruled_out", "her2_status", "negative"): [0, 2],
        Plane("known", "her2_status"): [0, 2, 3],
        Plane("at_least", "lvef", "", 50.0): [0, 2],
        Plane("above", "lvef", "", 50.0): [2],
        Plane("at_most", "lvef", "", 50.0): [0, 3],
        Plane("below", "lvef", "", 50.0): [3],
        Plane("exact", "lvef"): [0],
        Plane("known", "lvef"): [0, 2, 3],
        Plane("ruled_out", "visceral_crisis", "yes"): [],
        Plane("at_least", "weight", "", 50.0): [],
    }
    planes = table.find_planes(wanted)
    assert {key: unpack_rows(planes[key], 4).nonzero()[0].tolist() for key in wanted} == wanted


def test_an_endless_end_is_no_bound(engine: cc.Engine) -> None:
    columns = {"patient": ["a"], "lvef_low": [-math.inf], "lvef_high": [math.inf]}
    assert open_facts_table(columns, engine.knowledge.features, ()).list_values("lvef", [0]) == [None]


def test_a_table_of_nobody_is_decided(engine: cc.Engine) -> None:
    decided = engine.decide_table(pa.table({"patient": pa.array([], pa.string()), "lvef_low": pa.array([], FLOAT)}))
    assert (decided.rows, decided.outcomes, decided.outcome_table().num_rows, decided.questions().num_rows) == (0, [], 0, 0)
    assert decided.statuses().num_rows == engine.facts_table([]).num_rows == 0


@pytest.mark.parametrize("missing", ["numpy", "pyarrow"])
def test_without_the_extra_the_way_out_is_told(missing: str, engine: cc.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    for wanted in (engine.decide_table, engine.facts_table):
        with pytest.raises(cc.Unreadable, match=r"pip install 'concordant\[tables\]'"):
            wanted({"patient": ["a"]})


def test_the_api_loads_no_numpy_before_a_table_is_there() -> None:
    code = "import sys, concordant as cc; cc.Engine, cc.DecidedTable; print({'numpy', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
