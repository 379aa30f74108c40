"""A law that is held against all cases at once still sees each of them, and names the one that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipped import CASES, CHUNKS, SHIPPED, chunk_of, failing


def test_every_case_is_in_one_part() -> None:
    seen: list[Path] = []
    for chunk in range(CHUNKS):
        assert failing(seen.append, SHIPPED, chunk) == {}
    assert sorted(seen) == sorted(SHIPPED)


def test_the_parts_are_about_as_large() -> None:
    sizes = [sum(chunk_of(path.stem) == chunk for path in CASES) for chunk in range(CHUNKS)]
    assert min(sizes) > 0.6 * len(CASES) / CHUNKS


def test_a_case_that_breaks_the_law_is_named_with_the_reason() -> None:
    def law(path: Path) -> None:
        if path == CASES[3]:
            raise AssertionError("not equal")
        if path == CASES[5]:
            raise KeyError("broken")
        if path == CASES[7]:
            pytest.fail("not raised")

    assert failing(law, CASES) == {
        CASES[3].stem: "not equal",
        CASES[5].stem: "KeyError('broken')",
        CASES[7].stem: "not raised",
    }
