"""Figures of trials: each with its data cut, a value for each arm, a mark, words that can be read, and no copy in another cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any as Anything

from concordant.author.effects import WRITTEN_AS, has_ratio_words, has_time_point
from concordant.author.lint.citations import is_mark_allowed
from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge
from concordant.model.trials import Analysis, Estimate, Trial
from concordant.texts import Place

NOT_GIVEN = "not given"


def check_trials(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """Everything that can be wrong with the figures of a trial."""
    marks = {source.id: source.checked for source in knowledge.sources}
    for trial in knowledge.trials:
        node = places.find_record("trials/", trial.id)
        for i, analysis in enumerate(trial.analyses):
            if not analysis.cut:
                says = f"the analysis '{analysis.id}' has no data cut"
                yield node.make_complaint(("analyses", i, "cut"), says, "Give `cut`, or say that it was not seen")
            yield from _check_duplicate_endpoints(node, i, analysis)
            for j, estimate in enumerate(analysis.estimates):
                yield from _check_estimate(node, _make_estimate_place(i, j), estimate, trial, marks.get(analysis.source, ""))
                yield from _check_ratio(node, _make_estimate_place(i, j), estimate)
        yield from _check_copied_figures(node, trial)


def _make_estimate_place(analysis: int, estimate: int) -> Place:
    return ("analyses", analysis, "estimates", estimate)


def _check_estimate(node: Node, place: Place, estimate: Estimate, trial: Trial, source_mark: str) -> Iterator[Complaint]:
    if len(estimate.values) not in (0, len(trial.arms)):
        says = f"'{estimate.endpoint}' has {len(estimate.values)} values for {len(trial.arms)} arms"
        yield node.make_complaint((*place, "values"), says, "Give one value for each arm")
    if not is_mark_allowed(estimate.checked, source_mark):
        says = f"'{estimate.endpoint}' is marked '{estimate.checked}', but its publication was checked as '{source_mark}' only"
        yield node.make_complaint((*place, "checked"), says, "Lower the mark, or check the source")


def _check_ratio(node: Node, place: Place, estimate: Estimate) -> Iterator[Complaint]:
    """A hazard ratio in words that cannot be read as numbers, outside its own interval, or tied to a point in time."""
    if "hr" in _read_written_value(node, place):
        yield node.make_complaint((*place, "hr"), "`hr` is read from `effect` and never written", f"Write `effect: {WRITTEN_AS}`")
    if estimate.hr is None:
        if has_ratio_words(estimate.effect):
            yield node.make_complaint((*place, "effect"), f"'{estimate.effect}' cannot be read", f"Write it as `{WRITTEN_AS}`")
        return
    low, high = estimate.hr.low, estimate.hr.high
    if low is not None and high is not None and not low <= estimate.hr.estimate <= high:
        yield node.make_complaint(
            (*place, "effect"), f"'{estimate.effect}' lies outside its own interval", "Read the source again"
        )
    if has_time_point(estimate) and not estimate.ratio_of:
        says = f"'{estimate.endpoint}' has a hazard ratio, which compares no single point in time and no count"
        yield node.make_complaint((*place, "endpoint"), says, "Say under `ratio_of` what it compares: progression-free survival")


def _read_written_value(node: Node, place: Place) -> Anything:
    """The mapping of the file at this place."""
    value: Anything = node.value
    for step in place:
        value = value[step]
    return value


def _check_duplicate_endpoints(node: Node, i: int, analysis: Analysis) -> Iterator[Complaint]:
    """Two estimates of one endpoint, unless the second only adds what is known less well, under another mark."""
    for (_, first), (j, second) in combinations(enumerate(analysis.estimates), 2):
        same = (first.endpoint, first.assessed_by, first.unit) == (second.endpoint, second.assessed_by, second.unit)
        if same and (first.checked == second.checked or _is_contradictory(first, second)):
            says = f"'{second.endpoint}' stands twice in the analysis '{analysis.id}'"
            way_out = "Keep one, or say in `endpoint` or `assessed_by` how they differ"
            yield node.make_complaint((*_make_estimate_place(i, j), "endpoint"), says, way_out)


def _is_contradictory(first: Estimate, second: Estimate) -> bool:
    values = [strip_brackets(e) for e in (first, second) if NOT_GIVEN not in e.values]
    effects = [e.effect for e in (first, second) if e.effect]
    return len(set(values)) > 1 or len(set(effects)) > 1


def strip_brackets(estimate: Estimate) -> tuple[str, ...]:
    """The values without what stands in brackets after them."""
    return tuple(value.partition("(")[0].strip() for value in estimate.values)


def _check_copied_figures(node: Node, trial: Trial) -> Iterator[Complaint]:
    """A figure that stands for one endpoint in two data cuts: one of them was copied."""
    for (_, first), (i, second) in combinations(enumerate(trial.analyses), 2):
        if is_same_cut(first, second):
            continue
        for old in first.estimates:
            for j, new in enumerate(second.estimates):
                if key := _find_copied_key(old, new) if _is_comparable(old, new) else "":
                    copied = new.effect if key == "effect" else " v ".join(new.values)
                    says = f"'{new.endpoint}' has the same {key} {copied} as the analysis '{first.id}' of another data cut"
                    way_out = "Read the publication again; where both report one cut, write the same `cut`"
                    yield node.make_complaint((*_make_estimate_place(i, j), key), says, way_out)


def is_same_cut(first: Analysis, second: Analysis) -> bool:
    """Whether two analyses say that they report one data cut; two that were not seen may be different ones."""
    cut, other = (analysis.cut.partition("(")[0].strip() for analysis in (first, second))
    return cut == other and cut != "not seen"


def _is_comparable(old: Estimate, new: Estimate) -> bool:
    """The same endpoint and unit; an assessor left out may be any."""
    assessors = {old.assessed_by, new.assessed_by} - {""}
    return (old.endpoint, old.unit) == (new.endpoint, new.unit) and len(assessors) < 2


def _find_copied_key(old: Estimate, new: Estimate) -> str:
    """The key of the estimate that is the same in both, if any; one number alone may be the same by chance."""
    if old.effect and old.effect == new.effect:
        return "effect"
    numbers = [value for value in strip_brackets(new) if re.match(r"\d", value)]
    whole = old.values == new.values and len(re.findall(r"\d+(?:\.\d+)?", " ".join(new.values))) > 1
    pair = len(numbers) == len(new.values) > 1 and strip_brackets(old) == strip_brackets(new)
    return "values" if whole or pair else ""
