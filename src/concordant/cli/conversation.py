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

from concordant.answer.phrases import join_with_and
from concordant.answer.schema import Ask, Change
from concordant.logic.dates import format_date, make_exact_date
from concordant.model.features import AmbiguousReply, Feature
from concordant.present import interview as iv
from concordant.present.language import load_language
from concordant.present.page.first_screen import make_first_screen
from concordant.present.sentences import Sentences

Read = Callable[[str], str | None]
PROMPT = "> "
NAMED = 3
SHOWN = 8.0  # the number that stands for any, where no bound matters
ENGLISH = load_language("en")
GO_ON = "y asks the questions that are left, n ends here with the answer so far, b goes back to the last reply."
TAKE_IT = "y takes it so and goes on; n leaves the question as it is."
TAKE_BACK = "y forgets the reply; n keeps it, and the answer names the contradiction."


class Conversation:
    """One interview with a person: `read` gives the next line, or None when there is no more."""

    def __init__(self, start: iv.Interview, console: Console, read: Read) -> None:
        self.state, self.console, self.read = start, console, read
        self.agreed: set[bool] = set()

    def ask_questions(self) -> iv.Interview:
        """Ask until nothing is left, or until the person stops; what was answered is kept."""
        self._print_welcome()
        try:
            while (ask := self.state.next_question) is not None and self._confirm_question(ask) and self._ask_question(ask):
                pass
        except (KeyboardInterrupt, EOFError):
            self._print_text("Stopped.")
        self._print_farewell()
        return self.state

    # -- what is said before and after ---------------------------------------------------------------

    def _print_welcome(self) -> None:
        day = format_date(make_exact_date(self.state.record.as_of))
        self._print_text(f"As of {day}. {self._describe_standing()}", "dim")
        if self.state.next_question is not None:
            self._print_text(
                "Answer in words, by a number, or with:  d not known   ? help   b back   q stop with the best answer so far",
                "dim",
            )

    def _describe_standing(self) -> str:
        answer = self.state.answer_so_far
        if answer.answer == "needs_data":
            known = self.state.record.events or self.state.record.markers or self.state.record.stated
            return "On record so far, it cannot be decided." if known else "Nothing is on record yet."
        return "It can be decided from what is on record." if self.state.next_question is None else "The record decides already."

    def _print_farewell(self) -> None:
        skipped = self.state.unknown_labels
        if self.state.next_question is None and self.state.full_answer.answer == "needs_data":
            self._print_text("No other question would decide it." if skipped else "No question is left that would decide it.")
        if skipped:
            self._print_text(f"Not known: {', '.join(skipped)}.", "dim")
        self.console.print()
        self._print_rule(Text(f"The answer, after {_format_count(len(self.state.given), 'reply', 'replies')}", style="bold cyan"))

    # -- one question ----------------------------------------------------------------------------------

    def _confirm_question(self, ask: Ask) -> bool:
        """A question that decides is asked; before others, and before groups beside what is not known, the person may stop."""
        alone = ask.blocking and not (ask.together_with and self.state.unknown_labels)
        return alone or ask.blocking in self.agreed or self._offer_questions(ask)

    def _offer_questions(self, ask: Ask) -> bool:
        left = [q.label for q in self.state.answer_so_far.ask if q.blocking == ask.blocking]
        self.console.print()
        self._print_text(self._describe_decision(), "bold")
        more = _format_count(len(left), "more question", "more questions")
        self._print_text(f"{more} could {'decide it together' if ask.blocking else 'change what is offered'}: {_join_few(left)}")
        typed = self._read_line(f"Go on? {'[Y/n]' if ask.blocking else '[y/N]'} ", [GO_ON])
        if iv.parse_command(typed) == "back" and self._go_back():
            return True
        if typed.strip().lower() not in (("", "y", "yes") if ask.blocking else ("y", "yes")):
            return False
        self.agreed.add(ask.blocking)
        return True

    def _describe_decision(self) -> str:
        """The decision so far, or what keeps it open when no single question settles it."""
        if self.state.answer_so_far.answer == "recommends":
            return f"Decided: {make_first_screen(Sentences(self.state.answer_so_far, ENGLISH)).verdict}"
        if self.state.unknown_labels:
            return "What you did not know keeps it open; no single other question decides it."
        if self.state.answer_so_far.conflicts:
            return "A contradiction in the record keeps it open: correct the entries."
        return "No single question decides it."

    def _ask_question(self, ask: Ask) -> bool:
        """Ask one question until its reply is understood. False when the person wants to stop."""
        if ask is not self.state.next_question:  # the person went back at the offer
            return True
        feature = self.state.find_feature(ask.feature)
        self._print_question(ask, feature)
        while True:
            typed = self._read_line(PROMPT, iv.explain_question(feature, self.state))
            match iv.parse_command(typed):
                case "stop":
                    return False
                case "back":
                    if self._go_back():
                        return True
                case "not known":
                    self._take_reply(iv.GivenReply(feature))
                    return True
                case _:
                    if self._accept_reply(typed, feature):
                        return True

    def _read_line(self, prompt: str, about: list[str]) -> str:
        """What is typed, once it is no call for help; `about` is the help."""
        while True:
            typed = self.read(prompt)
            if typed is None:
                raise EOFError
            if iv.parse_command(typed) != "help":
                return typed
            for line in about:
                self._print_text(line)

    def _go_back(self) -> bool:
        if not self.state.given:
            self._print_text("This is the first question.")
            return False
        self._print_text(f"Forgotten: {iv.describe_reply(self.state.given[-1])}")
        self.state = self.state.without_last_reply()
        return True

    def _accept_reply(self, typed: str, feature: Feature) -> bool:
        meant = iv.find_ambiguous_reply(typed, feature)
        if meant is not None:
            return self._offer_other_feature(meant)
        try:
            self._take_reply(iv.parse_reply(typed, feature, self.state))
        except iv.InvalidReply as problem:
            self._print_text(str(problem))
            return False
        return True

    def _offer_other_feature(self, meant: AmbiguousReply) -> bool:
        """Whether the person wants their words taken for another question; otherwise this one stays."""
        other = self.state.find_feature(meant.feature)
        self._print_text(meant.says)
        label = f"{other.label}: {iv.get_value_names(other)[meant.value]}"
        if self._read_line(f"Take it as {label}? [y/N] ", [meant.says, TAKE_IT]).strip().lower() not in ("y", "yes"):
            return False
        self._take_reply(iv.GivenReply(other, meant.value, meant.value))
        return True

    def _take_reply(self, reply: iv.GivenReply) -> None:
        before = self.state
        self.state = before.with_reply(reply)
        if reply.value is None:
            self._print_text(f"– {iv.describe_reply(reply)}", "dim")
            return
        self._print_text(f"✓ {iv.describe_reply(reply)}", "green")
        conflicts = self.state.find_new_conflicts(before)
        for conflict in conflicts:
            self._print_text(f"! In conflict. {conflict}.", "bold red")
        if conflicts and self._read_line("Take this answer back? [Y/n] ", [TAKE_BACK]).strip().lower() not in ("n", "no"):
            self._print_text(f"Forgotten: {iv.describe_reply(reply)}")
            self.state = before

    # -- how a question looks --------------------------------------------------------------------------

    def _print_question(self, ask: Ask, feature: Feature) -> None:
        others = sum(q.blocking for q in self.state.answer_so_far.ask) - ask.blocking
        more = f", {others} more would decide as things stand" if others else ""
        self.console.print()
        title = Text(f"Question {len(self.state.given) + 1}", style="bold cyan").append(more, style="dim")
        self._print_rule(title)
        self.console.print(Text(ask.question, style="bold"))
        self._print_text(iv.explain_purpose(ask, self.state), "dim")
        if ask.known:
            self._print_text(f"{'On record' if ask.changes else 'In conflict'}: {ask.known}.", "dim")
        if ask.changes or not feature.is_numeric:
            self.console.print(Padding(self._make_choice_table(ask, feature), (1, 0, 0, 0)))
        if feature.is_numeric:
            self._print_text(f"   {_describe_number_input(ask, feature)}", "dim")

    def _make_choice_table(self, ask: Ask, feature: Feature) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
        table.add_column("", justify="right", style="cyan", min_width=2)
        table.add_column("if the answer is", ratio=2)
        table.add_column("then", ratio=3)
        for mark, name, then in _iter_choices(ask, feature, Sentences(self.state.answer_so_far, ENGLISH)):
            table.add_row(mark, Text(name), Text(then))
        return table

    def _print_rule(self, title: Text) -> None:
        self.console.print(Rule(title, align="left", style="dim", characters="─"))

    def _print_text(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style=style))


