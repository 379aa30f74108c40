"""The texts of these tests, read once with the shipped knowledge."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from concordant.api import Engine

DAY = dt.date(2024, 6, 1)
HERE = Path(__file__).parent


@cache
def load_texts() -> dict[str, str]:
    """The texts by their id."""
    return {one["id"]: one["text"] for one in YAML(typ="safe").load((HERE / "texts.yaml").read_text(encoding="utf-8"))}


@cache
def load_engine() -> Engine:
    return Engine()
