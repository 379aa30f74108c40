"""What a selector may look at: the record, the facts derived before it, who belongs to a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from concordant.derive.unread import Unread
from concordant.facts import Claim, Facts, words_left
from concordant.features import Feature
from concordant.formulas import Formula
from concordant.record.events import Comorbidity, Marker, Measurement, PatientRecord


class Context(msgspec.Struct, frozen=True):
    """One patient, half derived."""

    record: PatientRecord
    facts: Facts
    feature: Feature
    members: Mapping[str, frozenset[str]]
    tags: Mapping[str, frozenset[str]]
    formulas: Mapping[str, Formula]
    unread: tuple[Unread, ...] = ()

    @property
    def params(self) -> Mapping[str, Any]:
        """The keys that stand beside `selector` in the feature's `derive`."""
        return self.feature.derive or {}

    def drugs(self, key: str = "of") -> frozenset[str]:
        """The drugs meant by a parameter: a drug id, or all members of a class."""
        name = str(self.params[key])
        return self.members.get(name, frozenset({name}))

    def word(self, feature: str) -> str | None:
        """The value of an enum or yes/no feature derived before, None when unknown."""
        fact = self.facts.get(feature)
        return fact.value if fact and isinstance(fact.value, str) else None

    def left(self, feature: str) -> tuple[str, ...] | None:
        """The words that are left of a feature derived before, None when nothing is told of it."""
        fact = self.facts.get(feature)
        return words_left(fact.value) if fact else None


Selector = Callable[[Context], Claim | None]


def places_of(items: Sequence[Comorbidity | Marker | Measurement]) -> tuple[str, ...]:
    """The entries behind a claim."""
    return tuple(item.entry.place for item in items)
