"""The verb `ask`: opens the case, holds the interview, keeps the completed case, gives the answer."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from concordant.cli.conversation import Conversation
from concordant.cli.opening import Opened, width
from concordant.complaints import Complaint, Refused, Unreadable
from concordant.present.interview import Interview, understood
from concordant.present.terminal import render
from concordant.record.casefile import read_case
from concordant.record.vocabulary import words_of
from concordant.record.writing import new_case, with_stated
from concordant.texts import read_text


@dataclass(frozen=True, slots=True)
class Target:
    """Where the completed case goes."""

    path: str
    force: bool

    def check(self, source: str) -> None:
        """Refuse, before anything is asked, to write over a file that is not the case itself. Raises Unreadable."""
        target = Path(self.path)
        if self.force or not target.exists() or (source and target.samefile(source)):
            return
        raise Unreadable(Complaint("this file is there already", self.path, way_out="Name another, or add --force to replace it"))


def interview(opened: Opened, wanted: str, target: str, *, force: bool = False, whose: str = "") -> None:
    """Hold the interview on the terminal and print the answer. What was answered is kept in `target`."""
    if target:
        Target(target, force).check(opened.path)
        completed(opened, _probe(opened))
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    words = words_of(opened.knowledge)
    done = Conversation(Interview(opened.record, opened.knowledge, words, wanted), _console(plain), _line).run()
    sys.stdout.write(render(done.whole, colour=not plain, full=False, whose=whose))
    sys.stdout.flush()
    if target:
        _keep(completed(opened, done), target)


def _probe(opened: Opened) -> Interview:
    """An interview with one reply, to find out beforehand whether the file can hold any."""
    start = Interview(opened.record, opened.knowledge, words_of(opened.knowledge))
    feature = next(f for f in opened.knowledge.features if f.type == "yes_no" and f.name not in opened.record.stated)
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


def _keep(text: str, target: str) -> None:
    try:
        Path(target).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Unreadable(Complaint(f"cannot be written ({error.strerror})", target)) from None
    print(f"The case with the answers is in {target}.", file=sys.stderr)  # noqa: T201


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
