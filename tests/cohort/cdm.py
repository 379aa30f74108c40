"""A CDM of several persons for the tests of cohorts: shipped cases that OMOP can tell, people without cancer, and odd rows."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.laws.test_three_ways import for_omop, in_omop
from tests.shipped import shipped_knowledge
from tests.writers.as_omop import Tables, tables_of, write_csv

FLU = {"concept_id": 2_000_900_001, "vocabulary_id": "SNOMED", "concept_code": "6142004", "concept_name": "Influenza"}
LUNG = {"concept_id": 2_000_900_002, "vocabulary_id": "ICD10CM", "concept_code": "C34.90", "concept_name": "Lung cancer"}
STEP = 100_000  # ids of rows of one person are apart from those of another by it


@functools.cache
def told_persons() -> tuple[Tables, ...]:
    """The tables of each case, in the order of their names."""
    knowledge = shipped_knowledge()
    return tuple(tables_of(for_omop(record), knowledge) for _, record in sorted(in_omop().items()))


def write_persons(folder: Path, patients: int, others: int = 0, more: Mapping[str, list[dict[str, Any]]] | None = None) -> Path:
    """A folder of CSV: patients with numbers from 1, then as many others without a sign of the disease."""
    concepts: dict[tuple[str, str, str], int] = {}
    tables: Tables = {}
    for number, told in enumerate(islice(cycle(told_persons()), patients), 1):
        for name, row in _iter_rows(told, number, concepts):
            tables.setdefault(name, []).append(row)
    for number in range(patients + 1, patients + others + 1):
        tables["person"].append({"person_id": number, "gender_concept_id": 8532, "year_of_birth": 1960})
        tables["condition_occurrence"].append(_make_condition(number, FLU if number % 2 else LUNG))
    for name, rows in (more or {}).items():
        tables.setdefault(name, []).extend(rows)
    keys = ("vocabulary_id", "concept_code", "concept_name")
    tables["concept"] = [{"concept_id": id_, **dict(zip(keys, told, strict=True))} for told, id_ in concepts.items()] + [
        FLU,
        LUNG,
    ]
    return write_csv(tables, folder)


def _make_condition(person: int, concept: Mapping[str, Any]) -> dict[str, Any]:
    row = {"condition_occurrence_id": person * STEP, "person_id": person, "condition_start_date": "2020-01-01"}
    return {**row, "condition_concept_id": concept["concept_id"]}


def _iter_rows(told: Tables, number: int, concepts: dict[tuple[str, str, str], int]) -> Iterator[tuple[str, dict[str, Any]]]:
    own = {
        row["concept_id"]: concepts.setdefault(
            (row["vocabulary_id"], row["concept_code"], row["concept_name"]), 2_000_000_001 + len(concepts)
        )
        for row in told["concept"]
    }
    for name, rows in told.items():
        for row in rows if name != "concept" else ():
            yield name, {column: _renumber(column, value, number, own) for column, value in row.items()}


def _renumber(column: str, value: Any, number: int, own: Mapping[int, int]) -> Any:
    if column == "person_id":
        return number
    if column.endswith("concept_id"):
        return own.get(value, value)
    is_key = column.endswith("_id") and value is not None
    return number * STEP + int(value) if is_key else value
