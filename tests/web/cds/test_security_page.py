"""The table of attacks: each that is tried is told, and each that is told names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.mcp.test_quoted import HIDDEN, STEERED
from tests.web.cds.test_fetching import LIES
from tests.web.cds.test_tokens import REFUSED
from tests.web.smart import test_backend, test_launch

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TOLD = set(re.findall(r"`([^`]+)`", PAGE))
WRITTEN = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
SMART = (
    test_backend.TOKEN_LIES,
    test_backend.WRONG_ADDRESSES,
    test_backend.BAD_KEYS,
    test_launch.ATTACKS,
    test_launch.ANSWER_LIES,
    test_launch.IDENTITY_LIES,
    test_launch.CONFIGURED,
)


def test_every_attack_that_is_tried_is_told() -> None:
    assert {*REFUSED, *LIES, *HIDDEN, *STEERED, *(name for attacks in SMART for name in attacks)} - TOLD == set()


def test_every_test_that_is_named_is_there() -> None:
    named = {name for name in TOLD if name.startswith("test_")}
    assert len(named) >= 20
    assert {name for name in named if f"def {name}(" not in WRITTEN} == set()
