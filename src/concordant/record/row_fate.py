"""The fate of every row of a source: one, when all that it tells has been looked at."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from concordant.patient.account import Fate, Met, RowTold

SILENT = "it says nothing that is asked about"
MOST_STROKES = 3


class QuietCode(msgspec.Struct, frozen=True, gc=False):
    """What is told of every plain entry under a code of which nothing is asked: the codes that were met, what becomes of it."""

    met: tuple[Met, ...]
    told: RowTold


class RowFates:
    """What became of each row so far. Most rows tell one thing; of the others everything is kept until the end."""

    def __init__(self) -> None:
        self.rows: dict[str, RowTold] = {}
        self.several: dict[str, list[RowTold]] = {}
        self._repeats: dict[str, int] = {}  # how many rows stood at a place beside the first
        self.place, self.kind = "", ""
        self.set_aside: list[str] = []

    def start_row(self, place: str, kind: str) -> bool:
        """The row that is read next. True when another one stood at this place: it gets a place of its own."""
        self.place, self.kind = place, kind
        if place not in self.rows:
            return False
        while self.place in self.rows:
            self._repeats[place] = number = self._repeats.get(place, 0) + 1
            self.place = f"{place}{_mark_repeat(number)}"
        return True

    def mark_used(self, label: str) -> None:
        """The row at hand became part of the record, read as this."""
        self._add_told(self.place, RowTold(self.kind, "used", label))

    def mark_set_aside(self, why: str) -> None:
        """The entry at hand cannot be, or cannot be read."""
        self._add_told(self.place, RowTold(self.kind, "set aside", why))
        self.set_aside.append(f"{self.place}: {why}")

    def mark_ignored(self, why: str) -> None:
        """The row at hand says nothing that is asked about."""
        self._add_told(self.place, RowTold(self.kind, "ignored", why))

    def close_row(self) -> None:
        """The row at hand has been read; where nothing was told of it, it says nothing."""
        if self.place not in self.rows:
            self.mark_ignored(SILENT)

    def tell_later(self, place: str, fate: Fate, why: str) -> None:
        """What becomes of a row that has been read; a source with an account of its own has none."""
        if place in self.rows:
            self._add_told(place, RowTold(self.rows[place].kind, fate, why))

    def take_back(self, place: str, read_as: str) -> None:
        """Undo one use of a row: the one labelled `read_as`, if there is one."""
        if place in self.rows:
            parts = self._list_parts(place)
            used = [number for number, part in enumerate(parts) if part.fate == "used"]
            if used:
                del parts[next((number for number in used if parts[number].why == read_as), used[-1])]

    def _add_told(self, place: str, told: RowTold) -> None:
        if self.rows.setdefault(place, told) is not told:
            self._list_parts(place).append(told)

    def _list_parts(self, place: str) -> list[RowTold]:
        return self.several.setdefault(place, [self.rows[place]])

    def close_rows(self) -> dict[str, RowTold]:
        """One fate a row, in the order in which the rows were met."""
        for place, parts in self.several.items():
            self.rows[place] = _merge_parts(self.rows[place].kind, parts)
        return self.rows


def _mark_repeat(number: int) -> str:
    """What stands behind the place of a row told again: a stroke each for the first few, then their number."""
    return "'" * number if number <= MOST_STROKES else f"'{number}"


def _merge_parts(kind: str, parts: Iterable[RowTold]) -> RowTold:
    """Used when any part of it is, else set aside, else ignored."""
    used, aside, ignored = ([part.why for part in parts if part.fate == fate] for fate in ("used", "set aside", "ignored"))
    if used:
        return RowTold(kind, "used", _join_sentences([*dict.fromkeys(used), *(f"set aside: {why}" for why in aside)]))
    if aside:
        return RowTold(kind, "set aside", _join_sentences(dict.fromkeys(aside)))
    return RowTold(kind, "ignored", _join_sentences(dict.fromkeys(ignored)) or SILENT)


def _join_sentences(sentences: Iterable[str]) -> str:
    return "; ".join(sentences)
