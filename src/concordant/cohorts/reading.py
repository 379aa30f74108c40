"""What a finished cohort holds, read for counting: the points of one kind, and any column of their facts beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.parts import FACTS, POINTS, name_part
from concordant.cohorts.run import CohortSummary, read_summary
from concordant.errors import Complaint, Refused, Unreadable, quote_word, suggest_word
from concordant.model.cohort import PointKind
from concordant.patient.fact_table import HIGH, LOW, PATIENT
from concordant.readers.facts_table import ArrowTable

AGAIN = "Delete it, and run the same command again"
COUNTED = (
    PATIENT,
    names.SITE,
    names.POINT,
    names.DATE,
    names.NUMBER,
    names.LINE,
    names.GUIDELINE,
    names.PREFERRED,
    names.GIVEN,
    names.GIVEN_OTHER,
    names.GIVEN_DATE,
    names.VERDICT,
    names.REASON,
    names.MISSING,
    names.ASSUMED,
    names.KNOWLEDGE,
)


def read_finished_summary(folder: Path) -> CohortSummary:
    """What `cohort.json` says. Raises Unreadable where no cohort stands, Refused where one was begun and not ended."""
    summary = read_summary(folder)
    if not summary.complete:
        way_out = "Run the same `concordant cohort` again: it goes on where it stopped"
        raise Refused(Complaint("this cohort was begun and is not finished", str(folder), way_out=way_out))
    return summary


def read_points(folder: Path, summary: CohortSummary, kinds: Iterable[PointKind]) -> ArrowTable:
    """The points of these kinds. Raises Unreadable for a part that is damaged, Refused where there is no such point.

    Points that were decided by several knowledges are no cohort, and are refused too.
    """
    wanted = list(kinds)
    tables = [_choose_points(table, wanted) for table in _iter_tables(folder, summary, POINTS, COUNTED)]
    points = pa.concat_tables(tables) if tables else pa.table({name: [] for name in COUNTED})
    if points.num_rows == 0:
        raise Refused(_complain_no_points(folder, summary, wanted))
    check_one_knowledge(folder, points)
    return points


def _choose_points(table: ArrowTable, kinds: Sequence[str]) -> ArrowTable:
    return table.filter(pc.is_in(table[names.POINT], value_set=pa.array(kinds, pa.string())))


def _iter_tables(folder: Path, summary: CohortSummary, kind: str, columns: Sequence[str]) -> Iterator[ArrowTable]:
    for number in range(summary.parts):
        yield read_part_columns(name_part(folder, kind, number), columns)


def read_part_columns(path: Path, columns: Sequence[str]) -> ArrowTable:
    """Some columns of a part. Raises Unreadable for one that is missing or damaged, with what it lacks."""
    try:
        file = pq.ParquetFile(path)
        lacking = [name for name in columns if name not in file.schema_arrow.names]
        if lacking:
            says = f"this part has no column {' and no column '.join(lacking)}"
            raise Unreadable(Complaint(says, str(path), way_out=AGAIN))
        return file.read(columns=list(columns))
    except FileNotFoundError:
        way_out = "Run the same command again"
        raise Unreadable(Complaint("this part of the cohort is missing", str(path), way_out=way_out)) from None
    except (OSError, pa.ArrowException):
        raise Unreadable(Complaint("this part is damaged", str(path), way_out=AGAIN)) from None


def _complain_no_points(folder: Path, summary: CohortSummary, kinds: Sequence[str]) -> Complaint:
    held = [kind for kind in names.POINT_KINDS if summary.flow.get(f"points.{kind}")]
    way_out = f"It holds points of the kind {', '.join(held)}" if held else "It holds no points at all"
    return Complaint(f"the cohort has no points of the kind {' or '.join(kinds)}", str(folder), way_out=way_out)


def check_one_knowledge(folder: Path, points: ArrowTable) -> None:
    """Refuse points that were decided by several knowledges: they cannot be counted together."""
    found = sorted(filter(None, points[names.KNOWLEDGE].unique().to_pylist()))
    if len(found) > 1:
        told = " and ".join(one[:12] for one in found)
        says = f"its points were decided by several knowledges ({told})"
        raise Refused(Complaint(says, str(folder), way_out="Make the cohort again, by one knowledge, in an empty folder"))


def read_fact_column(folder: Path, summary: CohortSummary, kind: PointKind, column: str) -> pa.ChunkedArray:
    """A column of the facts for the points of a kind, in their order.

    Raises Refused for a column that there is not, or one of numbers; Unreadable where facts and points do not belong together.
    """
    check_fact_column(folder, summary, column)
    chosen = []
    for number in range(summary.parts):
        path = name_part(folder, FACTS, number)
        facts = read_part_columns(path, (PATIENT, names.POINT, column))
        points = read_part_columns(name_part(folder, POINTS, number), (PATIENT, names.POINT))
        if not facts.select([PATIENT, names.POINT]).equals(points):
            raise Unreadable(Complaint("this part does not belong to its points", str(path), way_out=AGAIN))
        chosen.append(_choose_points(facts, [kind])[column].cast(pa.string()))
    return pa.chunked_array([chunk for one in chosen for chunk in one.chunks], pa.string())


def check_fact_column(folder: Path, summary: CohortSummary, column: str) -> None:
    """Refuse a column that the facts do not have, or whose values are numbers."""
    if summary.parts == 0:
        return
    path = name_part(folder, FACTS, 0)
    schema = _read_schema(path)
    if column in schema.names and schema.field(column).type in (pa.string(), pa.large_string(), pa.bool_()):
        return
    if column in schema.names or column + LOW in schema.names or column + HIGH in schema.names:
        says = f"{quote_word(column)} is a number, and a stratum needs words"
        raise Refused(Complaint(says, str(folder / FACTS), way_out="Name a column of words, such as one of yes and no"))
    words = [field.name for field in schema if field.type in (pa.string(), pa.large_string())]
    way_out = suggest_word(column, ["year", "line", "site", *words], listing=False) or "docs/features.md lists the features"
    raise Refused(Complaint(f"the facts have no column {quote_word(column)}", str(folder / FACTS), way_out=way_out))


def _read_schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException):
        raise Unreadable(Complaint("this part is damaged", str(path), way_out=AGAIN)) from None
