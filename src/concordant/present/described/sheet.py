"""One statement on one page, for a committee to judge and to sign: the most important first, and what is longer named.

How much of each part is shown is fixed, so that every format shows the same; the full page (`statement`) has everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from concordant.decide.ruleset import Ruleset
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from concordant.model.signing import compute_statement_digest, list_worked_out
from concordant.present.described.dosing import tell_doses
from concordant.present.described.parts import PartBuilder
from concordant.present.described.phrases import CHECKED, GENERAL, LEFT, LEFT_OUT, MORE, NO_STORY, TURNS, WAYS
from concordant.present.described.statement import (
    Example,
    describe_rating,
    list_actions,
    make_parts,
    tell_advice,
    tell_signatures,
    wrap_page,
)
from concordant.present.described.turning import list_turns, rank_rows
from concordant.present.described.weighing import Reason, Weighed, weigh_bars
from concordant.present.page.document import Block, Document, Paragraph, Point, PointList, ScreenLine, Section, Table

MOST_TURNS = 10
FEWEST_BARS, MOST_BARS, ROOM, LINE = 10, 16, 22, 60  # bars that are shown: what the lines beside them leave of the room
LONGEST_NUMBER = 6  # a longer one is a name that no reader knows, and stands above the title only
MOST_SIGNS = 220  # of a list that is told in one paragraph
SIGNING = ("name", "day", "as it stands, or what is to be changed", "signature")


def build_statement_sheet(knowledge: Knowledge, frame: Ruleset, statement: Statement, example: Example | None) -> Document:
    """The page of a statement that is in force; without an example it has no boundaries."""
    parts = make_parts(knowledge, frame)
    first = tuple(_iter_first_lines(parts, statement))
    sections = tuple(_iter_sections(parts, statement, example, compute_statement_digest(statement, knowledge)))
    page = wrap_page(knowledge, parts, statement, first, sections)
    references = tuple(replace(one, checked=CHECKED[one.mark]) for one in page.references)
    number = f"{statement.number} · " if len(statement.number) <= LONGEST_NUMBER else ""
    return replace(page, verdict=f"{number}{statement.title}", references=references, layout="sheet")


def _iter_first_lines(parts: PartBuilder, statement: Statement) -> Iterator[ScreenLine]:
    yield ScreenLine("Says", parts.cite(statement.says, *statement.sources))
    yield ScreenLine("Advises", tell_advice(parts, statement))
    yield ScreenLine("How sure", describe_rating(statement))
    if statement.derived_because:
        yield ScreenLine("Derived", statement.derived_because)


def _iter_sections(parts: PartBuilder, statement: Statement, example: Example | None, digest: str) -> Iterator[Section]:
    proposals = [one for one in parts.frame.proposals if one.statement is statement]
    weighed = weigh_bars(parts.frame, proposals, parts.names)
    beside = tuple(_iter_beside(parts, statement))
    yield from beside
    yield from _make_section("bars", "What rules its regimens out", list(_iter_bars(parts, weighed, _count_bars(beside))))
    yield from _make_section("settled", "Before the first dose", list(_iter_settled(weighed)))
    if weighed.cautions:
        yield Section("told", "What is told", (Paragraph(_join_within(weighed.cautions)),))
    turns = rank_rows(example.boundaries if example else (), parts.frame.reads[statement.id])
    told = TURNS.format(story=example.story) if example else NO_STORY
    table = [list_turns(parts, turns[:MOST_TURNS])] if turns else []
    yield Section("boundaries", "Where it begins and ends, and what would change it", (Paragraph(told), *table))
    left = ", ".join(_iter_left(parts, statement, weighed, len(turns) - MOST_TURNS))
    yield Section("left", "Not on this page", (Paragraph(LEFT.format(id=statement.short_id, parts=left)),))
    yield Section("sign", "To sign", tuple(_iter_signing(statement, digest)))


def _iter_beside(parts: PartBuilder, statement: Statement) -> Iterator[Section]:
    """What stands beside the bars, in full."""
    yield from _make_section("applies", "For whom: all of this holds", parts.list_conditions(statement.applies_if).points)
    yield from _make_section("regimens", "Regimens and doses", _list_doses(parts, statement))
    yield from _make_section("beside", "What is done beside", list_actions(parts, statement).points)


def _count_bars(beside: Iterable[Section]) -> int:
    """How many bars there is room for, beside so many lines."""
    points = [point for section in beside for block in section.blocks if isinstance(block, PointList) for point in block.points]
    lines = sum(1 + len(point.lead + point.text) // LINE for point in points)
    return min(max(ROOM - lines, FEWEST_BARS), MOST_BARS)


def _make_section(id_: str, title: str, points: Sequence[Point]) -> Iterator[Section]:
    if points:
        yield Section(id_, title, (PointList(tuple(points)),))


def _list_doses(parts: PartBuilder, statement: Statement) -> list[Point]:
    named = statement.recommend.regimens if statement.recommend else ()
    regimens = [parts.frame.regimens[name] for name in named if name in parts.frame.regimens]
    return [Point(tell_doses(parts, regimen), lead=regimen.name) for regimen in regimens]


def _iter_bars(parts: PartBuilder, weighed: Weighed, most: int) -> Iterator[Point]:
    for reason in weighed.precluding[:most]:
        yield Point(parts.cite(reason.text, *reason.sources))
    if weighed.ways:
        yield Point(GENERAL.format(ways=parts.language.join_with_or([WAYS[kind] for kind in weighed.ways])))
    if (more := len(weighed.precluding) - most) > 0:
        yield Point(MORE.format(n=more))


def _iter_settled(weighed: Weighed) -> Iterator[Point]:
    for lead, reasons in (("Checked", weighed.checks), ("Settled", weighed.waits)):
        if reasons:
            yield Point(_join_within(reasons), lead=lead)


def _join_within(reasons: Sequence[Reason]) -> str:
    """As many as there is room for, and how many more there are."""
    texts = [reason.text for reason in reasons]
    shown = _count_within(texts)
    more = [MORE.format(n=len(texts) - shown)] if shown < len(texts) else []
    return "; ".join((*texts[:shown], *more))


def _count_within(texts: Sequence[str]) -> int:
    """How many of some texts there is room for."""
    return max(1, sum(sum(map(len, texts[: number + 1])) <= MOST_SIGNS for number in range(len(texts))))


def _iter_left(parts: PartBuilder, statement: Statement, weighed: Weighed, turns: int) -> Iterator[str]:
    """What the full page tells beyond this one, with how much of it there is."""
    asked = sorted(parts.frame.reads[statement.id])
    worked_out = list_worked_out(asked, parts.features)
    rules = sum(len(parts.features[name].rules) for name in worked_out)
    counted = {
        "turns": max(turns, 0),
        "rules": rules,
        "bars": len(weighed.precluding),
        "dangers": len(weighed.dangers),
        "cautions": len(weighed.cautions),
        "silence": len(asked),
    }
    yield from (LEFT_OUT[name].format(n=number) for name, number in counted.items() if number)


def _iter_signing(statement: Statement, digest: str) -> Iterator[Block]:
    yield Paragraph(tell_signatures(statement, digest))
    yield Table(SIGNING, (("", "", "", ""),) * 2)
