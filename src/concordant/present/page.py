"""From an answer to its page: what is said, in which order, with references numbered as they appear."""

from __future__ import annotations

import datetime as dt

from concordant.answer.model import Answer, Reference
from concordant.present.document import Document, Shape, Source
from concordant.present.first_screen import first_screen, lines_of
from concordant.present.language import Language, language
from concordant.present.numbering import renumbered
from concordant.present.sections import sections
from concordant.present.sentences import Sentences


def page(answer: Answer, code: str = "en", whose: str = "") -> Document:
    """The page of an answer in a language (`en`, `de`). `whose` names the file or id on every sheet; `-` is standard input.

    Raises Uncited for a statement without a source.
    """
    words = language(code)
    told = Sentences(answer, words)
    top = first_screen(told)
    return renumbered(
        Document(
            language=code,
            shape=_shape(answer),
            title=words.say("title", name=answer.name) if answer.name else words.say("title.unnamed"),
            over=_over(answer, words),
            verdict=top.verdict,
            first=lines_of(top, told),
            sections=sections(told),
            references_title=words.say("part.references"),
            references=tuple(_source(one, words) for one in answer.references),
            footer=_footer(answer, words),
            words=_words(answer, words),
            as_of=dt.date.fromisoformat(answer.as_of),
            whose=words.say("standard_input") if whose == "-" else whose,
        )
    )


def _shape(answer: Answer) -> Shape:
    match answer.answer:
        case "out_of_scope":
            return "refusal"
        case "needs_data":
            return "question"
        case _ if not answer.options:
            return "no regimen"
        case _:
            return "continue" if answer.options[0].role == "continue" else "recommendation"


def _over(answer: Answer, words: Language) -> str:
    guidelines = words.all_of([f"{g.title} {g.version}" for g in answer.guidelines if g.speaks])
    return " · ".join(filter(None, (answer.headline, _day(answer, words), guidelines or words.say("over.no_guideline"))))


def _words(answer: Answer, words: Language) -> dict[str, str]:
    own = {key.removeprefix("word."): text for key, text in words.phrases.items() if key.startswith("word.")}
    return {**own, "day": _day(answer, words)}


def _day(answer: Answer, words: Language) -> str:
    return words.say("over.as_of", day=words.day(answer.as_of))


def _source(one: Reference, words: Language) -> Source:
    citation = one.citation
    if one.known_from and one.checked != "choice":
        citation = words.say("reference.known_from", citation=citation, day=words.day(one.known_from))
    return Source(one.n, citation, words.say(f"checked.{one.checked}"), one.checked, one.short)


def _footer(answer: Answer, words: Language) -> tuple[str, ...]:
    return (f"{words.say('foot.supports')} {words.say('foot.knowledge', digest=answer.knowledge)}",)
