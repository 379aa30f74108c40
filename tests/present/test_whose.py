"""Whose an answer is stands on every page and sheet, and nowhere in the JSON."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from concordant.cli.main import main
from concordant.cli.opening import make_sheet_label
from concordant.present.html.markup import quote_css
from tests.present.pages import FOLDER

NAME = "ward 3 [1] & 4.yaml"
DAY = "24 Oct 2022"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "private" / NAME
    path.parent.mkdir()
    shutil.copy(next(FOLDER.glob("A03-*.yaml")), path)
    return path


def _answer(case: Path, format_: str, *more: str) -> bytes:
    target = case.parent / "answer"
    assert main(["recommend", str(case), "--format", format_, "-o", str(target), *more]) == 0
    return target.read_bytes()


def _first_line(text: str) -> str:
    return text.splitlines()[0]


TEXTS: dict[str, Callable[[str], str]] = {
    "terminal": _first_line,
    "note": _first_line,
    "md": lambda text: _first_line(text).replace("\\", ""),
    "html": lambda text: re.search(r'<p class="whose">([^<]*)</p>', text)[1].replace("&amp;", "&"),  # type: ignore[index]
}


@pytest.mark.parametrize("format_", TEXTS)
def test_it_leads(format_: str, case: Path) -> None:
    text = _answer(case, format_).decode()
    assert NAME in TEXTS[format_](text)
    assert DAY in "\n".join(text.splitlines()[:2]) or format_ == "html"
    assert "private" not in text


def test_the_printed_margin_of_the_page_has_it_with_the_day(case: Path) -> None:
    html = _answer(case, "html").decode()
    assert quote_css(f"{NAME} · as of {DAY}")[1:-1] in html


def test_every_sheet_of_the_pdf_has_it(case: Path) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    sheets = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(_answer(case, "pdf"))).pages]
    assert len(sheets) > 1
    for sheet in sheets:
        assert f"{NAME} · " in sheet and DAY in sheet
        assert "private" not in sheet


def test_the_foot_of_the_letter_has_it(case: Path) -> None:
    docx = pytest.importorskip("docx")
    foot = docx.Document(io.BytesIO(_answer(case, "docx"))).sections[0].footer.paragraphs[0].text
    assert foot.startswith(f"{NAME} · ") and DAY in foot


def test_the_json_never_has_it(case: Path) -> None:
    assert b"ward 3" not in _answer(case, "json")


@pytest.mark.parametrize(
    ("source", "id_", "told"),
    [
        ("/home/somebody/a.yaml", "", "a.yaml"),
        ("export.ndjson", "4711", "4711"),
        ("-", "", "-"),
        ("-", "4711", "4711"),
        ("", "", ""),
        ("folder/sub/", "", "sub"),
        ("postgresql://user:secret@host/cdm?sslmode=require", "", "cdm"),
        ("postgresql://user:secret@host", "", ""),
        ("a\x1b[31m.yaml", "", "a?[31m.yaml"),
    ],
)
def test_only_a_name_never_a_path_or_an_address(source: str, id_: str, told: str) -> None:
    assert make_sheet_label(source, id_) == told


@pytest.mark.parametrize(("language", "told"), [("en", "standard input"), ("de", "Standardeingabe")])
def test_standard_input_is_told_in_the_language_of_the_page(
    language: str, told: str, case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(case.read_bytes())))
    assert main(["recommend", "-", "--format", "note", "--language", language]) == 0
    assert capsys.readouterr().out.startswith(f"{told}.\n")
