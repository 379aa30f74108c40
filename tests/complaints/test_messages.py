"""Every bad file is refused with exactly its message; every good one passes without a word."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.complaints.runs import BAD, CASE, GOOD, MADE_BAD, MADE_GOOD, USAGE, Run, bad_runs, good_runs

BAD_NAMES = [*sorted(p.name for p in BAD.iterdir() if p.suffix in (".yaml", ".json")), *USAGE, *MADE_BAD]
GOOD_NAMES = [*sorted(p.name for p in GOOD.iterdir() if p.suffix in (".yaml", ".json")), *MADE_GOOD]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    made = tmp_path_factory.mktemp("made")
    return {run.name: run for run in (*bad_runs(made), *((good_runs(made))))}


def _run(name: str, folder: Path, tmp_path: Path) -> Run:
    makers = {**MADE_BAD, **MADE_GOOD}
    if name in makers:
        makers[name](tmp_path / name)
        folder = tmp_path
    return Run(name, USAGE.get(name, ("recommend", name)), GOOD if name in USAGE else folder)
