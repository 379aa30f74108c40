"""The readers of the exam: how each is asked about rows of facts, and what each does not tell, with the reason.

To add one, write what it tells and give it a row of READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from concordant.decide.decision import Answer
from concordant.decide.judging import make_decision
from concordant.derive.lanes import Supposition
from concordant.export.dialects import Dialect
from concordant.export.sql.levels import DecisionLevels
from concordant.export.sql.script import write_sql
from concordant.patient.fact_table import make_fact_row
from concordant.readers.explain import Evaluator, explain
from concordant.readers.planes import run_program, unpack_rows
from concordant.readers.truth_only import TruthOnly
from concordant.readers.wires import make_program
from tests.exam.sitting import Sitting
from tests.exam.solver import tell_solver
from tests.exam.told import Aspect, Column, Told, make_column, tell_decisions
from tests.laws.columns import Row
from tests.laws.sql_engines import run_sqlite

ANSWERS = get_args(Answer)
REASONED_BARS = 10  # of each so many patients the reference looks at every bar
SOLVED = 16  # of each so many patients the solver is asked


class Paper(NamedTuple):
    """The patients of a sitting: rows, and the same as a table of facts."""

    sitting: Sitting
    rows: Sequence[Row]
    table: Any


class Reader(NamedTuple):
    """What a reader is, how it is asked, and what it does not tell: by kind, with the reason."""

    what: str
    tell: Callable[[Paper], Told]
    lacks: Mapping[str, str] = {}


# -- one patient after the other ---------------------------------------------------------------------------------------


def tell_one_by_one(paper: Paper, look: Evaluator, every: int) -> Told:
    """`make_decision` with an evaluator; of each so many patients every bar, whether a statement asks for it or not."""
    sitting = paper.sitting
    facts = [sitting.facts_of(row) for row in paper.rows]
    decisions = [make_decision(sitting.find_frame(row.drugs), one, look) for row, one in zip(paper.rows, facts, strict=True)]
    found = {
        bar.if_: make_column((look(bar.if_, one).truth.value for one in facts[::every]), every) for bar in list_bars(sitting)
    }
    return {**tell_decisions(sitting, decisions), **{("bar", id_): found[bar.if_] for id_, bar in sitting.bars.items()}}


def list_bars(sitting: Sitting) -> list[Any]:
    """The bars, one for each condition."""
    return list({bar.if_: bar for bar in sitting.bars.values()}.values())


# -- many at a time ----------------------------------------------------------------------------------------------------


def tell_lanes(paper: Paper) -> Told:
    """Each patient as what is supposed of somebody of whom nothing is told: a lane each, all who take the same together."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(paper.rows):
        groups.setdefault(row.drugs, []).append(number)
    told: dict[Aspect, list[str | None]] = {}
    for drugs, numbers in groups.items():
        for aspect, values in _tell_group(paper, drugs, numbers).items():
            column = told.setdefault(aspect, [None] * len(paper.rows))
            for number, value in zip(numbers, values, strict=True):
                column[number] = value
    return {aspect: make_column(values) for aspect, values in told.items()}


def _tell_group(paper: Paper, drugs: tuple[str, ...], numbers: Sequence[int]) -> dict[Aspect, list[str | None]]:
    sitting, lanes = paper.sitting, range(len(numbers))
    supposed = [Supposition({}, sitting.complete(paper.rows[number])) for number in numbers]
    decided = sitting.situate(drugs).suppose(supposed, asked=sitting.conditions)
    told: dict[Aspect, list[str | None]] = {
        ("answer", ""): [one.answer for one in decided],
        ("outcome", ""): ["|".join(one.outcome[1]) for one in decided],
        ("offered", ""): ["|".join(c.proposal.regimen.id for c in one.offered) for one in decided],
        ("preferred", ""): ["|".join(c.proposal.regimen.id for c in one.offered if c.role == "preferred") for one in decided],
    }
    verdicts = decided._judge.verdicts
    told["guideline", ""] = [next((v.guideline.id for v in verdicts if v.speaks >> n & 1), None) for n in lanes]
    for proposal in sitting.any_frame.proposals:
        told["role", proposal.id] = [None] * len(numbers)
    for one in decided._judge.judged:
        column = told["role", one.candidate.proposal.id]
        for number in (n for n in lanes if one.offered >> n & 1):
            column[number] = one.candidate.role
    for id_, rails in decided._judge.statements.items():
        told["applies", id_] = _name_truths(rails, len(numbers))
    found = {bar.if_: _name_truths(decided.facts.reader.read(bar.if_), len(numbers)) for bar in list_bars(sitting)}
    return told | {("bar", id_): found[bar.if_] for id_, bar in sitting.bars.items()}


