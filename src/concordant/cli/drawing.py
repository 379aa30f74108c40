"""The command `draw`: the guideline as a picture, with a patient's way lit."""

from __future__ import annotations

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
)
from concordant.cli.writing import check_target, write_output
from concordant.present.pathway.formats import DRAW_FORMATS, PAPERS, DrawFormat
from concordant.present.pathway.graph import Paper


@click.command()
@click.argument("patient", default="")
@click.option(
    "--format", "format_", type=click.Choice(DRAW_FORMATS), default="svg", show_default=True, help="How the picture is written."
)
@output_option
@click.option(
    "--size",
    type=click.Choice(PAPERS),
    default="a4",
    show_default=True,
    help="a4 to read, or a2 to hang up, with everything.",
)
@language_option
@as_of_option
@guideline_option
@id_option
@codes_option
@assume_option
@knowledge_option
def draw(
    patient: str,
    format_: DrawFormat,
    output: str,
    size: Paper,
    language: str,
    as_of: str,
    guideline: str,
    id_: str,
    codes: str,
    assume: tuple[str, ...],
    knowledge: str,
) -> None:
    """The guideline as a picture, from key decisions to regimens; with a PATIENT, the way of that patient."""
    from concordant.api.assumptions import check_assumptions, parse_assumptions
    from concordant.api.drawing import draw_guideline, draw_patient
    from concordant.cli.opening import list_sources, make_engine, make_sheet_label, open_patient, parse_day
    from concordant.outputs import refuse_source

    check_target(format_, output, "pathway")
    engine, day, look = make_engine(knowledge, codes), parse_day(as_of), (format_, language, size)
    chosen = parse_assumptions(assume)
    check_assumptions(chosen, engine.knowledge)
    if not patient:
        write_output(draw_guideline(engine, day, guideline, look), output)
        return
    refuse_source(output, list_sources(patient, codes))
    found = engine.recommend(open_patient(patient, day, id_, engine), guideline=guideline, assume=chosen)
    write_output(draw_patient(found, look, make_sheet_label(patient, id_)), output)
