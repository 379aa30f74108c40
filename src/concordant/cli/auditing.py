"""The verb `audit`: a written answer with a verdict beside every claim."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from concordant.cli.options import as_of_option, codes_option, knowledge_option, language_option, output_option
from concordant.cli.writing import write_output
from concordant.errors import Complaint, Unreadable
from concordant.present.audit.formats import AUDIT_FORMATS, AuditFormat

WRONG = 1
BY_ENDING: dict[str, AuditFormat] = {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}


@click.command()
@click.argument("answer")
@click.option(
    "--format",
    "format_",
    type=click.Choice(AUDIT_FORMATS),
    default=None,
    help="How it is written; else as the name of FILE says.",
)
@output_option
@click.option("--patient", default="", metavar="FILE", help="The patient whom the answer is about.")
@as_of_option
@language_option
@codes_option
@knowledge_option
def audit(
    answer: str,
    format_: AuditFormat | None,
    output: str,
    patient: str,
    as_of: str,
    language: str,
    codes: str,
    knowledge: str,
) -> None:
    """Check a written ANSWER (a text file, or - for standard input) claim by claim; exit 1 when one is wrong."""
    from concordant.api.auditing import audit_answer
    from concordant.cli.opening import (
        list_sources,
        make_engine,
        make_sheet_label,
        open_patient,
        parse_day,
        read_answer,
        say_today,
    )
    from concordant.outputs import refuse_source

    day = parse_day(as_of)
    if answer == "-" and patient == "-":
        raise Unreadable(Complaint("only one of the two can come from standard input", "-", way_out="Name a file for the other"))
    refuse_source(output, [answer, *(list_sources(patient, codes) if patient else [])])
    text = read_answer(answer)
    engine = make_engine(knowledge, codes)
    whom = open_patient(patient, day, "", engine) if patient else None
    label = make_sheet_label(answer, "") if answer != "-" else ""
    done = audit_answer(engine, text, whom, whom.record.as_of if whom else day, say_today(), label)
    colour = not output and sys.stdout.isatty()
    write_output(done.render(format_ or choose_format(output), colour=colour, language=language), output)
    if done.is_wrong:
        sys.stdout.flush()
        sys.exit(WRONG)


def choose_format(output: str) -> AuditFormat:
    """The format that the name of a file says; else that of a terminal."""
    return BY_ENDING.get(Path(output).suffix.lower(), "terminal")
