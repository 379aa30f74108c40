"""The verb `report`: how much of a cohort's treatment was concordant, as a page to publish."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, cast, get_args

import click

from concordant.cli.options import knowledge_option
from concordant.cli.writing import check_target, write_output
from concordant.errors import Complaint, Unreadable
from concordant.model.cohort import JustifiedCounts, PointKind

if TYPE_CHECKING:
    from concordant.api.reporting import ReportFormat

ENDINGS = {".html": "html", ".htm": "html", ".pdf": "pdf", ".json": "json", ".txt": "terminal"}


@click.command()
@click.argument("cohort")
@click.option("-o", "--output", default="", metavar="FILE", help="Write to this file: .html, .pdf, .json or .txt.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("terminal", "html", "pdf", "json")),
    help="How it is written; without it, as the name of the file ends.",
)
@click.option(
    "--point",
    type=click.Choice(get_args(PointKind)),
    default="line_start",
    show_default=True,
    help="Which points of decision are counted.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Part them by this feature as well: a column of words of the facts. By year, line and site they always are.",
)
@click.option("--strict", is_flag=True, help="Only what the guideline prefers is concordant.")
@click.option(
    "--justified",
    type=click.Choice(get_args(JustifiedCounts)),
    help="How a departure with an accepted reason counts; left out of the share without it.",
)
@click.option("--suppress", type=int, default=0, metavar="N", help="Hide counts below N, and what would give them away.")
@click.option(
    "--beside", multiple=True, metavar="FOLDER", help="A cohort of the same source under other assumptions, to compare with."
)
@click.option("--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True, help="For PDF.")
@knowledge_option
def report(
    cohort: str,
    output: str,
    format_: ReportFormat | None,
    point: PointKind,
    by: tuple[str, ...],
    strict: bool,
    justified: JustifiedCounts | None,
    suppress: int,
    beside: tuple[str, ...],
    paper: Literal["a4", "letter"],
    knowledge: str,
) -> None:
    """How much of the treatment in COHORT was concordant with the guideline, why not, and what is missing.

    COHORT is a folder that `concordant cohort` made. Points of decision are counted, not patients.
    """
    from concordant.api.reporting import USUAL_STRATA, ReportOrder, count_cohort
    from concordant.cli.opening import make_engine
    from concordant.outputs import refuse_source

    chosen = choose_format(output, format_)
    check_target(chosen, output, "report")
    refuse_source(output, [cohort, *beside])
    order = ReportOrder(point, (*USUAL_STRATA, *by), strict, justified, suppress, beside)
    found = count_cohort(cohort, order, make_engine(knowledge).knowledge)
    write_output(found.report(chosen, paper=paper), output)


def choose_format(output: str, format_: ReportFormat | None) -> ReportFormat:
    """The format that was asked for, or the one that the name of the file ends with. Raises Unreadable for another ending."""
    if format_ is not None or not output:
        return format_ or "terminal"
    ending = PurePath(output).suffix.lower()
    if ending not in ENDINGS:
        way_out = "End it with .html, .pdf, .json or .txt, or add --format"
        raise Unreadable(Complaint("the name of the file does not tell a format", output, way_out=way_out))
    return cast("ReportFormat", ENDINGS[ending])
