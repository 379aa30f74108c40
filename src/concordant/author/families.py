"""Families of terms: what holds of all of them is written once, and spread onto each."""

from __future__ import annotations

from typing import Any

from concordant.errors import Complaint
from concordant.texts import SourceText

LISTS = ("conditions", "medications")
SHARED = ("no_bearing", "concerns", "tags")


def expand_families(text: SourceText, complaints: list[Complaint]) -> dict[str, Any]:
    """The file with its families told, and their members and the families themselves among its terms.

    The name of a file begins with the list that its families belong to.
    """
    value: dict[str, Any] = text.value or {}
    families = value.get("families")
    if not isinstance(families, list):
        return value
    name = next((prefix for prefix in LISTS if text.file.rpartition("/")[2].startswith(prefix)), "")
    if not name:
        way_out = f"Families stand in files whose names begin with {' or '.join(LISTS)}"
        complaints.append(text.make_complaint(("families",), "families of no list of terms", way_out))
        return {key: item for key, item in value.items() if key != "families"}
    readable = [family for family in families if isinstance(family, dict)]
    terms = [term for family in readable for term in (_make_family_term(family), *_make_member_terms(family))]
    bare = [{**_drop_keys(family, "terms"), "list": name} for family in readable]
    return {**value, "families": bare, name: [*(value.get(name) or []), *terms]}


def _make_family_term(family: dict[str, Any]) -> dict[str, Any]:
    """The family as a term: a record may name no member, but only what kind of thing it is."""
    return _drop_keys(family, "terms", "atc", "source")


def _make_member_terms(family: dict[str, Any]) -> list[Any]:
    shared = {key: family[key] for key in SHARED if key in family}
    return [{**shared, **term} if isinstance(term, dict) else term for term in family.get("terms") or []]


def _drop_keys(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in keys}
