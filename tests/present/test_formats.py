"""The command writes each format where it can be read: files and pipes, but no file of bytes on a terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from concordant.cli.main import main
from tests.present.pages import FOLDER

CASE = str(next(FOLDER.glob("A25-*.yaml")))
BEGINS = {"pdf": b"%PDF-", "docx": b"PK\x03\x04"}
EXTRAS = {"pdf": "typst", "docx": "docx"}


@pytest.mark.parametrize("format_", BEGINS)
def test_bytes_are_not_written_to_a_terminal(
    format_: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["recommend", CASE, "--format", format_]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"--format: a {format_.upper()} is not written to a terminal. Name a file: -o answer.{format_}\n"


@pytest.mark.parametrize("format_", BEGINS)
def test_a_file_and_a_pipe_hold_the_same(format_: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    pytest.importorskip(EXTRAS[format_])
    target = tmp_path / f"answer.{format_}"
    assert main(["recommend", CASE, "--format", format_, "-o", str(target)]) == 0
    assert main(["recommend", CASE, "--format", format_]) == 0
    data = target.read_bytes()
    assert data.startswith(BEGINS[format_])
    assert capsysbinary.readouterr().out == data


def test_a_pdf_comes_on_the_paper_and_in_the_language_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    target = tmp_path / "answer.pdf"
    assert main(["recommend", CASE, "--format", "pdf", "--paper", "letter", "--language", "de", "-o", str(target)]) == 0
    reader = pypdf.PdfReader(io.BytesIO(target.read_bytes()))
    assert round(float(reader.pages[0].mediabox.width)) == 612
    assert reader.trailer["/Root"]["/Lang"] == "de"


def test_without_the_extra_the_command_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for format_, package in EXTRAS.items():
        monkeypatch.setitem(sys.modules, package, None)
        target = tmp_path / f"answer.{format_}"
        assert main(["recommend", CASE, "--format", format_, "-o", str(target)]) == 2
        assert f"pip install 'concordant[{format_}]'" in capsys.readouterr().err
        assert not target.exists()


def test_markdown_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", CASE, "--format", "md"]) == 0
    out = capsys.readouterr().out
    assert "\n# " in out and out.endswith("\n") and not out.endswith("\n\n")
