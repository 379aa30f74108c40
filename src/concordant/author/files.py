"""Read one knowledge file into records; every problem becomes a complaint with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

import msgspec

from concordant.author.compile import compile_condition
from concordant.complaints import Complaint, did_you_mean
from concordant.features import Feature
from concordant.naming import item_of, struct_of, types_of
from concordant.texts import Place, Text

T = TypeVar("T")

CONDITION_KEYS = frozenset({"if", "applies_if", "when", "only_if", "overruled_if", "met_if", "relevant_if", "never"})


def compile_sentences(text: Text, value: Any, place: Place, features: Mapping[str, Feature], found: list[Complaint]) -> Any:
    """The same tree with every authored condition replaced by its nodes (as plain data)."""
    if isinstance(value, list):
        return [compile_sentences(text, item, (*place, i), features, found) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    compiled: dict[str, Any] = {}
    for key, item in value.items():
        inner = (*place, key)
        if key in CONDITION_KEYS:
            compiled[key] = _condition(text, item, inner, features, found)
        elif key == "derive":
            compiled[key] = item
        else:
            compiled[key] = compile_sentences(text, item, inner, features, found)
    return compiled


def _condition(text: Text, item: Any, place: Place, features: Mapping[str, Feature], found: list[Complaint]) -> Any:
    try:
        return msgspec.to_builtins(compile_condition(item, features))
    except ValueError as error:
        faulty = list(_faulty_sentences(item, place, features))
        found += [text.complaint(inner, says) for inner, says in faulty or [(place, str(error))]]
        return {"type": "Constant", "truth": "unknown"}


def _faulty_sentences(item: Any, place: Place, features: Mapping[str, Feature]) -> Iterator[tuple[Place, str]]:
    """Each sentence of a condition that cannot be compiled, at its own line."""
    if isinstance(item, dict | list):
        for key, inner in item.items() if isinstance(item, dict) else enumerate(item):
            yield from _faulty_sentences(inner, (*place, key), features)
        return
    try:
        compile_condition(item, features)
    except ValueError as error:
        yield place, str(error)


def convert(text: Text, value: Any, record: type[T], found: list[Complaint], place: Place = ()) -> T | None:
    """The tree as a record; None, and a complaint, when it has not that shape."""
    converted: T | None = convert_to_any(text, value, record, found, place)
    return converted


def convert_to_any(text: Text, value: Any, record: Any, found: list[Complaint], place: Place = ()) -> Any:
    """The tree as one of several records, which a tag tells apart."""
    try:
        return msgspec.convert(value, record, strict=False)
    except msgspec.ValidationError as error:
        inner, says, way_out = _told(*_explained(str(error)), record, value)
        found.append(text.complaint((*place, *inner), says, way_out))
        return None


def _told(says: str, place: Place, record: Any, value: Any) -> tuple[Place, str, str]:
    """Where a value has not the shape of the record, what is wrong, and the nearest word that would be right."""
    if unknown := re.search(r"unknown field `(\w+)`", says):
        return (*place, unknown[1]), says, did_you_mean(unknown[1], _field_names(record, value, place))
    if wrong := re.search(r"Invalid enum value '(.+)'", says):
        return place, says, did_you_mean(wrong[1], _choices(record, value, place))
    if place and (wrong := re.fullmatch(r"Invalid value '(.+)'", says)):  # the word that says which of several records it is
        tags = _tags(_type_at(record, value, place[:-1]))
        return place, f"the {place[-1]} '{wrong[1]}' does not exist", did_you_mean(wrong[1], tags, listing=False)
    return place, says, ""


def _explained(message: str) -> tuple[str, Place]:
    """Split msgspec's sentence into what is wrong and where."""
    says, _, path = message.replace("`key` in ", "").partition(" - at `$")
    place: list[str | int] = []
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        place.append(name or int(index))
    return says, tuple(place)


def _field_names(record: Any, value: Any, place: Place) -> list[str]:
    """The keys that the record at this place allows."""
    kind = struct_of(_type_at(record, value, place), _value_at(value, place))
    return list(getattr(kind, "__struct_encode_fields__", ()))


def _choices(record: Any, value: Any, place: Place) -> list[str]:
    """The words that a closed list at this place allows."""
    kind = _type_at(record, value, place)
    return [word for one in (kind, *get_args(kind)) for word in get_args(one) if isinstance(word, str)]


def _tags(kind: Any) -> list[str]:
    """The words that tell the records of a union apart."""
    return [str(one.__struct_config__.tag) for one in get_args(kind) if hasattr(one, "__struct_config__")]


def _type_at(record: Any, value: Any, place: Place) -> Any:
    kind: Any = record
    for i, step in enumerate(place):
        kind = item_of(kind, step) if isinstance(step, int) else _field(kind, _value_at(value, place[:i]), step)
    return kind


def _field(kind: Any, value: Any, key: str) -> Any:
    return types_of(struct_of(kind, value)).get(key)


def _value_at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def fill(value: Any, names: Mapping[str, str]) -> Any:
    """The tree with `{drug}` and its like replaced in every text and key."""
    if isinstance(value, dict):
        return {fill(key, names): fill(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, str):
        for name, word in names.items():
            value = value.replace("{" + name + "}", word)
    return value
