"""What the patients of an exam reach: every status of every proposal, every truth of every statement and every bar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

import pyarrow.compute as pc

from concordant.decide.judging import make_decision
from concordant.decide.ruleset import Proposal
from concordant.logic.status import Status
from concordant.readers.truth_only import TruthOnly
from tests.exam.sitting import Sitting
from tests.exam.told import Aspect, Told
from tests.laws.columns import Row

Reached = tuple[Aspect, str]  # ("status", proposal), a status; ("applies", statement) or ("bar", id), a truth
TRUTHS = ("true", "false", "unknown")
STATUSES: tuple[Status, ...] = get_args(Status)


def list_possible(proposal: Proposal) -> tuple[Status, ...]:
    """The statuses that the table of statuses leaves to a proposal: without a bar nothing precludes it, nor is to be checked."""
    effects = {bar.effect for bar in proposal.deciding.values()}
    without = {"precluded"} if "precludes" not in effects else set()
    without |= {"applies_if_checked"} if not effects else set()
    return tuple(status for status in STATUSES if status not in without)


def list_wanted(sitting: Sitting) -> Iterator[Reached]:
    """Everything that somebody of the exam should have."""
    for proposal in sitting.any_frame.proposals:
        yield from ((("status", proposal.id), status) for status in list_possible(proposal))
    for statement in sitting.frame.statements:
        yield from ((("applies", statement.id), truth) for truth in TRUTHS)
    for id_ in (one for one in sitting.bars if one not in sitting.counted):
        yield from ((("bar", id_), truth) for truth in TRUTHS)


def find_reached(sitting: Sitting, rows: Sequence[Row]) -> set[Reached]:
    """What these patients have, by the evaluator without reasons."""
    look, reached = TruthOnly(), set[Reached]()
    bars: dict[object, list[str]] = {}
    for id_, bar in sitting.bars.items():
        bars.setdefault(bar.if_, []).append(id_)
    for row in rows:
        facts = sitting.facts_of(row)
        decision = make_decision(sitting.find_frame(row.drugs), facts, look)
        reached |= {(("status", judged.proposal.id), judged.status) for judged in decision.everything}
        reached |= {(("applies", id_), reason.truth.value) for id_, reason in decision.statements.items()}
        for condition, ids in bars.items():
            truth = look(condition, facts).truth.value  # type: ignore[arg-type]
            if (("bar", ids[0]), truth) not in reached:
                reached |= {(("bar", id_), truth) for id_ in ids}
    return reached


class Coverage(NamedTuple):
    """How many there are, how many are reached in all their ways, and what is not, with the reason."""

    whole: Mapping[str, tuple[int, int]]
    counts: Mapping[str, Counter[str]]
    lacking: Mapping[Reached, str]


def measure_coverage(sitting: Sitting, told: Told, never: Mapping[Reached, str]) -> Coverage:
    """What was told of the patients, counted."""
    wanted: dict[Aspect, list[str]] = {}
    for aspect, name in list_wanted(sitting):
        wanted.setdefault(aspect, []).append(name)
    counts: dict[str, Counter[str]] = {}
    lacking: dict[Reached, str] = {}
    whole: dict[str, tuple[int, int]] = {}
    for aspect, names in wanted.items():
        seen = {one["values"]: one["counts"] for one in pc.value_counts(told[aspect].values).to_pylist()}
        counts.setdefault(aspect[0], Counter()).update({name: number for name, number in seen.items() if name is not None})
        lacks = [name for name in names if name not in seen]
        lacking |= {(aspect, name): never.get((aspect, name), "NOT LOOKED FOR") for name in lacks}
        done, all_ = whole.get(aspect[0], (0, 0))
        whole[aspect[0]] = (done + (not lacks), all_ + 1)
    return Coverage(whole, counts, lacking)
