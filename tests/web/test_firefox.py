"""The seed story in Firefox, once: nothing here may lean on Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web import firefox
from tests.web.serving import running
from tests.web.test_taps import SEED

pytestmark = pytest.mark.long

TAP = "[...document.querySelectorAll('.chip')].find(one => one.textContent.includes(arguments[0])).querySelector('input').click()"
CHOSEN = (
    "return [...document.querySelectorAll('input:checked')].some(one => one.parentElement.textContent.includes(arguments[0]))"
)
SETTLED = "return !document.querySelector('.htmx-request')"


def test_the_seed_story_in_firefox(tmp_path: Path) -> None:
    firefox.needed()
    with running() as port, firefox.opened(tmp_path, f"http://127.0.0.1:{port}/") as window:
        for text in SEED:
            window.run(TAP, text)
            window.wait(CHOSEN, text)
            window.wait(SETTLED)
        window.wait("return document.querySelectorAll('.branch-cards button').length == 2")
        window.run("document.querySelector('.branch-cards button').click()")
        window.wait("return document.querySelector('.said h1').textContent.startsWith('Trastuzumab deruxtecan')")
        assert window.run("return document.documentElement.scrollWidth <= innerWidth")
