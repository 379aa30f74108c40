"""What holds of the repository whatever is in it: one version, no import that goes round, the same bytes on every Python."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import yaml
from tools import import_picture, make_schema

import concordant
from concordant.present.figures.svg import measure_width

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CHANGES = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)


def test_there_is_one_version() -> None:
    assert concordant.__version__ == PROJECT["version"] == CITATION["version"]
    assert CITATION["license"] == PROJECT["license"]


def test_the_changelog_has_one_heading_for_what_is_not_released() -> None:
    assert [one for one in CHANGES if one.startswith("Unreleased")] == ["Unreleased"] == CHANGES[:1]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+, \d{4}-\d\d-\d\d", one) for one in CHANGES[1:])


def test_the_map_of_the_tests_names_every_file_that_is_there() -> None:
    told = set(re.findall(r"\btest_\w+\.py\b", (ROOT / "tests" / "README.md").read_text(encoding="utf-8")))
    assert told == {path.name for path in (ROOT / "tests").rglob("test_*.py")}


def test_every_python_that_is_named_is_one_that_may_run_it() -> None:
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d", one)]
    assert named[0] == PROJECT["requires-python"].removeprefix(">=")
    assert set(named) == {f"3.{minor}" for minor in range(11, 15)}


def test_no_import_goes_round() -> None:
    assert import_picture.circles(import_picture.room_arrows()) == []
    assert import_picture.circles(import_picture.module_arrows()) == []


def test_a_circle_of_imports_is_seen() -> None:
    round_ = {"a": frozenset("b"), "b": frozenset("cd"), "c": frozenset("a"), "d": frozenset("e"), "e": frozenset()}
    assert import_picture.circles(round_) == [("a", "b", "c")]
    assert import_picture.depths(round_) == {"a": 2, "b": 2, "c": 2, "d": 1, "e": 0}


def test_the_schema_is_the_same_whatever_wrote_it() -> None:
    """Other versions of msgspec put null first, other versions of Python keep the indentation of a docstring."""
    other = {"description": "One.\n\n    Two.", "anyOf": [{"type": "null"}, {"type": "string"}]}
    assert make_schema.normal([other]) == [{"description": "One.\n\nTwo.", "anyOf": [{"type": "string"}, {"type": "null"}]}]


def test_the_width_of_a_text_is_not_a_matter_of_rounding() -> None:
    """Since Python 3.12 `sum` rounds floats otherwise; an exact sum is the same whatever the order."""
    text = "Trastuzumab emtansine 28.8 v 6.8 months, WWW iii"
    assert {measure_width(text[i:] + text[:i], 12) for i in range(len(text))} == {measure_width(text, 12)}


def test_every_picture_is_shown_by_a_page() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert [path.name for path in (ROOT / "docs" / "img").iterdir() if path.name not in shown] == []


def test_every_test_that_is_called_slow_is_there() -> None:
    called = (ROOT / "tests" / "slow.txt").read_text(encoding="utf-8").split()
    assert called == sorted(set(called))
    gone = [one for one in called if f"def {one.partition('::')[2]}(" not in (ROOT / one.partition("::")[0]).read_text("utf-8")]
    assert gone == []


def test_every_script_of_others_is_named_with_what_it_is() -> None:
    """Its licence and its fingerprint: what is shipped is what was published."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    scripts = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "src").rglob("*.min.js")}
    told = dict(re.findall(r"^(src/\S+\.js)\n(?:  .*\n)*?  sha256 (\w+)$", notice, re.M))
    assert told == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in scripts.items()}
