"""A sheet to draw on: text that is measured and wrapped, lines, bars and marks, as one SVG with a title and a description.

Two palettes: the colours of the page, which follow its light and dark schemes, and fixed ones for a file that stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from concordant.present.language.quoting import CITED, CLOSE, OPEN, QUOTED, balance_lines, leave_out_cited

WIDTH = 360.0  # of every figure in its own units: on a phone one unit is about one pixel
NORMAL, SMALL = 12.5, 11.0
LEADING = 1.3
ASCENT, DESCENT = 0.8, 0.25  # of a line of text, in parts of its size
FONT = "Concordant Sans"
POINTS = 72 / 25.4  # in a millimetre

# Widths of letters in parts of the size: those of common sans-serif faces, the wider ones counting.
_NARROW = dict.fromkeys("iljI.,:;'|!\u2019", 0.29) | dict.fromkeys("ftr()[]/- \u202f\u00a0", 0.37)
_WIDE = dict.fromkeys("mwMW%@\u2192\u2190\u2713\u2717", 0.92) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ&+<>=", 0.7)
_WIDTHS = _NARROW | _WIDE
_USUAL, _BOLD = 0.57, 1.07


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a figure, and the font of one that stands alone."""

    ink: str
    muted: str
    rule: str
    accent: str
    loud: str
    done: str
    missing: str
    unmet: str
    paper: str
    font: str = ""


PAGE = Palette(
    ink="currentColor",
    muted="var(--muted, #555e67)",
    rule="var(--rule, #d5d9dc)",
    accent="var(--accent, #1f5785)",
    loud="var(--loud, #8a3a10)",
    done="var(--done, #1d6844)",
    missing="var(--missing, #765500)",
    unmet="var(--unmet, #9a2a1c)",
    paper="var(--paper, #fcfcfa)",
)
ALONE = Palette(
    ink="#1c2126",
    muted="#555e67",
    rule="#d5d9dc",
    accent="#1f5785",
    loud="#8a3a10",
    done="#1d6844",
    missing="#765500",
    unmet="#9a2a1c",
    paper="#ffffff",
    font=FONT,
)


_LANGUAGE = str.maketrans(
    {
        QUOTED[0]: f'{OPEN}<tspan lang="en">',
        QUOTED[1]: f"</tspan>{CLOSE}",
        CITED[0]: '<tspan lang="en">',
        CITED[1]: "</tspan>",
    }
)


def measure_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is, rather too much than too little."""
    return math.fsum(_WIDTHS.get(letter, _USUAL) for letter in text) * size * (_BOLD if bold else 1)


def wrap_text(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most this width; a word that is longer is cut."""
    return _fill_lines(text.split(" "), width, size, bold=bold)


