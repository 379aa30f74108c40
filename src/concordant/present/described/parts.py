"""The parts of a described statement, each as blocks of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from concordant.answer.phrases import capitalize_first
from concordant.answer.references import References
from concordant.decide.boundaries import Boundary
from concordant.decide.decision import Outcome
from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.logic.conditions import All, Condition, Named
from concordant.model.drugs import Component, Regimen
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.model.signing import list_worked_out
from concordant.model.sources import BarEffect, Cite, Restriction
from concordant.present.described.phrases import APPLIES, EFFECTS, IMPOSSIBLE, NOW
from concordant.present.language import Language
from concordant.present.page.document import Point, PointList, Table
from concordant.present.pathway.words import describe_asks
from concordant.present.sentences import append_references


@dataclass(frozen=True, slots=True)
class PartBuilder:
    """Makes the parts of one statement; every source that is named gets its number from `references`."""

    frame: Ruleset
    features: Mapping[str, Feature]
    names: Mapping[str, str]
    language: Language
    references: References

    def cite(self, text: str, *cites: Cite) -> str:
        """A text with the places that it rests on."""
        return append_references(text, self.references.cite_places(cites))

    def name_regimen(self, name: str) -> str:
        """The name of a regimen; what the patient takes now has none of its own."""
        return self.language.say("map.current") if name == CURRENT else self.frame.regimens[name].name

    def list_conditions(self, condition: Condition) -> PointList:
        """Each thing that is asked, in words; a point for each that must hold."""
        return PointList(tuple(Point(text) for limb in split_limbs(condition) if (text := self.describe(limb))))

    def describe(self, condition: Condition) -> str:
        """A condition in words."""
        return capitalize_first(describe_asks([condition], self.features, self.language))

    def list_worked_out(self, asked: Iterable[str]) -> Table:
        """What no entry of a record says by itself: when each value of it holds, and by which source."""
        inferred = list_worked_out(asked, self.features)
        return Table(("worked out", "when"), tuple(row for name in inferred for row in self._iter_rules(self.features[name])))

    def _iter_rules(self, feature: Feature) -> Iterator[tuple[str, str]]:
        for rule in feature.rules:
            value = feature.phrases.get(str(rule.value), str(rule.value).replace("_", " "))
            told = self.describe(rule.if_)
            yield f"{feature.brief}: {value}", self.cite(told, rule.source) if rule.source else told

    def list_silence(self, asked: Iterable[str]) -> Table:
        """What is asked of a record, and what it means when the record says nothing."""
        rows = []
        for name in asked:
            feature = self.features[name]
            meant = "; ".join(f"{silence.value}: {silence.because}" for silence in feature.absent_means)
            rows.append((feature.label, feature.question or "worked out, never asked", meant or "unknown, and asked"))
        return Table(("fact", "question", "where the record is silent"), tuple(rows))

    def list_regimens(self, statement: Statement) -> Table:
        """The regimens that it names, with the dose of each drug."""
        named = statement.recommend.regimens if statement.recommend else ()
        regimens = [self.frame.regimens[name] for name in named if name in self.frame.regimens]
        return Table(("regimen", "dose"), tuple((regimen.name, self._describe_doses(regimen)) for regimen in regimens))

    def _describe_doses(self, regimen: Regimen) -> str:
        return "; ".join(self.cite(self._describe_component(part), part.source) for part in regimen.components)

    def _describe_component(self, part: Component) -> str:
        phase = "" if part.phase == "every" else f" ({self.language.say(f'dose.{part.phase}')})"
        return f"{self.names[part.drug]} {self.describe_dose(part)}{phase}"

    def describe_dose(self, part: Component) -> str:
        """`5.4 mg/kg IV every 3 weeks`, with the days of a cycle."""
        say, word = self.language.say, self.language.translate_word
        unit, route, schedule = self.language.format_unit(part.unit), word("route", part.route), word("schedule", part.schedule)
        told = say("dose", amount=self.language.format_number(part.amount), unit=unit, route=route, schedule=schedule)
        return say("dose.days", dose=told, days=part.days) if part.days != "1" else told

    def format_amount(self, part: Component) -> str:
        """`5.4 mg/kg`."""
        return f"{self.language.format_number(part.amount)} {self.language.format_unit(part.unit)}"

    def list_bars(self, proposals: Iterable[Proposal], effects: tuple[BarEffect, ...]) -> Table:
        """What speaks against its regimens, with the kind of each; a bar of several regimens stands once."""
        bars = {(bar.says, bar.effect): bar for one in proposals for bar in one.bars.values() if bar.effect in effects}
        rows = tuple(self._make_bar_row(bar) for bar in sorted(bars.values(), key=lambda bar: effects.index(bar.effect)))
        return Table(("what speaks against it", "kind", "effect"), rows)

    def _make_bar_row(self, bar: Restriction) -> tuple[str, str, str]:
        return self.cite(bar.says, bar.source), bar.kind.replace("_", " "), EFFECTS[bar.effect]

    def list_boundaries(self, rows: Iterable[tuple[Boundary, ...]]) -> Table:
        """At each boundary: the value, whether the statement applies, and what would be answered."""
        told = [
            (one.feature.brief, self._name_cell(one), self._tell_truth(one), self.tell_outcome(one.outcome))
            for row in rows
            for one in row
        ]
        return Table(("fact", "value", "this statement", "then"), tuple(told))

    def _name_cell(self, one: Boundary) -> str:
        return f"{one.cell.name} ({NOW})" if one.is_now else one.cell.name

    def _tell_truth(self, one: Boundary) -> str:
        return APPLIES[one.applies] if one.outcome is not None else IMPOSSIBLE

    def tell_outcome(self, outcome: Outcome | None) -> str:
        """What comes of a patient, in words; nothing where no patient can be."""
        if outcome is None:
            return ""
        answer, regimens = outcome
        if answer in ("needs_data", "out_of_scope"):
            return self.language.say("then.open" if answer == "needs_data" else "then.out")
        names = [self.name_regimen(name) for name in regimens]
        return self.language.join_with_or(names) if names else self.language.say("then.nothing")


def split_limbs(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold."""
    while isinstance(condition, Named):
        condition = condition.arg
    return condition.args if isinstance(condition, All) else (condition,)
