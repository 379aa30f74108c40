"""In CQL the same comes out: every condition, status and outcome, and what is asked, by the programs of others."""

from __future__ import annotations

import datetime as dt
import functools
import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as hy
from msgspec.structs import replace

from concordant.answer.engine import build_situation, find_running_drugs
from concordant.decide.decision import Decision
from concordant.decide.judging import make_decision
from concordant.decide.ruleset import CURRENT
from concordant.decide.situation import Situation
from concordant.errors import Refused
from concordant.export.cql.decision import DecisionDefinitions
from concordant.export.cql.library import CqlLibrary, Definition, Parameter, write_cql, write_elm
from concordant.export.cql.script import make_library
from concordant.export.names import ColumnNames, describe_leaf
from concordant.export.parameters import fit_decimal
from concordant.logic.conditions import (
    ALWAYS,
    AtLeast,
    Compare,
    Condition,
    Leaf,
    OneOf,
    find_features_read,
    iter_condition_leaves,
)
from concordant.logic.intervals import step_above
from concordant.logic.truth import UNKNOWN
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.fact_table import list_fact_columns, make_fact_row
from concordant.patient.facts import Fact, Facts
from concordant.readers.cql import condition_to_cql, iter_open, leaf_to_cql
from concordant.readers.elm import is_null, join_all, list_texts, make_text
from concordant.readers.explain import explain, find_missing_features
from concordant.readers.truth_only import TruthOnly
from tests import strategies as st
from tests.export.judges import evaluate, execute, meant, needed, translate
from tests.laws.test_sql import BARRED, DAYS, MANY, SIZE, TRUTHS, Frames, Patient, change, decisions, fact_of, patients
from tests.shares import WHOLE, share_of
from tests.shipped import CASES, record_of, shipped_knowledge

MOST = 2000  # patients in `./dev check --all`
SLOWER = 20  # of them, for the reference engine
Result = dict[str, Any]
Drugs = tuple[str, ...]
Told = Sequence[tuple[Patient, Decision]]


@pytest.fixture(autouse=True)
def judges() -> None:
    needed()


# -- conditions ------------------------------------------------------------------------------------


@functools.cache
def drawn() -> tuple[tuple[Condition, Facts], ...]:
    """Conditions and facts as Hypothesis draws them: judged together, for a judge takes a second to start."""
    found: list[tuple[Condition, Facts]] = []

    @settings(max_examples=80, derandomize=True, database=None)
    @given(st.conditions(), st.facts())
    def collect(condition: Condition, facts: Facts) -> None:
        found.append((condition, facts))

    collect()
    return (*found, *((condition, facts) for condition, (_, facts) in zip(nested(), found, strict=False)))


def nested() -> list[Condition]:
    """So many of which so many must hold: what is open in one that holds already is not asked. Hypothesis seldom draws one."""
    words = [OneOf(name, feature.values[:1]) for name, feature in st.DICTIONARY.items() if not feature.is_numeric]
    return [AtLeast(2, (AtLeast(1, (a, b)), c)) for a, b, c in permutations(words[:4], 3)]


def library_of(conditions: Sequence[Condition]) -> CqlLibrary:
    """Each condition under `c` and its number, and under `o` and its number the features that keep it open."""
    names = ColumnNames(())
    leaves = {leaf: names.find_name(describe_leaf(leaf)) for one in conditions for leaf in iter_condition_leaves(one)}
    made = [Definition(name, leaf_to_cql(leaf, st.DICTIONARY[leaf.feature])) for leaf, name in leaves.items()]
    for number, condition in enumerate(conditions):
        told = condition_to_cql(condition, leaves.__getitem__)
        made.append(Definition(f"c{number}", told))
        found = [(join_all(one.nulls), one.feature) for one in iter_open(condition, leaves.__getitem__)]
        made.append(Definition(f"o{number}", list_texts(found, is_null(told))))
    kinds = {"text": "String", "double": "Decimal"}
    columns = list_fact_columns(st.DICTIONARY.values())
    return CqlLibrary("Drawn", "1", (), tuple(Parameter(one.name, kinds[one.kind]) for one in columns), tuple(made))  # type: ignore[arg-type]


