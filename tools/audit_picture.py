"""The question and the answer that the project began with, marked and checked, as pages and pictures. Needs Chromium.

They are docs/img/note-seed and audit-seed, each .html and .png.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from concordant.api import Engine, audit_text, load_knowledge
from concordant.present.marked.render import render_note
from concordant.record.sources.opening import SourceContent

ROOT = Path(__file__).parents[1]
SEED = ROOT / "tests" / "audit" / "seed-answer.txt"
OUT = ROOT / "docs" / "img"
DAY = "2026-11-27"
QUESTION = "54F, HER2+ (IHC 3+) IDC, s/p mastectomy, 10 cycles of trastuzumab, now liver mets 8 months later, EF 55%, what next?"
WIDTH, HEIGHT = 1280, 1000  # of the picture: the page goes on
NOTE_HEIGHT = 620
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Write the pages and take their pictures."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        sys.exit("No Chromium on this machine: install the package chromium.")
    pages = {
        "audit-seed": (audit_text(SEED.read_text(encoding="utf-8"), as_of=DAY).render("html"), HEIGHT),
        "note-seed": (mark_question(), NOTE_HEIGHT),
    }
    for name, (page, height) in pages.items():
        (OUT / f"{name}.html").write_text(page, encoding="utf-8")
        take_picture(OUT / f"{name}.html", height, found)
        print(f"docs/img/{name}.html, docs/img/{name}.png")


def mark_question() -> str:
    """The question with what was read in it, as a page."""
    patient = Engine().read(SourceContent(QUESTION.encode(), "question.txt"), today=dt.date.fromisoformat(DAY)).one()
    assert patient.note is not None
    return render_note(patient.note, load_knowledge(), "html")


def take_picture(file: Path, height: int, chromium: str) -> None:
    """Take the picture of the beginning of a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        window = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme="light")
        window.goto(file.as_uri())
        window.screenshot(path=file.with_suffix(".png"))
        browser.close()


if __name__ == "__main__":
    main()
