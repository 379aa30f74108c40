"""In SQL the same comes out: every condition, every status and the outcome, on each system that is here."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from msgspec.structs import replace
from sqlglot import exp

from concordant.answer.engine import build_situation, find_running_drugs, make_current_regimen
from concordant.decide.decision import Decision
from concordant.decide.judging import make_decision
from concordant.decide.ruleset import Ruleset, add_current_regimen, make_ruleset
from concordant.decide.situation import Situation
from concordant.errors import Refused
from concordant.export.dialects import DIALECTS, Dialect
from concordant.export.names import LONGEST, ColumnNames, describe_leaf
from concordant.export.sql.levels import DecisionLevels
from concordant.export.sql.script import SqlMissing, write_sql
from concordant.logic.conditions import ALWAYS, Compare, Condition, Leaf, OneOf, find_features_read, iter_condition_leaves
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.fact_table import make_fact_row
from concordant.patient.facts import Fact, Facts
from concordant.readers.explain import explain
from concordant.readers.sql import condition_to_sql, leaf_to_sql
from concordant.readers.truth_only import TruthOnly
from tests import strategies as st
from tests.laws.lanes import draw_value
from tests.laws.sql_engines import POSTGRES, Row, Rows, run_duckdb, run_sqlite, start_postgres
from tests.proof.states import draw
from tests.shares import share_of
from tests.shipped import CASES, record_of, shipped_knowledge

DAYS = (dt.date(2023, 1, 15), dt.date(2026, 11, 30))
TRUTHS = {TRUE: True, FALSE: False, UNKNOWN: None}
DRAWN, CHANGED = 40, 25  # patients beside the shipped ones, and how often the facts of each are changed
Patient = tuple[str, tuple[str, ...], Facts]
Run = Callable[[str, Knowledge, Rows], list[Row]]


@settings(max_examples=80)
@given(st.conditions(), st.facts())
def test_a_condition_has_the_truth_of_the_reasons(condition: Condition, facts: Facts) -> None:
    names = ColumnNames(())
    leaves = {leaf: names.find_name(describe_leaf(leaf)) for leaf in iter_condition_leaves(condition)}
    told = [exp.alias_(leaf_to_sql(leaf, st.DICTIONARY[leaf.feature]), name) for leaf, name in leaves.items()]
    known = {name: facts.get(name, Fact(name, None, "unknown")) for name in st.DICTIONARY}
    row = make_fact_row("one", (), st.DICTIONARY.values(), known)
    columns = [f"{name}{end}" for name, f in st.DICTIONARY.items() for end in (("_low", "_high") if f.is_numeric else ("",))]
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        facts_of = ", ".join(f":{name} AS {name}" for name in columns)
        asked = exp.select("1 AS one", *told).from_("facts").sql("sqlite")
        query = exp.select(condition_to_sql(condition, leaves.__getitem__)).from_("asked").sql("sqlite")
        values = {name: row.get(name) for name in columns}
        found = base.execute(f"WITH facts AS (SELECT {facts_of}), asked AS ({asked}) {query}", values).fetchone()[0]
    assert (None if found is None else bool(found)) is TRUTHS[explain(condition, facts).truth]


# -- whole decisions -------------------------------------------------------------------------------


@functools.cache
def patients() -> tuple[Patient, ...]:
    """Shipped and drawn patients, each as it is and with some facts changed: boundaries, words that are left, nothing known."""
    knowledge, drawn = shipped_knowledge(), random.Random(3)
    records = [record for path in share_of("patients in SQL", CASES) if (record := record_of(path)) is not None]
    records += [draw(knowledge, 29, number).record() for number in range(DRAWN)]
    frame, found = make_ruleset(knowledge, DAYS[-1]), list[Patient]()
    for number, record in enumerate(records):
        now, running = build_situation(record, knowledge), find_running_drugs(record)
        found.append((f"{number}", running, now.facts))
        found += [(f"{number}.{turn}", *change(now, running, drawn, frame)) for turn in range(CHANGED)]
    return tuple(found)


def change(now: Situation, running: tuple[str, ...], drawn: random.Random, frame: Ruleset) -> tuple[tuple[str, ...], Facts]:
    """Some facts of those that decide are others; now and then other drugs run."""
    read = frame.decisive.union(*(proposal.reads for proposal in frame.proposals))
    some = [now.plan.by_name[name] for name in drawn.sample(sorted(read), drawn.choice((1, 1, 2, 4, 12, 60)))]
    facts = {**now.facts, **{feature.name: fact_of(feature, now, drawn) for feature in some}}
    if drawn.random() < 0.2:
        running = tuple(drawn.sample(sorted(now.frame.drugs), drawn.choice((0, 1, 2, 3))))
    return running, facts


def fact_of(feature: Feature, now: Situation, drawn: random.Random) -> Fact:
    value = None if drawn.random() < 0.25 else draw_value(feature, now, drawn)
    return Fact(feature.name, value, "hypothetical")


class Frames:
    """The statements of a day, for what each patient takes."""

    def __init__(self, knowledge: Knowledge, day: dt.date, wanted: str = "") -> None:
        self.plain = make_ruleset(knowledge, day, wanted)
        self.names = {drug.id: drug.name for drug in knowledge.drugs}
        self.of = functools.cache(self._make)

    def _make(self, running: tuple[str, ...]) -> Ruleset:
        return add_current_regimen(self.plain, make_current_regimen(running, self.names)) if running else self.plain

    @property
    def any(self) -> Ruleset:
        return self._make(tuple(self.names))


@functools.cache
def decisions(day: dt.date) -> tuple[Decision, ...]:
    frames, look = Frames(shipped_knowledge(), day), TruthOnly()
    every = [make_decision(frames.of(running), facts, look) for _, running, facts in patients()]
    for number in range(0, len(every), 20):  # the reasons themselves, now and then; that both agree is a law of its own
        _, running, facts = patients()[number]
        every[number] = make_decision(frames.of(running), facts)
    return tuple(every)


def expected(decision: Decision, levels: DecisionLevels) -> Row:
    """What the query is to say."""
    found: Row = dict.fromkeys(levels.statuses.values())  # what does not run is not continued
    found |= {levels.statuses[judged.proposal.id]: judged.status for judged in decision.everything}
    found |= {levels.applies[id_]: TRUTHS[reason.truth] for id_, reason in decision.statements.items()}
    return found | {
        "answer": decision.answer,
        "speaking": decision.speaking.id if decision.speaking else None,
        "outcome": "|".join(decision.outcome[1]),
        "preferred": "|".join(one.proposal.regimen.id for one in decision.offered if one.role == "preferred"),
        "offered": "|".join(one.proposal.regimen.id for one in decision.offered),
        "faulty": "",
    }


def differences(
    knowledge: Knowledge, frames: Frames, day: dt.date, dialect: Dialect, run: Run, told: list[Any]
) -> dict[str, Any]:
    """Where the rows of the query are not the decisions: by patient, the columns with both."""
    levels = DecisionLevels(frames.any, {feature.name: feature for feature in knowledge.features})
    levels.build_levels()
    rows = [make_fact_row(id_, running, knowledge.features, facts) for (id_, running, facts), _ in told]
    found = {row.pop("patient"): row for row in run(write_sql(knowledge, frames.any, day, dialect), knowledge, rows)}
    assert found.keys() == {id_ for (id_, *_), _ in told}
    unlike = {}
    for (id_, *_), decision in told:
        wanted = expected(decision, levels)
        assert wanted.keys() == found[id_].keys()
        if found[id_] != wanted:
            unlike[id_] = {name: (found[id_][name], value) for name, value in wanted.items() if found[id_][name] != value}
    return unlike


ENGINES: dict[Dialect, Run] = {"duckdb": run_duckdb, "sqlite": run_sqlite}


@pytest.mark.parametrize(("dialect", "day"), [("sqlite", DAYS[0]), ("sqlite", DAYS[1]), ("duckdb", DAYS[1])])
@pytest.mark.xdist_group("sql")
def test_every_decision_is_the_reference(dialect: Dialect, day: dt.date, knowledge: Knowledge) -> None:
    told = list(zip(patients(), decisions(day), strict=True))
    assert len(told) > 3000
    assert differences(knowledge, Frames(knowledge, day), day, dialect, ENGINES[dialect], told) == {}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Run]:
    if POSTGRES is None:
        pytest.skip("PostgreSQL is not installed")
    with start_postgres() as run:
        yield run


@pytest.mark.xdist_group("sql")
def test_every_decision_is_the_reference_on_postgres(postgres: Run, knowledge: Knowledge) -> None:
    told = list(zip(patients(), decisions(DAYS[-1]), strict=True))[::2]
    assert differences(knowledge, Frames(knowledge, DAYS[-1]), DAYS[-1], "postgres", postgres, told) == {}


@pytest.mark.xdist_group("sql")
def test_what_was_compared_has_every_kind_of_answer_and_status() -> None:
    """A law over patients who are all alike would say nothing."""
    seen: dict[str, Counter[str]] = {}
    for decision in decisions(DAYS[-1]):
        for judged in decision.everything:
            seen.setdefault(judged.proposal.id, Counter())[judged.status] += 1
    wanted = {"applies_if_checked", "needs_data", "does_not_apply"}
    assert {id_: found for id_, found in seen.items() if not wanted <= found.keys()} == {}
    assert {decision.answer for decision in decisions(DAYS[-1])} == {"recommends", "needs_data", "out_of_scope"}


@pytest.mark.xdist_group("sql")
def test_where_everything_is_offered_at_once_each_regimen_is_told_in_its_best_role(knowledge: Knowledge) -> None:
    """No patient is offered a regimen by a numbered and by a derived statement of a better role: here all are."""
    always = tuple(replace(statement, applies_if=ALWAYS) for statement in knowledge.statements)
    everything = replace(knowledge, statements=always)
    frames, look = Frames(everything, DAYS[-1]), TruthOnly()
    told = [(one, make_decision(frames.of(one[1]), one[2], look)) for one in patients()[::25]]
    assert max(len(decision.offered) for _, decision in told) > 10
    assert differences(everything, frames, DAYS[-1], "sqlite", run_sqlite, told) == {}


@pytest.mark.xdist_group("sql")
@pytest.mark.parametrize("asked", ["", "invented-receptor-abc/1", "asco-her2-abc/2022"])
def test_of_several_guidelines_the_one_speaks_whose_subject_the_patient_is(both: Knowledge, asked: str) -> None:
    frames, look, drawn = Frames(both, DAYS[-1], asked), TruthOnly(), random.Random(asked)
    limits = [limit.if_ for force in frames.plain.in_force for limit in force.guideline.out_of_scope]
    scope = sorted(frozenset().union(*map(find_features_read, limits)))
    told = []
    for number, record in enumerate(filter(None, map(record_of, CASES[::8]))):
        now = build_situation(record, both)
        for turn in range(6):
            running, facts = change(now, find_running_drugs(record), drawn, frames.plain)
            other = {name: fact_of(now.plan.by_name[name], now, drawn) for name in scope if turn % 2}
            told.append((f"{number}.{turn}", running, {**facts, **other}))
    decided = [(patient, make_decision(frames.of(patient[1]), patient[2], look)) for patient in told]
    speaking = Counter(decision.speaking.id for _, decision in decided if decision.speaking)
    assert len(speaking) == (1 if asked else 2)
    assert differences(both, frames, DAYS[-1], "sqlite", run_sqlite, decided) == {}


def test_before_there_is_a_guideline_all_are_out_of_scope(knowledge: Knowledge) -> None:
    day = dt.date(2018, 9, 1)
    query = write_sql(knowledge, Frames(knowledge, day).any, day, "sqlite")
    found = run_sqlite(query, knowledge, [{"patient": "a"}])
    assert found == [
        {"patient": "a", "answer": "out_of_scope", "speaking": None, "outcome": "", "preferred": "", "offered": "", "faulty": ""}
    ]


# -- what is written -------------------------------------------------------------------------------


@functools.cache
def written(dialect: Dialect) -> str:
    return write_sql(shipped_knowledge(), Frames(shipped_knowledge(), DAYS[-1]).any, DAYS[-1], dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_query_is_of_its_dialect_and_each_statement_stands_in_it_by_name(dialect: Dialect) -> None:
    query, frame = written(dialect), make_ruleset(shipped_knowledge(), DAYS[-1])
    tree = sqlglot.parse_one(query, dialect=dialect)
    names = [cte.alias for cte in tree.find_all(exp.CTE)]
    assert len(set(names)) == len(names)
    assert sum(name.startswith("statement_") for name in names) == len(frame.statements)
    for statement in frame.statements:
        assert f"-- {statement.id}: {statement.title}" in query
        assert all(f"{cite.ref}, {cite.at} ({cite.checked})" in query for cite in statement.sources if cite.at)
    columns = [column.alias_or_name for column in tree.selects]
    assert len(set(columns)) == len(columns)
    assert max(map(len, columns)) <= LONGEST


def test_the_header_says_what_it_is_and_how_to_run_it() -> None:
    head = written("duckdb").partition("\nWITH\n")[0]
    assert all(line.startswith("--") for line in head.splitlines())
    for word in ("2026-11-30", "duckdb", "Concordant", shipped_knowledge().digest[:12], "Apache-2.0", "--to facts", "2022"):
        assert word in head
    assert written("duckdb") == written.__wrapped__("duckdb")


def test_a_column_keeps_its_name_in_another_year(knowledge: Knowledge) -> None:
    """Who joins on a column does not want to look for it after each update."""
    columns = []
    for day in DAYS:
        levels = DecisionLevels(Frames(knowledge, day).any, {feature.name: feature for feature in knowledge.features})
        levels.build_levels()
        columns.append(levels.statuses)
    assert {id_: name for id_, name in columns[0].items() if columns[1].get(id_, name) != name} == {}


# -- what cannot be said ---------------------------------------------------------------------------

MANY = Feature(name="kind", label="Kind", type="enum", values=tuple("abcdefghijk"))
BARRED = Feature(name="kind", label="Kind", type="enum", values=("a|b", "c"))
SIZE = Feature(name="size", label="Size", type="number", unit="mm")


@pytest.mark.parametrize(
    ("leaf", "feature", "why"),
    [
        (OneOf("kind", ("a",)), MANY, "more than 10 words"),
        (OneOf("kind", ("c",)), BARRED, "the sign that parts words"),
        (Compare("size", "<", float("inf")), SIZE, "no such number"),
    ],
)
def test_what_sql_cannot_say_is_an_error_that_names_the_node(leaf: Leaf, feature: Feature, why: str) -> None:
    with pytest.raises(Refused, match=rf"kind|size: SQL cannot express {re.escape(type(leaf).__name__)}\(.*{why}"):
        leaf_to_sql(leaf, feature)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sqlglot", None)
    with pytest.raises(SqlMissing, match=r"pip install 'concordant\[sql\]'"):
        write_sql(knowledge, make_ruleset(knowledge, DAYS[-1]), DAYS[-1])


FAULTS = {
    "an unknown word": ("brain_metastases", "Yes"),
    "words in another order": ("brain_metastases", "active|stable"),
    "a word in capitals": ("pregnant", "NO"),
    "a word with a space": ("pregnant", "no "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_word_that_cannot_be_is_told_and_never_a_no(fault: str, knowledge: Knowledge) -> None:
    name, word = FAULTS[fault]
    faulty, unknown = run_sqlite(written("sqlite"), knowledge, [{"patient": "a", name: word}, {"patient": "b"}])
    assert faulty.pop("faulty") == name and unknown.pop("faulty") == ""
    assert {**faulty, "patient": ""} == {**unknown, "patient": ""}


NAN, ENDLESS = float("nan"), float("inf")


@pytest.mark.parametrize("dialect", ENGINES)
@pytest.mark.parametrize(
    ("low", "high", "like"),
    [(60.0, 40.0, {}), (NAN, NAN, {}), (ENDLESS, None, {}), (55.0, NAN, {"lvef_low": 55.0}), (NAN, None, {})],
)
@pytest.mark.xdist_group("sql")
def test_a_number_that_cannot_be_is_told_and_never_decides(
    low: float, high: float | None, like: dict[str, Any], dialect: Dialect, knowledge: Knowledge
) -> None:
    """NaN is above all numbers in one system and beside them in another; SQLite has none, and reads an empty cell."""
    rows = [{"patient": "a", "lvef_low": low, "lvef_high": high}, {"patient": "b", **like}]
    found = {row.pop("patient"): row for row in ENGINES[dialect](written(dialect), knowledge, rows)}
    assert found["a"].pop("faulty") == ("" if dialect == "sqlite" and NAN in (low, high) else "lvef")
    assert found["b"].pop("faulty") == "" and found["a"] == found["b"]


@pytest.mark.parametrize("dialect", ENGINES)
@pytest.mark.xdist_group("sql")
def test_a_patient_of_two_rows_is_told_in_both(dialect: Dialect, knowledge: Knowledge) -> None:
    rows: list[Any] = [
        {"patient": "a"},
        {"patient": "b", "pregnant": "yes"},
        {"patient": "b", "pregnant": "no"},
        {"pregnant": "no"},
    ]
    found = ENGINES[dialect](written(dialect), knowledge, rows)
    told = sorted((row["patient"] or "", row["faulty"]) for row in found)
    assert told == [("", "patient"), ("a", ""), ("b", "patient"), ("b", "patient")]
