"""The verbs: recommend, explain, lint, example, template."""

from __future__ import annotations

import datetime as dt
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from concordant.cli.opening import open_record
from concordant.complaints import Complaint, Unreadable

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Guideline-concordant cancer care: what the guideline says of one patient, why, and what is missing.",
)


class Format(str, Enum):
    """How an answer is written."""

    terminal = "terminal"
    json = "json"


Patient = Annotated[str, typer.Argument(help="A case file, or - for standard input.", show_default=False)]
AsOf = Annotated[str, typer.Option("--as-of", help="Answer as of this date; cuts a record without one.", metavar="DATE")]
GuidelineOption = Annotated[str, typer.Option("--guideline", help="Use this version, complete or not.", metavar="ID/VERSION")]
Output = Annotated[str, typer.Option("-o", "--output", help="Write to a file.", metavar="FILE")]


@app.command()
def recommend(
    patient: Patient,
    format_: Annotated[Format, typer.Option("--format", help="terminal or json.")] = Format.terminal,
    output: Output = "",
    as_of: AsOf = "",
    guideline: GuidelineOption = "",
) -> None:
    """What to do next for this patient, why, and what would change it."""
    from concordant.answer.recommend import recommend as answer_for

    record, knowledge = open_record(patient, _date(as_of))
    answer = answer_for(record, knowledge, guideline)
    if format_ is Format.json:
        from concordant.present.as_json import as_json

        _write(as_json(answer), output)
        return
    from concordant.present.terminal import render

    _write(render(answer, colour=not output and sys.stdout.isatty()), output)


@app.command()
def explain(
    patient: Patient,
    statement: Annotated[str, typer.Argument(help="A statement such as 2.1; all when left out.")] = "",
    as_of: AsOf = "",
    guideline: GuidelineOption = "",
) -> None:
    """The reason tree: which sentences are true, false or unknown for this patient, and from which entries."""
    from concordant.answer.recommend import situation
    from concordant.present.reasons import render_reasons

    record, knowledge = open_record(patient, _date(as_of))
    _write(render_reasons(situation(record, knowledge, guideline), statement), "")


@app.command()
def lint(
    folder: Annotated[str, typer.Argument(help="A folder of knowledge files; the shipped one when left out.")] = "",
) -> None:
    """Check knowledge files: every problem at once, with file and line."""
    from concordant.author.lint import lint as find
    from concordant.library import FOLDER

    root = Path(folder) if folder else FOLDER
    if not root.is_dir():
        raise Unreadable(Complaint("no such folder", folder, way_out="Name a folder of knowledge files"))
    report = find(root)
    for complaint in report.complaints:
        typer.echo(str(complaint))
    typer.echo(report.summary)
    if report.complaints:
        raise typer.Exit(1)


@app.command()
def example(name: Annotated[str, typer.Argument(help="A shipped story; the list when left out.")] = "") -> None:
    """A shipped story as a case file, or the list of them."""
    from concordant.cli.stories import story, story_list

    _write(story(name) if name else story_list(), "")


@app.command()
def template() -> None:
    """A commented empty case file."""
    from concordant.cli.stories import template_text

    _write(template_text(), "")


def _date(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Unreadable(Complaint(f"'{text}' is not a day", "--as-of", way_out="Write it as 2022-09-20")) from None


def _write(text: str, output: str) -> None:
    if not output:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unreadable(Complaint(f"cannot be written ({error.strerror})", output)) from None
