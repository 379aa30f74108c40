"""The two figures of a page as SVG: the record in time, and hazard ratios with their intervals."""

from __future__ import annotations

from concordant.present.figures.forest import draw_forest
from concordant.present.figures.svg import ALONE, PAGE
from concordant.present.figures.timeline import draw_timeline
from concordant.present.page.document import ForestPlot, Timeline


def render_timeline_svg(timeline: Timeline, *, standalone: bool = False) -> str:
    """The record in time; `standalone` has fixed colours, a size and the shipped font, for a file of its own."""
    return draw_timeline(timeline, ALONE if standalone else PAGE)


def render_forest_svg(forest: ForestPlot, *, standalone: bool = False, name: str = "forest") -> str:
    """Hazard ratios on a logarithmic scale; `standalone` as above, `name` tells several figures of a page apart."""
    return draw_forest(forest, ALONE if standalone else PAGE, name)
