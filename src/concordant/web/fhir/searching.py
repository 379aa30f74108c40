"""A search of definitions: by their names alone, which is all that they are found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlencode

from concordant.present.fhir.frame import Resource
from concordant.web.problems import Problem


def search_definitions(found: Sequence[Resource], query: Sequence[tuple[str, str]], base: str, *, strict: bool) -> Resource:
    """The definitions of a kind that a search finds. Raises Problem for what it cannot be asked, where that is wanted."""
    asked = [(name, text) for name, text in query if not name.startswith("_") or name in MATCHES]
    unknown = [name for name, _ in asked if name not in MATCHES]
    if unknown and strict:
        raise Problem(400, "This cannot be searched for", f"There are {', '.join(MATCHES)}.")
    used = [(name, text) for name, text in asked if name in MATCHES]
    kept = [one for one in found if all(_matches_any(one, name, text) for name, text in used)]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(kept),
        "link": [{"relation": "self", "url": f"{base}?{urlencode(used)}".rstrip("?")}],
        **({"entry": [{"fullUrl": one["url"], "resource": one, "search": {"mode": "match"}} for one in kept]} if kept else {}),
    }


def _matches_any(resource: Resource, name: str, text: str) -> bool:
    """Whether one of the values that stand side by side is met."""
    return any(MATCHES[name](resource, value) for value in text.split(","))


def _is_named(resource: Resource, text: str) -> bool:
    url, _, version = text.partition("|")
    return bool(resource["url"] == url and version in ("", resource["version"]))


def _is_identified(resource: Resource, text: str) -> bool:
    identifiers: Iterable[Mapping[str, str]] = resource.get("identifier", ())
    system, sign, value = text.rpartition("|")
    return any(one["value"] == value and (not sign or one["system"] == system) for one in identifiers)


def _begins(resource: Resource, name: str, text: str) -> bool:
    return bool(resource[name].lower().startswith(text.lower()))


MATCHES: Mapping[str, Callable[[Resource, str], bool]] = {
    "_id": lambda resource, text: bool(resource["id"] == text),
    "url": _is_named,
    "identifier": _is_identified,
    "name": lambda resource, text: _begins(resource, "name", text),
    "title": lambda resource, text: _begins(resource, "title", text),
}
