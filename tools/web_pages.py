"""The pictures of the page that the documentation shows, made by a browser that taps as a reader would: docs/img/web-*.png."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.present.browser import launched  # noqa: E402
from tests.shipped import FOLDER  # noqa: E402
from tests.web.serving import running  # noqa: E402
from tests.web.test_taps import SEED, paste, sent, tap  # noqa: E402

IMAGES = ROOT / "docs" / "img"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def show_question(page: Any) -> None:
    """The seed story, as far as it was told."""
    for text in SEED:
        tap(page, text)


def show_answer(page: Any) -> None:
    """The seed story with its interval."""
    show_question(page)
    sent(page, page.locator(".branch-cards button").first.click)


def show_both(page: Any) -> None:
    """An answer that was pinned, and the one of a last dose a day earlier."""
    paste(page, next((FOLDER / "stories").glob("A03*.yaml")).read_text(encoding="utf-8"))
    sent(page, page.locator("button[name=pin]").click)
    sent(page, lambda: (page.fill("[id='e.treatments.1.end']", "13 Oct 2021"), page.keyboard.press("Tab")))


PICTURES = {
    "web-P01": (show_question, DESK),
    "web-A25": (show_answer, DESK),
    "web-pinned": (show_both, DESK),
    "web-phone": (show_answer, PHONE),
}


def main() -> None:
    """Take every picture."""
    with running() as port, launched() as browser:
        for name, (show, size) in PICTURES.items():
            page = browser.new_page(viewport=size)
            page.goto(f"http://127.0.0.1:{port}/")
            show(page)
            page.evaluate("scrollTo(0, 0); document.querySelector('.said').scrollTop = 0")
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
            print(f"docs/img/{name}.png")


if __name__ == "__main__":
    main()
