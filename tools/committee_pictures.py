"""What a guideline committee is shown, into docs/img/: a statement on one page, as PDF and as picture, and what changed from one
version to another and to a draft, as pictures. Needs pdftoppm (package poppler-utils) and the extras `pictures`, `pdf`, `prove`
and `tables`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pyarrow import parquet

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.pages import keep, sheets, smaller  # noqa: E402

import concordant  # noqa: E402
from concordant.api.describing import list_stories  # noqa: E402
from concordant.api.differing import compare_versions, render_difference  # noqa: E402
from concordant.api.engine import Engine, get_engine  # noqa: E402
from concordant.errors import ConcordantError  # noqa: E402
from concordant.library import FOLDER  # noqa: E402
from concordant.present.described.difference import Difference  # noqa: E402
from concordant.record.sources.opening import SourceContent  # noqa: E402

OUT = ROOT / "docs" / "img"
STATEMENT = "2.1"
OLD, NEW, DRAFT = "asco-her2-abc/2018", "asco-her2-abc/2022", "draft"
DAY = dt.date(2024, 6, 1)
CHANGED = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"
BEFORE, AFTER = "line_of_therapy is second", "line_of_therapy is third_or_later"  # the draft that docs/how-to/diff.md shows


def main() -> None:
    """Write the pages and the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    draw_statement()
    engine = get_engine(None)
    draw_difference("versions", compare_versions(engine, OLD, NEW, None))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        write_draft(Path(DRAFT))
        parquet.write_table(engine.facts_table(list(read_stories(engine))), "facts.parquet")
        draw_difference("draft", compare_versions(engine, NEW, DRAFT, DAY, "facts.parquet"))


def draw_statement() -> None:
    """The statement as it is handed to a committee."""
    page = concordant.describe(STATEMENT, format="pdf")
    assert isinstance(page, bytes)
    keep(OUT / f"statement-{STATEMENT}.pdf", page)
    for sheet in sheets(page):
        keep(OUT / f"statement-{STATEMENT}.png", smaller(sheet))


def write_draft(folder: Path) -> None:
    """The hypothetical update: the statement for another line."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases", "stories"))
    text = (folder / CHANGED).read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    (folder / CHANGED).write_text(text.replace(BEFORE, AFTER), encoding="utf-8")


def read_stories(engine: Engine) -> Iterator[concordant.Patient]:
    """The shipped cases as patients of a table; one that is meant to be refused is passed over."""
    for path in list_stories():
        with contextlib.suppress(ConcordantError):
            yield engine.read(SourceContent(path.read_bytes(), path.name), today=DAY).one()


def draw_difference(name: str, found: Difference) -> None:
    """The comparison as a picture."""
    drawn = render_difference(found, "svg")
    assert isinstance(drawn, str)
    keep(OUT / f"diff-{name}.svg", drawn.encode())


if __name__ == "__main__":
    main()
