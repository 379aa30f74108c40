"""The documentation site: it tells all that can be typed or met; its links lead somewhere; its commands do what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import click
import msgspec
import pytest
import yaml
from tools.run_docs import FENCE, pages, renewed_page
from tools.site_pages import BESIDE

import concordant
from concordant.answer.schema import Answer
from concordant.cli.commands import app
from concordant.cli.main import BUG
from concordant.errors import ConcordantError, Refused, Unreadable
from concordant.model import drugs, features, formulas, guideline, trials
from concordant.model import sources as records
from concordant.model.knowledge import Knowledge
from concordant.model.selectors import AnySelector
from concordant.present.formats import FORMATS
from tests.present import browser
from tests.shares import share_of

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
COMMANDS = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
MESSAGES = (DOCS / "reference" / "messages.md").read_text(encoding="utf-8")
ANSWER = (DOCS / "reference" / "answer.md").read_text(encoding="utf-8")
HAND_OVER = (DOCS / "how-to" / "hand-over.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(concordant.__file__).parent.rglob("*.py"))


# -- everything that can be typed or met is told ----------------------------------------------------


def part(page: str, heading: str) -> str:
    """A section of a page, without the next one."""
    return re.split(r"^## ", page.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.M)[0]


def options(of: click.Command) -> Iterator[click.Option]:
    yield from (one for one in of.params if isinstance(one, click.Option))


@pytest.mark.parametrize("name", app.commands)
def test_a_command_stands_in_the_reference_with_all_its_options(name: str) -> None:
    told = part(COMMANDS, f"`concordant {name}`")
    command = app.commands[name]
    words = [word for option in options(command) for word in option.opts]
    words += [
        str(choice) for option in options(command) if isinstance(option.type, click.Choice) for choice in option.type.choices
    ]
    words += [(one.name or "").upper() for one in command.params if isinstance(one, click.Argument)]
    assert [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", told)] == []
    assert (command.help or "").strip()


@pytest.mark.parametrize("name", app.commands)
def test_every_option_says_what_it_does(name: str) -> None:
    assert [option.opts[0] for option in options(app.commands[name]) if not option.help] == []


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_told_where_an_answer_is_handed_over(format_: str) -> None:
    assert f"`--format {format_}" in HAND_OVER


def exit_codes() -> set[int]:
    errors = {ConcordantError, Refused, Unreadable, *all_below(ConcordantError)}
    leaving = {int(code) for code in re.findall(r"sys\.exit\((\d+)\)", SOURCE)}
    return {0, BUG, *leaving, *(error.exit_code for error in errors)}


def all_below(error: type[ConcordantError]) -> set[type[ConcordantError]]:
    return {below for one in error.__subclasses__() for below in (one, *all_below(one))}


@pytest.mark.parametrize("code", sorted(exit_codes()))
def test_every_exit_code_is_told(code: int) -> None:
    assert re.search(rf"^\| {code} \| ", MESSAGES, re.M)


def test_every_variable_of_the_surroundings_is_told() -> None:
    read = set(re.findall(r"environ(?:\.get\(|\[)\s*[\"'](\w+)", SOURCE))
    assert read
    assert {name for name in read if f"`{name}`" not in COMMANDS} == set()


def test_every_feature_has_its_row(knowledge: Knowledge) -> None:
    rows = set(re.findall(r"^\| `([^`]+)` \|", (DOCS / "features.md").read_text(encoding="utf-8"), re.M))
    families = {one.name: one.name.replace(one.drug, "<drug>") for one in knowledge.features if one.drug not in ("", one.name)}
    names = {families.get(one.name, one.name) for one in knowledge.features}
    assert names == rows


def test_every_key_of_the_answer_is_told() -> None:
    schema = msgspec.json.schema(Answer)["$defs"]
    first = re.findall(r"^\| `(\w+)` \|", part(ANSWER, "The whole"), re.M)
    assert first == list(schema["Answer"]["properties"])
    keys = {key for one in schema.values() for key in one.get("properties", {})}
    assert {key for key in keys if f"`{key}`" not in ANSWER} == set()


SHAPES = (records, features, drugs, guideline, trials, formulas)
# Hazard ratios are read from `effect`, what a feature reads from `derive`.
WORKED_OUT = {"hr", "of", "estimate", "low", "high", "level", "reads", "reads_stated"}


@pytest.mark.parametrize("room", SHAPES, ids=lambda room: room.__name__.rpartition(".")[2])
def test_every_key_of_a_knowledge_file_is_told_to_authors(room: ModuleType) -> None:
    page = (DOCS / "authoring.md").read_text(encoding="utf-8")
    shapes = [one for one in vars(room).values() if isinstance(one, type) and issubclass(one, records.Record)]
    keys = {key for shape in shapes for key in shape.__struct_encode_fields__} - WORKED_OUT
    assert shapes
    assert {key for key in keys if not re.search(rf"`{key}[`:]", page)} == set()


def test_every_selector_and_its_parameters_are_told_to_authors() -> None:
    page = part((DOCS / "authoring.md").read_text(encoding="utf-8"), "A selector")
    kinds = get_args(AnySelector)
    words = {word for kind in kinds for word in (kind.__struct_config__.tag, *kind.__struct_encode_fields__)}
    assert len(kinds) > 30
    assert {word for word in words if not re.search(rf"`{word}[`:]", page)} == set()


TOOLS = [path for path in sorted((ROOT / "tools").glob("*.py")) if "__main__" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda path: path.stem)
def test_every_tool_is_told_to_contributors(tool: Path) -> None:
    assert f"| `python tools/{tool.name}" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


# -- the commands of the pages do what they show ------------------------------------------------------


@pytest.mark.parametrize("page", share_of("commands of the pages", pages()), ids=lambda path: path.stem)
def test_what_a_page_shows_is_what_its_commands_print(page: Path) -> None:
    shown = page.read_text(encoding="utf-8")
    assert renewed_page(page) == shown, f"run python tools/run_docs.py {page.relative_to(ROOT)} and read what changed"


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.stem)
def test_every_command_of_a_page_stands_where_it_is_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    assert [
        fence["body"] for fence in fences if fence["language"] != "sh" and re.match(r"\$? ?(concordant|\./dev) ", fence["body"])
    ] == []
    assert any(fence["language"] == "sh" for fence in fences)
    assert text.count("```") == 2 * len(fences), "a fence that the runner does not understand"


def test_hardly_anything_is_shown_without_being_run() -> None:
    skipped = [note for page in pages() for note in re.findall(r"<!-- not run: (.*) -->", page.read_text(encoding="utf-8"))]
    elsewhere = [note for note in skipped if (tests := re.findall(r"tests/\S+\.py", note)) and (ROOT / tests[0]).is_file()]
    assert len(elsewhere) <= 4 and len(skipped) - len(elsewhere) <= 1, "a command that is not run here is run by a test"


# -- the site itself ------------------------------------------------------------------------------------


def named(nav: object) -> Iterator[str]:
    """The pages of a nav, in order."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict | list):
        for one in nav.values() if isinstance(nav, dict) else nav:
            yield from named(one)


