"""What outcomes researchers call: cohorts, how much of their treatment was concordant, and reports."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from concordant.api.cohort_order import CohortOrder
from concordant.api.cohorts import Cohort, make_cohort
from concordant.api.cohorts import open_cohort as open_made
from concordant.api.engine import get_engine
from concordant.api.opened import Day, Source
from concordant.api.reporting import Concordance, Paper, ReportFormat, ReportOrder, count_cohort
from concordant.model.cohort import JustifiedCounts, PointKind
from concordant.model.knowledge import Knowledge
from concordant.record.sources.asked import parse_day
from concordant.record.sources.local_codes import CodesSource


def cohort(
    source: Source,
    folder: str | os.PathLike[str],
    *,
    as_of: Day = None,
    points: Iterable[PointKind] = ("advanced_diagnosis", "line_start", "progression"),
    on: Iterable[Day] = (),
    guideline: str = "",
    by: Day = None,
    assume: Mapping[str, str] | None = None,
    everyone: bool = False,
    jobs: int = 1,
    knowledge: Knowledge | None = None,
    today: dt.date | None = None,
    codes: CodesSource = "",
) -> Cohort:
    """Of all patients of a source who was treated as the guideline says, who not and why, and where the record is too thin.

    `source` is OMOP, FHIR, a mapping of tables, or a Parquet table of facts; `folder` is where the cohort is written, part by
    part: a run that was stopped goes on. Each patient's record is read again as of each of the `points`, so that nothing of
    later is looked at, and on the days of `on`. `by` asks the guidelines of one day for every point. `assume` takes features
    to be so where a record leaves them open (`{FEATURE: VALUE}`), and named defaults as given; every row that rests on one
    says so. Persons of an OMOP database who bear no sign of the disease are left out and counted, unless `everyone` is to be
    read; several processes (`jobs`) share the others. Raises `Refused` where another cohort stands in the folder. Needs the
    extra `cohort`.
    """
    days = tuple(day for one in on if (day := parse_day(one)) is not None)
    kinds: tuple[PointKind, ...] = (*points, *(("asked",) if days else ()))
    order = CohortOrder(parse_day(as_of), today, kinds, days, guideline, parse_day(by), assume, everyone, jobs)
    return make_cohort(get_engine(knowledge, codes), source, folder, order)


def open_cohort(folder: str | os.PathLike[str], *, knowledge: Knowledge | None = None) -> Cohort:
    """A cohort that was made before. Raises `Unreadable` for a folder in which none stands."""
    return open_made(get_engine(knowledge), folder)


def concordance(
    cohort: str | os.PathLike[str] | Any,
    *,
    point: PointKind = "line_start",
    by: Sequence[str] = ("year", "line", "site"),
    strict: bool = False,
    justified: JustifiedCounts | None = None,
    suppress: int = 0,
    beside: Sequence[str | os.PathLike[str]] = (),
    knowledge: Knowledge | None = None,
) -> Concordance:
    """How much of the treatment in a cohort was concordant with the guideline, between two bounds, in all and by strata.

    `cohort` is a folder that `concordant cohort` made, or the `Cohort` of it. Of its points those of one kind are counted, not
    patients: `line_start`, `advanced_diagnosis`, `progression` or `asked`. A point that cannot be decided counts as not
    concordant for the lower bound and as concordant for the upper one. `by` are `year`, `line`, `site` and any column of words of
    the facts. `strict` counts only what the guideline prefers. `justified` is `left_out`, `concordant` or `discordant`: how a
    departure with an accepted reason counts, if not as the knowledge says. `suppress` hides counts below it, with what would give
    them away. `beside` are cohorts of the same source under other assumptions. What counts, and by which source, is knowledge
    (`cohort/concordance.yaml`). Needs the extra `tables`. Raises `Unreadable` for a folder without a cohort or a part that is
    damaged, `Refused` for points or a column that there are not, and for points that several knowledges decided.
    """
    folder = getattr(cohort, "folder", cohort)
    order = ReportOrder(point, tuple(by), strict, justified, suppress, tuple(os.fspath(one) for one in beside))
    return count_cohort(os.fspath(folder), order, get_engine(knowledge).knowledge)


def report(
    cohort: str | os.PathLike[str] | Concordance | Any,
    *,
    format: ReportFormat = "html",  # noqa: A002
    paper: Paper = "a4",
    knowledge: Knowledge | None = None,
    **options: Any,
) -> str | bytes:
    """A cohort as a report to publish: `html`, `terminal` or `json` (text), or `pdf` (bytes).

    `cohort` is a folder, a `Cohort`, or a `Concordance` that was counted before; the `options` are those of `concordance`. The
    figures need the extra `report`, PDF the extra `pdf`.
    """
    found = cohort if isinstance(cohort, Concordance) else concordance(cohort, knowledge=knowledge, **options)
    return found.report(format, paper=paper)
