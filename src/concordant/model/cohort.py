"""How a cohort is judged: the days within which a start counts, the reasons that are accepted, and what counts as concordant.

None of it is needed to answer for one patient. The compiled knowledge keeps it packed (`Knowledge.cohort`, a file an entry), and
it is unpacked when a cohort asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

import msgspec

from concordant.model.sources import Cite, Kind, Record

PointKind = Literal["advanced_diagnosis", "line_start", "progression", "asked"]
Verdict = Literal["preferred", "offered", "not_offered", "against", "justified", "undecidable", "out_of_scope"]
JustifiedReason = Literal["contraindication", "unavailable", "choice", "trial"]
JustifiedCounts = Literal["left_out", "concordant", "discordant"]

POINT_KINDS: tuple[PointKind, ...] = get_args(PointKind)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
JUSTIFIED_REASONS: tuple[JustifiedReason, ...] = get_args(JustifiedReason)

T = TypeVar("T", bound=Record)


class GraceDays(Record, frozen=True):
    """Days after a point within which a start counts as what was given then; `beside` are other windows in use."""

    days: int
    says: str
    source: Cite
    beside: tuple[Cite, ...] = ()


class GraceWindows(Record, frozen=True):
    """The days of each kind of point (the fields are `POINT_KINDS`)."""

    advanced_diagnosis: GraceDays
    line_start: GraceDays
    progression: GraceDays
    asked: GraceDays

    def find_days(self, point: PointKind) -> GraceDays:
        """The window of this kind of point."""
        found: GraceDays = getattr(self, point)
        return found


class AcceptedReason(Record, frozen=True):
    """A reason on record for which another treatment is justified, and the words by which a table calls it.

    `kinds` are the kinds of what speaks against a preferred regimen that give this reason.
    """

    reason: JustifiedReason
    kinds: tuple[Kind, ...]
    label: str
    says: str
    source: Cite
    beside: tuple[Cite, ...] = ()


class Rule(Record, frozen=True):
    """A sentence of the definition, and who says so."""

    says: str
    source: Cite
    beside: tuple[Cite, ...] = ()


class ConcordantRule(Rule, frozen=True):
    """Which verdicts count as concordant, and by the stricter measure beside it."""

    verdicts: tuple[Verdict, ...] = ()
    strict: tuple[Verdict, ...] = ()


class JustifiedRule(Rule, frozen=True):
    """How a justified departure counts."""

    counts: JustifiedCounts = "left_out"


class IntervalRule(Rule, frozen=True):
    """The interval of a share: the level of confidence, in percent."""

    percent: int = 95


class SuppressionRule(Rule, frozen=True):
    """Small cells: `below` is the number under which the source does not let a count be shown."""

    below: int = 11


class ConcordanceRules(Record, frozen=True):
    """`cohort/concordance.yaml`: the definition of concordance, sentence by sentence."""

    grace_days: GraceWindows
    accepted_reasons: tuple[AcceptedReason, ...]
    concordant: ConcordantRule
    justified: JustifiedRule
    undecidable: Rule
    interval: IntervalRule
    suppression: SuppressionRule
    time_to_practice: Rule


ItemState = Literal["filled", "in_part", "authors"]


class ChecklistItem(Record, frozen=True):
    """Something that a report is asked to tell, whether this one does, and where."""

    item: str
    list_: Literal["strobe", "record"] = msgspec.field(name="list")
    asks: str
    state: ItemState
    says: str


class Checklist(Record, frozen=True):
    """`cohort/checklist.yaml`: what reports of cohorts are asked to tell."""

    items: tuple[ChecklistItem, ...]
    sources: tuple[Cite, ...]


# Which record each file of `cohort/` becomes.
COHORT_FILES: Mapping[str, type[Record]] = {"concordance": ConcordanceRules, "checklist": Checklist}


def unpack_cohort_file(packed: Mapping[str, bytes], name: str, kind: type[T]) -> T | None:
    """One file of `cohort/` as its record; None where the knowledge has none."""
    content = packed.get(name)
    return None if content is None else msgspec.msgpack.decode(content, type=kind)
