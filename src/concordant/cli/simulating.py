"""The verb `simulate`: made-up patients, with the truth about them."""

from __future__ import annotations

import sys
from typing import get_args

import click

from concordant.cli.options import knowledge_option
from concordant.model.simulation import SimulatedForm

BAR = 30  # signs


@click.command()
@click.option("-n", "--patients", type=click.IntRange(1), required=True, metavar="N", help="How many patients.")
@click.option("--seed", type=int, required=True, metavar="S", help="One number of one seed is always the same patient.")
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(SimulatedForm)),
    default="facts",
    show_default=True,
    help="Facts at each point of decision (Parquet), case files (one a line), OMOP (Parquet) or FHIR (NDJSON).",
)
@click.option(
    "--first", type=click.IntRange(1), default=1, show_default=True, metavar="K", help="The number of the first patient."
)
@click.option("-o", "--output", required=True, metavar="FOLDER", help="A new folder; it is there only when all of it is.")
@knowledge_option
def simulate(patients: int, seed: int, form: SimulatedForm, first: int, output: str, knowledge: str) -> None:
    """Made-up patients with the disease that the guidelines are about, and a few with other disease.

    What they are drawn from is data of the knowledge, each figure with its source; OUTPUT/simulation.json lists it. The truth
    about them stands in OUTPUT/truth, so that what is read from their records can be held against it.
    """
    from concordant.api.simulating import make_simulated
    from concordant.cli.opening import make_engine

    made = make_simulated(make_engine(knowledge), output, patients, seed, form, first=first, report=_Progress(patients))
    told = made.summary
    print(  # noqa: T201
        f"{told.patients} patients with {told.courses} courses and {told.points} points of decision, as {form}: {made.source}.\n"
        f"The truth about them: {made.folder / 'truth'}. What they were drawn from: {made.folder / 'simulation.json'}."
    )


class _Progress:
    """How far it is, on one line of the terminal that is cleared at the end."""

    def __init__(self, patients: int) -> None:
        self.patients = patients

    def __call__(self, done: int) -> None:
        if sys.stderr.isatty():
            bar = ("#" * (BAR * done // self.patients)).ljust(BAR, ".")
            end = "\r\x1b[K" if done >= self.patients else ""
            print(f"\r\x1b[K{bar} {done} of {self.patients} patients{end}", end="", file=sys.stderr, flush=True)  # noqa: T201
