"""Read one knowledge file into records; every problem becomes a complaint with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

import msgspec

from concordant.author.compile import compile_condition
from concordant.complaints import Complaint, did_you_mean
from concordant.features import Feature
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
    try:
        return msgspec.convert(value, record, strict=False)
    except msgspec.ValidationError as error:
        says, inner = _explained(str(error))
        way_out = ""
        if unknown := re.search(r"unknown field `(\w+)`", says):
            way_out = did_you_mean(unknown[1], _field_names(record, inner))
            inner = (*inner, unknown[1])
        elif wrong := re.search(r"Invalid enum value '(.+)'", says):
            way_out = did_you_mean(wrong[1], _choices(record, inner))
        found.append(text.complaint((*place, *inner), says, way_out))
        return None


def _explained(message: str) -> tuple[str, Place]:
    """Split msgspec's sentence into what is wrong and where."""
    says, _, path = message.partition(" - at `$")
    place: list[str | int] = []
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        place.append(name or int(index))
    return says, tuple(place)


def _field_names(record: type[Any], place: Place) -> list[str]:
    """The keys that the record at this place allows."""
    return list(getattr(_type_at(record, place), "__struct_encode_fields__", ()))


def _choices(record: type[Any], place: Place) -> list[str]:
    """The words that a closed list at this place allows."""
    return [word for word in get_args(_type_at(record, place)) if isinstance(word, str)]


def _type_at(record: type[Any], place: Place) -> Any:
    kind: Any = record
    for step in place:
        if isinstance(step, str) and hasattr(kind, "__struct_fields__"):
            names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
            hints = msgspec.structs.fields(kind)
            kind = next((f.type for f in hints if f.name == names.get(step)), kind)
        kind = next((a for a in getattr(kind, "__args__", ()) if hasattr(a, "__struct_fields__")), kind)
    return kind


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
