"""All statements of a guideline in tables, one a clinical question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from concordant.answer.references import References
from concordant.decide.ruleset import GuidelineInForce, Ruleset
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from concordant.model.signing import compute_statement_digest
from concordant.present.described.parts import PartBuilder
from concordant.present.described.phrases import FOOT
from concordant.present.described.statement import describe_rating, make_page_words, tell_advice
from concordant.present.language import load_language
from concordant.present.page.document import Document, ScreenLine, Section, Table

COLUMNS = ("number", "statement", "advises", "how sure", "source read", "signed")


def build_overview(knowledge: Knowledge, frame: Ruleset, force: GuidelineInForce, day: dt.date) -> Document:
    """The table of a guideline version, by clinical question; a derived statement stands with the one it is derived from."""
    language = load_language("en")
    features = {feature.name: feature for feature in knowledge.features}
    names = {drug.id: drug.name for drug in knowledge.drugs}
    parts = PartBuilder(frame, features, names, language, References({}))
    own = [one for one in frame.statements if one.guideline == force.guideline.id]
    signers = {one.id: _list_signers(one, knowledge) for one in own}
    signed = sum(map(bool, signers.values()))
    return Document(
        language="en",
        shape="recommendation",
        title=f"{force.guideline.short_title} {force.version.version}: all statements",
        over=f"{force.guideline.publisher} · in force on {language.format_day(day.isoformat())}",
        verdict=f"{force.guideline.short_title} {force.version.version}: {len(own)} statements",
        first=(
            ScreenLine("Signed", f"{signed} of {len(own)} as they stand", "" if signed == len(own) else "missing"),
            ScreenLine("Rights", force.guideline.rights),
        ),
        sections=tuple(_iter_sections(parts, own, signers)),
        references_title=language.say("part.references"),
        references=(),
        footer=(FOOT, f"Knowledge {knowledge.digest[:12]}."),
        words=make_page_words(language, force.guideline, force.version.version),
    )


def _iter_sections(
    parts: PartBuilder, statements: Sequence[Statement], signers: Mapping[str, Sequence[str]]
) -> Iterator[Section]:
    ordered = sorted(statements, key=_rank_number)
    for question, group in groupby(ordered, key=_find_question):
        some = list(group)
        rows = tuple(_make_row(parts, one, signers[one.id]) for one in some)
        yield Section(f"question-{question}", f"{question}. {some[0].title}", (Table(COLUMNS, rows),))


def _rank_number(statement: Statement) -> tuple[int, str, bool, str]:
    question = _find_question(statement)
    return (int(question) if question.isdigit() else 10**6, question, bool(statement.parent), statement.number)


def _find_question(statement: Statement) -> str:
    """The first part of its number: `2.1` belongs to clinical question 2."""
    number = statement.sources[0].at if statement.parent and statement.sources else statement.number
    return number.split(".")[0]


def _make_row(parts: PartBuilder, statement: Statement, signers: Sequence[str]) -> tuple[str, ...]:
    mark = statement.sources[0].checked if statement.sources else ""
    return (
        statement.number,
        statement.says,
        tell_advice(parts, statement) if statement.recommend else "",
        describe_rating(statement),
        mark,
        ", ".join(signers) or "no",
    )


def _list_signers(statement: Statement, knowledge: Knowledge) -> list[str]:
    """Who has signed the statement as it stands."""
    if not statement.reviewed_by:
        return []
    digest = compute_statement_digest(statement, knowledge)
    return [one.name for one in statement.reviewed_by if one.digest == digest]
