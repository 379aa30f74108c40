"""All that is told in German beside the page of an answer: pictures, reasons, accounts, notes, checked answers, the form.

No English word stands there unmarked: in HTML it says its language, elsewhere it is in quotation marks.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from concordant.api import Engine, Patient
from concordant.api.auditing import Audit, audit_answer
from concordant.api.recommendation import Recommendation
from concordant.cli.commands import app
from concordant.errors import ConcordantError
from concordant.library import FOLDER
from concordant.present.audit.formats import AuditFormat
from concordant.present.language import Language, load_language
from concordant.present.language.quoting import show_quotations_of
from concordant.present.marked.note import mark_note
from concordant.present.marked.render import render_note
from concordant.present.page.account_table import render_account, show_account
from concordant.present.pathway.graph import Paper
from concordant.record.sources.opening import SourceContent
from tests.present.test_german import english_words, outside_of_english
from tests.record.notes.texts import load_texts
from tests.shipped import CASES, case, failing, failing_answers, in_chunks, record_of, shipped_knowledge
from tests.web.form import build, fields_of, html_of

HERE = Path(__file__).parents[1]
DAY = dt.date(2024, 6, 1)
ANSWERS = [*sorted((HERE / "audit").glob("*.jsonl")), HERE / "audit" / "seed-answer.txt"]
FHIR = sorted((HERE / "data" / "fhir").glob("*.json"))
SOURCE = re.compile(r'<div class="source".*?</div>', re.DOTALL)
PASTE = re.compile(r'<textarea name="paste".*?</textarea>', re.DOTALL)
KEY = re.compile(r"\b[\w-]+/[\w.-]+|\b[\w-]+\.yaml|\b\w*_\w+|<- .*")  # numbers of statements, files and their keys, places


@cache
def engine() -> Engine:
    return Engine(shipped_knowledge())


@cache
def german() -> Language:
    return load_language("de", shipped_knowledge())


def unmarked(text: str) -> list[str]:
    """English words outside of quotations, of places in brackets and of keys."""
    joined = " ".join(KEY.sub("", line) for line in text.splitlines())
    for publisher in {guideline.publisher for guideline in shipped_knowledge().guidelines}:
        joined = joined.replace(publisher, "")
    return english_words(re.sub(r"„[^“]*“|\[[^\]]*\]|#91;.*?#93;", "", " ".join(joined.split())))


def unmarked_on_a_page(html: str) -> list[str]:
    return unmarked(outside_of_english(re.sub(r"<input[^>]*>|<option[^>]*>[^<]*</option>", "", html)))


def answered(path: Path) -> Recommendation:
    record = record_of(path)
    assert record is not None
    return engine().recommend(record)


# -- an answer's pictures and reasons ----------------------------------------------------------------


@in_chunks
@pytest.mark.parametrize("size", ["a4", "a2"])
def test_the_picture_of_a_patient(size: Paper, chunk: int) -> None:
    def law(path: Path) -> None:
        assert unmarked(str(answered(path).draw("mermaid", language="de", size=size))) == []

    assert failing_answers(law, chunk, "German pages") == {}


def test_the_picture_of_the_guideline() -> None:
    from concordant.api import draw

    text = str(draw(format="mermaid", language="de", size="a2", knowledge=shipped_knowledge()))
    assert unmarked(text) == []
    assert "Für: " in text


@in_chunks
def test_the_reasons(chunk: int) -> None:
    def law(path: Path) -> None:
        assert unmarked(answered(path).explain(language="de", width=72)) == []

    assert failing_answers(law, chunk, "German pages") == {}


@pytest.mark.parametrize("width", [20, 40, 110, 300])
def test_the_reasons_at_other_widths(width: int) -> None:
    found = answered(case("A25"))
    assert unmarked(found.explain(language="de", width=width)) == []


@in_chunks
def test_the_whole_trees(chunk: int) -> None:
    def law(path: Path) -> None:
        assert unmarked(answered(path).explain(language="de", whole=True)) == []

    assert failing_answers(law, chunk, "pictures of the guideline") == {}


def test_a_note_says_that_nobody_has_checked_the_german() -> None:
    found = answered(CASES[0])
    assert "hat noch kein Arzt geprüft" in str(found.render("note", language="de"))
    assert "hat noch kein Arzt" not in str(found.render("note"))


# -- what was read -----------------------------------------------------------------------------------


def sources() -> Iterator[Patient]:
    """Every kind of source: case files, notes, FHIR."""
    for path in CASES[::9]:
        yield from read(path)
    for path in FHIR:
        yield from read(path)
    for id_, text in load_texts().items():
        yield from read(SourceContent(text.encode(), f"{id_}.txt"))


def read(source: Path | SourceContent) -> list[Patient]:
    try:
        return [patient for patient in engine().read(source, today=DAY) if not patient.failure]
    except ConcordantError:
        return []


def test_the_account_of_every_source() -> None:
    seen = 0
    for patient in sources():
        text = render_account(show_account(patient), german())
        head, *rows = text.splitlines()
        seen += len(rows)
        assert unmarked("\n".join(row.split("  ", 1)[-1] for row in rows)) == [], head
    assert seen > 500


def test_the_marked_text_of_a_note() -> None:
    """But for the text itself."""
    for id_, text in load_texts().items():
        for patient in read(SourceContent(text.encode(), "note.txt")):
            if patient.note is None:
                continue
            marked = show_quotations_of(mark_note(patient.note.readings, shipped_knowledge(), "note.txt", german()))
            rows = (part for group in marked.groups for row in group.rows for part in (row.words, row.told))
            heads = (part for group in marked.groups for part in (group.title, group.lead))
            told = "\n".join((marked.title, marked.summary, marked.over, *marked.words.values(), *heads, *rows))
            assert unmarked(told) == [], id_
            page = render_note(patient.note, shipped_knowledge(), "html", language="de")
            assert unmarked_on_a_page(SOURCE.sub("", page)) == [], id_


@pytest.mark.parametrize("width", [40, 80, 130])
def test_a_note_has_a_german_head_at_every_width(width: int) -> None:
    (patient,) = read(SourceContent(load_texts()["question"].encode(), "note.txt"))
    assert patient.note is not None
    lines = render_note(patient.note, shipped_knowledge(), "terminal", width=width, language="de").splitlines()
    assert lines[0].startswith("Was in note.txt gelesen wurde: ")
    assert "Gelesen" in lines


# -- the interview -----------------------------------------------------------------------------------


def talk(arguments: list[str], typed: str) -> str:
    done = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["ask", *arguments, "--language", "de"], input=typed)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("story", sorted((FOLDER / "stories").glob("*.yaml")), ids=lambda path: path.stem[:3])
@pytest.mark.parametrize("typed", ["?\nd\n" * 9, "?\nja\n1\nquatsch\n" * 9, "2\nb\nnein\nj\n" * 9])
def test_an_interview(story: Path, typed: str) -> None:
    assert unmarked(talk([str(story)], typed)) == []


def test_an_interview_from_nothing_may_be_answered_in_german() -> None:
    said = talk(["--as-of", "2022-09-20"], "metastasiert\n3+\nweiß nicht\nzurück\nrezidiviert\nja\n8,5 bis 11\nnein\nende\n")
    for told in (
        "✓ Ausbreitung der Erkrankung: metastasiert",
        "Zurückgenommen",
        "8,5 bis 11 Monate",
        "trastuzumab deruxtecan erhalten: nein",
    ):
        assert told in said
    assert unmarked(said) == []


# -- a checked answer --------------------------------------------------------------------------------


@cache
def audits() -> list[Audit]:
    texts = []
    for path in ANSWERS:
        if path.suffix == ".txt":
            texts.append(path.read_text(encoding="utf-8"))
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            texts.append("\n".join(claim["text"] for claim in json.loads(line)["claims"]))
    return [audit_answer(engine(), text, None, dt.date(2026, 11, 1), None) for text in texts]


@pytest.mark.parametrize("format_", ["terminal", "md", "html"])
def test_a_checked_answer(format_: AuditFormat) -> None:
    """But for the answer itself and the works that it is held against."""
    for audit in audits():
        shown = audit.render(format_, language="de")
        if format_ == "html":
            assert unmarked_on_a_page(shown) == []
            continue
        own = {" ".join(line.split()) for line in audit.report.text.splitlines()}
        told = " ".join(_leave_out(shown, own))
        assert unmarked(told) == [], told


def _leave_out(shown: str, own: set[str]) -> Iterator[str]:
    """All but the lines of the answer and the list of works; of a terminal also their pieces, which are wrapped there."""
    answer = " ".join(own)
    for line in re.split(r"\n(?=## Quellen|\n\[1\])", shown)[0].splitlines():
        plain = re.sub(r" ?\**\(\d+\)\**", "", line.replace("\\", "")).strip()
        if plain and plain not in answer:
            yield line


def test_every_text_that_an_audit_may_tell_is_told() -> None:
    teller = german().teller
    assert teller is not None
    told = {text for audit in audits() for one in audit.report.findings for text in (one.right, *one.facts) if text}
    assert sorted(text for text in told if teller.lacks(text)) == []
    assert len(told) > 150


# -- the form ----------------------------------------------------------------------------------------


def shown_in_german(upload: str | bytes) -> str:
    page = build({"lang": ["de"]}, upload)
    return html_of(page)


def by_name(path: Path) -> str:
    return path.read_text(encoding="utf-8")


PASTED: dict[str, Callable[[], list[str]]] = {
    "case files": lambda: [by_name(path) for path in CASES[::30]],
    "FHIR": lambda: [by_name(path) for path in FHIR],
    "notes": lambda: list(load_texts().values())[::6],
    "rubbish": lambda: ["{", "a: [", "Hello there.", "<b>the</b> of", "\x00\x01", "id,age\n1,the\n"],
}


@pytest.mark.parametrize("kind", PASTED)
def test_the_form_with_what_was_pasted(kind: str) -> None:
    def law(text: str) -> None:
        assert unmarked_on_a_page(PASTE.sub("", SOURCE.sub("", shown_in_german(text)))) == []

    assert failing(law, PASTED[kind]()) == {}


def test_the_language_may_change_after_a_record_was_read() -> None:
    page = build({}, by_name(CASES[0]))
    assert "used" in page.account
    assert "verwendet" in build({**fields_of(page), "lang": ["de"]}).account
