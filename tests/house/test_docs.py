"""The documentation cannot fall behind: everything that has a name is documented, generated pages are fresh, links resolve."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from concordant.cli.commands import app
from concordant.logic.status import Status
from concordant.model.knowledge import Knowledge
from concordant.model.sources import ActionKind, Checked, Kind, Role
from concordant.record.casefile.schema import build_case_schema
from tests.shipped import failing

ROOT = Path(__file__).parents[2]
PAGES = [
    p for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")] if ".venv" not in p.parts
]
DOCS = "\n".join(p.read_text(encoding="utf-8") for p in PAGES)


def words() -> list[str]:
    return [*get_args(Status), *get_args(Role), *get_args(Kind), *get_args(ActionKind), *get_args(Checked), *app.commands]


def test_every_word_of_the_contract_is_documented() -> None:
    def law(word: str) -> None:
        assert re.search(rf"`{word}[ `]|`concordant {word}", DOCS), f"no page explains `{word}`"

    assert failing(law, words()) == {}


def test_every_key_of_the_case_file_is_documented(knowledge: Knowledge) -> None:
    page = (ROOT / "docs" / "case-file.md").read_text(encoding="utf-8")
    blocks = build_case_schema(knowledge)["properties"]
    keys = {key for block in blocks.values() for key in (block.get("items", block)).get("properties", {})}
    missing = {key for key in keys | set(blocks) if f"`{key}`" not in page} - {f.name for f in knowledge.features}
    assert missing - {"icd10", "snomed"} == set()


def test_every_project_choice_has_its_heading(knowledge: Knowledge) -> None:
    page = (ROOT / "docs" / "clinical-choices.md").read_text(encoding="utf-8").lower()
    headings = set(re.findall(r"^## (.+)$", page, re.M))
    places = re.findall(r'ref: project-choices, at: "?([^,}"]+)', "\n".join(texts_of_knowledge()))
    assert {place.strip().lower() for place in places} - headings == set()


def texts_of_knowledge() -> list[str]:
    import concordant

    folder = Path(concordant.__file__).parent / "knowledge"
    return [path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")]


@pytest.mark.parametrize(
    "tool", ["make_api.py", "make_docs.py", "make_reference.py", "make_schema.py", "make_readme.py", "import_picture.py"]
)
def test_generated_pages_are_up_to_date(tool: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / tool, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run python tools/{tool}"


def test_links_resolve() -> None:
    def law(page: Path) -> None:
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == []

    assert failing(law, PAGES) == {}


def test_every_story_and_picture_of_the_readme_is_there() -> None:
    assert {p.name for p in (ROOT / "docs" / "img").glob("*.svg")} >= {
        "A25.svg",
        "ask.svg",
        "straight-line.svg",
    }