def test_a_condition_has_the_truth_of_the_reasons_and_asks_what_they_miss(tmp_path: Path) -> None:
    conditions = [condition for condition, _ in drawn()]
    library = library_of(conditions)
    rows = []
    for _, facts in drawn():
        known = {name: facts.get(name, Fact(name, None, "unknown")) for name in st.DICTIONARY}
        rows.append(make_fact_row("one", (), st.DICTIONARY.values(), known))
    elm = {"library": translate(write_cql(library), tmp_path)}
    results = execute(json.dumps(elm).encode(), rows, tmp_path)
    seen = {TRUTHS[truth]: 0 for truth in TRUTHS}
    for (_, facts), result in zip(drawn(), results, strict=True):
        for number, condition in enumerate(conditions):
            reason = explain(condition, facts)
            assert result[f"c{number}"] is TRUTHS[reason.truth], (condition, facts)
            assert set(result[f"o{number}"]) == set(find_missing_features(reason)), (condition, facts)
            seen[result[f"c{number}"]] += 1
    assert len(results) == len(conditions) > 70
    assert min(seen.values()) > 500


# -- whole decisions -------------------------------------------------------------------------------


def chosen() -> Told:
    """Patients of the law about SQL: 2 000 of all of them, or each so many of these."""
    told = list(zip(patients(), decisions(DAYS[-1]), strict=True))
    assert len(told) >= MOST
    return share_of("patients in CQL", [told[number * len(told) // MOST] for number in range(MOST)])


@functools.cache
def shipped() -> tuple[CqlLibrary, DecisionDefinitions]:
    return make_library(shipped_knowledge(), Frames(shipped_knowledge(), DAYS[-1]).any, DAYS[-1])


def expected(decision: Decision, made: DecisionDefinitions) -> Result:
    """What the definitions are to come to."""
    found: Result = dict.fromkeys(made.statuses.values())  # what does not run is not continued
    found |= {made.statuses[judged.proposal.id]: judged.status for judged in decision.everything}
    found |= {made.applies[id_]: TRUTHS[reason.truth] for id_, reason in decision.statements.items()}
    return found | {
        "answer": decision.answer,
        "in_scope": decision.answer != "out_of_scope",
        "needs_data": decision.answer == "needs_data",
        "speaking": decision.speaking.id if decision.speaking else None,
        "outcome": list(decision.outcome[1]),
        "preferred": [one.proposal.regimen.id for one in decision.offered if one.role == "preferred"],
        "offered": [one.proposal.regimen.id for one in decision.offered],
        "faulty": [],
    }


def differences(
    knowledge: Knowledge, made: tuple[CqlLibrary, DecisionDefinitions], told: Told, folder: Path, elm: bytes = b""
) -> dict[str, Any]:
    """Where the results are not the decisions: by patient, the definitions with both."""
    rows = [make_fact_row(id_, running, knowledge.features, facts) for (id_, running, facts), _ in told]
    results = execute(elm or write_elm(made[0]), rows, folder)
    unlike = {}
    for ((id_, *_), decision), result in zip(told, results, strict=True):
        wanted = expected(decision, made[1])
        if found := {name: (result[name], value) for name, value in wanted.items() if result[name] != value}:
            unlike[id_] = found
    return unlike


@pytest.mark.xdist_group("sql")
def test_every_decision_is_the_reference(tmp_path: Path, knowledge: Knowledge) -> None:
    assert differences(knowledge, shipped(), chosen(), tmp_path) == {}


@pytest.mark.long
@pytest.mark.xdist_group("sql")
def test_the_reference_engine_comes_to_the_same(tmp_path: Path, knowledge: Knowledge) -> None:
    """What FHIR servers run; only the texts of a list in one it writes with their quotes (`asks_told`, in 5.3.0)."""
    library, made = shipped()
    told = chosen()[:: MOST // SLOWER] if WHOLE else chosen()[:2]
    rows = [make_fact_row(id_, running, knowledge.features, facts) for (id_, running, facts), _ in told]
    results = evaluate(write_cql(library), rows, tmp_path)
    for (_, decision), result, other in zip(told, results, execute(write_elm(library), rows, tmp_path), strict=True):
        assert {name: result[name] for name in expected(decision, made)} == expected(decision, made)
        assert {**result, "asks_told": ""} == {**other, "asks_told": ""}


def as_membership(elm: str) -> str:
    """Each sentence about words as `in`, as one would write it: of a null it says false."""
    told = json.loads(elm)
    for definition in told["library"]["statements"]["def"]:
        asked = [item["when"] for item in definition["expression"].get("caseItem", ())]
        while asked and asked[0]["type"] == "Or":
            asked[0] = asked[0]["operand"][0]
        if asked and asked[0]["type"] == "Equal" and asked[0]["operand"][0]["type"] == "ParameterRef":
            feature, word = asked[0]["operand"]
            definition["expression"] = {"type": "In", "operand": [feature, {"type": "List", "element": [word]}]}
    return json.dumps(told)


FAULTS: dict[str, Callable[[str], str]] = {
    "a bound that is not met": lambda elm: elm.replace('"LessOrEqual"', '"Less"').replace('"Greater"', '"GreaterOrEqual"'),
    "any for all": lambda elm: elm.replace('"And"', '"Or"'),
    "nothing is checked": lambda elm: elm.replace('"applies_if_checked","type"', '"applies","type"'),
    "a null in a list": as_membership,
}


@pytest.mark.xdist_group("sql")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(fault: str, tmp_path: Path, knowledge: Knowledge) -> None:
    elm = write_elm(shipped()[0]).decode()
    planted = FAULTS[fault](elm)
    assert planted != elm
    assert differences(knowledge, shipped(), chosen()[::8], tmp_path, planted.encode()) != {}


@pytest.mark.xdist_group("sql")
def test_what_is_asked_is_what_the_reasons_miss(tmp_path: Path, knowledge: Knowledge) -> None:
    """Of each statement, and of what speaks against each regimen, all the features whose values would tell."""
    library, made = shipped()
    some = [patient for patient, _ in chosen()][::3]
    rows = [make_fact_row(id_, running, knowledge.features, facts) for id_, running, facts in some]
    frames, kinds = Frames(knowledge, DAYS[-1]), set()
    for (_, running, facts), result in zip(some, execute(write_elm(library), rows, tmp_path), strict=True):
        decision, asks = make_decision(frames.of(running), facts), set()
        for id_, reason in decision.statements.items():
            assert set(result[made.asks[id_]]) == set(find_missing_features(reason))
        for judged in decision.everything:
            asks |= set() if judged.proposal.against else set(find_missing_features(judged.applies))
            if judged.status != "does_not_apply":
                barred = [one.reason for one in judged.barred if one.bar.effect != "caution" and one.reason.truth is UNKNOWN]
                wanted = {feature for reason in barred for feature in find_missing_features(reason)}
                assert set(result[made.checks[judged.proposal.id]]) == wanted
                kinds.add(judged.proposal.regimen.id == CURRENT)
        open_now = {id_ for id_ in made.statuses if id_.endswith(f" {CURRENT}")} if not running else set()
        asks |= {f for id_ in open_now for f in find_missing_features(decision.statements[id_.partition(" ")[0]])}
        assert set(result["asks"]) == asks
        assert result["asks_told"] == (", ".join(result["asks"]) or None)
    assert kinds == {True, False}


@pytest.mark.xdist_group("sql")
def test_where_everything_is_offered_at_once_each_regimen_is_told_in_its_best_role(tmp_path: Path, knowledge: Knowledge) -> None:
    always = tuple(replace(statement, applies_if=ALWAYS) for statement in knowledge.statements)
    everything = replace(knowledge, statements=always)
    frames, look = Frames(everything, DAYS[-1]), TruthOnly()
    told = [(one, make_decision(frames.of(one[1]), one[2], look)) for one, _ in chosen()[::6]]
    assert max(len(decision.offered) for _, decision in told) > 10
    assert differences(everything, make_library(everything, frames.any, DAYS[-1]), told, tmp_path) == {}


@pytest.mark.xdist_group("sql")
@pytest.mark.parametrize("asked", ["", "invented-receptor-abc/1"])
def test_of_several_guidelines_the_one_speaks_whose_subject_the_patient_is(asked: str, both: Knowledge, tmp_path: Path) -> None:
    frames, look, random_ = Frames(both, DAYS[-1], asked), TruthOnly(), random.Random(asked)
    limits = [limit.if_ for force in frames.plain.in_force for limit in force.guideline.out_of_scope]
    scope = sorted(frozenset().union(*map(find_features_read, limits)))
    told = []
    for number, (running, facts, now) in enumerate(some_situations(both, frames, random_)):
        other = {name: fact_of(now.plan.by_name[name], now, random_) for name in scope if number % 2}
        patient = (f"{number}", running, {**facts, **other})
        told.append((patient, make_decision(frames.of(running), patient[2], look)))
    speaking = {decision.speaking.id for _, decision in told if decision.speaking}
    assert len(speaking) == (1 if asked else 2)
    assert differences(both, make_library(both, frames.any, DAYS[-1]), told, tmp_path) == {}


def some_situations(knowledge: Knowledge, frames: Frames, random_: random.Random) -> Iterable[tuple[Drugs, Facts, Situation]]:
    for record in filter(None, map(record_of, CASES[::96])):
        now = build_situation(record, knowledge)
        for _ in range(4):
            yield *change(now, find_running_drugs(record), random_, frames.plain), now


def test_before_there_is_a_guideline_all_are_out_of_scope(tmp_path: Path, knowledge: Knowledge) -> None:
    day = dt.date(2018, 9, 1)
    library, _ = make_library(knowledge, Frames(knowledge, day).any, day)
    assert meant(translate(write_cql(library), tmp_path)) == json.loads(write_elm(library))["library"]
    (result,) = execute(write_elm(library), [{"patient": "a"}], tmp_path)
    assert (result["answer"], result["speaking"]) == ("out_of_scope", None)
    assert [result[name] for name in ("outcome", "preferred", "offered", "faulty", "asks")] == [[]] * 5


# -- what is written -------------------------------------------------------------------------------


def test_each_statement_stands_in_the_text_with_its_source(knowledge: Knowledge) -> None:
    library, _ = shipped()
    text = write_cql(library)
    assert write_cql(make_library(knowledge, Frames(knowledge, DAYS[-1]).any, DAYS[-1])[0]) == text
    for statement in Frames(knowledge, DAYS[-1]).any.statements:
        assert f"// {statement.id}: {statement.title}\n" in text
        assert all(f"{cite.ref}, {cite.at} ({cite.checked})" in text for cite in statement.sources if cite.at)
    assert not re.search(r'" in [{"]', text)  # membership is a chain of `=`
    names = [definition.name for definition in library.definitions] + [parameter.name for parameter in library.parameters]
    assert len(set(names)) == len(names)


ODD = ("it's", 'a "b"', "back\\slash", "new\nline", "tab\t", "ünï", "{}", "// no comment", "\\u0041")


def test_any_text_and_any_name_is_read_as_it_is_written(tmp_path: Path) -> None:
    made = tuple(Definition(f"define {text}", make_text(text), (f"note {text}",)) for text in ODD)
    library = CqlLibrary("Odd", "1'", (), (Parameter("patient", "String"),), made)
    assert meant(translate(write_cql(library), tmp_path)) == json.loads(write_elm(library))["library"]
    assert list(execute(write_elm(library), [{"patient": "a"}], tmp_path)[0].values()) == list(ODD)


@given(hy.integers(-(10**8), 10**8), hy.sampled_from([-2, -1, 0, 1, 2]), hy.integers(-(10**8), 10**8))
def test_a_decimal_is_on_the_same_side_of_every_bound(digits: int, steps: int, other: int) -> None:
    """Bounds have seven digits behind the point, what is told of a patient may lie just beside one."""
    number = digits / 10**7
    for _ in range(abs(steps)):
        number = step_above(number) if steps > 0 else -step_above(-number)
    told = fit_decimal(number)
    assert told is not None and Fraction(repr(told)) * 10**8 == round(Fraction(repr(told)) * 10**8)
    for bound in (digits / 10**7, other / 10**7, digits / 10**7 + 1):
        assert (told > bound, told < bound) == (number > bound, number < bound)


# -- what cannot be said ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaf", "feature", "why"),
    [
        (OneOf("kind", ("a",)), MANY, "more than 10 words"),
        (OneOf("kind", ("c",)), BARRED, "the sign that parts words"),
        (Compare("size", "<", float("inf")), SIZE, "no such number"),
        (Compare("size", "<", 1e20), SIZE, "no such number"),
        (Compare("size", "<", 0.12345678), SIZE, "more than 7 digits behind the point"),
    ],
)
def test_what_cql_cannot_say_is_an_error_that_names_the_node(leaf: Leaf, feature: Feature, why: str) -> None:
    with pytest.raises(Refused, match=rf"kind|size: CQL cannot express {re.escape(type(leaf).__name__)}\(.*{why}"):
        leaf_to_cql(leaf, feature)


def test_a_word_that_cannot_be_is_told_and_never_a_no(tmp_path: Path) -> None:
    name, word = "brain_metastases", "Yes"
    rows = [{"patient": "a", name: word}, {"patient": "b"}, {"patient": "c", "lvef_low": 60.0, "lvef_high": 40.0}]
    faulty, unknown, turned = execute(write_elm(shipped()[0]), rows, tmp_path)
    assert faulty.pop("faulty") == [name] and unknown.pop("faulty") == [] and turned["faulty"] == ["lvef"]
    assert faulty == unknown
