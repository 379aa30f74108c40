"""The scalars of a case file, each parsed by its field's own type; complaints are collected."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from concordant.contract_names import SEX
from concordant.errors import Complaint, quote_word, suggest_word
from concordant.logic.dates import PartialDate, parse_partial_date
from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge, VocabularyField
from concordant.patient.events import EntryLocation, Word, match_word
from concordant.patient.facts import Value, format_value, value_from_words
from concordant.record.cut import is_after
from concordant.record.printed_words import parse_words
from concordant.record.rules import make_stage_table
from concordant.terminology.names import Words, drugs_from_name, is_doubted, normalize_name, suggest_name
from concordant.terminology.near_names import suggest_drug
from concordant.terminology.quantities import check_range, convert_quantity, explain_bare_fraction
from concordant.texts import Place, SourceText

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


class ScalarReader:
    """Reads words, dates and numbers of one file; remembers complaints and what was not understood."""

    def __init__(self, text: SourceText, knowledge: Knowledge, words: Words) -> None:
        self.text, self.words = text, words
        self.complaints: list[Complaint] = []
        self.not_understood: list[str] = []
        self.later: list[tuple[EntryLocation, PartialDate]] = []
        self.as_of = dt.date.max
        self.cuts = False  # whether what lies after `as_of` is left out
        vocabulary = knowledge.vocabulary
        self.tests = {field.name: field for field in vocabulary.tests}
        self.measured = {field.name: field for field in vocabulary.measurements}
        self.patient = {field.name: field for field in vocabulary.patient}
        self.stages = make_stage_table(vocabulary)
        self.features = {feature.name: feature for feature in knowledge.features}

    def add_complaint(self, place: Place, says: str, way_out: str = "") -> None:
        """Remember what is wrong at a place."""
        self.complaints.append(self.text.make_complaint(place, says, way_out))

    def _locate_entry(self, place: Place) -> EntryLocation:
        return EntryLocation(format_place(place), self.text.find_line(place))

    def _is_listed(self, text: str, words: Sequence[str]) -> bool:
        return text.strip().lower() in words

    def read_block(self, raw: Any, place: Place, keys: Sequence[str]) -> dict[str, Any]:
        """A mapping with these keys; anything else is complained about, and empty."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.add_complaint(
                place, f"'{place[0]}' is {_describe_kind(raw)}, and keys belong under it", "Write `key: value` lines under it"
            )
            return {}
        self._check_keys(raw, place, keys)
        return raw

    def _iter_items(self, raw: Any, block: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        if raw is None:
            return
        if not isinstance(raw, list):
            way_out = "Write one entry a line, each after a dash"
            self.add_complaint((block,), f"'{block}' is {_describe_kind(raw)}, and a list belongs here", way_out)
            return
        if len(raw) > MAX_ENTRIES:
            says = f"'{block}' has {len(raw)} entries, more than one patient has"
            self.add_complaint((block,), says, f"A block has at most {MAX_ENTRIES} entries")
            return
        for i, item in enumerate(raw):
            if isinstance(item, dict):
                told = len(self.not_understood)
                yield (block, i), item
                if self.cuts and self._is_later(item):
                    del self.not_understood[told:]  # nobody asks what an entry of later means
            else:
                says = f"{format_place((block, i))} is {_describe_kind(item)}, and an entry has keys"
                self.add_complaint((block, i), says, "Write `- {key: value}`")

    def _is_later(self, item: dict[str, Any]) -> bool:
        """Whether an entry begins after the date that was asked for; a date that is none is complained about elsewhere."""
        text = item.get("date") or item.get("start")
        try:
            return isinstance(text, str) and is_after(parse_partial_date(text), self.as_of)
        except ValueError:
            return False

    def _check_keys(self, item: dict[str, Any], place: Place, keys: Sequence[str]) -> None:
        for key in item:
            if key not in keys:
                where = f" in {format_place(place)}" if place else ""
                self.add_complaint((*place, key), f"unknown key {quote_word(key)}{where}", suggest_word(key, keys) or LEAVE_OUT)

    def _read_scalar(self, item: dict[str, Any], key: str, place: Place, *, longest: int = LONGEST_WORD) -> str | None:
        """One value as text; a list or a mapping in its place is complained about, and so is a whole letter."""
        text = item.get(key)
        if isinstance(text, str) and len(text) <= longest:
            return text
        if isinstance(text, str):
            says = f"{key}: {quote_word(text)} has {len(text)} characters"
            self.add_complaint((*place, key), says, f"At most {longest} can be read here")
        elif text is not None:
            self.add_complaint(
                (*place, key), f"'{key}' is {_describe_kind(text)}, and one value belongs here", f"Write `{key}: value`"
            )
        return None

    def _read_free_text(self, item: dict[str, Any], key: str, place: Place) -> str:
        """A name or a note, as it stands; empty when there is none."""
        return (self._read_scalar(item, key, place, longest=LONGEST_NOTE) or "").strip()

    def _read_word(
        self, item: dict[str, Any], key: str, words: Sequence[Word], place: Place, *, required: bool = False, called: str = ""
    ) -> Word | None:
        if item.get(key) is None and required:
            self.add_complaint(place, f"{format_place(place)} has no '{key}'", f"Known here: {', '.join(words)}")
        text = self._read_scalar(item, key, place)
        if text is None or self._is_listed(text, words):
            return match_word(text and text.strip().lower(), words)
        meant = MEANT.get((key, text.strip().lower()), text.strip())
        way_out = suggest_word(meant, words) or f"Known here: {', '.join(words)}"
        self.add_complaint((*place, key), f"{quote_word(text)} is not a value of '{called or key}'", way_out)
        return None

    def _read_feature_value(self, item: dict[str, Any], feature: Feature, place: Place) -> Value:
        """A word of a feature, or several of which one is true, each as typed or as an answer prints it."""
        text = self._read_scalar(item, feature.name, place)
        if text is None:
            return None
        words, lost = parse_words(text, feature)
        if lost is None:
            return value_from_words(feature, words)
        printed = [format_value(feature, word) for word in feature.values]
        near = [suggest_word(lost.strip(), known, listing=False) for known in (feature.values, printed)]
        way_out = next(filter(None, near), f"Known here: {', '.join(feature.values)}")
        self.add_complaint((*place, feature.name), f"{quote_word(lost)} is not a value of '{feature.name}'", way_out)
        return None

    def _read_date(self, item: dict[str, Any], key: str, place: Place) -> PartialDate | None:
        text = self._read_scalar(item, key, place)
        if text is None:
            return None
        try:
            return parse_partial_date(text).clip_to(self.as_of)
        except ValueError as error:
            self.add_complaint((*place, key), f"{key}: {error}")
            return None

    def _read_number(
        self, item: dict[str, Any], key: str, field: VocabularyField, place: Place, *, words: Sequence[str] = ()
    ) -> Interval | None:
        """A number in the unit of the field; `words` may stand in its place, and are named when it is neither."""
        text = self._read_scalar(item, key, place)
        if text is None:
            return None
        try:
            value = convert_quantity(text, field, self.words)
            check_range(field, value, text)
            if said := explain_bare_fraction(text, field, self.words):
                self.not_understood.append(f"{said} ({self._locate_entry(place).place})")
            return value
        except ValueError as error:
            self.add_complaint((*place, key), f"{key}: {error}", f"Or write one of: {', '.join(words)}" if words else "")
            return None

    def _read_count(self, item: dict[str, Any], key: str, place: Place, *, least: int = 1) -> int | None:
        text = self._read_scalar(item, key, place)
        if text is None:
            return None
        if (count := parse_count(text, least)) is not None:
            return count
        self.add_complaint(
            (*place, key), f"{quote_word(text)} is not a count for '{key}'", f"Write a whole number from {least} to {MOST}"
        )
        return None

    def _read_names(self, item: dict[str, Any], key: str, known: dict[str, str], what: str, place: Place) -> tuple[str, ...]:
        names = []
        for name in self.read_texts(item.get(key), (*place, key)):
            spelling = normalize_name(name)
            if spelling in known and not is_doubted(name):
                names.append(known[spelling])
            else:
                self._report_unknown(what, name, suggest_name(name, known), place)
        return tuple(dict.fromkeys(names))

    def _read_drugs(self, raw: Any, place: Place) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        drugs: list[str] = []
        classes: list[str] = []
        unknown = []
        for name in self.read_texts(raw, place):
            parts = drugs_from_name(name, self.words)
            classes += [part for part in parts if part in self.words.class_ids]
            drugs += [part for part in parts if part not in self.words.class_ids]
            if not parts:
                unknown.append(name)
                self._report_unknown("drug", name, suggest_drug(name, self.words), place)
        return tuple(dict.fromkeys(drugs)), tuple(dict.fromkeys(classes)), tuple(unknown)

    def read_texts(self, raw: Any, place: Place) -> list[str]:
        """A list of names, or a single one."""
        if raw is None:
            return []
        if isinstance(raw, str) and raw.strip():
            return [raw]
        if isinstance(raw, list) and all(isinstance(item, str) and item.strip() for item in raw):
            return raw
        self.add_complaint(place, f"'{place[-1]}' is not a list of names", "Write [name, name]")
        return []

    def _report_unknown(self, what: str, name: str, near: str, place: Place) -> None:
        """A word that is not understood; `near` is what may have been meant."""
        self.not_understood.append(f"{what} {quote_word(name)} ({format_place(place)}){'; ' + near if near else ''}")


def parse_count(text: str, least: int = 1) -> int | None:
    """The whole number that a text is; None for another one, and for one that no patient has."""
    return int(text) if text.strip().isdecimal() and least <= int(text) <= MOST else None


def _describe_kind(raw: Any) -> str:
    """What stands there, in a word."""
    if raw is None:
        return "empty"
    return "a mapping" if isinstance(raw, dict) else "a list" if isinstance(raw, list) else "a single value"


def format_place(place: Place) -> str:
    """A place as people name it: treatments[1].drugs, counted from one."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


def parse_place(text: str) -> Place:
    """The place that `format_place` names."""
    return tuple(int(step[1:-1]) - 1 if step[0] == "[" else step for step in STEP.findall(text))
