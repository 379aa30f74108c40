"""Three truths, and counting with them."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Truth(enum.Enum):
    """Kleene's strong three-valued truth: a sentence about a patient is true, false or unknown."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # one object a truth, so identity serves, and the look-ups of every status are faster

    def __bool__(self) -> bool:
        """Refuse to be a bool: `if truth:` would turn unknown into yes or no."""
        raise TypeError("a Truth has three values; compare it with Truth.TRUE, FALSE or UNKNOWN")


TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def truth_from_bool(value: bool) -> Truth:
    """The truth of something that is certainly known."""
    return TRUE if value else FALSE


def negate_truth(truth: Truth) -> Truth:
    """True and false change places; unknown stays unknown."""
    if truth is UNKNOWN:
        return UNKNOWN
    return FALSE if truth is TRUE else TRUE


def judge_at_least(n: int, truths: Iterable[Truth]) -> Truth:
    """True once `n` are true, false once `n` can no longer be reached, else unknown."""
    known_true = possible = 0
    for truth in truths:
        known_true += truth is TRUE
        possible += truth is not FALSE
    if known_true >= n:
        return TRUE
    return FALSE if possible < n else UNKNOWN


def judge_all(truths: Iterable[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown, else true (so: nothing is all true)."""
    seen = TRUE
    for truth in truths:
        if truth is FALSE:
            return FALSE
        if truth is UNKNOWN:
            seen = UNKNOWN
    return seen


def judge_any(truths: Iterable[Truth]) -> Truth:
    """True if any is true, else unknown if any is unknown, else false (so: none of nothing)."""
    seen = FALSE
    for truth in truths:
        if truth is TRUE:
            return TRUE
        if truth is UNKNOWN:
            seen = UNKNOWN
    return seen
