"""How fast a facts table is decided: python -m benchmarks.columns [--write] [--millions N]

Rows are those of the laws: cases with some facts drawn anew, unknown, in part and about the bounds, so that rows are unlike each
other; equal rows are not looked for. Each part in turn, CPU time of one core, best of some rounds, beside what the same core
copies from memory, the same conditions in DuckDB and Polars, and plain Python. Ratios count. `--write` puts the table into
docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from tests.laws.columns import Reference, Row, draw_rows, row_of, table_of
from tests.shipped import CASES, record_of

import concordant as cc
from concordant.answer.engine import build_situation
from concordant.logic.conditions import All, AtLeast, Compare, Condition, Constant, Named, Not, OneOf, find_features_read, fold
from concordant.logic.conditions import Any as AnyOf
from concordant.readers.planes import run_program
from concordant.readers.truth_only import TruthOnly

ROOT = Path(__file__).parent.parent
DAY = dt.date(2024, 6, 1)
ROUNDS, UNLIKE, ALONE, IN_ENGINES = 5, 20_000, 300, 200_000
WHAT_IF = {"lvef": "38 %"}


def measure(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of some rounds, in seconds of CPU."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def make_rows(engine: cc.Engine) -> list[Row]:
    """Rows that are unlike each other."""
    records = list(filter(None, map(record_of, CASES)))
    rows = [row_of(record, engine._prepared.plan) for record in records]
    return list(draw_rows(rows, build_situation(records[0], engine.knowledge), random.Random(1), UNLIKE))


def make_table(base: Any, rows: int, names: Sequence[str]) -> Any:
    """So many rows, in any order, with the columns that the decision reads."""
    chosen = np.random.default_rng(1).integers(0, base.num_rows, rows)
    table = base.select(names).take(pa.array(chosen)).combine_chunks()
    ids = pa.array([f"{number:09}" for number in range(rows)])  # one row a patient, in the order of their ids
    return table.set_column(table.column_names.index("patient"), "patient", ids)


def list_read_columns(engine: cc.Engine, base: Any) -> list[str]:
    """The columns that an outcome reads."""
    decided = engine.decide_table(base, as_of=DAY).decided
    program = decided.program.find_program("outcome", decided.program.make_outcome)
    read = {key.feature for key in program.inputs}.union(*map(find_features_read, list_conditions(engine)))
    return [
        n for n in base.column_names if n in ("patient", "running") or {n, n.removesuffix("_low"), n.removesuffix("_high")} & read
    ]


class Sql:
    """The algebra whose readings are expressions of SQL; NULL is unknown."""

    def __init__(self, engine: cc.Engine) -> None:
        self.features = {feature.name: feature for feature in engine.knowledge.features}

    def constant(self, node: Constant) -> str:
        """Of a truth that does not depend on the patient."""
        return {"true": "TRUE", "false": "FALSE", "unknown": "CAST(NULL AS BOOLEAN)"}[node.truth]

    def compare(self, node: Compare) -> str:
        """Of a number against a bound."""
        low, high, at = f"{node.feature}_low", f"{node.feature}_high", repr(node.bound)
        ends = {"<=": (f"{high} <= {at}", f"{low} > {at}"), ">": (f"{low} > {at}", f"{high} <= {at}")}
        ends |= {">=": (f"{low} >= {at}", f"{high} < {at}"), "<": (f"{high} < {at}", f"{low} >= {at}")}
        true, false = ends[node.op]
        return f"(CASE WHEN {true} THEN TRUE WHEN {false} THEN FALSE END)"

    def one_of(self, node: OneOf) -> str:
        """Of a word among words."""
        words = self.features[node.feature].values
        inside = ", ".join(f"'{word}'" for word in words if word in node.values) or "''"
        outside = ", ".join(f"'{word}'" for word in words if word not in node.values) or "''"
        return f"(CASE WHEN {node.feature} IN ({inside}) THEN TRUE WHEN {node.feature} IN ({outside}) THEN FALSE END)"

    def not_(self, _: Not, part: str) -> str:
        """Of a condition turned round."""
        return f"(NOT {part})"

    def named(self, _: Named, part: str) -> str:
        """Of a condition under a name."""
        return part

    def all_(self, _: All, parts: Sequence[str]) -> str:
        """Of several that must all hold."""
        return f"({' AND '.join(parts)})" if parts else "TRUE"

    def any_(self, _: AnyOf, parts: Sequence[str]) -> str:
        """Of several one of which must hold."""
        return f"({' OR '.join(parts)})" if parts else "FALSE"

    def at_least(self, node: AtLeast, parts: Sequence[str]) -> str:
        """Of several so many of which must hold."""
        sure = " + ".join(f"CAST(coalesce({part}, FALSE) AS INT)" for part in parts)
        perhaps = " + ".join(f"CAST(coalesce({part}, TRUE) AS INT)" for part in parts)
        return f"(CASE WHEN {sure} >= {node.n} THEN TRUE WHEN {perhaps} < {node.n} THEN FALSE END)"


def list_conditions(engine: cc.Engine) -> list[Condition]:
    """Whether each statement applies and what precludes each proposal: what other engines are asked for."""
    frame = engine.ruleset(DAY)[1]
    return list(dict.fromkeys((*(s.applies_if for s in frame.statements), *(p.precluded_if for p in frame.proposals))))


def measure_engines(engine: cc.Engine, table: Any) -> dict[str, float]:
    """The conditions alone in DuckDB and Polars on one thread, and all of them in planes."""
    sql = Sql(engine)
    texts = [f"{fold(condition, sql)} AS c{number}" for number, condition in enumerate(list_conditions(engine))]
    plain = pa.table(
        {
            n: c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c
            for n, c in zip(table.column_names, table.columns, strict=True)
        }
    )
    duck = duckdb.connect(config={"threads": 1})
    duck.register("facts", plain)
    counted = ", ".join(f"count(*) FILTER (WHERE c{number})" for number in range(len(texts)))
    frame = pl.SQLContext(facts=pl.from_arrow(plain), eager=True)
    return {
        "DuckDB, the conditions alone": measure(
            lambda: duck.sql(f"SELECT {counted} FROM (SELECT {', '.join(texts)} FROM facts)").fetchall(), 2
        ),
        "Polars, the conditions alone": measure(lambda: frame.execute(f"SELECT {', '.join(texts)} FROM facts"), 2),
    }


def measure_copy() -> float:
    """Bytes a second that this core reads and writes when it copies."""
    one = np.ones(16_000_000, np.uint64)
    other = np.empty_like(one)
    return 2 * one.nbytes / measure(lambda: np.copyto(other, one))


def tabulate(millions: float) -> str:
    """Every part, in millions of patients a second."""
    engine = cc.Engine()
    rows = make_rows(engine)
    base = table_of(rows, engine)
    table = make_table(base, int(millions * 1e6), list_read_columns(engine, base))
    count = table.num_rows
    spent: dict[str, float] = {"the table opened, every column checked": measure(lambda: engine.decide_table(table, as_of=DAY))}
    decided = engine.decide_table(table, as_of=DAY)
    program = decided.decided.program.find_program("outcome", decided.decided.program.make_outcome)
    planes = decided.facts.find_planes(program.inputs)
    spent["planes to outcomes"] = measure(lambda: run_program(program, planes, decided.facts.words))
    spent["columns to planes"] = (
        measure(lambda: engine.decide_table(table, as_of=DAY).facts.find_planes(program.inputs))
        - spent["the table opened, every column checked"]
    )
    spent["columns to outcomes"] = spent["columns to planes"] + spent["planes to outcomes"]
    measure(lambda: decided.what_if(**WHAT_IF).outcomes, 1)  # its steps are worked out once
    spent["a what-if, from planes that are there, and its counts"] = measure(lambda: decided.what_if(**WHAT_IF).outcomes)
    spent["every status of every proposal, as a table"] = measure(lambda: engine.decide_table(table, as_of=DAY).statuses(), 1)
    few = table.slice(0, min(count, IN_ENGINES))
    asked = engine.decide_table(few, as_of=DAY)
    begun = time.process_time()
    steps = asked.decided.program.find_program("questions", asked.decided.program.make_questions)
    built = time.process_time() - begun
    inputs = asked.facts.find_planes(steps.inputs)
    questions = measure(lambda: run_program(steps, inputs, asked.facts.words), 2)
    alone, bare = Reference(engine, DAY, TruthOnly()), rows[:ALONE]
    rates = {name: count / seconds for name, seconds in spent.items()}
    rates["which single facts could change the outcome"] = few.num_rows / questions
    rates |= {name: few.num_rows / seconds for name, seconds in measure_engines(engine, few).items()}
    rates["plain Python, one decision after the other"] = len(bare) / measure(lambda: [alone.decide(row) for row in bare], 2)
    copied = measure_copy()
    size = len(program.inputs) / 8
    outcomes = rates["planes to outcomes"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    held = sum(plane.nbytes for plane in planes.values()) / 1e9
    lines = [
        f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, {dt.date.today()}; {count:,} rows",
        "",
        "| part | million patients a second | planes to outcomes are so many times as fast |",
        "|---|---|---|",
        *(f"| {name} | {rate / 1e6:.3g} | {outcomes / rate:,.2g} |" for name, rate in rates.items()),
        "",
        f"An outcome reads {len(program.inputs)} planes ({size:.0f} bytes a patient) in {len(program.steps):,} steps: "
        f"{outcomes * size / copied:.2f} of the {copied / 1e9:.0f} GB a second that this core reads and writes when it copies.",
        f"Questions are {len(steps.steps):,} steps, worked out once in {built:.1f} s. Memory: the table "
        f"{table.nbytes / 1e9:.2f} GB, the planes {held:.2f} GB, the whole run at most {peak:.1f} GB.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the table, and write it where it belongs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--millions", type=float, default=2.0)
    options = parser.parse_args()
    table = tabulate(options.millions)
    print(table)
    if options.write:
        page = ROOT / "docs" / "performance.md"
        before, mark, rest = page.read_text(encoding="utf-8").partition("<!-- columns -->\n")
        _, end, after = rest.partition("<!-- /columns -->")
        page.write_text(f"{before}{mark}{table}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
