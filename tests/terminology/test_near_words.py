"""The nearest known word is the one that comparing with each of them finds."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from concordant import errors
from concordant.errors import NEAR, NearWords
from concordant.terminology.names import suggest_name
from tests.shipped import shipped_words

KNOWN = sorted(shipped_words().drugs)
NEAR_KNOWN = NearWords(KNOWN)
LETTERS = st.text("abcdefghilmnopqrstuvxyz -é1", max_size=4)


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """A known word with letters left out and put in, or any letters."""
    word = draw(st.sampled_from(KNOWN))
    start, length = draw(st.integers(0, len(word))), draw(st.integers(0, 4))
    return word[:start] + draw(LETTERS) + word[start + length :]


def by_comparing(word: str) -> str:
    """What the way out is by its definition."""
    near = difflib.get_close_matches(word, KNOWN, n=1, cutoff=NEAR) if len(word) <= errors.LONGEST else []
    longer = [known for known in KNOWN if len(word) > 2 and known.startswith(word)]
    longer = longer if len(longer) <= errors.MOST_BEGUN else []
    return "Did you mean " + " or ".join(f"'{found}'" for found in near or longer) + "?" if near or longer else ""


@given(misspelt())
def test_the_nearest_word_is_that_of_a_comparison_with_each(word: str) -> None:
    assert NEAR_KNOWN.suggest_word(word) == by_comparing(word)
    assert NEAR_KNOWN.suggest_word(word.upper()) == by_comparing(word.upper().lower())


def test_a_word_is_looked_for_once() -> None:
    known = {"trastuzumab": (), "lapatinib": ()}
    first = suggest_name("trastuzumob", known)
    known.clear()  # the look-up was made for this vocabulary, and its answers are kept
    assert first == suggest_name("trastuzumob", known) == "Did you mean 'trastuzumab'?"


def test_the_memory_ends() -> None:
    near = NearWords(KNOWN)
    for number in range(50):
        near.suggest_word("strange" * 20 + str(number))
    assert len(near._remembered) == 0  # whole sentences are not kept
