"""The page as a whole: what every shipped case says in every language, and the words that it never says."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from concordant.answer.model import Answer
from concordant.answer.recommend import recommend
from concordant.compiled import Knowledge
from concordant.complaints import ConcordantError
from concordant.library import FOLDER
from concordant.present.document import CITATION, Document, Points, Section
from concordant.present.language import LANGUAGES, language
from concordant.present.note import LINES, WIDTH, render_note
from concordant.present.numbering import texts
from concordant.present.page import page
from concordant.present.sentences import Uncited
from concordant.present.terminal import render
from concordant.record.casefile import read_case
from concordant.record.vocabulary import Words
from concordant.texts import read_file, read_text
from tests.conftest import AS_OF

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
def answers(knowledge: Knowledge, words: Words) -> dict[str, Answer]:
    """The answer of every shipped case that is answered."""
    found = {}
    for path in sorted((FOLDER / "cases").rglob("*.yaml")):
        try:
            record = read_case(read_file(path), knowledge, words, AS_OF)
        except ConcordantError:
            continue
        found[path.stem] = recommend(record, knowledge)
    return found


def said(document: Document) -> Iterator[str]:
    """Every sentence that a reader meets, the references left out."""
    yield from texts(document)
    yield from (point.lead for section in document.sections for block in section.blocks if isinstance(block, Points)
                for point in block.points)  # fmt: skip
    yield from (section.title for section in document.sections)


def dangers(text: str) -> list[str]:
    return [name for name, pattern in DANGEROUS.items() if re.search(pattern, text, re.I)]


def test_the_catalogues_say_the_same_things() -> None:
    catalogues = {code: language(code).phrases for code in LANGUAGES}
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
        document = page(answer, code)
        assert document.verdict and document.first, name
        assert all(section.blocks for section in document.sections), name


def test_references_are_numbered_as_they_appear(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        document = page(answer)
        met = [int(found[1]) for text in texts(document) for found in CITATION.finditer(text)]
        first = list(dict.fromkeys(met))
        assert first == list(range(1, len(first) + 1)), name
        assert [one.n for one in document.references] == first, name


def test_a_statement_without_a_source_is_a_fault(answers: dict[str, Answer]) -> None:
    answer = answers["A03-exactly-twelve-months"]
    bare = msgspec.structs.replace(answer.options[0].dose[0], refs=[], basis_refs=[], pack_refs=[])
    option = msgspec.structs.replace(answer.options[0], dose=[bare])
    with pytest.raises(Uncited):
        page(msgspec.structs.replace(answer, options=[option, *answer.options[1:]]))


def test_no_page_holds_a_dangerous_word(answers: dict[str, Answer]) -> None:
    found = {f"{name}: {danger}: {text}" for name, answer in answers.items() for text in said(page(answer))
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
            told = page(answer).verdict
            for allowed in ("No preferred regimen", "Instead of the preferred regimen"):
                told = told.replace(allowed, "")
            assert "preferred" not in told.lower(), name


def test_no_dose_stands_beside_an_unmet_check(answers: dict[str, Answer]) -> None:
    unmet = [n for n, a in answers.items() if a.answer == "recommends" and any(c.state == "unmet" for c in a.checks)]
    assert unmet
    for name in unmet:
        document = page(answers[name])
        assert not re.search(r"\d mg", document.verdict), name
        assert "Dose" not in dict(document.first), name


# -- the terminal and the note ---------------------------------------------------------------------

# what a first-time reader has to find within twelve lines: the regimen, its dose, who says so, the first missing check
FOUND_AT_ONCE = {
    "A03": ("Trastuzumab deruxtecan", "389 mg at 72 kg", "ASCO 2022", "liver tests"),
    "A25": ("Trastuzumab deruxtecan", "5.4 mg/kg IV every 3 weeks", "ASCO 2022", "liver tests"),
    "A08": ("trastuzumab emtansine", "3.6 mg/kg IV every 3 weeks", "ASCO 2022", "missing:"),
    "A20": ("Trastuzumab + pertuzumab + docetaxel", "docetaxel 75 mg/m²", "ASCO 2022", "missing:"),
    "A04": ("Trastuzumab + pertuzumab + docetaxel", "pertuzumab 840 mg", "ASCO 2022", "only after: hepatitis B tests"),
    "A02": ("Trastuzumab deruxtecan", "5.4 mg/kg", "ASCO 2022", "missing:"),
    "C09": ("Trastuzumab deruxtecan", "5.4 mg/kg", "ASCO 2022", "missing:"),
    "V01": ("Trastuzumab + pertuzumab + docetaxel", "docetaxel 75 mg/m²", "ASCO 2022", "LVEF"),
    "P01": ("Cannot decide", "12 months or less", "ASCO 2022", "LVEF"),
    "A12": ("Trastuzumab deruxtecan", "5.4 mg/kg", "ASCO 2022", "missing:"),
}


@pytest.mark.parametrize("case", FOUND_AT_ONCE)
def test_a_first_time_reader_finds_it_within_twelve_lines(case: str, answers: dict[str, Answer]) -> None:
    answer = next(answer for name, answer in answers.items() if name.startswith(f"{case}-"))
    lines = render(answer, colour=False, width=100, full=False).splitlines()[:12]
    told = " ".join(" ".join(lines).split())
    assert [words for words in FOUND_AT_ONCE[case] if words not in told] == [], told


@pytest.mark.parametrize("width", [60, 72, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int, answers: dict[str, Answer]) -> None:
    for name, answer in list(answers.items())[::9]:
        for code in LANGUAGES:
            lines = render(answer, colour=False, width=width, language=code).splitlines()
            assert max(map(len, lines)) <= width, name


def test_colour_is_left_out_when_it_is_not_wanted(answers: dict[str, Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answers["A03-exactly-twelve-months"]
    assert "\x1b[" in render(answer, colour=True, width=100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in render(answer, colour=True, width=100)


def test_a_note_has_ten_lines_at_the_most(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        lines = render_note(page(answer)).splitlines()
        assert 4 <= len(lines) <= LINES, name
        assert max(map(len, lines)) <= WIDTH, name
        assert lines[-1].startswith("Supports a clinician's judgement"), name


def test_a_note_leaves_out_nothing_that_must_not_be_missed(answers: dict[str, Answer]) -> None:
    loud = 0
    for name, answer in answers.items():
        document = page(answer)
        note = render_note(document)
        titles = [title for title, _ in document.first if title in document.loud]
        loud += len(titles)
        assert [title for title in titles if f"\n{title}: " not in note] == [], name
    assert loud > 10


def test_the_sources_of_a_note_are_those_that_it_names(answers: dict[str, Answer]) -> None:
    note = render_note(page(answers["A03-exactly-twelve-months"])).splitlines()
    assert "References: [1] Giordano" in note[-2]


def test_words_of_a_record_are_no_reference(knowledge: Knowledge, words: Words) -> None:
    text = "as_of: 2023-01-01\ntreatments: [{drugs: ['trial drug [1: 2.0]'], setting: advanced}]\n"
    document = page(recommend(read_case(read_text(text, "case.yaml"), knowledge, words, AS_OF), knowledge))
    told = " ".join(texts(document))
    assert "trial drug (1: 2.0)" in told and "trial drug [" not in told


def test_a_folded_part_is_named_and_shown_only_on_demand(answers: dict[str, Answer]) -> None:
    answer = answers["A03-exactly-twelve-months"]
    short, full = (render(answer, colour=False, width=100, full=full) for full in (False, True))
    assert "Folded away; --full shows it." in short and "Folded away" not in full
    assert len(full) > len(short)


# -- other languages -------------------------------------------------------------------------------


def test_german_says_numbers_dates_and_schedules_its_own_way(answers: dict[str, Answer]) -> None:
    document = page(answers["A03-exactly-twelve-months"], "de")
    assert "Trastuzumab deruxtecan 5,4 mg/kg i.v. alle 3 Wochen, 389 mg bei 72 kg" in document.verdict
    assert "24. Okt. 2022" in document.over
    assert dict(document.first)["Wie sicher"].startswith("Bevorzugt. Empfehlung: Strong, Evidenz: moderate")


def test_a_language_changes_no_medicine(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        english, german = page(answer, "en"), page(answer, "de")
        assert [s.id for s in english.sections] == [s.id for s in german.sections], name
        assert [r.n for r in english.references] == [r.n for r in german.references], name
        assert [_size(s) for s in english.sections] == [_size(s) for s in german.sections], name
    assert _size(replace(english.sections[0], blocks=())) != _size(english.sections[0])


def _size(section: Section) -> list[int]:
    return [len(block.points) if isinstance(block, Points) else 1 for block in section.blocks]
