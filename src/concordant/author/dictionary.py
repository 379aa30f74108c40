"""The dictionary of questions: feature files to features, in the order in which they can be derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from concordant.author.files import compile_sentences, convert, convert_to_any, fill
from concordant.complaints import Complaint, did_you_mean
from concordant.features import Axiom, Feature
from concordant.formulas import Formula
from concordant.naming import Named, names_in
from concordant.selectors import AnySelector
from concordant.selectors.entries import FromFormula
from concordant.texts import Place, Text

Raw = Mapping[str, dict[str, Any]]


class RawFeature(NamedTuple):
    """A feature as it was read, written out for the `member` of its family, and where it stands."""

    text: Text
    place: Place
    entry: dict[str, Any]
    member: str = ""


class Dictionary(NamedTuple):
    """All features in the order in which they can be derived, the axioms beside them, and where each feature stands."""

    features: tuple[Feature, ...]
    axioms: tuple[Axiom, ...]
    entries: Mapping[str, RawFeature]


def read_features(
    texts: Iterable[Text], drugs: Raw, given: frozenset[str], formulas: Iterable[Text], found: list[Complaint]
) -> Dictionary:
    """All features, families written out for each drug, and the axioms that stand beside them."""
    texts, formulas = list(texts), list(formulas)
    raw = [entry for text in texts for entry in _entries(text, drugs, given, found)]
    bare = _bare(raw, {str(text.value.get("id")): text.value for text in formulas}, found)
    guarded = _guarded(raw, bare, found)
    features = _full(raw, guarded, found)
    axioms = [a for text in texts for a in _axioms(text, guarded, found)]
    entries = {str(one.entry["name"]): one for one in raw}
    unknown = [*_unknown(entries, features), *_unknown_terms(formulas, features)]
    found += unknown
    return Dictionary(() if unknown else _ordered(features, found), tuple(axioms), entries)


def _entries(text: Text, drugs: Raw, given: frozenset[str], found: list[Complaint]) -> Iterable[RawFeature]:
    for i, entry in enumerate(text.value.get("features") or []):
        place: Place = ("features", i)
        if not isinstance(entry, dict) or "name" not in entry:
            found.append(text.complaint(place, "a feature without a name", "Give `name`"))
            continue
        if "for_each" not in entry:
            yield RawFeature(text, place, entry)
            continue
        body = {key: item for key, item in entry.items() if key != "for_each"}
        for drug, name in _family(entry["for_each"], drugs, given):
            filled = fill(body, {"drug": drug, "drug_name": name})
            yield RawFeature(text, place, filled, drug)


def _family(wanted: Any, drugs: Raw, given: frozenset[str]) -> Iterable[tuple[str, str]]:
    """The members of a family: every drug, the drugs that may be given, or a list with ids and names."""
    if wanted in ("drug", "given_drug"):
        members = (id_ for id_, raw in drugs.items() if not raw.get("contains") and (wanted == "drug" or id_ in given))
        return [(id_, str(drugs[id_].get("name", id_))) for id_ in members]
    return [(str(item["id"]), str(item["name"])) for item in wanted]


CONDITIONAL = ("only_if", "rules", "absent_means", "waits_for")
FROM_SELECTOR = ("reads", "reads_stated")


def _bare(raw: list[RawFeature], formulas: Raw, found: list[Complaint]) -> dict[str, Feature]:
    """Names, types, units, values and selectors: enough to parse a sentence."""
    bare: dict[str, Feature] = {}
    for one in raw:
        feature, text, place = _plain(one, found), one.text, one.place
        if feature is not None and feature.name in bare:
            found.append(text.complaint(place, f"the feature '{feature.name}' is defined twice"))
        derive = _selector(one, found)
        if feature is not None:
            bare[feature.name] = _with_selector(feature, derive, formulas) if derive is not None else feature
    return bare


def _plain(one: RawFeature, found: list[Complaint]) -> Feature | None:
    """The feature without its conditions and its selector."""
    plain = {key: item for key, item in one.entry.items() if key not in (*CONDITIONAL, "derive", *FROM_SELECTOR)}
    if plain.get("type") == "yes_no":
        plain["values"] = ["yes", "no"]
    return convert(one.text, {"drug": one.member, **plain}, Feature, found, one.place)


def _selector(one: RawFeature, found: list[Complaint]) -> AnySelector | None:
    """How the feature is read, which says what it reads: that is not written a second time."""
    for key in FROM_SELECTOR:
        if key in one.entry:
            says = f"`{key}` is not written: the parameters of `derive` name what is read"
            found.append(one.text.complaint((*one.place, key), says, "Take it out"))
    if "derive" not in one.entry:
        return None
    selector: AnySelector | None = convert_to_any(one.text, one.entry["derive"], AnySelector, found, (*one.place, "derive"))
    return selector


def _with_selector(feature: Feature, derive: AnySelector, formulas: Raw) -> Feature:
    """The feature with its selector and what that reads; a formula reads what it is made of."""
    taken = _inputs(formulas.get(derive.name, {})) if isinstance(derive, FromFormula) else ()
    return replace(feature, derive=derive, reads=(*derive.reads, *taken), reads_stated=derive.reads_stated)


def _inputs(formula: Mapping[str, Any]) -> tuple[str, ...]:
    parts = [*(formula.get("terms") or ()), *(formula.get("factors") or ())]
    return tuple(str(part["feature"]) for part in parts if isinstance(part, dict) and "feature" in part)


def _guarded(raw: list[RawFeature], bare: dict[str, Feature], found: list[Complaint]) -> dict[str, Feature]:
    """The same with guards; a guard speaks of features that have none."""
    guarded = dict(bare)
    for text, place, entry, _ in raw:
        if "only_if" in entry and entry["name"] in bare:
            compiled = compile_sentences(text, {"only_if": entry["only_if"]}, place, bare, found)
            plain = {**msgspec.to_builtins(bare[entry["name"]]), **compiled}
            feature = convert(text, plain, Feature, found, place)
            guarded[entry["name"]] = feature or bare[entry["name"]]
    return guarded


def _full(raw: list[RawFeature], guarded: dict[str, Feature], found: list[Complaint]) -> dict[str, Feature]:
    full = dict(guarded)
    for text, place, entry, _ in raw:
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
        place: Place = ("axioms", i)
        compiled = compile_sentences(text, raw, place, features, found)
        axiom = convert(text, compiled, Axiom, found, place)
        if axiom is not None:
            yield axiom


def _unknown(entries: Mapping[str, RawFeature], features: Mapping[str, Feature]) -> Iterable[Complaint]:
    """Every feature that another one names and that is not there."""
    for text, place, entry, _ in entries.values():
        yield from _missing(text, names_in(entry, Feature, place), features)


def _unknown_terms(formulas: Iterable[Text], features: Mapping[str, Feature]) -> Iterable[Complaint]:
    """Every feature that a formula takes, and so a feature reads, and that is not there."""
    for text in formulas:
        yield from _missing(text, names_in(text.value, Formula), features)


def _missing(text: Text, named: Iterable[Named], features: Mapping[str, Feature]) -> Iterable[Complaint]:
    for place, word, naming in named:
        if naming.kind == "feature" and word not in features:
            yield text.complaint(place, f"the feature '{word}' does not exist", did_you_mean(word, features, listing=False))


def _ordered(features: dict[str, Feature], found: list[Complaint]) -> tuple[Feature, ...]:
    try:
        order = TopologicalSorter({name: sorted(f.inputs) for name, f in features.items()}).static_order()
        return tuple(features[name] for name in order)
    except CycleError as error:
        found.append(Complaint(f"features depend on each other in a circle: {' -> '.join(error.args[1])}", "features/"))
        return ()
