"""The German page: nothing English that is not marked, and nothing that says other than the English."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from concordant.answer.schema import Answer
from concordant.model.features import Feature
from concordant.present.html.page import render_html
from concordant.present.language import Language, load_language
from concordant.present.language.answer_told import CITATIONS, PUBLISHED, TEXTS, TYPED, tell_answer
from concordant.present.language.quoting import CITED, FUNCTION_WORDS, GERMAN_TOO, QUOTED, show_quotations
from concordant.present.language.telling import Teller
from concordant.present.markdown import render_markdown
from concordant.present.note import render_note
from concordant.present.page.document import CITATION, Document
from tests.shipped import answer_to, case, failing_answers, in_chunks, page_of, shipped_knowledge

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
UNIT = re.compile(r"\d ?-?(mg/m2|mg/kg|mg/dL|mL/min|mg|mL|kg|cm|%|xULN|10\*9/L|g/dL)")
ENGLISH = FUNCTION_WORDS - GERMAN_TOO
# What the knowledge says to a person, by the record that it stands in; all else are keys, names and places.
SAID = {
    "Action": ("says",),
    "AmbiguousReply": ("says",),
    "Analysis": ("name", "cut"),
    "Axiom": ("because",),
    "Check": ("label", "unmet"),
    "Component": ("note",),
    "Criterion": ("says",),
    "Danger": ("says", "do"),
    "Disagreement": ("says",),
    "DoseAdjustment": ("says", "no_amount"),
    "DoseLevels": ("note",),
    "DoseModification": ("toxicity", "finding", "do"),
    "EligibilityCriterion": ("says",),
    "Estimate": ("assessed_by", "endpoint", "note", "effect", "unit"),
    "Feature": ("label", "short", "question", "help", "phrases", "values", "unit"),
    "Grade": ("note",),
    "GrewElsewhere": ("open_because",),
    "Guideline": ("title", "short_title"),
    "HazardRatio": ("of",),
    "Indication": ("says",),
    "InferenceRule": ("says",),
    "LabelRemark": ("says",),
    "NamedDefault": ("says",),
    "NewerEvent": ("says", "short"),
    "Regimen": ("name", "label_note"),
    "ReportTopic": ("name",),
    "Restriction": ("says",),
    "ScopeLimit": ("because", "short", "instead"),
    "SilenceRule": ("because",),
    "Statement": ("title", "says", "derived_because"),
    "Transition": ("says",),
    "TransitionVariant": ("says",),
    "Trial": ("population", "caveat", "n", "arms", "name"),
    "Version": ("notice", "review_rule"),
    "WaitRule": ("says", "held", "overruled"),
}


def german() -> Language:
    return load_language("de", shipped_knowledge())


def teller() -> Teller:
    found = german().teller
    assert found is not None
    return found


def said_by(part: object) -> Iterator[str]:
    """Every text of the knowledge that a person may be shown."""
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            value = getattr(part, name)
            if name in SAID.get(type(part).__name__, ()):
                yield from (value,) if isinstance(value, str) else value.values() if isinstance(value, dict) else value
            else:
                yield from said_by(value)
    elif isinstance(part, tuple | list):
        for one in part:
            yield from said_by(one)
    elif isinstance(part, dict):
        yield from said_by(tuple(part.values()))


def test_every_text_of_the_knowledge_is_told_in_german() -> None:
    """What stands here lacks: write it in `knowledge/languages/de/`."""
    texts = {text.replace("{regimen}", "trastuzumab") for text in said_by(shipped_knowledge()) if text}
    assert sorted(text for text in texts if teller().lacks(text) and teller().lacks(text.replace("_", " "))) == []
    assert len(texts) > 2000


def test_a_text_without_german_is_seen() -> None:
    assert teller().lacks("Give the drug with the food of the day.")
    assert german().tell("Give the drug.") == f"{QUOTED[0]}Give the drug{QUOTED[1]}."


# -- the page --------------------------------------------------------------------------------------


def outside_of_english(page: str) -> str:
    """The words of a page that stand in no element whose language is English."""
    shown = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    out: list[str] = []
    open_: list[bool] = []
    for piece in re.split(r"(<[^>]+>)", shown):
        tag = re.fullmatch(r"<(/?)(\w+)([^>]*)>", piece)
        if tag is None:
            out += [] if any(open_) else [piece]
        elif tag[1]:
            open_.pop()
        elif not piece.endswith("/>") and tag[2] not in ("meta", "br"):
            open_.append('lang="en"' in tag[3])
    return html.unescape(" ".join(out))


def english_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\b[^\W\d_]+\b", text) if word.lower() in ENGLISH]


def pages(law: Callable[[Answer, Document], object]) -> Callable[[Path], None]:
    def hold(path: Path) -> None:
        answer = answer_to(path)
        assert answer is not None
        law(answer, page_of(path, "de"))

    return hold


@in_chunks
def test_no_english_word_is_unmarked_on_the_page(chunk: int) -> None:
    def law(_: Answer, page: Document) -> None:
        assert english_words(outside_of_english(render_html(page))) == []

    assert failing_answers(pages(law), chunk, "German pages") == {}


def test_the_measure_sees_what_is_unmarked_and_what_is_marked() -> None:
    shown = '<html lang="de"><p>the dose <span lang="en">of <b>the</b> drug</span></p></html>'
    assert english_words(outside_of_english(shown)) == ["the"]


def plain(answer: Answer, text: str) -> str:
    """A plain format without its quotations, the places of its citations, its list of sources and the patient's name."""
    text = " ".join(text.split()).partition(" ## Quellen ")[0]
    text = re.sub(r"\[[^\]]*\](?:\([^)]*\))?", "", text.replace("\\", ""))
    return re.sub("„[^“]*“", "", text.replace(answer.name, ""))


