"""What speaks against drugs that somebody orders, whether or not a statement proposes them; and what is looked at before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from concordant.decide.decision import JudgedRestriction
from concordant.decide.gather import CheckResult, judge_check
from concordant.decide.ruleset import CURRENT, EVERY, Ruleset
from concordant.decide.situation import Situation
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.drugs import Regimen
from concordant.model.sources import BarEffect, Restriction
from concordant.readers.explain import explain, find_missing_features


def find_running(frame: Ruleset) -> frozenset[str]:
    """The drugs that the patient takes now."""
    return frozenset(frame.regimens[CURRENT].drugs if CURRENT in frame.regimens else ())


def find_regimens(drugs: Set[str], frame: Ruleset) -> list[Regimen]:
    """The regimens that hold these drugs and no other."""
    return [one for id_, one in frame.regimens.items() if id_ != CURRENT and set(one.drugs) == drugs]


def find_order_bars(drugs: Set[str], now: Situation, effect: BarEffect) -> list[JudgedRestriction]:
    """What of this effect holds against the drugs or their regimen, each sentence once; first what precludes all of it."""
    judged = [JudgedRestriction(bar, explain(bar.if_, now.facts)) for bar in _collect_bars(drugs, now.frame).values()]
    true = [one for one in judged if one.bar.effect == effect and one.reason.truth is TRUE]
    return list({one.bar.says: one for one in true}.values())


def find_open_features(drugs: Set[str], now: Situation) -> list[str]:
    """The facts that are not known and of which one could preclude the drugs; an entry that nobody read is named elsewhere."""
    bars = [bar for bar in _collect_bars(drugs, now.frame).values() if bar.effect == "precludes"]
    reasons = [reason for bar in bars if (reason := explain(bar.if_, now.facts)).truth is UNKNOWN]
    names = dict.fromkeys(name for reason in reasons for name in find_missing_features(reason))
    return [name for name in names if not now.facts[name].unread]


def find_order_checks(drugs: Set[str], now: Situation) -> list[CheckResult]:
    """What is looked at before the first dose of these drugs, and how it stands; of the same check the worst."""
    checks: dict[str, CheckResult] = {}
    rank = ("done", "missing", "unmet")
    for result in _iter_checks(drugs, now):
        before = checks.get(result.check)
        if before is None or rank.index(result.state) > rank.index(before.state):
            checks[result.check] = result
    return list(checks.values())


def _iter_checks(drugs: Set[str], now: Situation) -> Iterator[CheckResult]:
    """Those that the dose waits for; an advisory one is told elsewhere."""
    for drug in (now.frame.drugs[name] for name in sorted(drugs) if name in now.frame.drugs):
        for check in drug.checks:
            if not check.advisory and explain(check.when, now.facts).truth is not FALSE:
                yield judge_check(check, now.facts)


def _collect_bars(drugs: Set[str], frame: Ruleset) -> Mapping[str, Restriction]:
    """Of the drugs, of their classes, of the regimen that they make up, and of dangers that hold them."""
    bars: dict[str, Restriction] = {}
    for regimen in find_regimens(drugs, frame):
        bars |= frame.bars.get(f"regimen/{regimen.id}", {})
    for drug in sorted(drugs):
        bars |= frame.bars.get(f"drug/{drug}", {})
    names = {EVERY}.union(*((drug, *frame.drugs[drug].classes) for drug in drugs if drug in frame.drugs))
    return bars | {id_: bar for id_, (danger, bar) in frame.holding.items() if not names.isdisjoint(danger.holds)}
