"""Texts in other languages: compiled with the knowledge, each told once."""

from __future__ import annotations

from pathlib import Path

from concordant.author.build import build_knowledge
from concordant.library import FOLDER


def copy_with(folder: Path, text: str) -> Path:
    """The shipped knowledge without its German, and one file of it."""
    for path in FOLDER.rglob("*.yaml"):
        name = path.relative_to(FOLDER)
        if name.parts[0] not in ("languages", "cases", "stories", "tables"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(path.read_bytes())
    (folder / "languages" / "de").mkdir(parents=True)
    (folder / "languages" / "de" / "some.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_text_is_compiled_with_its_language(tmp_path: Path) -> None:
    built = build_knowledge(copy_with(tmp_path, 'texts:\n  - {says: "Sepsis.", told: "Blutvergiftung."}\nneutral: [HER2]\n'))
    assert built.knowledge is not None
    assert [(one.says, one.told) for one in built.knowledge.told["de"].texts] == [("Sepsis.", "Blutvergiftung.")]
    assert built.knowledge.told["de"].neutral == ("HER2",)


def test_a_text_that_is_told_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    twice = 'texts:\n  - {says: "Sepsis.", told: "Sepsis."}\n  - {says: "Sepsis.", told: "Blutvergiftung."}\n'
    built = build_knowledge(copy_with(tmp_path, twice))
    assert [str(complaint) for complaint in built.complaints] == [
        "languages/de/some.yaml:3: 'Sepsis.' is told twice. Keep one of the two"
    ]
