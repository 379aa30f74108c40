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

from concordant.answer.schema import Ask, Change
from concordant.model.features import AmbiguousReply, Feature
from concordant.present import interview as iv
from concordant.present import interview_told as told
from concordant.present.language import Language
from concordant.present.language.quoting import show_quotations
from concordant.present.page.first_screen import make_first_screen
from concordant.present.sentences import Sentences

Read = Callable[[str], str | None]
PROMPT = "> "
NAMED = 3
SHOWN = 8.0  # the number that stands for any, where no bound matters


class Conversation:
    """One interview with a person: `read` gives the next line, or None when there is no more."""

    def __init__(self, start: iv.Interview, console: Console, read: Read) -> None:
        self.state, self.console, self.read = start, console, read
        self.agreed: set[bool] = set()
        self.language = start.language
        self.say, self.tell = start.language.say, start.language.tell_plainly

    def ask_questions(self) -> iv.Interview:
        """Ask until nothing is left, or until the person stops; what was answered is kept."""
        self._print_welcome()
        try:
            while (ask := self.state.next_question) is not None and self._confirm_question(ask) and self._ask_question(ask):
                pass
        except (KeyboardInterrupt, EOFError):
            self._print_text(self.say("ask.stopped"))
        self._print_farewell()
        return self.state

    # -- what is said before and after ---------------------------------------------------------------

    def _print_welcome(self) -> None:
        day = self.language.format_day(self.state.record.as_of.isoformat())
        self._print_text(self.say("ask.begin", day=day, standing=self.say(f"ask.standing.{self._choose_standing()}")), "dim")
        if self.state.next_question is not None:
            self._print_text(self.say("ask.how"), "dim")

    def _choose_standing(self) -> str:
        answer = self.state.answer_so_far
        if answer.answer == "needs_data":
            known = self.state.record.events or self.state.record.markers or self.state.record.stated
            return "open" if known else "empty"
        return "done" if self.state.next_question is None else "decided"

    def _print_farewell(self) -> None:
        skipped = self.state.unknown_labels
        if self.state.next_question is None and self.state.full_answer.answer == "needs_data":
            self._print_text(self.say("ask.end.skipped" if skipped else "ask.end"))
        if skipped:
            self._print_text(self.say("ask.not_known", names=", ".join(map(self.tell, skipped))), "dim")
        self.console.print()
        self._print_rule(Text(self.language.say_count("ask.answer", len(self.state.given)), style="bold cyan"))

    # -- one question ----------------------------------------------------------------------------------

    def _confirm_question(self, ask: Ask) -> bool:
        """A question that decides is asked; before others, and before groups beside what is not known, the person may stop."""
        alone = ask.blocking and not (ask.together_with and self.state.unknown_labels)
        return alone or ask.blocking in self.agreed or self._offer_questions(ask)

    def _offer_questions(self, ask: Ask) -> bool:
        left = [self.tell(q.label) for q in self.state.answer_so_far.ask if q.blocking == ask.blocking]
        self.console.print()
        self._print_text(self._describe_decision(), "bold")
        key = "ask.more.blocking" if ask.blocking else "ask.more"
        self._print_text(self.language.say_count(key, len(left), names=self.language.join_few(left, NAMED)))
        choice = self.say("ask.yes_first" if ask.blocking else "ask.no_first")
        typed = self._read_line(self.say("ask.go_on", choice=choice), [self.say("ask.go_on.help")])
        if iv.parse_command(typed) == "back" and self._go_back():
            return True
        if not self._agrees(typed, silent=ask.blocking):
            return False
        self.agreed.add(ask.blocking)
        return True

    def _agrees(self, typed: str, *, silent: bool) -> bool:
        """Whether a yes was typed, or nothing where that is one."""
        word = typed.strip().lower()
        return silent if not word else word in self.say("ask.yes").split()

    def _describe_decision(self) -> str:
        """The decision so far, or what keeps it open when no single question settles it."""
        if self.state.answer_so_far.answer == "recommends":
            verdict = make_first_screen(self._make_sentences()).verdict
            return self.say("ask.decided", verdict=show_quotations(verdict))
        if self.state.unknown_labels:
            return self.say("ask.open.skipped")
        if self.state.answer_so_far.conflicts:
            return self.say("ask.open.conflict")
        return self.say("ask.open")

    def _ask_question(self, ask: Ask) -> bool:
        """Ask one question until its reply is understood. False when the person wants to stop."""
        if ask is not self.state.next_question:  # the person went back at the offer
            return True
        feature = self.state.find_feature(ask.feature)
        self._print_question(ask, feature)
        while True:
            typed = self._read_line(PROMPT, told.explain_question(feature, self.state))
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
            self._print_text(self.say("ask.first"))
            return False
        self._print_text(self.say("ask.forgotten", reply=told.describe_reply(self.state.given[-1], self.state)))
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
        says = self.tell(meant.says)
        self._print_text(says)
        label = f"{self.tell(other.label)}: {iv.get_value_names(other, self.language)[meant.value]}"
        prompt = self.say("ask.take_as", label=label, choice=self.say("ask.no_first"))
        if not self._agrees(self._read_line(prompt, [says, self.say("ask.take_as.help")]), silent=False):
            return False
        self._take_reply(iv.GivenReply(other, meant.value, meant.value))
        return True

    def _take_reply(self, reply: iv.GivenReply) -> None:
        before = self.state
        self.state = before.with_reply(reply)
        if reply.value is None:
            self._print_text(f"– {told.describe_reply(reply, self.state)}", "dim")
            return
        self._print_text(f"✓ {told.describe_reply(reply, self.state)}", "green")
        conflicts = self.state.find_new_conflicts(before)
        for conflict in conflicts:
            self._print_text(self.say("ask.conflict", told=self.tell(conflict)), "bold red")
        if conflicts and self._takes_back():
            self._print_text(self.say("ask.forgotten", reply=told.describe_reply(reply, self.state)))
            self.state = before

    def _takes_back(self) -> bool:
        prompt = self.say("ask.take_back", choice=self.say("ask.yes_first"))
        typed = self._read_line(prompt, [self.say("ask.take_back.help")])
        return typed.strip().lower() not in self.say("ask.no").split()

    # -- how a question looks --------------------------------------------------------------------------

    def _print_question(self, ask: Ask, feature: Feature) -> None:
        others = sum(q.blocking for q in self.state.answer_so_far.ask) - ask.blocking
        more = self.say("ask.question.more", n=others) if others else ""
        self.console.print()
        title = Text(self.say("ask.question", n=len(self.state.given) + 1), style="bold cyan").append(more, style="dim")
        self._print_rule(title)
        self.console.print(Text(self.tell(ask.question), style="bold"))
        self._print_text(told.explain_purpose(ask, self.state), "dim")
        if ask.known:
            self._print_text(self.say("ask.on_record" if ask.changes else "ask.in_conflict", told=self.tell(ask.known)), "dim")
        if ask.changes or not feature.is_numeric:
            self.console.print(Padding(self._make_choice_table(ask, feature), (1, 0, 0, 0)))
        if feature.is_numeric:
            self._print_text(f"   {_describe_number_input(ask, feature, self.language)}", "dim")

    def _make_choice_table(self, ask: Ask, feature: Feature) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
        table.add_column("", justify="right", style="cyan", min_width=2)
        table.add_column(self.say("ask.if"), ratio=2)
        table.add_column(self.say("ask.then"), ratio=3)
        for mark, name, then in _iter_choices(ask, feature, self._make_sentences()):
            table.add_row(mark, Text(name), Text(then))
        return table

    def _make_sentences(self) -> Sentences:
        return Sentences(self.language.tell_answer_plainly(self.state.answer_so_far), self.language)

    def _print_rule(self, title: Text) -> None:
        self.console.print(Rule(title, align="left", style="dim", characters="─"))

    def _print_text(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style=style))


