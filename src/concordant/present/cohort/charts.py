"""The charts of a report: bounds, bars and curves as SVG, by Altair, in ink and greys that a black-and-white print keeps."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from concordant.errors import Complaint, Unreadable

INK, SOFT, RULE, ACCENT, PALE = "#1c2128", "#56606b", "#d5dade", "#1d4e79", "#a9bccd"
FONT = "Concordant Sans"
FONTS = Path(__file__).parent.parent / "pdf" / "fonts"
WIDTH, HEIGHT, LINE = 620, 260, 13
SHARE = "Share of points (%)"


class ReportMissing(Unreadable):
    """The packages that draw charts are not installed."""


class Bar(NamedTuple):
    """The bounds of one row of a chart, in percent, the interval around them, and how many points they are of."""

    name: str
    place: float
    low: float
    high: float
    least: float
    most: float
    of: int


class Mark(NamedTuple):
    """A day that is marked on a chart of time: its number, the row of its number, and whether it is a guideline's."""

    number: int
    place: float
    row: int
    is_guideline: bool


def load_altair() -> Any:
    """Altair, with the shipped font known to what measures its texts. Raises ReportMissing without the extra `report`."""
    try:
        import altair
        import vl_convert
    except ImportError:
        way_out = "Install it with: pip install 'concordant[report]'"
        raise ReportMissing(Complaint("a report needs an extra that is not installed", "report", way_out=way_out)) from None
    vl_convert.register_font_directory(str(FONTS))
    return altair


def render_chart(chart: Any, told: str) -> str:
    """A chart as SVG that says what it shows."""
    import vl_convert

    axis = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400, "titleColor": SOFT, "labelColor": INK}
    styled = chart.configure(font=FONT, background="white").configure_view(stroke=None)
    styled = styled.configure_axis(gridColor=RULE, domainColor=SOFT, tickColor=SOFT, labelLimit=320, **axis)
    svg: str = vl_convert.vegalite_to_svg(styled.to_json())
    return describe_svg(svg, told)


def describe_svg(svg: str, told: str) -> str:
    """The same SVG as one picture with a title, for who reads the page aloud."""
    head, _, rest = svg.partition(">")
    return f'{head} role="img" aria-label="{html.escape(told)}"><title>{html.escape(told)}</title>{rest}'


def draw_bounds_over_time(bars: Sequence[Bar], marks: Sequence[Mark], span: tuple[float, float], told: str) -> str:
    """Bounds by year along a scale of time, with the days on which something became public."""
    alt = load_altair()
    x = alt.X("place:Q", title=None, scale=alt.Scale(domain=span, nice=False), axis=_make_year_axis(alt, bars))
    layers = [*_layer_marks(alt, marks, span), *_layer_bars(alt, bars, x)]
    return render_chart(alt.layer(*layers).properties(width=WIDTH, height=HEIGHT), told)


def _make_year_axis(alt: Any, bars: Sequence[Bar]) -> Any:
    """The name of each bar under it, and how many points it is of."""
    told = " : ".join(f"datum.value == {bar.place} ? ['{bar.name}', 'n = {bar.of:,}']" for bar in bars)
    values = [bar.place for bar in bars]
    return alt.Axis(values=values, labelExpr=f"{told} : ''", grid=False, ticks=False, domain=True, labelPadding=6)


def _layer_bars(alt: Any, bars: Sequence[Bar], x: Any) -> list[Any]:
    data = alt.Data(values=[bar._asdict() for bar in bars])
    y = alt.Y("low:Q", title=SHARE, scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=[0, 20, 40, 60, 80, 100]))
    base = alt.Chart(data)
    return [
        base.mark_rule(color=SOFT, strokeWidth=1.2).encode(x=x, y=alt.Y("least:Q", title=SHARE), y2="most:Q"),
        base.mark_bar(color=PALE, stroke=ACCENT, strokeWidth=1, width=18).encode(x=x, y=y, y2="high:Q"),
    ]


def _layer_marks(alt: Any, marks: Sequence[Mark], span: tuple[float, float]) -> list[Any]:
    if not marks:
        return []
    data = alt.Data(values=[mark._asdict() | {"top": 112 - 8 * mark.row} for mark in marks])
    x = alt.X("place:Q", scale=alt.Scale(domain=span, nice=False))
    y = alt.Y("top:Q", scale=alt.Scale(domain=[0, 100]))
    dash = alt.condition("datum.is_guideline", alt.value([1, 0]), alt.value([3, 3]))
    base = alt.Chart(data)
    return [
        base.mark_rule(color=SOFT, strokeWidth=0.9).encode(x=x, y=y, y2=alt.value(HEIGHT), strokeDash=dash),
        base.mark_point(shape="circle", size=260, fill="white", stroke=SOFT, strokeWidth=0.9, opacity=1).encode(x=x, y=y),
        base.mark_text(fontSize=11, color=INK, baseline="middle").encode(x=x, y=y, text="number:N"),
    ]