@in_chunks
def test_no_english_word_is_unmarked_in_the_plain_formats(chunk: int) -> None:
    def law(answer: Answer, page: Document) -> None:
        for render in (render_markdown, render_note):
            assert english_words(plain(answer, render(page))) == []

    assert failing_answers(pages(law), chunk, "German pages") == {}


@in_chunks
def test_the_first_screen_is_german_but_for_grades_and_words_of_the_record(chunk: int) -> None:
    published = {"strong", "moderate", "weak", "high", "intermediate", "low", "insufficient"}

    def law(answer: Answer, page: Document) -> None:
        typed = {*answer.unknown_drugs, *(item.name for item in answer.not_read)}
        texts = (page.verdict, *(line.text for line in page.first))
        quoted = {one for text in texts for one in re.findall(f"{QUOTED[0]}([^{QUOTED[1]}]*)|„([^“]*)“", CITATION.sub("", text))}
        words = {one[0] or one[1] for one in quoted}
        assert {word for word in words if word not in published and not any(name in word for name in typed)} == set()

    assert failing_answers(pages(law), chunk, "German pages") == {}


# -- the German says what the English says ---------------------------------------------------------


def count_numbers(text: str) -> Counter[str]:
    return Counter(number.replace(",", ".") for number in NUMBER.findall(text))


def count_drugs(text: str) -> Counter[str]:
    names = {name for drug in shipped_knowledge().drugs if (name := drug.name.lower()) in text.lower()}
    found = ((name, len(re.findall(rf"(?<![\w-]){re.escape(name)}(?!\w)", text.lower()))) for name in names)
    return +Counter(dict(found))


@pytest.mark.parametrize("count", [count_numbers, count_drugs, lambda text: Counter(UNIT.findall(text))])
def test_numbers_units_and_drugs_are_those_of_the_english(count: Callable[[str], Counter[str]]) -> None:
    texts = shipped_knowledge().told["de"].texts
    assert [(one.says, one.told) for one in texts if count(one.says) != count(one.told.replace("95-%-KI", "95 % CI"))] == []


