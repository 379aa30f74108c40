"""What the conditions of a note are called: those that the knowledge has a term for, and allergies by what they are to."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from concordant.model.knowledge import Knowledge
from concordant.record.notes.gathered import Gathered

CONDITION = "condition[{}]"
PREFIX = "condition["


@dataclass(frozen=True, slots=True)
class ConditionNames:
    """The terms for conditions; `allergy` is how rules call an allergy, `allergy_names` what one to something is called."""

    terms: frozenset[str]
    allergy: str
    allergy_names: tuple[str, ...]

    def name_conditions(self, gathered: Gathered) -> None:
        """A condition that has no term is not told: its words are not read. An allergy is called by what it is to."""
        for fact in [fact for fact in gathered.facts if fact.fact.startswith(PREFIX)]:
            if fact.fact[len(PREFIX) : -1] not in self.terms:
                gathered.take_back(fact.fact, fact.value)
        for fact in [fact for fact in gathered.facts if self._is_allergy(fact.fact)]:
            gathered.take_back(fact.fact, fact.value)
            for name in self._name_allergies(fact.fact):
                gathered.tell_fact(name, fact.value, fact.spans, fact.sure, fact.rule)
        gathered.offers[:] = [replace(offer, fact=name) for offer in gathered.offers for name in self._name_offered(offer.fact)]

    def _name_offered(self, fact: str) -> tuple[str, ...]:
        return self._name_allergies(fact) if self._is_allergy(fact) else (fact,)

    def _is_allergy(self, fact: str) -> bool:
        return bool(self.allergy) and fact.startswith(f"{self.allergy}[")

    def _name_allergies(self, fact: str) -> tuple[str, ...]:
        """The conditions that an allergy is: one for each drug of a combination."""
        drugs = fact[len(self.allergy) + 1 : -1].split("+")
        return tuple(CONDITION.format(self._name_allergy(drug)) for drug in drugs)

    def _name_allergy(self, drug: str) -> str:
        """The first name that is a term, else the last: it says to what the allergy is, whatever that may be."""
        names = [name.replace("{drug}", drug) for name in self.allergy_names]
        return next((name for name in names if name in self.terms), names[-1])


def make_condition_names(knowledge: Knowledge) -> ConditionNames:
    """The names of one knowledge."""
    told = knowledge.notes.conventions
    return ConditionNames(frozenset(term.id for term in knowledge.vocabulary.conditions), told.allergy, told.allergy_names)
