"""Small CDMs made for the tests: rows by the columns they need, loaded into tables of the CDM's own DDL."""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

DDL = Path(__file__).with_name("cdm-5.4.sql")
Rows = Mapping[str, Iterable[Mapping[str, Any]]]

# Concept ids of a made-up CDM: above two thousand million, where a site keeps its own; the codes are those of the terminologies.
CONCEPTS = {
    2000000001: ("SNOMED", "254837009", "Malignant neoplasm of breast"),
    2000000002: ("SNOMED", "94381002", "Secondary malignant neoplasm of liver"),
    2000000003: ("LOINC", "85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain"),
    2000000004: ("LOINC", "16112-5", "Estrogen receptor [Interpretation] in Tissue"),
    2000000005: ("SNOMED", "10828004", "Positive"),
    2000000006: ("SNOMED", "260385009", "Negative"),
    2000000007: ("RxNorm", "224905", "trastuzumab"),
    2000000008: ("LOINC", "10230-1", "Left ventricular Ejection fraction"),
    2000000009: ("UCUM", "%", "percent"),
    2000000010: ("SNOMED", "233703007", "Interstitial lung disease"),
    2000000011: ("SNOMED", "94222008", "Secondary malignant neoplasm of bone"),
    2000000012: ("LOINC", "29463-7", "Body weight"),
    2000000013: ("UCUM", "kg", "kilogram"),
    2000000014: ("RxNorm", "161", "acetaminophen"),
    2000000015: ("LOINC", "99999-9", "A test that nothing asks for"),
    2000000016: ("SNOMED", "172043006", "Simple mastectomy"),
    2000000017: ("LOINC", "1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma"),
    2000000018: ("UCUM", "mg/dL", "milligram per deciliter"),
    2000000019: ("Meas Value Operator", "<", "<"),
    2000000020: ("RxNorm", "1298944", "pertuzumab"),
    2000000021: ("RxNorm", "72962", "docetaxel"),
    2000000022: ("HemOnc", "1", "Trastuzumab and pertuzumab and docetaxel"),
}
CANCER, LIVER, IHC, ER, POSITIVE, NEGATIVE, TRASTUZUMAB, LVEF, PERCENT, ILD, BONE, WEIGHT, KG, PAIN, OTHER, MASTECTOMY = range(
    2000000001, 2000000017
)
BILIRUBIN, MG_DL, LESS, PERTUZUMAB, DOCETAXEL = range(2000000017, 2000000022)


@functools.cache
def tables() -> dict[str, list[tuple[str, str]]]:
    """Every table of the DDL with its columns: name and what follows it."""
    found = {}
    for name, body in re.findall(r"CREATE TABLE @cdmDatabaseSchema\.(\w+) \((.*?)\);", DDL.read_text(encoding="utf-8"), re.S):
        columns = [line.strip().split(None, 1) for line in body.strip().split(",\n")]
        found[name] = [(column, rest) for column, rest in columns]
    return found


def filled(table: str, row: Mapping[str, Any], columns: list[tuple[str, str]]) -> dict[str, Any]:
    """The row with a zero or a date in every column that the DDL asks for and the test does not care about."""
    assert set(row) <= {name for name, _ in columns}, f"{table} has no {set(row) - {name for name, _ in columns}}"
    needed = {name: 0 for name, rest in columns if "NOT NULL" in rest and name not in row}
    if table == "drug_exposure":
        needed["drug_exposure_end_date"] = row.get("drug_exposure_end_date", row.get("drug_exposure_start_date"))
    return {**needed, **row}


def _store(make: Callable[[Any], object], begun: bytes = b"") -> bytes:
    """The bytes of a DuckDB file that begins as a copy of another, and to which something is done."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.duckdb")
        if begun:
            path.write_bytes(begun)
        with duckdb.connect(str(path)) as connection:
            make(connection)
        return path.read_bytes()


@functools.cache
def _with_tables() -> bytes:
    """The tables of the true DDL: of them each database of a test begins as a copy."""
    found = DDL.read_text(encoding="utf-8").replace("@cdmDatabaseSchema.", "").split(";")
    return _store(lambda connection: [connection.execute(one) for one in found if "CREATE TABLE" in one])


@functools.lru_cache(maxsize=4)
def _with_concepts(concepts: tuple[tuple[int, tuple[str, str, str]], ...]) -> bytes:
    dates = "DATE '1970-01-01', DATE '2099-12-31', NULL"
    rows = [[id_, name, vocabulary, code] for id_, (vocabulary, code, name) in concepts]
    insert = f"INSERT INTO concept VALUES (?, ?, 'x', ?, 'x', 'S', ?, {dates})"
    return _store(lambda connection: connection.executemany(insert, rows), _with_tables())


def database(path: Path, rows: Rows, *, concepts: bool = True, without: Iterable[str] = ()) -> Path:
    """A DuckDB file with these rows; with the concept table unless it is to be missing."""
    path.write_bytes(_with_concepts(tuple(CONCEPTS.items())))
    connection = duckdb.connect(str(path))
    known = tables()
    if not concepts:
        connection.execute("DROP TABLE concept")
    for table, items in rows.items():
        for item in items:
            row = filled(table, item, known[table])
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    for table in without:
        connection.execute(f"DROP TABLE {table}")
    connection.close()
    return path


def exported(database_path: Path, folder: Path, form: str) -> Path:
    """The same CDM as a folder of CSV or Parquet files."""
    folder.mkdir()
    connection = duckdb.connect(str(database_path), read_only=True)
    for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall():
        options = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet"
        connection.execute(f"COPY {name} TO '{folder / name}.{form}' ({options})")
    connection.close()
    return folder


def person(id_: int, year: int = 1970, sex: int = 8532, **more: Any) -> dict[str, Any]:
    return {"person_id": id_, "gender_concept_id": sex, "year_of_birth": year, **more}


def condition(id_: int, who: int, concept: int, date: str, **more: Any) -> dict[str, Any]:
    keys = {"condition_occurrence_id": id_, "person_id": who, "condition_concept_id": concept, "condition_start_date": date}
    return {**keys, **more}


def drug(id_: int, who: int, concept: int, start: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    keys = {"drug_exposure_id": id_, "person_id": who, "drug_concept_id": concept, "drug_exposure_start_date": start}
    return {**keys, "drug_exposure_end_date": end or start, **more}


def measured(id_: int, who: int, concept: int, date: str, **more: Any) -> dict[str, Any]:
    return {"measurement_id": id_, "person_id": who, "measurement_concept_id": concept, "measurement_date": date, **more}


def episode(id_: int, who: int, concept: int, start: str, **more: Any) -> dict[str, Any]:
    return {"episode_id": id_, "person_id": who, "episode_concept_id": concept, "episode_start_date": start, **more}