def test_every_page_can_be_reached_from_the_navigation() -> None:
    nav = list(named(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} | set(BESIDE.values())
    assert sorted(nav) == sorted(there), "name it under nav in mkdocs.yml"


in_one_worker = pytest.mark.xdist_group("site")  # so that it is built once, and read in one browser


@pytest.fixture(scope="module")
def window() -> Iterator[Any]:
    browser.needed()
    with browser.launched() as one:
        yield one


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; strict: a link, an anchor or a page of the nav that leads nowhere ends the build."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@in_one_worker
def test_nothing_of_the_site_comes_from_another_host(site: Path) -> None:
    loads = re.compile(r"<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)=[\"']?(?:https?:)?//[^\s>]*")
    found = {load for page in site.rglob("*.html") for load in loads.findall(page.read_text(encoding="utf-8"))}
    found |= {
        load
        for sheet in site.rglob("*.css")
        for load in re.findall(r"url\([\"']?(?:https?:)?//[^)]*", sheet.read_text(encoding="utf-8"))
    }
    assert found == set()


@in_one_worker
def test_the_site_can_be_searched_from_the_disk(site: Path) -> None:
    assert (site / "search" / "search_index.js").read_text(encoding="utf-8").startswith("var __index")
    assert '<script src="assets/iframe-worker.js"' in (site / "index.html").read_text(encoding="utf-8")


OF_THE_THEME = ("aria-dialog-name", "landmark-unique")  # its search box and its copy buttons; not ours to name


@in_one_worker
@pytest.mark.parametrize("name", share_of("pages of the site", ["index", "tutorial", "features", "reference/commands"]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(window: Any, site: Path, name: str, scheme: str) -> None:
    with browser.opened(window, site / f"{name}.html", scheme=scheme) as page:
        assert [one for one in browser.violations(page) if not one.startswith(OF_THE_THEME)] == []


@in_one_worker
def test_a_search_from_the_disk_finds_its_page(window: Any, site: Path) -> None:
    with browser.opened(window, site / "how-to" / "what-if.html") as page:
        page.goto((site / "how-to" / "what-if.html").as_uri() + "?q=hand+over")
        page.wait_for_selector(".md-search-result__item", timeout=20_000)
        assert "Hand over an answer" in page.inner_text(".md-search-result__list")


@in_one_worker
def test_a_link_within_a_page_leads_to_something(site: Path) -> None:
    """Also those that mkdocs does not look at: in HTML, and in the pages that stand beside the folder."""
    lost = []
    for page in site.rglob("*.html"):
        for href in re.findall(r'<a [^>]*?href="([^"]+)"', page.read_text(encoding="utf-8")):
            path, _, anchor = href.partition("#")
            target = (page.parent / path).resolve() if path else page
            if page.name != "404.html" and not re.match(r"\w+:", href) and not leads(target, anchor):
                lost.append(f"{page.relative_to(site)}: {href}")
    assert lost == []


def leads(target: Path, anchor: str) -> bool:
    if target.is_dir():
        target = target / "index.html"
    return target.exists() and (not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8"))
