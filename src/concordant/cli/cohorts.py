"""The verb `cohort`: many patients over time, a row for each point of decision."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, get_args

import click

from concordant.cli.options import as_of_option, codes_option, guideline_option, knowledge_option
from concordant.cli.writing import write_output
from concordant.errors import Complaint, Unreadable
from concordant.model.cohort import PointKind

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.api.cohort_order import CohortOrder
    from concordant.api.cohorts import Cohort, Comparison

MOST_MOVES, BAR = 10, 20
NOBODYS = "counted for nobody: entries of no patient who is here, and what cannot be read."
NAMES = {
    "advanced_diagnosis": "at advanced diagnosis",
    "line_start": "at the start of a line",
    "progression": "at progression",
    "asked": "on a day that was asked for",
}


@click.command()
@click.argument("source")
@click.option(
    "-o", "--output", required=True, metavar="FOLDER", help="Where the cohort is written; a run that was stopped goes on."
)
@click.option(
    "--points",
    "points",
    multiple=True,
    type=click.Choice([kind for kind in get_args(PointKind) if kind != "asked"]),
    help="When the guideline is asked; may be given several times. All three without it.",
)
@click.option("--on", "dates", multiple=True, metavar="DATE", help="Ask on this day as well; may be given several times.")
@click.option("--by", default="", metavar="DATE", help="Ask the guidelines of this day, and not those of each point's own.")
@click.option(
    "--assume",
    multiple=True,
    metavar="NAME=VALUE",
    help="Take a feature to be so where a record leaves it open, or a named default as given; each row that rests on it says so.",
)
@click.option(
    "--compare", nargs=2, default=("", ""), metavar="OLD NEW", help="Who is answered otherwise by two versions (ID/VERSION)."
)
@click.option("--everyone", is_flag=True, help="Of an OMOP database, read those as well who bear no sign of the disease.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that share persons of OMOP.")
@as_of_option
@guideline_option
@codes_option
@knowledge_option
def cohort(
    source: str,
    output: str,
    points: tuple[PointKind, ...],
    dates: tuple[str, ...],
    by: str,
    assume: tuple[str, ...],
    compare: tuple[str, str],
    everyone: bool,
    jobs: int,
    as_of: str,
    guideline: str,
    codes: str,
    knowledge: str,
) -> None:
    """Of all patients of SOURCE, who was treated as the guideline says, who not and why, and where the record is too thin.

    SOURCE is OMOP, FHIR, a mapping of tables, or a Parquet table of facts. OUTPUT holds a row for each patient and point of
    decision: when the disease is known to be advanced, the day before each line begins, and at each progression.
    """
    from concordant.api.assumptions import parse_assumptions
    from concordant.api.cohort_order import USUAL_POINTS, CohortOrder
    from concordant.cli.opening import make_engine, parse_day, say_today

    kinds = (*(points or USUAL_POINTS), *(("asked",) if dates else ()))
    days = tuple(day for text in dates if (day := parse_day(text)) is not None)
    engine, today = make_engine(knowledge, codes), say_today()
    order = CohortOrder(parse_day(as_of), today, kinds, days, guideline, parse_day(by), parse_assumptions(assume), everyone, jobs)
    _run_cohort(engine, source, output, order, compare)


def _run_cohort(engine: Engine, source: str, output: str, order: CohortOrder, compare: tuple[str, str]) -> None:
    from concordant.api.cohorts import make_cohort
    from concordant.cli.opening import list_sources
    from concordant.outputs import refuse_source

    refuse_source(output, list_sources(source))
    if source == "-":
        raise Unreadable(Complaint("a cohort is not read from standard input", "-", way_out="Save it, and name the file"))
    made = make_cohort(engine, source, output, order, _Progress())
    write_output("\n".join([*tell_cohort(made), ""]), "")
    if any(compare):
        write_output("\n".join([*tell_comparison(made.compare(*compare, order.by)), ""]), "")


class _Progress:
    """How far it is, on one line of the terminal."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self._show("Looking for the patients ...")

    def __call__(self, parts: int, patients: int, of: int | None) -> None:
        line = tell_progress(parts, patients, of, time.monotonic() - self.begun)
        self._show(line, "\n" if parts == of else "")

    def _show(self, line: str, end: str = "") -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end=end, file=sys.stderr, flush=True)  # noqa: T201


def tell_progress(parts: int, patients: int, of: int | None, seconds: float) -> str:
    """How far a run is after some seconds; how long it still takes, where the number of its parts is known."""
    told = f"{patients:,} patients, {patients / max(seconds, 0.001):,.0f} a second"
    if of is None:
        return told
    filled = BAR * parts // of
    left = round(seconds / parts * (of - parts))
    rest = f", about {left // 60} min {left % 60:02} s left" if parts < of else ""
    return f"[{'#' * filled}{'.' * (BAR - filled)}] {100 * parts // of} %  {told}{rest}"


def tell_cohort(made: Cohort) -> list[str]:
    """What came of it, in a few lines that add up."""
    flow = made.summary.flow
    kinds = [f"{flow[f'points.{kind}']} {name}" for kind, name in NAMES.items() if flow.get(f"points.{kind}")]
    verdicts = [f"  {number:>8}  {verdict.replace('_', ' ')}" for verdict, number in made.verdicts.items()]
    left_out = [
        f"{number} of {made.summary.source} persons were left out: {why}." for why, number in made.summary.left_out.items()
    ]
    nobody = sum(made.summary.nobody.values())
    return [
        *left_out,
        *([f"{nobody} {NOBODYS}"] if nobody else []),
        *(f"Missing from the record of {number}: {sentence}" for sentence, number in made.summary.lacking.items()),
        f"{flow['patients']} patients: {flow['with_points']} with a point of decision, {flow['without_point']} without, "
        f"{flow['refused']} refused.",
        *([f"{made.points.num_rows} points: {', '.join(kinds)}."] if kinds else ["No point of decision."]),
        *verdicts,
        *_tell_finding(made),
        *made.summary.notices,
        f"Written to {made.folder}. Next: concordant report {made.folder} -o report.html",
    ]


def _tell_finding(made: Cohort) -> list[str]:
    """How much of what was begun was concordant, where lines begin in this cohort."""
    from concordant.api.reporting import ReportOrder, count_cohort

    if not made.summary.flow.get("points.line_start"):
        return []
    return [count_cohort(made.folder, ReportOrder(), made.engine.knowledge).finding]


def tell_comparison(found: Comparison) -> list[str]:
    """Who moves between two versions, the most frequent moves first, each with patients to look at."""
    from concordant.api.shown import name_outcome

    lines = [found.finding]
    for move in found.moves[:MOST_MOVES]:
        lines.append(f"  {move.points:>8}  {name_outcome(*move.before)} -> {name_outcome(*move.after)}")
        lines.append(f"            such as {', '.join(f'{patient} ({day})' for patient, _, day in move.witnesses)}")
    if len(found.moves) > MOST_MOVES:
        lines.append(f"  ... and {len(found.moves) - MOST_MOVES} more kinds of move; the folder `compare` holds every point.")
    return lines
