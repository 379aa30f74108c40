"""The command `prove`: what holds for every patient there can be, and a case of each who shows that something does not."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from concordant.cli.options import as_of_option, guideline_option, knowledge_option, output_option
from concordant.cli.writing import write_output
from concordant.model.accepted import Obligation
from concordant.outputs import write_file

if TYPE_CHECKING:
    from concordant.verify.obligations import ObligationResult

OBLIGATIONS: tuple[Obligation, ...] = get_args(Obligation)


@click.command()
@click.argument("obligation", nargs=-1, type=click.Choice(OBLIGATIONS))
@click.option(
    "--format",
    "format_",
    type=click.Choice(("terminal", "json")),
    default="terminal",
    show_default=True,
    help="How it is written.",
)
@click.option("--witnesses", default="", metavar="DIR", help="Write the case file of each patient that was found here.")
@click.option("--suggest-cases", "suggest", default="", metavar="DIR", help="Instead: write the cases that boundaries lack here.")
@click.option("--timeout", default=10.0, show_default=True, metavar="SECONDS", help="The longest that one question may take.")
@output_option
@as_of_option
@guideline_option
@knowledge_option
def prove(
    obligation: tuple[Obligation, ...],
    format_: str,
    witnesses: str,
    suggest: str,
    timeout: float,
    output: str,
    as_of: str,
    guideline: str,
    knowledge: str,
) -> None:
    """Check the knowledge against every patient there can be: all obligations, or each OBLIGATION with its findings.

    Exit code 0: all is proved or accepted; 1: something was found, or not proved in time.
    """
    from concordant.api.proving import begin_proving, prove_obligations, suggest_boundary_cases
    from concordant.cli.opening import make_engine, parse_day
    from concordant.library import FOLDER
    from concordant.present.proofs import render_proofs, render_proofs_json

    engine = make_engine(knowledge)
    now = begin_proving(engine, parse_day(as_of), guideline)
    if suggest:
        cases = suggest_boundary_cases(engine, now, Path(knowledge) if knowledge else FOLDER, timeout)
        write_output(_write_cases(suggest, ((case.name, case.text) for case in cases)), output)
        return
    results = list(prove_obligations(now, obligation, timeout))
    if witnesses:
        found = ((finding.about, finding.witness) for result in results for finding in result.findings if finding.witness)
        print(_write_cases(witnesses, found), file=sys.stderr)  # noqa: T201
    versions = [f"{force.guideline.id}/{force.version.version}" for force in now.ruleset.in_force]
    if format_ == "json":
        write_output(render_proofs_json(results, f"{now.as_of}", versions), output)
    else:
        about = f"Every patient as of {now.as_of}: {', '.join(versions) or 'no guideline is in force'}"
        write_output(render_proofs(results, about, details=bool(obligation)), output)
    _leave(results)


def _leave(results: list[ObligationResult]) -> None:
    if not all(result.is_proved for result in results):
        sys.exit(1)


def _write_cases(folder: str, cases: Iterable[tuple[str, str]]) -> str:
    """Each case in a file of its own; says how many were written."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in cases:
        write_file(text.encode(), str(root / f"{re.sub(r'[^a-z0-9.]+', '-', name.lower()).strip('-')[:100]}.yaml"))
        count += 1
    return f"{count} case files written to {folder}"
