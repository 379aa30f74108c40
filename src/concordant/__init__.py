"""Guideline-concordant cancer care: the front door.

    import concordant as cc
    a = cc.recommend("patient.yaml", as_of="2022-10-24")
    a.verdict, a.line, a.questions

What can be called stands in `concordant.api`; it is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from concordant.version import __version__

if TYPE_CHECKING:
    from concordant.api import (
        Account,
        Answer,
        Audit,
        Cohort,
        Concordance,
        ConcordantError,
        DecidedTable,
        Decision,
        Engine,
        Knowledge,
        LanguageModel,
        Patient,
        PatientRecord,
        Patients,
        Proposer,
        Recommendation,
        Refused,
        SimulatedCohort,
        Unreadable,
        audit_text,
        cohort,
        concordance,
        decide_table,
        describe,
        draw,
        facts_table,
        load_knowledge,
        open_cohort,
        read,
        recommend,
        report,
        simulate,
    )

__all__ = [
    "Account",
    "Answer",
    "Audit",
    "Cohort",
    "Concordance",
    "ConcordantError",
    "DecidedTable",
    "Decision",
    "Engine",
    "Knowledge",
    "LanguageModel",
    "Patient",
    "PatientRecord",
    "Patients",
    "Proposer",
    "Recommendation",
    "Refused",
    "SimulatedCohort",
    "Unreadable",
    "__version__",
    "audit_text",
    "cohort",
    "concordance",
    "decide_table",
    "describe",
    "draw",
    "facts_table",
    "load_knowledge",
    "open_cohort",
    "read",
    "recommend",
    "report",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """What stands in `concordant.api`, loaded only now: to import the package stays cheap (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'concordant' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module("concordant.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
