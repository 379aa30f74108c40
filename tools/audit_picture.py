"""The answer that the project began with, checked, as a page and a picture: docs/img/audit-seed.html and .png. Needs Chromium."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from concordant.api import audit_text

ROOT = Path(__file__).parents[1]
SEED = ROOT / "tests" / "audit" / "seed-answer.txt"
OUT = ROOT / "docs" / "img"
DAY = "2026-11-27"
WIDTH, HEIGHT = 1280, 1000  # of the picture: the page goes on
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Write the page and take its picture."""
    page = audit_text(SEED.read_text(encoding="utf-8"), as_of=DAY).render("html")
    file = OUT / "audit-seed.html"
    file.write_text(page, encoding="utf-8")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        sys.exit("No Chromium on this machine: install the package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        window = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        window.goto(file.as_uri())
        window.screenshot(path=OUT / "audit-seed.png")
        browser.close()
    print("docs/img/audit-seed.html, docs/img/audit-seed.png")


if __name__ == "__main__":
    main()
