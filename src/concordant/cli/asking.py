"""The verb `ask`: opens the case, holds the interview, keeps the completed case, gives the answer."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from concordant.cli.conversation import Conversation
from concordant.cli.keeping import CaseTarget
from concordant.cli.offers import ask_offers
from concordant.cli.opening import OpenedCase, get_terminal_width
from concordant.errors import Refused
from concordant.present.formats import RenderOptions
from concordant.present.interview import Interview, parse_reply
from concordant.present.language import load_language
from concordant.present.terminal import render_terminal
from concordant.record.casefile.edit import add_stated, write_new_case
from concordant.record.casefile.read import read_case
from concordant.texts import read_text

if TYPE_CHECKING:
    from concordant.cli.recording import Keeper  # loaded only where a record is named


def hold_interview(
    opened: OpenedCase,
    wanted: str,
    target: CaseTarget | None = None,
    whose: str = "",
    language: str = "en",
    keeper: Keeper | None = None,
) -> None:
    """Hold the interview on the terminal and print the answer. What was answered is kept in `target`, the answer by `keeper`."""
    if target is not None:
        target.check_writable()
        complete_case(opened, _make_probe(opened))
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    console = _make_console(plain)
    spoken = load_language(language, opened.engine.knowledge)
    opened = ask_offers(opened, console, _read_line, spoken)
    start = Interview(opened.record, opened.engine.knowledge, opened.engine.words, wanted, language=spoken)
    done = Conversation(start, console, _read_line).ask_questions()
    answer, knowledge = done.full_answer, opened.engine.knowledge
    if keeper is not None:
        keeper.keep_interview(opened.engine, done.completed_record, wanted, RenderOptions("terminal", language, whose=whose))
    sys.stdout.write(render_terminal(answer, colour=not plain, language=language, full=False, whose=whose, knowledge=knowledge))
    sys.stdout.flush()
    if target is not None:
        target.keep_case(complete_case(opened, done))


def _make_probe(opened: OpenedCase) -> Interview:
    """An interview with one reply, to find out beforehand whether the file can hold any."""
    start = Interview(opened.record, opened.engine.knowledge, opened.engine.words)
    feature = next(f for f in start.knowledge.features if f.type == "yes_no" and f.name not in opened.record.stated)
    return start.with_reply(parse_reply("yes", feature, start))


def complete_case(opened: OpenedCase, done: Interview) -> str:
    """The case file with what was answered; without a date of its own it gets the one that was answered for."""
    as_of = done.record.as_of.isoformat()
    if not opened.text.strip() or not opened.has_content:
        return write_new_case(as_of, done.stated_values)
    dated = add_stated(opened.text, done.stated_values, as_of)
    try:
        read_case(read_text(dated, opened.path), done.knowledge, done.words, done.record.as_of)
    except Refused:  # entries that --as-of left out are later than that date
        return add_stated(opened.text, done.stated_values)
    return dated


def _make_console(plain: bool) -> Console:
    return Console(
        file=sys.stdout,
        width=get_terminal_width(),
        force_terminal=not plain,
        no_color=plain,
        color_system=None if plain else "truecolor",
        highlight=False,
        markup=False,
        legacy_windows=False,
    )


def _read_line(prompt: str) -> str | None:
    """The next line that is typed; None when there is no more, or on Ctrl-C."""
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()  # noqa: T201
        return None
    except UnicodeDecodeError:
        return "�"
