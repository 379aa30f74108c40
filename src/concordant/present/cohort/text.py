"""The concordance of a cohort as plain text, and as data for other programs."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from concordant.cohorts.counts import Share, Strata, Tally, compute_share
from concordant.cohorts.gathered import CohortFindings
from concordant.cohorts.sensitivity import Variant, list_assumptions
from concordant.model.cohort import VERDICTS
from concordant.present.cohort.finding import list_first_lines, tell_about, tell_finding, tell_title
from concordant.present.cohort.page import Table
from concordant.present.cohort.tables import tabulate_strata, tabulate_variants, tell_counting

WIDTH = 100


def render_report_text(found: CohortFindings) -> str:
    """The finding, the lines beside it, and the tables."""
    title, finding = tell_title(found), tell_finding(found)
    lines = [tell_about(found), title, "", *textwrap.wrap(finding, WIDTH), ""]
    for name, text in list_first_lines(found):
        lines += textwrap.wrap(text, WIDTH, initial_indent=f"{name:<16}", subsequent_indent=" " * 16)
    tables = [tabulate_strata(found, strata) for strata in found.counted.strata] + [tabulate_variants(found)]
    for table in tables:
        lines += ["", *render_table_text(table)]
    return "\n".join([*lines, "", *textwrap.wrap(tell_counting(found), WIDTH), ""])


def render_table_text(table: Table) -> list[str]:
    """A table in columns, numbers to the right; its note is left to who prints several of one kind."""
    rows = [list(table.columns), *map(list, table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    return [table.caption, *(_format_row(row, widths, table) for row in rows)]


def _format_row(row: Sequence[str], widths: Sequence[int], table: Table) -> str:
    cells = (cell.rjust(widths[i]) if i in table.numbers else cell.ljust(widths[i]) for i, cell in enumerate(row))
    return "  ".join(cells).rstrip()


def describe_concordance(found: CohortFindings) -> dict[str, Any]:
    """What was counted, as lists and numbers; None stands for a number that is suppressed."""
    definition, order = found.counted.summary.definition, found.counted.order
    return {
        "finding": tell_finding(found),
        "source": definition.source,
        "point": order.point,
        "definition": tell_counting(found),
        "measure": {
            "concordant": [verdict for verdict in VERDICTS if verdict in order.measure.concordant],
            "justified": order.measure.justified,
            "percent": order.measure.percent,
        },
        "suppressed_below": order.suppress,
        "overall": _describe_tally(found.counted.overall, compute_share(found.counted.overall, order.measure)),
        "strata": {strata.by: _describe_strata(strata, found) for strata in found.counted.strata},
        "reasons": [one._asdict() for one in found.reasons],
        "missing": [one._asdict() for one in found.missing],
        "sensitivity": list(map(_describe_variant, found.variants)),
        "assumed": list_assumptions(definition),
        "knowledge": definition.knowledge,
        "version": definition.version,
    }


def _describe_strata(strata: Strata, found: CohortFindings) -> list[dict[str, Any]]:
    measure = found.counted.order.measure
    return [
        {strata.by: row.name or None}
        | (_describe_tally(row.tally, compute_share(row.tally, measure)) if row.tally else {"suppressed": True})
        for row in strata.rows
    ]


def _describe_tally(tally: Tally, share: Share) -> dict[str, Any]:
    verdicts = {verdict: tally.count_points(frozenset({verdict})) for verdict in VERDICTS}
    return {"points": tally.points, "patients": tally.patients, "verdicts": verdicts, **_describe_share(share)}


def _describe_share(share: Share) -> dict[str, Any]:
    told = {"of": share.of, "concordant": share.concordant, "undecidable": share.undecidable}
    return told | {"bounds": share.bounds and list(share.bounds), "interval": share.interval and list(share.interval)}


def _describe_variant(one: Variant) -> dict[str, Any]:
    told = {"counted": one.kind, "about": one.about, "assumed": dict(one.assumed)}
    return {**told, **(_describe_share(one.share) if one.share else {"suppressed": True})}
