"""Short sentences that several parts of the page share, in its language; every statement carries its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from concordant.answer.model import Answer, Ask, Change, Option, OtherSide
from concordant.answer.parts import AdjustedDose, Dose, GradeShown, RefAt
from concordant.answer.phrases import lower_first, sentence_case
from concordant.answer.references import brackets
from concordant.present.language import Language

NAMES_SHOWN = 3


class Uncited(Exception):
    """A statement about medicine without a source: a fault of the build, never of the reader."""


def cited(text: str, refs: Iterable[RefAt]) -> str:
    """The text and its references."""
    return f"{text}{brackets(refs)}"


def claim(text: str, refs: Sequence[RefAt]) -> str:
    """A statement and its sources. Raises Uncited when it has none."""
    if not refs:
        raise Uncited(text)
    return cited(text, refs)


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said of one answer in one language."""

    answer: Answer
    language: Language

    def grade(self, grade: GradeShown | None) -> str:
        """The rating in its publisher's words."""
        if grade is None:
            return self.language.say("grade.none")
        if grade.strength is None or grade.evidence is None:
            return self.language.say("grade.unseen")
        return self.language.say("grade", strength=sentence_case(grade.strength), evidence=grade.evidence)

    def own_grade(self, option: Option) -> str:
        """How sure the guideline is of this option; for a derived one, where it comes from."""
        refs = option.chain[0].refs if option.chain else []
        return cited(sentence_case(option.derived_because) if option.derived_because else self.grade(option.grade), refs)

    def chain(self, option: Option) -> list[str]:
        """The other statements that lead to the option, each with its own grade; grades are never merged."""
        links = [link for link in option.chain[1:] if not (option.derived_because and link.statement == option.statements[1])]
        return [claim(f"{sentence_case(link.title)}: {self.lower(self.grade(link.grade))}", link.refs) for link in links]

    def lower(self, text: str) -> str:
        """Lower the first letter of a text, unless the language writes nouns with a capital."""
        return lower_first(text) if self.language.code == "en" else text

    def label(self, option: Option) -> str:
        """Whether the label covers the option for this patient; nothing for a treatment that goes on."""
        if option.role == "continue":
            return ""
        return cited(self.language.say(f"label.{option.label.fit}", because=option.label.because.rstrip(".")), option.label.refs)

    def answered(self) -> str:
        """`As of 20 Sep 2022, ASCO 2022`."""
        return self.language.say("answered", day=self.language.day(self.answer.as_of), guidelines=self.guidelines())

    def guidelines(self) -> str:
        """`ASCO 2022`: those that speak of this patient."""
        names = [f"{g.title} {g.version}" for g in self.answer.guidelines if g.speaks]
        return self.language.all_of(names) or self.language.say("over.no_guideline")

    # -- outcomes ----------------------------------------------------------------------------------

    def then(self, change: Change, line_now: str | None = None) -> str:
        """Describe what an answer to a question leads to. The line of treatment is named only when it differs from the
        current one.
        """
        then = self.outcome(change.names, change.answer)
        if change.line in ("", line_now):
            return then
        return self.language.say("then.line", line=self.language.known("line", change.line), then=then)

    def outcome(self, names: list[str], answer: str) -> str:
        """The regimens that would be offered, or that none would be."""
        if answer == "out_of_scope":
            return self.language.say("then.out")
        told = self.language.any_of(names)
        if len(names) > NAMES_SHOWN:
            told = self.language.say("then.more", told=", ".join(names[:NAMES_SHOWN]), more=len(names) - NAMES_SHOWN)
        if answer == "needs_data":
            return self.language.say("then.open.anyway", told=told) if told else self.language.say("then.open")
        return told or self.language.say("then.nothing")

    def side(self, side: OtherSide) -> str:
        """`Interval: 8 months. If it were more than 12 months (4 months away): REGIMEN.`"""
        other = self.language.cell(side.cell, side.if_)
        if side.distance:
            other = self.language.say("side.away", other=other, distance=side.distance)
        return self.language.say("side", now=side.now, other=other, then=self.outcome(side.names, side.answer))

    def boundary(self, side: OtherSide) -> str:
        """`Interval: 12 months; more than 12 months: REGIMEN`: a value so near its boundary that both sides are told."""
        other, then = self.language.cell(side.cell, side.if_), self.outcome(side.names, side.answer)
        return self.language.say("boundary", now=side.now, other=other, then=then)

    def flips(self, question: Ask) -> list[tuple[str, str]]:
        """The answers to a question that lead elsewhere than now, and where."""
        options = self.answer.options
        now = sorted(o.regimen for o in options if o.role == "preferred") or sorted(o.regimen for o in options)
        elsewhere = [c for c in question.changes if sorted(c.then) != now]
        return [(self.language.cell(c.cell, c.if_), self._without(c) or self.then(c, self.answer.line)) for c in elsewhere]

    def _without(self, change: Change) -> str:
        """Which regimens drop out, when that is all that changes."""
        left = [o.name for o in self._counted() if o.regimen not in change.then]
        same = change.answer == self.answer.answer and len(left) + len(change.then) == len(self._counted())
        if not same or not change.then or len(left) >= len(change.then):
            return ""
        return self.language.say("then.without", names=self.language.all_of(left))

    def _counted(self) -> list[Option]:
        """The options that the outcome counts: the preferred ones, or all where none is."""
        return [o for o in self.answer.options if o.role == "preferred"] or self.answer.options

    # -- doses -------------------------------------------------------------------------------------

    def amount(self, dose: Dose) -> str:
        """`5.4 mg/kg IV every 3 weeks`."""
        told = self.language.say(
            "dose",
            amount=self.language.number(dose.amount),
            unit=self.language.unit(dose.unit),
            route=self.language.known("route", dose.route),
            schedule=self.language.say("dose.once")
            if dose.phase == "loading"
            else self.language.known("schedule", dose.schedule),
        )
        return told if dose.days in ("", "1") else self.language.say("dose.days", dose=told, days=dose.days)

    def milligrams(self, dose: Dose) -> str:
        """`346 mg at 64 kg (4 vials of 100 mg, 54 mg left over)`, or why it is not computed."""
        packs = dose.vials or dose.tablets
        if dose.unit == "mg":
            return f"({packs})" if packs else ""
        if dose.calculated_mg is None:
            return self.language.say("dose.not_calculated", why=dose.why_not_calculated)
        told = self.language.say("dose.milligrams", mg=self.language.number(dose.calculated_mg, 0), basis=dose.basis)
        told = f"{told}, {dose.capped}" if dose.capped else told
        return self.language.say("dose.vials", told=told, vials=packs) if packs else told

    def lowered(self, dose: AdjustedDose) -> str:
        """Describe a dose reduction: the rule of the label, the fact that triggers it, and the resulting dose: `750
        mg/m², 1245 mg (2 tablets of ...)`.
        """
        told = self.language.say("dose.lowered", says=dose.says, because=dose.because)
        if dose.amount is None:
            return told
        amount = f"{self.language.number(dose.amount)} {self.language.unit(dose.unit)}"
        if dose.calculated_mg is not None and dose.unit != "mg":
            amount = f"{amount}, {self.language.number(dose.calculated_mg, 0)} mg"
        packs = dose.vials or dose.tablets
        return f"{told} {amount}{f' ({packs})' if packs else ''}"

    def headline_dose(self, dose: Dose, *, whole: bool = True) -> str:
        """`389 mg IV every 3 weeks (5.4 mg/kg, 72 kg, 4 vials)`; not `whole`, without what stands in the brackets."""
        if not dose.calculated_mg or dose.unit == "mg":
            return self.amount(dose)
        amount = f"{self.language.number(dose.calculated_mg, 0)} mg"
        told = [f"{self.language.number(dose.amount)} {self.language.unit(dose.unit)}", dose.basis_amount]
        vials = sum(piece.count for piece in dose.pieces)
        told += [self.language.say("dose.pieces", number=vials)] if vials > 1 and dose.vials else []
        given = f"{amount} {self.language.known('route', dose.route)} {self.language.known('schedule', dose.schedule)}"
        return f"{given} ({', '.join(filter(None, told))})" if whole else given

    def dose_in_short(self, option: Option) -> list[str]:
        """Each drug once, its phases together: `DRUG 8 mg/kg IV every 3 weeks, then 6 mg/kg IV every 3 weeks`."""
        found = []
        for drug, doses in groupby(option.dose, key=lambda dose: dose.drug):
            told = [self._short(dose) for dose in doses]
            phases = told[0] if len(told) == 1 else self.language.say("dose.then", first=told[0], later=told[-1])
            found.append(f"{drug} {phases}")
        return found

    def _short(self, dose: Dose) -> str:
        if not dose.calculated_mg or not dose.basis or dose.held:
            return self.amount(dose)
        milligrams = self.language.say("verdict.milligrams", mg=self.language.number(dose.calculated_mg, 0), basis=dose.basis)
        return f"{self.amount(dose)}{milligrams}"
