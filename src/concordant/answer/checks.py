"""How a check before the first dose is told: what was looked at, its value, and by how much it misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from concordant.answer.phrases import describe_fact, join_with_and, lower_first
from concordant.decide.gather import CheckResult, judge_check
from concordant.logic.truth import FALSE
from concordant.model.drugs import Drug
from concordant.model.features import Feature
from concordant.patient.facts import Facts
from concordant.readers.explain import explain, iter_facts_behind


def label_check(one: CheckResult, by_name: Mapping[str, Feature]) -> str:
    """The name of the check, or of the facts that it looks at."""
    features = [by_name[name] for name in one.features]
    return one.label or join_with_and([lower_first(f.brief) for f in features])


def describe_check(one: CheckResult, facts: Facts, by_name: Mapping[str, Feature]) -> str:
    """The values that it looked at, and what is wrong with them when it is not met."""
    told = list(_describe_checked_facts(one, facts, by_name))
    if one.state == "done" and not told:
        told = [describe_fact(by_name[f.feature], f) for f in iter_facts_behind(one.reason) if f.is_known]
    says = "; ".join(told) or "not on record"
    return f"{says}: {one.unmet}" if one.state != "done" and one.reason.truth is FALSE and one.unmet else says


def _describe_checked_facts(one: CheckResult, facts: Facts, by_name: Mapping[str, Feature]) -> Iterable[str]:
    several = len(one.features) > 1
    known = (name for name in one.features if facts[name].is_known or facts[name].stale)
    return (describe_fact(by_name[name], facts[name], labelled=several) for name in known)


def find_unmet_checks(drug: Drug, facts: Facts) -> list[CheckResult]:
    """The checks of this drug that are not met."""
    judged = [judge_check(check, facts) for check in drug.checks if explain(check.when, facts).truth is not FALSE]
    return [one for one in judged if one.state == "unmet"]
