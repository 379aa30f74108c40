"""Entries as tables of the CDM 5.4: a file a table and part. Ids of concepts are of the range that sites keep for their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from concordant.cohorts.simulate.calendar import to_dates
from concordant.cohorts.simulate.entries import NO_ENDING, DoseBlock, EntryBlock, flatten_spellings, make_entries
from concordant.cohorts.simulate.history import ENDINGS, NEVER, History
from concordant.cohorts.simulate.parquet import write_table
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.point_table import write_words
from concordant.cohorts.simulate.streams import Days, Rows
from concordant.model.simulation import Coding
from concordant.readers.facts_table import ArrowTable

ROOM = 100_000  # more rows than a patient has in a table: the id of a row is that of the patient and a number
UNIT = "UCUM"
NO_CONCEPT, EMPTY = 0, -1
Columns = dict[str, Any]


class Concepts:
    """The concepts of a simulation: each coding with a vocabulary has an id of its own."""

    def __init__(self, plan: SimulationPlan) -> None:
        self.start = plan.simulation.cdm.first_concept
        coded = (coding for coding in _iter_codings(plan) if coding.vocabulary)
        self.found = list(dict.fromkeys((one.vocabulary, one.code, one.display) for one in coded))
        self.ids = {(vocabulary, code): self.start + n for n, (vocabulary, code, _) in enumerate(self.found)}

    def find_id(self, coding: Coding) -> int:
        """The id of a coding, 0 for a text alone."""
        return self.ids.get((coding.vocabulary, coding.code), NO_CONCEPT)

    def write_table(self) -> ArrowTable:
        """The table `concept`."""
        vocabularies, codes, names = zip(*self.found, strict=True)
        ids = [self.start + n for n in range(len(self.found))]
        domain = ["Observation"] * len(ids)
        columns = {
            "concept_id": pa.array(ids, pa.int64()),
            "concept_name": names,
            "domain_id": domain,
            "vocabulary_id": vocabularies,
        }
        return pa.table({**columns, "concept_class_id": domain, "standard_concept": ["S"] * len(ids), "concept_code": codes})


def _iter_codings(plan: SimulationPlan) -> Iterator[Coding]:
    simulation = plan.simulation
    for kind in simulation.kinds:
        yield from kind.codes
        for some in kind.values.values():
            yield from some
        if kind.unit:
            yield Coding(vocabulary=UNIT, code=kind.unit, display=kind.unit)
    for some in simulation.drugs.values():
        yield from some


class CodedColumns:
    """How several ways of writing something stand in the three columns of a table: concept, source concept, source value."""

    def __init__(self, codings: Sequence[Coding], concepts: Concepts) -> None:
        ids = [concepts.find_id(coding) for coding in codings]
        self.standard = np.array([NO_CONCEPT if coding.source_only else id_ for coding, id_ in zip(codings, ids, strict=True)])
        self.source = np.array([id_ if coding.source_only else NO_CONCEPT for coding, id_ in zip(codings, ids, strict=True)])
        self.values = [coding.text or coding.code for coding in codings]

    def write_columns(self, name: str, chosen: Rows) -> Columns:
        """The three columns."""
        return {
            f"{name}_concept_id": self.standard[chosen],
            f"{name}_source_value": TextColumn(chosen, self.values),
            f"{name}_source_concept_id": self.source[chosen],
        }


class TextColumn:
    """Texts by their codes; one below 0 is none."""

    def __init__(self, codes: NDArray[Any], texts: Sequence[str]) -> None:
        self.codes, self.texts = codes, list(texts)


class OmopWriter:
    """Writes the tables of the CDM, a file a part."""

    def __init__(self, plan: SimulationPlan, folder: Path) -> None:
        self.plan, self.folder, self.concepts = plan, folder / "omop", Concepts(plan)

    def write_part(self, number: int, history: History) -> None:
        """Write the rows of the patients of a part, table by table."""
        entries = make_entries(self.plan, history)
        told: dict[str, list[tuple[Rows, Days, Columns]]] = {"drug_exposure": []}
        for block in entries.blocks:
            told.setdefault(block.kind.table, []).append(_repeat_twice(*self._write_entry(block), block.twice))
        for doses in entries.doses:
            told["drug_exposure"].append(_repeat_twice(*self._write_doses(doses), doses.twice))
        for name, parts in told.items():
            self._write(name, number, _join_rows(name, parts, history))
        self._write("person", number, _make_persons(self.plan, history))
        self._write("observation_period", number, _make_periods(history))
        self._write("death", number, _make_deaths(history))

    def finish(self) -> None:
        """Write the concepts, and the sites."""
        self._write("concept", 0, self.concepts.write_table())
        self._write("care_site", 0, _make_sites(self.plan))

    def _write(self, name: str, number: int, table: ArrowTable) -> None:
        write_table(table, self.folder / name, number)

    def _write_entry(self, block: EntryBlock) -> tuple[Rows, Days, Columns]:
        name, days = block.kind.table.removesuffix("_occurrence"), _round_days(block)
        columns = CodedColumns(block.kind.codes, self.concepts).write_columns(name, block.codings)
        if name == "condition":
            return block.rows, days, {**columns, "condition_start_date": days}
        return block.rows, days, {**columns, f"{name}_date": days, **self._write_value(block)}

    def _write_value(self, block: EntryBlock) -> Columns:
        """The value of a result: a concept, a text or a number with its unit."""
        if block.value is None:
            return {}
        if not block.value.words:
            id_ = self.concepts.ids.get((UNIT, block.kind.unit), NO_CONCEPT)
            numbers = np.round(block.value.values.astype(np.float64), block.kind.digits)
            unit = TextColumn(np.zeros(len(block.rows), np.int64), [block.kind.unit])
            return {"value_as_number": numbers, "unit_concept_id": np.full(len(block.rows), id_), "unit_source_value": unit}
        flat, places = flatten_spellings(block)
        coded = CodedColumns(flat, self.concepts)
        text = TextColumn(places, [coding.text or coding.display for coding in flat])
        shown = {"value_as_string": text} if block.kind.table == "observation" else {"value_source_value": text}
        return {"value_as_concept_id": coded.standard[places], **shown}

    def _write_doses(self, block: DoseBlock) -> tuple[Rows, Days, Columns]:
        simulation, cdm = self.plan.simulation, self.plan.simulation.cdm
        columns = CodedColumns(simulation.drugs[block.drug], self.concepts).write_columns("drug", block.codings)
        ends = block.days + np.int32(max(block.supply - 1, 0))
        type_ = cdm.prescription if block.ordered_only or block.supply else cdm.administration
        stops, places = _flatten_stops(self.plan, block)
        return (
            block.rows,
            block.days,
            {
                **columns,
                "drug_exposure_start_date": block.days,
                "drug_exposure_end_date": ends,
                "drug_type_concept_id": np.full(len(block.rows), type_),
                "days_supply": np.full(len(block.rows), float(block.supply) if block.supply else np.nan),
                "stop_reason": TextColumn(places, stops),
            },
        )


def _round_days(block: EntryBlock) -> Days:
    """The days as the CDM has them: where only the month or the year is known, the first of it stands there."""
    days = to_dates(block.days)
    months, years = days.astype("datetime64[M]").astype("datetime64[D]"), days.astype("datetime64[Y]").astype("datetime64[D]")
    return np.select([block.exact == 1, block.exact == 2], [months, years], days).astype(np.int64).astype(np.int32)


def _flatten_stops(plan: SimulationPlan, block: DoseBlock) -> tuple[list[str], Rows]:
    flat: list[str] = []
    starts = np.full(len(ENDINGS) + 1, EMPTY)
    for code, word in enumerate(ENDINGS):
        if word in plan.simulation.stops:
            starts[code] = len(flat)
            flat += [coding.text for coding in plan.simulation.stops[word]]
    places = starts[block.endings]
    return flat, np.where((block.endings == NO_ENDING) | (places < 0), EMPTY, places + block.stops)


def _repeat_twice(rows: Rows, days: Days, columns: Columns, twice: NDArray[np.bool_]) -> tuple[Rows, Days, Columns]:
    """The rows, and again those that stand there twice."""
    order = np.concatenate([np.arange(len(rows)), np.flatnonzero(twice)])
    return rows[order], days[order], {name: _take(column, order) for name, column in columns.items()}


def _take(column: Any, order: Rows) -> Any:
    return TextColumn(column.codes[order], column.texts) if isinstance(column, TextColumn) else column[order]


def _join_rows(name: str, parts: Sequence[tuple[Rows, Days, Columns]], history: History) -> ArrowTable:
    """The rows of a table by person and day, each with an id of its own."""
    rows = np.concatenate([part[0] for part in parts])
    order = np.lexsort((np.concatenate([part[1] for part in parts]), rows))
    people = history.patients[rows[order]]
    counts = np.bincount(rows, minlength=history.rows)
    ids = people * ROOM + np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    names = list(dict.fromkeys(column for part in parts for column in part[2]))
    columns = {column: _join_column(column, parts, order) for column in names}
    return pa.table({f"{name}_id": ids, "person_id": people, **columns})


def _join_column(name: str, parts: Sequence[tuple[Rows, Days, Columns]], order: Rows) -> Any:
    """One column of all parts; empty where a part has none of this name."""
    found = [(part[2].get(name), len(part[0])) for part in parts]
    if any(isinstance(column, TextColumn) for column, _ in found):
        return _join_texts(found, order)
    if name.endswith("_id"):
        ids = [np.zeros(rows, np.int64) if column is None else column for column, rows in found]
        return pa.array(np.concatenate(ids)[order], pa.int64())
    if name.endswith("_date"):
        return pa.array(np.concatenate([column for column, _ in found])[order], pa.int32()).cast(pa.date32())
    numbers = np.concatenate([np.full(rows, np.nan) if column is None else column for column, rows in found])[order]
    return pa.array(numbers, pa.float64(), mask=np.isnan(numbers))


def _join_texts(found: Iterable[tuple[TextColumn | None, int]], order: Rows) -> Any:
    texts: dict[str, int] = {}
    codes = []
    for column, rows in found:
        if column is None:
            codes.append(np.full(rows, EMPTY))
            continue
        places = np.array([texts.setdefault(text, len(texts)) for text in column.texts] or [EMPTY])
        codes.append(np.where(column.codes < 0, EMPTY, places[np.maximum(column.codes, 0)]))
    return write_words(np.concatenate(codes)[order], list(texts))


def _make_persons(plan: SimulationPlan, history: History) -> ArrowTable:
    """The table `person`."""
    cdm, column, born = plan.simulation.cdm, history.frame.columns[plan.simulation.cdm.person], to_dates(history.births)
    month, year = born.astype("datetime64[M]"), born.astype("datetime64[Y]")
    return pa.table(
        {
            "person_id": history.patients,
            "gender_concept_id": np.array([cdm.persons[word] for word in column.words])[column.values.astype(np.intp)],
            "year_of_birth": year.astype(np.int64) + 1970,
            "month_of_birth": month.astype(np.int64) % 12 + 1,
            "day_of_birth": (born - month).astype(np.int64) + 1,
            "race_concept_id": np.zeros(history.rows, np.int64),
            "ethnicity_concept_id": np.zeros(history.rows, np.int64),
            "care_site_id": history.frame.columns["site"].values.astype(np.int64) + 1,
            "gender_source_value": write_words(column.values, column.words),
        }
    )


def _make_sites(plan: SimulationPlan) -> ArrowTable:
    words = plan.find_words("site")
    return pa.table({"care_site_id": np.arange(1, len(words) + 1), "care_site_name": list(words)})


def _write_dates(days: Days) -> Any:
    return pa.array(days, pa.int32()).cast(pa.date32())


def _make_periods(history: History) -> ArrowTable:
    """The table `observation_period`: from the first diagnosis to death, or to where all records end."""
    ends = np.minimum(history.deaths, history.until).astype(np.int32)
    return pa.table(
        {
            "observation_period_id": history.patients,
            "person_id": history.patients,
            "observation_period_start_date": _write_dates(np.minimum(history.firsts, ends)),
            "observation_period_end_date": _write_dates(ends),
        }
    )


def _make_deaths(history: History) -> ArrowTable:
    """The table `death`."""
    died = history.deaths < NEVER
    return pa.table({"person_id": history.patients[died], "death_date": _write_dates(history.deaths[died])})
