"""What a selector may look at: the record, the facts derived before it, who belongs to a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from concordant.derive.unread import UnreadItem
from concordant.model.features import Feature
from concordant.model.formulas import Formula
from concordant.model.selectors.base import Selector
from concordant.model.selectors.courses import OfDrugs
from concordant.patient.events import Comorbidity, Marker, Measurement, PatientRecord
from concordant.patient.facts import Claim, Facts, list_words_left

S_co = TypeVar("S_co", bound=Selector, covariant=True)


class SelectorContext(msgspec.Struct, Generic[S_co], frozen=True):
    """One patient, half derived, and the selector that looks."""

    record: PatientRecord
    facts: Facts
    feature: Feature
    by: S_co
    members: Mapping[str, frozenset[str]]
    tags: Mapping[str, frozenset[str]]
    formulas: Mapping[str, Formula]
    unread: tuple[UnreadItem, ...] = ()

    def drugs(self: SelectorContext[OfDrugs]) -> frozenset[str]:
        """The drugs of the selector: one, or all members of a class."""
        return self.by.list_drugs(self.members)

    def known_word(self, feature: str) -> str | None:
        """The value of an enum or yes/no feature derived before, None when unknown."""
        fact = self.facts.get(feature)
        return fact.value if fact and isinstance(fact.value, str) else None

    def remaining_words(self, feature: str) -> tuple[str, ...] | None:
        """The words that are left of a feature derived before, None when nothing is told of it."""
        fact = self.facts.get(feature)
        return list_words_left(fact.value) if fact else None


Look = Callable[[SelectorContext[S_co]], Claim | None]


def list_entry_places(items: Sequence[Comorbidity | Marker | Measurement]) -> tuple[str, ...]:
    """The entries behind a claim."""
    return tuple(item.entry.place for item in items)
