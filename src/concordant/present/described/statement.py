"""One statement as a page: what it says, for whom, how strongly, on what it rests, and where it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.answer.phrases import make_grade_shown
from concordant.answer.references import References
from concordant.decide.boundaries import Boundary
from concordant.decide.ruleset import Ruleset
from concordant.model.guideline import Guideline, Statement
from concordant.model.knowledge import Knowledge
from concordant.model.signing import compute_statement_digest
from concordant.present.described.parts import PartBuilder
from concordant.present.described.phrases import (
    ADVISES_NOTHING,
    FOOT,
    LAPSED,
    NO_STORY,
    SIGNED,
    STORY,
    UNSIGNED,
)
from concordant.present.language import Language, load_language
from concordant.present.page.document import (
    Block,
    Document,
    PageReference,
    Paragraph,
    Point,
    PointList,
    ScreenLine,
    Section,
    Table,
)
from concordant.present.page.numbering import renumber_references


@dataclass(frozen=True, slots=True)
class Example:
    """A patient to whom the statement applies: the name of the story, and at which values of each fact the statement turns."""

    story: str
    boundaries: Sequence[tuple[Boundary, ...]]


def build_statement_page(knowledge: Knowledge, frame: Ruleset, statement: Statement, example: Example | None) -> Document:
    """Everything of a statement that is in force; without an example it has no boundaries."""
    parts = make_parts(knowledge, frame)
    first = tuple(_iter_first_lines(parts, statement, knowledge))
    sections = tuple(_iter_sections(parts, statement, example))
    return wrap_page(knowledge, parts, statement, first, sections)


def make_parts(knowledge: Knowledge, frame: Ruleset) -> PartBuilder:
    """What makes the parts of one page, its references counted from one."""
    features = {feature.name: feature for feature in knowledge.features}
    names = {drug.id: drug.name for drug in knowledge.drugs}
    return PartBuilder(frame, features, names, load_language("en"), References({one.id: one for one in knowledge.sources}))


def wrap_page(
    knowledge: Knowledge, parts: PartBuilder, statement: Statement, first: Sequence[ScreenLine], sections: Sequence[Section]
) -> Document:
    """What was told of a statement as a page, with the sources that it names."""
    language = parts.language
    guideline = next(force.guideline for force in parts.frame.in_force if force.guideline.id == statement.guideline)
    return renumber_references(
        Document(
            language="en",
            shape="recommendation",
            title=f"{guideline.short_title} {statement.version}, statement {statement.number}",
            over=guideline.publisher,
            verdict=statement.title,
            first=tuple(first),
            sections=tuple(sections),
            references_title=language.say("part.references"),
            references=tuple(_list_references(parts.references, language.phrases)),
            footer=(FOOT, f"Knowledge {knowledge.digest[:12]}."),
            words=make_page_words(language, guideline, statement.version),
        )
    )


def make_page_words(language: Language, guideline: Guideline, version: str) -> dict[str, str]:
    """What a renderer adds of its own; each sheet names the guideline."""
    return {**language.page_words, "day": f"{guideline.short_title} {version}", "more": ""}


def _list_references(references: References, phrases: Mapping[str, str]) -> Iterator[PageReference]:
    for one in references.list_references():
        yield PageReference(one.n, one.citation, phrases[f"checked.{one.checked}"], one.checked, one.short)


def _iter_first_lines(parts: PartBuilder, statement: Statement, knowledge: Knowledge) -> Iterator[ScreenLine]:
    yield ScreenLine("Says", parts.cite(statement.says, *statement.sources))
    yield ScreenLine("Advises", tell_advice(parts, statement))
    yield ScreenLine("How sure", describe_rating(statement))
    yield ScreenLine("For whom", parts.describe(statement.applies_if))
    if statement.derived_because:
        yield ScreenLine("Derived", statement.derived_because)
    digest = compute_statement_digest(statement, knowledge)
    is_signed = any(one.digest == digest for one in statement.reviewed_by)
    yield ScreenLine("Signed", tell_signatures(statement, digest), "" if is_signed else "missing")


def tell_advice(parts: PartBuilder, statement: Statement) -> str:
    """Its regimens and the role that they have in it."""
    advised = statement.recommend
    if advised is None:
        return ADVISES_NOTHING
    names = [parts.name_regimen(name) for name in advised.regimens]
    if advised.direction == "against":
        return f"Against {parts.language.join_with_or(names)}" if names else "Against"
    return f"{parts.language.say(f'role.{advised.role}')}: {', or else '.join(names)}" if names else advised.role


def describe_rating(statement: Statement) -> str:
    """The publisher's words for its strength and its evidence, with the scale; that it has none, where it has none."""
    grade = make_grade_shown(statement.recommend.grade if statement.recommend else statement.grade)
    if grade is None:
        return "No rating of its own"
    if grade.strength is None or grade.evidence is None:
        return f"Rating not seen ({grade.scale} scale)"
    kind = f"; {grade.type}" if grade.type else ""
    note = f". {grade.grade_note}" if grade.grade_note else ""
    return f"{grade.strength} recommendation, {grade.evidence} evidence ({grade.scale} scale{kind}){note}"


def tell_signatures(statement: Statement, digest: str) -> str:
    """Who has signed it as it stands, who signed what has changed since; or that nobody has."""
    if not statement.reviewed_by:
        return UNSIGNED.format(digest=digest)
    told = [
        (SIGNED if one.digest == digest else LAPSED).format(name=one.name, day=one.date, digest=digest)
        for one in statement.reviewed_by
    ]
    return "; ".join(told)


def _iter_sections(parts: PartBuilder, statement: Statement, example: Example | None) -> Iterator[Section]:
    asked = sorted(parts.frame.reads[statement.id])
    proposals = [one for one in parts.frame.proposals if one.statement is statement]
    yield Section("applies", "It applies when all of this holds", (parts.list_conditions(statement.applies_if),))
    yield from _make_section("regimens", "Regimens and doses", parts.list_regimens(statement))
    yield from _make_section("bars", "What rules its regimens out", parts.list_bars(proposals, ("precludes",)))
    yield from _make_section("beside", "What is done beside", list_actions(parts, statement))
    yield Section(
        "boundaries", "Where it begins and ends, and what would change it", tuple(_iter_boundary_blocks(parts, example))
    )
    yield from _make_section("worked-out", "How what it asks is worked out", parts.list_worked_out(asked))
    settled = parts.list_bars(proposals, ("holds", "caution"))
    yield from _make_section("holds", "What is settled first, and what is told", settled, folded=True)
    yield from _make_section("silence", "What is asked of a record", parts.list_silence(asked), folded=True)


def _make_section(id_: str, title: str, block: Table | PointList, *, folded: bool = False) -> Iterator[Section]:
    """The section, unless there is nothing in it."""
    if block.rows if isinstance(block, Table) else block.points:
        yield Section(id_, title, (block,), folded)


def list_actions(parts: PartBuilder, statement: Statement) -> PointList:
    """What it says is done beside its regimens."""
    return PointList(tuple(Point(parts.cite(action.says, action.source)) for action in statement.actions))


def _iter_boundary_blocks(parts: PartBuilder, example: Example | None) -> Iterator[Block]:
    yield Paragraph(NO_STORY if example is None else STORY.format(story=example.story))
    if example is not None and example.boundaries:
        yield parts.list_boundaries(example.boundaries)
