"""The picture as PNG: the SVG on one sheet, set in the shipped font."""

from __future__ import annotations

from pathlib import Path

from concordant.errors import Complaint, Unreadable
from concordant.present.pathway.graph import Paper
from concordant.present.pathway.svg import SHEETS

DENSITY: dict[Paper, float] = {"a4": 200.0, "a2": 150.0}  # points an inch: sharp on paper, and still a small file
FONTS = Path(__file__).parent.parent / "pdf" / "fonts"
PAGE = Path(__file__).parent / "page.typ"


class PngMissing(Unreadable):
    """The package that paints the picture is not installed."""


def render_png(svg: str, paper: Paper) -> bytes:
    """The same picture as a bitmap. Raises PngMissing without the extra `draw`."""
    try:
        import typst
    except ImportError:
        way_out = "Install it with: pip install 'concordant[draw]'; --format svg needs less"
        raise PngMissing(Complaint("PNG needs an extra that is not installed", "--format png", way_out=way_out)) from None
    across, down = SHEETS[paper]
    made: bytes = typst.compile(
        PAGE,
        format="png",
        ppi=DENSITY[paper],
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"svg": svg, "across": str(across), "down": str(down)},
    )
    return made
