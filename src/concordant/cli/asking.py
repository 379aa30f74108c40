"""The verb `ask`: opens the case, holds the interview, keeps the completed case, gives the answer."""

from __future__ import annotations

import os
import sys

from rich.console import Console

from concordant.cli.conversation import Conversation
from concordant.cli.keeping import Target
from concordant.cli.opening import Opened, width
from concordant.complaints import Refused
from concordant.present.interview import Interview, understood
from concordant.present.terminal import render
from concordant.record.casefile import read_case
from concordant.record.writing import new_case, with_stated
from concordant.texts import read_text


def interview(opened: Opened, wanted: str, target: Target | None = None, whose: str = "") -> None:
    """Hold the interview on the terminal and print the answer. What was answered is kept in `target`."""
    if target is not None:
        target.check()
        completed(opened, _probe(opened))
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    start = Interview(opened.record, opened.engine.knowledge, opened.engine.words, wanted)
    done = Conversation(start, _console(plain), _line).run()
    sys.stdout.write(render(done.whole, colour=not plain, full=False, whose=whose))
    sys.stdout.flush()
    if target is not None:
        target.keep(completed(opened, done))


def _probe(opened: Opened) -> Interview:
    """An interview with one reply, to find out beforehand whether the file can hold any."""
    start = Interview(opened.record, opened.engine.knowledge, opened.engine.words)
    feature = next(f for f in start.knowledge.features if f.type == "yes_no" and f.name not in opened.record.stated)
    return start.reply(understood("yes", feature, start))


def completed(opened: Opened, done: Interview) -> str:
    """The case file with what was answered; without a date of its own it gets the one that was answered for."""
    as_of = done.record.as_of.isoformat()
    if not opened.text.strip() or not opened.has_content:
        return new_case(as_of, done.stated)
    dated = with_stated(opened.text, done.stated, as_of)
    try:
        read_case(read_text(dated, opened.path), done.knowledge, done.words, done.record.as_of)
    except Refused:  # entries that --as-of left out are later than that date
        return with_stated(opened.text, done.stated)
    return dated


def _console(plain: bool) -> Console:
    return Console(
        file=sys.stdout,
        width=width(),
        force_terminal=not plain,
        no_color=plain,
        color_system=None if plain else "truecolor",
        highlight=False,
        markup=False,
        legacy_windows=False,
    )


def _line(prompt: str) -> str | None:
    """The next line that is typed; None when there is no more, or on Ctrl-C."""
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()  # noqa: T201
        return None
    except UnicodeDecodeError:
        return "�"
