"""The features that keep something open, as lists of their names."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.readers.cql import Open
from concordant.readers.elm import TRUE, Elm, join_all, join_any, list_texts


def collect_open(found: Iterable[Open]) -> dict[str, list[Elm]]:
    """By feature, in the order in which they are met, when each keeps something open."""
    by_feature: dict[str, list[Elm]] = {}
    for one in found:
        when = join_all(dict.fromkeys(one.nulls))
        if when not in by_feature.setdefault(one.feature, []):
            by_feature[one.feature].append(when)
    return by_feature


def list_features(by_feature: dict[str, list[Elm]], while_: Elm = TRUE) -> Elm:
    """The names of the features that keep something open, while it is so."""
    return list_texts(((join_any(ways), feature) for feature, ways in by_feature.items()), while_)
