"""What a later room needs is a field: no room reads a sentence of the program back as data.

Cutting and searching texts is for what people typed, for layout, and for the few kinds that are listed here with their reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import concordant
from concordant.patient.events import BRAIN, EXTENTS
from tests.shipped import shipped_knowledge

SOURCE = Path(concordant.__file__).parent
ROOMS = ("answer", "decide", "derive", "readers", "present")
# What tells a text in another language: it is cut to be told again, and nothing is decided by it.
TOLD_AGAIN = [SOURCE / "present" / "language" / f"{name}.py" for name in ("answer_told", "quoting", "telling", "vocabulary")]
READ = [*(path for room in ROOMS for path in (SOURCE / room).rglob("*.py")), SOURCE / "cli" / "conversation.py"]
MODULES = sorted(path for path in READ if path not in TOLD_AGAIN)
CUTS = {"split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix", "startswith", "endswith"}
SEARCHES = {"compile", "fullmatch", "match", "search", "finditer", "findall", "sub"}
PROSE = {"says", "short", "label", "told", "shown_by", "because", "why", "brief", "basis", "entry", "citation"}

TYPED = "what a person typed, or the words of a record"
LAYOUT = "how a text is broken into lines, or what stays on one; nothing else is decided by it"
MARKUP = "the signs that a text is written with: citations, Markdown, a place holder"
KEYS = "the keys of a catalogue"
NUMBER = "the number of a statement, whose first part is the clinical question"
DIGITS = "the digits of a number"
TWICE = "whether a line would say the same words twice"
OTHER = "no text is cut: the method of another thing has this name"
LEFT = "still to become a field"

ALLOWED = {
    ("answer/phrases.py", "says.removesuffix"): LAYOUT,
    ("decide/ruleset.py", "wanted.startswith"): TYPED,
    ("cli/conversation.py", "self.say('ask.yes').split"): KEYS,
    ("cli/conversation.py", "self.say('ask.no').split"): KEYS,
    ("readers/facts_checks.py", "name.endswith"): TYPED,
    ("readers/facts_checks.py", "one.split"): TYPED,
    ("derive/unread.py", "item.name.lower().replace(',', ' ').split"): TYPED,
    ("present/described/weighing.py", "text.partition"): LAYOUT,
    ("present/page/document.py", "re.compile"): MARKUP,
    ("present/page/document.py", "CITATION.finditer"): MARKUP,
    ("present/page/document.py", "CITATION.sub"): MARKUP,
    ("present/audit/page.py", "told.startswith"): LAYOUT,
    ("present/marked/html.py", "text[segment.start:segment.end].replace('\\r\\n', '\\n').split"): TYPED,
    ("present/marked/markdown.py", "text[segment.start:segment.end].replace('\\r', '').split"): TYPED,
    ("present/marked/markdown.py", "written.rstrip('\\n').split"): LAYOUT,
    ("present/marked/terminal.py", "self.marked.text.rstrip('\\n').split"): TYPED,
    ("present/cards/text.py", "re.compile"): MARKUP,
    ("present/cards/text.py", "BARE_ADDRESS.sub"): MARKUP,
    ("present/cards/text.py", "make_printable(text).split"): LAYOUT,
    ("present/cards/text.py", "short.rpartition"): LAYOUT,
    ("present/cohort/boxes.py", "text.split"): LAYOUT,
    ("present/cohort/charts.py", "svg.partition"): MARKUP,
    ("present/cohort/pdf.py", "re.compile"): MARKUP,
    ("present/cohort/pdf.py", "WIDTH.search"): MARKUP,
    ("present/cohort/pdf.py", "_import_typst().compile"): OTHER,
    ("present/cohort/words.py", "re.compile"): LAYOUT,
    ("present/cohort/words.py", "NUMBER_PERCENT.sub"): LAYOUT,
    ("present/docx/file.py", "re.split"): MARKUP,
    ("present/docx/styles.py", "style.element.findall"): OTHER,
    ("present/fhir/frame.py", "make_printable(text).split"): LAYOUT,
    ("present/figures/data.py", "key.removeprefix"): KEYS,
    ("present/figures/data.py", "key.startswith"): KEYS,
    ("present/figures/data.py", "f'{figure:g}'.partition"): DIGITS,
    ("present/figures/text.py", "re.compile"): LAYOUT,
    ("present/figures/text.py", "PIECES.split"): LAYOUT,
    ("present/page/first_screen.py", "danger.shown_by.lower() not in danger.says.lower()"): TWICE,
    ("present/html/parts.py", "re.compile"): LAYOUT,
    ("present/html/parts.py", "AMOUNT.finditer"): LAYOUT,
    ("present/in_words.py", "text not in timeline.told"): TWICE,
    ("present/interview.py", "complaint.says.removeprefix"): LEFT,
    ("present/interview.py", "typed.split"): TYPED,
    ("present/interview.py", "re.compile"): TYPED,
    ("present/interview.py", "DECIMAL_COMMA.sub"): TYPED,
    ("present/interview.py", "one.startswith"): TYPED,
    ("present/markdown.py", "re.compile"): MARKUP,
    ("present/markdown.py", "ALWAYS.sub"): MARKUP,
    ("present/markdown.py", "BEGINS_A_BLOCK.match"): MARKUP,
    ("present/markdown.py", "make_printable(text).split"): LAYOUT,
    ("present/note.py", "line.split"): LAYOUT,
    ("present/page/numbering.py", "CITATION.finditer"): MARKUP,
    ("present/page/numbering.py", "CITATION.sub"): MARKUP,
    ("present/described/overview.py", "number.split"): NUMBER,
    ("present/language/__init__.py", "key.removeprefix"): KEYS,
    ("present/language/__init__.py", "key.startswith"): KEYS,
    ("present/language/__init__.py", "self.phrases[names].split"): KEYS,
    ("present/pdf/page.py", "typst.compile"): OTHER,
    ("present/pdf/data.py", "re.compile"): LAYOUT,
    ("present/pdf/data.py", "KEPT.split"): LAYOUT,
    ("present/page/sections.py", "n.removeprefix"): LEFT,
    ("present/pathway/mermaid.py", "make_printable(text).split"): LAYOUT,
    ("present/pathway/png.py", "typst.compile"): OTHER,
    ("present/figures/svg.py", "pieces[-1].removesuffix"): LAYOUT,
    ("present/figures/svg.py", "f'{value:.1f}'.removesuffix"): DIGITS,
    ("present/figures/svg.py", "text.split"): LAYOUT,
    ("present/styled.py", "re.compile"): LAYOUT,
    ("present/styled.py", "WORD.finditer"): LAYOUT,
    ("present/styled.py", "NARROW.fullmatch"): LAYOUT,
    ("present/widths.py", "cell.split"): LAYOUT,
}


def readings(path: Path) -> Iterator[str]:
    """Every place of a module where a text is cut or searched, or looked for in a sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CUTS | SEARCHES:
            yield ast.unparse(node.func)
        looks = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)
        if isinstance(node, ast.Compare) and looks and _is_prose(node.comparators[0]):
            yield ast.unparse(node)


