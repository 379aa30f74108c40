"""Knowledge as it stood on a date: nobody can be advised by what was not yet published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from concordant.model.drugs import (
    Check,
    DoseAdjustment,
    DoseLevels,
    DoseModification,
    Drug,
    Indication,
    LabelRemark,
    Regimen,
    Tablet,
    Vial,
)
from concordant.model.guideline import Danger, Statement
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Action, Restriction

Cited = TypeVar(
    "Cited",
    Action,
    DoseAdjustment,
    Restriction,
    Check,
    Danger,
    Indication,
    DoseLevels,
    DoseModification,
    LabelRemark,
    Tablet,
    Vial,
)


Owner = Statement | Regimen | Drug
Bars = Mapping[str, Restriction]  # by their ids, in the order of their author


def published_by(knowledge: Knowledge, as_of: dt.date) -> set[str]:
    """The sources that were there on the date."""
    return {s.id for s in knowledge.sources if s.known_from is None or s.known_from <= as_of}


def filter_published(knowledge: Knowledge, published: set[str]) -> Knowledge:
    """Filter the knowledge to what had been published by `as_of`.

    A regimen whose dose source was not yet published is left out, and so is a derived statement or a disagreement that
    cites an unpublished source.
    """
    return replace(
        knowledge,
        statements=tuple(
            _filter_statement(s, published)
            for s in knowledge.statements
            if not s.parent or _list_statement_sources(s) <= published
        ),
        regimens=tuple(_filter_regimen(r, published) for r in knowledge.regimens if _list_component_sources(r) <= published),
        drugs=tuple(_filter_drug(d, published) for d in knowledge.drugs),
        dangers=_filter_cited(knowledge.dangers, published),
        disagreements=tuple(d for d in knowledge.disagreements if {cite.ref for cite in d.sources} <= published),
    )


def bars_by_owner(knowledge: Knowledge, known: Knowledge, published: set[str]) -> dict[str, Bars]:
    """The bars of each `statement/ID`, `regimen/ID` and `drug/ID` as it was known.

    An id is the place among all that the author wrote, published or not, so a bar has the same one on every date.
    """
    authored = _owners(knowledge)
    return {
        name: dict(zip(_ids(f"{name}/bar", authored[name].unless, published), owner.unless, strict=True))
        for name, owner in _owners(known).items()
    }


def checks_by_drug(knowledge: Knowledge, known: Knowledge, published: set[str]) -> dict[str, dict[str, Check]]:
    """The checks of each drug as they were known, by ids that are made like those of the bars."""
    authored = {drug.id: drug.checks for drug in knowledge.drugs}
    return {
        drug.id: dict(zip(_ids(f"drug/{drug.id}/check", authored[drug.id], published), drug.checks, strict=True))
        for drug in known.drugs
    }


def _owners(knowledge: Knowledge) -> dict[str, Owner]:
    owners: dict[str, Owner] = {f"statement/{owner.id}": owner for owner in knowledge.statements}
    owners |= {f"regimen/{owner.id}": owner for owner in knowledge.regimens}
    return owners | {f"drug/{owner.id}": owner for owner in knowledge.drugs}


def _ids(prefix: str, cited: Iterable[Cited], published: set[str]) -> list[str]:
    return [f"{prefix}/{place}" for place, claim in enumerate(cited) if _is_said(claim, published)]


def _list_component_sources(regimen: Regimen) -> set[str]:
    return {part.source.ref for part in regimen.components}


def _list_statement_sources(statement: Statement) -> set[str]:
    return {cite.ref for cite in statement.sources}


def _filter_statement(statement: Statement, published: set[str]) -> Statement:
    return replace(
        statement, unless=_filter_restrictions(statement.unless, published), actions=_filter_cited(statement.actions, published)
    )


def _filter_regimen(regimen: Regimen, published: set[str]) -> Regimen:
    return replace(
        regimen, unless=_filter_restrictions(regimen.unless, published), actions=_filter_cited(regimen.actions, published)
    )


def _filter_drug(drug: Drug, published: set[str]) -> Drug:
    return replace(
        drug,
        unless=_filter_restrictions(drug.unless, published),
        checks=_filter_cited(drug.checks, published),
        actions=_filter_cited(drug.actions, published),
        indications=_filter_cited(drug.indications, published),
        boxed=_filter_cited(drug.boxed, published),
        contraindications=_filter_cited(drug.contraindications, published),
        handling=_filter_cited(drug.handling, published),
        vials=_filter_cited(drug.vials, published),
        tablets=_filter_cited(drug.tablets, published),
        adjustments=_filter_cited(drug.adjustments, published),
        loaded_again=next(iter(_filter_cited(filter(None, [drug.loaded_again]), published)), None),
        levels=_filter_cited(drug.levels, published),
        modifications=_filter_cited(drug.modifications, published),
    )


def _filter_restrictions(bars: Iterable[Restriction], published: set[str]) -> tuple[Restriction, ...]:
    return tuple(replace(bar, actions=_filter_cited(bar.actions, published)) for bar in _filter_cited(bars, published))


def _filter_cited(cited: Iterable[Cited], published: set[str]) -> tuple[Cited, ...]:
    """Those whose source was published, or the older source of the same rule."""
    return tuple(_cite_published_source(claim, published) for claim in cited if _is_said(claim, published))


def _is_said(claim: Cited, published: set[str]) -> bool:
    return claim.source.ref in published or _find_earlier_source(claim) in published


def _find_earlier_source(claim: Cited) -> str:
    return claim.earlier.ref if isinstance(claim, Action | Restriction | Check | Danger) and claim.earlier else ""


def _cite_published_source(claim: Cited, published: set[str]) -> Cited:
    if claim.source.ref in published or not isinstance(claim, Action | Restriction | Check | Danger):
        return claim
    return replace(claim, source=claim.earlier)
