"""The notebook runs from its first cell to its last, on few patients and a slice of TCGA; its figures are those of the docs."""

from __future__ import annotations

import runpy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tools.notebook_pictures import PICTURES

ROOT = Path(__file__).parent.parent.parent
SLICE = ROOT / "tests" / "record" / "table" / "tcga"

pytestmark = pytest.mark.long  # it reads every record again at each of its points


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    app = runpy.run_path(str(ROOT / "examples" / "concordance.py"))["app"]
    tempfile.tempdir = str(tmp_path_factory.mktemp("notebook"))
    try:
        _, told = app.run(defs={"told": {}, "patients": 40, "slice_of_tests": SLICE, "tcga": SLICE})
    finally:
        tempfile.tempdir = None
    return told


def test_its_numbers_are_those_of_the_api(made: Mapping[str, Any]) -> None:
    assert made["starts"].height == sum(made["counted"]["starts"]) > 0
    assert made["points"].height == made["cohort"].points.num_rows == made["comparison"].points
    assert sum(made["real_counted"]["points"]) == made["real"].points.num_rows > 0


def test_what_is_declared_settles_more_and_unsettles_nothing(made: Mapping[str, Any]) -> None:
    low, high = made["concordance"].bounds
    supposed_low, supposed_high = made["supposed_concordance"].bounds
    assert supposed_high - supposed_low < high - low


@pytest.mark.parametrize("name", PICTURES)
def test_each_figure_is_one_of_the_docs(made: Mapping[str, Any], name: str) -> None:
    picture = ROOT / "docs" / "img" / f"notebook-{name.replace('_', '-')}.svg"
    page = (ROOT / "docs" / "how-to" / "notebook.md").read_text(encoding="utf-8")
    title = made[name].to_dict()["title"]["text"]
    assert title in picture.read_text(encoding="utf-8") and picture.name in page


@pytest.mark.parametrize("name", ["answer", "cohort", "concordance", "comparison", "made", "real"])
def test_what_stands_alone_is_shown(made: Mapping[str, Any], name: str) -> None:
    assert made[name]._repr_html_().startswith(("<iframe", "<table", "<p>"))
