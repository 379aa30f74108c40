"""The statements of a guideline, each as a page for a committee, with its boundaries at a story in which it applies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from concordant.decide.boundaries import find_boundaries
from concordant.errors import Complaint, ConcordantError, Unreadable
from concordant.library import FOLDER
from concordant.logic.truth import TRUE
from concordant.model.guideline import Statement
from concordant.present.described.formats import DescribeFormat
from concordant.present.described.overview import build_overview
from concordant.present.described.sheet import build_statement_sheet
from concordant.present.described.statement import Example, build_statement_page
from concordant.present.formats import RenderOptions, render_document
from concordant.present.page.document import Document
from concordant.present.reasons.words import find_wanted_statements
from concordant.record.sources.opening import SourceContent
from concordant.texts import read_file_bytes

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.decide.situation import Situation


def list_stories(folder: Path | None = None) -> list[Path]:
    """The cases and stories beside the knowledge of a folder of one's own, or else those that are shipped."""
    for root in filter(None, (folder, FOLDER)):
        if found := [path for part in ("cases", "stories") for path in sorted((root / part).glob("*.yaml"))]:
            return found
    return []


def check_full(statement: str, *, full: bool) -> None:
    """Raises Unreadable where all of it was asked for, and of no statement."""
    if full and not statement:
        way_out = "Name one, such as `concordant describe 2.1 --full`"
        raise Unreadable(Complaint("--full tells all of one statement, and none was named", way_out=way_out))


def describe_guideline(engine: Engine, day: dt.date | None, guideline: str, format_: DescribeFormat) -> str | bytes:
    """The table of all statements of the guideline that was asked for, or of the first one in force."""
    day, frame = engine.ruleset(day, guideline)
    if not frame.in_force:
        raise Unreadable(Complaint(f"no guideline is in force on {day}", way_out="Ask as of a later day"))
    wanted = next((one for one in frame.in_force if guideline.startswith(f"{one.guideline.id}/")), frame.in_force[0])
    return _render(build_overview(engine.knowledge, frame, wanted, day), format_)


def describe_statement(
    engine: Engine,
    wanted: str,
    day: dt.date | None,
    guideline: str,
    stories: Sequence[Path],
    format_: DescribeFormat,
    *,
    full: bool = False,
) -> str | bytes:
    """One statement, by its number (`2.1`) or id, on one page, or in full. Raises Unreadable for one that is not in force."""
    day, frame = engine.ruleset(day, guideline)
    statement = find_wanted_statements(frame, wanted)[0]
    example = _find_example(engine, statement, guideline, stories)
    build = build_statement_page if full else build_statement_sheet
    return _render(build(engine.knowledge, frame, statement, example), format_)


def _render(document: Document, format_: DescribeFormat) -> str | bytes:
    return render_document(document, RenderOptions(format=format_))


def _find_example(engine: Engine, statement: Statement, guideline: str, stories: Sequence[Path]) -> Example | None:
    """The first story in which the statement applies and what it advises is offered; else one in which it applies."""
    second = None
    for name, situation in _iter_situations(engine, guideline, stories):
        reason = situation.decision.statements.get(statement.id)
        if reason is None or reason.truth is not TRUE:
            continue
        offered = any(one.proposal.statement.id == statement.id for one in situation.decision.offered)
        if offered or statement.recommend is None:
            return Example(name, find_boundaries(situation, statement))
        second = second or (name, situation)
    return Example(second[0], find_boundaries(second[1], statement)) if second else None


def _iter_situations(engine: Engine, guideline: str, stories: Sequence[Path]) -> Iterator[tuple[str, Situation]]:
    """Each story that can be read, with what the guideline says of it; one of bad input is passed over."""
    newest = max((version.valid_from for one in engine.knowledge.guidelines for version in one.versions), default=dt.date.max)
    for path in stories:
        try:
            patient = engine.read(SourceContent(read_file_bytes(path, path.name), path.name), today=newest).one()
            yield path.stem, engine.situation(patient.record, guideline)
        except ConcordantError:
            continue
