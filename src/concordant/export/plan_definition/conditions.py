"""When each action is due, as definitions of their own: an action has one condition, which is read as true or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from concordant.decide.ruleset import Ruleset
from concordant.export.cql.answer import name_speaks
from concordant.export.cql.decision import DecisionDefinitions
from concordant.export.cql.library import Definition
from concordant.export.names import shorten_statement
from concordant.export.offers import list_leading
from concordant.model.guideline import Statement
from concordant.readers.elm import TRUE, Elm, Ref, is_null, join_all, negate


@dataclass
class PlanConditions:
    """The definitions that plan definitions read.

    `due` names that of each statement that applies and of which a regimen can be given, `ruled_out` that of each that applies and
    of whose regimens none can, `collect` that of what leaves it open (and of each guideline), `first` that of each offer before
    whose first dose something is to be settled.
    """

    frame: Ruleset
    made: DecisionDefinitions
    due: dict[str, str] = field(default_factory=dict)
    ruled_out: dict[str, str] = field(default_factory=dict)
    collect: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def list_definitions(self) -> list[Definition]:
        """All of them; they stand behind those of the decision."""
        return [*self._iter_guidelines(), *self._iter_statements(), *self._iter_offers()]

    def _iter_guidelines(self) -> Iterator[Definition]:
        for guideline in list_leading(self.frame):
            self.collect[guideline.id] = name = self.made.names.find_name(f"{guideline.id} collect")
            yield Definition(name, join_all([Ref(name_speaks(guideline, self.made.names)), Ref("needs_data")]))

    def _iter_statements(self) -> Iterator[Definition]:
        speaks = {guideline.id: name_speaks(guideline, self.made.names) for guideline in list_leading(self.frame)}
        for statement in self.frame.statements:
            short, applies = shorten_statement(statement), Ref(self.made.applies[statement.id])
            spoken = Ref(speaks[self.frame.family[statement.guideline]])
            self.due[statement.id] = self.made.names.find_name(f"{short} due", statement.id)
            self.collect[statement.id] = self.made.names.find_name(f"{short} collect", statement.id)
            stands = self.made.can_stand(statement) if self._advises(statement) else TRUE
            yield Definition(self.due[statement.id], _join(spoken, applies, stands))
            if stands != TRUE:
                self.ruled_out[statement.id] = name = self.made.names.find_name(f"{short} ruled out", statement.id)
                yield Definition(name, _join(spoken, applies, negate(stands)))
            yield Definition(self.collect[statement.id], _join(spoken, is_null(applies)))

    def _advises(self, statement: Statement) -> bool:
        return any(one.statement is statement and not one.against for one in self.frame.proposals)

    def _iter_offers(self) -> Iterator[Definition]:
        for offer in self.made.offers:
            self.first[offer.shown] = name = self.made.names.find_name(f"{offer.shown} first", offer.proposal.id)
            yield Definition(name, _join(Ref(offer.shown), Ref(self.made.held[offer.proposal.id])))


def _join(*parts: Elm) -> Elm:
    return join_all(parts)
