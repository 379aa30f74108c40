"""The HTML page in a real browser: axe-core finds nothing on it, it fits a phone, and paper holds what it should."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concordant.present.html.page import render_html
from tests.present import browser as browsing
from tests.present.pages import CASES, real_page
from tests.present.samples import SAMPLES
from tests.shares import share_of

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser")]

READINGS = {
    "desktop, light": {"width": 1280},
    "desktop, dark": {"width": 1280, "scheme": "dark"},
    "phone, light": {"width": 390},
    "phone, dark": {"width": 390, "scheme": "dark"},
    "A4": {"width": 794, "paper": True},
    "Letter, from a dark screen": {"width": 816, "paper": True, "scheme": "dark"},
}
FEW = ("desktop, light", "phone, dark", "A4")  # each colour and each layout once, for the long pages
NAMES = [*SAMPLES, *CASES]
SOME = share_of("pages in the browser", NAMES, kind=lambda name: name in SAMPLES)
PHONE = 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    browsing.needed()
    with browsing.launched() as one:
        yield one


def written(name: str, folder: Path, change: tuple[str, str] = ("", "")) -> Path:
    html = render_html(SAMPLES[name] if name in SAMPLES else real_page(name))
    assert change[0] in html
    file = folder / "page.html"
    file.write_text(html.replace(*change, 1) if change[0] else html, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", SOME)
def test_axe_finds_nothing(browser: Any, name: str, tmp_path: Path) -> None:
    with browsing.opened(browser, written(name, tmp_path)) as page:
        for reading in READINGS if name in SAMPLES else FEW:
            browsing.turn(page, **READINGS[reading])
            assert browsing.violations(page) == [], reading


PLANTED = {
    "color-contrast": ("<h1>", '<h1 style="color: #b8b8b8">'),
    "image-alt": ("</main>", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="></main>'),
    "label": ("</main>", '<input type="text"></main>'),
    "heading-order": ("</main>", "<h4>Too deep</h4></main>"),
    "html-has-lang": ('<html lang="en">', "<html>"),
    "link-name": ("</main>", '<a href="#references"></a></main>'),
    "landmark-no-duplicate-main": ("<footer>", "<main>twice</main><footer>"),
    "aria-required-children": ("<thead ", '<caption><a role="doc-noteref" href="#ref-1">[1]</a></caption><thead '),
    "list": ("<ul>", "<ul><p>no point of a list</p>"),
    "region": ("<main>", "<p>outside of every landmark</p><main>"),
    "page-has-heading-one": ("<h1>", '<h1 role="presentation">'),
    "nested-interactive": ("<summary>", '<div role="button"><a href="#references">x</a></div><summary>'),
}


# A heading that is hidden from readers hides what else is wrong with it; all other faults can stand on one page.
TOGETHER = ([rule for rule in PLANTED if rule != "page-has-heading-one"], ["page-has-heading-one"])


@pytest.mark.parametrize("rules", TOGETHER, ids=len)
def test_axe_finds_what_is_planted(browser: Any, rules: list[str], tmp_path: Path) -> None:
    file = written("recommendation", tmp_path)
    for rule in rules:
        html, (text, planted) = file.read_text(encoding="utf-8"), PLANTED[rule]
        assert text in html, rule
        file.write_text(html.replace(text, planted, 1), encoding="utf-8")
    with browsing.opened(browser, file) as page:
        assert set(rules) - {one.split(":")[0] for one in browsing.violations(page)} == set()


def test_low_contrast_is_found_in_the_dark_as_well(browser: Any, tmp_path: Path) -> None:
    file = written("recommendation", tmp_path, ("--muted: #a6afb7", "--muted: #4a5157"))
    with browsing.opened(browser, file, scheme="dark") as page:
        assert "color-contrast" in {one.split(":")[0] for one in browsing.violations(page)}
    with browsing.opened(browser, file) as page:
        assert browsing.violations(page) == []


@pytest.mark.parametrize("name", SOME)
def test_nothing_hangs_over_the_edge(browser: Any, name: str, tmp_path: Path) -> None:
    with browsing.opened(browser, written(name, tmp_path)) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        for width in (320, PHONE, 1280):
            browsing.turn(page, width=width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_branches_stand_beside_each_other_on_a_desk_and_below_on_a_phone(browser: Any, tmp_path: Path) -> None:
    file = written("question", tmp_path)
    tops = "[...document.querySelectorAll('.branches tbody tr')].map(one => one.getBoundingClientRect().top)"
    with browsing.opened(browser, file) as page:
        assert len(set(page.evaluate(tops))) == 1
    with browsing.opened(browser, file, width=PHONE) as page:
        assert len(set(page.evaluate(tops))) == 2


def test_the_cells_of_a_wide_table_stand_below_each_other_on_a_phone_and_name_their_columns(browser: Any, tmp_path: Path) -> None:
    file = written("recommendation", tmp_path)
    tops = "[...document.querySelectorAll('.stacked tbody tr')[0].children].map(one => one.getBoundingClientRect().top)"
    named = "getComputedStyle(document.querySelector('.stacked td:not(:empty)'), '::before').content"
    for width, rows, label in ((1280, 1, False), (PHONE, 5, True)):
        with browsing.opened(browser, file, width=width) as page:
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            assert len(set(page.evaluate(tops))) == rows
            assert ("endpoint" in page.evaluate(named)) == label


def test_paper_is_light_holds_the_references_and_leaves_folded_parts_out(browser: Any, tmp_path: Path) -> None:
    file = written("recommendation", tmp_path)
    with browsing.opened(browser, file, scheme="dark", paper=True, width=794) as page:
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        assert page.locator("#references li").count() == 4 and page.locator("#references li").last.is_visible()
        assert page.locator(".paper-only").first.is_visible()
        assert not page.locator("#evidence table").is_visible() and not page.locator(".skip").is_visible()
        page.evaluate("document.querySelector('#evidence details').open = true")
        assert page.locator("#evidence table").is_visible() and not page.locator("#evidence .paper-only").is_visible()


def sheets(browser: Any, name: str, folder: Path, size: str) -> list[str]:
    """The text of each printed sheet, without its blanks: a PDF has none of its own."""
    pypdf = pytest.importorskip("pypdf")
    with browsing.opened(browser, written(name, folder), paper=True) as page:
        printed = page.pdf(format=size)
    return ["".join(sheet.extract_text().split()) for sheet in pypdf.PdfReader(io.BytesIO(printed)).pages]


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize("name", share_of("pages in the browser", ["A03", "A08", "P01"]))
def test_no_sheet_is_nearly_empty_and_each_bears_the_patient(browser: Any, name: str, size: str, tmp_path: Path) -> None:
    printed, document = sheets(browser, name, tmp_path, size), real_page(name)
    for number, sheet in enumerate(printed, 1):
        assert f"{number}/{len(printed)}" in sheet
        assert "".join(document.title.split())[:40] in sheet
    assert min(map(len, printed[:-1])) > 600
    assert document.references_title in printed[-1] + printed[-2]


def test_every_sheet_names_its_patient(browser: Any, tmp_path: Path) -> None:
    with browsing.opened(browser, written("recommendation", tmp_path)) as page:
        rules = page.evaluate(
            "[...document.styleSheets[0].cssRules].map(one => one.cssText).filter(one => one.startsWith('@page'))"
        )
    assert "Recommendation for one patient: recommendation" in rules[-1]


def test_the_browser_itself_refuses_a_script_and_a_load(browser: Any, tmp_path: Path) -> None:
    """Even if something slipped in: the policy of the page stops it, and without the policy it would have run."""
    slipped = '<img src="http://127.0.0.1:9/x.png" alt=""><script>document.title = "it ran"</script></main>'
    file = written("recommendation", tmp_path, ("</main>", slipped))
    seen: dict[bool, tuple[str, int]] = {}
    for free in (True, False):
        with browsing.opened(browser, file, free=free) as page:
            asked: list[str] = []
            page.on("requestfailed", lambda request, to=asked: to.append(str(request.failure)))
            page.reload()
            seen[free] = (page.title(), sum("REFUSED" in one.upper() or "UNSAFE" in one.upper() for one in asked))
    assert seen[True][0] == "it ran" and seen[False][0] != "it ran"
    assert seen[False][1] == 0


def test_nothing_is_asked_of_the_network(browser: Any, tmp_path: Path) -> None:
    file = written("A25", tmp_path)
    with browsing.opened(browser, file) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        assert asked == [file.as_uri()]


def test_the_keyboard_reaches_the_references_first(browser: Any, tmp_path: Path) -> None:
    with browsing.opened(browser, written("recommendation", tmp_path)) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the references"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
