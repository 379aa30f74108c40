"""Whom a trial took: said for every trial that a regimen rests on, and never from a source that came later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint
from concordant.logic.conditions import find_features_read
from concordant.model.knowledge import Knowledge
from concordant.model.trials import Trial


def check_eligibility(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A trial of a regimen without criteria, a criterion known later than the trial, facts told that do not decide it."""
    rested_on = {name for regimen in knowledge.regimens for name in regimen.evidence}
    known = {source.id: source.known_from for source in knowledge.sources}
    for trial in knowledge.trials:
        node = places.find_record("trials/", trial.id)
        if trial.id in rested_on and not trial.eligible_if:
            says = f"a regimen rests on '{trial.id}', which does not say whom it took"
            yield node.make_complaint((), says, "Write its criteria under `eligible_if`")
        yield from _check_criteria(node, trial, known)


def _check_criteria(node: Node, trial: Trial, known: Mapping[str, dt.date | None]) -> Iterator[Complaint]:
    first = min((analysis.known_from for analysis in trial.analyses), default=None)
    for i, criterion in enumerate(trial.eligible_if):
        since = known.get(criterion.source.ref)
        if first and since and since > first:
            says = f"the criterion is taken from '{criterion.source.ref}' ({since}), after the first analysis ({first})"
            way_out = "Cite the first publication: who was in a trial is shown with its first figures"
            yield node.make_complaint(("eligible_if", i, "source"), says, way_out)
        if outside := [name for name in criterion.here if name not in find_features_read(criterion.if_)]:
            says = f"`here` tells '{outside[0]}', which the criterion does not read"
            yield node.make_complaint(("eligible_if", i, "here"), says, "Name features of its `if`")
