"""Denials of conditions in sources that date a condition by its beginning: an active one goes on until it is said to be over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from concordant.patient.events import ABSENT, ACTIVE, Comorbidity


def undate_denials(items: Sequence[Any]) -> list[Any]:
    """The findings; a denial loses its day where the same condition has been active since before: it is no later word on it."""
    since = _find_beginnings(item for item in items if isinstance(item, Comorbidity))
    return [replace(item, date=None) if _is_overtaken(item, since) else item for item in items] if since else list(items)


def _find_beginnings(conditions: Iterable[Comorbidity]) -> dict[str, dt.date]:
    since: dict[str, dt.date] = {}
    for item in conditions:
        if item.status == ACTIVE and item.term is not None and item.date is not None:
            since[item.term] = min(item.date.first, since.get(item.term, item.date.first))
    return since


def _is_overtaken(item: Any, since: dict[str, dt.date]) -> bool:
    if not isinstance(item, Comorbidity) or item.status != ABSENT or item.date is None:
        return False
    return since.get(item.term or "", dt.date.max) < item.date.last