def _iter_choices(ask: Ask, feature: Feature, sentences: Sentences) -> Iterator[tuple[str, str, str]]:
    """The possible answers: how each is chosen, its name, what it leads to."""
    if feature.is_numeric:
        for change in ask.changes:
            yield "•", ENGLISH.describe_cell(change.cell, change.if_), _describe_branch(change, sentences)
        return
    for number, (word, name) in enumerate(iv.get_value_names(feature).items(), 1):
        branch = [c for c in ask.changes if word in c.cell.words]
        then = _describe_branch(branch[0], sentences, word) if branch else "the record rules it out" if ask.changes else ""
        yield str(number) if iv.has_numbered_choices(feature) else "•", name, then


def _describe_branch(change: Change, sentences: Sentences, said: str | None = None) -> str:
    """What a branch leads to; left out are regimens that are offered in any case, and a line that the answer itself says."""
    names = [] if change.answer == "needs_data" else change.names
    return sentences.describe_change(msgspec.structs.replace(change, names=names), said)


def _describe_number_input(ask: Ask, feature: Feature) -> str:
    """How a number may be written, shown with one that matters here."""
    ends = (ask.changes[0].cell.low, ask.changes[0].cell.high) if ask.changes else ()
    number = abs(next((end for end in ends if end is not None), SHOWN))
    unit = {"percent": " %", "": ""}.get(feature.unit, f" {feature.unit}")
    low = math.floor(number * 0.75)
    between = f" or a range ({low:g} to {number:g}{unit})" if low < number else ""
    day = ", or the day of the last dose (14 Oct 2021)" if iv.can_answer_with_date(feature) else ""
    return f"a number ({number:g}{unit}), a bound (<= {number:g}{unit}){between}{day}"


def _join_few(labels: list[str]) -> str:
    return join_with_and(labels) if len(labels) <= NAMED else f"{', '.join(labels[:NAMED])} and {len(labels) - NAMED} more"


def _format_count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
