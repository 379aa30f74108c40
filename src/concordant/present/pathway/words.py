"""Conditions of statements in the few words that a picture has room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from concordant.answer.phrases import make_grade_shown
from concordant.logic.conditions import (
    All,
    Any,
    AtLeast,
    Compare,
    Condition,
    Constant,
    Leaf,
    Named,
    Not,
    OneOf,
    find_features_read,
    fold,
)
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.present.language import Language
from concordant.readers.words import leaf_words

LIMBS = 2  # so many limbs of an either-or are told in a picture with little room


def describe_asks(asks: Sequence[Condition], features: Mapping[str, Feature], language: Language) -> str:
    """What is asked, each limb in words."""
    reader = _InWords(features, language)
    return "; ".join(filter(None, (fold(ask, reader)(False) for ask in asks)))


def is_long(ask: Condition) -> bool:
    """Whether it asks about so much that a picture with little room names the statement in its place."""
    return len(find_features_read(ask)) > LIMBS


Told = Callable[[bool], str]  # a condition in words, or (True) that it does not hold


@dataclass(frozen=True, slots=True)
class _InWords:
    """The algebra whose readings are words: `hormone receptor: positive`, limbs joined as they are meant."""

    features: Mapping[str, Feature]
    language: Language

    def constant(self, _: Constant) -> Told:
        """Nothing is asked of the patient."""
        return lambda _: ""

    def compare(self, node: Compare) -> Told:
        """A number against a bound."""
        return lambda negated: self._describe_leaf(node, negated=negated)

    def one_of(self, node: OneOf) -> Told:
        """A word among words."""
        return lambda negated: self._describe_leaf(node, negated=negated)

    def not_(self, _: Not, part: Told) -> Told:
        """The same turned round."""
        return lambda negated: part(not negated)

    def named(self, _: Named, part: Told) -> Told:
        """The condition itself."""
        return part

    def all_(self, node: All, parts: Sequence[Told]) -> Told:
        """Joined by `and`; turned round, one of them fails."""
        return lambda negated: self._join(_bracket(node.args, parts), negated, either=negated)

    def any_(self, node: Any, parts: Sequence[Told]) -> Told:
        """Joined by `or`; turned round, all of them fail."""
        return lambda negated: self._join(_bracket(node.args, parts), negated, either=not negated)

    def at_least(self, node: AtLeast, parts: Sequence[Told]) -> Told:
        """So many of them."""
        return lambda negated: self.language.say(
            "map.fewer_than" if negated else "map.at_least", n=node.n, limbs=self._join(parts, False, either=True)
        )

    def _join(self, parts: Sequence[Told], negated: bool, *, either: bool) -> str:
        told = list(filter(None, (part(negated) for part in parts)))
        return self.language.join_with_or(told) if either else self.language.join_with_and(told)

    def _describe_leaf(self, leaf: Leaf, *, negated: bool) -> str:
        feature = self.features[leaf.feature]
        return f"{self.language.tell(feature.brief)}: {leaf_words(leaf, feature, self.language.spelling(), negated=negated)}"


def _bracket(args: Sequence[Condition], parts: Sequence[Told]) -> list[Told]:
    """Each part in brackets that is itself made of several."""
    return [
        _enclose(part) if isinstance(arg, All | Any) and len(arg.args) > 1 else part
        for arg, part in zip(args, parts, strict=True)
    ]


def _enclose(part: Told) -> Told:
    return lambda negated: f"({part(negated)})"


def describe_rating(statement: Statement, language: Language) -> str:
    """The place in the guideline and the grade there; of a derived statement that it has none of its own."""
    place = language.cite(statement.sources[0].at) if statement.sources else statement.number
    grade = make_grade_shown(statement.recommend.grade if statement.recommend else None)
    if statement.parent:
        return language.say("map.derived", place=place)
    if grade is None:
        return f"{place} · {language.say('grade.none')}"
    if grade.strength is None or grade.evidence is None:
        return f"{place} · {language.say('grade.unseen')}"
    return (
        f"{place} · {language.say('map.grade', strength=language.quote(grade.strength), evidence=language.quote(grade.evidence))}"
    )
