"""A report as data: its parts in order, each a list of sentences, tables and figures. Renderers say only how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """Several short statements."""

    points: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading. `numbers` are the columns that hold numbers, by their index; `weights` how wide each column is."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    numbers: frozenset[int] = frozenset()
    weights: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: what it shows in words for who does not see it, and the table that it is drawn from."""

    title: str
    svg: str
    told: str
    table: Table | None
    notes: Sequence[str] = ()


Block = Text | Points | Table | Figure


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the report under its heading."""

    id: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a definition or a date: what it is, and how far it was checked."""

    citation: str
    checked: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. `lines` stand under the finding: each a word and what there is to say."""

    title: str
    about: str
    finding: str
    lines: Sequence[tuple[str, str]]
    figure: Figure | None
    parts: Sequence[Part]
    sources: Sequence[Source] = field(default_factory=tuple)
    foot: str = ""
