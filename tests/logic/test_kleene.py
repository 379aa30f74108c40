"""Three truths: the tables in full, De Morgan holds, the excluded middle does not."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from concordant.logic.truth import (
    FALSE,
    TRUE,
    UNKNOWN,
    Truth,
    judge_all,
    judge_any,
    judge_at_least,
    negate_truth,
    truth_from_bool,
)
from tests.shipped import failing

SHORT = {"T": TRUE, "U": UNKNOWN, "F": FALSE}
ALL_TUPLES = [truths for length in range(5) for truths in product(Truth, repeat=length)]

# left, right, all of them, any of them
PAIRS = ["TTTT", "TUUT", "TFFT", "UTUT", "UUUU", "UFFU", "FTFT", "FUFU", "FFFF"]

# n, truths, at least n of them
COUNTED = [
    (0, "", "T"),
    (1, "", "F"),
    (0, "F", "T"),
    (1, "T", "T"),
    (1, "U", "U"),
    (1, "F", "F"),
    (2, "T", "F"),
    (2, "TT", "T"),
    (2, "TU", "U"),
    (2, "UU", "U"),
    (2, "TF", "F"),
    (2, "UF", "F"),
    (2, "TTF", "T"),
    (2, "TTU", "T"),
    (2, "TUF", "U"),
    (2, "UUF", "U"),
    (2, "TFF", "F"),
    (3, "TTU", "U"),
    (3, "TTF", "F"),
    (3, "TTTU", "T"),
]


def spelt(word: str) -> list[Truth]:
    return [SHORT[sign] for sign in word]


@pytest.mark.parametrize("row", PAIRS)
def test_all_and_any_of_two(row: str) -> None:
    left, right, both, either = spelt(row)
    assert judge_all([left, right]) is both
    assert judge_any([left, right]) is either


@pytest.mark.parametrize(("truth", "opposite"), [(TRUE, FALSE), (FALSE, TRUE), (UNKNOWN, UNKNOWN)])
def test_not(truth: Truth, opposite: Truth) -> None:
    assert negate_truth(truth) is opposite


@pytest.mark.parametrize(("n", "truths", "expected"), COUNTED, ids=lambda item: str(item) or "nothing")
def test_at_least(n: int, truths: str, expected: str) -> None:
    for order in permutations(spelt(truths)):
        assert judge_at_least(n, order) is SHORT[expected]


def test_of_nothing_all_are_true_and_none_is() -> None:
    assert (judge_all([]), judge_any([])) == (TRUE, FALSE)


def test_of_a_bool() -> None:
    assert (truth_from_bool(True), truth_from_bool(False)) == (TRUE, FALSE)


def test_de_morgan() -> None:
    def law(truths: tuple[Truth, ...]) -> None:
        opposite = [negate_truth(truth) for truth in truths]
        assert negate_truth(judge_all(truths)) is judge_any(opposite)
        assert negate_truth(judge_any(truths)) is judge_all(opposite)
        for n in range(len(truths) + 2):
            assert negate_truth(judge_at_least(n, truths)) is judge_at_least(len(truths) - n + 1, opposite)

    assert failing(law, ALL_TUPLES) == {}


def test_all_and_any_are_at_least_every_one_and_at_least_one() -> None:
    def law(truths: tuple[Truth, ...]) -> None:
        assert judge_all(truths) is judge_at_least(len(truths), truths)
        assert judge_any(truths) is judge_at_least(1, truths)

    assert failing(law, ALL_TUPLES) == {}


def test_there_is_no_excluded_middle() -> None:
    assert judge_any([UNKNOWN, negate_truth(UNKNOWN)]) is UNKNOWN
    assert judge_all([UNKNOWN, negate_truth(UNKNOWN)]) is UNKNOWN


@pytest.mark.parametrize("truth", Truth)
def test_a_truth_refuses_to_be_a_bool(truth: Truth) -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(truth)
