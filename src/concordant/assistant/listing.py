"""`list_guidelines` and `source`: what is kept here, how far it was checked, and what rests on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec

from concordant.api import Engine
from concordant.assistant.answers import Guidelines, GuidelineTold, SourceTold, StatementTold
from concordant.assistant.fitting import finish_answer, fit_page
from concordant.assistant.questions import GuidelineQuestion, SourceQuestion
from concordant.decide.ruleset import GuidelineInForce, Ruleset
from concordant.errors import Complaint, Unreadable, suggest_word
from concordant.model.guideline import Guideline, Statement, Version
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite, Source
from concordant.present.described.statement import describe_rating
from concordant.present.language import load_language
from concordant.record.sources.asked import parse_day

GUIDELINE_WAY_OUT = "Call list_guidelines with `guideline` set to an id; it goes on at `page` set to `next_page`."
SOURCE_WAY_OUT = "Call source again with `page` set to `next_page`."
NAMED = ("id", "name", "trial", "number")  # what a part of the knowledge is called by


def list_guidelines(engine: Engine, question: GuidelineQuestion, today: dt.date) -> Guidelines:
    """The guidelines and their versions; of one that is named, the statements in force."""
    id_, _, version = question.guideline.partition("/")
    day, frame = engine.ruleset(parse_day(question.as_of) or today, question.guideline if version else "")
    in_force = {(one.guideline.id, one.version.version) for one in frame.in_force}
    known = [one.id for one in engine.knowledge.guidelines]
    if id_ and id_ not in known:
        raise Unreadable(Complaint(f"no guideline is called '{id_}'", way_out=suggest_word(id_, known)))
    told = [
        _tell_guideline(guideline, one, (guideline.id, one.version) in in_force, engine.knowledge)
        for guideline in engine.knowledge.guidelines
        for one in guideline.versions
        if id_ in ("", guideline.id) and version in ("", one.version)
    ]

    def make(statements: list[StatementTold], next_page: int | None) -> Guidelines:
        made = Guidelines(
            as_of=day.isoformat(),
            guidelines=told,
            statements=statements,
            knowledge=engine.knowledge.digest[:12],
            next_page=next_page,
        )
        return finish_answer(made, None, (), GUIDELINE_WAY_OUT)

    forces = [one for one in frame.in_force if id_ == one.guideline.id]
    return fit_page([_tell_statement(one) for force in forces for one in _list_statements(force, frame)], question.page, make)


def _list_statements(force: GuidelineInForce, frame: Ruleset) -> list[Statement]:
    return [one for one in frame.statements if one.guideline == force.guideline.id and one.version == force.version.version]


def _tell_guideline(guideline: Guideline, version: Version, in_force: bool, knowledge: Knowledge) -> GuidelineTold:
    own = [s for s in knowledge.statements if (s.guideline, s.version) == (guideline.id, version.version)]
    return GuidelineTold(
        guideline=f"{guideline.id}/{version.version}",
        title=guideline.title,
        publisher=guideline.publisher,
        in_force=in_force,
        valid_from=version.valid_from.isoformat(),
        evidence_until=version.evidence_until.isoformat(),
        review_by=version.review_by.isoformat(),
        statements=len(own),
        source=version.source,
        checked=next(one.checked for one in knowledge.sources if one.id == version.source),
        complete=version.complete,
        notice=version.notice,
    )


def _tell_statement(statement: Statement) -> StatementTold:
    mark = statement.sources[0].checked if statement.sources else "choice"
    return StatementTold(statement=statement.short_id, says=statement.says, how_sure=describe_rating(statement), checked=mark)


def tell_source(engine: Engine, question: SourceQuestion, _: dt.date) -> SourceTold:
    """A source, and what of the knowledge rests on it, each with its place and how far that was checked."""
    source = _find_source(engine.knowledge, question.ref)
    checked = load_language("en").say(f"checked.{source.checked}")
    rests = list(dict.fromkeys(_iter_resting(engine.knowledge, source.id)))

    def make(shown: list[str], next_page: int | None) -> SourceTold:
        made = SourceTold(
            ref=source.id,
            citation=source.citation,
            kind=source.kind,
            checked=source.checked,
            checked_means=checked,
            seen=source.seen,
            known_from=source.known_from.isoformat() if source.known_from else "",
            version=source.version,
            doi=source.doi,
            pmid=source.pmid,
            nct=source.nct,
            rights=source.rights,
            rests_on_it=shown,
            next_page=next_page,
        )
        return finish_answer(made, None, (), SOURCE_WAY_OUT)

    return fit_page(rests, question.page, make)


def _find_source(knowledge: Knowledge, ref: str) -> Source:
    """Raises Unreadable for a source that there is not."""
    found = next((one for one in knowledge.sources if ref in (one.id, one.short)), None)
    if found is None:
        known = [one.id for one in knowledge.sources]
        way_out = suggest_word(ref, known) or "Take a `ref` from the `sources` of an answer"
        raise Unreadable(Complaint("no source is called so", "ref", way_out=way_out))
    return found


def _iter_resting(knowledge: Knowledge, ref: str) -> Iterator[str]:
    """What cites the source: the kind of thing and its name, the place in the source, and how far it was checked."""
    for kind in ("statements", "regimens", "drugs", "trials", "features", "dangers", "newer", "disagreements"):
        for one in getattr(knowledge, kind):
            named = next((str(getattr(one, name)) for name in NAMED if getattr(one, name, "")), "")
            for cite in _iter_cites(one):
                if cite.ref == ref:
                    at = f" at {cite.at}" if cite.at else ""
                    yield f"{kind.rstrip('s')} {named}{at} ({cite.checked})"


def _iter_cites(value: Any) -> Iterator[Cite]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Cite):
            yield one
        elif isinstance(one, msgspec.Struct):
            waiting += [getattr(one, name) for name in reversed(one.__struct_fields__)]
        elif isinstance(one, list | tuple):
            waiting += reversed(one)
        elif isinstance(one, dict):
            waiting += one.values()
