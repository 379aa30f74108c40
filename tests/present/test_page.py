"""The page as a whole: what every shipped case says in every language, and the words that it never says."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from concordant.answer.engine import answer_record
from concordant.answer.schema import Answer, DangerShown
from concordant.model.knowledge import Knowledge
from concordant.present.language import LANGUAGES, load_language
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
from tests.shipped import CASES, answer_to

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


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    """The answer of every shipped case that is answered."""
    return {path.stem: answer for path in CASES if (answer := answer_to(path)) is not None}


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


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_case_has_a_page_whose_statements_are_cited(code: str, answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        document = build_document(answer, code)
        assert document.verdict and document.first, name
        assert all(section.blocks for section in document.sections), name


def test_references_are_numbered_as_they_appear(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        document = build_document(answer)
        met = [int(found[1]) for text in iter_texts(document) for found in CITATION.finditer(text)]
        first = list(dict.fromkeys(met))
        assert first == list(range(1, len(first) + 1)), name
        assert [one.n for one in document.references] == first, name


def test_a_statement_without_a_source_is_a_fault(answers: dict[str, Answer]) -> None:
    answer = answers["A03-exactly-twelve-months"]
    bare = msgspec.structs.replace(answer.options[0].dose[0], refs=[], basis_refs=[], pack_refs=[])
    option = msgspec.structs.replace(answer.options[0], dose=[bare])
    with pytest.raises(Uncited):
        build_document(msgspec.structs.replace(answer, options=[option, *answer.options[1:]]))


def test_no_page_holds_a_dangerous_word(answers: dict[str, Answer]) -> None:
    found = {f"{name}: {danger}: {text}" for name, answer in answers.items() for text in said(build_document(answer))
             for danger in dangers(text)}  # fmt: skip
    assert found == set()


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


def test_nothing_is_called_preferred_where_the_guideline_has_no_preference(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        if not any(o.role == "preferred" for o in answer.options):
            told = build_document(answer).verdict
            for allowed in ("No regimen is preferred", "Instead of the preferred regimen"):
                told = told.replace(allowed, "")
            assert "preferred" not in told.lower(), name


def test_no_amount_stands_in_the_verdict_while_something_holds_the_first_dose_back(answers: dict[str, Answer]) -> None:
    held = [name for name, answer in answers.items() if answer.held_until]
    assert len(held) > 10
    for name in held:
        document = build_document(answers[name])
        assert not re.search(r"\d mg\b(?!/dL)", document.verdict), (name, document.verdict)
        assert "Dose" not in {line.title for line in document.first}, name


def test_what_holds_the_first_dose_back_is_never_free_to_be_given(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        if answer.held_until and answer.answer == "recommends" and answer.options:
            first = next((o for o in answer.options if o.role == "preferred"), answer.options[0])
            assert first.status == "applies_if_checked", name


def test_a_verdict_is_short_enough_for_a_card(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        for code in LANGUAGES:
            verdict = build_document(answer, code).verdict
            assert len(verdict) <= LONGEST_VERDICT and "[" not in verdict, (name, verdict)


def is_shown(danger: DangerShown, told: str) -> bool:
    """Whether every entry that shows the danger is named; two dangers may be shown by one entry."""
    return bool(danger.shown_by) and all(part in told for part in danger.shown_by.split("; "))


def test_every_danger_and_every_unread_entry_stands_on_every_first_screen(answers: dict[str, Answer]) -> None:
    """In the terminal, the note and the page, whatever the answer is."""
    met = 0
    for name, answer in answers.items():
        document = build_document(answer)
        screens = (render_terminal(answer, colour=False, width=100, full=False), render_note(document))
        for screen in screens:
            told = " ".join(screen.split())
            missing = [d.says for d in answer.dangers if d.says.rstrip(".") not in told and not is_shown(d, told)]
            missing += [one.name for one in answer.not_read if one.name not in told]
            assert missing == [], (name, missing)
        met += len(answer.dangers) + len(answer.not_read)
    assert met > 50


def test_the_first_screen_of_a_terminal_has_24_lines(answers: dict[str, Answer]) -> None:
    """Unless dangers alone need more; then nothing else that gives way is left."""
    over = {}
    for name, answer in answers.items():
        lines = render_terminal(answer, colour=False, width=COLUMNS, full=False).splitlines()
        if len(lines) > 24:
            over[name] = len(lines)
    assert over == {}


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


@pytest.mark.parametrize("case", FOUND_AT_ONCE)
def test_a_first_time_reader_finds_it_on_the_first_screen(case: str, answers: dict[str, Answer]) -> None:
    answer = next(answer for name, answer in answers.items() if name.startswith(f"{case}-"))
    told = " ".join(render_terminal(answer, colour=False, width=80, full=False).split())
    assert [words for words in FOUND_AT_ONCE[case] if words not in told] == [], told


@pytest.mark.parametrize("width", [60, 72, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int, answers: dict[str, Answer]) -> None:
    for name, answer in list(answers.items())[::9]:
        for code in LANGUAGES:
            lines = render_terminal(answer, colour=False, width=width, language=code).splitlines()
            assert max(map(len, lines)) <= width, name


def test_colour_is_left_out_when_it_is_not_wanted(answers: dict[str, Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answers["A03-exactly-twelve-months"]
    assert "\x1b[" in render_terminal(answer, colour=True, width=100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in render_terminal(answer, colour=True, width=100)


def test_a_note_has_whole_sentences_and_names_its_sources(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        note = render_note(build_document(answer))
        lines = note.splitlines()
        assert 4 <= len(lines) <= 24, name
        assert all(line[-1] in ".?!" for line in lines), name
        assert "..." not in note and "…" not in note and "see below" not in note, name
        assert not re.search(r"\[\d+(?::|\])", note), name
        assert lines[-1].startswith("Supports a clinician's judgement"), name
    assert "[ASCO 2022 2.1]" in render_note(build_document(answers["A03-exactly-twelve-months"]))


def test_words_of_a_record_are_no_reference(knowledge: Knowledge, words: Words) -> None:
    text = "as_of: 2023-01-01\ntreatments: [{drugs: ['trial drug [1: 2.0]'], setting: advanced}]\n"
    document = build_document(answer_record(read_case(read_text(text, "case.yaml"), knowledge, words, AS_OF), knowledge))
    told = " ".join(iter_texts(document))
    assert "trial drug (1: 2.0)" in told and "trial drug [" not in told


def test_everything_behind_the_first_screen_is_shown_on_demand(answers: dict[str, Answer]) -> None:
    answer = answers["A03-exactly-twelve-months"]
    short, full = (render_terminal(answer, colour=False, width=100, full=full) for full in (False, True))
    assert "More: --full" in short and "More: --full" not in full
    assert "References" in full and "References" not in short


# -- other languages -------------------------------------------------------------------------------


def test_german_says_numbers_dates_and_schedules_its_own_way(answers: dict[str, Answer]) -> None:
    document = build_document(answers["A03-exactly-twelve-months"], "de")
    assert "Trastuzumab deruxtecan 389 mg i.v. alle 3 Wochen (5,4 mg/kg, 72 kg" in document.verdict
    assert "24. Okt. 2022" in document.over
    sure = next(line.text for line in document.first if line.title == "Wie sicher")
    assert sure.startswith("Zweitlinie · Bevorzugt · Empfehlung: Strong, Evidenz: moderate")


def test_a_language_changes_no_medicine(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        english, german = build_document(answer, "en"), build_document(answer, "de")
        assert [s.id for s in english.sections] == [s.id for s in german.sections], name
        assert [r.n for r in english.references] == [r.n for r in german.references], name
        assert [_size(s) for s in english.sections] == [_size(s) for s in german.sections], name
    assert _size(replace(english.sections[0], blocks=())) != _size(english.sections[0])


def _size(section: Section) -> list[int]:
    return [len(block.points) if isinstance(block, PointList) else 1 for block in section.blocks]
