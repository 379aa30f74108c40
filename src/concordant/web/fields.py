"""From what a form sends to the case that it means. The whole case travels with the form; what is shown of it overwrites it.

Names of fields: `e.treatments.0.end` is a key of an entry, `e.treatments.new-early.end` of one that is not there yet, `s.lvef` a
feature that is stated, `row.extent` the chip of a row. `shown` names what the form showed, so that what was emptied is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from concordant.errors import make_printable
from concordant.logic.dates import parse_spoken_date
from concordant.model.form import EventRow, Form
from concordant.record.casefile.yaml_text import to_iso_date
from concordant.visible import make_visible
from concordant.web.case_text import BLOCKS, DATES, LISTS, Case, Entry, drop_empty

Fields = Mapping[str, Sequence[str]]
ParseReply = Callable[[str, str], str]  # the feature and what was typed, to what a case file holds; raises ValueError

UNKNOWN = "unknown"  # as a case file writes what is told to be open


@dataclass
class Edits:
    """The case that the fields mean, and what was typed or tapped and not taken, with why, by the name of its field.

    `dropped` is the entry that a button took out.
    """

    case: Case
    typed: dict[str, tuple[str, str]] = field(default_factory=dict)
    dropped: tuple[str, int] = ("", 0)


def read_fields(fields: Fields, form: Form, parse: ParseReply, kept: int = 0) -> Edits:
    """The case of the form with everything in it that was tapped or typed since.

    The first `kept` entries of the course of disease came with a record: no chip rewrites them.
    """
    edits = Edits(_read_base(fields))
    for shown in fields.get("shown", ()):
        place, _, keys = shown.partition(":")
        if place == "s":
            _set_stated(edits, keys.split(","), fields, parse)
        elif place == "u":
            edits.case["unavailable"] = _read_names([_clean(text) for text in fields.get("u", ())], edits.case.get("unavailable"))
        else:
            _set_entry(edits, place, keys.split(","), fields)
    for row in form.rows:
        if isinstance(row, EventRow) and (chosen := get_first(fields, f"row.{row.id}")):
            _choose_event(edits, row, chosen, kept)
    _press_buttons(edits, fields, parse)
    if day := get_first(fields, "as_of"):
        edits.case = {"as_of": _read_date(edits, "as_of", day), **{k: v for k, v in edits.case.items() if k != "as_of"}}
    elif "as_of" in fields:
        edits.case.pop("as_of", None)
    edits.case = drop_empty(edits.case)
    return edits


def _read_base(fields: Fields) -> Case:
    """The case that came with the form. What is no case is none: only a form that somebody else made sends that."""
    try:
        case = json.loads(get_first(fields, "case") or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(case, dict):
        return {}
    return {key: value for key, value in case.items() if key not in BLOCKS or _is_entries(value)}


def _is_entries(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def get_first(fields: Fields, name: str) -> str:
    """The value of a field, without control signs; of several the last, as with two controls of one name."""
    values = fields.get(name, ())
    return _clean(values[-1]) if values else ""


def _clean(text: str) -> str:
    """What was typed, with every control sign made visible."""
    return make_visible(text.strip())


def _set_entry(edits: Edits, place: str, keys: Sequence[str], fields: Fields) -> None:
    """One entry as the form shows it now: `treatments.0`, or `treatments.new-early` for one that is added."""
    block, _, at = place.partition(".")
    if block not in BLOCKS:
        return
    entries = edits.case.setdefault(block, [])
    is_old = at.isdigit() and int(at) < len(entries)
    entry: Entry = entries[int(at)] if is_old else {}
    for key in keys:
        _set_key(edits, entry, key, f"e.{place}.{key}", fields)
    if not is_old and entry:
        entries.append(entry)


def _set_key(edits: Edits, entry: Entry, key: str, name: str, fields: Fields) -> None:
    values = [text for value in fields.get(name, ()) if (text := _clean(value))]
    if key in LISTS:
        entry[key] = _read_names(values, entry.get(key))
    elif values:
        entry[key] = _read_date(edits, name, values[-1]) if key in DATES else values[-1]
    if not values or not entry.get(key):
        entry.pop(key, None)


def _read_names(values: Sequence[str], before: Any) -> list[str]:
    """The names of several controls and of a list in one of them; those that were there stay in their order."""
    names = list(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))
    return before if isinstance(before, list) and sorted(map(str, before)) == sorted(names) else names


def _read_date(edits: Edits, name: str, typed: str) -> str:
    """A date of any precision as a case file writes it; what is none stays where it was typed, and says so."""
    try:
        date = parse_spoken_date(typed)
    except ValueError as error:
        edits.typed[name] = (typed, make_printable(str(error)))
        return ""
    return to_iso_date(date, date.last) or ""


def _set_stated(edits: Edits, features: Sequence[str], fields: Fields, parse: ParseReply) -> None:
    for feature in features:
        _state(edits, feature, _choose_said(edits, feature, [_clean(text) for text in fields.get(f"s.{feature}", ())]), parse)


def _choose_said(edits: Edits, feature: str, said: Sequence[str]) -> str:
    """What is said of a feature now: of a number that is typed and a chip beside it, the one that says something new."""
    if len(said) < 2:
        return "".join(said)
    typed, tapped = said[0], said[-1]
    return typed if typed and tapped == get_stated(edits.case, feature) else tapped


def get_stated(case: Case, feature: str) -> str:
    """What a case states of a feature, as it is written there."""
    stated = case.get("stated")
    return str(stated.get(feature, "")) if isinstance(stated, dict) else ""


def _state(edits: Edits, feature: str, typed: str, parse: ParseReply) -> None:
    stated = edits.case.setdefault("stated", {})
    if not isinstance(stated, dict) or stated.get(feature) == typed:
        return
    stated.pop(feature, None)
    if not typed:
        return
    try:
        stated[feature] = typed if typed == UNKNOWN else parse(feature, typed)
    except ValueError as error:
        edits.typed[f"s.{feature}"] = (typed, make_printable(str(error)))
        stated[feature] = UNKNOWN  # something was said of it: silence must not be taken for an answer


def _choose_event(edits: Edits, row: EventRow, chosen: str, kept: int) -> None:
    """The entry that a chip of the row made becomes that of the chip now chosen; its date and all that no chip says stay.

    Beside an entry of a record a new one is put, if the row would then be about that; else the chip contradicts the record.
    """
    if not chosen.isdigit() or int(chosen) >= len(row.chips):
        return
    entries = edits.case.setdefault("disease", [])
    at = find_event(row, entries)
    now = None if at is None else find_chip(row, entries[at])
    if now == int(chosen):
        return
    if at is None or at < kept:
        order = list(row.order or range(len(row.chips)))
        if now is None or order.index(int(chosen)) < order.index(now):
            entries.append(dict(row.chips[int(chosen)].entry))
        else:
            edits.typed[f"row.{row.id}"] = (chosen, "")
        return
    for key in {key for chip in row.chips for way in (chip.entry, *chip.also) for key in way}:
        entries[at].pop(key, None)
    entries[at].update(row.chips[int(chosen)].entry)


def find_event(row: EventRow, entries: Sequence[Entry]) -> int | None:
    """The entry that the row is about: the last one that the first of its chips to be found anywhere is true of."""
    for number in row.order or range(len(row.chips)):
        fitting = [i for i, entry in enumerate(entries) if find_chip(row, entry) == number]
        if fitting:
            return fitting[-1]
    return None


def find_chip(row: EventRow, entry: Entry) -> int | None:
    """The chip that an entry fits, by its number."""
    for i, chip in enumerate(row.chips):
        if any(told.items() <= entry.items() for told in (chip.entry, *chip.also)):
            return i
    return None


def _press_buttons(edits: Edits, fields: Fields, parse: ParseReply) -> None:
    """What the button did that sent the form: state a branch, forget what was stated, or drop an entry."""
    feature, sign, value = get_first(fields, "set").partition("=")
    if sign:
        _state(edits, feature, value, parse)
    stated = edits.case.get("stated")
    if isinstance(stated, dict):
        stated.pop(get_first(fields, "forget"), None)
    block, _, at = get_first(fields, "drop").partition(".")
    entries = edits.case.get(block)
    if block in BLOCKS and isinstance(entries, list) and at.isdigit() and int(at) < len(entries):
        entries.pop(int(at))
        edits.dropped = (block, int(at))
