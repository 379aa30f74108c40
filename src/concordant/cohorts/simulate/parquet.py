"""Tables to Parquet, a file a part."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts.columns import DATE, POINT
from concordant.outputs import report_write_errors, write_file
from concordant.patient.fact_table import PATIENT
from concordant.readers.facts_table import ArrowTable

WIDE = 100  # columns; the least and the most of so many would cost more than the columns
SOUGHT = (PATIENT, POINT, DATE)  # by which rows of a wide table are looked for


def write_table(table: ArrowTable, folder: Path, number: int) -> None:
    """Write a table as a part; its words are kept by their codes, and read again as words."""
    target = folder / f"part-{number:05}.parquet"
    with report_write_errors(str(target)):
        folder.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    wide = table.num_columns > WIDE
    kept = [name for name in SOUGHT if name in table.column_names] if wide else True
    pq.write_table(table, held, compression="zstd", store_schema=False, write_statistics=kept)
    write_file(held.getvalue(), str(target))
