"""The dictionary of questions: feature files to features, in the order in which they can be derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from concordant.author.files import compile_sentences, convert_to_any, convert_to_record, fill_templates
from concordant.errors import Complaint, suggest_word
from concordant.model.features import Axiom, Feature
from concordant.model.formulas import Formula
from concordant.model.naming import NamedWord, find_names
from concordant.model.selectors import AnySelector
from concordant.model.selectors.entries import FromFormula
from concordant.texts import Place, SourceText

Raw = Mapping[str, dict[str, Any]]


class RawFeature(NamedTuple):
    """A feature as it was read, written out for the `member` of its family, and where it stands."""

    text: SourceText
    place: Place
    entry: dict[str, Any]
    member: str = ""


class Dictionary(NamedTuple):
    """All features in the order in which they can be derived, the axioms beside them, and where each feature stands."""

    features: tuple[Feature, ...]
    axioms: tuple[Axiom, ...]
    entries: Mapping[str, RawFeature]


def read_features(
    texts: Iterable[SourceText],
    drugs: Raw,
    given_drugs: frozenset[str],
    formulas: Iterable[SourceText],
    complaints: list[Complaint],
) -> Dictionary:
    """All features, families written out for each drug, and the axioms that stand beside them."""
    texts, formulas = list(texts), list(formulas)
    raw = [entry for text in texts for entry in _expand_entries(text, drugs, given_drugs, complaints)]
    bare = _make_bare_features(raw, {str(text.value.get("id")): text.value for text in formulas}, complaints)
    guarded = _add_guards(raw, bare, complaints)
    features = _add_rules(raw, guarded, complaints)
    axioms = [a for text in texts for a in _compile_axioms(text, guarded, complaints)]
    entries = {str(item.entry["name"]): item for item in raw}
    unknown = [*_check_feature_names(entries, features), *_check_formula_names(formulas, features)]
    complaints += unknown
    return Dictionary(() if unknown else _sort_features(features, complaints), tuple(axioms), entries)


def _expand_entries(
    text: SourceText, drugs: Raw, given_drugs: frozenset[str], complaints: list[Complaint]
) -> Iterable[RawFeature]:
    for i, entry in enumerate(text.value.get("features") or []):
        place: Place = ("features", i)
        if not isinstance(entry, dict) or "name" not in entry:
            complaints.append(text.make_complaint(place, "a feature without a name", "Give `name`"))
            continue
        if "for_each" not in entry:
            yield RawFeature(text, place, entry)
            continue
        body = {key: item for key, item in entry.items() if key != "for_each"}
        for drug, name in _list_family_members(entry["for_each"], drugs, given_drugs):
            filled = fill_templates(body, {"drug": drug, "drug_name": name})
            yield RawFeature(text, place, filled, drug)


def _list_family_members(wanted: Any, drugs: Raw, given_drugs: frozenset[str]) -> Iterable[tuple[str, str]]:
    """The members of a family: every drug, the drugs that may be given, or a list with ids and names."""
    if wanted in ("drug", "given_drug"):
        members = (id_ for id_, raw in drugs.items() if not raw.get("contains") and (wanted == "drug" or id_ in given_drugs))
        return [(id_, str(drugs[id_].get("name", id_))) for id_ in members]
    return [(str(item["id"]), str(item["name"])) for item in wanted]


CONDITIONAL = ("only_if", "rules", "absent_means", "waits_for")
FROM_SELECTOR = ("reads", "reads_stated")


def _make_bare_features(raw: list[RawFeature], formulas: Raw, complaints: list[Complaint]) -> dict[str, Feature]:
    """Names, types, units, values and selectors: enough to parse a sentence."""
    bare: dict[str, Feature] = {}
    for item in raw:
        feature, text, place = _make_plain_feature(item, complaints), item.text, item.place
        if feature is not None and feature.name in bare:
            complaints.append(text.make_complaint(place, f"the feature '{feature.name}' is defined twice"))
        derive = _read_selector(item, complaints)
        if feature is not None:
            bare[feature.name] = _attach_selector(feature, derive, formulas) if derive is not None else feature
    return bare


def _make_plain_feature(raw: RawFeature, complaints: list[Complaint]) -> Feature | None:
    """The feature without its conditions and its selector."""
    plain = {key: item for key, item in raw.entry.items() if key not in (*CONDITIONAL, "derive", *FROM_SELECTOR)}
    if plain.get("type") == "yes_no":
        plain["values"] = ["yes", "no"]
    return convert_to_record(raw.text, {"drug": raw.member, **plain}, Feature, complaints, raw.place)


def _read_selector(raw: RawFeature, complaints: list[Complaint]) -> AnySelector | None:
    """How the feature is read, which says what it reads: that is not written a second time."""
    for key in FROM_SELECTOR:
        if key in raw.entry:
            says = f"`{key}` is not written: the parameters of `derive` name what is read"
            complaints.append(raw.text.make_complaint((*raw.place, key), says, "Take it out"))
    if "derive" not in raw.entry:
        return None
    selector: AnySelector | None = convert_to_any(raw.text, raw.entry["derive"], AnySelector, complaints, (*raw.place, "derive"))
    return selector


def _attach_selector(feature: Feature, derive: AnySelector, formulas: Raw) -> Feature:
    """The feature with its selector and what that reads; a formula reads what it is made of."""
    taken = _list_formula_inputs(formulas.get(derive.name, {})) if isinstance(derive, FromFormula) else ()
    return replace(feature, derive=derive, reads=(*derive.reads, *taken), reads_stated=derive.reads_stated)


def _list_formula_inputs(formula: Mapping[str, Any]) -> tuple[str, ...]:
    parts = [*(formula.get("terms") or ()), *(formula.get("factors") or ())]
    return tuple(str(part["feature"]) for part in parts if isinstance(part, dict) and "feature" in part)


def _add_guards(raw: list[RawFeature], bare: dict[str, Feature], complaints: list[Complaint]) -> dict[str, Feature]:
    """The same with guards; a guard speaks of features that have none."""
    guarded = dict(bare)
    for text, place, entry, _ in raw:
        if "only_if" in entry and entry["name"] in bare:
            compiled = compile_sentences(text, {"only_if": entry["only_if"]}, place, bare, complaints)
            plain = {**msgspec.to_builtins(bare[entry["name"]]), **compiled}
            feature = convert_to_record(text, plain, Feature, complaints, place)
            guarded[entry["name"]] = feature or bare[entry["name"]]
    return guarded


def _add_rules(raw: list[RawFeature], guarded: dict[str, Feature], complaints: list[Complaint]) -> dict[str, Feature]:
    full = dict(guarded)
    for text, place, entry, _ in raw:
        rest = {key: entry[key] for key in ("rules", "absent_means", "waits_for") if key in entry}
        if not rest or entry["name"] not in guarded:
            continue
        compiled = compile_sentences(text, rest, place, guarded, complaints)
        plain = {**msgspec.to_builtins(guarded[entry["name"]]), **compiled}
        feature = convert_to_record(text, plain, Feature, complaints, place)
        full[entry["name"]] = feature or guarded[entry["name"]]
    return full


def _compile_axioms(text: SourceText, features: dict[str, Feature], complaints: list[Complaint]) -> Iterable[Axiom]:
    for i, raw in enumerate(text.value.get("axioms") or []):
        place: Place = ("axioms", i)
        compiled = compile_sentences(text, raw, place, features, complaints)
        axiom = convert_to_record(text, compiled, Axiom, complaints, place)
        if axiom is not None:
            yield axiom


def _check_feature_names(entries: Mapping[str, RawFeature], features: Mapping[str, Feature]) -> Iterable[Complaint]:
    """Every feature that another one names and that is not there."""
    for text, place, entry, _ in entries.values():
        yield from _complain_missing_features(text, find_names(entry, Feature, place), features)


def _check_formula_names(formulas: Iterable[SourceText], features: Mapping[str, Feature]) -> Iterable[Complaint]:
    """Every feature that a formula takes, and so a feature reads, and that is not there."""
    for text in formulas:
        yield from _complain_missing_features(text, find_names(text.value, Formula), features)


def _complain_missing_features(
    text: SourceText, named: Iterable[NamedWord], features: Mapping[str, Feature]
) -> Iterable[Complaint]:
    for place, word, naming in named:
        if naming.kind == "feature" and word not in features:
            yield text.make_complaint(place, f"the feature '{word}' does not exist", suggest_word(word, features, listing=False))


def _sort_features(features: dict[str, Feature], complaints: list[Complaint]) -> tuple[Feature, ...]:
    try:
        order = TopologicalSorter({name: sorted(f.inputs) for name, f in features.items()}).static_order()
        return tuple(features[name] for name in order)
    except CycleError as error:
        complaints.append(Complaint(f"features depend on each other in a circle: {' -> '.join(error.args[1])}", "features/"))
        return ()
