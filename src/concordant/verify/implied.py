"""What no patient has because of what the features are: their rules as definitions, and how what is read from one record hangs
together (a drug that runs was begun, a drug of a class is of that class).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from concordant.derive.plan import DerivationPlan
from concordant.logic.conditions import ALWAYS, All, Compare, Leaf, Not, OneOf, find_features_read, iter_condition_leaves
from concordant.model.features import Axiom, Feature, SilenceRule
from concordant.model.selectors.courses import (
    OfDrugs,
    ProgressedOn,
    Received,
    ReceivedEarly,
    RegimensInAnySetting,
    RegimensReceived,
    Running,
    Started,
    StoppedForToxicity,
)
from concordant.readers.words import AUTHORED, leaf_words
from concordant.verify.space import Constraint, either

YES = ("yes",)
Taken = Received | ReceivedEarly | Running | Started | ProgressedOn | StoppedForToxicity

# What was done with a drug, and what has then been done with it as well.
FOLLOWS: Mapping[type[OfDrugs], tuple[type[OfDrugs], ...]] = {
    Received: (Received,),
    ReceivedEarly: (ReceivedEarly, Received),
    Running: (Running, Started, Received),
    Started: (Started, Received),
    ProgressedOn: (ProgressedOn, Received),
    StoppedForToxicity: (StoppedForToxicity, Received),
}


def list_axioms(axioms: Sequence[Axiom], by_name: Mapping[str, Feature]) -> Iterator[Constraint]:
    """What the knowledge says that no patient has."""
    for axiom in axioms:
        leaves = dict.fromkeys(leaf_words(leaf, by_name[leaf.feature], AUTHORED) for leaf in iter_condition_leaves(axiom.never))
        yield Constraint(f"axiom/{', '.join(leaves)}", axiom.never, axiom.because, loose=True)


def list_definitions(features: Sequence[Feature]) -> Iterator[Constraint]:
    """The rules of each feature: a word that a rule proves is the word, and a word that has rules is proven by one of them."""
    for feature in features:
        name = definition_name(feature.name)
        for word in dict.fromkeys(str(rule.value) for rule in feature.rules):
            own = either(rule.if_ for rule in feature.rules if str(rule.value) == word)
            has = OneOf(feature.name, (word,))
            yield Constraint(name, All((own, Not(has))), "what a rule proves is so", loose=True)
            yield Constraint(name, All((has, Not(own))), "no rule proves it", loose=True)


def definition_name(feature: str) -> str:
    """The name of the constraints that are the rules of a feature."""
    return f"rules/{feature}"


def list_silences(features: Sequence[Feature]) -> Iterator[Constraint]:
    """What follows from another feature that is known: there silence has its answer whatever else is on record."""
    for feature in features:
        for silence in feature.absent_means:
            if _follows_from_the_patient(silence):
                yield Constraint(
                    f"silence/{feature.name}", All((silence.when, Not(_has_value(feature, silence)))), silence.because
                )


def _follows_from_the_patient(silence: SilenceRule) -> bool:
    """Whether it rests on one other fact, and not on how the record was kept; what is minor is a habit of reading records."""
    rests = silence.over_unread and not silence.minor and silence.when != ALWAYS
    return rests and len(find_features_read(silence.when)) == 1


def _has_value(feature: Feature, silence: SilenceRule) -> Leaf:
    return Compare(feature.name, "==", float(silence.value)) if feature.is_numeric else OneOf(feature.name, (str(silence.value),))


def list_drug_constraints(features: Sequence[Feature], plan: DerivationPlan) -> Iterator[Constraint]:
    """Of two features of one drug, or of a drug and its class, the one that the other brings with it."""
    taken = [(f, f.derive, f.derive.list_drugs(plan.members)) for f in features if isinstance(f.derive, Taken)]
    for one, how, drugs in taken:
        for other, way, wider in taken:
            if one is not other and isinstance(way, FOLLOWS[type(how)]) and drugs <= wider:
                never = All((OneOf(one.name, YES), Not(OneOf(other.name, YES))))
                yield Constraint(f"drugs/{one.name}", never, f"then also: {other.label}")


def list_count_constraints(features: Sequence[Feature], bounds: Mapping[str, Sequence[float]]) -> Iterator[Constraint]:
    """Of two counts that are read from the same lines the one that is never the larger."""
    for feature in features:
        match feature.derive:
            case RegimensReceived(at_least=less):
                yield from _list_order(less, feature.name, bounds)
            case RegimensInAnySetting(advanced=less):
                yield from _list_order(less, feature.name, bounds)


def _list_order(less: str, more: str, bounds: Mapping[str, Sequence[float]]) -> Iterator[Constraint]:
    for bound in sorted({*bounds.get(less, ()), *bounds.get(more, ())}):
        for op in (">", ">="):
            never = All((Compare(less, op, bound), Not(Compare(more, op, bound))))
            yield Constraint(f"counts/{less}", never, f"never more than {more}", loose=True)
