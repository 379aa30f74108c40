"""What a note may mean and does not say outright, asked one by one before anything else."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from concordant.cli.opening import OpenedCase
from concordant.errors import ConcordantError
from concordant.present.interview import parse_command
from concordant.present.language import Language
from concordant.record.casefile.read import read_case
from concordant.record.notes.confirming import confirm_fact, drop_offer
from concordant.record.sources import NoteRead
from concordant.texts import read_text

Read = Callable[[str], str | None]


def ask_offers(opened: OpenedCase, console: Console, read: Read, language: Language) -> OpenedCase:
    """The case with the offers that were confirmed, and without those that were denied. The others stay to be confirmed."""
    if opened.note is None or not opened.note.offers:
        return opened
    console.print(Text(language.say("ask.offers"), style="dim"))
    note = opened.note
    for number, (text, (fact, value)) in enumerate(note.offers.items(), 1):
        told = language.say("ask.offer", n=number, all=len(note.offers), offer=language.tell_plainly(text))
        reply = _ask_offer(told, console, read, language)
        if reply == "stop":
            break
        if reply == "no":
            note = replace(note, case=drop_offer(note.case, text))
        elif reply == "yes":
            note = _confirm(note, text, fact, value, opened, console, language)
    return _read_again(opened, note)


def _ask_offer(text: str, console: Console, read: Read, language: Language) -> str:
    console.print()
    console.print(Text(text, style="bold"))
    while True:
        typed = read(language.say("ask.offer.prompt"))
        if typed is None or parse_command(typed) == "stop":
            return "stop"
        word = typed.strip().lower()
        if word in (*language.say("ask.yes").split(), "1"):
            return "yes"
        if word in (*language.say("ask.no").split(), "2"):
            return "no"
        if parse_command(typed) == "not known" or not word:
            return "not known"
        console.print(Text(language.say("ask.offer.help")))


def _confirm(
    note: NoteRead, text: str, fact: str, value: str, opened: OpenedCase, console: Console, language: Language
) -> NoteRead:
    """The note with what was confirmed; what cannot stand beside the rest is not taken, and that is said."""
    confirmed = replace(note, case=confirm_fact(note.case, fact, value, text, opened.engine.knowledge))
    try:
        _read_again(opened, confirmed)
    except ConcordantError as error:
        why = language.tell_plainly(error.complaints[0].says)
        console.print(Text(language.say("ask.offer.not_taken", why=why), style="bold red"))
        return note
    return confirmed


def _read_again(opened: OpenedCase, note: NoteRead) -> OpenedCase:
    text = note.case_text
    engine = opened.engine
    record = read_case(read_text(text, note.name), engine.knowledge, engine.words, opened.record.as_of)
    return replace(opened, record=record, text=text, note=note)
