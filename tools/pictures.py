"""Draw the terminal answers of four stories as SVG: python tools/pictures.py (writes docs/img/)."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from concordant.answer.recommend import recommend
from concordant.cli.stories import FOLDER
from concordant.library import load
from concordant.present.terminal import render
from concordant.record.casefile import read_case
from concordant.record.vocabulary import words_of
from concordant.texts import read_file

WIDTH, LINES = 100, 64
OUT = Path(__file__).parent.parent / "docs" / "img"
PAPER = TerminalTheme(
    (252, 252, 250),
    (40, 44, 52),
    [(40, 44, 52), (170, 40, 40), (40, 120, 60), (150, 110, 20), (40, 80, 160), (130, 60, 130), (20, 110, 125), (90, 95, 105)],
)


def draw(name: str, path: Path) -> None:
    knowledge = load()
    record = read_case(read_file(path), knowledge, words_of(knowledge), dt.date.today())
    lines = render(recommend(record, knowledge), colour=True, width=WIDTH).splitlines()
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(Text(f"$ concordant example {name} | concordant recommend -", style="dim"))
    for line in lines[:LINES]:
        console.print(Text.from_ansi(line))
    if len(lines) > LINES:
        console.print(Text(f"... {len(lines) - LINES} more lines", style="dim"))
    svg = console.export_svg(title="concordant", theme=PAPER, clear=False, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S).replace("Fira Code", "DejaVu Sans Mono")
    svg = re.sub(r"\n\s*<!--.*?-->", "", svg, flags=re.S)
    (OUT / f"{name}.svg").write_text(svg, encoding="utf-8")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for path in sorted(FOLDER.glob("*.yaml")):
        name = path.stem.split("-", 1)[0]
        if name in ("P01", "A25", "A03", "A10"):
            draw(name, path)
            print(f"docs/img/{name}.svg")


if __name__ == "__main__":
    main()
