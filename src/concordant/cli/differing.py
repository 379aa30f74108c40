"""The command `diff`: what changed between two versions of a guideline, and for whom."""

from __future__ import annotations

import sys

import click

from concordant.cli.options import as_of_option, knowledge_option, output_option
from concordant.cli.writing import check_target, write_output
from concordant.present.described.formats import DIFF_FORMATS, DiffFormat


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "format_",
    type=click.Choice(DIFF_FORMATS),
    default="md",
    show_default=True,
    help="A page, JSON with the patients as case files, or (svg, png) a picture on A4.",
)
@click.option("--facts", default="", metavar="FILE", help="A table of facts (Parquet): how many patients, from what to what.")
@click.option("--exit-code", is_flag=True, help="End with 1 where somebody is answered differently.")
@output_option
@as_of_option
@knowledge_option
def diff(old: str, new: str, format_: DiffFormat, facts: str, exit_code: bool, output: str, as_of: str, knowledge: str) -> None:
    """What changed from OLD to NEW, in words and for whom: one patient for each way in which the answer can differ.

    OLD and NEW are versions of a guideline (ID/VERSION) or folders of knowledge.
    """
    from concordant.api.differing import compare_versions, render_difference
    from concordant.cli.opening import make_engine, parse_day

    check_target(format_, output, "changes")
    engine, day = make_engine(knowledge), parse_day(as_of)
    found = compare_versions(engine, old, new, day, facts)
    write_output(render_difference(found, format_), output)
    if exit_code and found.changes:
        sys.exit(1)
