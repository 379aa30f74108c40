"""How this patient compares with those of a trial: the criteria that the record speaks of, and nothing beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from concordant.answer.parts import Eligibility, RefAt
from concordant.answer.phrases import join_with_and, lower_first
from concordant.answer.references import References
from concordant.logic.truth import FALSE, TRUE, judge_all
from concordant.model.features import Feature
from concordant.model.trials import EligibilityCriterion, Trial
from concordant.patient.facts import Fact, Facts, Reason, format_value
from concordant.readers.explain import explain, find_missing_features, iter_facts_behind


class _JudgedCriterion(msgspec.Struct, frozen=True):
    criterion: EligibilityCriterion
    reason: Reason


def judge_eligibility(trial: Trial, facts: Facts, features: Mapping[str, Feature], references: References) -> Eligibility:
    """Yes, no or unknown, and because of which criteria; those that decide are cited."""
    judged = [_JudgedCriterion(criterion, explain(criterion.if_, facts)) for criterion in trial.eligible_if]
    if not judged:
        return Eligibility(verdict="unknown", because=f"{trial.name}: whom it took is not on file here", refs=[])
    truth = judge_all(criterion.reason.truth for criterion in judged)
    if truth is TRUE:
        looked_up = join_with_and(list(dict.fromkeys(criterion.criterion.says for criterion in judged)))
        because = f"looked up in the record for {trial.name}: {looked_up}; nothing else that it asked for was"
        return Eligibility(verdict="yes", because=because, refs=_cite_criteria(judged, references))
    deciding = [criterion for criterion in judged if criterion.reason.truth is truth]
    descriptions = [
        _describe_unmet_criterion(criterion, facts, features)
        if truth is FALSE
        else _describe_open_criterion(criterion, facts, features)
        for criterion in deciding
    ]
    because = f"{trial.name} asked for {'; for '.join(descriptions)}"
    return Eligibility(verdict="no" if truth is FALSE else "unknown", because=because, refs=_cite_criteria(deciding, references))


def _cite_criteria(judged: Iterable[_JudgedCriterion], references: References) -> list[RefAt]:
    return references.cite_places([judgement.criterion.source for judgement in judged])


def _describe_unmet_criterion(judgement: _JudgedCriterion, facts: Facts, features: Mapping[str, Feature]) -> str:
    """`recurrence within 6 months, here 7.7 months`: what was asked, and what this patient has instead."""
    chosen = [facts[name] for name in judgement.criterion.here if name in facts and facts[name].is_known]
    shown = chosen or list(_iter_deciding_facts(judgement.reason))
    alone = len(shown) == 1 and features[shown[0].feature].is_numeric
    here = [
        _format_fact_value(fact, features) if alone else f"{_format_label(fact, features)}: {_format_fact_value(fact, features)}"
        for fact in shown
    ]
    return f"{judgement.criterion.says}, here {join_with_and(here)}"


def _describe_open_criterion(judgement: _JudgedCriterion, facts: Facts, features: Mapping[str, Feature]) -> str:
    """What was asked, and which facts are missing or too wide to tell."""
    names = [facts[name] if name in facts else Fact(name, None, "unknown") for name in find_missing_features(judgement.reason)]
    missing = [f"{_format_label(f, features)}{f': {_format_fact_value(f, features)}' if f.is_known else ''}" for f in names]
    return f"{judgement.criterion.says}, not known here ({join_with_and(missing)})"


def _iter_deciding_facts(reason: Reason) -> Iterator[Fact]:
    """The deciding facts themselves, without those that they were inferred from."""
    behind = {f.feature for fact in iter_facts_behind(reason) if fact.because for f in iter_facts_behind(fact.because)}
    facts = {fact.feature: fact for fact in iter_facts_behind(reason) if fact.is_known and fact.feature not in behind}
    return iter(facts.values())


def _format_label(fact: Fact, features: Mapping[str, Feature]) -> str:
    return lower_first(features[fact.feature].label)


def _format_fact_value(fact: Fact, features: Mapping[str, Feature]) -> str:
    """The value, and that it is assumed where the record is silent."""
    value = format_value(features[fact.feature], fact.value)
    return f"{value} (assumed)" if fact.origin == "assumed" else value
