"""What a word of the knowledge names, said at the field that holds it: so that a word which names nothing can be found.

A field of one of these types holds the name of something else. `find_names` finds all of them in a value as it was read, whatever
it is made of, by walking it along its type.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from concordant.texts import Place


class Naming(NamedTuple):
    """A kind of thing that is named; `stated`: only what was told of the feature is looked at, not its fact."""

    kind: str
    stated: bool = False


def _mark_kind(kind: str, *, stated: bool = False) -> msgspec.Meta:
    return msgspec.Meta(extra={"naming": Naming(kind, stated)})


DrugName = Annotated[str, _mark_kind("drug")]
ClassName = Annotated[str, _mark_kind("class")]
DrugOrClass = Annotated[str, _mark_kind("drug or class")]
Culprit = Annotated[str, _mark_kind("drug, class or substance")]
RegimenName = Annotated[str, _mark_kind("regimen")]
TrialName = Annotated[str, _mark_kind("trial")]
SourceName = Annotated[str, _mark_kind("source")]
StatementName = Annotated[str, _mark_kind("statement")]
FeatureName = Annotated[str, _mark_kind("feature")]
StatedName = Annotated[str, _mark_kind("feature", stated=True)]
FormulaName = Annotated[str, _mark_kind("formula")]
SiteName = Annotated[str, _mark_kind("site")]
SiteTag = Annotated[str, _mark_kind("tag of a site")]
MeasurementName = Annotated[str, _mark_kind("measurement")]
TestName = Annotated[str, _mark_kind("test")]
ConditionName = Annotated[str, _mark_kind("condition")]
MedicationName = Annotated[str, _mark_kind("medication")]
TagName = Annotated[str, _mark_kind("tag of a medication")]


class NamedWord(NamedTuple):
    """A word, where it stands, and what it names."""

    place: Place
    word: str
    naming: Naming


def find_names(value: Any, kind: Any, place: Place = ()) -> Iterator[NamedWord]:
    """Every word in a value (as read from a file, or a record) that names something, by the type it has to have."""
    if naming := _find_naming(kind):
        if isinstance(value, str) and value:
            yield NamedWord(place, value, naming)
        return
    if isinstance(value, Mapping) and get_origin(kind) is dict:
        key_kind, item_kind = get_args(kind)
        for key, item in value.items():
            yield from find_names(key, key_kind, (*place, key))
            yield from find_names(item, item_kind, (*place, key))
    elif isinstance(value, Mapping):
        yield from _find_field_names(value, kind, place)
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from find_names(item, find_item_type(kind, i), (*place, i))


def _find_field_names(value: Mapping[str, Any], kind: Any, place: Place) -> Iterator[NamedWord]:
    record = find_struct(kind, value)
    for key, item in value.items() if record is not None else ():
        if (inner := list_field_types(record).get(key)) is not None:
            yield from find_names(item, inner, (*place, key))


def find_struct(kind: Any, value: Any) -> Any:
    """The struct that a mapping is to become; of several the one that its tag names, None where there is none."""
    structs = [struct for struct in (*get_args(kind), kind) if hasattr(struct, "__struct_config__")]
    if len(structs) < 2:
        return next(iter(structs), None)
    tag = value.get(structs[0].__struct_config__.tag_field) if isinstance(value, Mapping) else None
    return next((struct for struct in structs if struct.__struct_config__.tag == tag), None)


@functools.cache
def list_field_types(record: Any) -> Mapping[str, Any]:
    """The type of each field by the key that it is written with."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(record)}


def _find_naming(kind: Any) -> Naming | None:
    """What a field of this type names, also where it may be left out; a plain class names nothing."""
    if isinstance(kind, type):
        return None
    for option in (kind, *(get_args(kind) if get_origin(kind) in (Union, UnionType) else ())):
        if get_origin(option) is Annotated:
            return next((m.extra["naming"] for m in get_args(option)[1:] if m.extra and "naming" in m.extra), None)
    return None


def find_item_type(kind: Any, index: int) -> Any:
    """The type of an item: of a list or tuple of one kind, or of a tuple of fixed length."""
    kinds = [option for option in get_args(kind) if option is not Ellipsis]
    if not kinds:
        return None
    return kinds[0] if len(kinds) == 1 or get_origin(kind) is not tuple else kinds[min(index, len(kinds) - 1)]
