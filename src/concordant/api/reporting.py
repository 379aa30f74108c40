"""Concordance of a cohort from Python, and its report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from concordant.api.known_words import check_known_word
from concordant.api.tables import check_tables_installed
from concordant.errors import Complaint, Unreadable
from concordant.model.cohort import POINT_KINDS, JustifiedCounts, PointKind
from concordant.model.knowledge import Knowledge

if TYPE_CHECKING:
    from concordant.cohorts.gathered import CohortFindings
    from concordant.present.cohort.page import Report

ReportFormat = Literal["terminal", "html", "pdf", "json"]
REPORT_FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
USUAL_STRATA = ("year", "line", "site")
Paper = Literal["a4", "letter"]


@dataclass(frozen=True)
class ReportOrder:
    """What is asked of a cohort: the kind of point, the columns that part it, and how it is counted.

    `by` are `year`, `line`, `site` and any column of words of the facts. `strict` counts as concordant only what the guideline
    prefers. `justified` says how a departure with an accepted reason counts, other than the knowledge says. `suppress` hides
    counts below it. `beside` are cohorts of the same source under other assumptions.
    """

    point: PointKind = "line_start"
    by: Sequence[str] = USUAL_STRATA
    strict: bool = False
    justified: JustifiedCounts | None = None
    suppress: int = 0
    beside: Sequence[str | Path] = ()


@dataclass(frozen=True, repr=False)
class Concordance:
    """The share of a cohort's points that were treated as the guideline says, between two bounds.

    Points are counted, not patients. A number that is suppressed is None.
    """

    findings: CohortFindings

    @property
    def finding(self) -> str:
        """The finding in two or three sentences."""
        from concordant.present.cohort.finding import tell_finding

        return tell_finding(self.findings)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The share with every undecidable point taken as not concordant, and with every one taken as concordant."""
        return self.findings.counted.share.bounds

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of confidence around both bounds."""
        return self.findings.counted.share.interval

    @property
    def points(self) -> int:
        """How many points of the kind there are, those outside the guideline included."""
        return sum(self.findings.counted.overall.counts.values())

    @property
    def patients(self) -> int:
        """Of how many patients they are."""
        return self.findings.counted.overall.patients

    @property
    def undecidable(self) -> int | None:
        """How many points cannot be decided from the record."""
        return self.findings.counted.share.undecidable

    def to_dict(self) -> dict[str, Any]:
        """Everything that was counted: in all, by stratum, the reasons, the missing facts, and how the bounds move."""
        from concordant.present.cohort.text import describe_concordance

        return describe_concordance(self.findings)

    def report(self, format: ReportFormat = "html", *, paper: Paper = "a4") -> str | bytes:  # noqa: A002
        """The report as `html`, `terminal` or `json` (text), or `pdf` (bytes). Raises `Unreadable` for another format."""
        return render_report(self, format, paper)

    def __repr__(self) -> str:
        return f"Concordance: {self.finding}"

    def _repr_html_(self) -> str:
        import html

        from concordant.present.cohort.html import render_table_html
        from concordant.present.cohort.tables import tabulate_strata

        tables = [render_table_html(tabulate_strata(self.findings, strata)) for strata in self.findings.counted.strata]
        return f"<p><strong>{html.escape(self.finding)}</strong></p>{''.join(tables)}"

    @cached_property
    def _page(self) -> Report:
        from concordant.present.cohort.report import build_report

        return build_report(self.findings)


def count_cohort(folder: str | Path, order: ReportOrder, knowledge: Knowledge) -> Concordance:
    """Count a cohort. Raises Unreadable or Refused; see `concordance` of `concordant.api`."""
    check_tables_installed()
    from concordant.cohorts.concordance import ConcordanceOrder
    from concordant.cohorts.counts import make_measure
    from concordant.cohorts.gathered import gather_findings
    from concordant.cohorts.rules import load_concordance_rules

    check_order(order)
    measure = make_measure(load_concordance_rules(knowledge), order.justified, strict=order.strict)
    wanted = ConcordanceOrder(order.point, order.by, measure, order.suppress)
    return Concordance(gather_findings(Path(folder), wanted, knowledge, [Path(one) for one in order.beside]))


def check_order(order: ReportOrder) -> None:
    """Raises Unreadable for a kind of point that there is not, or a limit that hides nothing."""
    check_known_word("point", order.point, POINT_KINDS)
    if order.justified is not None:
        check_known_word("justified", order.justified, get_args(JustifiedCounts))
    if order.suppress < 0 or order.suppress == 1:
        way_out = "Write the smallest count that may be shown, such as 5 or 11"
        raise Unreadable(Complaint(f"{order.suppress} hides nothing", "suppress", way_out=way_out))


def render_report(concordance: Concordance, format_: ReportFormat, paper: Paper) -> str | bytes:
    """The report in one of its formats."""
    check_known_word("format", format_, REPORT_FORMATS)
    if format_ == "json":
        return json.dumps(concordance.to_dict(), indent=2, ensure_ascii=False) + "\n"
    if format_ == "terminal":
        from concordant.present.cohort.text import render_report_text

        return render_report_text(concordance.findings)
    if format_ == "pdf":
        from concordant.present.cohort.pdf import render_report_pdf

        return render_report_pdf(concordance._page, paper=paper)
    from concordant.present.cohort.html import render_report_html

    return render_report_html(concordance._page)
