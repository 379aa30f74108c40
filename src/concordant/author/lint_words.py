"""Words that a feature does not have: in its rules and its selector, and where another record gives it a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from concordant.author.dictionary import RawFeature
from concordant.author.places import Places
from concordant.compiled import Field, Knowledge
from concordant.complaints import Complaint, did_you_mean
from concordant.features import Feature
from concordant.guideline import Effect
from concordant.selectors.courses import LinesProgressed, OfEnoughLines
from concordant.selectors.disease import SiteSeen
from concordant.selectors.entries import ConditionStatus, MarkerPart, StatedAny
from concordant.texts import Place


class Said(NamedTuple):
    """A word, where it stands, of what it is a value, and the words that this has."""

    place: Place
    word: str
    of: str
    known: Iterable[str]


def words(places: Places, entries: Mapping[str, RawFeature], knowledge: Knowledge) -> Iterator[Complaint]:
    """Each word that is none of those that it has to be one of."""
    by_name = {feature.name: feature for feature in knowledge.features}
    tests = {test.name: test for test in knowledge.vocabulary.tests}
    for name, (text, place, *_) in entries.items():
        feature = by_name[name]
        for said in (*_of_feature(feature, by_name), *_of_selector(feature, by_name, tests)):
            if said.word not in said.known:
                yield text.complaint((*place, *said.place), _says(said), did_you_mean(said.word, said.known))
    for transition in knowledge.transitions:
        node = places.of("transitions/", transition.id)
        ways: list[tuple[Place, tuple[Effect, ...]]] = [(("effects",), transition.effects)]
        ways += [(("variants", i, "effects"), variant.effects) for i, variant in enumerate(transition.variants)]
        for said in (said for place, effects in ways for said in _of_effects(place, effects, by_name)):
            if said.word not in said.known:
                yield node.complaint(said.place, _says(said), did_you_mean(said.word, said.known))


def counting(places: Places, knowledge: Knowledge) -> Iterator[Complaint]:
    """A guideline whose line rests on a feature that does not count lines, or on one that is no yes or no."""
    by_name = {feature.name: feature for feature in knowledge.features}
    for guideline in knowledge.guidelines:
        if (rule := guideline.line) is None:
            continue
        node = places.of("guidelines/", guideline.id)
        if (feature := by_name.get(rule.progressed)) and not isinstance(feature.derive, LinesProgressed):
            says = f"'{rule.progressed}' does not count the lines that ended in progression"
            yield node.complaint(("line", "progressed"), says, "Name a feature with `selector: lines_progressed`")
        for i, name in enumerate(rule.before):
            if (feature := by_name.get(name)) and feature.type != "yes_no":
                way_out = "Name a feature whose yes counts as one line"
                yield node.complaint(("line", "before", i), f"'{name}' is not answered by yes or no", way_out)


def _says(said: Said) -> str:
    return f"'{said.of}' has no value '{said.word}'"


def _of_feature(feature: Feature, by_name: Mapping[str, Feature]) -> Iterator[Said]:
    """The words of rules, of silence, of what waits, of replies and of phrases."""
    for i, reply in enumerate(feature.replies):
        yield Said(("replies", i, "value"), reply.value, reply.feature, by_name[reply.feature].values)
    if feature.is_numeric:
        return
    own: list[tuple[Place, str]] = [(("rules", i, "value"), str(rule.value)) for i, rule in enumerate(feature.rules)]
    own += [(("absent_means", i, "value"), str(one.value)) for i, one in enumerate(feature.absent_means)]
    own += [(("waits_for", "stated"), word) for word in (feature.waits_for.stated if feature.waits_for else ())]
    own += [(("headline_when",), word) for word in feature.headline_when]
    own += [(("phrases", word), word) for word in feature.phrases]
    yield from (Said(place, word, feature.name, feature.values) for place, word in own)


def _of_selector(feature: Feature, by_name: Mapping[str, Feature], tests: Mapping[str, Field]) -> Iterator[Said]:
    """The words that a selector claims or looks for."""
    match feature.derive:
        case ConditionStatus() as by:
            for status, word in by.map.items():
                yield Said(("derive", "map", status), word, feature.name, feature.values)
            for word in by.worst_first:
                yield Said(("derive", "worst_first"), word, feature.name, by.map.values())
        case SiteSeen(else_=str() as word):
            yield Said(("derive", "else"), word, feature.name, feature.values)
        case StatedAny() as by:
            known = {word for name in by.names for word in by_name[name].values}
            yield from (Said(("derive", "words"), word, " or ".join(by.names), known) for word in by.words)
        case OfEnoughLines() as by:
            for word in by.needs:
                yield Said(("derive", "needs", word), word, by.line, by_name[by.line].values)
        case MarkerPart() as by if by.test in tests:
            test = tests[by.test]
            yield Said(("derive", "part"), by.part, by.test, ("word", *test.numbers))
            if by.without is not None:
                yield Said(("derive", "without"), by.without, by.test, test.numbers)


def _of_effects(place: Place, effects: Iterable[Effect], by_name: Mapping[str, Feature]) -> Iterator[Said]:
    """The words that a transition sets or moves; of a feature of every drug or class, those of one of them."""
    for i, effect in enumerate(effects):
        feature = by_name.get(effect.feature)
        if feature is None or feature.is_numeric:
            continue
        if effect.value:
            yield Said((*place, i, "value"), effect.value, feature.name, feature.values)
        moved = by_name.get(effect.by or feature.name, feature)
        for word, to in effect.move.items():
            yield Said((*place, i, "move", word), word, moved.name, (*moved.values, "unknown"))
            yield Said((*place, i, "move", word), to, feature.name, feature.values)
