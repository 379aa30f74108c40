"""What the proofs stand on: patients that there can be, conditions as the engine reads them, and a second solver."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordant.derive.engine import derive_facts
from concordant.errors import ConcordantError
from concordant.logic.conditions import Condition, fold, fold_once
from concordant.logic.intervals import make_exact_interval
from concordant.logic.truth import TRUE
from concordant.patient.facts import Fact
from concordant.readers.explain import explain
from concordant.readers.truth_only import compile_test
from concordant.record.casefile.read import read_case
from concordant.texts import read_text
from concordant.verify.boundary import list_boundaries, suggest_cases
from concordant.verify.clauses import Clauses
from concordant.verify.coverage import iter_gaps, iter_misfits
from concordant.verify.numbers import pick_number
from concordant.verify.obligations import Question
from concordant.verify.reach import iter_dead, iter_idle
from concordant.verify.solver import Z3Finder
from concordant.verify.space import TIMEOUT, Assignment, Domain, PatientSpace, make_domain
from concordant.verify.structure import iter_axioms
from concordant.verify.witness import to_value
from tests.shipped import SHIPPED, failing, in_chunks, record_of, shipped_knowledge, shipped_words
from tests.strategies import DICTIONARY, LATTICE, conditions
from tests.verify.proving import begin, shipped

EVERY = 40


@in_chunks
def test_no_case_breaks_what_no_patient_has(chunk: int) -> None:
    """What is taken from the selectors and from silence is true of every shipped case. Axioms and rules are the knowledge's own:
    a record may contradict them, and its answer says so.
    """
    own = ("axiom/", "rules/")
    constraints = [one for one in shipped().now.space.constraints if not one.name.startswith(own)]
    plan = shipped().now.plan

    def law(path: object) -> None:
        record = record_of(path)
        facts = derive_facts(record, plan) if record is not None else {}
        broken = [one.name for one in constraints if facts and explain(one.never, facts).truth is TRUE]
        assert broken == []

    assert failing(law, SHIPPED, chunk) == {}


def as_facts(patient: Assignment) -> dict[str, Fact]:
    return {name: Fact(name, to_value(value), "stated") for name, value in patient.items()}


def questions() -> Iterator[Question]:
    now, known = shipped().now, shipped().known
    for asked in (iter_axioms(now), iter_gaps(now), iter_misfits(now), iter_dead(now, known), iter_idle(now)):
        yield from itertools.islice(asked, 0, None, EVERY if asked.__name__ == "iter_dead" else 4)


@pytest.mark.long
def test_a_patient_who_is_found_is_one_by_the_reference() -> None:
    """The values that come out make the condition true, read by `explain`, and break no constraint."""
    now, finder = shipped().now, shipped().complete_finder
    for question in questions():
        found = finder.find_patient(question.wanted, (), question.without)
        if isinstance(found, dict):
            facts = as_facts(found)
            assert explain(question.wanted, facts).truth is TRUE, question.about
            held = [one for one in now.space.constraints if one.name not in question.without]
            assert [one.name for one in held if explain(one.never, facts).truth is TRUE] == []


@pytest.mark.long
def test_a_second_solver_agrees() -> None:
    """CaDiCaL on the same clauses says of every question of a sample what Z3 says."""
    pysat = pytest.importorskip("pysat.solvers")
    clauses, finder, asked = Clauses(shipped().now.space), shipped().complete_finder, list(questions())
    signs = [clauses.find_sign(question.wanted) for question in asked]
    with pysat.Solver(name="cadical153", bootstrap_with=clauses.clauses) as solver:
        for question, sign in zip(asked, signs, strict=True):
            kept = [one for name, one in clauses.kept.items() if name not in question.without]
            assert solver.solve(assumptions=[sign, *kept]) == finder.is_possible(question.wanted, question.without), (
                question.about
            )
    assert len(asked) > 50


def patients_of(features: list[str]) -> Iterator[dict[str, str | float]]:
    """Every patient of some small features."""
    choices = []
    for name in features:
        feature = DICTIONARY[name]
        numbers = [n for n in LATTICE if (feature.low or 0) <= n <= (feature.high or 7)]
        whole = [n for n in numbers if n == int(n)]
        choices.append(feature.values or (whole if feature.type == "count" else numbers))
    yield from (dict(zip(features, values, strict=True)) for values in itertools.product(*choices))


@given(conditions(unknown_constants=False))
def test_a_patient_is_found_where_there_is_one(condition: Condition) -> None:
    """Against a look at every patient of a small dictionary."""
    space = PatientSpace({name: make_domain(feature) for name, feature in DICTIONARY.items()}, ())
    found = Z3Finder(space).find_patient(condition)
    test = compile_test(condition)
    read = sorted({leaf.feature for leaf in _leaves(condition)})
    there_is = any(test(as_facts(patient)) is TRUE for patient in patients_of(read))
    assert found != TIMEOUT and (found is not None) >= there_is
    if found is not None:
        assert test(as_facts(found)) is TRUE


def _leaves(condition: Condition) -> tuple[object, ...]:
    from concordant.logic.conditions import iter_condition_leaves

    return iter_condition_leaves(condition)


class _Spelled:
    """The algebra whose readings are texts."""

    def __getattr__(self, name: str) -> object:
        return lambda node, *parts: f"{name}({node!r}, {parts})"


@given(conditions())
def test_read_once_is_read_the_same(condition: Condition) -> None:
    assert fold_once(condition, _Spelled(), {}) == fold(condition, _Spelled())


@given(st.floats(-1000, 1000), st.floats(0.001, 100), st.sampled_from((0, 1)), st.sampled_from((0, 1)))
def test_a_number_lies_where_it_should(low: float, width: float, first: int, last: int) -> None:
    number = pick_number(Domain(), (low, first), (low + width, last))
    assert (low <= number if first == 0 else low < number) and (number <= low + width if last else number < low + width)


def test_a_witness_that_the_engine_does_not_show_is_not_found() -> None:
    """The encoding says one thing and the engine another: then it is not confirmed, whatever the finder found."""
    prover = begin(shipped_knowledge())
    question = next(q for q in iter_gaps(prover.now))
    doubted = prover._ask(replace(question, seen=lambda _: False))
    assert doubted is not None and doubted.state == "not confirmed" and doubted.because


def test_what_takes_too_long_is_not_proved() -> None:
    class Slow(Z3Finder):
        def is_possible(self, wanted: Condition, without: object = ()) -> str:
            return TIMEOUT

    prover = replace(begin(shipped_knowledge()), make_finder=Slow)
    result = prover.prove_one("misfit")
    assert not result.is_proved and {one.state for one in result.findings} == {"not proved"}


@functools.cache
def suggested() -> list[tuple[str, str]]:
    now = shipped().now
    return [(case.name, case.text) for case in suggest_cases(now, shipped().complete_finder, [])]


@pytest.mark.long
def test_every_boundary_has_its_three_cases() -> None:
    """Without any record each number that decides something alone gets a case on each side, which can be read."""
    names = [name for name, _ in suggested()]
    assert len(names) == len(set(names)) > 2 * len(list_boundaries(shipped().now))
    for name, text in suggested()[:: len(names) // 20]:
        try:
            record = read_case(read_text(text, name), shipped_knowledge(), shipped_words(), dt.date(2026, 11, 29))
        except ConcordantError as error:
            raise AssertionError(f"{name}: {error.complaints[0]}") from None
        facts = derive_facts(record, shipped().now.plan)
        feature = next(one for one in record.stated if name.startswith(one + "-") and facts[one].value is not None)
        assert facts[feature].value == make_exact_interval(facts[feature].value.low)