def _iter_choices(ask: Ask, feature: Feature, sentences: Sentences) -> Iterator[tuple[str, str, str]]:
    """The possible answers: how each is chosen, its name, what it leads to."""
    language = sentences.language
    changes = next((one.changes for one in sentences.answer.ask if one.feature == ask.feature), ask.changes)
    if feature.is_numeric:
        for change in changes:
            yield "•", language.describe_cell(change.cell, change.if_), _describe_branch(change, sentences)
        return
    for number, (word, name) in enumerate(iv.get_value_names(feature, language).items(), 1):
        branch = [c for c in changes if word in c.cell.words]
        ruled_out = language.say("ask.ruled_out") if changes else ""
        then = _describe_branch(branch[0], sentences, word) if branch else ruled_out
        yield str(number) if iv.has_numbered_choices(feature) else "•", name, then


def _describe_branch(change: Change, sentences: Sentences, said: str | None = None) -> str:
    """What a branch leads to; left out are regimens that are offered in any case, and a line that the answer itself says."""
    names = [] if change.answer == "needs_data" else change.names
    return sentences.describe_change(msgspec.structs.replace(change, names=names), said)


def _describe_number_input(ask: Ask, feature: Feature, language: Language) -> str:
    """How a number may be written, shown with one that matters here."""
    ends = (ask.changes[0].cell.low, ask.changes[0].cell.high) if ask.changes else ()
    number = abs(next((end for end in ends if end is not None), SHOWN))
    unit = {"percent": " %", "": ""}.get(feature.unit, f" {language.format_unit(feature.unit)}")
    low, n = math.floor(number * 0.75), language.format_number(number, 6)
    between = language.say("ask.number.between", low=low, n=n, unit=unit) if low < number else ""
    day = language.say("ask.number.day") if iv.can_answer_with_date(feature) else ""
    return language.say("ask.number", n=n, unit=unit, between=between, day=day)
