"""Write the pages of eight cases, one of each shape, and their pictures: python tools/pages.py [NAME ...] (writes docs/img/).

Each case becomes page-NAME.html and a picture at the width of a desk (1280), and its first two pages on A4 page-NAME-pdf-1.png
and -2.png. With --phone a picture at the width of a phone (390) as well, to be looked at: no page shows it. Needs Chromium
(./dev check installs it), pdftoppm (package poppler-utils) and the extras `pictures` and `pdf`.
"""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import concordant
from concordant.answer.engine import answer_record
from concordant.library import load_shipped
from concordant.present.html.page import render_html
from concordant.present.page.document import Document
from concordant.present.page.page import build_document
from concordant.present.pdf.page import render_pdf
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_file

CASES = {
    "A25": "a recommendation",
    "A03": "a recommendation on a boundary",
    "A08": "a substitute, the preferred regimen being out of reach",
    "P01": "a question",
    "A24": "a conflict in the record",
    "E03": "controlled disease: continue",
    "A16": "pregnancy: no regimen",
    "A33": "a refusal",
}
OUT = Path(__file__).parent.parent / "docs" / "img"
FOLDER = Path(concordant.__file__).parent / "knowledge" / "cases"
WIDTHS = (1280, 390) if "--phone" in sys.argv else (1280,)
TALLEST = 2600  # pixels of a picture; a page goes on
COLOURS, MOST_BYTES = 160, 300_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")


def document_of(name: str) -> Document:
    knowledge = load_shipped()
    path = next(FOLDER.glob(f"{name}-*.yaml"))
    return build_document(answer_record(read_case(read_file(path), knowledge, make_words(knowledge), dt.date.today()), knowledge))


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        sys.exit("No Chromium on this machine: install the package chromium.")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield one
        one.close()


def picture(one: Any, file: Path, width: int) -> bytes:
    window = one.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
    window.goto(file.as_uri())
    height = min(TALLEST, window.evaluate("document.documentElement.scrollHeight"))
    taken: bytes = window.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    window.close()
    return taken


def sheets(pdf: bytes) -> Iterator[bytes]:
    """The first two pages as they are printed."""
    if shutil.which("pdftoppm") is None:
        sys.exit("No pdftoppm on this machine: install the package poppler-utils.")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "answer.pdf").write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", "110", "-l", "2", "-png", "answer.pdf", "sheet"], cwd=folder, check=True)
        yield from (path.read_bytes() for path in sorted(Path(folder).glob("sheet-*.png")))


def smaller(taken: bytes) -> bytes:
    """Few colours are enough for text on paper; those of a few words (done, not met) are kept among them."""
    from PIL import Image

    held = io.BytesIO()
    drawn = Image.open(io.BytesIO(taken)).convert("RGB")
    drawn.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
    return held.getvalue()


def keep(path: Path, content: bytes) -> None:
    if len(content) > MOST_BYTES:
        sys.exit(f"{path.name}: {len(content)} bytes, more than {MOST_BYTES}")
    path.write_bytes(content)
    print(f"docs/img/{path.name}: {len(content) // 1000} kB")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with browser() as one:
        for name in [one for one in sys.argv[1:] if one != "--phone"] or CASES:
            file = OUT / f"page-{name}.html"
            keep(file, render_html(document_of(name)).encode())
            for width in WIDTHS:
                keep(OUT / f"page-{name}-{width}.png", smaller(picture(one, file, width)))
            for old in OUT.glob(f"page-{name}-pdf-*.png"):
                old.unlink()
            for number, sheet in enumerate(sheets(render_pdf(document_of(name))), 1):
                keep(OUT / f"page-{name}-pdf-{number}.png", smaller(sheet))


if __name__ == "__main__":
    main()
