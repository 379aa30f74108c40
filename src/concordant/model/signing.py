"""What somebody signs who reviews a statement: all that its page shows of its meaning, as one short digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from concordant.logic.conditions import find_features_read
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge

SIGNS = 12  # hexadecimal signs of a digest: few enough to copy from paper


def compute_statement_digest(statement: Statement, knowledge: Knowledge) -> str:
    """The digest of all that a statement says: its words, sources, conditions and grade, the doses of its regimens, and the
    rules by which what it asks is worked out.

    Who has signed it is no part of that, nor what the labels of its drugs say: they change on days of their own.
    """
    content = b"\n".join(map(msgspec.json.encode, _iter_signed(statement, knowledge)))
    return hashlib.sha256(content).hexdigest()[:SIGNS]


def _iter_signed(statement: Statement, knowledge: Knowledge) -> Iterator[object]:
    yield msgspec.structs.replace(statement, reviewed_by=())
    named = statement.recommend.regimens if statement.recommend else ()
    yield from (regimen for regimen in knowledge.regimens if regimen.id in named)
    features = {feature.name: feature for feature in knowledge.features}
    for name in list_worked_out(find_features_read(statement.applies_if), features):
        yield name, features[name].rules


def list_worked_out(asked: Iterable[str], features: Mapping[str, Feature]) -> list[str]:
    """Of these features, and what is behind them, those that rules work out: the nearest first."""
    found, waiting = dict[str, None](), sorted(asked)
    while waiting:
        feature = features[waiting.pop(0)]
        if feature.rules and feature.name not in found:
            found[feature.name] = None
            waiting += sorted(feature.inputs)
    return list(found)
