"""The nine-cell table from two truths to one status."""

from __future__ import annotations

from typing import Literal

from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth

Status = Literal["applies", "applies_if_checked", "precluded", "needs_data", "does_not_apply"]

TABLE: dict[tuple[Truth, Truth], Status] = {
    (TRUE, FALSE): "applies",
    (TRUE, UNKNOWN): "applies_if_checked",
    (TRUE, TRUE): "precluded",
    (UNKNOWN, FALSE): "needs_data",
    (UNKNOWN, UNKNOWN): "needs_data",
    (UNKNOWN, TRUE): "precluded",
    (FALSE, FALSE): "does_not_apply",
    (FALSE, UNKNOWN): "does_not_apply",
    (FALSE, TRUE): "does_not_apply",
}

OFFERED: frozenset[Status] = frozenset({"applies", "applies_if_checked"})


def determine_status(applies_if: Truth, unless: Truth) -> Status:
    """The status of a statement, from whether it applies and whether something speaks against it."""
    return TABLE[applies_if, unless]
