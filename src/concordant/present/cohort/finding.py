"""The first page: one finding with its bounds, and the few lines that a tired reader needs beside it."""

from __future__ import annotations

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.gathered import CohortFindings
from concordant.cohorts.sensitivity import list_assumptions
from concordant.cohorts.verdicts import NEEDS_DATA
from concordant.model.cohort import Verdict
from concordant.patient.fact_table import PATIENT
from concordant.present.cohort.tables import COUNTED_AS, list_labels, tell_assumptions
from concordant.present.cohort.words import (
    POINTS,
    VERBS,
    call_reason,
    count_patients,
    count_points,
    format_bounds,
    format_count,
    format_days,
    format_percent,
    format_years,
    join_and,
    lower_first,
)


def tell_finding(found: CohortFindings) -> str:
    """The finding in two or three sentences."""
    share, percent = found.counted.share, found.counted.order.measure.percent
    words = POINTS[found.counted.order.point]
    if share.bounds is None or share.of is None or share.undecidable is None:
        return _tell_hidden(words.many, nothing=share.of == 0)
    undecidable = format_percent(share.undecidable / share.of)
    were = "was" if share.of == 1 else "were"
    told = f"{format_bounds(share.bounds)} of {count_points(share.of, words)} {were} concordant with the guideline"
    told = f"Between {told.replace(' to ', ' and ', 1)}" if share.bounds.low != share.bounds.high else told
    told += f" ({percent} % interval {format_bounds(share.interval)})."
    if not share.undecidable:
        return f"{told} All of them could be decided."
    return f"{told} {undecidable} cannot be decided from the record, {_tell_cause(found)}."


def _tell_hidden(many: str, *, nothing: bool) -> str:
    if not nothing:
        return f"The share of concordant {many} is not shown: one of its counts is too small."
    return f"None of the {many} lies within the guideline, so there is no share to tell."


def _tell_cause(found: CohortFindings) -> str:
    reason, feature = found.main_cause or ("", "")
    if reason == NEEDS_DATA:
        return f"mostly for want of {lower_first(list_labels(found).get(feature, feature))}"
    return f"mostly because {call_reason(reason)}" if reason else "for several reasons"


def tell_title(found: CohortFindings) -> str:
    """What the report is about: the guideline versions by which points were judged, and their subject."""
    versions = {f"{one.id}/{version.version}": (one, version) for one in found.knowledge.guidelines for version in one.versions}
    used = sorted(filter(None, found.counted.points["guideline"].unique().to_pylist()))
    named = [versions[one] for one in used if one in versions]
    if not named:
        return "Concordance with the guideline"
    told = join_and(f"{guideline.short_title} {version.version}" for guideline, version in named)
    return f"Concordance with {told}: {lower_first(named[0][0].title)}"


def tell_about(found: CohortFindings) -> str:
    """The source, the days, and what kind of study it is."""
    source = found.counted.summary.definition.source
    days = format_years(found.days) if found.counted.order.suppress else format_days(found.days)
    return f"A retrospective cohort from records · source: {source} · {days}"


def list_first_lines(found: CohortFindings) -> list[tuple[str, str]]:
    """What stands beside the finding."""
    lines = [
        ("Counted", _tell_counted(found)),
        ("Concordant", _tell_concordant(found)),
        ("Not concordant", _tell_not_concordant(found)),
        ("Undecidable", _tell_undecidable(found)),
        ("Assumed", _tell_assumed(found)),
        ("Records", _tell_records(found)),
    ]
    return [(title, text) for title, text in lines if text]


