"""A case file that is no file: a mapping of Python values, read as if it had been written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from numbers import Real
from typing import Any

from concordant.errors import Complaint, Unreadable
from concordant.record.casefile.scalars import format_place
from concordant.texts import MAX_DEPTH, Place, SourceText, refuse_controls

WAY_OUT = "Write it as a text, a number, a date, a yes or no, a list or a mapping"


class ValueText(SourceText):
    """A case file without lines: what is wrong is told by the key where it stands."""

    def make_complaint(self, place: Place, says: str, way_out: str = "") -> Complaint:
        """A complaint that names the place by its keys."""
        return Complaint(says, f"{self.file}: {format_place(place)}" if place else self.file, None, way_out)


def read_value(value: Mapping[str, Any], name: str = "case") -> SourceText:
    """The mapping as a text of scalars. Raises Unreadable for what cannot be written down."""
    return ValueText(name, _convert_value(value, (), name))


def _convert_value(value: Any, place: Place, name: str) -> Any:
    if len(place) > MAX_DEPTH:
        raise Unreadable(Complaint("nested too deep", name, way_out=f"A case file has at most {MAX_DEPTH} levels"))
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {str(key): _convert_value(item, (*place, str(key)), name) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_convert_value(item, (*place, i), name) for i, item in enumerate(value)]
    text = _format_scalar(value)
    if text is None:
        says = f"a value of the type {type(value).__name__} is nothing that a case file holds"
        raise Unreadable(Complaint(says, f"{name}: {format_place(place)}", way_out=WAY_OUT))
    refuse_controls(text, f"{name}: {format_place(place)}")
    return text


def _format_scalar(value: Any) -> str | None:
    """As a case file writes it; None for what is no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, str | Real) else None
