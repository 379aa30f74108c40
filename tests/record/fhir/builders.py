"""Small resources and bundles for tests, written as FHIR writes them."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from concordant.record.fhir.read import PatientBatch, read_document
from concordant.record.fhir.tables import FhirTables, make_fhir_tables
from concordant.record.sources import Patient
from tests.shipped import shipped_knowledge

AS_OF = dt.date(2023, 6, 1)
SCT, LNC, RXN = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
Json = dict[str, Any]


@lru_cache(maxsize=1)
def kit() -> FhirTables:
    return make_fhir_tables(shipped_knowledge())


def coded(system: str, code: str, display: str | None = None, text: str | None = None) -> Json:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def woman(id_: str = "p1", **more: Any) -> Json:
    return {"resourceType": "Patient", "id": id_, "gender": "female", "birthDate": "1970-02-03"} | more


def resource(kind: str, id_: str, patient: str = "p1", **more: Any) -> Json:
    return {"resourceType": kind, "id": id_, "subject": {"reference": f"Patient/{patient}"}} | more


def observation(id_: str, code: str, patient: str = "p1", **more: Any) -> Json:
    base = {"status": "final", "code": coded(LNC, code), "effectiveDateTime": "2023-01-10"}
    return resource("Observation", id_, patient, **(base | more))


def diagnosis(id_: str = "c1", patient: str = "p1", **more: Any) -> Json:
    base = {
        "code": coded(SCT, "254837009"),
        "onsetDateTime": "2022-12-01",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
    }
    return resource("Condition", id_, patient, **(base | more))


def dose(id_: str, code: str, date: str, patient: str = "p1", **more: Any) -> Json:
    base = {"status": "completed", "medicationCodeableConcept": coded(RXN, code), "effectiveDateTime": date}
    return resource("MedicationAdministration", id_, patient, **(base | more))


def bundle(*resources: Json) -> Json:
    entries = [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} if "id" in r else {"resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def reading(document: Any, *, as_of: dt.date = AS_OF, given: bool = False, name: str = "test.json") -> PatientBatch:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_document(data, name, kit(), as_of, given=given)


def read(*resources: Json, as_of: dt.date = AS_OF, given: bool = False) -> Patient:
    found = reading(bundle(*resources), as_of=as_of, given=given).patients
    assert len(found) == 1
    return found[0]


def fates(patient: Patient) -> dict[str, str]:
    return {row.place: row.fate for row in patient.account.rows}


def why(patient: Patient, place: str) -> str:
    return next(row.why for row in patient.account.rows if row.place == place)
