"""The rules by which a cohort is judged, out of the knowledge."""

from __future__ import annotations

from concordant.errors import Complaint, Unreadable
from concordant.model.cohort import Checklist, ConcordanceRules, unpack_cohort_file
from concordant.model.knowledge import Knowledge


def load_concordance_rules(knowledge: Knowledge) -> ConcordanceRules:
    """Windows, accepted reasons and the definition of concordance. Raises Unreadable for a knowledge without them."""
    rules = unpack_cohort_file(knowledge.cohort, "concordance", ConcordanceRules)
    if rules is None:
        way_out = "Add it to the folder of --knowledge; the shipped knowledge has one"
        raise Unreadable(
            Complaint("the knowledge does not say how a cohort is judged", "cohort/concordance.yaml", way_out=way_out)
        )
    return rules


def load_checklist(knowledge: Knowledge) -> Checklist:
    """What a report of a cohort is asked to tell; empty for a knowledge without it."""
    return unpack_cohort_file(knowledge.cohort, "checklist", Checklist) or Checklist(items=(), sources=())
