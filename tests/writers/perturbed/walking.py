"""Walk through the JSON of entries: each mapping is seen once, from the leaves upwards."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.writers.perturbed import Resource, Told

Change = Callable[[Resource], Any]


def rebuilt(value: Any, change: Change) -> Any:
    """The value with every mapping in it replaced by what becomes of it."""
    if isinstance(value, list):
        return [rebuilt(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: rebuilt(item, change) for key, item in value.items()})
    return value


def each(told: Told, change: Change) -> list[Resource]:
    """The entries, every mapping in them changed."""
    return [rebuilt(entry, change) for entry in told.entries]


def each_resource(told: Told, change: Change) -> list[Resource]:
    """The entries, each resource as a whole changed."""
    return [{**entry, "resource": change(copy.deepcopy(entry["resource"]))} for entry in told.entries]


def first_code(concept: Resource | None) -> str:
    """The first code of a concept."""
    return str(((concept or {}).get("coding") or [{}])[0].get("code", ""))
