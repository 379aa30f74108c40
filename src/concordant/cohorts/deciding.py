"""Points decided: what the guideline says of each row of facts, in planes, and the verdict on what was given after it.

Only rows whose treatment is not among what is offered are looked at one by one, for what speaks against it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.verdicts import (
    NO_DATE,
    NONE_IN_FORCE,
    AcceptedReasons,
    JudgedPoint,
    Treated,
    judge_settled,
    judge_unoffered,
)
from concordant.decide.decision import Answer, Offered
from concordant.decide.table_results import OffersTold, group_offers
from concordant.decide.table_rows import make_row_fact
from concordant.decide.tables import DecidedRows, list_rows
from concordant.logic.conditions import find_features_read
from concordant.logic.truth import TRUE
from concordant.model.features import Feature
from concordant.patient.fact_table import BETWEEN, PATIENT, RUNNING
from concordant.patient.facts import Value
from concordant.readers.truth_only import TruthOnly
from concordant.record.courses.line_rules import LineRules

Rows: TypeAlias = pa.Table
Decide = Callable[[Rows, dt.date], DecidedRows]
OUTSIDE: Literal["out_of_scope"] = "out_of_scope"  # an answer, and a verdict
POINT_COLUMNS = (
    *(names.POINT, names.DATE, names.NUMBER, names.SITE),
    *(names.GIVEN, names.GIVEN_OTHER, names.GIVEN_DATE, names.TRIAL, names.ASSUMED),
)
WORDS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        (PATIENT, pa.string()),
        (names.SITE, pa.string()),
        (names.POINT, pa.string()),
        (names.DATE, pa.date32()),
        (names.NUMBER, pa.int32()),
        (names.LINE, pa.string()),
        (names.GUIDELINE, pa.string()),
        (names.ANSWER, pa.string()),
        (names.PREFERRED, WORDS),
        (names.OFFERED, WORDS),
        (names.GIVEN, WORDS),
        (names.GIVEN_OTHER, WORDS),
        (names.GIVEN_DATE, pa.date32()),
        (names.VERDICT, pa.string()),
        (names.REASON, pa.string()),
        (names.STATEMENT, pa.string()),
        (names.MISSING, WORDS),
        (names.ASSUMED, WORDS),
        (names.KNOWLEDGE, pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class DecidingRules:
    """What points are decided by: `decide` gives the planes of some rows as of a day, `find_bucket` the number of its ruleset."""

    decide: Decide
    find_bucket: Callable[[dt.date], int]
    has_guideline: Callable[[dt.date], bool]
    features: Mapping[str, Feature]
    downstream: Mapping[str, frozenset[str]]
    lines: LineRules
    accepted: AcceptedReasons
    knowledge: str
    fixed_day: dt.date | None = None  # whose guidelines are asked for every row, whatever its own day


def decide_points(facts: Rows, rules: DecidingRules) -> Rows:
    """The points of a table of facts, a row each in its order; the table has the columns of facts and those of points."""
    told = facts.select([name for name in (PATIENT, *POINT_COLUMNS) if name in facts.column_names]).to_pylist()
    made: dict[int, dict[str, Any]] = {
        n: _make_unasked(row, "needs_data", JudgedPoint("undecidable", NO_DATE), rules)
        for n, row in enumerate(told)
        if _find_day(row, rules) is None
    }
    dated = [(rules.find_bucket(day), n, day) for n, row in enumerate(told) if (day := _find_day(row, rules)) is not None]
    for _, group in groupby(sorted(dated), key=lambda one: one[0]):
        some = list(group)
        at = [n for _, n, _ in some]
        made.update(zip(at, _decide_bucket(facts.take(at), [told[n] for n in at], some[0][2], rules), strict=True))
    return pa.Table.from_pylist([made[n] for n in range(len(told))], SCHEMA)


def _find_day(row: Mapping[str, Any], rules: DecidingRules) -> dt.date | None:
    return None if row.get(names.DATE) is None else rules.fixed_day or row[names.DATE]


def _decide_bucket(
    facts: Rows, told: Sequence[Mapping[str, Any]], day: dt.date, rules: DecidingRules
) -> Iterator[dict[str, Any]]:
    """The points of rows whose days share a ruleset."""
    if not rules.has_guideline(day):
        yield from (_make_unasked(row, OUTSIDE, JudgedPoint(OUTSIDE, NONE_IN_FORCE), rules) for row in told)
        return
    bare = facts.drop_columns([name for name in (PATIENT, *POINT_COLUMNS) if name in facts.column_names])
    decided = rules.decide(bare.append_column(PATIENT, pa.array(range(facts.num_rows))), day)
    numbers, groups = group_offers(decided)
    groups = [_drop_outside(group) for group in groups]
    offers = [groups[number] for number in numbers.tolist()]
    treated = [_read_treated(row, running) for row, running in zip(told, _list_running(facts), strict=True)]
    pairs = [
        None if offer.answer == OUTSIDE else judge_settled(one, offer.offered, rules.lines)
        for one, offer in zip(treated, offers, strict=True)
    ]
    outside = [number for number, offer in enumerate(offers) if offer.answer == OUTSIDE]
    for number, topic in zip(outside, list_scope_topics(decided, outside), strict=True):
        pairs[number] = JudgedPoint(OUTSIDE, topic)
    open_ = [number for number, pair in enumerate(pairs) if pair is None]
    for number, looked in zip(open_, decided.iter_rows(open_), strict=True):
        pairs[number] = judge_unoffered(treated[number], looked.row.facts, looked.frame, rules.accepted, rules.lines)
    versions = {one.guideline.id: f"{one.guideline.id}/{one.version.version}" for one in decided.program.plain.in_force}
    lines = _list_lines(decided, offers)
    missing = _list_missing(decided, offers, rules)
    for number, (row, offer, judged) in enumerate(zip(told, offers, pairs, strict=True)):
        assert judged is not None
        said = {names.GUIDELINE: versions.get(offer.guideline or ""), names.LINE: lines[number], names.MISSING: missing[number]}
        yield {**_copy_point(row, rules), **_tell_offers(offer), **said, **_tell_verdict(judged)}


def _drop_outside(told: OffersTold) -> OffersTold:
    """What is told of rows; nothing is offered to a patient of whom the guideline does not speak."""
    return told._replace(offered=[]) if told.answer == OUTSIDE else told


def list_scope_topics(decided: DecidedRows, rows: Sequence[int]) -> list[str]:
    """Why the guideline does not speak of each of some rows: the first limit of its scope that holds."""
    frame = decided.program.plain
    limits = [limit for force in frame.in_force if not force.guideline.parent for limit in force.guideline.out_of_scope]
    read = sorted(set[str]().union(*(find_features_read(limit.if_) for limit in limits)))
    columns = [decided.table.list_values(name, rows) for name in read]
    look, topics = TruthOnly(), dict[Sequence[Value], str]()
    keys = list(zip(*columns, strict=True)) if columns else [()] * len(rows)
    for key in dict.fromkeys(keys):
        facts = {name: make_row_fact(name, value) for name, value in zip(read, key, strict=True)}
        topics[key] = next((limit.topic for limit in limits if look(limit.if_, facts).truth is TRUE), NONE_IN_FORCE)
    return [topics[key] for key in keys]


def _make_unasked(row: Mapping[str, Any], answer: Answer, judged: JudgedPoint, rules: DecidingRules) -> dict[str, Any]:
    """A point at which no guideline can be asked: it has no day, or there was none yet."""
    nothing: dict[str, Any] = {names.ANSWER: answer, names.PREFERRED: [], names.OFFERED: [], names.MISSING: []}
    return {**_copy_point(row, rules), **nothing, **_tell_verdict(judged)}


def _copy_point(row: Mapping[str, Any], rules: DecidingRules) -> dict[str, Any]:
    copied = {name: row.get(name) for name in (PATIENT, names.SITE, names.POINT, names.DATE, names.NUMBER, names.GIVEN_DATE)}
    lists = {name: _split_words(row.get(name)) or [] for name in (names.GIVEN_OTHER, names.ASSUMED)}
    return {**copied, **lists, names.GIVEN: _split_words(row.get(names.GIVEN)), names.KNOWLEDGE: rules.knowledge}


def _split_words(cell: str | None) -> list[str] | None:
    return None if cell is None else [word for word in cell.split(BETWEEN) if word]


def _read_treated(row: Mapping[str, Any], running: str | None) -> Treated:
    given, other = _split_words(row.get(names.GIVEN)), _split_words(row.get(names.GIVEN_OTHER))
    taken = tuple(_split_words(running) or ())
    return Treated(None if given is None else tuple(given), tuple(other or ()), taken, bool(row.get(names.TRIAL)))


def _list_running(facts: Rows) -> list[str | None]:
    if RUNNING not in facts.column_names:
        return [None] * facts.num_rows
    running: list[str | None] = facts.column(RUNNING).to_pylist()
    return running


def _tell_offers(offer: OffersTold) -> dict[str, Any]:
    return {
        names.ANSWER: offer.answer,
        names.PREFERRED: _list_regimens(offer.preferred),
        names.OFFERED: _list_regimens(offer.offered),
    }


def _list_regimens(offers: Iterable[Offered]) -> list[str]:
    return [one.proposal.regimen.id for one in offers]


def _tell_verdict(judged: JudgedPoint) -> dict[str, Any]:
    return {names.VERDICT: judged.verdict, names.REASON: judged.reason, names.STATEMENT: judged.statement}


def _list_lines(decided: DecidedRows, offers: Sequence[OffersTold]) -> list[str | None]:
    """The line of therapy of each row, as the guideline that speaks counts it."""
    features = {one.guideline.id: one.guideline.line.feature for one in decided.program.plain.in_force if one.guideline.line}
    rows = range(decided.table.rows)
    values = {name: decided.table.list_values(name, rows) for name in set(features.values())}
    inside = [one.guideline if one.answer != OUTSIDE else None for one in offers]
    lines = [values[features[name]][row] if name in features else None for row, name in zip(rows, inside, strict=True)]
    return [line if isinstance(line, str) else None for line in lines]


def _list_missing(decided: DecidedRows, offers: Sequence[OffersTold], rules: DecidingRules) -> list[list[str]]:
    """For each row that cannot be answered the features that would change that, the most general first."""
    asked: list[list[str]] = [[] for _ in offers]
    open_ = {row for row, offer in enumerate(offers) if offer.answer == "needs_data"}
    planes = decided.questions if open_ else {}
    for name in (name for name in rules.features if name in planes):
        for row in open_.intersection(list_rows(planes[name], decided.table.rows)):
            asked[row].append(name)
    counted = {one.guideline.line.feature for one in decided.program.plain.in_force if one.guideline.line}
    return [_order_missing(one, counted, rules) for one in asked]


def _order_missing(missing: Sequence[str], counted: Collection[str], rules: DecidingRules) -> list[str]:
    """What follows from others of them comes before them, for it settles more at once; only a line comes after what it is counted
    from, as in the questions of an answer.
    """

    def rank(name: str) -> tuple[bool, int]:
        return name in counted, -sum(name in rules.downstream[other] for other in missing if other != name)

    return sorted(missing, key=rank)
