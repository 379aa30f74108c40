"""Each reader asked while one of its functions is changed: whether the patients of the exam notice."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from concordant.readers import facts_table, planes
from concordant.readers.explain import explain
from concordant.readers.truth_only import TruthOnly
from tests.exam.readers import Paper, tell_columns, tell_lanes, tell_one_by_one, tell_sqlite
from tests.exam.sitting import Sitting
from tests.exam.solver import tell_solver
from tests.exam.source_mutants import SourceMutant, changed
from tests.exam.told import Told, compare
from tests.laws.columns import Row

LONGEST = 30  # seconds: what does not end is noticed

# What is changed: of each reader its modules; of those that do more than the exam asks the functions that it asks, or (with a
# minus) all but some.
TARGETS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "explain": {
        "readers.explain": ("Explain", "_Reasons"),
        "decide.judging": ("-_Session._judge_restrictions", "-_take_first_by_topic"),
        "decide.decision": ("JudgedProposal.is_offered", "order_offered", "find_outcome", "rank_offer"),
        "logic.truth": ("-truth_from_bool", "-Truth"),
        "logic.intervals": ("_judge_at_most", "_judge_at_least", "_judge_more_than", "_judge_less_than", "_judge_equal"),
        "patient.facts": ("judge_among", "judge_leaf"),
    },
    "truth_only": {"readers.truth_only": (), "decide.judging": ("_Session._judge_restrictions",)},
    "lanes": {
        "readers.circuit": (),
        "decide.judged_lanes": (),
        "decide.lanes": ("LaneDecisions._decide_groups", "LaneDecisions._make_decision", "_find_answer"),
        "derive.lanes": ("LaneFacts._read_leaf",),
    },
    "columns": {
        "readers.wires": ("-Board.differ", "-Wire.__xor__"),
        "readers.planes": ("count_words", "pack_rows", "unpack_rows", "run_program", "_make_call"),
        "readers.columns": ("read_leaf_rails", "_compare_number", "join_all", "merge_all"),
        "readers.facts_table": (
            *("-FactsTable.list_values", "-FactsTable.list_names", "-make_interval", "-WordColumn.list_values"),
            *("-FactsTable._make_plane", "-FactsTable.find_planes", "-read_told"),
        ),
        "decide.columns": ("-find_changed_outcome",),
        "decide.table_results": (
            "tabulate_outcomes",
            "_tell_row",
            "tabulate_statuses",
            "group_rows",
            "_sign_rows",
            "_number_pairs",
        ),
    },
    "sqlite": {
        "readers.sql": ("-make_number", "-make_cell", "-find_fault", "-_refuse", "-_split_words"),
        "readers.left_words": (),
        "export.sql.levels": (),
        "export.sql.restrictions": (),
        "export.sql.answer": (),
    },
    "z3": {
        "verify.partial": (
            *("_KnownInPart", "PartialPatients.judge_statement", "PartialPatients.judge_bars", "PartialPatients._list_bars"),
            *("PartialPatients._make_outcome", "PartialPatients._judge_offer", "Rails", "left"),
        ),
        "verify.clauses": ("-Clauses.__init__", "-Clauses.read_patient", "-Clauses._add_sign"),
    },
}
SIZES = {"explain": 250, "truth_only": 400, "lanes": 400, "columns": 1000, "sqlite": 400, "z3": 40}
TELL: Mapping[str, Callable[[Paper], Told]] = {
    "explain": lambda paper: tell_one_by_one(paper, explain, 5),
    "truth_only": lambda paper: tell_one_by_one(paper, TruthOnly(), 1),
    "lanes": tell_lanes,
    "columns": lambda paper: tell_in_blocks(paper),
    "sqlite": tell_sqlite,
    "z3": lambda paper: tell_solver(paper.sitting, paper.rows, 1),
}


class SourceExam:
    """What the reference told of some patients of each sitting, and readers that are asked the same."""

    def __init__(self, patients: Mapping[Sitting, Sequence[Row]]) -> None:
        self.papers: dict[str, list[tuple[Paper, Told]]] = {}
        for name, size in SIZES.items():
            papers = [Paper(one, rows[:size], one.table_of(rows[:size])) for one, rows in patients.items()]
            self.papers[name] = [(paper, tell_one_by_one(paper, TruthOnly(), 1)) for paper in papers]

    def is_noticed(self, mutant: SourceMutant) -> bool:
        """Whether the reader tells something else of a patient; one that fails, or does not end, is noticed."""
        with changed(mutant):
            return self.parts(mutant.reader)

    def parts(self, reader: str, *, raising: bool = False) -> bool:
        """Whether a reader and the reference part."""
        try:
            with at_most(LONGEST):
                return any(_parts(reader, paper, wanted) for paper, wanted in self.papers[reader])
        except Exception:
            if raising:
                raise
            return True


def _parts(reader: str, paper: Paper, wanted: Told) -> bool:
    fresh = paper._replace(sitting=replace(paper.sitting, frames={}))  # nothing that was worked out before
    return any(True for _ in compare(TELL[reader](fresh), wanted, {}))


def tell_in_blocks(paper: Paper) -> Told:
    """The table, decided in blocks so small that there are several."""
    with mock.patch.multiple(facts_table, BLOCK_ROWS=128, BLOCK_CODES=256), mock.patch.object(planes, "BLOCK", 4):
        return tell_columns(paper)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raises TimeoutError for what takes longer."""

    def give_up(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
