"""From an answer to its page: what is said, in which order, with references numbered as they appear."""

from __future__ import annotations

import datetime as dt

from concordant.answer.schema import Answer, Reference
from concordant.model.knowledge import Knowledge
from concordant.present.language import Language, load_language
from concordant.present.page.document import Document, PageReference, Shape
from concordant.present.page.first_screen import make_first_screen, make_screen_lines
from concordant.present.page.numbering import renumber_references
from concordant.present.page.sections import build_sections
from concordant.present.sentences import Sentences


def build_document(answer: Answer, code: str = "en", whose: str = "", knowledge: Knowledge | None = None) -> Document:
    """The page of an answer in a language (`en`, `de`). `whose` names the file or id on every sheet; `-` is standard input.

    The texts of the answer are told in the language as far as the knowledge has them in it; the rest is marked as a quotation.
    Raises Uncited for a statement without a source.
    """
    words = load_language(code, knowledge)
    answer = words.tell_answer(answer)
    sentences = Sentences(answer, words)
    top = make_first_screen(sentences)
    return renumber_references(
        Document(
            language=code,
            shape=_choose_shape(answer),
            title=words.say("title", name=answer.name) if answer.name else words.say("title.unnamed"),
            over=_make_overline(answer, words),
            verdict=top.verdict,
            first=make_screen_lines(top, sentences),
            sections=build_sections(sentences),
            references_title=words.say("part.references"),
            references=tuple(_make_reference(reference, words) for reference in answer.references),
            footer=_make_footer(answer, words),
            words={**words.page_words, "day": _format_as_of(answer, words)},
            as_of=dt.date.fromisoformat(answer.as_of),
            whose=words.say("standard_input") if whose == "-" else whose,
        )
    )


def _choose_shape(answer: Answer) -> Shape:
    match answer.answer:
        case "out_of_scope":
            return "refusal"
        case "needs_data":
            return "question"
        case _ if not answer.options:
            return "no regimen"
        case _:
            return "continue" if answer.options[0].role == "continue" else "recommendation"


def _make_overline(answer: Answer, words: Language) -> str:
    guidelines = words.join_with_and([f"{g.title} {g.version}" for g in answer.guidelines if g.speaks])
    return " · ".join(filter(None, (answer.headline, _format_as_of(answer, words), guidelines or words.say("over.no_guideline"))))


def _format_as_of(answer: Answer, words: Language) -> str:
    return words.say("over.as_of", day=words.format_day(answer.as_of))


def _make_reference(reference: Reference, words: Language) -> PageReference:
    citation = reference.citation
    if reference.known_from and reference.checked != "choice":
        citation = words.say("reference.known_from", citation=citation, day=words.format_day(reference.known_from))
    return PageReference(reference.n, citation, words.say(f"checked.{reference.checked}"), reference.checked, reference.short)


def _make_footer(answer: Answer, words: Language) -> tuple[str, ...]:
    lines = (words.say("foot.told"), f"{words.say('foot.supports')} {words.say('foot.knowledge', digest=answer.knowledge)}")
    return tuple(filter(None, lines))
