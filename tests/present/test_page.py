"""The page as a whole: what every shipped case says in every language, and the words that it never says."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from concordant.answer.engine import answer_record
from concordant.answer.schema import Answer, DangerShown
from concordant.model.knowledge import Knowledge
from concordant.present.language import LANGUAGES, load_language
from concordant.present.language.quoting import show_quotations_of
from concordant.present.note import render_note
from concordant.present.page.document import CITATION, Document, PointList, Section
from concordant.present.page.first_screen import COLUMNS
from concordant.present.page.numbering import iter_texts
from concordant.present.page.page import build_document
from concordant.present.page.verdict import LONGEST_VERDICT
from concordant.present.sentences import Uncited
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_text
from tests.conftest import AS_OF
from tests.shares import share_of
from tests.shipped import CASES, answer_to, case, chunk_of, failing, failing_answers, in_chunks, page_of

# Words that a tired reader takes for more than is meant; what a source says of a trial's population is not ours to change.
DANGEROUS = {
    "contraindicated": r"\bcontraindicated\b",
    "resistance": r"\bresistance\b",
    "safe": r"\bsafe(?:ly)?\b",
    "no adjustment needed": r"no (?:dose )?adjustment (?:is )?(?:needed|necessary|required)",
    "no brain metastases": r"\bno brain metastas[ei]s\b",
    "failed therapy": r"\bfailed (?:on )?(?:therapy|treatment|the drug)\b",
    "shortened conjugate": r"\bT-?D(?:Xd|M1)\b|(?<!/)\bderuxtecan instead\b",
    "must be given": r"\b(?:always give|guaranteed|cures?|proven to work)\b",
    "our own words": r"\b(?:needs_data|does_not_apply|precluded|applies_if|out_of_scope|case feature)\b",
}


def answer_of(path: Path) -> Answer:
    """The answer of a shipped case that is answered."""
    answer = answer_to(path)
    assert answer is not None
    return answer


def answered(name: str) -> Answer:
    """The same, by the number of the case."""
    return answer_of(case(name))


def said(document: Document) -> Iterator[str]:
    """Every sentence that a reader meets, the references left out."""
    yield from iter_texts(document)
    yield from (point.lead for section in document.sections for block in section.blocks if isinstance(block, PointList)
                for point in block.points)  # fmt: skip
    yield from (section.title for section in document.sections)


def dangers(text: str) -> list[str]:
    return [name for name, pattern in DANGEROUS.items() if re.search(pattern, text, re.I)]


def test_the_catalogues_say_the_same_things() -> None:
    catalogues = {code: load_language(code).phrases for code in LANGUAGES}
    english = catalogues.pop("en")
    for code, phrases in catalogues.items():
        assert not english.keys() - phrases.keys(), code
        extra = {key.split(".")[0] for key in phrases.keys() - english.keys()}
        assert extra <= {"unit", "route", "schedule"}, "only words of the knowledge may be added"
        for key, phrase in english.items():
            assert fields(phrase) == fields(phrases[key]), f"{code} {key}"


def fields(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


@in_chunks
def test_every_case_has_a_page_whose_statements_are_cited(chunk: int) -> None:
    def law(path: Path) -> None:
        for document in (page_of(path, code) for code in LANGUAGES):
            assert document.verdict and document.first
            assert all(section.blocks for section in document.sections)

    assert failing_answers(law, chunk, "German pages") == {}


@in_chunks
def test_references_are_numbered_as_they_appear(chunk: int) -> None:
    def law(path: Path) -> None:
        met = [int(found[1]) for text in iter_texts(page_of(path)) for found in CITATION.finditer(text)]
        first = list(dict.fromkeys(met))
        assert first == list(range(1, len(first) + 1))
        assert [one.n for one in page_of(path).references] == first

    assert failing_answers(law, chunk) == {}


def test_a_statement_without_a_source_is_a_fault() -> None:
    answer = answered("A03")
    bare = msgspec.structs.replace(answer.options[0].dose[0], refs=[], basis_refs=[], pack_refs=[])
    option = msgspec.structs.replace(answer.options[0], dose=[bare])
    with pytest.raises(Uncited):
        build_document(msgspec.structs.replace(answer, options=[option, *answer.options[1:]]))


@in_chunks
def test_no_page_holds_a_dangerous_word(chunk: int) -> None:
    def law(path: Path) -> None:
        assert {f"{danger}: {text}" for text in said(page_of(path)) for danger in dangers(text)} == set()

    assert failing_answers(law, chunk) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Tucatinib is contraindicated.",
        "The patient failed therapy.",
        "T-DXd 5.4 mg/kg",
        "It is safe to go on.",
        "There are no brain metastases.",
        "No dose adjustment is needed.",
        "Early relapse shows resistance.",
    ],
)
def test_a_planted_dangerous_word_is_found(text: str) -> None:
    assert dangers(text)


@in_chunks
def test_nothing_is_called_preferred_where_the_guideline_has_no_preference(chunk: int) -> None:
    def law(path: Path) -> None:
        if not any(o.role == "preferred" for o in answer_of(path).options):
            told = page_of(path).verdict
            for allowed in ("No regimen is preferred", "Instead of the preferred regimen"):
                told = told.replace(allowed, "")
            assert "preferred" not in told.lower()

    assert failing_answers(law, chunk) == {}


@in_chunks
def test_what_holds_the_first_dose_back_is_never_free_to_be_given(chunk: int) -> None:
    """No amount stands in the verdict, and the regimen that leads is one to be checked first."""
    held = []

    def law(path: Path) -> None:
        answer = answer_of(path)
        if not answer.held_until:
            return
        document = page_of(path)
        held.append(path)
        assert not re.search(r"\d mg\b(?!/dL)", document.verdict), document.verdict
        assert "Dose" not in {line.title for line in document.first}
        if answer.answer == "recommends" and answer.options:
            first = next((o for o in answer.options if o.role == "preferred"), answer.options[0])
            assert first.status == "applies_if_checked"

    assert failing_answers(law, chunk) == {}
    assert len(held) > 3


@in_chunks
def test_a_verdict_is_short_enough_for_a_card(chunk: int) -> None:
    def law(path: Path) -> None:
        for verdict in (page_of(path, code).verdict for code in LANGUAGES):
            assert len(verdict) <= LONGEST_VERDICT and "[" not in verdict, verdict

    assert failing_answers(law, chunk, "German pages") == {}


def is_shown(danger: DangerShown, told: str) -> bool:
    """Whether every entry that shows the danger is named; two dangers may be shown by one entry."""
    return bool(danger.shown_by) and all(part in told for part in danger.shown_by.split("; "))


@in_chunks
def test_every_danger_and_every_unread_entry_stands_on_every_first_screen(chunk: int) -> None:
    """In the terminal, the note and the page, whatever the answer is."""

    def tells(path: Path) -> bool:
        answer = answer_to(path) if chunk_of(path.stem) == chunk else None
        return answer is not None and bool(answer.dangers or answer.not_read)

    def law(path: Path) -> None:
        answer = answer_of(path)
        for screen in (render_terminal(answer, colour=False, width=100, full=False), render_note(page_of(path))):
            told = " ".join(screen.split())
            missing = [d.says for d in answer.dangers if d.says.rstrip(".") not in told and not is_shown(d, told)]
            assert missing + [one.name for one in answer.not_read if one.name not in told] == []

    telling = share_of("terminal pages", filter(tells, CASES))
    assert telling and failing(law, telling) == {}


@in_chunks
def test_the_first_screen_of_a_terminal_has_24_lines(chunk: int) -> None:
    """Unless dangers alone need more; then nothing else that gives way is left."""

    def law(path: Path) -> None:
        answer = answer_of(path)
        assert len(render_terminal(answer, colour=False, width=COLUMNS, full=False).splitlines()) <= 24

    assert failing_answers(law, chunk, "terminal pages") == {}


# -- the terminal and the note ---------------------------------------------------------------------

# what a first-time reader has to find on the first screen: the regimen, its dose, who says so, what is missing
FOUND_AT_ONCE = {
    "A03": ("Trastuzumab deruxtecan 389 mg IV every 3 weeks", "5.4 mg/kg", "ASCO 2022", "liver tests", "Boundary"),
    "A25": ("Trastuzumab deruxtecan", "5.4 mg/kg IV every 3 weeks", "ASCO 2022", "liver tests"),
    "A08": ("rastuzumab emtansine", "3.6 mg/kg", "ASCO 2022", "Missing"),
    "A20": ("Trastuzumab + pertuzumab + docetaxel", "docetaxel 75 mg/m²", "ASCO 2022"),
    "A04": ("Trastuzumab + pertuzumab + docetaxel", "ASCO 2022"),
    "A02": ("Trastuzumab deruxtecan", "ASCO 2022"),
    "P01": ("Cannot decide", "12 months or less", "ASCO 2022", "LVEF"),
}


@pytest.mark.parametrize("name", FOUND_AT_ONCE)
def test_a_first_time_reader_finds_it_on_the_first_screen(name: str) -> None:
    told = " ".join(render_terminal(answered(name), colour=False, width=80, full=False).split())
    assert [words for words in FOUND_AT_ONCE[name] if words not in told] == [], told


WIDTHS = (60, 72, 80, 100, 140, 200)


@in_chunks
def test_no_line_is_wider_than_the_terminal(chunk: int) -> None:
    """Each page at one width, so that every width meets pages of every kind."""
    widths = dict(zip(share_of("terminal pages", CASES), itertools.cycle(itertools.product(WIDTHS, LANGUAGES)), strict=False))

    def law(path: Path) -> None:
        width, code = widths[path]
        text = render_terminal(answer_of(path), colour=False, width=width, language=code)
        assert max(map(len, text.splitlines())) <= width

    assert failing_answers(law, chunk, "terminal pages") == {}


def test_colour_is_left_out_when_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answered("A03")
    assert "\x1b[" in render_terminal(answer, colour=True, width=100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in render_terminal(answer, colour=True, width=100)


@in_chunks
def test_a_note_has_whole_sentences_and_names_its_sources(chunk: int) -> None:
    def law(path: Path) -> None:
        note = render_note(page_of(path))
        lines = note.splitlines()
        assert 4 <= len(lines) <= 24
        assert all(line[-1] in ".?!" for line in lines)
        assert "..." not in note and "…" not in note and "see below" not in note
        assert not re.search(r"\[\d+(?::|\])", note)
        assert lines[-1].startswith("Supports a clinician's judgement")

    assert failing_answers(law, chunk) == {}
    assert "[ASCO 2022 2.1]" in render_note(build_document(answered("A03")))


def test_words_of_a_record_are_no_reference(knowledge: Knowledge, words: Words) -> None:
    text = "as_of: 2023-01-01\ntreatments: [{drugs: ['trial drug [1: 2.0]'], setting: advanced}]\n"
    document = build_document(answer_record(read_case(read_text(text, "case.yaml"), knowledge, words, AS_OF), knowledge))
    told = " ".join(iter_texts(document))
    assert "trial drug (1: 2.0)" in told and "trial drug [" not in told


def test_everything_behind_the_first_screen_is_shown_on_demand() -> None:
    answer = answered("A03")
    short, full = (render_terminal(answer, colour=False, width=100, full=full) for full in (False, True))
    assert "More: --full" in short and "More: --full" not in full
    assert "References" in full and "References" not in short


# -- other languages -------------------------------------------------------------------------------


def test_german_says_numbers_dates_and_schedules_its_own_way() -> None:
    document = show_quotations_of(page_of(case("A03"), "de"))
    assert "Trastuzumab deruxtecan 389 mg i.v. alle 3 Wochen (5,4 mg/kg, 72 kg" in document.verdict
    assert "24. Okt. 2022" in document.over
    sure = next(line.text for line in document.first if line.title == "Wie sicher")
    assert sure.startswith("Zweitlinie · Bevorzugt · Empfehlung: „strong“, Evidenz: „moderate“")


@in_chunks
def test_a_language_changes_no_medicine(chunk: int) -> None:
    def law(path: Path) -> None:
        english, german = page_of(path, "en"), page_of(path, "de")
        assert [s.id for s in english.sections] == [s.id for s in german.sections]
        assert [r.n for r in english.references] == [r.n for r in german.references]
        assert [_size(s) for s in english.sections] == [_size(s) for s in german.sections]

    assert failing_answers(law, chunk, "German pages") == {}


def test_a_section_that_lost_a_block_would_be_seen() -> None:
    section = page_of(case("A03")).sections[0]
    assert _size(replace(section, blocks=())) != _size(section)


def _size(section: Section) -> list[int]:
    return [len(block.points) if isinstance(block, PointList) else 1 for block in section.blocks]
