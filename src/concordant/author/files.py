"""Read one knowledge file into records; every problem becomes a complaint with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

import msgspec

from concordant.author.compile import compile_condition
from concordant.errors import Complaint, suggest_word
from concordant.model.features import Feature
from concordant.model.naming import find_item_type, find_struct, list_field_types
from concordant.texts import Place, SourceText

T = TypeVar("T")

CONDITION_KEYS = frozenset({"if", "applies_if", "when", "only_if", "overruled_if", "met_if", "relevant_if", "never"})


def compile_sentences(
    text: SourceText, value: Any, place: Place, features: Mapping[str, Feature], complaints: list[Complaint]
) -> Any:
    """The same tree with every authored condition replaced by its nodes (as plain data)."""
    if isinstance(value, list):
        return [compile_sentences(text, item, (*place, i), features, complaints) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    compiled: dict[str, Any] = {}
    for key, item in value.items():
        inner = (*place, key)
        if key in CONDITION_KEYS:
            compiled[key] = _compile_authored_condition(text, item, inner, features, complaints)
        elif key == "derive":
            compiled[key] = item
        else:
            compiled[key] = compile_sentences(text, item, inner, features, complaints)
    return compiled


def _compile_authored_condition(
    text: SourceText, item: Any, place: Place, features: Mapping[str, Feature], complaints: list[Complaint]
) -> Any:
    try:
        return msgspec.to_builtins(compile_condition(item, features))
    except ValueError as error:
        faulty = list(_find_faulty_sentences(item, place, features))
        complaints += [text.make_complaint(inner, says) for inner, says in faulty or [(place, str(error))]]
        return {"type": "Constant", "truth": "unknown"}


def _find_faulty_sentences(item: Any, place: Place, features: Mapping[str, Feature]) -> Iterator[tuple[Place, str]]:
    """Each sentence of a condition that cannot be compiled, at its own line."""
    if isinstance(item, dict | list):
        for key, inner in item.items() if isinstance(item, dict) else enumerate(item):
            yield from _find_faulty_sentences(inner, (*place, key), features)
        return
    try:
        compile_condition(item, features)
    except ValueError as error:
        yield place, str(error)


def convert_to_record(text: SourceText, value: Any, record: type[T], complaints: list[Complaint], place: Place = ()) -> T | None:
    """The tree as a record; None, and a complaint, when it has not that shape."""
    converted: T | None = convert_to_any(text, value, record, complaints, place)
    return converted


def convert_to_any(text: SourceText, value: Any, record: Any, complaints: list[Complaint], place: Place = ()) -> Any:
    """The tree as one of several records, which a tag tells apart."""
    try:
        return msgspec.convert(value, record, strict=False)
    except msgspec.ValidationError as error:
        inner, says, way_out = _describe_error(*_split_message(str(error)), record, value)
        complaints.append(text.make_complaint((*place, *inner), says, way_out))
        return None


def _describe_error(says: str, place: Place, record: Any, value: Any) -> tuple[Place, str, str]:
    """Where a value has not the shape of the record, what is wrong, and the nearest word that would be right."""
    if unknown := re.search(r"unknown field `(\w+)`", says):
        return (*place, unknown[1]), says, suggest_word(unknown[1], _list_field_names(record, value, place))
    if wrong := re.search(r"Invalid enum value '(.+)'", says):
        return place, says, suggest_word(wrong[1], _list_choices(record, value, place))
    if place and (wrong := re.fullmatch(r"Invalid value '(.+)'", says)):  # the word that says which of several records it is
        tags = _list_tags(_find_type_at(record, value, place[:-1]))
        return place, f"the {place[-1]} '{wrong[1]}' does not exist", suggest_word(wrong[1], tags, listing=False)
    return place, says, ""


def _split_message(message: str) -> tuple[str, Place]:
    """Split msgspec's sentence into what is wrong and where."""
    says, _, path = message.replace("`key` in ", "").partition(" - at `$")
    place: list[str | int] = []
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        place.append(name or int(index))
    return says, tuple(place)


def _list_field_names(record: Any, value: Any, place: Place) -> list[str]:
    """The keys that the record at this place allows."""
    kind = find_struct(_find_type_at(record, value, place), _find_value_at(value, place))
    return list(getattr(kind, "__struct_encode_fields__", ()))


def _list_choices(record: Any, value: Any, place: Place) -> list[str]:
    """The words that a closed list at this place allows."""
    kind = _find_type_at(record, value, place)
    return [word for argument in (kind, *get_args(kind)) for word in get_args(argument) if isinstance(word, str)]


def _list_tags(kind: Any) -> list[str]:
    """The words that tell the records of a union apart."""
    return [str(struct.__struct_config__.tag) for struct in get_args(kind) if hasattr(struct, "__struct_config__")]


def _find_type_at(record: Any, value: Any, place: Place) -> Any:
    kind: Any = record
    for i, step in enumerate(place):
        kind = (
            find_item_type(kind, step)
            if isinstance(step, int)
            else _find_field_type(kind, _find_value_at(value, place[:i]), step)
        )
    return kind


def _find_field_type(kind: Any, value: Any, key: str) -> Any:
    return list_field_types(find_struct(kind, value)).get(key)


def _find_value_at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def fill_templates(value: Any, names: Mapping[str, str]) -> Any:
    """The tree with `{drug}` and its like replaced in every text and key."""
    if isinstance(value, dict):
        return {fill_templates(key, names): fill_templates(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_templates(item, names) for item in value]
    if isinstance(value, str):
        for name, word in names.items():
            value = value.replace("{" + name + "}", word)
    return value
