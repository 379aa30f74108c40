"""In columns the same comes out as one patient at a time: statuses, what is offered, outcomes, a what-if and questions."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import concordant as cc
from concordant.answer.engine import build_situation
from concordant.api.tables import _decide
from concordant.model.knowledge import Knowledge
from concordant.readers import planes as run
from concordant.readers.planes import count_rows, count_words
from concordant.readers.truth_only import TruthOnly
from concordant.readers.wires import Board, Wire, make_program
from tests.laws.columns import (
    Reference,
    Row,
    draw_open_rows,
    draw_rows,
    find_differences,
    row_of,
    table_of,
    tell_decision,
    tell_table,
)
from tests.laws.lanes import draw_value
from tests.shares import share_of
from tests.shipped import CASES, chunk_of, in_chunks, record_of

DAY = dt.date(2024, 6, 1)
DRAWN, SUPPOSED, ASKED = 1500, 120, 8  # rows of each part

in_parts = pytest.mark.parametrize("part", share_of("rows in columns", range(8)))


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> cc.Engine:
    """One engine, whose programs are kept."""
    return cc.Engine(knowledge)


@pytest.fixture(scope="module")
def rows(engine: cc.Engine) -> list[Row]:
    """The facts of some cases."""
    return [row_of(record, engine._prepared.plan) for record in filter(None, map(record_of, CASES[::6]))]


def drawn_rows(rows: Sequence[Row], engine: cc.Engine, seed: int, count: int) -> list[Row]:
    record = next(filter(None, map(record_of, CASES)))
    return list(draw_rows(rows, build_situation(record, engine.knowledge), random.Random(seed), count))


@in_chunks
def test_the_columns_of_every_case_are_the_reference(chunk: int, engine: cc.Engine) -> None:
    by_day: dict[dt.date, list[Path]] = {}
    for path in share_of("columns", CASES):
        if chunk_of(path.stem) == chunk and (record := record_of(path)) is not None:
            by_day.setdefault(record.as_of, []).append(path)
    for day, paths in by_day.items():
        records = [record for path in paths if (record := record_of(path)) is not None]
        decided = engine.decide_table(engine.facts_table(records))
        assert decided.as_of == day
        wanted = [tell_decision(build_situation(record, engine.knowledge).decision) for record in records]
        assert find_differences(tell_table(decided), wanted) == [], paths


@in_parts
def test_drawn_rows_are_the_reference(part: int, engine: cc.Engine, rows: list[Row]) -> None:
    drawn = drawn_rows(rows, engine, part, DRAWN)
    reference = Reference(engine, DAY) if part == 7 else Reference(engine, DAY, TruthOnly())
    told = tell_table(engine.decide_table(table_of(drawn, engine), as_of=DAY))
    assert find_differences(told, [tell_decision(reference.decide(row)) for row in drawn]) == []


@in_parts
def test_what_is_supposed_in_every_row_is_the_reference(part: int, engine: cc.Engine, rows: list[Row]) -> None:
    """Facts from which others follow by rules; words that are left are among the rows, and among what is supposed."""
    drawn, reference = random.Random(part), Reference(engine, DAY, TruthOnly())
    several = drawn_rows(rows, engine, part + 100, SUPPOSED)
    decided = engine.decide_table(table_of(several, engine), as_of=DAY)
    record = next(filter(None, map(record_of, CASES)))
    now = build_situation(record, engine.knowledge)
    behind = [f for f in reference.plan.features if not reference.plan.downstream[f.name].isdisjoint(reference.alone)]
    for _ in range(3):
        some_features = drawn.sample(behind, drawn.choice((1, 2, 4)))
        fixed = {feature.name: draw_value(feature, now, drawn) for feature in some_features}
        told = tell_table(_decide(engine, decided.facts, DAY, "", fixed))
        assert find_differences(told, [tell_decision(reference.suppose(row, fixed)[0]) for row in several]) == [], fixed


@in_parts
def test_what_is_asked_in_columns_is_asked_by_the_reference(part: int, engine: cc.Engine, rows: list[Row]) -> None:
    reference = Reference(engine, DAY, TruthOnly())
    now = build_situation(next(filter(None, map(record_of, CASES))), engine.knowledge)
    several = list(draw_open_rows(rows, now, random.Random(part), ASKED)) + drawn_rows(rows, engine, part + 200, ASKED)
    asked = engine.decide_table(table_of(several, engine), as_of=DAY).questions().drop_columns(["patient"]).to_pylist()
    for row, told in zip(several, asked, strict=True):
        assert {name for name, is_asked in told.items() if is_asked} == reference.list_asked(row)


def test_outcomes_are_counted(engine: cc.Engine, rows: list[Row]) -> None:
    drawn = drawn_rows(rows, engine, 7, 130)
    decided = engine.decide_table(table_of(drawn, engine), as_of=DAY)
    told = decided.outcome_table().to_pylist()
    counted = {(one.answer, "|".join(one.regimens) or None): one.patients for one in decided.outcomes}
    assert counted == {key: sum((t["answer"], t["outcome"]) == key for t in told) for key in counted}
    assert sum(one.patients for one in decided.outcomes) == len(drawn)
    other = decided.what_if(lvef="38 %")
    pairs = list(zip(told, other.outcome_table().to_pylist(), strict=True))
    moved = sum((one["answer"], one["outcome"]) != (two["answer"], two["outcome"]) for one, two in pairs)
    assert sum(change.patients for change in decided.changes(other)) == moved > 0
    assert decided.changes(decided.under(as_of=DAY)) == []


def test_other_guidelines_are_asked_of_the_planes_that_are_there(engine: cc.Engine, rows: list[Row]) -> None:
    decided = engine.decide_table(table_of(rows, engine), as_of=DAY)
    earlier = decided.under(as_of="2022-06-01")
    assert earlier.facts is decided.facts
    reference = Reference(engine, dt.date(2022, 6, 1), TruthOnly())
    assert find_differences(tell_table(earlier), [tell_decision(reference.decide(row)) for row in rows]) == []
    other = decided.under(cc.Engine(cc.load_knowledge()))
    assert other.facts is decided.facts and decided.changes(other) == []


# -- wires and planes --------------------------------------------------------------------------------------------------


@given(some.integers(1, 200), some.lists(some.tuples(some.sampled_from("&|^~"), some.integers(0), some.integers(0)), max_size=40))
def test_steps_on_planes_are_those_on_integers(lanes: int, steps: list[tuple[str, int, int]]) -> None:
    drawn, full, board = random.Random(lanes), (1 << lanes) - 1, Board()
    sets = [0, full, *(drawn.getrandbits(lanes) for _ in range(4))]
    wires: list[Wire] = [board.none, board.full, *(board.find_input(name) for name in "abcd")]
    for step, one, other in steps:
        x, y, u, v = sets[one % len(sets)], sets[other % len(sets)], wires[one % len(sets)], wires[other % len(sets)]
        sets.append({"&": x & y, "|": x | y, "^": x ^ y, "~": full & ~x}[step])
        wires.append(
            {"&": lambda u, v: u & v, "|": lambda u, v: u | v, "^": lambda u, v: u ^ v, "~": lambda u, v: ~u}[step](u, v)
        )
    words = count_words(lanes)
    planes = {
        name: np.frombuffer(value.to_bytes(8 * words, "little"), np.uint64) for name, value in zip("abcd", sets[2:], strict=False)
    }
    program = make_program(board, dict(enumerate(wires)))
    with mock.patch.object(run, "BLOCK", 2):  # several blocks
        found = run.run_program(program, {name: planes[str(name)] for name in program.inputs}, words)
    for number, lanes_of in enumerate(sets):
        assert int.from_bytes(found[number].tobytes(), "little") & full == lanes_of
        assert count_rows(found[number], lanes) == lanes_of.bit_count()


def test_a_step_that_nobody_needs_is_not_taken() -> None:
    board = Board()
    a, b, c = (board.find_input(name) for name in "abc")
    assert (a & b) is (b & a) and ~~a is a and (a & ~a) is board.none and (a | ~a) is board.full and (a ^ a) is board.none
    unused = (a | b) ^ c
    program = make_program(board, {"wanted": ~(a & b)})
    assert unused and program.inputs == ("a", "b") and [step[0] for step in program.steps] == ["and", "not"]
