"""No medicine outside knowledge/: no drug, brand, class, gene or code in any text file of the program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import concordant
from concordant.model.knowledge import Knowledge

SOURCE = Path(concordant.__file__).parent
SHORT = 4  # shorter brand or abbreviation words would hit ordinary English


def forbidden(knowledge: Knowledge) -> re.Pattern[str]:
    words = set(knowledge.vocabulary.genes) | set(knowledge.classes) | set(knowledge.classes.values())
    words -= {"any_drug", "any drug"}
    for drug in knowledge.drugs:
        words |= {drug.id, drug.name, *drug.synonyms, *drug.brands, *(code.code for code in drug.codes)}
    for term in (*knowledge.vocabulary.conditions, *knowledge.vocabulary.medications):
        words |= {code.code for code in term.codes}
    words |= {medication.name for medication in knowledge.vocabulary.medications}
    return re.compile(rf"(?<![a-z0-9]){any_of({w.lower() for w in words if len(w) >= SHORT})}(?![a-z0-9])", re.I)


def any_of(words: Iterable[str], depth: int = 3) -> str:
    """A pattern of all the words, a blank in them being any of three signs; by their first letters, which is much faster."""
    beginnings: dict[str, set[str]] = {}
    for word in words:
        beginnings.setdefault(word[:1], set()).add(word[1:])
    if depth == 0:
        return f"(?:{'|'.join(spell(word) for word in sorted(words, key=len, reverse=True))})"
    longer = [f"{spell(first)}{any_of(rest, depth - 1)}" for first, rest in sorted(beginnings.items()) if first]
    return f"(?:{'|'.join([*longer, *([''] if '' in beginnings else [])])})"


def spell(word: str) -> str:
    return re.escape(word).replace("\\ ", "[ _-]")


def text_files(root: Path) -> list[Path]:
    found = []
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and parts[0] != "knowledge" and "__pycache__" not in parts and b"\0" not in path.read_bytes():
            found.append(path)
    return found


def hits(root: Path, pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {match[0]}"
        for path in text_files(root)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def test_the_program_names_no_drug_gene_class_or_code(knowledge: Knowledge) -> None:
    assert hits(SOURCE, forbidden(knowledge)) == []


PLANTED = {
    "module.py": 'IF = "received_trastuzumab"',
    "page.html.j2": "<p>Give Enhertu</p>",
    "style.css": "/* taxane */",
    "script.js": "const gene = 'HER2';",
    "notes.txt": "RxNorm 2267574",
    "data.json": '{"class": "antibody-drug conjugate"}',
    "run.sh": "echo T-DXd",
    "comment.py": "x = 1  # for her2_lines",
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_word_is_found_in_each_kind_of_file(name: str, knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / name).write_text(PLANTED[name], encoding="utf-8")
    assert hits(tmp_path, forbidden(knowledge))


def test_what_lies_under_knowledge_is_not_looked_at(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "drug.yaml").write_text("id: trastuzumab", encoding="utf-8")
    assert hits(tmp_path, forbidden(knowledge)) == []
