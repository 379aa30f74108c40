"""Tables to Parquet, a file a part."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.outputs import report_write_errors, write_file
from concordant.readers.facts_table import ArrowTable


def write_table(table: ArrowTable, folder: Path, number: int) -> None:
    """Write a table as a part; its words are kept by their codes, and read again as words."""
    target = folder / f"part-{number:05}.parquet"
    with report_write_errors(str(target)):
        folder.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    pq.write_table(table, held, compression="zstd", store_schema=False)
    write_file(held.getvalue(), str(target))
