"""The phrases of a checked answer (`audit`), in English."""

AUDIT: dict[str, str] = {
    "audit.title": "A written answer, checked",
    "audit.as_of": "as of {day}",
    "audit.none": "Nothing here could be judged",
    "audit.claims.1": "1 claim",
    "audit.claims": "{n} claims",
    "audit.all": "{claims} judged, all supported",
    "audit.wrong.1": "1 of {claims} does not hold",
    "audit.wrong": "{n} of {claims} do not hold",
    "audit.sources": "Sources",
    "audit.foot.narrow": (
        "A sentence that is not judged is neither right nor wrong: the knowledge of this program is narrow, and it "
        "abstains where it has nothing to compare with."
    ),
    "audit.foot.advice": "No clinician has reviewed this check. It is no advice on treatment.",
    "audit.mixed_cuts": "mixed data cuts",
    "audit.contradicted": "contradicted",
    "audit.outdated": "outdated",
    "audit.overstated": "overstated",
    "audit.supported": "supported",
    "audit.not_in_knowledge": "not judged",
    "audit.meaning.mixed_cuts": "each number is right by itself, but no single analysis holds them together",
    "audit.meaning.contradicted": "the knowledge says otherwise",
    "audit.meaning.outdated": "it was so once, and is no longer",
    "audit.meaning.overstated": "it says more than its source does",
    "audit.meaning.supported": "the knowledge holds it",
    "audit.meaning.not_in_knowledge": "nothing in the knowledge speaks for or against it: neither right nor wrong",
    "audit.checked.primary": "read in the source",
    "audit.checked.secondary": "read second-hand",
    "audit.checked.recalled": "recalled, not checked",
    "audit.checked.choice": "a choice of this project",
}
