"""Several versions of one resource: the newest governs; what was entered in error, or deleted, says nothing in any version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import msgspec

from concordant.record.fhir.decode import LocatedResource
from concordant.record.fhir.elements import Meta
from concordant.record.fhir.resources import Resource

OLDER = "another version of it is newer"
LATER_VERSION = "this version of it was written after the date asked for"
DELETED = "its source deleted it"
ERROR = "entered-in-error"
META = msgspec.json.Decoder(Meta)

Key = tuple[str, str, str]
Rank = dt.datetime | int


def pass_over_old_versions(
    entries: Sequence[LocatedResource], deleted: Mapping[str, str] | None = None, until: dt.date | None = None
) -> None:
    """Mark what another version replaces, and what its source deleted (`deleted`: also elsewhere, by `Type/id`; when).

    With a day (`until`) the version that was the newest on it governs; what was taken back later was never there all the same.
    """
    if not deleted and _has_each_once(entries):
        return  # as nearly every source has
    gone = dict(deleted or {})
    firsts: dict[Key, LocatedResource] = {}
    several: dict[Key, list[LocatedResource]] = {}
    for entry in entries:
        if (id_ := entry.resource.id) is None:
            continue
        if entry.deleted is not None:
            gone[f"{entry.resource.resourceType}/{id_}"] = entry.deleted
            continue
        url = entry.url if entry.url is not None and entry.url.startswith("http") else ""
        key = (entry.resource.resourceType or "", id_, url)
        if (first := firsts.setdefault(key, entry)) is not entry:
            several.setdefault(key, [first]).append(entry)
    for versions in several.values():
        _pass_over_others(versions, until)
    for entry in entries if gone else ():
        when = gone.get(f"{entry.resource.resourceType}/{entry.resource.id}")
        if when is not None and entry.deleted is None and not entry.passed and not _is_later(entry.resource, when):
            entry.passed = DELETED


def _has_each_once(entries: Sequence[LocatedResource]) -> bool:
    """Whether no two entries have one id, and none tells of a deleted one."""
    ids = [entry.resource.id for entry in entries if entry.deleted is None]
    return len(set(ids)) == len(entries)


def _pass_over_others(versions: list[LocatedResource], until: dt.date | None) -> None:
    newest = _find_newest(versions)
    later = [entry for entry in versions if until is not None and _is_written_after(entry.resource, until)]
    if 0 < len(later) < len(versions) and not any(is_entered_in_error(entry.resource) for entry in newest):
        newest = _find_newest([entry for entry in versions if entry not in later])
        for entry in later:
            entry.passed = LATER_VERSION
        newest = newest or [entry for entry in versions if entry not in later]
    for entry in versions:
        if newest and entry not in newest:
            entry.passed = entry.passed or OLDER


def _is_written_after(resource: Resource, day: dt.date) -> bool:
    updated = _get_update(resource)
    return updated is not None and updated.date() > day


def _find_newest(versions: list[LocatedResource]) -> list[LocatedResource]:
    """By number, else by date, else the one that was entered in error; empty where nothing tells."""
    ranks: tuple[Callable[[Resource], Rank | None], ...] = (_get_number, _get_update)
    for rank in ranks:
        ranked = [(rank(entry.resource), entry) for entry in versions]
        known = [number for number, _ in ranked if number is not None]
        if len(known) == len(versions) and len(set(known)) > 1:
            highest = max(known)
            return [entry for number, entry in ranked if number == highest]
    return [entry for entry in versions if is_entered_in_error(entry.resource)]


def is_entered_in_error(resource: Resource) -> bool:
    """Whether its source takes it back."""
    status = resource.verificationStatus
    codings = status.coding if status is not None and not isinstance(status, str) else None
    codes = [coding.code for coding in codings or ()]
    return ERROR in (resource.status, status, *codes)


def _read_meta(resource: Resource) -> Meta:
    try:
        return META.decode(resource.meta) if bytes(resource.meta) else Meta()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Meta()


def _get_number(resource: Resource) -> int | None:
    """The number of the version, where its server counts."""
    text = str(_read_meta(resource).versionId or "")
    return int(text) if text.isdecimal() and len(text) < 20 else None


def _get_update(resource: Resource) -> dt.datetime | None:
    return _parse_instant(_read_meta(resource).lastUpdated)


def _parse_instant(text: str | None) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def _is_later(resource: Resource, deleted: str) -> bool:
    """Whether the resource was written again after it had been deleted."""
    written, until = _get_update(resource), _parse_instant(deleted)
    return written is not None and until is not None and written > until
