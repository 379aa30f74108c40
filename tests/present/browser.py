"""A real browser and axe-core, where they are installed: `./dev check` installs both."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".venv" / "node" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")


def chromium() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


def missing() -> str:
    """What the tests in a browser lack here, as a sentence; empty when they can run."""
    lacking = [] if chromium() else ["Chromium"]
    lacking += [] if AXE.is_file() else ["axe-core"]
    lacking += [] if find_spec("playwright") else ["playwright"]
    return f"not installed: {', '.join(lacking)}; ./dev check installs it" if lacking else ""


def needed() -> None:
    """Skips where a browser is missing; in CI a check that does not run is a check that fails."""
    if missing() and os.environ.get("CI"):
        pytest.fail(missing())
    if missing():
        pytest.skip(missing())


@contextmanager
def launched() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Any, file: Path, *, width: int = 1280, scheme: str = "light", paper: bool = False, free: bool = True
) -> Iterator[Any]:
    """The page in a window of that width; `free` lets the test look into it in spite of the page's own policy."""
    context = browser.new_context(bypass_csp=free)
    page = context.new_page()
    turn(page, width=width, scheme=scheme, paper=paper)
    page.goto(file.as_uri())
    yield page
    context.close()


def turn(page: Any, *, width: int = 1280, scheme: str = "light", paper: bool = False) -> None:
    """The same page in another window, other colours, or on paper: it has no script, so nothing has to be loaded anew."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="print" if paper else "screen", color_scheme=scheme)


def violations(page: Any) -> list[str]:
    """What axe-core finds, each rule with the first element that breaks it."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
