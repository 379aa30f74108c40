"""What a figure says, as words, for the renderers (and the readers) that have no pictures."""

from __future__ import annotations

from collections.abc import Mapping

from concordant.present.document import Block, Citation, Forest, ForestRow, Paragraph, Point, Points, Table, Timeline

SIGNS = {"done": "✓", "missing": "?", "unmet": "!"}
Told = Paragraph | Points | Table


def in_words(block: Block) -> tuple[Told, ...]:
    """The block itself, or what its figure says."""
    match block:
        case Timeline():
            return timeline_words(block)
        case Forest():
            return forest_words(block)
        case _:
            return (block,)


def timeline_words(timeline: Timeline) -> tuple[Told, ...]:
    """The record as one line, then what has no date."""
    undated = tuple(Point(text) for text in timeline.undated)
    return (Paragraph(timeline.told), *((Points(undated),) if undated else ()))


def forest_words(forest: Forest) -> tuple[Told, ...]:
    """The title, then a line for each hazard ratio."""
    return (Paragraph(forest.title), Points(tuple(Point(row_words(row), row.label) for row in forest.rows)))


def forest_told(forest: Forest) -> str:
    """All of it as one text."""
    return " ".join([f"{forest.title}.", *(f"{row.label}: {row_words(row)}" for row in forest.rows)])


def row_words(row: ForestRow) -> str:
    """The figure of one analysis, its population, and whether this patient would have been in it."""
    return ". ".join(part.rstrip(".") for part in (row.words, row.population, row.because) if part) + "."


def citation_words(citation: Citation) -> str:
    """A citation as it is printed: `[3: 2.1]`."""
    return f"[{citation.n}: {citation.at}]" if citation.at else f"[{citation.n}]"


def lead_words(point: Point) -> str:
    """What stands out at the beginning of a point, parted from the rest by its own sign or a colon."""
    return f"{point.lead}:" if point.lead and point.text and point.lead[-1] not in ".:;?!" else point.lead


def mark_words(point: Point, words: Mapping[str, str]) -> str:
    """The mark of a check as a sign and a word; the word is there for those who do not see the sign."""
    return f"{SIGNS[point.mark]} {words.get(point.mark, '')}".rstrip() if point.mark else ""
