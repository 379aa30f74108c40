"""Cut the font of the PDF pages out of Source Sans 3: python tools/make_fonts.py (writes src/concordant/present/pdf/fonts/).

Needs `pip install fonttools fontpkg-source-sans-3`. A cut font is a modified version, and its licence reserves the name
"Source", so the cut carries a name of its own.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import unicodedata
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FAMILY = "Concordant Sans"
OUT = Path(__file__).parent.parent / "src" / "concordant" / "present" / "pdf" / "fonts"
STYLES = {
    "Regular": ("SourceSans3[wght].ttf", 400),
    "SemiBold": ("SourceSans3[wght].ttf", 600),
    "Italic": ("SourceSans3-Italic[wght].ttf", 400),
}
# Latin with its extensions, Greek, Cyrillic, punctuation, super- and subscripts, currency, arrows, mathematics, shapes, marks.
RANGES = ((0x20, 0x17F), (0x18F, 0x24F), (0x2B0, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x2BFF), (0xFB00, 0xFB04))
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "pnum", "case", "sups"]


def source() -> Path:
    found = importlib.util.find_spec("fontpkg_source_sans_3")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("The original font is missing: pip install fontpkg-source-sans-3")
    return Path(found.submodule_search_locations[0])


def cut(path: Path, weight: int) -> TTFont:
    font = instantiateVariableFont(TTFont(path, recalcTimestamp=False), {"wght": weight})
    options = Options(layout_features=FEATURES, name_IDs=["*"], notdef_outline=True, hinting=False, glyph_names=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    return font


def rename(font: TTFont, style: str) -> None:
    """A family name and a style of its own; the copyright and the licence stay as they are."""
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 5, 13, 14)]
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    plain = style in ("Regular", "Italic")
    told = {
        1: FAMILY if plain else f"{FAMILY} {style}",
        2: style if plain else "Regular",
        3: postscript,
        4: f"{FAMILY} {style}",
        6: postscript,
    }
    told |= {} if plain else {16: FAMILY, 17: style}
    for number, text in told.items():
        names.setName(text, number, 3, 1, 0x409)


def ranges(codes: set[int]) -> list[tuple[int, int]]:
    """The first and the last of each unbroken run; what steers the writing direction is no sign of its own."""
    told: list[tuple[int, int]] = []
    for code in sorted(code for code in codes if unicodedata.category(chr(code)) != "Cf"):
        if told and told[-1][1] == code - 1:
            told[-1] = (told[-1][0], code)
        else:
            told.append((code, code))
    return told


def main() -> None:
    origin = source()
    OUT.mkdir(exist_ok=True)
    held = []
    for style, (file, weight) in STYLES.items():
        font = cut(origin / "files" / file, weight)
        rename(font, style)
        target = OUT / f"ConcordantSans-{style}.ttf"
        font.save(target)
        held.append(set(font.getBestCmap()))
        print(f"{target.name}: {target.stat().st_size // 1000} kB, {len(font.getBestCmap())} characters")
    (OUT / "characters.json").write_text(json.dumps(ranges(set.intersection(*held))) + "\n", encoding="utf-8")
    shutil.copy(origin / "LICENSE", OUT / "OFL.txt")


if __name__ == "__main__":
    main()
