"""The interview on a terminal: prints a question, reads a reply, and goes on from there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from concordant.answer.model import Ask, Change
from concordant.answer.phrases import and_list
from concordant.dates import exactly, words
from concordant.features import Feature, Reply
from concordant.present import interview as iv
from concordant.present.first_screen import first_screen
from concordant.present.language import language
from concordant.present.sentences import Sentences

Read = Callable[[str], str | None]
PROMPT = "> "
NAMED = 3
SHOWN = 8.0  # the number that stands for any, where no bound matters
ENGLISH = language("en")
GO_ON = "y asks the questions that are left, n ends here with the answer so far, b goes back to the last reply."
TAKE_IT = "y takes it so and goes on; n leaves the question as it is."
TAKE_BACK = "y forgets the reply; n keeps it, and the answer names the contradiction."


class Conversation:
    """One interview with a person: `read` gives the next line, or None when there is no more."""

    def __init__(self, start: iv.Interview, console: Console, read: Read) -> None:
        self.state, self.console, self.read = start, console, read
        self.agreed: set[bool] = set()

    def run(self) -> iv.Interview:
        """Ask until nothing is left, or until the person stops; what was answered is kept."""
        self._welcome()
        try:
            while (ask := self.state.next) is not None and self._wants(ask) and self._question(ask):
                pass
        except (KeyboardInterrupt, EOFError):
            self._say("Stopped.")
        self._farewell()
        return self.state

    # -- what is said before and after ---------------------------------------------------------------

    def _welcome(self) -> None:
        day = words(exactly(self.state.record.as_of))
        self._say(f"As of {day}. {self._standing()}", "dim")
        if self.state.next is not None:
            self._say(
                "Answer in words, by a number, or with:  d not known   ? help   b back   q stop with the best answer so far",
                "dim",
            )

    def _standing(self) -> str:
        answer = self.state.now
        if answer.answer == "needs_data":
            known = self.state.record.events or self.state.record.markers or self.state.record.stated
            return "On record so far, it cannot be decided." if known else "Nothing is on record yet."
        return "It can be decided from what is on record." if self.state.next is None else "The record decides already."

    def _farewell(self) -> None:
        skipped = self.state.still_unknown
        if self.state.next is None and self.state.whole.answer == "needs_data":
            self._say("No other question would decide it." if skipped else "No question is left that would decide it.")
        if skipped:
            self._say(f"Not known: {', '.join(skipped)}.", "dim")
        self.console.print()
        self._rule(Text(f"The answer, after {_count(len(self.state.given), 'reply', 'replies')}", style="bold cyan"))

    # -- one question ----------------------------------------------------------------------------------

    def _wants(self, ask: Ask) -> bool:
        """A question that decides is asked; before others, and before groups beside what is not known, the person may stop."""
        alone = ask.blocking and not (ask.together_with and self.state.still_unknown)
        return alone or ask.blocking in self.agreed or self._offer(ask)

    def _offer(self, ask: Ask) -> bool:
        left = [q.label for q in self.state.now.ask if q.blocking == ask.blocking]
        self.console.print()
        self._say(self._held(), "bold")
        more = _count(len(left), "more question", "more questions")
        self._say(f"{more} could {'decide it together' if ask.blocking else 'change what is offered'}: {_few(left)}")
        typed = self._line(f"Go on? {'[Y/n]' if ask.blocking else '[y/N]'} ", [GO_ON])
        if iv.command(typed) == "back" and self._back():
            return True
        if typed.strip().lower() not in (("", "y", "yes") if ask.blocking else ("y", "yes")):
            return False
        self.agreed.add(ask.blocking)
        return True

    def _held(self) -> str:
        """The decision so far, or what keeps it open when no single question settles it."""
        if self.state.now.answer == "recommends":
            return f"Decided: {first_screen(Sentences(self.state.now, ENGLISH)).verdict}"
        if self.state.still_unknown:
            return "What you did not know keeps it open; no single other question decides it."
        if self.state.now.conflicts:
            return "A contradiction in the record keeps it open: correct the entries."
        return "No single question decides it."

    def _question(self, ask: Ask) -> bool:
        """Ask one question until its reply is understood. False when the person wants to stop."""
        if ask is not self.state.next:  # the person went back at the offer
            return True
        feature = self.state.feature(ask.feature)
        self._print_question(ask, feature)
        while True:
            typed = self._line(PROMPT, iv.explained(feature, self.state))
            match iv.command(typed):
                case "stop":
                    return False
                case "back":
                    if self._back():
                        return True
                case "not known":
                    self._take(iv.Given(feature))
                    return True
                case _:
                    if self._understood(typed, feature):
                        return True

    def _line(self, prompt: str, about: list[str]) -> str:
        """What is typed, once it is no call for help; `about` is the help."""
        while True:
            typed = self.read(prompt)
            if typed is None:
                raise EOFError
            if iv.command(typed) != "help":
                return typed
            for line in about:
                self._say(line)

    def _back(self) -> bool:
        if not self.state.given:
            self._say("This is the first question.")
            return False
        self._say(f"Forgotten: {iv.echo(self.state.given[-1])}")
        self.state = self.state.back()
        return True

    def _understood(self, typed: str, feature: Feature) -> bool:
        meant = iv.meant(typed, feature)
        if meant is not None:
            return self._in_its_place(meant)
        try:
            self._take(iv.understood(typed, feature, self.state))
        except iv.Misread as problem:
            self._say(str(problem))
            return False
        return True

    def _in_its_place(self, meant: Reply) -> bool:
        """Whether the person wants their words taken for another question; otherwise this one stays."""
        other = self.state.feature(meant.feature)
        self._say(meant.says)
        told = f"{other.label}: {iv.names_of(other)[meant.value]}"
        if self._line(f"Take it as {told}? [y/N] ", [meant.says, TAKE_IT]).strip().lower() not in ("y", "yes"):
            return False
        self._take(iv.Given(other, meant.value, meant.value))
        return True

    def _take(self, given: iv.Given) -> None:
        before = self.state
        self.state = before.reply(given)
        if given.value is None:
            self._say(f"– {iv.echo(given)}", "dim")
            return
        self._say(f"✓ {iv.echo(given)}", "green")
        conflicts = self.state.new_conflicts(before)
        for conflict in conflicts:
            self._say(f"! In conflict. {conflict}.", "bold red")
        if conflicts and self._line("Take this answer back? [Y/n] ", [TAKE_BACK]).strip().lower() not in ("n", "no"):
            self._say(f"Forgotten: {iv.echo(given)}")
            self.state = before

    # -- how a question looks --------------------------------------------------------------------------

    def _print_question(self, ask: Ask, feature: Feature) -> None:
        others = sum(q.blocking for q in self.state.now.ask) - ask.blocking
        more = f", {others} more would decide as things stand" if others else ""
        self.console.print()
        title = Text(f"Question {len(self.state.given) + 1}", style="bold cyan").append(more, style="dim")
        self._rule(title)
        self.console.print(Text(ask.question, style="bold"))
        self._say(iv.purpose(ask, self.state), "dim")
        if ask.known:
            self._say(f"{'On record' if ask.changes else 'In conflict'}: {ask.known}.", "dim")
        if ask.changes or not feature.is_numeric:
            self.console.print(Padding(self._choices(ask, feature), (1, 0, 0, 0)))
        if feature.is_numeric:
            self._say(f"   {_how_to_write(ask, feature)}", "dim")

    def _choices(self, ask: Ask, feature: Feature) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
        table.add_column("", justify="right", style="cyan", min_width=2)
        table.add_column("if the answer is", ratio=2)
        table.add_column("then", ratio=3)
        for mark, name, then in _rows(ask, feature, Sentences(self.state.now, ENGLISH)):
            table.add_row(mark, Text(name), Text(then))
        return table

    def _rule(self, title: Text) -> None:
        self.console.print(Rule(title, align="left", style="dim", characters="─"))

    def _say(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style=style))


def _rows(ask: Ask, feature: Feature, told: Sentences) -> Iterator[tuple[str, str, str]]:
    """The possible answers: how each is chosen, its name, what it leads to."""
    if feature.is_numeric:
        for change in ask.changes:
            yield "•", ENGLISH.cell(change.cell, change.if_), _then(change, told)
        return
    for number, (word, name) in enumerate(iv.names_of(feature).items(), 1):
        branch = [c for c in ask.changes if word in c.cell.words]
        then = _then(branch[0], told, word) if branch else "the record rules it out" if ask.changes else ""
        yield str(number) if iv.numbered(feature) else "•", name, then


def _then(change: Change, told: Sentences, said: str | None = None) -> str:
    """What a branch leads to; left out are regimens that are offered in any case, and a line that the answer itself says."""
    names = [] if change.answer == "needs_data" else change.names
    return told.then(msgspec.structs.replace(change, names=names), said)


def _how_to_write(ask: Ask, feature: Feature) -> str:
    """How a number may be written, shown with one that matters here."""
    ends = (ask.changes[0].cell.low, ask.changes[0].cell.high) if ask.changes else ()
    number = abs(next((end for end in ends if end is not None), SHOWN))
    unit = {"percent": " %", "": ""}.get(feature.unit, f" {feature.unit}")
    low = math.floor(number * 0.75)
    between = f" or a range ({low:g} to {number:g}{unit})" if low < number else ""
    day = ", or the day of the last dose (14 Oct 2021)" if iv.by_date(feature) else ""
    return f"a number ({number:g}{unit}), a bound (<= {number:g}{unit}){between}{day}"


def _few(labels: list[str]) -> str:
    return and_list(labels) if len(labels) <= NAMED else f"{', '.join(labels[:NAMED])} and {len(labels) - NAMED} more"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
