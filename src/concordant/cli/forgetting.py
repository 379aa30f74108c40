"""The verb `forget`: what a decision record holds of a person is erased, and the chain can be checked as before."""

from __future__ import annotations

import sys

import click

from concordant.cli.options import asked_by_option
from concordant.errors import Complaint, Refused, Unreadable

SHOWN = 20


@click.command()
@click.argument("record")
@click.argument("patient", default="")
@click.option("--entry", "n", type=click.IntRange(1), help="Erase what this entry holds of a person.")
@click.option("--keep-years", type=click.IntRange(0), help="Erase all that is older than so many years.")
@click.option("--yes", is_flag=True, help="Erase it; without it only told is what would be erased.")
@asked_by_option
def forget(record: str, patient: str, n: int | None, keep_years: int | None, yes: bool, asked_by: str) -> None:
    """Erase what a decision RECORD holds of PATIENT, of one entry, or of all that is old. It cannot be undone.

    That there was an answer, when, and with which knowledge stays, and says nothing of the person. Copies of the record are
    erased by whoever keeps them.
    """
    from concordant.api.forgetting import Erasure, erase_found, find_entries
    from concordant.cli.opening import say_today
    from concordant.decisions.record import DecisionRecord

    if sum((bool(patient), n is not None, keep_years is not None)) != 1:
        way_out = "Name PATIENT, or --entry N, or --keep-years YEARS"
        raise Unreadable(Complaint("it is not said what is to be forgotten", "forget", way_out=way_out))
    opened = DecisionRecord(record)
    erasure = Erasure(patient, n, keep_years, say_today())
    numbers = find_entries(opened, erasure)
    if not numbers:
        way_out = f"`concordant replay {opened.address.name}` lists what there is"
        raise Refused(Complaint(f"nothing is kept of {erasure.name}", opened.address.name, way_out=way_out))
    told = ", ".join(map(str, numbers[:SHOWN])) + (f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else "")
    if not yes:
        print(f"To be erased: entries {told}. Nothing was erased yet; add --yes.", file=sys.stderr)  # noqa: T201
        return
    receipt = erase_found(opened, erasure, numbers, asked_by)
    print(f"Erased: entries {told}. Entry {receipt.n} says so.")  # noqa: T201
