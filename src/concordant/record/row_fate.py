"""The fate of every row of a source: one, when all that it tells has been looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from concordant.record.account import Fate, Row

SILENT = "it says nothing that is asked about"


@dataclass(slots=True)
class RowFates:
    """What became of each row so far. Most rows tell one thing; of the others everything is kept until the end."""

    rows: dict[str, Row] = field(default_factory=dict)
    several: dict[str, list[Row]] = field(default_factory=dict)

    def tell(self, place: str, kind: str, fate: Fate, why: str) -> None:
        """Something that became of a row, or of a part of it."""
        row = Row(place, kind, fate, why)
        if place in self.rows:
            self._parts(place).append(row)
        else:
            self.rows[place] = row

    def take_back(self, place: str, read_as: str) -> None:
        """What a row was used for is gone; its kind of use is `read_as`, where it was told by itself."""
        if place in self.rows:
            parts = self._parts(place)
            used = [number for number, part in enumerate(parts) if part.fate == "used"]
            if used:
                del parts[next((number for number in used if parts[number].why == read_as), used[-1])]

    def _parts(self, place: str) -> list[Row]:
        return self.several.setdefault(place, [self.rows[place]])

    def closed(self) -> list[Row]:
        """One fate a row, in the order in which the rows were met."""
        for place, parts in self.several.items():
            self.rows[place] = _one(self.rows[place], parts)
        return list(self.rows.values())


def _one(row: Row, parts: Iterable[Row]) -> Row:
    """Used when any part of it is, else set aside, else ignored."""
    used, aside, ignored = ([part.why for part in parts if part.fate == fate] for fate in ("used", "set aside", "ignored"))
    if used:
        return Row(row.place, row.kind, "used", _joined([*dict.fromkeys(used), *(f"set aside: {why}" for why in aside)]))
    if aside:
        return Row(row.place, row.kind, "set aside", _joined(dict.fromkeys(aside)))
    return Row(row.place, row.kind, "ignored", _joined(dict.fromkeys(ignored)) or SILENT)


def _joined(sentences: Iterable[str]) -> str:
    return "; ".join(sentences)
