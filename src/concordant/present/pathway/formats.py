"""The picture in the format that was asked for; what draws it is loaded only when it is used."""

from __future__ import annotations

from typing import Literal, get_args

from concordant.present.pathway.graph import Paper, Pathway

DrawFormat = Literal["svg", "png", "mermaid"]
DRAW_FORMATS: tuple[DrawFormat, ...] = get_args(DrawFormat)
PAPERS: tuple[Paper, ...] = get_args(Paper)


def render_pathway(pathway: Pathway, format_: DrawFormat, paper: Paper) -> str | bytes:
    """The picture, ready to be written; bytes for PNG. Raises DrawMissing without the extra `draw`; Mermaid needs none."""
    if format_ == "mermaid":
        from concordant.present.pathway.mermaid import render_mermaid

        return render_mermaid(pathway)
    from concordant.present.pathway.svg import render_svg

    svg = render_svg(pathway, paper)
    if format_ == "svg":
        return svg
    from concordant.present.pathway.png import render_png

    return render_png(svg, paper)
