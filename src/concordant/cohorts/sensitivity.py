"""How the bounds move when the definition or what is assumed is another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.concordance import Counted, count_points
from concordant.cohorts.counts import Measure, Share, Tally, compute_share
from concordant.cohorts.reading import read_finished_summary, read_points
from concordant.cohorts.run import CohortDefinition
from concordant.cohorts.suppression import find_told_groups, is_small_count
from concordant.errors import Complaint, Refused
from concordant.model.cohort import ConcordanceRules, JustifiedCounts
from concordant.readers.facts_table import ArrowTable

VariantKind = Literal["declared", "strict", "justified", "silence", "unassumed", "beside"]
MOST_FORGOTTEN = 8
COUNTED_AS: tuple[JustifiedCounts, ...] = ("left_out", "concordant", "discordant")


class Variant(NamedTuple):
    """One way to count: what is different, in one word, and the share; None where the difference is a small count.

    `assumed` is what another run assumes of every patient, by name.
    """

    kind: VariantKind
    about: str
    share: Share | None
    assumed: Mapping[str, str] = {}


def vary_assumptions(counted: Counted, rules: ConcordanceRules, beside: Sequence[Path] = ()) -> list[Variant]:
    """The share as declared, by other measures, without each assumption, and of cohorts made under other assumptions."""
    below = counted.order.suppress
    found = [Variant("declared", "", counted.share), *_vary_measure(counted, rules), *_drop_assumptions(counted, below)]
    return [*found, *(_count_beside(counted, folder, below) for folder in beside)]


def _vary_measure(counted: Counted, rules: ConcordanceRules) -> Iterator[Variant]:
    own = counted.order.measure
    strict = frozenset(rules.concordant.strict)
    if strict != own.concordant:
        yield Variant("strict", "", compute_share(counted.overall, Measure(strict, own.justified, own.percent)))
    for counts in COUNTED_AS:
        if counts != own.justified and counted.overall.counts.get("justified"):
            yield Variant("justified", counts, compute_share(counted.overall, Measure(own.concordant, counts, own.percent)))


def _drop_assumptions(counted: Counted, below: int) -> Iterator[Variant]:
    """Each thing that is assumed, as if it were not known: a point that rests on it is undecidable."""
    assumed = list_assumed(counted.points)
    for feature in assumed[:MOST_FORGOTTEN]:
        tally = count_points(forget_assumptions(counted.points, [feature]))
        yield Variant("unassumed", feature, _share_beside(counted, tally, below))
    if assumed:
        yield Variant("silence", "", _share_beside(counted, count_points(forget_assumptions(counted.points, assumed)), below))


def list_assumed(points: ArrowTable) -> list[str]:
    """What points rest on without its being on record, the most frequent first."""
    counted = pc.value_counts(pc.list_flatten(points[names.ASSUMED])).to_pylist()
    known = [one for one in counted if one["values"] is not None]
    return [one["values"] for one in sorted(known, key=lambda one: (-one["counts"], one["values"]))]


def forget_assumptions(points: ArrowTable, features: Sequence[str]) -> ArrowTable:
    """The points with those undecidable that rest on one of these; what is out of scope is so for other reasons, and stays."""
    rows = pc.list_parent_indices(points[names.ASSUMED])
    hit = pc.is_in(pc.list_flatten(points[names.ASSUMED]), value_set=pa.array(features, pa.string()))
    resting = pa.chunked_array(
        [pc.is_in(pa.array(range(points.num_rows), rows.type), value_set=rows.filter(hit).combine_chunks())]
    )
    judged = pc.and_(resting, pc.not_equal(points[names.VERDICT], "out_of_scope"))
    verdict = pc.if_else(judged, "undecidable", points[names.VERDICT])
    return points.set_column(points.column_names.index(names.VERDICT), names.VERDICT, verdict)


def _share_beside(counted: Counted, tally: Tally, below: int) -> Share | None:
    """The share of another count of the same points; None where the two counts differ by a small number."""
    measure = counted.order.measure
    if not below:
        return compute_share(tally, measure)
    moved = (abs(tally.sum_points(one) - counted.overall.sum_points(one)) for one in measure.classes)
    if any(is_small_count(number, below) for number in moved):
        return None
    return compute_share(Tally(tally.counts, tally.patients, find_told_groups(tally, measure, below)), measure)


def _count_beside(counted: Counted, folder: Path, below: int) -> Variant:
    summary = read_finished_summary(folder)
    check_same_cohort(counted.summary.definition, summary.definition, folder)
    tally = count_points(read_points(folder, summary, [counted.order.point]))
    return Variant("beside", "", _share_beside(counted, tally, below), list_assumptions(summary.definition))


def check_same_cohort(own: CohortDefinition, other: CohortDefinition, folder: Path) -> None:
    """Refuse a cohort that differs in more than what is assumed."""
    for name in ("source", "knowledge", "points", "as_of", "guideline", "by"):
        if getattr(own, name) != getattr(other, name):
            says = f"this cohort differs in more than its assumptions: in {name.replace('_', ' ')}"
            way_out = "Make it from the same source with the same options, but for --assume"
            raise Refused(Complaint(says, str(folder), way_out=way_out))


def list_assumptions(definition: CohortDefinition) -> dict[str, str]:
    """What is assumed of every patient of a cohort, as it was asked for."""
    return definition.supposed | definition.defaults
