"""What `explain` prints, held against pages that were read: `python -m tests.present.test_explain` rewrites them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from concordant.cli.commands import app
from concordant.errors import ConcordantError
from concordant.library import FOLDER

GOLDEN = Path(__file__).parents[1] / "golden"
STORIES = FOLDER / "stories"
P01, A08, A25, A33 = (
    "P01-seed-question-as-asked.yaml",
    "A08-deruxtecan-unavailable.yaml",
    "A25-seed-question-with-interval.yaml",
    "A33-gastric-cancer.yaml",
)
PAGES: dict[str, tuple[int, tuple[str, ...]]] = {
    "explain-a25-100": (100, (A25,)),
    "explain-a25-60": (60, (A25,)),
    "explain-a25-one-statement": (100, (A25, "asco-her2-abc/2.1")),
    "explain-a25-one-that-fails": (100, (A25, "1.1")),
    "explain-a25-all": (100, (A25, "asco-her2-abc/2.1", "--all")),
    "explain-a08-held-back": (100, (A08, "asco-her2-abc/2.1")),
    "explain-p01-100": (100, (P01,)),
    "explain-a33-100": (100, (A33,)),
}


def page(width: int, arguments: tuple[str, ...]) -> str:
    story, *others = arguments
    done = CliRunner(env={"COLUMNS": str(width)}).invoke(
        app, ["explain", str(STORIES / story), *others], standalone_mode=False, catch_exceptions=False
    )
    return done.stdout


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_the_one_that_was_read(name: str) -> None:
    assert page(*PAGES[name]) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [20, 60, 72, 100, 200])
@pytest.mark.parametrize("story", sorted(path.name for path in STORIES.glob("*.yaml")))
def test_lines_keep_to_the_width(story: str, width: int) -> None:
    most = max(60, min(width, 110))
    long = [line for line in page(width, (story,)).splitlines() if len(line) > most]
    assert [line for line in long if len(line.split()) > 1] == []


def test_the_verdict_stands_first_and_the_deciding_facts_next() -> None:
    lines = page(110, (A25,)).splitlines()
    assert lines[0].startswith("Trastuzumab deruxtecan 5.4 mg/kg")
    head = "\n".join(lines[: next(i for i, line in enumerate(lines) if "Would rule out" in line)])
    assert "Trastuzumab deruxtecan in second line  [asco-her2-abc/2.1]" in head
    assert "Extent of disease: metastatic (recurrence) <- disease[2]" in head
    assert "Interval from adjuvant HER2-targeted therapy to recurrence: 8 months" in head
    assert "asked: 12 months or less" in head
    assert "Trastuzumab deruxtecan received: no  ASSUMED: no listed course holds it" in head.replace(
        "holds trastuzumab deruxtecan", "holds it"
    )


def test_a_statement_that_does_not_apply_names_the_fact_on_which_it_fails() -> None:
    text = " ".join(page(110, (A25,)).split())
    assert "[asco-her2-abc/1.1]: line of HER2-targeted therapy is second line" in text


def test_behind_what_is_unknown_stands_what_to_find_out() -> None:
    text = " ".join(page(110, (P01,)).split())
    assert "Line of HER2-targeted therapy: unknown" in text
    assert "Interval from adjuvant HER2-targeted therapy to recurrence: unknown (a date is missing)" in text


def test_a_bar_that_holds_is_told_with_its_fact() -> None:
    text = " ".join(page(110, PAGES["explain-a08-held-back"][1]).split())
    assert "Speaks against trastuzumab deruxtecan" in text
    assert "Trastuzumab deruxtecan available: no (listed as unavailable) <- unavailable" in text


def test_feature_names_and_sentences_are_for_authors() -> None:
    assert "her2_status" not in page(110, (A25,)).replace("stated.", "")
    assert "yes her2_status is positive" in page(110, (A25, "--all"))


def test_a_statement_that_is_not_in_force_is_refused() -> None:
    for more in ((), ("--all",)):
        with pytest.raises(ConcordantError, match=r"no statement '2\.9' is in force"):
            page(100, (A25, "2.9", *more))


if __name__ == "__main__":
    for name, asked in PAGES.items():
        (GOLDEN / f"{name}.txt").write_text(page(*asked), encoding="utf-8")
