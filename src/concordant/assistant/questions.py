"""What an assistant may send, as types: the input schemas of the tools are made of them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Part = Literal[
    "",
    "dangers",
    "held_until",
    "not_read",
    "reports_not_read",
    "not_understood",
    "conflicts",
    "incomplete",
    "options",
    "evidence",
    "label_facts",
    "checks",
    "ask",
    "other_sides",
    "why",
    "assumed",
    "avoid",
    "why_not",
    "actions",
    "next",
    "disagreements",
    "newer",
    "notices",
    "references",
]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all questions share: nothing but what they name is taken."""


class PatientQuestion(Asked, frozen=True, kw_only=True):
    """A patient, and the day of the question.

    `stated` are facts that the user told beside the record, by the names that `ask` gives.
    """

    record: dict[str, Any] | str
    stated: dict[str, str | int | float | bool] = {}
    as_of: str = ""
    guideline: str = ""
    patient: str = ""


class RecommendQuestion(PatientQuestion, frozen=True, kw_only=True):
    """A patient, and the part of the answer that is wanted in full; without one, its first screen."""

    part: Part = ""
    page: int = 1


class ExplainQuestion(Asked, frozen=True, kw_only=True):
    """A statement by its number; with a patient, why it applies to that one or does not.

    Some clients make a number of `2.1`.
    """

    statement: str | float
    record: dict[str, Any] | str | None = None
    stated: dict[str, str | int | float | bool] = {}
    as_of: str = ""
    guideline: str = ""
    patient: str = ""
    page: int = 1


class DraftOrder(Asked, frozen=True, kw_only=True):
    """One drug that somebody is about to order, as written: its name, an amount with its unit, days from dose to dose."""

    drug: str
    amount: float | None = None
    unit: str = ""
    every_days: float | None = None
    schedule: str = ""


class OrderQuestion(PatientQuestion, frozen=True, kw_only=True):
    """A patient, and draft orders: a list, or a Bundle of FHIR as text."""

    orders: list[DraftOrder] | str


class AuditQuestion(Asked, frozen=True, kw_only=True):
    """A text whose claims are checked, and the patient whom it is about, if any."""

    text: str
    record: dict[str, Any] | str | None = None
    as_of: str = ""
    patient: str = ""
    page: int = 1


class GuidelineQuestion(Asked, frozen=True, kw_only=True):
    """A day; with `guideline` (`ID/VERSION` or an id), the statements of that one."""

    as_of: str = ""
    guideline: str = ""
    page: int = 1


class SourceQuestion(Asked, frozen=True, kw_only=True):
    """The id of a source, as answers give it under `ref`."""

    ref: str
    page: int = 1