def _is_prose(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("lower", "casefold", "strip"):
        node = node.func.value
    return isinstance(node, ast.Attribute) and node.attr in PROSE


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_sentence_is_read_back_as_data(path: Path) -> None:
    name = path.relative_to(SOURCE).as_posix()
    assert [place for place in readings(path) if (name, place) not in ALLOWED] == []


def test_what_is_allowed_is_still_there() -> None:
    found = {(path.relative_to(SOURCE).as_posix(), place) for path in MODULES for place in readings(path)}
    assert ALLOWED.keys() <= found


def test_the_words_of_events_are_those_of_the_dictionary() -> None:
    values = {feature.name: feature.values for feature in shipped_knowledge().features}
    assert values["disease_extent"] == EXTENTS
    assert values["brain_metastases"] == BRAIN


TYPED_ROOMS = ("logic", "patient", "readers", "derive", "decide", "answer")
TYPED_CORE = [path for room in TYPED_ROOMS for path in sorted((SOURCE / room).rglob("*.py"))]
UNTYPED = {"derive/selectors/registry.py"}  # one table for functions that each take their own selector


@pytest.mark.parametrize("path", TYPED_CORE, ids=lambda p: str(p.relative_to(SOURCE)))
def test_nothing_in_the_core_is_of_any_type(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "typing" for a in n.names}
    assert "Any" not in names or path.relative_to(SOURCE).as_posix() in UNTYPED
