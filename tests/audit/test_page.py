"""The page on which an answer is pasted: it works without scripts, and keeps nothing."""

from __future__ import annotations

import datetime as dt
import re

import pytest

pytest.importorskip("jinja2")
from starlette.testclient import TestClient

from concordant.api import Engine, audit_text
from concordant.model.knowledge import Knowledge
from concordant.web.app import make_app

MIXED = "DESTINY-Breast03: median PFS 28.8 v 6.8 months (HR 0.28)."


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> TestClient:
    return TestClient(make_app(Engine(knowledge), hosts=("testserver",), get_today=lambda: dt.date(2026, 11, 27)))


def test_a_text_comes_back_with_its_verdicts(client: TestClient) -> None:
    sent = client.post("/audit", data={"answer": f"{MIXED}\nIt costs much.\n"}).text
    assert "<script" not in sent
    page = re.sub(r"<[^>]+>", "", sent)
    assert "mixed data cuts" in page
    assert "21 May 2021" in page
    assert "25 July 2022" in page


def test_the_empty_page_asks_for_a_text(client: TestClient) -> None:
    page = client.get("/audit").text
    assert 'name="answer"' in page
    assert 'method="post"' in page


def test_markup_is_shown_as_it_is(client: TestClient) -> None:
    page = client.post("/audit", data={"answer": f"<img src=x onerror=alert(1)> {MIXED}"}).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_day_that_is_none_is_told(client: TestClient) -> None:
    page = client.post("/audit", data={"answer": MIXED, "as_of": "soon"}).text
    assert 'role="alert"' in page
    assert MIXED in page


def test_nothing_is_kept(client: TestClient) -> None:
    client.post("/audit", data={"answer": MIXED})
    assert "28.8" not in client.get("/audit").text


def test_every_colour_has_a_sign_and_a_word(knowledge: Knowledge) -> None:
    page = audit_text(MIXED, as_of="2026-11-27", knowledge=knowledge).render("html")
    for note in re.findall(r'<span class="verdict [a-z_]+">.*?</span> *[a-z ]+</span>', page):
        assert re.search(r"[⇄✗↺▲✓–]", note)
    assert "⇄" in page


def test_links_lead_to_what_is_there(knowledge: Knowledge) -> None:
    page = audit_text(MIXED, as_of="2026-11-27", knowledge=knowledge).render("html")
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
