"""Why treatment was not concordant, what was given instead, and which missing facts leave most points undecidable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.counts import Group
from concordant.cohorts.suppression import find_hidden_rows
from concordant.cohorts.verdicts import NEEDS_DATA
from concordant.model.cohort import Verdict
from concordant.readers.facts_table import ArrowTable

JOINED = "+"
NOT_NAMED = "?"  # among drugs: something that the source does not name exactly


class ReasonCount(NamedTuple):
    """How many points have a verdict for one reason; None where the count is suppressed."""

    verdict: Verdict
    reason: str
    points: int | None


class MissingFact(NamedTuple):
    """A feature that is not known, and how many points wait for it.

    `first`: it is the most useful question of so many points. `alone`: it is the only one that would help. `named`: an answer to
    it alone may settle so many.
    """

    feature: str
    first: int
    alone: int
    named: int


class GivenInstead(NamedTuple):
    """Drugs that were begun where something else is advised, with the regimen that comes first in the advice."""

    given: str
    advised: str
    points: int


def count_reasons(
    points: ArrowTable, verdicts: Iterable[Verdict], below: int = 0, told: Sequence[Group] = ()
) -> list[ReasonCount]:
    """The points of some verdicts by their reason, the most frequent first.

    Where small counts are suppressed, `told` are the groups of verdicts whose sums are known: the reasons of one add up to it.
    """
    chosen = _choose_verdicts(points, verdicts)
    filled = chosen.set_column(chosen.column_names.index(names.REASON), names.REASON, pc.fill_null(chosen[names.REASON], ""))
    grouped = filled.group_by([names.VERDICT, names.REASON]).aggregate([([], "count_all")]).to_pylist()
    grouped.sort(key=lambda one: (-one["count_all"], one[names.VERDICT], one[names.REASON]))
    found = [ReasonCount(one[names.VERDICT], one[names.REASON], one["count_all"]) for one in grouped]
    return _suppress_reasons(found, below, told) if below else found


def _suppress_reasons(found: list[ReasonCount], below: int, told: Sequence[Group]) -> list[ReasonCount]:
    hidden: set[ReasonCount] = set()
    for group in told:
        within = [one for one in found if one.verdict in group]
        hidden |= {within[i] for i in find_hidden_rows([(one.points or 0,) for one in within], below)}
    return [one._replace(points=None) if one in hidden else one for one in found]


def _choose_verdicts(points: ArrowTable, verdicts: Iterable[Verdict]) -> ArrowTable:
    return points.filter(pc.is_in(points[names.VERDICT], value_set=pa.array(list(verdicts), pa.string())))


def count_missing_facts(points: ArrowTable, below: int = 0) -> list[MissingFact]:
    """The features that undecidable points wait for, the one that is the most useful question most often first.

    Where small counts are suppressed, a feature with any of them is left out.
    """
    waiting = points.filter(
        pc.and_(pc.equal(points[names.VERDICT], "undecidable"), pc.equal(pc.fill_null(points[names.REASON], ""), NEEDS_DATA))
    )
    lists = pc.fill_null(pc.list_value_length(waiting[names.MISSING]), 0)
    some = waiting.filter(pc.greater(lists, 0))[names.MISSING]
    first = _count_words(pc.list_element(some, 0))
    alone = _count_words(pc.list_flatten(some.filter(pc.equal(pc.list_value_length(some), 1))))
    named = _count_words(pc.list_flatten(some))
    found = [MissingFact(feature, first[feature], alone[feature], number) for feature, number in named.items()]
    hidden = find_hidden_rows([one[1:] for one in found], below)
    shown = [one for i, one in enumerate(found) if i not in hidden]
    return sorted(shown, key=lambda one: (-one.first, -one.named, one.feature))


def _count_words(column: pa.ChunkedArray) -> Counter[str]:
    return Counter({one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist() if one["values"] is not None})


def find_main_cause(points: ArrowTable) -> tuple[str, str] | None:
    """What leaves most undecidable points so: their reason, and the feature where that is a fact that is missing."""
    causes: Counter[tuple[str, str]] = Counter()
    for one in count_reasons(points, ["undecidable"]):
        if one.reason != NEEDS_DATA:
            causes[one.reason, ""] += one.points or 0
    for fact in count_missing_facts(points):
        causes[NEEDS_DATA, fact.feature] += fact.named
    return max(causes, key=lambda one: (causes[one], one)) if causes else None


def count_given_instead(points: ArrowTable, below: int = 0) -> list[GivenInstead]:
    """What was given where it is not what the guideline offers, the most frequent first."""
    chosen = _choose_verdicts(points, ["not_offered", "against"])
    table = pa.table({"given": join_given(chosen), "advised": pc.fill_null(_take_first(chosen[names.PREFERRED]), "")})
    grouped = table.group_by(["given", "advised"]).aggregate([([], "count_all")]).to_pylist()
    found = [GivenInstead(one["given"], one["advised"], one["count_all"]) for one in grouped]
    hidden = find_hidden_rows([(one.points,) for one in found], below)
    shown = [one for i, one in enumerate(found) if i not in hidden]
    return sorted(shown, key=lambda one: (-one.points, one.given, one.advised))


def _take_first(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """The first of each list; null where it is empty."""
    filled = pc.if_else(pc.greater(pc.fill_null(pc.list_value_length(lists), 0), 0), lists, pa.scalar([None], lists.type))
    return pc.list_element(filled, 0)


def join_given(points: ArrowTable) -> pa.ChunkedArray:
    """What was given, as one word a point: the ids of its drugs, in their order; null where nothing is on record."""
    joined = pc.binary_join(points[names.GIVEN], JOINED)
    other = pc.greater(pc.fill_null(pc.list_value_length(points[names.GIVEN_OTHER]), 0), 0)
    with_other = pc.if_else(pc.equal(joined, ""), NOT_NAMED, pc.binary_join_element_wise(joined, NOT_NAMED, JOINED))
    return pc.if_else(pc.and_(other, pc.is_valid(joined)), with_other, joined)
