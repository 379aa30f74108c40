"""The examples that stand beside each claim of the knowledge, read: the lint asks whether they are met."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.audit.audit import make_auditor
from concordant.audit.claims import ClaimMatcher, judge_slot
from concordant.audit.reading import Reading, read_sentences
from concordant.model.audit import ClaimWording
from concordant.model.knowledge import Knowledge


def find_example_faults(knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """The id of a claim, the key, and the example that is not met as it says; `does_not_read` is one that must not be."""
    auditor = make_auditor(knowledge)
    matcher = ClaimMatcher(auditor.classes)
    for claim in knowledge.audit.claims:
        for key, wanted in (("reads", True), ("does_not_read", False)):
            for example in getattr(claim, key):
                readings = read_sentences(example, auditor.lexicon)
                met = any(_is_met(claim, matcher, reading) for reading in readings)
                if met is not wanted:
                    yield claim.id, key, example


def _is_met(claim: ClaimWording, matcher: ClaimMatcher, reading: Reading) -> bool:
    holds = matcher.holds_words(claim.all_, claim.none_, reading)
    return holds and (claim.slot is None or judge_slot(claim.slot, claim.verdict, reading) is not None)
