"""Every source as a stream of patients: what was understood of each, and what became of every entry."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.record.account import Account
from concordant.record.events import PatientRecord


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient of a source: the id there, the record, the account of its entries."""

    id: str
    record: PatientRecord
    account: Account
