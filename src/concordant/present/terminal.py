"""The answer on a terminal: what to do first, why, what to check; everything else below."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from concordant.answer.model import Answer, Change
from concordant.answer.phrases import and_list
from concordant.present import evidence_table, first_lines
from concordant.present.after import next_lines, why_not_lines
from concordant.present.wording import cited, option_line, range_words, reference_line

WIDEST, NARROWEST = 110, 60
SIDES_SHOWN = 5
ACTION_TITLES = {
    "local_therapy": "Local treatment and brain",
    "referral": "Refer",
    "duration": "How long",
    "monitoring": "Watch",
    "testing": "Test",
    "supportive": "Support",
    "sequencing": "Order of treatments",
}
FOOTER = "Supports a clinician's judgement; does not replace it."


def render(answer: Answer, *, colour: bool, width: int = 0) -> str:
    """The answer as terminal text; plain without `colour` or under NO_COLOR."""
    columns = width or shutil.get_terminal_size((100, 40)).columns
    plain = not colour or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    page = io.StringIO()
    console = Console(
        file=page,
        width=max(NARROWEST, min(columns, WIDEST)),
        force_terminal=not plain,
        no_color=plain,
        color_system=None if plain else "truecolor",
        highlight=False,
        markup=False,
        legacy_windows=False,
    )
    Page(answer, console).print()
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


class Page:
    """Prints the parts of one answer in reading order; a part with nothing to say is left out."""

    def __init__(self, answer: Answer, console: Console) -> None:
        self.answer, self.console = answer, console

    def print(self) -> None:
        """The whole page."""
        self._first()
        self._questions()
        self._other_sides()
        self._options()
        self._doses()
        self._points("Do not", self._avoided())
        self._points("Why not the others", why_not_lines(self.answer))
        self._changes()
        self._points("Cautions", self._cautions())
        self._checks()
        self._actions()
        self._labels()
        self._points("After progression", next_lines(self.answer))
        self._evidence()
        self._points("Where sources disagree", self.answer.disagreements)
        self._points("Newer than the guideline", [n.removeprefix("Newer than the guideline: ") for n in self.answer.newer])
        self._unknowns()
        self._references()

    def _first(self) -> None:
        first = first_lines.first_lines(self.answer)
        self.console.print(Text(first.verdict, style="bold"))
        for title, text in first.lines:
            self._labelled(title, text)

    def _avoided(self) -> list[str]:
        """What is not given, the drugs of one reason together."""
        reasons: dict[str, list[str]] = {}
        for one in self.answer.avoid:
            reasons.setdefault(cited(one.why, one.refs), []).append(" + ".join(one.drugs))
        return [f"{and_list(drugs)}: {why}" for why, drugs in reasons.items()]

    def _labelled(self, title: str, text: str) -> None:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=13)
        table.add_column()
        table.add_row(Text(title, style="dim"), Text(text))
        self.console.print(table)

    def _heading(self, title: str) -> None:
        self.console.print()
        self.console.print(Rule(Text(title, style="bold cyan"), align="left", style="dim", characters="─"))

    def _points(self, title: str, points: Iterable[str]) -> None:
        told = list(points)
        if told:
            self._heading(title)
            self._list(told)

    def _list(self, points: Iterable[str]) -> None:
        for point in points:
            table = Table.grid(padding=(0, 1))
            table.add_column(width=1)
            table.add_column()
            table.add_row("•", Text(point))
            self.console.print(Padding(table, (0, 0, 0, 1)))

    def _questions(self) -> None:
        blocking = [q for q in self.answer.ask if q.blocking]
        for question in blocking[:1]:
            self.console.print()
            self.console.print(Text(question.question, style="bold cyan"))
            self.console.print(self._branches("if the answer is", question.changes))
        if blocking[1:]:
            self._points("It would also help to know", [q.question for q in blocking[1:]])

    def _changes(self) -> None:
        deciding = {why.feature for why in self.answer.why if why.headline}
        sides = [s for s in self.answer.other_sides if s.feature in deciding and not s.near and s.answer != "out_of_scope"]
        self._points("Were it different", [f"{s.now}. If it were {first_lines.side_words(s)}." for s in sides[:SIDES_SHOWN]])
        others = [q for q in self.answer.ask if not q.blocking]
        if len(others) > first_lines.FLIPS_SHOWN:
            told = [f"{q.label}, {flips}" for q in others if (flips := first_lines.flips(q, self.answer))]
            self._points("What would change it", told)

    def _branches(self, title: str, changes: Iterable[Change]) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 1), show_edge=False)
        table.add_column(title, style="bold", header_style="dim", ratio=2)
        table.add_column("then", header_style="dim", ratio=3)
        for change in changes:
            table.add_row(range_words(change.if_), first_lines.then_words(change))
        return table

    def _other_sides(self) -> None:
        near = [s for s in self.answer.other_sides if s.near]
        self._points("Close to a boundary", [f"{s.now}. If it were {first_lines.side_words(s)}." for s in near])

    def _options(self) -> None:
        offered = [o for o in self.answer.options if o.status in ("applies", "applies_if_checked")]
        if len(offered) > 1:
            self._heading("Options")
            self._list(option_line(o) for o in offered)

    def _doses(self) -> None:
        for option in [o for o in self.answer.options if o.dose][:1]:
            self._heading(f"Dose: {option.name}")
            self._list(first_lines.dose_lines(option))

    def _checks(self) -> None:
        marks = {"done": "✓", "missing": "?", "unmet": "!"}
        told = [f"{marks[c.state]} {c.label}: {cited(c.says, c.refs)}" for c in self.answer.checks]
        if told:
            running = bool(self.answer.options) and self.answer.options[0].role == "continue"
            title = "Checks" if running else "Before the first dose"
            self._heading(f"{title}   ✓ done   ? missing   ! not met")
            table = Table.grid(padding=(0, 1))
            table.add_column(width=2, justify="right")
            table.add_column()
            for line in told:
                table.add_row(line[0], Text(line[2:]))
            self.console.print(table)

    def _actions(self) -> None:
        for kind, title in ACTION_TITLES.items():
            self._points(title, [cited(a.says, a.refs) for a in self.answer.actions if a.kind == kind])

    def _cautions(self) -> list[str]:
        """Of the first option; of every option where none is preferred, each with its regimen."""
        options = self.answer.options
        if not options or options[0].role != "option":
            return options[0].cautions if options else []
        told: dict[str, list[str]] = {}
        for option in options:
            for caution in option.cautions:
                told.setdefault(caution, []).append(option.name)
        return [f"{and_list(names)}: {caution}" if len(names) < len(options) else caution for caution, names in told.items()]

    def _labels(self) -> None:
        """Boxed warnings and dose changes of the first option; diluents and section 4 stay in the JSON."""
        facts = [fact for option in self.answer.options[:1] for fact in option.label_facts]
        self._points("Boxed warnings", [f"{f.drug}: {cited(one.says, one.refs)}" for f in facts for one in f.boxed])
        changes = [f"{f.drug}, dose levels: {cited(one.says, one.refs)}" for f in facts for one in f.levels]
        changes += [cited(f"{f.drug}, {c.toxicity}, {c.finding}: {c.do}", c.refs) for f in facts for c in f.dose_changes]
        self._points("When to hold, lower or stop", changes)

    def _evidence(self) -> None:
        rows = [row for option in self.answer.options[:1] for row in option.evidence]
        if rows:
            self._heading("Evidence, each figure with its data cut")
            for part in evidence_table.tables(rows):
                self.console.print(part)

    def _unknowns(self) -> None:
        self._points("In conflict", self.answer.conflicts)
        self._points("Assumed, because the record is silent", self.answer.assumed)
        self._points("Out of date", self.answer.unknown)
        self._points("Not understood", self.answer.not_understood)

    def _references(self) -> None:
        if self.answer.references:
            self._heading("References")
            table = Table.grid(padding=(0, 1))
            table.add_column(justify="right", width=3)
            table.add_column()
            for one in self.answer.references:
                table.add_row(Text(str(one.n), style="dim"), Text(reference_line(one), style="dim"))
            self.console.print(table)
        self.console.print()
        for notice in self.answer.notices:
            self.console.print(Text(notice, style="dim"))
        self.console.print(Text(f"{FOOTER} Knowledge {self.answer.knowledge}, reviewed by no clinician yet.", style="dim"))
