"""The command `describe`: a statement as a page for a guideline committee, or the table of all of them."""

from __future__ import annotations

from pathlib import Path

import click

from concordant.cli.options import as_of_option, guideline_option, knowledge_option, output_option
from concordant.cli.writing import check_target, write_output
from concordant.present.described.formats import DESCRIBE_FORMATS, DescribeFormat


@click.command()
@click.argument("statement", default="")
@click.option(
    "--format", "format_", type=click.Choice(DESCRIBE_FORMATS), default="md", show_default=True, help="How the page is written."
)
@click.option(
    "--full", is_flag=True, help="All of it, not one page: every caution, how facts are worked out, what silence means."
)
@output_option
@as_of_option
@guideline_option
@knowledge_option
def describe(
    statement: str, format_: DescribeFormat, full: bool, output: str, as_of: str, guideline: str, knowledge: str
) -> None:
    """One statement, such as 2.1, on one page for a committee to judge and to sign; without one, the table of all statements.

    What it says, for whom, how sure, on which sources, where it begins and ends at a story in which it applies, and the digest
    that whoever signs it puts into its file.
    """
    from concordant.api.describing import check_full, describe_guideline, describe_statement, list_stories
    from concordant.cli.opening import make_engine, parse_day

    check_target(format_, output, "page")
    check_full(statement, full=full)
    engine, day = make_engine(knowledge, ""), parse_day(as_of)
    if not statement:
        write_output(describe_guideline(engine, day, guideline, format_), output)
        return
    stories = list_stories(Path(knowledge) if knowledge else None)
    write_output(describe_statement(engine, statement, day, guideline, stories, format_, full=full), output)
