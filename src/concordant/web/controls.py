"""What the form shows, as plain values: rows of chips and fields. The template says only how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Chip:
    """Something to tap. `known` means that the record says so already, `then` what the answer would be."""

    name: str
    value: str
    text: str
    chosen: bool = False
    known: bool = False
    several: bool = False
    then: str = ""
    open: bool = False  # "not known"


@dataclass(frozen=True, slots=True)
class Field:
    """Something to type, or a short list to choose from. `problem` says why what was typed is not understood."""

    name: str
    label: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    problem: str = ""
    date: bool = False
    number: str = ""  # the question that it answers by a number; the label is its unit


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the case: its place, the keys that are shown, its chips and fields; `said` says where it came from.

    `given` are fields with their values that go without saying in its row.
    """

    place: str
    keys: str
    chips: tuple[Chip, ...] = ()
    fields: tuple[Field, ...] = ()
    said: str = ""
    problem: str = ""
    is_new: bool = False
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its chips and fields, or the entries of a block. `shown` is what the form must send back as shown."""

    id: str
    title: str
    kind: Literal["chips", "entries"] = "chips"
    help: str = ""
    chips: tuple[Chip, ...] = ()
    fields: tuple[Field, ...] = ()
    entries: tuple[Entry, ...] = ()
    add: str = ""
    shown: tuple[str, ...] = ()
    note: str = ""
    forget: str = ""
    blocking: bool = False
    number: bool = False
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one title; a folded one is opened by the reader."""

    id: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""
    folded: bool = False