def _name_truths(rails: tuple[int, int], lanes: int) -> list[str | None]:
    true, false = (bin((1 << lanes) | (rail & ((1 << lanes) - 1)))[:2:-1] for rail in rails)
    return ["true" if t == "1" else "false" if f == "1" else "unknown" for t, f in zip(true, false, strict=True)]


def tell_columns(paper: Paper, *, bars: bool = True) -> Told:
    """The table, decided: wires written down as steps, run on planes by NumPy."""
    sitting = paper.sitting
    decided = sitting.engine.decide_table(paper.table, as_of=sitting.day, guideline=sitting.guideline)
    outcomes, statuses = decided.outcome_table(), decided.statuses()
    told: dict[Aspect, Column] = {
        (kind, ""): Column(1, _to_text(outcomes[kind], "" if kind in ("outcome", "preferred", "offered") else None))
        for kind in ("answer", "guideline", "outcome", "preferred", "offered")
    }
    told |= {("status", name): Column(1, _to_text(statuses[name])) for name in statuses.column_names[1:]}
    for proposal in sitting.any_frame.proposals:  # where nobody takes anything there is no column of what may be continued
        told.setdefault(("status", proposal.id), Column(1, pa.nulls(decided.rows, pa.string())))
    told |= _tell_roles(paper, decided)
    told["outcome", "counted"] = _tell_counted(decided)
    judge, table = decided.decided.program.judge, decided.facts
    wanted = {("applies", id_): rails for id_, rails in judge.statements.items()}
    if bars:
        wanted |= {("bar", id_): judge.reader.read(bar.if_) for id_, bar in sitting.bars.items()}
    made = make_program(judge.board, {(key, side): rails[side] for key, rails in wanted.items() for side in (0, 1)})
    planes = run_program(made, table.find_planes(made.inputs), table.words)
    truths: dict[tuple[int, int], Column] = {}
    for aspect in wanted:
        places = made.outputs[aspect, 0], made.outputs[aspect, 1]
        if places not in truths:
            truths[places] = _name_planes(*(unpack_rows(planes[aspect, side], decided.rows) for side in (0, 1)))
        told[aspect] = truths[places]
    return told


def _tell_counted(decided: Any) -> Column:
    """The outcome by the planes that are counted."""
    planes = {str(name): plane for name, plane in decided.decided.outcome.items() if name not in ANSWERS}
    text = pa.array([""] * decided.rows)
    for name in sorted(planes):
        longer = pc.if_else(pc.equal(text, ""), name, pc.binary_join_element_wise(text, name, "|"))
        text = pc.if_else(pa.array(unpack_rows(planes[name], decided.rows)), longer, text)
    return Column(1, text)


def _tell_roles(paper: Paper, decided: Any) -> Told:
    """In which role each proposal is offered, whoever speaks."""
    program, rows = decided.decided.program, decided.rows
    made = make_program(program.facts.board, {number: one.offered for number, one in enumerate(program.judge.judged)})
    planes = run_program(made, decided.facts.find_planes(made.inputs), decided.facts.words)
    told = {("role", proposal.id): pa.nulls(rows, pa.string()) for proposal in paper.sitting.any_frame.proposals}
    for number, one in enumerate(program.judge.judged):
        aspect = ("role", one.candidate.proposal.id)
        told[aspect] = pc.if_else(pa.array(unpack_rows(planes[number], rows)), one.candidate.role, told[aspect])
    return {aspect: Column(1, values) for aspect, values in told.items()}


def _name_planes(true: Any, false: Any) -> Column:
    return Column(1, pc.if_else(pa.array(true), "true", pc.if_else(pa.array(false), "false", "unknown")))


def _to_text(column: Any, empty: str | None = None) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = array.cast(pa.string())
    return array if empty is None else pc.fill_null(array, empty)


# -- databases ---------------------------------------------------------------------------------------------------------


def write_query(sitting: Sitting, dialect: Dialect) -> tuple[str, DecisionLevels]:
    """The query, and the names of its columns."""
    levels = DecisionLevels(sitting.any_frame, {feature.name: feature for feature in sitting.knowledge.features})
    levels.build_levels()
    return write_sql(sitting.knowledge, sitting.any_frame, sitting.day, dialect), levels


def tell_duckdb(paper: Paper, query: tuple[str, DecisionLevels] | None = None) -> Told:
    text, levels = query or write_query(paper.sitting, "duckdb")
    names = paper.table.column_names
    plain = pa.table([_plain(paper.table[name]) for name in names], names=names)
    with duckdb.connect() as base:
        base.register("facts", plain)
        found = base.sql(text).to_arrow_table()
    order = pc.index_in(paper.table["patient"], found["patient"].combine_chunks())
    return _tell_query({name: found[name].combine_chunks().take(order.combine_chunks()) for name in found.column_names}, levels)


