"""The page on which an answer is pasted: it works without scripts, and keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from concordant.api import audit_text
from concordant.model.knowledge import Knowledge
from tests.web.serving import ask, running

MIXED = "DESTINY-Breast03: median PFS 28.8 v 6.8 months (HR 0.28)."
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as port:
        yield port


def send(port: int, **fields: str) -> str:
    """The page that answers a sent form."""
    return ask(port, "/audit", urlencode(fields).encode(), **{"Content-Type": FORM})[2].decode()


def get_page(port: int) -> str:
    return ask(port, "/audit")[2].decode()


def test_a_text_comes_back_with_its_verdicts(port: int) -> None:
    sent = send(port, answer=f"{MIXED}\nIt costs much.\n")
    assert re.findall("<script.*?>", sent) == ['<script src="/static/htmx.min.js" defer>']
    page = re.sub(r"<[^>]+>", "", sent)
    assert "mixed data cuts" in page
    assert "21 May 2021" in page
    assert "25 July 2022" in page


def test_the_empty_page_asks_for_a_text(port: int) -> None:
    page = get_page(port)
    assert 'name="answer"' in page
    assert 'method="post"' in page


def test_markup_is_shown_as_it_is(port: int) -> None:
    page = send(port, answer=f"<img src=x onerror=alert(1)> {MIXED}")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_day_that_is_none_is_told(port: int) -> None:
    page = send(port, answer=MIXED, as_of="soon")
    assert 'role="alert"' in page
    assert MIXED in page


def test_nothing_is_kept(port: int) -> None:
    send(port, answer=MIXED)
    assert "28.8" not in get_page(port)


def test_every_colour_has_a_sign_and_a_word(knowledge: Knowledge) -> None:
    page = audit_text(MIXED, as_of="2026-11-27", knowledge=knowledge).render("html")
    for note in re.findall(r'<span class="verdict [a-z_]+">.*?</span> *[a-z ]+</span>', page):
        assert re.search(r"[⇄✗↺▲✓–]", note)
    assert "⇄" in page


def test_links_lead_to_what_is_there(knowledge: Knowledge) -> None:
    page = audit_text(MIXED, as_of="2026-11-27", knowledge=knowledge).render("html")
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
