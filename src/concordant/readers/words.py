"""A leaf in words: the one reader that says what is asked of a feature, and how each of its readers is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import msgspec

from concordant.logic.conditions import Compare, Leaf, Op
from concordant.model.features import Feature
from concordant.patient.facts import format_unit, format_value

Sign = Op | Literal["!="]
OPS: tuple[Op, ...] = get_args(Op)
SIGNS: tuple[Sign, ...] = (*OPS, "!=")
OPPOSITE: Mapping[Op, Sign] = {"<=": ">", ">": "<=", "<": ">=", ">=": "<", "==": "!="}


class Spelling(msgspec.Struct, frozen=True):
    """How one kind of reader is told a leaf: phrases with places for `{feature}`, and `{value}` or `{words}`.

    `numbers` say a comparison, `turned` the same under a `not`; `word` and `words` one word and several, each as it stands and
    under a `not`. `figure` spells a bound with its unit, `value` a word; `between` parts several.
    """

    numbers: Mapping[Op, str]
    turned: Mapping[Op, str]
    figure: Callable[[Feature, float], str]
    word: tuple[str, str]
    words: tuple[str, str]
    value: Callable[[Feature, str], str]
    between: str


def leaf_words(leaf: Leaf, feature: Feature, spelling: Spelling, *, negated: bool = False) -> str:
    """What the leaf asks of its feature, or (`negated`) that this is not so."""
    if isinstance(leaf, Compare):
        phrase = (spelling.turned if negated else spelling.numbers)[leaf.op]
        return phrase.format(feature=leaf.feature, value=spelling.figure(feature, leaf.bound))
    phrase = (spelling.word if len(leaf.values) == 1 else spelling.words)[negated]
    words = spelling.between.join(spelling.value(feature, word) for word in leaf.values)
    return phrase.format(feature=leaf.feature, words=words)


def turned(signs: Mapping[Sign, str]) -> dict[Op, str]:
    """The phrases of comparisons under a `not`, where that is said by the opposite sign."""
    return {op: signs[OPPOSITE[op]] for op in OPS}


AUTHORED = Spelling(
    numbers={op: f"{{feature}} {op} {{value}}" for op in OPS},
    turned={op: f"not {{feature}} {op} {{value}}" for op in OPS},
    figure=lambda _, bound: f"{bound:g}",
    word=("{feature} is {words}", "{feature} is not {words}"),
    words=("{feature} is one of {words}", "{feature} is not one of {words}"),
    value=lambda _, word: word,
    between=", ",
)

ASKED: Mapping[Sign, str] = {
    "<=": "at most {value}",
    ">=": "at least {value}",
    "<": "under {value}",
    ">": "more than {value}",
    "==": "exactly {value}",
    "!=": "other than {value}",
}

WANTED = Spelling(
    numbers={op: ASKED[op] for op in OPS},
    turned=turned(ASKED),
    figure=lambda feature, bound: f"{bound:g} {format_unit(feature.unit)}".strip(),
    word=("{words}", "not {words}"),
    words=("{words}", "not {words}"),
    value=format_value,
    between=" or ",
)
