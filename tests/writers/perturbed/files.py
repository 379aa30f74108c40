"""The same entries in other files."""

from __future__ import annotations

import gzip
import json
from itertools import groupby
from typing import Any

from tests.writers.perturbed import Files, Resource, Told

PAGE = 4


def dump(value: Any) -> bytes:
    """As JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


def _bundle(entries: list[Resource], kind: str = "collection", **more: Any) -> Resource:
    return {"resourceType": "Bundle", "type": kind, **more, "entry": entries}


def pages(told: Told) -> Files:
    """Some entries a file; the patient stands in the first alone, as a server that is asked page by page answers."""
    entries = told.entries
    some = [entries[start : start + PAGE] for start in range(0, len(entries), PAGE)]
    return {f"page-{number}.json": dump(_bundle(page, "searchset")) for number, page in enumerate(some)}


def one_file_an_entry(told: Told) -> Files:
    return {f"{number:03}.json": dump(entry["resource"]) for number, entry in enumerate(told.entries)}


def ndjson(told: Told) -> Files:
    return {"patient.ndjson": b"\n".join(dump(entry["resource"]) for entry in told.entries)}


def bulk_export(told: Told) -> Files:
    resources = sorted((entry["resource"] for entry in told.entries), key=lambda one: one["resourceType"])
    return {
        f"{kind}.ndjson": b"\n".join(map(dump, some)) for kind, some in groupby(resources, key=lambda one: one["resourceType"])
    }


def gzipped(told: Told) -> Files:
    return {"bundle.json.gz": gzip.compress(dump(told.bundle))}


def indented_with_mark(told: Told) -> Files:
    return {"bundle.json": b"\xef\xbb\xbf" + json.dumps(told.bundle, indent=4).encode()}


def transaction(told: Told) -> Files:
    entries = []
    for entry in told.entries:
        resource = entry["resource"]
        url = f"{resource['resourceType']}/{resource['id']}"
        entries.append({**entry, "request": {"method": "PUT", "url": url}})
    return {"bundle.json": dump(_bundle(entries, "transaction"))}


def searchset(told: Told) -> Files:
    entries = [{**entry, "search": {"mode": "match"}} for entry in told.entries]
    link = [{"relation": "self", "url": "http://hospital.example/Patient/p1/$everything"}]
    return {"bundle.json": dump(_bundle(entries, "searchset", total=len(entries), link=link))}


def bundle_in_bundle(told: Told) -> Files:
    return {"bundle.json": dump(_bundle([{"resource": told.bundle}]))}


def list_of_resources(told: Told) -> Files:
    return {"bundle.json": dump([entry["resource"] for entry in told.entries])}
