"""The verbs, each a command of its own."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Literal

import click

from concordant.cli.options import (
    as_of_option,
    assume_option,
    codes_option,
    guideline_option,
    id_option,
    knowledge_option,
    language_option,
    output_option,
    propose_options,
    record_options,
)
from concordant.cli.streams import Commands
from concordant.cli.verbs import Verbs
from concordant.cli.writing import check_target, write_output
from concordant.errors import Complaint, Unreadable
from concordant.present.formats import FORMATS, RenderOptions, render_answer
from concordant.version import __version__

if TYPE_CHECKING:
    from concordant.api import LanguageModel  # loaded only when a verb runs
    from concordant.cli.recording import Keeper  # loaded only where a record is named


@click.group(cls=Commands, commands=Verbs(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="concordant")
def app() -> None:
    """Guideline-concordant cancer care: what the guideline says of one patient, why, and what is missing.

    PATIENT is a case file, FHIR, OMOP, a mapping of tables, or - for standard input.

    Try: concordant example P01 | concordant recommend -
    """


patient_argument = click.argument("patient")


@app.command()
@patient_argument
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="terminal", show_default=True, help="How the answer is written."
)
@output_option
@as_of_option
@guideline_option
@id_option
@click.option("--all", "every", is_flag=True, help="Every patient of the source, one JSON object a line.")
@language_option
@click.option("--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True, help="For --format pdf.")
@click.option("--full", is_flag=True, help="On the terminal: show the folded parts as well.")
@propose_options
@codes_option
@assume_option
@record_options
@knowledge_option
def recommend(
    patient: str,
    format_: str,
    output: str,
    as_of: str,
    guideline: str,
    id_: str,
    every: bool,
    language: str,
    paper: Literal["a4", "letter"],
    full: bool,
    codes: str,
    assume: tuple[str, ...],
    knowledge: str,
    proposer: LanguageModel | None,
    keeper: Keeper | None,
) -> None:
    """What to do next for this patient, why, and what would change it."""
    from concordant.api.assumptions import check_assumptions, parse_assumptions
    from concordant.cli.opening import find_patients, list_sources, make_engine, make_sheet_label, take_patient
    from concordant.outputs import refuse_source

    chosen = parse_assumptions(assume)
    check_target(format_, output)
    refuse_source(output, list_sources(patient, codes))
    if every and (id_ or format_ not in ("terminal", "json")):
        way_out = "Leave out --patient and --format: --all prints one JSON object a line, for every patient"
        raise Unreadable(Complaint("--all goes with neither --patient nor another format", "--all", way_out=way_out))
    engine = make_engine(knowledge, codes, proposer)
    check_assumptions(chosen, engine.knowledge)
    if every:
        from concordant.cli.every import recommend_all

        recommend_all(patient, _parse_date(as_of), guideline, output, engine, chosen, keeper)
        return
    day = _parse_date(as_of)
    patients = find_patients(patient, day, id_, engine)
    found = engine.recommend(take_patient(patients, patient, day, id_), guideline=guideline, assume=chosen)
    colour = not output and sys.stdout.isatty()
    options = RenderOptions(format_, language, paper, full, make_sheet_label(patient, id_), colour, engine.knowledge)
    rendered = render_answer(found.built, options)
    if keeper is not None:
        keeper.keep_shown(found, patients, options, rendered)
    if isinstance(rendered, str) and format_ == "terminal" and full and not output:
        from concordant.cli.pager import write_paged

        write_paged(rendered)  # the first screen alone needs no pager
        return
    write_output(rendered, output)


@app.command()
@click.argument("patient", default="")
@click.option("--write", "target", default="", metavar="FILE", help="Keep the case with the answers in this file.")
@click.option("--force", is_flag=True, help="Let --write replace a file that is there.")
@as_of_option
@guideline_option
@id_option
@propose_options
@language_option
@codes_option
@record_options
@knowledge_option
def ask(
    patient: str,
    target: str,
    force: bool,
    as_of: str,
    guideline: str,
    id_: str,
    language: str,
    codes: str,
    knowledge: str,
    proposer: LanguageModel | None,
    keeper: Keeper | None,
) -> None:
    """The questions that matter for this patient, one by one, then the answer; from nothing when no PATIENT is named."""
    from concordant.cli.asking import hold_interview
    from concordant.cli.keeping import CaseTarget
    from concordant.cli.opening import make_engine, make_sheet_label, open_for_answers

    opened = open_for_answers(patient, _parse_date(as_of), make_engine(knowledge, codes, proposer), id_)
    kept = CaseTarget(target, opened, patient, force=force) if target else None
    hold_interview(opened, guideline, kept, make_sheet_label(patient or target, id_), language, keeper)


@app.command()
@patient_argument
@click.argument("statement", default="")
@click.option("--all", "whole", is_flag=True, help="The whole tree of each statement, with feature names, for authors.")
@as_of_option
@guideline_option
@id_option
@language_option
@codes_option
@record_options
@knowledge_option
def explain(
    patient: str,
    statement: str,
    whole: bool,
    as_of: str,
    guideline: str,
    id_: str,
    language: str,
    codes: str,
    knowledge: str,
    keeper: Keeper | None,
) -> None:
    """Why: what the decision (or one STATEMENT, such as 2.1) rests on, fact by fact, down to the record entry."""
    from concordant.cli.opening import find_patients, get_terminal_width, make_engine, make_sheet_label, take_patient
    from concordant.cli.pager import write_paged

    engine, day = make_engine(knowledge, codes), _parse_date(as_of)
    patients = find_patients(patient, day, id_, engine)
    answer = engine.recommend(take_patient(patients, patient, day, id_), guideline=guideline)
    if keeper is not None:
        keeper.keep_behind(answer, "explain", make_sheet_label(patient, id_), patients)
    write_paged(answer.explain(statement, whole=whole, width=get_terminal_width(), language=language))


@app.command()
@click.argument("name", default="")
def example(name: str) -> None:
    """The shipped story NAME as a case file, or the list of stories."""
    from concordant.cli.stories import read_story, render_story_list

    write_output(read_story(name) if name else render_story_list(), "")


@app.command()
def template() -> None:
    """An empty case file to fill in: every key, and beside it what it may hold."""
    from concordant.cli.stories import read_template

    write_output(read_template(), "")


def _parse_date(text: str) -> dt.date | None:
    from concordant.cli.opening import parse_day

    return parse_day(text)
