"""Figures in free text: each is held by a trial, and those of one claim by one data cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations, product

from concordant.author.lint.trials import is_same_cut, strip_brackets
from concordant.author.places import PlaceIndex
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge
from concordant.model.trials import Analysis, Trial

CLAIMS = (
    "says",
    "short",
    "do",
    "finding",
    "note",
    "because",
    "derived_because",
    "unmet",
    "instead",
    "notice",
    "label_note",
    "why",
    "right",
)
ELSEWHERE = ("trials/", "sources/", "languages/")
_NUMBER = r"\d+(?:\.\d+)?"
_RATIO = re.compile(
    rf"(?:\bHR|\bhazard ratio)(?: of)? ({_NUMBER})(?:\s*\((?:95\s*% CI,? )?({_NUMBER})\s*(?:-|–|to)\s*({_NUMBER})\))?", re.I
)
_VALUE = rf"({_NUMBER}|not reached)(?: months| weeks|\s?%)?(?: \([^)]*\))?"
_PAIR = re.compile(rf"(?<![\d.]){_VALUE} (?:v|vs\.?|versus) {_VALUE}(?!\.?\d)(?!\s*mg)")

Figure = tuple[str, ...]
Cut = tuple[str, str]


def check_claims(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A hazard ratio or a pair of medians that no trial holds, or that two data cuts hold between them."""
    held = {trial.name: list(_iter_cut_figures(trial)) for trial in knowledge.trials}
    for node in places.nodes:
        if node.text.file.startswith(ELSEWHERE):
            continue
        for key in CLAIMS:
            if isinstance(said := node.value.get(key), str) and (figures := find_figures(said)):
                yield from (node.make_complaint((key,), says, way_out) for says, way_out in _judge_claim(said, figures, held))


def find_figures(said: str) -> dict[Figure, str]:
    """The hazard ratios and pairs of a text, each in one form, with the words that they stand in."""
    ratios = {("HR", *(_normalize_number(part) for part in match.groups() if part)): match[0] for match in _RATIO.finditer(said)}
    pairs = {("v", *sorted(map(_normalize_number, match.groups()))): match[0] for match in _PAIR.finditer(said)}
    return ratios | pairs


def _normalize_number(number: str) -> str:
    return f"{float(number):g}" if number[0].isdigit() else number


def _iter_cut_figures(trial: Trial) -> Iterator[tuple[Cut, set[Figure]]]:
    """The figures of each analysis, and of the others that report the same cut."""
    everywhere = set(find_figures(trial.n))
    for analysis in trial.analyses:
        same = [other for other in trial.analyses if other is analysis or is_same_cut(other, analysis)]
        yield (trial.name, analysis.id), everywhere.union(*map(_collect_figures, same))


def _collect_figures(analysis: Analysis) -> set[Figure]:
    figures = set(find_figures(analysis.follow_up))
    for estimate in analysis.estimates:
        ratios = [figure for figure in find_figures(estimate.effect) if figure[0] == "HR"]
        figures |= {*ratios, *(ratio[:2] for ratio in ratios)}
        values = [value for value in strip_brackets(estimate) if re.fullmatch(rf"{_NUMBER}|not reached", value)]
        figures |= {("v", *sorted(map(_normalize_number, pair))) for pair in combinations(values, 2)}
    return figures


def _judge_claim(
    said: str, claimed: Mapping[Figure, str], held: Mapping[str, list[tuple[Cut, set[Figure]]]]
) -> Iterator[tuple[str, str]]:
    """Where trials are named, one cut of each must hold the figures together; else one cut of any trial."""
    named = [name for name in held if re.search(rf"(?<![\w-]){re.escape(name.partition(' (')[0])}(?![\w-])", said)]
    cuts = [cut for name in named or held for cut in held[name]]
    homes = {figure: [name for name, figures in cuts if figure in figures] for figure in claimed}
    if missing := [claimed[figure] for figure, cut in homes.items() if not cut]:
        of = f" of {' or '.join(named)}" if named else " under trials/"
        yield f"no analysis{of} holds {' and '.join(missing)}", "Read the source again, or add the figure to its trial"
        return
    choices = product(*(held[name] for name in named)) if named else ((cut,) for cut in cuts)
    if not any(set(claimed) <= set().union(*(figures for _, figures in choice)) for choice in choices):
        mixed = "; ".join(f"{words} ({', '.join(homes[figure][0])})" for figure, words in claimed.items())
        yield f"mixes figures of two data cuts: {mixed}", "A median and a hazard ratio of one claim come from one analysis"
