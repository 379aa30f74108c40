"""What a costly law leaves out in `./dev check` is written down, and leaves out no kind of claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import shares
from tests.shares import EVERY, share_of

TESTS = Path(__file__).parents[1]
MAP = (TESTS / "README.md").read_text(encoding="utf-8")
TOLD = dict(re.findall(r"^\| ([^|]+?) \|[^|]+\| 1 in (\d+) \|", MAP, re.M))
NAMED = re.compile(r'(?:share_of\(|failing_answers\([^"\n]+, |EVERY\[)"([^"]+)"')


def test_every_share_is_told_in_the_map_of_the_tests() -> None:
    assert {law: str(every) for law, every in EVERY.items()} == TOLD


def test_every_share_is_taken_by_a_law() -> None:
    taken = {law for path in TESTS.rglob("*.py") for law in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert taken == set(EVERY)


@pytest.mark.parametrize(("whole", "taken"), [(False, ["a1", "b1", "a4"]), (True, ["a1", "a2", "b1", "a3", "a4"])])
def test_a_share_has_a_case_of_every_kind_and_all_of_them_where_it_is_asked_for(
    whole: bool, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "WHOLE", whole)
    monkeypatch.setitem(EVERY, law := "a law", 3)
    assert share_of(law, ["a1", "a2", "b1", "a3", "a4"], kind=lambda name: name[0]) == taken
    assert shares.examples(200) == (200 if whole else 200 // EVERY["drawn examples"])
