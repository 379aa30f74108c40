"""The points of histories as rows of facts, column by column: what a complete record would say, or one with gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from concordant.cohorts import columns as names
from concordant.cohorts.facts import POINT_TYPES
from concordant.cohorts.simulate.draws import NO, YES, Column
from concordant.cohorts.simulate.history import History
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.point_table import NONE, PointTable, find_missing, write_words
from concordant.cohorts.simulate.streams import Numbers, Rows, Truths
from concordant.model.simulation import DrugFeatures, FactRule
from concordant.patient.fact_table import HIGH, LOW, PATIENT, Cell, FactColumn, join_words
from concordant.readers.facts_table import STATED, ArrowTable


def make_fact_table(plan: SimulationPlan, history: History, *, gaps: bool = True, quiet: bool = True) -> ArrowTable:
    """The rows of facts of some histories, with the gaps of records or without; `quiet` are the columns that were not drawn."""
    points = PointTable(plan, history)
    missing = find_missing(plan, history) if gaps else {}
    made = {**dict(_iter_drug_columns(points, missing)), **dict(_iter_rule_columns(points, missing))}
    beside = _make_point_columns(points)
    if not quiet:
        return pa.table({PATIENT: _name_patients(points), **made, **beside})
    silent = _QuietColumns(points)
    told = {one.name: made[one.name] if one.name in made else silent.find_column(one) for one in plan.columns}
    return pa.table({**told, PATIENT: _name_patients(points), STATED: silent.find_column(FactColumn(STATED, "text")), **beside})


# -- columns ---------------------------------------------------------------------------------------------------------------


def _name_patients(points: PointTable) -> Any:
    return pa.array(points.history.patients[points.rows]).cast(pa.string())


class _QuietColumns:
    """Columns that were not drawn: what a silent record says, or nothing. The same for every row, they are made once."""

    def __init__(self, points: PointTable) -> None:
        self.rows, self.silence = len(points.rows), points.plan.silence
        self.made: dict[tuple[str, Cell], Any] = {}

    def find_column(self, column: FactColumn) -> Any:
        key = (column.kind, self.silence.get(column.name))
        if key not in self.made:
            self.made[key] = self._make_column(*key)
        return self.made[key]

    def _make_column(self, kind: str, silent: Cell) -> Any:
        if kind == "double":
            return pa.nulls(self.rows, pa.float64()) if silent is None else pa.array(np.full(self.rows, silent, np.float64))
        return write_words(np.full(self.rows, NONE if silent is None else 0), () if silent is None else (str(silent),))


def _write_numbers(values: Numbers) -> Any:
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _iter_drug_columns(points: PointTable, missing: Mapping[str, Truths]) -> Iterator[tuple[str, Any]]:
    """Of each drug whether it was received, failed, was stopped for toxicity, and runs."""
    features, masks = points.plan.simulation.facts.drugs, points.masks
    unknown = _find_gaps(points, (points.plan.simulation.early.missing,), missing)
    silent = points.silent
    for number, drug in enumerate(points.plan.drugs):
        bit = np.uint64(1 << number)
        told = {
            features.received: _judge_given((masks.advanced & bit) != 0, (masks.early & bit) != 0, unknown),
            features.progressed: ((masks.failed & bit) != 0).astype(np.int16),
            features.toxicity: np.where(masks.unclear & bit != 0, NONE, masks.toxic & bit != 0).astype(np.int16),
        }
        told = {pattern: np.where(silent, NONE, codes) for pattern, codes in told.items()}
        told[features.running] = ((masks.running & bit) != 0).astype(np.int16)
        for pattern, codes in told.items():
            name = pattern.replace("{drug}", drug)
            if name in points.plan.features:
                yield name, write_words(codes, (NO, YES))
    yield from _iter_other_drugs(points, features)


def _iter_other_drugs(points: PointTable, features: DrugFeatures) -> Iterator[tuple[str, Any]]:
    """The drugs that nobody gets here: no, but of a record that tells no treatment."""
    codes = np.where(points.silent, NONE, 0)
    for drug in (one.id for one in points.plan.knowledge.drugs if one.id not in points.plan.drugs):
        for pattern in (features.received, features.progressed, features.toxicity):
            name = pattern.replace("{drug}", drug)
            if name in points.plan.silence:
                yield name, write_words(codes, (NO, YES))


def _judge_given(late: Truths, early: Truths, unknown: Truths) -> NDArray[np.int16]:
    """Yes for what was given for advanced disease; else open where the record of early disease is missing."""
    return np.where(late, 1, np.where(unknown, NONE, early)).astype(np.int16)


def _find_gaps(points: PointTable, names_: Sequence[str], missing: Mapping[str, Truths]) -> Truths:
    gaps = np.zeros(len(points.rows), bool)
    for name in names_:
        if name in missing:
            gaps |= missing[name][points.rows]
    return gaps


def _iter_rule_columns(points: PointTable, missing: Mapping[str, Truths]) -> Iterator[tuple[str, Any]]:
    """Each feature that rules speak of."""
    rules: dict[str, list[FactRule]] = {}
    for rule in points.plan.simulation.facts.rules:
        rules.setdefault(rule.feature, []).append(rule)
    for feature, some in rules.items():
        if points.plan.features[feature].is_numeric:
            numbers = _write_numbers(_read_numbers(points, some, missing))
            yield from ((feature + LOW, numbers), (feature + HIGH, numbers))
        else:
            yield feature, _read_words(points, some, missing)


def _find_speakers(points: PointTable, rules: Sequence[FactRule]) -> Iterator[tuple[FactRule, Truths]]:
    """The rules, each with the rows of which it speaks: those that no rule before it speaks of."""
    open_ = np.ones(len(points.rows), bool)
    for rule in rules:
        here = open_ & points.frame.match(rule.where)
        if rule.points:
            here &= points.kinds.find_words(rule.points)
        open_ &= ~here
        yield rule, here


def _read_numbers(points: PointTable, rules: Sequence[FactRule], missing: Mapping[str, Truths]) -> Numbers:
    values = np.full(len(points.rows), np.nan)
    for rule, here in _find_speakers(points, rules):
        if not rule.number:
            continue
        column = points.frame.columns[rule.number]
        numbers = _to_numbers(column)
        known = here & ~_find_gaps(points, rule.missing, missing)
        values[known] = numbers[known]
    return values


def _to_numbers(column: Column) -> Numbers:
    if not column.words:
        return column.values.astype(np.float64)
    numbers = np.array([*map(float, column.words), np.nan])
    told: Numbers = numbers[column.values.astype(np.intp)]
    return told


def _read_words(points: PointTable, rules: Sequence[FactRule], missing: Mapping[str, Truths]) -> Any:
    words = points.plan.features[rules[0].feature].values
    codes, spoken = np.full(len(points.rows), NONE, np.int16), np.zeros(len(points.rows), bool)
    for rule, here in _find_speakers(points, rules):
        known = here & ~_find_gaps(points, rule.missing, missing)
        codes[known] = _read_codes(points, rule, words)[known]
        spoken |= here
    silent = points.plan.silence.get(rules[0].feature)
    if isinstance(silent, str):
        codes[~spoken] = words.index(silent)
    return write_words(codes, words)


def _read_codes(points: PointTable, rule: FactRule, words: Sequence[str]) -> NDArray[np.int16]:
    """What a rule says of each row, as the code of a word of the feature."""
    if rule.is_:
        return np.full(len(points.rows), words.index(rule.is_), np.int16)
    if rule.given:
        mask, masks = points.plan.make_mask(rule.given), points.masks
        given = {"any": masks.early | masks.advanced, "early": masks.early, "advanced": masks.advanced, "running": masks.running}
        truths = (given[rule.among] & mask) != 0
        silent = points.silent & (rule.among in ("any", "early"))
        return np.where(silent, NONE, np.where(truths, words.index(YES), words.index(NO))).astype(np.int16)
    if not rule.word:
        return np.full(len(points.rows), NONE, np.int16)
    column = points.frame.columns[rule.word]
    codes = np.array([*(words.index(word) if word in words else NONE for word in column.words), NONE], np.int16)
    told: NDArray[np.int16] = codes[column.values.astype(np.intp)]
    return told


# -- what stands beside the facts ------------------------------------------------------------------------------------------


def _make_point_columns(points: PointTable) -> dict[str, Any]:
    """Which point each row is, and what was given after it."""
    courses = points.gather(lambda point: point.courses)
    given = _find_given(points, courses)
    made = {
        names.POINT: write_words(points.kinds.values, points.kinds.words),
        names.DATE: pa.array(points.days, pa.int32()).cast(pa.date32()),
        names.NUMBER: pa.array(points.gather(lambda point: np.full(len(point.rows), point.number, np.int32))),
        names.SITE: write_words(*_read_site(points)),
        **given,
    }
    empty = write_words(np.full(len(points.rows), NONE), ())
    return {name: made.get(name, empty) for name, _ in POINT_TYPES}


def _read_site(points: PointTable) -> tuple[NDArray[Any], tuple[str, ...]]:
    column = points.history.frame.columns["site"]
    return column.values[points.rows], column.words


def _find_given(points: PointTable, courses: Rows) -> dict[str, Any]:
    """The drugs that a line begins with, where it begins soon enough after the point."""
    block = points.history.join_courses()
    starts = np.append(block.starts, 0)[courses].astype(np.int64)
    begun = (courses >= 0) & (starts - points.days <= np.array(points.plan.grace)[points.kinds.values.astype(np.intp)])
    masks, places = np.unique(_mark_begun(points.history, len(block.rows))[courses], return_inverse=True)
    lists = [join_words(points.plan.name_drugs(int(mask))) for mask in masks]
    return {
        names.GIVEN: write_words(np.where(begun, places, NONE), lists),
        names.GIVEN_OTHER: write_words(np.where(begun, 0, NONE), [""]),
        names.GIVEN_DATE: pa.array(starts.astype(np.int32), pa.int32(), mask=~begun).cast(pa.date32()),
        names.TRIAL: pa.array(_find_trials(points.history, len(block.rows))[courses] & begun),
    }


def _mark_begun(history: History, courses: int) -> NDArray[np.uint64]:
    """The drugs that each course begins with, a bit each; what comes after the doses of another is none of them."""
    masks = np.zeros(courses + 1, np.uint64)
    for span in history.spans:
        if not span.plan.after:
            masks[span.courses] |= np.uint64(1 << span.drug)
    return masks


def _find_trials(history: History, courses: int) -> Truths:
    """Which courses were given in a trial."""
    trials, start = np.zeros(courses + 1, bool), courses - sum(len(line.rows) for line in history.lines)
    for line in history.lines:
        trials[start : start + len(line.rows)] = line.frame.columns["in_trial"].find_words((YES,))
        start += len(line.rows)
    return trials
