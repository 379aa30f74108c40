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


def label_check(result: CheckResult, by_name: Mapping[str, Feature]) -> str:
    """The name of the check, or of the facts that it looks at."""
    features = [by_name[name] for name in result.features]
    return result.label or join_with_and([lower_first(f.brief) for f in features])


def describe_check(result: CheckResult, facts: Facts, by_name: Mapping[str, Feature]) -> str:
    """The values that it looked at, and what is wrong with them when it is not met."""
    values = list(_describe_checked_facts(result, facts, by_name))
    if result.state == "done" and not values:
        values = [describe_fact(by_name[f.feature], f) for f in iter_facts_behind(result.reason) if f.is_known]
    says = "; ".join(values) or "not on record"
    return f"{says}: {result.unmet}" if result.state != "done" and result.reason.truth is FALSE and result.unmet else says


def _describe_checked_facts(result: CheckResult, facts: Facts, by_name: Mapping[str, Feature]) -> Iterable[str]:
    several = len(result.features) > 1
    known = (name for name in result.features if facts[name].is_known or facts[name].stale)
    return (describe_fact(by_name[name], facts[name], labelled=several) for name in known)


def find_unmet_checks(drug: Drug, facts: Facts) -> list[CheckResult]:
    """The checks of this drug that are not met."""
    judged = [judge_check(check, facts) for check in drug.checks if explain(check.when, facts).truth is not FALSE]
    return [result for result in judged if result.state == "unmet"]
