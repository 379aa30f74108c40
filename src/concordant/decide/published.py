"""Knowledge as it stood on a date: nobody can be advised by what was not yet published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from concordant.compiled import Knowledge
from concordant.drugs import Adjustment, Check, Drug, Indication, Levels, Modification, Regimen, Remark, Tablet, Vial
from concordant.guideline import Danger, Statement
from concordant.records import Action, Bar

Cited = TypeVar("Cited", Action, Adjustment, Bar, Check, Danger, Indication, Levels, Modification, Remark, Tablet, Vial)


Owner = Statement | Regimen | Drug
Bars = Mapping[str, Bar]  # by their ids, in the order of their author


def published_by(knowledge: Knowledge, as_of: dt.date) -> set[str]:
    """The sources that were there on the date."""
    return {s.id for s in knowledge.sources if s.known_from is None or s.known_from <= as_of}


def as_known(knowledge: Knowledge, published: set[str]) -> Knowledge:
    """Filter the knowledge to what had been published by `as_of`.

    A regimen whose dose source was not yet published is left out, and so is a derived statement or a disagreement that
    cites an unpublished source.
    """
    return replace(
        knowledge,
        statements=tuple(_statement(s, published) for s in knowledge.statements if not s.parent or _rests_on(s) <= published),
        regimens=tuple(_regimen(r, published) for r in knowledge.regimens if _cites(r) <= published),
        drugs=tuple(_drug(d, published) for d in knowledge.drugs),
        dangers=_said(knowledge.dangers, published),
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
    found: dict[str, Owner] = {f"statement/{one.id}": one for one in knowledge.statements}
    found |= {f"regimen/{one.id}": one for one in knowledge.regimens}
    return found | {f"drug/{one.id}": one for one in knowledge.drugs}


def _ids(prefix: str, cited: Iterable[Cited], published: set[str]) -> list[str]:
    return [f"{prefix}/{place}" for place, one in enumerate(cited) if _is_said(one, published)]


def _cites(regimen: Regimen) -> set[str]:
    return {part.source.ref for part in regimen.components}


def _rests_on(statement: Statement) -> set[str]:
    return {cite.ref for cite in statement.sources}


def _statement(statement: Statement, published: set[str]) -> Statement:
    return replace(statement, unless=_bars(statement.unless, published), actions=_said(statement.actions, published))


def _regimen(regimen: Regimen, published: set[str]) -> Regimen:
    return replace(regimen, unless=_bars(regimen.unless, published), actions=_said(regimen.actions, published))


def _drug(drug: Drug, published: set[str]) -> Drug:
    return replace(
        drug,
        unless=_bars(drug.unless, published),
        checks=_said(drug.checks, published),
        actions=_said(drug.actions, published),
        indications=_said(drug.indications, published),
        boxed=_said(drug.boxed, published),
        contraindications=_said(drug.contraindications, published),
        handling=_said(drug.handling, published),
        vials=_said(drug.vials, published),
        tablets=_said(drug.tablets, published),
        adjustments=_said(drug.adjustments, published),
        loaded_again=next(iter(_said(filter(None, [drug.loaded_again]), published)), None),
        levels=_said(drug.levels, published),
        modifications=_said(drug.modifications, published),
    )


def _bars(bars: Iterable[Bar], published: set[str]) -> tuple[Bar, ...]:
    return tuple(replace(bar, actions=_said(bar.actions, published)) for bar in _said(bars, published))


def _said(cited: Iterable[Cited], published: set[str]) -> tuple[Cited, ...]:
    """Those whose source was published, or the older source of the same rule."""
    return tuple(_dated(one, published) for one in cited if _is_said(one, published))


def _is_said(one: Cited, published: set[str]) -> bool:
    return one.source.ref in published or _earlier(one) in published


def _earlier(one: Cited) -> str:
    return one.earlier.ref if isinstance(one, Action | Bar | Check | Danger) and one.earlier else ""


def _dated(one: Cited, published: set[str]) -> Cited:
    if one.source.ref in published or not isinstance(one, Action | Bar | Check | Danger):
        return one
    return replace(one, source=one.earlier)
