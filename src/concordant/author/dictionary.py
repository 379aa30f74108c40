"""The dictionary of questions: feature files to features, in the order in which they can be derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import msgspec

from concordant.author.files import compile_sentences, convert, fill
from concordant.complaints import Complaint
from concordant.features import Axiom, Feature
from concordant.texts import Text

RawFeature = tuple[Text, tuple[str | int, ...], dict[str, Any]]


def read_features(
    texts: Iterable[Text], drugs: Mapping[str, dict[str, Any]], given: frozenset[str], found: list[Complaint]
) -> tuple[tuple[Feature, ...], tuple[Axiom, ...]]:
    """All features, families written out for each drug, and the axioms that stand beside them."""
    texts = list(texts)
    raw = [entry for text in texts for entry in _entries(text, drugs, given, found)]
    bare = _bare(raw, found)
    guarded = _guarded(raw, bare, found)
    features = _full(raw, guarded, found)
    axioms = [a for text in texts for a in _axioms(text, guarded, found)]
    return _ordered(features, found), tuple(axioms)


def _entries(
    text: Text, drugs: Mapping[str, dict[str, Any]], given: frozenset[str], found: list[Complaint]
) -> Iterable[RawFeature]:
    for i, entry in enumerate(text.value.get("features") or []):
        place: tuple[str | int, ...] = ("features", i)
        if not isinstance(entry, dict) or "name" not in entry:
            found.append(text.complaint(place, "a feature without a name", "Give `name`"))
            continue
        if "for_each" not in entry:
            yield text, place, entry
            continue
        body = {key: item for key, item in entry.items() if key != "for_each"}
        for drug, name in _family(entry["for_each"], drugs, given):
            filled = fill(body, {"drug": drug, "drug_name": name})
            yield text, place, {"drug": drug, **filled}


def _family(wanted: Any, drugs: Mapping[str, dict[str, Any]], given: frozenset[str]) -> Iterable[tuple[str, str]]:
    """The members of a family: every drug, the drugs that may be given, or a list with ids and names."""
    if wanted in ("drug", "given_drug"):
        members = (id_ for id_, raw in drugs.items() if not raw.get("contains") and (wanted == "drug" or id_ in given))
        return [(id_, str(drugs[id_].get("name", id_))) for id_ in members]
    return [(str(item["id"]), str(item["name"])) for item in wanted]


CONDITIONAL = ("only_if", "rules", "absent_means", "waits_for")


def _bare(raw: list[RawFeature], found: list[Complaint]) -> dict[str, Feature]:
    """Names, types, units and values only: enough to parse a sentence."""
    bare: dict[str, Feature] = {}
    for text, place, entry in raw:
        plain = {key: item for key, item in entry.items() if key not in CONDITIONAL}
        if plain.get("type") == "yes_no":
            plain["values"] = ["yes", "no"]
        feature = convert(text, plain, Feature, found, place)
        if feature is not None and feature.name in bare:
            found.append(text.complaint(place, f"the feature '{feature.name}' is defined twice"))
        if feature is not None:
            bare[feature.name] = feature
    return bare


def _guarded(raw: list[RawFeature], bare: dict[str, Feature], found: list[Complaint]) -> dict[str, Feature]:
    """The same with guards; a guard speaks of features that have none."""
    guarded = dict(bare)
    for text, place, entry in raw:
        if "only_if" in entry and entry["name"] in bare:
            compiled = compile_sentences(text, {"only_if": entry["only_if"]}, place, bare, found)
            plain = {**msgspec.to_builtins(bare[entry["name"]]), **compiled}
            feature = convert(text, plain, Feature, found, place)
            guarded[entry["name"]] = feature or bare[entry["name"]]
    return guarded


def _full(raw: list[RawFeature], guarded: dict[str, Feature], found: list[Complaint]) -> dict[str, Feature]:
    full = dict(guarded)
    for text, place, entry in raw:
        rest = {key: entry[key] for key in ("rules", "absent_means", "waits_for") if key in entry}
        if not rest or entry["name"] not in guarded:
            continue
        compiled = compile_sentences(text, rest, place, guarded, found)
        plain = {**msgspec.to_builtins(guarded[entry["name"]]), **compiled}
        feature = convert(text, plain, Feature, found, place)
        full[entry["name"]] = feature or guarded[entry["name"]]
    return full


def _axioms(text: Text, features: dict[str, Feature], found: list[Complaint]) -> Iterable[Axiom]:
    for i, raw in enumerate(text.value.get("axioms") or []):
        place: tuple[str | int, ...] = ("axioms", i)
        compiled = compile_sentences(text, raw, place, features, found)
        axiom = convert(text, compiled, Axiom, found, place)
        if axiom is not None:
            yield axiom


def _named(feature: Feature) -> list[str]:
    """Every feature that this one names."""
    return [*feature.inputs, *feature.not_known_skips, *(reply.feature for reply in feature.replies)]


def _ordered(features: dict[str, Feature], found: list[Complaint]) -> tuple[Feature, ...]:
    unknown = [(f, name) for f in features.values() for name in _named(f) if name not in features]
    for feature, name in unknown:
        found.append(Complaint(f"the feature '{feature.name}' reads the unknown feature '{name}'", "features/"))
    if unknown:
        return ()
    try:
        order = TopologicalSorter({name: sorted(f.inputs) for name, f in features.items()}).static_order()
        return tuple(features[name] for name in order)
    except CycleError as error:
        found.append(Complaint(f"features depend on each other in a circle: {' -> '.join(error.args[1])}", "features/"))
        return ()
