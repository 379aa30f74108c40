"""Others' programs that judge what is exported: `./dev check` installs them, by the lock file beside the scripts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from concordant.export.parameters import write_parameters
from concordant.patient.fact_table import Cell

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "judges"
PACKAGES = ROOT / ".venv" / "judges"
ADDED = {"localId", "locator", "annotation", "signature"}  # what the translator writes beside what it means


def missing() -> str:
    """What the judges lack here, as a sentence; empty when they can run."""
    lacking = [] if shutil.which("node") else ["node"]
    lacking += [] if (PACKAGES / "node_modules").is_dir() else ["the packages of tests/export/judges"]
    return f"not installed: {', '.join(lacking)}; ./dev check installs it" if lacking else ""


def needed() -> None:
    """Skips where a judge is missing; in CI a check that does not run is a check that fails."""
    if missing() and os.environ.get("CI"):
        pytest.fail(missing())
    if missing():
        pytest.skip(missing())


def ask_judge(script: str, *arguments: Path) -> str:
    """What a judge prints. Raises AssertionError with what it says when it refuses."""
    command = ["node", str(SCRIPTS / script), str(PACKAGES), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def translate(text: str, folder: Path) -> dict[str, Any]:
    """The library as the reference translator understands it."""
    source, target = folder / "library.cql", folder / "library.json"
    source.write_text(text, encoding="utf-8")
    ask_judge("translate.mjs", source, target)
    return json.loads(target.read_bytes())["library"]


def meant(node: Any) -> Any:
    """A tree of ELM without where it stands in the text and what its types come to."""
    if isinstance(node, dict):
        return {name: meant(value) for name, value in node.items() if name not in ADDED}
    return [meant(one) for one in node] if isinstance(node, list) else node


def evaluate(text: str, rows: Iterable[dict[str, Cell]], folder: Path) -> Sequence[dict[str, Any]]:
    """The same by the reference engine, which translates the text itself; it takes about ten seconds to do so."""
    library, told = folder / "library.cql", folder / "rows.ndjson"
    library.write_text(text, encoding="utf-8")
    told.write_text("".join(map(write_parameters, rows)), encoding="utf-8")
    lines = ask_judge("evaluate.mjs", library, told).splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]  # its logger says that it is there


def execute(elm: bytes, rows: Iterable[dict[str, Cell]], folder: Path) -> Sequence[dict[str, Any]]:
    """What each definition comes to for each patient."""
    library, told = folder / "elm.json", folder / "rows.ndjson"
    library.write_bytes(elm)
    told.write_text("".join(map(write_parameters, rows)), encoding="utf-8")
    return [json.loads(line) for line in ask_judge("execute.mjs", library, told).splitlines()]
