"""Words that a feature does not have: in its rules and its selector, and where another record gives it a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from concordant.author.dictionary import RawFeature
from concordant.author.places import PlaceIndex
from concordant.errors import Complaint, suggest_word
from concordant.model.features import Feature
from concordant.model.guideline import TransitionEffect
from concordant.model.knowledge import Knowledge, VocabularyField
from concordant.model.selectors.courses import LinesProgressed, OfEnoughLines
from concordant.model.selectors.disease import SiteSeen
from concordant.model.selectors.entries import ConditionStatus, MarkerPart, StatedAny
from concordant.texts import Place


class FeatureWord(NamedTuple):
    """A word, where it stands, of what it is a value, and the words that this has."""

    place: Place
    word: str
    of: str
    known: Iterable[str]


def check_words(places: PlaceIndex, entries: Mapping[str, RawFeature], knowledge: Knowledge) -> Iterator[Complaint]:
    """Each word that is none of those that it has to be one of."""
    by_name = {feature.name: feature for feature in knowledge.features}
    tests = {test.name: test for test in knowledge.vocabulary.tests}
    for name, (text, place, *_) in entries.items():
        feature = by_name[name]
        for said in (*_iter_feature_words(feature, by_name), *_iter_selector_words(feature, by_name, tests)):
            if said.word not in said.known:
                yield text.make_complaint((*place, *said.place), _format_problem(said), suggest_word(said.word, said.known))
    for transition in knowledge.transitions:
        node = places.find_record("transitions/", transition.id)
        ways: list[tuple[Place, tuple[TransitionEffect, ...]]] = [(("effects",), transition.effects)]
        ways += [(("variants", i, "effects"), variant.effects) for i, variant in enumerate(transition.variants)]
        for said in (said for place, effects in ways for said in _iter_effect_words(place, effects, by_name)):
            if said.word not in said.known:
                yield node.make_complaint(said.place, _format_problem(said), suggest_word(said.word, said.known))


def counting(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A guideline whose line rests on a feature that does not count lines, or on one that is no yes or no."""
    by_name = {feature.name: feature for feature in knowledge.features}
    for guideline in knowledge.guidelines:
        if (rule := guideline.line) is None:
            continue
        node = places.find_record("guidelines/", guideline.id)
        if (feature := by_name.get(rule.progressed)) and not isinstance(feature.derive, LinesProgressed):
            says = f"'{rule.progressed}' does not count the lines that ended in progression"
            yield node.make_complaint(("line", "progressed"), says, "Name a feature with `selector: lines_progressed`")
        for i, name in enumerate(rule.before):
            if (feature := by_name.get(name)) and feature.type != "yes_no":
                way_out = "Name a feature whose yes counts as one line"
                yield node.make_complaint(("line", "before", i), f"'{name}' is not answered by yes or no", way_out)


def _format_problem(said: FeatureWord) -> str:
    return f"'{said.of}' has no value '{said.word}'"


def _iter_feature_words(feature: Feature, by_name: Mapping[str, Feature]) -> Iterator[FeatureWord]:
    """The words of rules, of silence, of what waits, of replies and of phrases."""
    for i, reply in enumerate(feature.replies):
        yield FeatureWord(("replies", i, "value"), reply.value, reply.feature, by_name[reply.feature].values)
    if feature.is_numeric:
        return
    own: list[tuple[Place, str]] = [(("rules", i, "value"), str(rule.value)) for i, rule in enumerate(feature.rules)]
    own += [(("absent_means", i, "value"), str(silence.value)) for i, silence in enumerate(feature.absent_means)]
    own += [(("waits_for", "stated"), word) for word in (feature.waits_for.stated if feature.waits_for else ())]
    own += [(("headline_when",), word) for word in feature.headline_when]
    own += [(("phrases", word), word) for word in feature.phrases]
    yield from (FeatureWord(place, word, feature.name, feature.values) for place, word in own)


def _iter_selector_words(
    feature: Feature, by_name: Mapping[str, Feature], tests: Mapping[str, VocabularyField]
) -> Iterator[FeatureWord]:
    """The words that a selector claims or looks for."""
    match feature.derive:
        case ConditionStatus() as by:
            for status, word in by.map.items():
                yield FeatureWord(("derive", "map", status), word, feature.name, feature.values)
            for word in by.worst_first:
                yield FeatureWord(("derive", "worst_first"), word, feature.name, by.map.values())
        case SiteSeen(else_=str() as word):
            yield FeatureWord(("derive", "else"), word, feature.name, feature.values)
        case StatedAny() as by:
            known = {word for name in by.names for word in by_name[name].values}
            yield from (FeatureWord(("derive", "words"), word, " or ".join(by.names), known) for word in by.words)
        case OfEnoughLines() as by:
            for word in by.needs:
                yield FeatureWord(("derive", "needs", word), word, by.line, by_name[by.line].values)
        case MarkerPart() as by if by.test in tests:
            test = tests[by.test]
            yield FeatureWord(("derive", "part"), by.part, by.test, ("word", *test.numbers))
            if by.without is not None:
                yield FeatureWord(("derive", "without"), by.without, by.test, test.numbers)


def _iter_effect_words(
    place: Place, effects: Iterable[TransitionEffect], by_name: Mapping[str, Feature]
) -> Iterator[FeatureWord]:
    """The words that a transition sets or moves; of a feature of every drug or class, those of one of them."""
    for i, effect in enumerate(effects):
        feature = by_name.get(effect.feature)
        if feature is None or feature.is_numeric:
            continue
        if effect.value:
            yield FeatureWord((*place, i, "value"), effect.value, feature.name, feature.values)
        moved = by_name.get(effect.by or feature.name, feature)
        for word, to in effect.move.items():
            yield FeatureWord((*place, i, "move", word), word, moved.name, (*moved.values, "unknown"))
            yield FeatureWord((*place, i, "move", word), to, feature.name, feature.values)
