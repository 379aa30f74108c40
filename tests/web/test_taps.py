"""The page in a real browser: the seed story by taps, by keyboard, without scripts; phone, dark, paper; axe-core."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.present import browser as browsing
from tests.shares import share_of
from tests.shipped import FOLDER
from tests.web.serving import running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser")]

SEED = ("came back metastatic", "positive (3+ or ISH+)", "trastuzumab", "none so far")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    browsing.needed()
    with browsing.launched() as one:
        yield one


@contextmanager
def opened(browser: Any, port: int, **how: Any) -> Iterator[Any]:
    """A page on which the policy of the server holds; what the console says is a fault."""
    context = browser.new_context(**how)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"http://127.0.0.1:{port}/")
    yield page
    context.close()
    assert said == []


def sent(page: Any, act: Callable[[], object]) -> None:
    """What sends the form, and the page after it came back."""
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        act()
    answered.value.finished()
    page.wait_for_function("!document.querySelector('.htmx-request')")


def tap(page: Any, text: str) -> None:
    sent(page, page.locator(".chip", has_text=text).first.click)


def verdict(page: Any) -> str:
    return str(page.locator(".said h1").first.inner_text())


def paste(page: Any, text: str) -> None:
    page.locator(".paste > summary").click()
    page.fill("#paste", text)
    sent(page, page.locator("button[name=read]").click)


def story(name: str) -> str:
    return next((FOLDER / "stories").glob(f"{name}*.yaml")).read_text(encoding="utf-8")


def test_a_text_that_cannot_be_read_stays_where_it_was_pasted(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        paste(page, "}{ rubbish [")
        assert page.locator("#paste").input_value() == "}{ rubbish ["
        page.fill("#paste", story("A03"))
        sent(page, page.locator("button[name=read]").click)
        assert page.locator("#paste").input_value() == ""


def test_the_language_is_kept_on_the_way_to_an_audit_and_the_patient_on_the_way_back(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        page.select_option("#lang", "de")
        page.wait_for_selector("#page[lang=de]")
        assert page.locator("html").get_attribute("lang") == "de"
        paste(page, story("A03"))
        with page.context.expect_page() as new:
            page.locator("a[href^='/audit']").click()
        assert new.value.locator("html").get_attribute("lang") == "de"
        assert verdict(page).startswith("Trastuzumab deruxtecan 389 mg")


def test_back_after_two_audits_sends_nothing_again(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        page.goto(f"http://127.0.0.1:{port}/audit")
        for text in ("Trastuzumab deruxtecan 5.4 mg/kg every 3 weeks.", "Tucatinib 300 mg twice daily."):
            page.fill("textarea[name=answer]", text)
            sent(page, page.locator("button[type=submit]").click)
            assert text in page.locator(".checked-text").inner_text()
        page.go_back()
        assert page.locator("#page").count() == 1


def test_the_seed_story_in_five_taps(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        for text in SEED:
            tap(page, text)
        assert verdict(page).startswith("Cannot decide until this is known: interval")
        sent(page, page.locator(".branch-cards button").first.click)
        assert verdict(page) == "Trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks"
        assert "?" not in page.url
        assert "trastuzumab" not in page.url


def test_the_interval_from_a_date_that_is_typed(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        for text in SEED:
            tap(page, text)
        sent(page, lambda: (page.fill("[id='e.disease.0.date']", "Oct 2022"), page.keyboard.press("Tab")))
        sent(page, lambda: (page.fill("[id='e.treatments.0.end']", "14 Oct 2020"), page.keyboard.press("Tab")))
        assert "first line" in page.locator(".over").first.inner_text()


def test_without_scripts(browser: Any, port: int) -> None:
    with opened(browser, port, java_script_enabled=False) as page:
        for text in SEED:
            page.locator(".chip", has_text=text).first.click()
            page.locator(".settings button[type=submit]").click()
        page.locator(".branch-cards button").first.click()
        assert verdict(page) == "Trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks"
        with page.expect_download() as downloaded:
            page.locator("button[formaction='/out/case']").click()
        assert "trastuzumab" in Path(downloaded.value.path()).read_text(encoding="utf-8")


def test_with_the_keyboard_alone(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.locator("[id='row.extent-0']").focus()
        sent(page, lambda: page.keyboard.press("ArrowRight"))
        assert page.evaluate("document.activeElement.id") == "row.extent-1"
        assert page.locator("[id='row.extent-1']").is_checked()
        page.locator("[id='s.her2_status-equivocal']").focus()
        sent(page, lambda: page.keyboard.press("Space"))
        assert page.evaluate("document.activeElement.id") == "s.her2_status-equivocal"


def test_what_is_taken_along_opens_the_same_page_again(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        paste(page, story("A03"))
        before = [page.locator(f".top {part}").inner_text() for part in ("h1", ".over", ".first")]
        with page.expect_download() as downloaded:
            page.locator("button[formaction='/out/case']").click()
        page.goto(f"http://127.0.0.1:{port}/")
        sent(page, lambda: page.set_input_files("#file", downloaded.value.path()))
        assert [page.locator(f".top {part}").inner_text() for part in ("h1", ".over", ".first")] == before
        for kind in ("docx", "pdf", "json"):
            with page.expect_download() as downloaded:
                page.locator(f"button[formaction='/out/{kind}']").click()
            assert Path(downloaded.value.path()).stat().st_size > 1000


def test_two_answers_side_by_side(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        paste(page, story("A03"))
        sent(page, page.locator("button[name=pin]").click)
        tap(page, "active (new")
        assert page.locator("article.answer").count() == 2
        assert "brain_metastases" in page.locator(".pinned").inner_text()


def test_two_tabs_are_two_patients_and_back_is_harmless(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        tap(page, SEED[0])
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{port}/")
        assert other.locator("input:checked").count() == 0
        other.close()
        tap(page, SEED[1])
        page.goto("about:blank")
        page.go_back()
        assert page.locator(".said h1").count() == 1


def test_a_slow_network_shows_that_it_works(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        slow = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        page.locator(".chip", has_text=SEED[0]).first.click()
        page.wait_for_timeout(450)
        assert page.evaluate("getComputedStyle(document.querySelector('.busy')).opacity") != "0"


def start(_: Any) -> None:
    """The empty page."""


def undecided(page: Any) -> None:
    for text in SEED:
        tap(page, text)


def decided(page: Any) -> None:
    paste(page, story("A03"))


def in_danger(page: Any) -> None:
    paste(page, story("A10"))


def out_of_scope(page: Any) -> None:
    paste(page, story("A33"))


def pinned(page: Any) -> None:
    decided(page)
    sent(page, page.locator("button[name=pin]").click)


def unreadable(page: Any) -> None:
    paste(page, "treatments: [{drugs: 5, zzz: 1}]")


def mistyped(page: Any) -> None:
    tap(page, SEED[0])
    sent(page, lambda: (page.fill("[id='e.disease.0.date']", "soon"), page.keyboard.press("Tab")))


def from_fhir(page: Any) -> None:
    mine = {"subject": {"reference": "Patient/p"}}
    rare = {"resourceType": "Condition", "id": "c", "code": {"text": "Something rare"}, **mine}
    entries = [{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": rare}]
    paste(page, json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))


def in_german(page: Any) -> None:
    decided(page)
    sent(page, lambda: page.select_option("#lang", "de"))


STATES = (start, undecided, decided, in_danger, out_of_scope, pinned, unreadable, mistyped, from_fhir, in_german)


@pytest.mark.parametrize("state", share_of("states of the page", STATES), ids=lambda state: state.__name__)
def test_axe_finds_nothing_and_nothing_hangs_over_the_edge(browser: Any, port: int, state: Callable[[Any], None]) -> None:
    with opened(browser, port, bypass_csp=True, viewport={"width": 1280, "height": 900}) as page:
        state(page)
        for width, scheme in ((1280, "light"), (360, "dark")):
            browsing.turn(page, width=width, scheme=scheme)
            assert browsing.violations(page) == [], width
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        browsing.turn(page, width=794, paper=True)
        assert not page.locator(".told").is_visible()


PLANTED = {"label": '<input type="text">', "image-alt": '<img src="/static/icon.svg">', "button-name": "<button></button>"}


def test_axe_finds_what_is_planted(browser: Any, port: int) -> None:
    with opened(browser, port, bypass_csp=True) as page:
        add = "html => document.querySelector('.said').insertAdjacentHTML('beforeend', html)"
        page.evaluate(add, "".join(PLANTED.values()))
        assert {one.split(":")[0] for one in browsing.violations(page)} >= set(PLANTED)


def test_the_first_page_is_small(browser: Any, port: int) -> None:
    with opened(browser, port) as page:
        sizes: list[int] = []
        page.on("response", lambda response: sizes.append(len(response.body())))
        page.reload(wait_until="networkidle")
        assert 0 < sum(sizes) < 200_000