def _make_name_axis(alt: Any, extent: int) -> Any:
    """Names to the left of their rows, on two lines where they are long; charts with one extent lie below each other."""
    raised = {"condition": {"test": "indexof(datum.value, '\\n') >= 0", "value": -LINE / 2}, "value": 0}
    lines = {"labelExpr": "split(datum.label, '\\n')", "labelLineHeight": LINE, "labelOffset": raised}
    return alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=extent, **lines)


def wrap_name(name: str, width: int) -> str:
    """A long name on several lines."""
    return "\n".join(textwrap.wrap(name, width)) or name


def draw_bounds(bars: Sequence[Bar], told: str) -> str:
    """Bounds of strata, one below the other."""
    alt = load_altair()
    bars = [bar._replace(name=wrap_name(bar.name, 24)) for bar in bars]
    order = [bar.name for bar in bars]
    data = alt.Data(values=[bar._asdict() | {"n": f"n = {bar.of:,}"} for bar in bars])
    y = alt.Y("name:N", sort=order, title=None, axis=_make_name_axis(alt, 140))
    scale = alt.Scale(domain=[0, 100])
    axis = alt.Axis(values=[0, 20, 40, 60, 80, 100], title=SHARE)
    base = alt.Chart(data)
    layers = [
        base.mark_rule(color=SOFT, strokeWidth=1.2).encode(x=alt.X("least:Q", scale=scale, axis=axis), x2="most:Q", y=y),
        base.mark_bar(color=PALE, stroke=ACCENT, strokeWidth=1, height=12).encode(
            x=alt.X("low:Q", scale=scale), x2="high:Q", y=y
        ),
        base.mark_text(align="left", dx=8, fontSize=11, color=SOFT).encode(x=alt.X("most:Q", scale=scale), y=y, text="n:N"),
    ]
    return render_chart(alt.layer(*layers).properties(width=WIDTH - 150, height=alt.Step(28)), told)


def draw_counts(rows: Sequence[Mapping[str, Any]], title: str, told: str) -> str:
    """Counts as bars, one below the other: `name`, `count`, and `tone` (dark or pale)."""
    alt = load_altair()
    rows = [{**row, "name": wrap_name(row["name"], 40)} for row in rows]
    order = [row["name"] for row in rows]
    data = alt.Data(values=[dict(row) | {"label": f"{row['count']:,}"} for row in rows])
    y = alt.Y("name:N", sort=order, title=None, axis=_make_name_axis(alt, 250))
    x = alt.X("count:Q", title=title, axis=alt.Axis(tickCount=5, format=",d", tickMinStep=1))
    colour = alt.Color("tone:N", scale=alt.Scale(domain=["dark", "pale"], range=[ACCENT, PALE]), legend=None)
    base = alt.Chart(data)
    layers = [
        base.mark_bar(stroke=ACCENT, strokeWidth=1, height=13).encode(x=x, y=y, color=colour),
        base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(x=x, y=y, text="label:N"),
    ]
    return render_chart(alt.layer(*layers).properties(width=WIDTH - 230, height=alt.Step(29)), told)


def draw_curves(rows: Sequence[Mapping[str, Any]], span: float, told: str) -> str:
    """Curves of adoption: `curve`, `months`, `share` in percent; the line of each in a dash of its own."""
    alt = load_altair()
    names = list(dict.fromkeys(row["curve"] for row in rows))
    x = alt.X(
        "months:Q",
        title="Months since the evidence was public",
        axis=alt.Axis(tickCount=8),
        scale=alt.Scale(domain=[0, span], nice=False),
    )
    y = alt.Y("share:Q", title="Sites that have begun it (%)", scale=alt.Scale(domain=[0, 100]))
    dash = alt.StrokeDash("curve:N", sort=names, legend=alt.Legend(title=None, orient="top", labelLimit=400, symbolSize=300))
    line = alt.Chart(alt.Data(values=list(rows))).mark_line(interpolate="step-after", color=ACCENT, strokeWidth=2)
    return render_chart(line.encode(x=x, y=y, strokeDash=dash).properties(width=WIDTH, height=240), told)
