"""What a figure says, as words, for the renderers (and the readers) that have no pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from concordant.present.page.document import Block, Citation, ForestPlot, Paragraph, Point, PointList, Table, Timeline

SIGNS = {"done": "✓", "missing": "?", "unmet": "!"}
Told = Paragraph | PointList | Table


def to_text_blocks(block: Block) -> tuple[Told, ...]:
    """The block itself, or what its figure says."""
    match block:
        case Timeline():
            return timeline_to_text_blocks(block)
        case ForestPlot():
            return forest_to_text_blocks(block)
        case _:
            return (block,)


def timeline_to_text_blocks(timeline: Timeline) -> tuple[Told, ...]:
    """The record as one line, then what has no date and is not told in it."""
    undated = tuple(Point(text) for text in timeline.undated if text not in timeline.told)
    return (Paragraph(timeline.told), *((PointList(undated),) if undated else ()))


def forest_to_text_blocks(forest: ForestPlot) -> tuple[Told, ...]:
    """Describe the forest plot as blocks of text: its title, then each trial with its population, whether this patient would
    have been eligible, and its hazard ratios.
    """
    return (Paragraph(forest.title), PointList(tuple(_iter_trial_points(forest))))


def forest_to_text(forest: ForestPlot) -> str:
    """All of it as one text."""
    return " ".join(
        [
            _end_sentence(forest.title),
            *(f"{format_lead(point)} {_end_sentence(point.text)}" for point in _iter_trial_points(forest)),
        ]
    )


def _iter_trial_points(forest: ForestPlot) -> Iterator[Point]:
    for (heading, *about), rows in groupby(forest.rows, key=lambda row: (row.heading, row.population, row.because)):
        held = " ".join(_end_sentence(text) for text in about if text)
        if heading:
            yield Point(held, heading)
            yield from (Point(_end_sentence(row.words), ", ".join(filter(None, (row.endpoint, row.short)))) for row in rows)
        else:
            yield from (Point(f"{_end_sentence(row.words)} {held}".rstrip(), row.label) for row in rows)


def _end_sentence(text: str) -> str:
    return f"{text.rstrip('.')}."


def format_citation(citation: Citation) -> str:
    """A citation as it is printed: `[3: 2.1]`."""
    return f"[{citation.n}: {citation.at}]" if citation.at else f"[{citation.n}]"


def format_lead(point: Point) -> str:
    """Return the bold beginning of a list item, with a colon unless it already ends in punctuation."""
    return f"{point.lead}:" if point.lead and point.text and point.lead[-1] not in ".:;?!" else point.lead


def format_mark(point: Point, words: Mapping[str, str]) -> str:
    """The mark of a check as a sign and a word; the word is there for those who do not see the sign."""
    return f"{SIGNS[point.mark]} {words.get(point.mark, '')}".rstrip() if point.mark else ""
