"""What is longer than the screen goes through the pager, on a terminal and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from concordant.cli.main import main
from concordant.cli.pager import write_paged
from concordant.library import FOLDER

CASE = str(next((FOLDER / "stories").glob("A25-*.yaml")))
LONG = "a line\n" * 30


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file into which the pager of the test puts what it is handed; the screen has 24 lines."""
    target = tmp_path / "shown"
    script = tmp_path / "pager.py"
    script.write_text(
        "import os, pathlib, sys\npathlib.Path(sys.argv[1]).write_text(os.environ['LESS'] + '\\n' + sys.stdin.read())\n"
    )
    monkeypatch.setenv("PAGER", f"{sys.executable} {script} {target}")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.delenv("LESS", raising=False)
    return target


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes a terminal of standard output; called by the test, because the one of its set-up is another."""
    return lambda: monkeypatch.setattr(sys.stdout, "isatty", lambda: True)


def test_a_long_text_is_paged(shown: Path, terminal: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    terminal()
    write_paged(LONG)
    assert shown.read_text() == f"RX\n{LONG}"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("short\n", "COLUMNS", "80"),
        (LONG, "PAGER", "cat"),
        (LONG, "PAGER", ""),
        (LONG, "PAGER", "no-such-pager"),
        (LONG, "TERM", "dumb"),
    ],
)
def test_without_need_or_pager_it_is_printed(
    text: str,
    name: str,
    value: str,
    shown: Path,
    terminal: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal()
    monkeypatch.setenv(name, value)
    write_paged(text)
    assert capsys.readouterr().out == text
    assert not shown.exists()


def test_a_pipe_is_never_paged(shown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_paged(LONG)
    assert capsys.readouterr().out == LONG
    assert not shown.exists()


@pytest.mark.parametrize(
    ("arguments", "paged"),
    [
        (("recommend", CASE, "--full"), True),
        (("explain", CASE), True),
        (("explain", CASE, "2.1", "--all"), True),
        (("recommend", CASE), False),
        (("recommend", CASE, "--format", "md"), False),
        (("recommend", CASE, "--full", "-o", os.devnull), False),
    ],
)
def test_which_commands_page(arguments: tuple[str, ...], paged: bool, shown: Path, terminal: Callable[[], None]) -> None:
    terminal()
    assert main(arguments) == 0
    assert shown.exists() == paged


def test_no_colour_reaches_the_pager_when_none_is_wanted(
    shown: Path, terminal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(("recommend", CASE, "--full")) == 0
    assert "\x1b" not in shown.read_text()
