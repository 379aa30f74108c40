"""What the conditions of a statement say of features that they do not name: by the rules of those that are inferred.

A statement on growth in the brain alone, say, is for patients whose treatment is going on; the rule of that feature tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from concordant.logic.conditions import Compare, Condition, OneOf, find_features_read
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE
from concordant.model.features import Feature
from concordant.patient.facts import Fact, Value, value_from_words
from concordant.readers.explain import explain


def iter_implied(asks: Sequence[Condition], features: Mapping[str, Feature]) -> Iterator[OneOf]:
    """For each inferred feature that is not asked about, the words that its rules leave possible where these are not all."""
    told = _read_facts(asks, features)
    reader = _Inferring(features, dict(told))
    for feature in features.values():
        if feature.rules and feature.values and feature.name not in told:
            words = reader.list_possible(feature)
            if words and len(words) < len(feature.values):
                yield OneOf(feature.name, words)


@dataclass(frozen=True, slots=True)
class _Inferring:
    """Facts that are asked for, and those that follow from them, each worked out once."""

    features: Mapping[str, Feature]
    facts: dict[str, Fact]
    seen: set[str] = field(default_factory=set)

    def list_possible(self, feature: Feature) -> tuple[str, ...]:
        """The words of which a rule holds; else those of which a rule may hold."""
        for name in sorted(set().union(*(find_features_read(rule.if_) for rule in feature.rules))):
            self._infer(name)
        truths = [(str(rule.value), explain(rule.if_, self.facts).truth) for rule in feature.rules]
        certain = [word for word, truth in truths if truth is TRUE]
        possible = certain[:1] or [word for word, truth in truths if truth is not FALSE]
        return tuple(word for word in feature.values if word in possible)

    def _infer(self, name: str) -> None:
        feature = self.features[name]
        if name in self.facts or name in self.seen or not feature.rules or not feature.values:
            return
        self.seen.add(name)
        words = self.list_possible(feature)
        if words and (value := value_from_words(feature, words)) is not None:
            self.facts[name] = Fact(name, value, "hypothetical")


def _read_facts(asks: Sequence[Condition], features: Mapping[str, Feature]) -> dict[str, Fact]:
    """What is asked of one feature each, as if it were so."""
    facts: dict[str, Fact] = {}
    for ask in asks:
        value = _read_value(ask, features)
        if isinstance(ask, OneOf | Compare) and value is not None:
            facts[ask.feature] = Fact(ask.feature, value, "hypothetical")
    return facts


def _read_value(ask: Condition, features: Mapping[str, Feature]) -> Value:
    match ask:
        case OneOf(feature=name, values=words):
            return value_from_words(features[name], words)
        case Compare(op=">=" | ">", bound=bound):
            return Interval(low=bound)
        case Compare(op="<=" | "<", bound=bound):
            return Interval(high=bound)
        case Compare(bound=bound):
            return Interval(bound, bound)
        case _:
            return None
