"""What a cohort writes down: one row a patient and decision point, with closed lists of words."""

from __future__ import annotations

from concordant.model.cohort import POINT_KINDS, VERDICTS, PointKind, Verdict

__all__ = ["POINT_KINDS", "VERDICTS", "PointKind", "Verdict"]

# Beside the facts of a point: which point it is, and what was given after it.
POINT, DATE, NUMBER, SITE = "point", "date", "number", "site"
GIVEN, GIVEN_OTHER, GIVEN_DATE, TRIAL = "given", "given_other", "given_date", "trial"
ASSUMED = "assumed"

# What the guideline says of it.
LINE, GUIDELINE, ANSWER, PREFERRED, OFFERED = "line", "guideline", "answer", "preferred", "offered"
VERDICT, REASON, STATEMENT, MISSING, KNOWLEDGE = "verdict", "reason", "statement", "missing", "knowledge"
