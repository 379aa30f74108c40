"""In lanes the same comes out as one at a time: every condition, every fact and every decision, whatever is supposed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from concordant.answer.engine import build_situation
from concordant.decide.next_steps import find_assumed_features
from concordant.derive.lanes import Supposition
from concordant.logic.conditions import ALWAYS, NEVER, All, Any, AtLeast, Condition, Leaf, Named, Not, OneOf
from concordant.logic.truth import FALSE, TRUE
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Facts
from concordant.readers.circuit import FALSE_REF, TRUE_REF, Circuit, LaneReader, Rails
from concordant.readers.explain import explain
from tests import strategies as st
from tests.laws.lanes import differences, suppose_cells, suppose_inferred, suppose_several
from tests.proof.states import draw
from tests.shares import share_of
from tests.shipped import CASES, failing, in_chunks, record_of

MOST, SEVERAL, DRAWN = 60, 15, 12


def read_in_lanes(condition: Condition, lanes: list[Facts]) -> Rails:
    """What the circuit makes of the condition, a lane for each of the facts."""

    def read_leaf(leaf: Leaf) -> Rails:
        truths = [explain(leaf, facts).truth for facts in lanes]
        return _lanes_of(TRUE, truths), _lanes_of(FALSE, truths)

    return LaneReader(Circuit(), len(lanes), read_leaf).read(condition)


def _lanes_of(wanted: object, truths: list[object]) -> int:
    return sum(1 << lane for lane, truth in enumerate(truths) if truth is wanted)


@given(st.conditions(), some.lists(st.facts(), min_size=1, max_size=5))
def test_a_circuit_has_the_truth_of_the_reasons(condition: Condition, lanes: list[Facts]) -> None:
    truths = [explain(condition, facts).truth for facts in lanes]
    assert read_in_lanes(condition, lanes) == (_lanes_of(TRUE, truths), _lanes_of(FALSE, truths))


def test_what_says_the_same_is_one_gate() -> None:
    circuit, one, other = Circuit(), OneOf("x", ("a",)), OneOf("y", ("a",))
    both = circuit.find_gate(All((one, other)))
    count = len(circuit.gates)
    assert circuit.find_gate(All((other, one, other))) == circuit.find_gate(Named("a name", All((one, ALWAYS, other)))) == both
    assert circuit.find_gate(Not(Any((Not(one), Not(other))))) == both
    assert circuit.find_gate(AtLeast(1, (Not(one), Not(other)))) != ~both  # counted, though it says the same
    assert circuit.find_gate(All((one, NEVER))) == circuit.find_gate(AtLeast(2, (one,))) == FALSE_REF
    assert circuit.find_gate(Any((one, ALWAYS))) == circuit.find_gate(AtLeast(0, (one,))) == TRUE_REF
    assert len(circuit.gates) == count + 1


def broken(record: PatientRecord, knowledge: Knowledge, seed: str) -> list[str]:
    """Where lanes and reference part for a patient: for some of every value of every feature, and for several facts together."""
    now, drawn = build_situation(record, knowledge), random.Random(seed)
    cells = [*suppose_cells(now), *suppose_inferred(now)]
    supposed = drawn.sample(cells, min(MOST, len(cells))) + [suppose_several(now, drawn) for _ in range(SEVERAL)]
    fixed = [Supposition({}, one.fixed) for one in supposed[-SEVERAL:]]
    return [*differences(now, now, supposed), *differences(now, now, fixed, kept=find_assumed_features(now))]


@in_chunks
def test_the_lanes_of_every_case_are_the_reference(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        record = record_of(path)
        assert record is None or broken(record, knowledge, path.stem) == []

    assert failing(law, share_of("lanes", CASES), chunk) == {}


@pytest.mark.parametrize("number", range(DRAWN))
def test_the_lanes_of_drawn_patients_are_the_reference(number: int, knowledge: Knowledge) -> None:
    now = build_situation(draw(knowledge, 17, number).record(), knowledge)
    drawn = random.Random(number)
    assert list(differences(now, now, [suppose_several(now, drawn) for _ in range(25)], explain)) == []


def test_nothing_supposed_decides_nothing(knowledge: Knowledge) -> None:
    record = next(filter(None, map(record_of, CASES)))
    assert list(build_situation(record, knowledge).suppose([])) == []
