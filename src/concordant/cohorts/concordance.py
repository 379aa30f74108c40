"""Concordance of a cohort: the share of its points that were treated as the guideline says, as bounds, in all and by strata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.counts import Measure, Share, Strata, Stratum, Tally, compute_share
from concordant.cohorts.reading import read_fact_column, read_finished_summary, read_points
from concordant.cohorts.run import CohortSummary
from concordant.cohorts.suppression import find_told_groups, suppress_strata
from concordant.errors import Complaint, Refused
from concordant.model.cohort import PointKind, Verdict
from concordant.patient.fact_table import BETWEEN, PATIENT
from concordant.readers.facts_table import ArrowTable

YEAR, LINE, SITE = "year", names.LINE, names.SITE
USUAL_STRATA = (YEAR, LINE, SITE)
LINES = ("first", "second", "third_or_later")
UNKNOWN = ""  # the stratum of points of which the column says nothing
STRATUM = "stratum"
MOST_STRATA = 200


@dataclass(frozen=True, slots=True)
class ConcordanceOrder:
    """What is asked of a cohort: the kind of point, the columns that part it, the measure, and below what a count is hidden."""

    point: PointKind
    by: Sequence[str]
    measure: Measure
    suppress: int = 0


@dataclass(frozen=True)
class Counted:
    """The points of a kind, as they were read, and how they come out."""

    folder: Path
    summary: CohortSummary
    order: ConcordanceOrder
    points: ArrowTable
    overall: Tally
    strata: tuple[Strata, ...]

    @property
    def share(self) -> Share:
        """The share of all points of the kind."""
        return compute_share(self.overall, self.order.measure)


def count_concordance(folder: Path, order: ConcordanceOrder) -> Counted:
    """Count the points of a kind, in all and by each column. Raises Unreadable or Refused; see `cohort/reading`."""
    summary = read_finished_summary(folder)
    points = read_points(folder, summary, [order.point])
    overall = count_points(points)
    told = _choose_told(folder, overall, order)
    read = {by: read_stratum(folder, summary, order.point, points, by) for by in dict.fromkeys(order.by)}
    strata = [count_strata(folder, points, by, column) for by, column in read.items()]
    if order.suppress:
        strata = [suppress_strata(one, told, order.measure, order.suppress) for one in strata]
    return Counted(folder, summary, order, points, told, tuple(strata))


def _choose_told(folder: Path, overall: Tally, order: ConcordanceOrder) -> Tally:
    """The row of all, with what may be told of it. Raises Refused where that is nothing."""
    if not order.suppress:
        return overall
    if overall.patients < order.suppress:
        says = f"the cohort has fewer than {order.suppress} patients with such points: nothing of it may be shown"
        raise Refused(Complaint(says, str(folder), way_out="Lower --suppress, or count a larger cohort"))
    return Tally(overall.counts, overall.patients, find_told_groups(overall, order.measure, order.suppress))


def count_points(points: ArrowTable) -> Tally:
    """How many points have each verdict, and of how many patients they are."""
    counted = pc.value_counts(points[names.VERDICT]).to_pylist()
    return Tally({one["values"]: one["counts"] for one in counted}, pc.count_distinct(points[PATIENT]).as_py())


def read_stratum(folder: Path, summary: CohortSummary, kind: PointKind, points: ArrowTable, by: str) -> pa.ChunkedArray:
    """What parts the points: the year of the date, a column of the points, or any column of words of the facts."""
    if by == YEAR:
        return pc.cast(pc.year(points[names.DATE]), pa.string())
    if by in (LINE, SITE):
        return points[by]
    return read_fact_column(folder, summary, kind, by)


def count_strata(folder: Path, points: ArrowTable, by: str, column: pa.ChunkedArray) -> Strata:
    """The points by the words of a column. Raises Refused where there are so many that they are no strata."""
    table = pa.table({STRATUM: pc.fill_null(column, UNKNOWN), names.VERDICT: points[names.VERDICT], PATIENT: points[PATIENT]})
    grouped = table.group_by([STRATUM, names.VERDICT]).aggregate([([], "count_all")]).to_pylist()
    patients = table.group_by([STRATUM]).aggregate([(PATIENT, "count_distinct")]).to_pylist()
    if len(patients) > MOST_STRATA:
        says = f"the column '{by}' has {len(patients)} different words: these are no strata"
        raise Refused(Complaint(says, str(folder), way_out="Name a column with fewer words"))
    counts: dict[str, dict[Verdict, int]] = {}
    for one in grouped:
        counts.setdefault(one[STRATUM], {})[one[names.VERDICT]] = one["count_all"]
    tallies = {one[STRATUM]: Tally(counts[one[STRATUM]], one[f"{PATIENT}_count_distinct"]) for one in patients}
    return Strata(by, [Stratum(name, tallies[name]) for name in _order_strata(by, tallies)])


def _order_strata(by: str, tallies: Mapping[str, Tally]) -> list[str]:
    """Years and lines in their order, else the largest first; what is not known comes last."""
    if by == YEAR:
        order = sorted(tallies)
    elif by == LINE:
        order = sorted(tallies, key=lambda name: LINES.index(name) if name in LINES else len(LINES))
    else:
        order = sorted(tallies, key=lambda name: (-sum(tallies[name].counts.values()), name))
    return [name for name in order if name != UNKNOWN] + ([UNKNOWN] if UNKNOWN in tallies else [])


def split_words(name: str) -> list[str]:
    """The words that are left where a fact is one of several."""
    return name.split(BETWEEN)
