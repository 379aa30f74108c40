"""Short sentences that several parts of the page share, in its language; every statement carries its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from concordant.answer.parts import AdjustedDose, Dose, GradeShown, RefAt
from concordant.answer.phrases import capitalize_first
from concordant.answer.references import format_brackets
from concordant.answer.schema import Answer, Ask, Change, Option, OtherSide
from concordant.present.language import Language

NAMES_SHOWN = 3


class Uncited(Exception):
    """A statement about medicine without a source: a fault of the build, never of the reader."""


def append_references(text: str, refs: Iterable[RefAt]) -> str:
    """The text and its references."""
    return f"{text}{format_brackets(refs)}"


def cite_claim(text: str, refs: Sequence[RefAt]) -> str:
    """A statement and its sources. Raises Uncited when it has none."""
    if not refs:
        raise Uncited(text)
    return append_references(text, refs)


class Sentences(msgspec.Struct, frozen=True):
    """What is said of one answer in one language."""

    answer: Answer
    language: Language

    def describe_grade(self, grade: GradeShown | None) -> str:
        """The rating in its publisher's words."""
        if grade is None:
            return self.language.say("grade.none")
        if grade.strength is None or grade.evidence is None:
            return self.language.say("grade.unseen")
        return self.language.say("grade", strength=capitalize_first(grade.strength), evidence=grade.evidence)

    def describe_own_grade(self, option: Option) -> str:
        """How sure the guideline is of this option; for a derived one, where it comes from."""
        refs = option.chain[0].refs if option.chain else []
        return append_references(
            capitalize_first(option.derived_because) if option.derived_because else self.describe_grade(option.grade), refs
        )

    def list_supporting_statements(self, option: Option) -> list[str]:
        """The other statements that lead to the option, each with its own grade; grades are never merged."""
        links = [link for link in option.chain[1:] if not (option.derived_because and link.statement == option.statements[1])]
        return [
            cite_claim(
                f"{capitalize_first(link.title)}: {self.language.lower_initial(self.describe_grade(link.grade))}", link.refs
            )
            for link in links
        ]

    def describe_label(self, option: Option) -> str:
        """Whether the label covers the option for this patient; nothing for a treatment that goes on."""
        if option.role == "continue":
            return ""
        return append_references(
            self.language.say(f"label.{option.label.fit}", because=option.label.because.rstrip(".")), option.label.refs
        )

    def describe_as_of(self) -> str:
        """`As of 20 Sep 2022, ASCO 2022`."""
        return self.language.say("answered", day=self.language.format_day(self.answer.as_of), guidelines=self.name_guidelines())

    def name_guidelines(self) -> str:
        """`ASCO 2022`: those that speak of this patient."""
        names = [f"{g.title} {g.version}" for g in self.answer.guidelines if g.speaks]
        return self.language.join_with_and(names) or self.language.say("over.no_guideline")

    # -- outcomes ----------------------------------------------------------------------------------

    def describe_change(self, change: Change, line_now: str | None = None) -> str:
        """Describe what an answer to a question leads to. The line of treatment is named only when it differs from the
        current one.
        """
        then = self.describe_outcome(change.names, change.answer)
        if change.line in ("", line_now):
            return then
        return self.language.say("then.line", line=self.language.translate_word("line", change.line), then=then)

    def describe_outcome(self, names: list[str], answer: str) -> str:
        """The regimens that would be offered, or that none would be."""
        if answer == "out_of_scope":
            return self.language.say("then.out")
        text = self.language.join_with_or(names)
        if len(names) > NAMES_SHOWN:
            text = self.language.say("then.more", told=", ".join(names[:NAMES_SHOWN]), more=len(names) - NAMES_SHOWN)
        if answer == "needs_data":
            return self.language.say("then.open.anyway", told=text) if text else self.language.say("then.open")
        return text or self.language.say("then.nothing")

    def describe_other_side(self, side: OtherSide) -> str:
        """`Interval: 8 months. If it were more than 12 months (4 months away): REGIMEN.`"""
        other = self.language.describe_cell(side.cell, side.if_)
        if side.distance:
            other = self.language.say("side.away", other=other, distance=side.distance)
        return self.language.say("side", now=side.now, other=other, then=self.describe_outcome(side.names, side.answer))

    def describe_boundary(self, side: OtherSide) -> str:
        """`Interval: 12 months; more than 12 months: REGIMEN`: a value so near its boundary that both sides are told."""
        other, then = self.language.describe_cell(side.cell, side.if_), self.describe_outcome(side.names, side.answer)
        return self.language.say("boundary", now=side.now, other=other, then=then)

    def list_changing_answers(self, question: Ask) -> list[tuple[str, str]]:
        """The answers to a question that lead elsewhere than now, and where."""
        options = self.answer.options
        now = sorted(o.regimen for o in options if o.role == "preferred") or sorted(o.regimen for o in options)
        elsewhere = [c for c in question.changes if sorted(c.then) != now]
        return [
            (self.language.describe_cell(c.cell, c.if_), self._describe_dropped(c) or self.describe_change(c, self.answer.line))
            for c in elsewhere
        ]

    def _describe_dropped(self, change: Change) -> str:
        """Which regimens drop out, when that is all that changes."""
        left = [o.name for o in self._list_counted_options() if o.regimen not in change.then]
        same = change.answer == self.answer.answer and len(left) + len(change.then) == len(self._list_counted_options())
        if not same or not change.then or len(left) >= len(change.then):
            return ""
        return self.language.say("then.without", names=self.language.join_with_and(left))

    def _list_counted_options(self) -> list[Option]:
        """The options that the outcome counts: the preferred ones, or all where none is."""
        return [o for o in self.answer.options if o.role == "preferred"] or self.answer.options

    # -- doses -------------------------------------------------------------------------------------

    def describe_amount(self, dose: Dose) -> str:
        """`5.4 mg/kg IV every 3 weeks`."""
        text = self.language.say(
            "dose",
            amount=self.language.format_number(dose.amount),
            unit=self.language.format_unit(dose.unit),
            route=self.language.translate_word("route", dose.route),
            schedule=self.language.say("dose.once")
            if dose.phase == "loading"
            else self.language.translate_word("schedule", dose.schedule),
        )
        return text if dose.days in ("", "1") else self.language.say("dose.days", dose=text, days=dose.days)

    def describe_milligrams(self, dose: Dose) -> str:
        """`346 mg at 64 kg (4 vials of 100 mg, 54 mg left over)`, or why it is not computed."""
        packs = dose.vials or dose.tablets
        if dose.unit == "mg":
            return f"({packs})" if packs else ""
        if dose.calculated_mg is None:
            return self.language.say("dose.not_calculated", why=dose.why_not_calculated)
        text = self.language.say("dose.milligrams", mg=self.language.format_number(dose.calculated_mg, 0), basis=dose.basis)
        text = f"{text}, {dose.capped}" if dose.capped else text
        return self.language.say("dose.vials", told=text, vials=packs) if packs else text

    def describe_lowered_dose(self, dose: AdjustedDose) -> str:
        """Describe a dose reduction: the rule of the label, the fact that triggers it, and the resulting dose: `750
        mg/m², 1245 mg (2 tablets of ...)`.
        """
        text = self.language.say("dose.lowered", says=dose.says, because=dose.because)
        if dose.amount is None:
            return text
        amount = f"{self.language.format_number(dose.amount)} {self.language.format_unit(dose.unit)}"
        if dose.calculated_mg is not None and dose.unit != "mg":
            amount = f"{amount}, {self.language.format_number(dose.calculated_mg, 0)} mg"
        packs = dose.vials or dose.tablets
        return f"{text} {amount}{f' ({packs})' if packs else ''}"

    def describe_headline_dose(self, dose: Dose, *, whole: bool = True) -> str:
        """`389 mg IV every 3 weeks (5.4 mg/kg, 72 kg, 4 vials)`; not `whole`, without what stands in the brackets."""
        if not dose.calculated_mg or dose.unit == "mg":
            return self.describe_amount(dose)
        amount = f"{self.language.format_number(dose.calculated_mg, 0)} mg"
        details = [f"{self.language.format_number(dose.amount)} {self.language.format_unit(dose.unit)}", dose.basis_amount]
        vials = sum(piece.count for piece in dose.pieces)
        details += [self.language.say("dose.pieces", number=vials)] if vials > 1 and dose.vials else []
        word = self.language.translate_word
        text = f"{amount} {word('route', dose.route)} {word('schedule', dose.schedule)}"
        return f"{text} ({', '.join(filter(None, details))})" if whole else text

    def list_doses_briefly(self, option: Option) -> list[str]:
        """Each drug once, its phases together: `DRUG 8 mg/kg IV every 3 weeks, then 6 mg/kg IV every 3 weeks`."""
        lines = []
        for drug, doses in groupby(option.dose, key=lambda dose: dose.drug):
            texts = [self._describe_dose_briefly(dose) for dose in doses]
            phases = texts[0] if len(texts) == 1 else self.language.say("dose.then", first=texts[0], later=texts[-1])
            lines.append(f"{drug} {phases}")
        return lines

    def _describe_dose_briefly(self, dose: Dose) -> str:
        if not dose.calculated_mg or not dose.basis or dose.held:
            return self.describe_amount(dose)
        milligrams = self.language.say(
            "verdict.milligrams", mg=self.language.format_number(dose.calculated_mg, 0), basis=dose.basis
        )
        return f"{self.describe_amount(dose)}{milligrams}"
