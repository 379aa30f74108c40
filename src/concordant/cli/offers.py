"""What a note may mean and does not say outright, asked one by one before anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as replace_fields
from rich.console import Console
from rich.text import Text

from concordant.cli.opening import OpenedCase
from concordant.errors import ConcordantError
from concordant.present.interview import parse_command
from concordant.record.casefile.read import read_case
from concordant.record.notes.confirming import confirm_fact, drop_offer
from concordant.record.sources import NoteRead
from concordant.texts import read_text

Read = Callable[[str], str | None]
PROMPT = "[y]es, [n]o, [d]on't know > "
INTRODUCTION = "The note does not say this outright. What you do not confirm is not taken as told."
YES, NO = ("y", "yes", "j", "ja", "1"), ("n", "no", "nein", "2")


def ask_offers(opened: OpenedCase, console: Console, read: Read) -> OpenedCase:
    """The case with the offers that were confirmed, and without those that were denied. The others stay to be confirmed."""
    if opened.note is None or not opened.note.offers:
        return opened
    console.print(Text(INTRODUCTION, style="dim"))
    note = opened.note
    for number, (text, (fact, value)) in enumerate(note.offers.items(), 1):
        reply = _ask_offer(f"{number} of {len(note.offers)}  {text}", console, read)
        if reply == "stop":
            break
        if reply == "no":
            note = replace_fields(note, case=drop_offer(note.case, text))
        elif reply == "yes":
            note = _confirm(note, text, fact, value, opened, console)
    return _read_again(opened, note)


def _ask_offer(text: str, console: Console, read: Read) -> str:
    console.print()
    console.print(Text(text, style="bold"))
    while True:
        typed = read(PROMPT)
        if typed is None or parse_command(typed) == "stop":
            return "stop"
        word = typed.strip().lower()
        if word in YES:
            return "yes"
        if word in NO:
            return "no"
        if parse_command(typed) == "not known" or not word:
            return "not known"
        console.print(Text("y takes it as told, n drops it, d leaves it to be confirmed, q goes on without the rest."))


def _confirm(note: NoteRead, text: str, fact: str, value: str, opened: OpenedCase, console: Console) -> NoteRead:
    """The note with what was confirmed; what cannot stand beside the rest is not taken, and that is said."""
    confirmed = replace_fields(note, case=confirm_fact(note.case, fact, value, text, opened.engine.knowledge))
    try:
        _read_again(opened, confirmed)
    except ConcordantError as error:
        console.print(Text(f"! Not taken: {error.complaints[0].says}.", style="bold red"))
        return note
    return confirmed


def _read_again(opened: OpenedCase, note: NoteRead) -> OpenedCase:
    text = note.case_text
    engine = opened.engine
    record = read_case(read_text(text, note.name), engine.knowledge, engine.words, opened.record.as_of)
    return replace(opened, record=record, text=text, note=note)