def wrap_label(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The same for a label: broken after a comma where that is possible, so that a date stays on one line."""
    pieces = [f"{piece}," for piece in text.split(", ")]
    pieces[-1] = pieces[-1].removesuffix(",")
    return _fill_lines(pieces, width, size, bold=bold)


def _fill_lines(words: Iterable[str], width: float, size: float, *, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in words:
        together = f"{lines[-1]} {word}" if lines else word
        if measure_width(together, size, bold=bold) <= width:
            lines[-1:] = [together]
        elif " " in word and measure_width(word, size, bold=bold) > width:
            lines += wrap_text(word, width, size, bold=bold)
        else:
            lines += _cut_word(word, width, size, bold=bold)
    return lines


def _cut_word(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and measure_width(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def format_coordinate(value: float) -> str:
    """A coordinate: at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def strip_invalid_xml(text: str) -> str:
    """The text without the characters that no XML file may hold."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))


@dataclass(slots=True)
class SvgSheet:
    """Draws from top to bottom: `y` is where the next row begins."""

    palette: Palette
    width: float = WIDTH
    y: float = 0.0
    parts: list[str] = field(default_factory=list)

    def add_element(self, name: str, **attributes: str | float) -> None:
        """One element; `_` in a name stands for `-`."""
        self.parts.append(_format_element(name, attributes))

    def add_words(self, name: str, words: str, **attributes: str | float) -> None:
        """One element that holds a text."""
        self.parts.append(_format_element(name, attributes, escape(words)))

    def add_line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, dash: str = "") -> None:
        """A straight line."""
        dashed = {"stroke_dasharray": dash} if dash else {}
        self.add_element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, **dashed)

    def add_text(
        self, x: float, y: float, text: str, size: float, fill: str, *, anchor: str = "start", bold: bool = False
    ) -> None:
        """Draw one line of text with its baseline at `y`, outlined in the background colour so that lines behind it do
        not cross the letters.
        """
        attributes: dict[str, str | float] = {"x": x, "y": y, "font_size": size, "fill": fill}
        attributes |= {"stroke": self.palette.paper, "stroke_width": 3, "paint_order": "stroke", "stroke_linejoin": "round"}
        if anchor != "start":
            attributes["text_anchor"] = anchor
        if bold:
            attributes["font_weight"] = 600
        self.parts.append(_format_element("text", attributes, _mark_language(escape(strip_invalid_xml(text)))))

    def add_lines(
        self, texts: Iterable[str], size: float, fill: str, *, x: float = 0, anchor: str = "start", bold: bool = False
    ) -> None:
        """Lines of text below each other; moves on."""
        for text in balance_lines(texts):
            self.add_text(x, self.y + ASCENT * size, text, size, fill, anchor=anchor, bold=bold)
            self.y += LEADING * size

    def add_paragraph(self, text: str, size: float, fill: str, *, indent: float = 0, bold: bool = False) -> None:
        """A text wrapped to the width of the sheet; moves on."""
        self.add_lines(wrap_text(text, self.width - indent, size, bold=bold), size, fill, x=indent, bold=bold)

    def add_label(self, text: str, size: float, fill: str, *, indent: float = 0) -> None:
        """A label wrapped to the width of the sheet, its pieces whole; moves on."""
        self.add_lines(wrap_label(text, self.width - indent, size), size, fill, x=indent)

    def to_svg(self, name: str, title: str, description: str) -> str:
        """The whole figure; `name` keeps its ids apart from those of other figures of a page."""
        width, height = format_coordinate(self.width), format_coordinate(self.y)
        font = f" font-family={quoteattr(self.palette.font)}" if self.palette.font else ' font-family="inherit"'
        size = f'width="{width}" height="{height}"' if self.palette.font else 'width="100%"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="figure {name}" viewBox="0 0 {width} {height}" {size}'
            f' role="img" aria-labelledby="{name}-title {name}-told"{font} fill="none">'
            f'<title id="{name}-title">{escape(strip_invalid_xml(leave_out_cited(title)))}</title>'
            f'<desc id="{name}-told">{escape(strip_invalid_xml(leave_out_cited(description)))}</desc>'
            f"{''.join(self.parts)}</svg>"
        )


def wrap_paper(name: str, title: str, told: str, paper: tuple[int, int], inside: str, *, language: str = "en") -> str:
    """A picture on a sheet of so many millimetres as one file: titled, described, white wherever it is shown."""
    across, down = paper
    box = " ".join(format_coordinate(millimetres * POINTS) for millimetres in paper)
    title, told = escape(strip_invalid_xml(title)), escape(strip_invalid_xml(told))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}mm" height="{down}mm" viewBox="0 0 {box}" role="img"'
        f' lang={quoteattr(language)} aria-labelledby="{name}-title {name}-told"'
        f' font-family="{ALONE.font}, sans-serif" fill="none">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-told">{told}</desc>'
        f'<rect width="100%" height="100%" fill="{ALONE.paper}"/>{inside}</svg>'
    )


def _mark_language(escaped: str) -> str:
    """Words of another language say so."""
    return escaped.translate(_LANGUAGE)


def _format_element(name: str, attributes: dict[str, str | float], content: str | None = None) -> str:
    pairs = "".join(f" {key.replace('_', '-')}={quoteattr(_format_value(value))}" for key, value in attributes.items())
    return f"<{name}{pairs}/>" if content is None else f"<{name}{pairs}>{content}</{name}>"


def _format_value(value: str | float) -> str:
    return value if isinstance(value, str) else format_coordinate(value)
