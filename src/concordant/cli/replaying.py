"""The verb `replay`: answers of a decision record again, what was done to it, and whose answer other knowledge would change."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING

import click

from concordant.cli.findings import count_answers, report_checked, report_faults
from concordant.cli.options import asked_by_option, codes_option, knowledge_option, output_option
from concordant.errors import Complaint, Refused, Unreadable, make_printable

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.api.replaying import Choice, KeptEntry
    from concordant.decisions.record import DecisionRecord

STATES = {
    "same": "the same, byte for byte",
    "other knowledge": "other knowledge",
    "shown otherwise": "the same answer, SHOWN OTHERWISE",
    "differs": "DIFFERS",
    "cannot be read": "CANNOT BE READ by this version",
}


@click.command()
@click.argument("record")
@click.option("--entry", "n", type=click.IntRange(1), help="Give the answer of this entry again, as it was shown.")
@click.option("--patient", "id_", default="", metavar="ID", help="Only the answers for this patient.")
@click.option("--since", default="", metavar="DATE", help="Only the answers of this day (UTC) and later.")
@click.option("--with", "other", default="", metavar="DIR", help="List whose answer this knowledge folder would change.")
@click.option("--as-kept", is_flag=True, help="With --entry: the JSON as it was kept, computed by nobody now.")
@click.option("--verify", is_flag=True, help="Only look for what was changed, deleted or put in; nothing is answered.")
@click.option("--head", is_flag=True, help="Only print number and hash of the last entry, to be kept somewhere else.")
@click.option("--against", default="", metavar="N:HASH", help="Hold the record against what --head printed once.")
@click.option("--take-head", is_flag=True, help="Go on from the last entry that is there; an entry says so.")
@click.option(
    "--json", "as_json", is_flag=True, help="With --with: one JSON object a line, for every answer that is asked again."
)
@asked_by_option
@output_option
@codes_option
@knowledge_option
def replay(
    record: str,
    n: int | None,
    id_: str,
    since: str,
    other: str,
    as_kept: bool,
    verify: bool,
    head: bool,
    against: str,
    take_head: bool,
    as_json: bool,
    asked_by: str,
    output: str,
    codes: str,
    knowledge: str,
) -> None:
    """Answers of a decision RECORD again, byte for byte; or, by --with, whose answer would change under other knowledge.

    Each run looks through the whole record for what was changed behind its back. Exit code 1 where something was found.
    """
    from concordant.api.replaying import Choice
    from concordant.cli.opening import make_engine, parse_day
    from concordant.decisions.record import DecisionRecord

    opened, day = DecisionRecord(record), parse_day(since)
    if take_head:
        _take_head(opened, asked_by)
    elif head:
        print(_find_receipt(opened))  # noqa: T201
    elif verify or against:
        _verify_record(opened, against)
    elif n is not None and not other:
        _give_entry(opened, n, output, None if as_kept else make_engine(knowledge, codes))
    else:
        choice = Choice(n or 0, id_, _write_day(day))
        if other:
            from concordant.cli.recalling import list_recalled

            list_recalled(opened, choice, make_engine(other, codes), output, as_json=as_json)
        else:
            _list_replayed(opened, choice, make_engine(knowledge, codes))


def _write_day(day: dt.date | None) -> str:
    return day.isoformat() if day is not None else ""


def _find_receipt(record: DecisionRecord) -> str:
    """Raises Refused where there is no head."""
    if (head := record.read_head()) is None:
        raise Refused(Complaint("there is no head", record.address.head, way_out="Look at the record with --verify"))
    return str(head)


def _take_head(record: DecisionRecord, asked_by: str) -> None:
    from concordant.api.recording import encode_note

    receipt = record.take_head(encode_note(asked_by))
    print(f"The record goes on from what is there. Entry {receipt.n} says so, and what the head said before.")  # noqa: T201


def _give_entry(record: DecisionRecord, n: int, output: str, engine: Engine | None) -> None:
    """The answer as it was shown; where that cannot be, nothing is printed. Exits with 1 where the record has a fault."""
    from concordant.api.replaying import find_answer, replay_entry
    from concordant.cli.writing import check_target, write_output

    entry, faults = find_answer(record, n)
    if entry.kept is None:
        raise Refused(Complaint(f"what entry {n} held of a person was erased", record.address.name, way_out="Nothing is left"))
    if engine is None:
        write_output(entry.kept.answer, output)
    else:
        check_target(entry.kept.asked.format, output)
        replayed = replay_entry(entry.kept, entry.sealed, engine)
        if replayed.state not in ("same", "shown otherwise"):
            raise Refused(Complaint(_explain_state(entry, replayed.state, engine), record.address.name, way_out=_WAY_OUT))
        _describe_entry(entry, replayed.state)
        write_output(replayed.shown, output)
    if report_faults(record.address.name, [str(fault) for fault in faults]):
        sys.exit(1)


_WAY_OUT = "Name that knowledge with --knowledge DIR, or see the answer with --as-kept"


def _explain_state(entry: KeptEntry, state: str, engine: Engine) -> str:
    n, then, now = entry.sealed.n, entry.sealed.knowledge[:12], engine.knowledge.digest[:12]
    if state == "other knowledge":
        return f"entry {n} was answered with the knowledge {then}, and here is {now}"
    version = f"it was answered by concordant {entry.sealed.concordant}"
    return (
        f"entry {n} cannot be read by this version: {version}"
        if state == "cannot be read"
        else f"entry {n} comes out otherwise: {version}"
    )


def _describe_entry(entry: KeptEntry, state: str) -> None:
    kept = entry.kept
    assert kept is not None
    who = f", asked by {kept.asked_by}" if kept.asked_by else ""
    text = f"Entry {entry.sealed.n} of {entry.sealed.at}{who}: {STATES[state]}."
    print(make_printable(text), file=sys.stderr)  # noqa: T201


def _list_replayed(record: DecisionRecord, choice: Choice, engine: Engine) -> None:
    """A line for each answer, and a count that adds up. Exits with 1 where one does not come out, or the record has a fault."""
    from concordant.api.replaying import CheckedRecord

    checked, counts = CheckedRecord(record), dict.fromkeys((*STATES, "erased"), 0)
    for entry in checked.iter_answers(choice):
        state = _replay_line(entry, engine)
        counts[state] += 1
    told = ", ".join(f"{count} {STATES.get(state, state)}" for state, count in counts.items() if count) or "none"
    print(f"{count_answers(sum(counts.values()))}: {told}.")  # noqa: T201
    if counts["other knowledge"]:
        print(f"Here is the knowledge {engine.knowledge.digest[:12]}; name the other one with --knowledge DIR.")  # noqa: T201
    wrong = counts["differs"] + counts["shown otherwise"] + counts["cannot be read"]
    if report_checked(checked) or wrong:
        sys.exit(1)


def _replay_line(entry: KeptEntry, engine: Engine) -> str:
    from concordant.api.replaying import replay_entry

    state = "erased" if entry.kept is None else replay_entry(entry.kept, entry.sealed, engine).state
    told = STATES.get(state, state)
    if state == "other knowledge":
        told = f"answered with the knowledge {entry.sealed.knowledge[:12]}"
    parts = [f"{entry.sealed.n:>6}", f"{entry.sealed.at[:19]}Z"]
    if entry.kept is not None:
        parts += filter(None, (entry.kept.patient or "no name", entry.kept.asked_by, entry.kept.asked.door))
    print(make_printable(" · ".join((*parts, told))))  # noqa: T201
    return state


def _verify_record(record: DecisionRecord, against: str) -> None:
    """Exits with 1 where something was found."""
    from concordant.api.replaying import CheckedRecord, Choice
    from concordant.decisions.checking import check_receipt

    checked = CheckedRecord(record)
    for _ in checked.iter_answers(Choice()):
        pass
    if against:
        checked.faults += check_receipt(record, _parse_receipt(against))
    if report_checked(checked):
        sys.exit(1)


def _parse_receipt(text: str) -> tuple[int, str]:
    """Raises Unreadable for what --head never printed."""
    number, _, told = text.partition(":")
    if not number.isdecimal() or len(told) != 64:
        raise Unreadable(Complaint("this is no number and hash", "--against", way_out="Write what --head printed, as 17:5f3a..."))
    return int(number), told
