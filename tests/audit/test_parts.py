"""What a sentence says of two things is judged of each; what was not yet published on the day judges nothing."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from concordant.api import load_knowledge
from concordant.audit.audit import Auditor, make_auditor
from concordant.audit.verdicts import WRONG, Finding

DAY = dt.date(2026, 11, 27)
TRUE = {
    "dose": "trastuzumab deruxtecan is given at 5.4 mg/kg every 3 weeks",
    "label": "the US label of margetuximab has no contraindications",
    "figure": "in HER2CLIMB median PFS was 7.8 v 5.6 months",
}
FALSE = {
    "dose": "trastuzumab emtansine is given at 5.4 mg/kg every 3 weeks",
    "label": "tucatinib is contraindicated in liver disease",
    "figure": "in DESTINY-Breast03 median PFS was 28.8 v 6.8 months (HR 0.28)",
}
JOINTS = ("; ", ", whereas ", ", and ", ", but ")
CASES = [(true, false, joint) for true, false, joint in product(TRUE, FALSE, JOINTS)]


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    return make_auditor(load_knowledge())


def audit(auditor: Auditor, text: str, day: dt.date = DAY) -> tuple[Finding, ...]:
    return auditor.audit(text[0].upper() + text[1:] + ".\n", day)


@pytest.mark.parametrize(("true", "false", "joint"), CASES)
@pytest.mark.parametrize("false_first", [False, True])
def test_the_false_claim_of_two_is_told_at_its_place(
    true: str, false: str, joint: str, false_first: bool, auditor: Auditor
) -> None:
    one, other = (FALSE[false], TRUE[true]) if false_first else (TRUE[true], FALSE[false])
    found = audit(auditor, one + joint + other)
    wrong = [(f.start, f.end) for f in found if f.verdict in WRONG]
    low = 0 if false_first else len(one + joint)
    assert wrong
    assert all(low <= start and end <= low + len(FALSE[false]) + 1 for start, end in wrong), found


@pytest.mark.parametrize(("one", "other", "joint"), [c for c in product(TRUE, TRUE, JOINTS) if c[0] != c[1]])
def test_two_true_claims_are_not_held_against_each_other(one: str, other: str, joint: str, auditor: Auditor) -> None:
    assert not [f for f in audit(auditor, TRUE[one] + joint + TRUE[other]) if f.verdict in WRONG]


def test_figures_of_one_trial_are_held_together_over_a_semicolon(auditor: Auditor) -> None:
    text = "In DESTINY-Breast03 median PFS was 28.8 v 6.8 months; in DESTINY-Breast03 the hazard ratio for PFS was 0.28"
    assert {f.verdict for f in audit(auditor, text)} == {"mixed_cuts"}


def test_no_wording_judges_before_its_source_was_there(auditor: Auditor) -> None:
    """Every wording of the knowledge, by its first example, on the day before its source was published and on that day."""
    days = {source.id: source.known_from for source in auditor.lexicon.knowledge.sources}
    tried = 0
    for claim in auditor.lexicon.words.claims:
        day = days.get(claim.source.ref)
        if day is None or claim.since is not None:
            continue
        tried += 1
        before = audit(auditor, claim.reads[0].rstrip("."), day - dt.timedelta(days=1))
        assert claim.id not in {f.rule for f in before}, claim.id
        assert claim.id in {f.rule for f in audit(auditor, claim.reads[0].rstrip("."), DAY)}, claim.id
    assert tried > 100


@pytest.mark.parametrize("kind", ["dose", "label"])
def test_a_dose_and_a_label_of_later_judge_nothing(kind: str, auditor: Auditor) -> None:
    early = dt.date(2012, 1, 1)
    assert any(f.verdict in WRONG for f in audit(auditor, FALSE[kind]))
    assert {f.verdict for f in audit(auditor, FALSE[kind], early)} == {"not_in_knowledge"}


def test_a_grade_of_a_later_guideline_judges_nothing(auditor: Auditor) -> None:
    text = "Recommendation 2.1 on T-DXd in second line: evidence quality low, strength weak"
    assert any(f.kind == "grade" and f.verdict in WRONG for f in audit(auditor, text))
    assert not [f for f in audit(auditor, text, dt.date(2010, 1, 1)) if f.kind == "grade"]