def _tell_counted(found: CohortFindings) -> str:
    order, overall = found.counted.order, found.counted.overall
    when, patients = POINTS[order.point].when, count_patients(overall.patients)
    told = f"{count_points(overall.points, POINTS[order.point])} of {patients}: points, not patients. "
    outside, justified = _count_verdict(found, "out_of_scope"), _count_verdict(found, "justified")
    told += f"The guideline is asked for {when}. Not in the share: {format_count(outside)} outside the guideline"
    if found.counted.order.measure.justified == "left_out":
        told += f", and {format_count(justified)} with an accepted reason for another treatment"
    return f"{told}. {_tell_who_is_left(found)}".rstrip()


def _tell_who_is_left(found: CohortFindings) -> str:
    """Of how many patients the points of the share are, and between which days; nothing where small counts are hidden."""
    if found.counted.order.suppress or not found.counted.share.of:
        return ""
    kept = found.counted.points.filter(pc.is_in(found.counted.points[names.VERDICT], value_set=_list_denominator(found)))
    days = pc.min_max(kept[names.DATE]).as_py()
    between = f", {format_days((days['min'], days['max']))}" if days["min"] is not None else ""
    return f"The share rests on {count_patients(len(kept[PATIENT].unique()))}{between}."


def _list_denominator(found: CohortFindings) -> pa.Array:
    return pa.array(sorted(found.counted.order.measure.denominator), pa.string())


def _tell_concordant(found: CohortFindings) -> str:
    measure = found.counted.order.measure
    what = " or ".join(words for verdict, words in VERBS.items() if verdict in measure.concordant)
    told = f"The regimen begun is one that the guideline {what}, {_tell_version(found)}."
    return f"{told} A point with an accepted reason for another treatment is {COUNTED_AS[measure.justified]}."


def _tell_version(found: CohortFindings) -> str:
    """Which version every point was asked by."""
    definition = found.counted.summary.definition
    if definition.guideline:
        return f"in the version {definition.guideline} for every point"
    return f"in the version in force on {definition.by} for every point" if definition.by else "in the version in force that day"


def _tell_not_concordant(found: CohortFindings) -> str:
    other, against = _count_verdict(found, "not_offered"), _count_verdict(found, "against")
    if other is None or against is None:
        return ""
    return f"{format_count(other)} not among the guideline's options, {format_count(against)} advised against."


def _count_verdict(found: CohortFindings, verdict: Verdict) -> int | None:
    return found.counted.overall.count_points(frozenset({verdict}))


def _tell_undecidable(found: CohortFindings) -> str:
    if not found.missing or not found.counted.share.undecidable:
        return ""
    first = max(found.missing, key=lambda one: (one.named, one.feature))
    label = lower_first(list_labels(found).get(first.feature, first.feature))
    undecidable = format_count(found.counted.share.undecidable)
    told = f"Knowing one fact, {label}, may settle up to {format_count(first.named)} of {undecidable} points"
    return f"{told}, and for {format_count(first.alone)} nothing else would." if first.alone else f"{told}."


def _tell_assumed(found: CohortFindings) -> str:
    assumed = list_assumptions(found.counted.summary.definition)
    labels = list_labels(found)
    declared = f"Of every patient, where the record is silent: {tell_assumptions(assumed, labels)}." if assumed else ""
    return f"{declared or 'Nothing was declared of the cohort as a whole.'} {_tell_silence(found)}".rstrip()


def _tell_silence(found: CohortFindings) -> str:
    """How much rests on what records do not say."""
    silent = next((one.share for one in found.variants if one.kind == "silence"), None)
    if silent is None or silent.bounds is None:
        return ""
    says = "What a record is silent about, as a drug that it nowhere names, counts as not so, as in any answer"
    return f"{says}; were nothing taken from silence, the share would be {format_bounds(silent.bounds)}."


def _tell_records(found: CohortFindings) -> str:
    """What is missing from the source, and what of it could not be read."""
    summary = found.counted.summary
    if found.counted.order.suppress:
        return " ".join(summary.lacking)
    lacking = [f"Missing from the record of {count_patients(number)}: {says}" for says, number in summary.lacking.items()]
    return " ".join([*lacking, *summary.notices])
