"""One treatment told by its written name, in each source that a record can come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.omop.read import iter_patients as iter_persons
from concordant.record.table.read import iter_patients as iter_rows
from concordant.terminology.names import Words
from tests.record.fhir.builders import diagnosis, read, resource, woman
from tests.record.omop.build import CANCER, condition, database, drug, person

AS_OF = dt.date(2023, 6, 1)
START = "2023-05-20"
MAPPING = """
table: one treatment
files:
  drugs: {path: drugs.csv, patient: id, entries: [{block: treatments, drugs: drug, start: {date: from}, stopped: {is: ongoing}}]}
"""


class Told:
    """Tells one running treatment of one patient, and gives the record that is read of it."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words = folder, knowledge, words
        self.sources: dict[str, Callable[[str], PatientRecord]] = {
            "fhir": self.as_fhir,
            "omop": self.as_omop,
            "table": self.as_table,
        }

    def as_fhir(self, name: str) -> PatientRecord:
        period = {"start": START}
        more: dict[str, Any] = {"status": "active", "medicationCodeableConcept": {"text": name}, "effectivePeriod": period}
        return read(woman(), diagnosis(), resource("MedicationStatement", "m1", **more), as_of=AS_OF).record

    def as_omop(self, name: str) -> PatientRecord:
        path = self.folder / "told.duckdb"
        path.unlink(missing_ok=True)
        rows = {
            "person": [person(1)],
            "condition_occurrence": [condition(1, 1, CANCER, "2022-12-01")],
            "drug_exposure": [drug(1, 1, 0, START, drug_source_value=name)],
        }
        [patient] = iter_persons(database(path, rows), self.knowledge, self.words, AS_OF, given=False, rest=Account())
        return patient.record

    def as_table(self, name: str) -> PatientRecord:
        (self.folder / "drugs.csv").write_text(f'id,drug,from\n1,"{name}",{START}\n', encoding="utf-8")
        (self.folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
        [patient] = iter_rows(self.folder / "map.yaml", self.knowledge, self.words, AS_OF, given=False)
        return patient.record
