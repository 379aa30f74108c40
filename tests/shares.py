"""Which share of its cases a costly law or proof takes in `./dev check`; `./dev check --all` takes them all.

A share is fixed: each so many of the cases in their order, the first of every kind always among them, so that no kind of claim
is left out and two runs see the same. tests/README.md tells the table; `house/test_shares.py` holds them together.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Case = TypeVar("Case")
WHOLE = bool(os.environ.get("CONCORDANT_ALL"))

# One in so many. Laws over the shipped cases take a multiple of six: the same cases, which are read and answered once.
EVERY: dict[str, int] = {
    "terminal pages": 6,
    "German pages": 12,
    "pictures of the guideline": 24,
    "drawn pictures": 6,
    "real pages": 5,
    "described statements": 24,
    "sheets of statements": 24,
    "forms": 24,
    "cards": 12,
    "plans of care": 24,
    "pages of assistants": 24,
    "questions": 6,
    "facts learnt": 12,
    "words learnt in steps": 6,
    "lanes": 24,
    "columns": 3,
    "rows in columns": 4,
    "bare truth": 6,
    "verdicts with less on record": 24,
    "recorded answers": 6,
    "patients in SQL": 3,
    "patients in CQL": 40,
    "told back": 6,
    "kinds of entries": 5,
    "sources": 6,
    "sources in OMOP": 3,
    "ways to write": 6,
    "an entry left out": 6,
    "cut records": 6,
    "cut case files": 6,
    "changed notes": 36,
    "mutated files": 4,
    "written again": 6,
    "interviews": 3,
    "flipped bits": 6,
    "states of the page": 3,
    "mutations of the asking": 20,
    "changes of the lanes": 20,
    "patients of the lanes": 6,
    "changes of the columns": 20,
    "sittings of the exam": 3,
    "changes of the knowledge": 40,
    "changes of the readers": 60,
    "patients of the proof": 13,
    "facts that decide together": 4,
    "patients of the orders": 3,
    "pages in the browser": 5,
    "commands of the pages": 3,
    "pages of the site": 2,
    "drawn examples": 4,
}


def share_of(law: str, cases: Iterable[Case], kind: Callable[[Case], object] = lambda _: None) -> Sequence[Case]:
    """The cases that this law takes now; of each kind the first, and then each so many."""
    met: defaultdict[object, int] = defaultdict(int)
    chosen: list[Case] = []
    for case in cases:
        if WHOLE or met[kind(case)] % EVERY[law] == 0:
            chosen.append(case)
        met[kind(case)] += 1
    return chosen


def examples(number: int) -> int:
    """How many examples are drawn of a claim that takes so many in `./dev check --all`."""
    return number if WHOLE else number // EVERY["drawn examples"]
