"""The scalars of a case file, each parsed by its field's own type; complaints are collected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from concordant.compiled import Field, Knowledge
from concordant.complaints import Complaint, did_you_mean, quoted
from concordant.contract_names import SEX
from concordant.dates import PartialDate, parse_partial_date
from concordant.facts import Value, one_of, value_words
from concordant.features import Feature
from concordant.quantities import Interval
from concordant.record.events import Entry, Word, word_of
from concordant.record.said import words_said
from concordant.record.vocabulary import Words, drug_parts, plain, quantity, suggestion, within
from concordant.texts import Place, Text

LONGEST_WORD = 200
LONGEST_NOTE = 2000
MOST = 1000
# What people write for a word of a closed list; no spelling leads from the one to the other.
MEANT = {
    ("event", "relapse"): "recurrence",
    ("event", "remission"): "response",
    ("setting", "metastatic"): "advanced",
    ("setting", "palliative"): "advanced",
    ("status", "past"): "resolved",
    ("status", "history"): "resolved",
    ("status", "current"): "active",
    (SEX, "f"): "female",
    (SEX, "woman"): "female",
    (SEX, "m"): "male",
    (SEX, "man"): "male",
}
LEAVE_OUT = "Check its spelling, or leave it out"
MAX_ENTRIES = 500


class Scalars:
    """Reads words, dates and numbers of one file; remembers complaints and what was not understood."""

    def __init__(self, text: Text, knowledge: Knowledge, words: Words) -> None:
        self.text, self.words = text, words
        self.complaints: list[Complaint] = []
        self.not_understood: list[str] = []
        self.later: list[tuple[Entry, PartialDate]] = []
        self.as_of = dt.date.max
        vocabulary = knowledge.vocabulary
        self.tests = {field.name: field for field in vocabulary.tests}
        self.measured = {field.name: field for field in vocabulary.measurements}
        self.patient = {field.name: field for field in vocabulary.patient}
        self.stages = {plain(stage): extent for stage, extent in vocabulary.stages.items()}
        self.features = {feature.name: feature for feature in knowledge.features}

    def complain(self, place: Place, says: str, way_out: str = "") -> None:
        """Remember what is wrong at a place."""
        self.complaints.append(self.text.complaint(place, says, way_out))

    def _entry(self, place: Place) -> Entry:
        return Entry(shown(place), self.text.line(place))

    def _listed(self, text: str, words: Sequence[str]) -> bool:
        return text.strip().lower() in words

    def _block(self, raw: Any, place: Place, keys: Sequence[str]) -> dict[str, Any]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.complain(place, f"'{place[0]}' is {_kind(raw)}, and keys belong under it", "Write `key: value` lines under it")
            return {}
        self._keys(raw, place, keys)
        return raw

    def _items(self, raw: Any, block: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        if raw is None:
            return
        if not isinstance(raw, list):
            way_out = "Write one entry a line, each after a dash"
            self.complain((block,), f"'{block}' is {_kind(raw)}, and a list belongs here", way_out)
            return
        if len(raw) > MAX_ENTRIES:
            says = f"'{block}' has {len(raw)} entries, more than one patient has"
            self.complain((block,), says, f"A block has at most {MAX_ENTRIES} entries")
            return
        for i, item in enumerate(raw):
            if isinstance(item, dict):
                yield (block, i), item
            else:
                says = f"{shown((block, i))} is {_kind(item)}, and an entry has keys"
                self.complain((block, i), says, "Write `- {key: value}`")

    def _keys(self, item: dict[str, Any], place: Place, keys: Sequence[str]) -> None:
        for key in item:
            if key not in keys:
                where = f" in {shown(place)}" if place else ""
                self.complain((*place, key), f"unknown key {quoted(key)}{where}", did_you_mean(key, keys) or LEAVE_OUT)

    def _scalar(self, item: dict[str, Any], key: str, place: Place, *, longest: int = LONGEST_WORD) -> str | None:
        """One value as text; a list or a mapping in its place is complained about, and so is a whole letter."""
        text = item.get(key)
        if isinstance(text, str) and len(text) <= longest:
            return text
        if isinstance(text, str):
            says = f"{key}: {quoted(text)} has {len(text)} characters"
            self.complain((*place, key), says, f"At most {longest} can be read here")
        elif text is not None:
            self.complain((*place, key), f"'{key}' is {_kind(text)}, and one value belongs here", f"Write `{key}: value`")
        return None

    def _free(self, item: dict[str, Any], key: str, place: Place) -> str:
        """A name or a note, as it stands; empty when there is none."""
        return (self._scalar(item, key, place, longest=LONGEST_NOTE) or "").strip()

    def _word(
        self, item: dict[str, Any], key: str, words: Sequence[Word], place: Place, *, required: bool = False, called: str = ""
    ) -> Word | None:
        if item.get(key) is None and required:
            self.complain(place, f"{shown(place)} has no '{key}'", f"Known here: {', '.join(words)}")
        text = self._scalar(item, key, place)
        if text is None or self._listed(text, words):
            return word_of(text and text.strip().lower(), words)
        meant = MEANT.get((key, text.strip().lower()), text.strip())
        way_out = did_you_mean(meant, words) or f"Known here: {', '.join(words)}"
        self.complain((*place, key), f"{quoted(text)} is not a value of '{called or key}'", way_out)
        return None

    def _said(self, item: dict[str, Any], feature: Feature, place: Place) -> Value:
        """A word of a feature, or several of which one is true, each as typed or as an answer prints it."""
        text = self._scalar(item, feature.name, place)
        if text is None:
            return None
        words, lost = words_said(text, feature)
        if lost is None:
            return one_of(feature, words)
        printed = [value_words(feature, word) for word in feature.values]
        near = [did_you_mean(lost.strip(), known, listing=False) for known in (feature.values, printed)]
        way_out = next(filter(None, near), f"Known here: {', '.join(feature.values)}")
        self.complain((*place, feature.name), f"{quoted(lost)} is not a value of '{feature.name}'", way_out)
        return None

    def _date(self, item: dict[str, Any], key: str, place: Place) -> PartialDate | None:
        text = self._scalar(item, key, place)
        if text is None:
            return None
        try:
            return parse_partial_date(text).clipped(self.as_of)
        except ValueError as error:
            self.complain((*place, key), f"{key}: {error}")
            return None

    def _number(
        self, item: dict[str, Any], key: str, field: Field, place: Place, *, words: Sequence[str] = ()
    ) -> Interval | None:
        """A number in the unit of the field; `words` may stand in its place, and are named when it is neither."""
        text = self._scalar(item, key, place)
        if text is None:
            return None
        try:
            value = quantity(text, field, self.words)
            within(field, value, text)
            return value
        except ValueError as error:
            self.complain((*place, key), f"{key}: {error}", f"Or write one of: {', '.join(words)}" if words else "")
            return None

    def _count(self, item: dict[str, Any], key: str, place: Place, *, least: int = 1) -> int | None:
        text = self._scalar(item, key, place)
        if text is None:
            return None
        if (count := count_of(text, least)) is not None:
            return count
        self.complain((*place, key), f"{quoted(text)} is not a count for '{key}'", f"Write a whole number from {least} to {MOST}")
        return None

    def _names(self, item: dict[str, Any], key: str, known: dict[str, str], what: str, place: Place) -> tuple[str, ...]:
        found = []
        for name in self._texts(item.get(key), (*place, key)):
            if plain(name) in known:
                found.append(known[plain(name)])
            else:
                self._lost(what, name, suggestion(name, known), place)
        return tuple(dict.fromkeys(found))

    def _drugs(self, raw: Any, place: Place) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        drugs: list[str] = []
        classes: list[str] = []
        unknown = []
        for name in self._texts(raw, place):
            parts = drug_parts(name, self.words)
            classes += [part for part in parts if part in self.words.class_ids]
            drugs += [part for part in parts if part not in self.words.class_ids]
            if not parts:
                unknown.append(name)
                self._lost("drug", name, suggestion(name, self.words.drugs), place)
        return tuple(dict.fromkeys(drugs)), tuple(dict.fromkeys(classes)), tuple(unknown)

    def _texts(self, raw: Any, place: Place) -> list[str]:
        if raw is None:
            return []
        if isinstance(raw, str) and raw.strip():
            return [raw]
        if isinstance(raw, list) and all(isinstance(item, str) and item.strip() for item in raw):
            return raw
        self.complain(place, f"'{place[-1]}' is not a list of names", "Write [name, name]")
        return []

    def _lost(self, what: str, name: str, near: str, place: Place) -> None:
        """A word that is not understood; `near` is what may have been meant."""
        self.not_understood.append(f"{what} {quoted(name)} ({shown(place)}){'; ' + near if near else ''}")


def count_of(text: str, least: int = 1) -> int | None:
    """The whole number that a text is; None for another one, and for one that no patient has."""
    return int(text) if text.strip().isdecimal() and least <= int(text) <= MOST else None


def _kind(raw: Any) -> str:
    """What stands there, in a word."""
    if raw is None:
        return "empty"
    return "a mapping" if isinstance(raw, dict) else "a list" if isinstance(raw, list) else "a single value"


def shown(place: Place) -> str:
    """A place as people name it: treatments[1].drugs, counted from one."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
