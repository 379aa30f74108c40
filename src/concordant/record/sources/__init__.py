"""Every source as a stream of patients: what was understood of each, and what became of every entry."""

from __future__ import annotations

import msgspec

from concordant.patient.account import Account
from concordant.patient.events import PatientRecord


class Patient(msgspec.Struct, frozen=True):
    """One patient of a source: the id there, the record, the account of its entries."""

    id: str
    record: PatientRecord
    account: Account
