"""The invariants of ARCHITECTURE.md that a machine can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import concordant
from tests.shipped import failing

ROOT = Path(__file__).parents[2]
SOURCE = Path(concordant.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
CORE = ("logic", "model", "patient", "terminology", "readers", "derive", "decide", "answer")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_rooms_look_only_inwards() -> None:
    done = run("-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_core_imports_nothing_heavy() -> None:
    code = "import sys, concordant.answer.engine; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = run("-c", code).stdout
    for heavy in ("polars", "z3", "fastapi", "rich", "ruamel", "click"):
        assert f"'{heavy}'" not in loaded


def test_a_module_is_short() -> None:
    def law(path: Path) -> None:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 320  # room for long names; what belongs together is not cut

    assert failing(law, MODULES) == {}


def functions(path: Path) -> list[ast.FunctionDef]:
    return [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)]


def test_functions_are_about_ten_lines() -> None:
    lengths = sorted((f.end_lineno or 0) - f.lineno + 1 for path in MODULES for f in functions(path))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[int(len(lengths) * 0.9)] <= 35


def calls(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func).rpartition(".")[2])
    return found


CORE_MODULES = [p for p in MODULES if p.relative_to(SOURCE).parts[0] in CORE]


def test_every_core_room_is_looked_at() -> None:
    """A room that was renamed would be passed over in silence by the laws below."""
    assert {p.relative_to(SOURCE).parts[0] for p in CORE_MODULES} == set(CORE)


def test_a_core_room_reads_no_file_no_clock_and_no_network() -> None:
    def law(path: Path) -> None:
        assert not calls(path) & {"open", "read_text", "read_bytes", "write_text", "today", "now", "time", "urlopen", "getenv"}

    assert failing(law, CORE_MODULES) == {}


def test_no_core_room_knows_a_thing_by_where_it_lies_in_memory() -> None:
    def law(path: Path) -> None:
        assert "id" not in calls(path)

    assert failing(law, CORE_MODULES) == {}


def test_the_clock_is_read_in_one_place() -> None:
    readers = [p.relative_to(SOURCE).as_posix() for p in MODULES if calls(p) & {"today", "now"}]
    assert readers == ["cli/opening.py", "web/log.py"]  # the day of a question; the moment of a line of log, and of nothing else


def test_ruff_and_mypy_are_content() -> None:
    assert run("-m", "ruff", "check", "src", "tests", "tools", "benchmarks").stdout.strip().endswith("All checks passed!")
    typed = run("-m", "mypy")
    assert typed.returncode == 0, typed.stdout
