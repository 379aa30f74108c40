"""What a cohort writes down: one row a patient and decision point, with closed lists of words."""

from __future__ import annotations

from typing import Literal, get_args

PointKind = Literal["advanced_diagnosis", "line_start", "progression", "asked"]
Verdict = Literal["preferred", "offered", "not_offered", "against", "justified", "undecidable", "out_of_scope"]

POINT_KINDS: tuple[PointKind, ...] = get_args(PointKind)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# Beside the facts of a point: which point it is, and what was given after it.
POINT, DATE, NUMBER, SITE = "point", "date", "number", "site"
GIVEN, GIVEN_OTHER, GIVEN_DATE, TRIAL = "given", "given_other", "given_date", "trial"
ASSUMED = "assumed"

# What the guideline says of it.
LINE, GUIDELINE, ANSWER, PREFERRED, OFFERED = "line", "guideline", "answer", "preferred", "offered"
VERDICT, REASON, STATEMENT, MISSING, KNOWLEDGE = "verdict", "reason", "statement", "missing", "knowledge"
