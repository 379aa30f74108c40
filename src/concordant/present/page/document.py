"""An answer laid out for people: the one model that every renderer (terminal, Markdown, HTML, PDF, DOCX) reads.

A text is a plain string; its citations stand in it as ` [3: 2.1]`. `split_citations` splits it into words and citations, so that
a renderer can link them. What to say, and in which order, is decided in `page.py`; a renderer only says how it looks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Literal

import msgspec
from msgspec.structs import replace

from concordant.model.sources import Checked
from concordant.patient.events import Happening

CITATION = re.compile(r" ?\[(\d+)(?:: ([^\]]*))?\]")


class Citation(msgspec.Struct, frozen=True):
    """A numbered reference and the place in it."""

    n: int
    at: str = ""


def abbreviate_citations(text: str, names: Mapping[int, str]) -> str:
    """Replace each citation number in a text by the short name of its source: ` [US label 5.1]`."""
    return CITATION.sub(lambda found: f" [{' '.join(filter(None, (names.get(int(found[1]), found[1]), found[2])))}]", text)


def split_citations(text: str) -> Iterator[str | Citation]:
    """Split a text into plain strings and citations, in order. The blank before a citation is dropped."""
    done = 0
    for citation in CITATION.finditer(text):
        if citation.start() > done:
            yield text[done : citation.start()]
        yield Citation(int(citation[1]), citation[2] or "")
        done = citation.end()
    if done < len(text):
        yield text[done:]


Mark = Literal["", "done", "missing", "unmet"]
Tone = Literal["", "danger", "missing", "done"]


class ScreenLine(msgspec.Struct, frozen=True):
    """A titled line of the first screen; its tone says how loud it is, `key` what kind of line it is."""

    title: str
    text: str
    tone: Tone = ""
    key: str = ""


class Paragraph(msgspec.Struct, frozen=True):
    """A few sentences."""

    text: str


class Point(msgspec.Struct, frozen=True):
    """One line of a list: a check has a mark; `lead` is what stands out at its beginning."""

    text: str
    lead: str = ""
    mark: Mark = ""


class PointList(msgspec.Struct, frozen=True):
    """A list."""

    points: tuple[Point, ...]


class Table(msgspec.Struct, frozen=True):
    """Columns with headings; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    note: str = ""


class TimelineCourse(msgspec.Struct, frozen=True):
    """A course of treatment on the time line; an end that is None runs on. `rough` ends are known to the month or year only."""

    label: str
    start: dt.date
    end: dt.date | None
    kind: Literal["early", "advanced", "other"]
    rough: bool = False
    entry: str = ""


class TimelineEvent(msgspec.Struct, frozen=True):
    """An event on the time line."""

    label: str
    date: dt.date
    kind: Happening | Literal["question"]
    rough: bool = False
    entry: str = ""


class TimelineInterval(msgspec.Struct, frozen=True):
    """The interval between two dates that decides the answer, with its description."""

    label: str
    start: dt.date
    end: dt.date


class Timeline(msgspec.Struct, frozen=True):
    """The patient's record in time; `told` is the same as one line of text, `undated` what has no place on it.

    `undated_title` stands above the latter in a figure.
    """

    title: str
    spans: tuple[TimelineCourse, ...]
    moments: tuple[TimelineEvent, ...]
    marked: tuple[TimelineInterval, ...]
    told: str
    undated: tuple[str, ...] = ()
    undated_title: str = ""


class ForestRow(msgspec.Struct, frozen=True):
    """One hazard ratio of one analysis with its interval, and how this patient compares with those of the trial.

    `label` names the trial, the endpoint, the analysis and its data cut. A figure says the trial once, as `heading` with
    its arms, and for each row the `endpoint`, and `short` for its analysis and data cut.
    """

    label: str
    estimate: float
    low: float
    high: float
    words: str
    population: str
    because: str
    heading: str = ""
    endpoint: str = ""
    short: str = ""


class ForestPlot(msgspec.Struct, frozen=True):
    """Hazard ratios side by side; `left` and `right` say whom each side favours, `decimal` is the sign in its numbers.

    `span` are the least and the greatest ratio of its scale: a part of a figure that is drawn alone keeps the scale of all.
    """

    title: str
    rows: tuple[ForestRow, ...]
    left: str
    right: str
    decimal: str = "."
    span: tuple[float, float] | None = None


def split_by_trial(forest: ForestPlot) -> Iterator[ForestPlot]:
    """Split a forest plot into one plot per trial: ratios of different trials must not be compared, and a page may break
    between them.
    """
    for heading, rows in groupby(forest.rows, key=lambda row: row.heading):
        yield replace(forest, title=heading or forest.title, rows=tuple(rows))


Block = Paragraph | PointList | Table | Timeline | ForestPlot


class Section(msgspec.Struct, frozen=True):
    """A titled part of the page. A folded section is collapsed until the reader opens it."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False


class PageReference(msgspec.Struct, frozen=True):
    """A numbered reference: the citation, how far it was checked in words, the mark itself, and its name in short."""

    n: int
    citation: str
    checked: str
    mark: Checked
    short: str = ""


Layout = Literal["page", "sheet"]
Shape = Literal["recommendation", "continue", "question", "refusal", "no regimen"]


class Document(msgspec.Struct, frozen=True):
    """The whole page. `over` stands small above the verdict; `first` are the titled lines below it, what is dangerous first.

    `whose` names the file or the id that the user gave, and stands on every sheet. `words` holds what a renderer adds of its
    own, in the language of the page: the three marks of checks under `done`, `missing` and `unmet`; `skip_to_references` for
    keyboards and screen readers; `folded_not_printed` for paper; `more` for a terminal; `day`, when it was asked. `as_of` is
    that day; a file that carries a date of its own takes this one, never that of a clock. `layout` is how a printed one is set:
    as a page that goes on, or as a sheet that is made to be one page.
    """

    language: str
    shape: Shape
    title: str
    over: str
    verdict: str
    first: tuple[ScreenLine, ...]
    sections: tuple[Section, ...]
    references_title: str
    references: tuple[PageReference, ...]
    footer: tuple[str, ...]
    words: Mapping[str, str] = msgspec.field(default_factory=dict)
    as_of: dt.date | None = None
    whose: str = ""
    layout: Layout = "page"