def _plain(column: Any) -> Any:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def tell_sqlite(paper: Paper) -> Told:
    text, levels = write_query(paper.sitting, "sqlite")
    features = paper.sitting.knowledge.features
    rows = [make_fact_row(f"p{n}", r.drugs, features, paper.sitting.facts_of(r)) for n, r in enumerate(paper.rows)]
    found = {row["patient"]: row for row in run_sqlite(text, paper.sitting.knowledge, rows)}
    ordered = [found[row["patient"]] for row in rows]
    return _tell_query({name: pa.array([row[name] for row in ordered]) for name in ordered[0]}, levels)


def _tell_query(found: Mapping[str, pa.Array], levels: DecisionLevels) -> Told:
    kinds = ("answer", "outcome", "preferred", "offered")
    told: dict[Aspect, Column] = {(kind, ""): Column(1, found[kind].cast(pa.string())) for kind in kinds}
    told["guideline", ""] = Column(1, found["speaking"].cast(pa.string()))
    told |= {("status", id_): Column(1, found[name].cast(pa.string())) for id_, name in levels.statuses.items()}
    truths = {id_: found[name].cast(pa.bool_()) for id_, name in levels.applies.items()}
    named = {id_: pc.fill_null(pc.if_else(one, "true", "false"), "unknown") for id_, one in truths.items()}
    assert not pc.any(pc.not_equal(found["faulty"], "")).as_py(), "a row of the exam is taken for faulty"
    return told | {("applies", id_): Column(1, one) for id_, one in named.items()}


# -- what there is -----------------------------------------------------------------------------------------------------

NO_BARS = "the query joins what speaks against a drug; what each bar comes to alone is not among its columns"
NO_ROLES = "the order of `offered` and `preferred` is what the query tells of roles"
NO_QUESTIONS = "a query is of the facts as they are: nothing is supposed in it"
ONE_BY_ONE = "asked by lanes and columns; the reference supposes each value of each feature one by one"
NO_LABELS = "label fit and dangers that hold nothing back are told by `explain` alone: neither table, query nor solver has them"

READERS: dict[str, Reader] = {
    "explain": Reader("`make_decision` with reasons: the reference", lambda p: tell_one_by_one(p, explain, REASONED_BARS)),
    "truth_only": Reader(
        "the same without reasons, each condition a function made of closures",
        lambda p: tell_one_by_one(p, TruthOnly(), 1),
        {"asked": "its decision is that of the reference, asked with another evaluator: " + ONE_BY_ONE},
    ),
    "lanes": Reader(
        "`decide/lanes`: a patient each bit of an integer",
        tell_lanes,
        {"status": "lanes tell what is offered and what is open; which check is to be done first changes no outcome"},
    ),
    "columns": Reader("`decide_table`: wires as steps, run on planes by NumPy", tell_columns),
    "duckdb": Reader("the exported query, on DuckDB", tell_duckdb, {"bar": NO_BARS, "role": NO_ROLES, "asked": NO_QUESTIONS}),
    "sqlite": Reader("the exported query, on SQLite", tell_sqlite, {"bar": NO_BARS, "role": NO_ROLES, "asked": NO_QUESTIONS}),
    "z3": Reader(
        "`verify/partial`: the clauses that a proof asks, under what is known of each sixteenth patient",
        lambda p: tell_solver(p.sitting, p.rows, SOLVED),
        {
            "guideline": "a proof asks each guideline by itself",
            "preferred": "within the outcome",
            "role": "within the outcome",
            "offered": "an offer that is not preferred beside one that is changes no outcome, and is asked as a status",
            "asked": "its question is another one: whether any patient turns by it (`unasked`)",
        },
    ),
}
OTHER_GAPS = {
    "generated code": "no reader writes source text: conditions become closures (`truth_only`), a decision becomes steps that "
    "NumPy runs (`columns`); both are here ([0030](decisions/0030-suppositions-in-lanes.md), "
    "[0033](decisions/0033-many-patients-in-columns.md))",
    "labels and dangers": NO_LABELS,
    "z3, of what may be continued": "patients of a proof take nothing now, so of who takes something it tells no outcome",
    "facts": "rows are facts: how they follow from a record, from rules and from silence is held by `laws/test_lanes.py`, "
    "`test_columns.py` (a what-if) and `test_three_ways.py`",
    "PostgreSQL": "needs a server: `laws/test_sql.py` holds it to the same decisions",
}
