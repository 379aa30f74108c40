"""A large OMOP database for benchmarks: simulated patients among people without the disease, who are drawn in columns.

Rows of the others are drawn, some hundred a person, under some thousand codes of which few stand often and most rarely; one in
fifty has another cancer. Nobody is real, and nothing is to be learned of people by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

AT_ONCE = 100_000
OFFSET = 10_000_000_000  # of the ids of their rows, beyond those of the patients
TUMOUR = "Malignant tumor of unspecified part of bronchus or lung", "ICD10CM", "C34.90"
WHERE = (
    *("ankle", "back", "chest", "ear", "elbow", "eye", "foot", "hand", "hip", "jaw"),
    *("knee", "neck", "nose", "shoulder", "sinus", "skin", "thumb", "toe", "tooth", "wrist"),
)
WHAT = ("Pain of", "Sprain of", "Itching of", "Swelling of", "Contusion of", "Stiffness of", "Abrasion of", "Burn of")
DRUGS = (
    *("metformin", "atorvastatin", "lisinopril", "amlodipine", "omeprazole"),
    *("levothyroxine", "simvastatin", "losartan", "gabapentin", "ibuprofen"),
)
TESTS = (
    *("Sodium", "Potassium", "Chloride", "Bicarbonate", "Urea nitrogen"),
    *("Calcium", "Phosphate", "Magnesium", "Uric acid", "Lipase"),
)


class CodedTable(NamedTuple):
    """A table of rows with codes: its name, rows a person, its date, and the names of its codes with their vocabulary."""

    name: str
    rows: int
    date: str
    names: tuple[str, ...]
    vocabulary: str

    @property
    def stem(self) -> str:
        """What its columns are named after."""
        return self.name.partition("_")[0]


def _number(names: list[str], times: int) -> tuple[str, ...]:
    return tuple(f"{name}, finding {turn}" for turn in range(times) for name in names)


TABLES = (
    CodedTable(
        "condition_occurrence", 12, "condition_start_date", _number([f"{a} {b}" for a in WHAT for b in WHERE], 18), "SNOMED"
    ),
    CodedTable(
        "drug_exposure",
        20,
        "drug_exposure_start_date",
        tuple(f"{d} {n} MG Oral Tablet" for d in DRUGS for n in range(5, 1005, 5)),
        "RxNorm",
    ),
    CodedTable("measurement", 60, "measurement_date", _number([f"{t} in serum" for t in TESTS], 250), "LOINC"),
    CodedTable("observation", 6, "observation_date", _number([f"Visit for {b}" for b in WHERE], 50), "SNOMED"),
    CodedTable("procedure_occurrence", 7, "procedure_date", _number([f"X-ray of {b}" for b in WHERE], 75), "SNOMED"),
)
FIRST_CODE = {table.name: 2_100_000_000 + 10_000 * number for number, table in enumerate(TABLES)}
TUMOUR_CODE = 2_100_900_000


def write_people(patients: Path, persons: int, folder: Path) -> int:
    """Write so many persons, the patients of a folder among them, each so-manieth; the bytes that they take."""
    kept = pq.read_table(patients / "person").num_rows
    step = persons // kept
    for source in sorted(one for one in patients.iterdir() if one.is_dir()):
        table = pq.read_table(source)
        if "person_id" in table.column_names:
            place = table.column_names.index("person_id")
            table = table.set_column(place, "person_id", pc.multiply(table.column("person_id"), step))
        _write_part(table, folder, source.name, 0)
    _write_part(
        pa.concat_tables([pq.read_table(patients / "concept"), _list_concepts(pq.read_schema(_part_of(patients, "concept")))]),
        folder,
        "concept",
        0,
    )
    for part, ids in enumerate(_iter_others(persons, step), 1):
        _write_others(patients, folder, part, ids)
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def _part_of(folder: Path, name: str) -> Path:
    return next(iter(sorted((folder / name).glob("*.parquet"))))


def _iter_others(persons: int, step: int) -> Iterator[Any]:
    for first in range(1, persons + 1, AT_ONCE):
        ids = np.arange(first, min(first + AT_ONCE, persons + 1), dtype=np.int64)
        yield ids[ids % step != 0]


def _write_others(patients: Path, folder: Path, part: int, ids: Any) -> None:
    chance = np.random.default_rng(part)
    schema = pq.read_schema(_part_of(patients, "person"))
    years = chance.integers(1930, 1995, len(ids))
    told = {"person_id": ids, "gender_concept_id": np.where(chance.random(len(ids)) < 0.5, 8532, 8507), "year_of_birth": years}
    _write_part(_fill(told, schema, len(ids)), folder, "person", part)
    for table in TABLES:
        rows = _draw_rows(table, ids, chance, OFFSET + part * 100_000_000)
        _write_part(_fill(rows, pq.read_schema(_part_of(patients, table.name)), len(ids) * table.rows), folder, table.name, part)


def _draw_rows(table: CodedTable, ids: Any, chance: Any, first: int) -> dict[str, Any]:
    """The rows of some persons, in the order of their ids."""
    rows = len(ids) * table.rows
    rank = np.minimum(chance.pareto(0.4, rows), len(table.names) * 50).astype(np.int64) % len(table.names)
    codes = FIRST_CODE[table.name] + rank
    if table.name == "condition_occurrence":
        ill = np.repeat(chance.random(len(ids)) < 0.02, table.rows) & (np.arange(rows) % table.rows == 0)
        codes = np.where(ill, TUMOUR_CODE, codes)
    days = np.datetime64("2010-01-01") + chance.integers(0, 5800, rows)
    told = {f"{table.name}_id": np.arange(first, first + rows), "person_id": np.repeat(ids, table.rows)}
    values = {"value_as_number": np.round(chance.random(rows) * 100, 1)} if table.name == "measurement" else {}
    return {**told, f"{table.stem}_concept_id": codes, table.date: days.astype("datetime64[D]"), **values}


def _fill(told: dict[str, Any], schema: Any, rows: int) -> Any:
    """The columns that a table of the patients has; nothing stands in those that are not told."""
    columns = [pa.array(told[one.name]).cast(one.type) if one.name in told else pa.nulls(rows, one.type) for one in schema]
    return pa.table(columns, schema=schema.remove_metadata())


def _list_concepts(schema: Any) -> Any:
    rows = [
        {
            "concept_id": FIRST_CODE[table.name] + number,
            "concept_name": name,
            "vocabulary_id": table.vocabulary,
            "concept_code": f"{table.stem}-{number}",
        }
        for table in TABLES
        for number, name in enumerate(table.names)
    ]
    name, vocabulary, code = TUMOUR
    rows.append({"concept_id": TUMOUR_CODE, "concept_name": name, "vocabulary_id": vocabulary, "concept_code": code})
    return pa.Table.from_pylist(rows, schema)


def _write_part(table: Any, folder: Path, name: str, part: int) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / name / f"part-{part:05}.parquet", compression="zstd", row_group_size=200_000)