@in_chunks
def test_an_answer_keeps_its_numbers_and_drugs(chunk: int) -> None:
    """Of each text of an answer, names and values filled in."""

    def law(answer: Answer, _: Document) -> None:
        told: dict[str, str] = {}
        tell_answer(answer, lambda text: told.setdefault(text, show_quotations(teller().tell(text))))
        for count in (count_numbers, count_drugs):
            assert [pair for pair in told.items() if count(pair[0]) != count(pair[1])] == []

    assert failing_answers(pages(law), chunk, "German pages") == {}


def test_each_place_of_a_sentence_is_filled_in_german() -> None:
    from concordant.present.language.said_de import SENTENCES
    from concordant.present.language.telling import SLOT

    told = {**SENTENCES, **{one.says: one.told for one in shipped_knowledge().told["de"].texts}}
    lost = {says: words for says, words in told.items() if not set(SLOT.findall(words)) <= set(SLOT.findall(says))}
    dropped = {says: words for says, words in told.items() if set(SLOT.findall(says)) - set(SLOT.findall(words))}
    assert (lost, dropped) == ({}, {})


NEGATED = re.compile(r"\b(?:no|not|never|none|neither|nor|without|cannot|nothing)\b", re.I)
NEGATED_IN_GERMAN = re.compile(
    r"\b(?:kein\w*|nicht\w*|nie|ohne|weder|mangels|außerhalb|erstmals|nachdem|Ausschluss|solange|unabhängig\w*|Pause|zuerst|"
    r"ausscheiden|letzte|einarmig\w*|fehlen)\b",
    re.I,
)


def test_a_negation_stays_one() -> None:
    texts = shipped_knowledge().told["de"].texts
    assert [one.says for one in texts if NEGATED.search(one.says) and not NEGATED_IN_GERMAN.search(one.told)] == []


# -- what a form asks for --------------------------------------------------------------------------


def test_a_form_gets_the_german_of_a_feature() -> None:
    features: dict[str, Feature] = {feature.name: feature for feature in shipped_knowledge().features}
    status, tell = features["brain_metastases"], german().tell
    assert tell(status.label) == "Hirnmetastasen"
    assert tell(status.question) == "Gibt es Hirnmetastasen, und sind sie stabil oder aktiv?"
    assert [tell(word) for word in status.values] == ["keine", "stabil", "aktiv"]
    assert load_language("en", shipped_knowledge()).tell(status.label) == status.label


# -- marks -----------------------------------------------------------------------------------------


def test_marks_are_shown_as_quotation_marks_where_there_is_no_language() -> None:
    assert show_quotations(f"{QUOTED[0]}strong{QUOTED[1]} {CITED[0]}ASCO{CITED[1]}") == "„strong“ ASCO"


def test_a_page_quotes_the_grades_and_cites_the_works_in_their_language() -> None:
    page = render_html(page_of(case("A03"), "de"))
    assert '„<span lang="en">strong</span>“' in page
    assert '<span lang="en">Giordano SH, et al.' in page
    assert "hat noch kein Arzt geprüft" in page
    assert 'lang="en"' not in render_html(page_of(case("A03"), "en")).replace('<html lang="en">', "")


def test_every_field_of_an_answer_that_is_told_is_there() -> None:
    parts: dict[str, set[str]] = {}

    def collect(kind: type[msgspec.Struct]) -> None:
        parts[kind.__name__] = set(kind.__struct_fields__)
        for own in msgspec.structs.fields(kind):
            for inner in re.findall(r"\b\w+\b", str(own.type)):
                found = known.get(inner)
                if found is not None and found.__name__ not in parts:
                    collect(found)

    from concordant.answer import parts as small
    from concordant.answer import schema

    known = {n: k for m in (small, schema) for n, k in vars(m).items() if isinstance(k, type) and issubclass(k, msgspec.Struct)}
    collect(Answer)
    named = {kind: set(names) for table in (TEXTS, PUBLISHED, CITATIONS, TYPED) for kind, names in table.items()}
    assert {kind: names - parts.get(kind, set()) for kind, names in named.items() if names - parts.get(kind, set())} == {}
