"""The tables of a report: shares by stratum, reasons, missing facts, ways to count."""

from __future__ import annotations

from collections.abc import Mapping

from concordant.cohorts.counts import Group, Measure, Share, Strata, Stratum, Tally, compute_share
from concordant.cohorts.gathered import CohortFindings
from concordant.cohorts.sensitivity import Variant
from concordant.present.cohort.page import Table
from concordant.present.cohort.words import (
    HIDDEN,
    NONE,
    VERDICTS,
    call_column,
    call_stratum,
    format_bounds,
    format_count,
    format_percent,
    lower_first,
)

JUSTIFIED: Group = frozenset({"justified"})
OUTSIDE: Group = frozenset({"out_of_scope"})
COUNTED_AS = {
    "left_out": "left out of the share",
    "concordant": "counted as concordant",
    "discordant": "counted as not concordant",
}


def list_labels(found: CohortFindings) -> dict[str, str]:
    """What features and regimens are called."""
    features = {one.name: one.label for one in found.knowledge.features}
    return features | {one.id: one.name for one in found.knowledge.regimens}


def tabulate_strata(found: CohortFindings, strata: Strata) -> Table:
    """One row a stratum, and one of all."""
    measure, percent = found.counted.order.measure, found.counted.order.measure.percent
    labels = list_labels(found)
    rows = [_tell_stratum(row, strata.by, measure, labels) for row in strata.rows]
    columns = [
        call_column(strata.by, labels),
        "Points",
        "Patients",
        "Concordant",
        "Not concordant",
        "Undecidable",
        "Accepted reason",
        "Outside",
        "Share concordant",
        f"{percent} % interval",
    ]
    all_ = ["All", *_tell_tally(found.counted.overall, measure)]
    return Table(
        f"Concordance by {lower_first(columns[0])}",
        columns,
        [*rows, all_],
        tell_counting(found, strata),
        numbers=frozenset(range(1, 10)),
        weights=(17, 8, 10, 12, 12, 13, 10, 10, 14, 14),
    )


def _tell_stratum(row: Stratum, by: str, measure: Measure, labels: Mapping[str, str]) -> list[str]:
    name = call_stratum(by, row.name, labels)
    return [name, *_tell_tally(row.tally, measure)] if row.tally is not None else [name, *[HIDDEN] * 9]


def _tell_tally(tally: Tally, measure: Measure) -> list[str]:
    share = compute_share(tally, measure)
    not_concordant = tally.count_points(measure.denominator - measure.numerator - {"undecidable"})
    return [
        format_count(tally.points),
        format_count(tally.patients),
        format_count(share.concordant),
        format_count(not_concordant),
        format_count(share.undecidable),
        format_count(tally.count_points(JUSTIFIED)),
        format_count(tally.count_points(OUTSIDE)),
        tell_bounds(share),
        format_bounds(share.interval, 1) if share.bounds else tell_bounds(share),
    ]


def tell_bounds(share: Share) -> str:
    """The bounds to one decimal; a dash where there is nothing to take a share of."""
    if share.bounds is None:
        return NONE if share.of == 0 else HIDDEN
    return format_bounds(share.bounds, 1)


def tell_counting(found: CohortFindings, strata: Strata | None = None) -> str:
    """The definition, in the words under every table."""
    order = found.counted.order
    counted = " and ".join(words for verdict, words in VERDICTS.items() if verdict in order.measure.concordant)
    told = [
        f"Points are counted, not patients. Concordant: {counted}.",
        f"A point with an accepted reason is {COUNTED_AS[order.measure.justified]}.",
        "The share runs from undecidable points taken as not concordant to the same points taken as concordant;",
        f"around it lies Wilson's {order.measure.percent} % interval.",
    ]
    if order.suppress:
        here = f" ({strata.suppressed} rows here)" if strata is not None and strata.suppressed else ""
        told.append(f"Counts below {order.suppress} are {HIDDEN}, and whatever would give them away{here}.")
    return " ".join(told)


def tabulate_variants(found: CohortFindings) -> Table:
    """How the bounds move."""
    labels = list_labels(found)
    rows = [[call_variant(one, labels, found), *_tell_variant(one.share)] for one in found.variants]
    return Table(
        "If it were counted otherwise",
        ["Counted", "Points", "Undecidable", "Share concordant", f"{found.counted.order.measure.percent} % interval"],
        rows,
        tell_counting(found),
        numbers=frozenset({1, 2, 3, 4}),
        weights=(46, 12, 14, 18, 18),
    )


def _tell_variant(share: Share | None) -> list[str]:
    if share is not None and share.of == 0:
        return ["0", NONE, NONE, NONE]
    if share is None or share.bounds is None or not share.of or share.undecidable is None:
        return [HIDDEN] * 4
    part = format_percent(share.undecidable / share.of, 1)
    return [format_count(share.of), part, format_bounds(share.bounds, 1), format_bounds(share.interval, 1)]


def call_variant(one: Variant, labels: Mapping[str, str], found: CohortFindings) -> str:
    """One way to count, in words."""
    match one.kind:
        case "declared":
            return "As declared"
        case "strict":
            return "Only what the guideline prefers is concordant"
        case "justified":
            return f"An accepted reason is {COUNTED_AS[one.about]}"
        case "silence":
            return "Nothing taken from the silence of a record"
        case "unassumed":
            return f"Nothing assumed of {lower_first(labels.get(one.about, call_assumed(one.about)))}"
        case "beside":
            return f"Another run, assuming {tell_assumptions(one.assumed, labels) or 'nothing'}"
    raise AssertionError(one.kind, found)


def call_assumed(feature: str) -> str:
    """What is assumed that is no feature: that the day of the point is in the month or year that the source tells."""
    return "the exact day of the point" if feature == "date" else feature.replace("_", " ")


def tell_assumptions(assumed: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """What is assumed of every patient, in words."""
    return "; ".join(f"{labels.get(name, name.replace('_', ' '))} is {value}" for name, value in assumed.items())
