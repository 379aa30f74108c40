"""A record told as a FHIR R4 bundle with real codes, as hospital systems and mCODE tell it; for tests only.

Written from the standards (FHIR R4, mCODE STU3, LOINC, SNOMED CT, RxNorm), not from the reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count
from typing import Any

from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Comorbidity, Course, DiseaseEvent, Marker, Measurement, PatientRecord
from concordant.record.casefile.yaml_text import to_iso_date

Resource = dict[str, Any]
LOINC, SNOMED, RXNORM = "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
INTENT = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"
MOPA = "http://hl7.org/fhir/us/codex-mopa/CodeSystem/ocpa-codes-cs"

TESTS = {
    "her2": ("48676-1", "HER2 [Interpretation] in Tissue"),
    "her2_ihc": ("85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain"),
    "her2_ish": ("85318-4", "ERBB2 gene duplication [Presence] in Breast cancer specimen by FISH"),
    "er": ("85337-4", "Estrogen receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
    "pr": ("85339-0", "Progesterone receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
}
NUMBERS = {
    ("her2_ish", "ratio"): ("49683-6", "ERBB2 gene copy number/Chromosome 17 copy number in Tissue by FISH"),
    ("her2_ish", "copies"): ("74860-8", "ERBB2 gene copy number/nucleus in Tissue by FISH"),
    ("er", "value"): ("85329-1", "Cells.estrogen receptor/100 cells in Breast cancer specimen by Immune stain"),
    ("pr", "value"): ("85325-9", "Cells.progesterone receptor/100 cells in Breast cancer specimen by Immune stain"),
}
RESULTS = {
    "positive": ("10828004", "Positive (qualifier value)"),
    "negative": ("260385009", "Negative (qualifier value)"),
    "equivocal": ("42425007", "Equivocal (qualifier value)"),
}
MEASURED = {
    "lvef": ("10230-1", "Left ventricular Ejection fraction"),
    "total_bilirubin": ("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma"),
    "ast": ("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma"),
    "alt": ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma"),
    "platelets": ("777-3", "Platelets [#/volume] in Blood by Automated count"),
    "neutrophils": ("751-8", "Neutrophils [#/volume] in Blood by Automated count"),
    "haemoglobin": ("718-7", "Hemoglobin [Mass/volume] in Blood"),
    "creatinine": ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"),
    "creatinine_clearance": ("2164-2", "Creatinine renal clearance in 24 hour Urine and Serum or Plasma"),
    "ecog": ("89247-1", "ECOG Performance Status score"),
    "weight": ("29463-7", "Body weight"),
    "height": ("8302-2", "Body height"),
}
UNITS = {"percent": "%", "": "{score}"}
TRENDS = {
    "progression": ("271299001", "Patient's condition worsened (finding)"),
    "response": ("268910001", "Patient's condition improved (finding)"),
    "stable": ("359746009", "Patient's condition stable (finding)"),
}
REASONS = {
    "completed": ("182992009", "Treatment completed (situation)"),
    "progression": ("266721009", "Absent response to treatment (situation)"),
    "toxicity": ("407563006", "Treatment not tolerated (situation)"),
    "choice": ("105480006", "Refusal of treatment by patient (situation)"),
}
INTENTS = {
    "neoadjuvant": ("373847000", "Neo-adjuvant - intent (qualifier value)"),
    "adjuvant": ("373846009", "Adjuvant - intent (qualifier value)"),
    "advanced": ("363676003", "Palliative - procedure intent (qualifier value)"),
}
METASTASES = {
    "brain": ("94225005", "Metastatic (secondary) malignant neoplasm to brain (disorder)"),
    "bone": ("94222008", "Metastatic (secondary) malignant neoplasm to bone (disorder)"),
    "lung": ("94391008", "Metastatic (secondary) malignant neoplasm to lung (disorder)"),
    "liver": ("94381002", "Metastatic (secondary) malignant neoplasm to liver (disorder)"),
}
ICD10 = {
    "pleura": ("C78.2", "Secondary malignant neoplasm of pleura"),
    "peritoneum": ("C78.6", "Secondary malignant neoplasm of retroperitoneum and peritoneum"),
    "skin": ("C79.2", "Secondary malignant neoplasm of skin"),
    "leptomeninges": ("C79.32", "Secondary malignant neoplasm of cerebral meninges"),
    "bone_marrow": ("C79.52", "Secondary malignant neoplasm of bone marrow"),
    "mediastinum": ("C78.1", "Secondary malignant neoplasm of mediastinum"),
    "axilla": ("C77.3", "Secondary and unspecified malignant neoplasm of axilla and upper limb lymph nodes"),
}
STAGES = {"early": ("2A", "early"), "metastatic": ("4", "metastatic")}
BREAST = ("254837009", "Malignant neoplasm of breast (disorder)")
MENOPAUSE = {
    "premenopausal": ("309606002", "Premenopausal state (finding)"),
    "postmenopausal": ("76498008", "Postmenopausal state (finding)"),
}
SPECIMENS = {"primary": ("76752008", "Breast structure"), "metastasis": ("10200004", "Liver structure")}


def concept(system: str, code: tuple[str, str]) -> Resource:
    return {"coding": [{"system": system, "code": code[0], "display": code[1]}]}


class Bundle:
    """Collects the resources of one patient."""

    def __init__(self, record: PatientRecord, knowledge: Knowledge) -> None:
        self.record, self.knowledge = record, knowledge
        self.entries: list[Resource] = []
        self.numbers = count(1)

    def add(self, kind: str, **elements: Any) -> str:
        id_ = f"{kind.lower()}-{next(self.numbers)}"
        subject = {} if kind == "Patient" else {"subject": {"reference": "Patient/p1"}}
        told = {key: value for key, value in elements.items() if value is not None}
        resource = {"resourceType": kind, "id": "p1" if kind == "Patient" else id_, **subject, **told}
        self.entries.append({"fullUrl": f"http://hospital.example/{kind}/{resource['id']}", "resource": resource})
        return f"{kind}/{resource['id']}"

    def date(self, date: PartialDate | None) -> str | None:
        return to_iso_date(date, self.record.as_of)

    def tell(self) -> Resource:
        record = self.record
        self.add("Patient", gender=record.person.sex, birthDate=self.date(record.person.birth_date))
        if record.person.menopause in MENOPAUSE:
            value = concept(SNOMED, MENOPAUSE[record.person.menopause])
            self.observe(("42802-9", "Menopausal status"), None, valueCodeableConcept=value)
        for marker in record.markers:
            self.marker(marker)
        for event in record.events:
            self.event(event)
        for course in record.courses:
            self.course(course)
        for condition in record.conditions:
            self.condition(condition)
        for measurement in record.measurements:
            self.measurement(measurement)
        for medication in record.medications:
            self.add("MedicationStatement", status="active", medicationCodeableConcept={"text": medication.name})
        return {"resourceType": "Bundle", "type": "collection", "entry": self.entries}

    def observe(self, code: tuple[str, str], date: str | None, system: str = LOINC, **value: Any) -> str:
        return self.add("Observation", status="final", code=concept(system, code), effectiveDateTime=date, **value)

    def marker(self, item: Marker) -> None:
        site = concept(SNOMED, SPECIMENS[item.specimen]) if item.specimen else None
        date = self.date(item.date)
        if item.word is not None:
            known = item.word in RESULTS
            value = concept(SNOMED, RESULTS[item.word]) if known else {"text": item.word}
            self.observe(TESTS[item.test], date, valueCodeableConcept=value, bodySite=site)
        for name, number in item.numbers.items():
            unit = "%" if name == "value" else "1"
            self.observe(NUMBERS[item.test, name], date, bodySite=site, **number_value(number, unit))

    def event(self, item: DiseaseEvent) -> None:
        date = self.date(item.date)
        if item.kind == "surgery":
            code = ("172043006", "Simple mastectomy (procedure)")
            self.add("Procedure", status="completed", code=concept(SNOMED, code), performedDateTime=date)
            return
        if item.kind == "diagnosis":
            stage = None
            if item.extent in STAGES:
                coded = {"system": "http://cancerstaging.org", "code": STAGES[item.extent][0], "display": STAGES[item.extent][0]}
                stage = [{"summary": {"coding": [coded]}}]
            self.diagnosed(concept(SNOMED, BREAST), date, stage=stage)
        found = [self.diagnosed(self.metastasis(site), date) for site in item.sites]
        if item.kind == "recurrence" and not found:
            self.diagnosed(concept(SNOMED, ("128462008", "Secondary malignant neoplastic disease (disorder)")), date)
        if item.kind in TRENDS:
            focus = [{"reference": reference} for reference in found] or None
            value = concept(SNOMED, TRENDS[item.kind])
            self.observe(("97509-4", "Cancer disease progression"), date, valueCodeableConcept=value, focus=focus)

    def metastasis(self, site: str) -> Resource:
        if site in METASTASES:
            return concept(SNOMED, METASTASES[site])
        return concept("http://hl7.org/fhir/sid/icd-10-cm", ICD10[site])

    def diagnosed(self, code: Resource, date: str | None, status: str = "active", **more: Any) -> str:
        verified = concept(VERIFIED, ("refuted" if status == "absent" else "confirmed", ""))
        clinical = None if status in ("absent", "") else concept(CLINICAL, (status, status))
        told = {"code": code, "onsetDateTime": date, "clinicalStatus": clinical, "verificationStatus": verified}
        return self.add("Condition", **told, **more)

    def condition(self, item: Comorbidity) -> None:
        term = next((term for term in self.knowledge.vocabulary.conditions if term.id == item.term), None)
        coded = next((code for code in term.codes if code.system in ("snomed", "icd10")), None) if term else None
        systems = {"snomed": SNOMED, "icd10": "http://hl7.org/fhir/sid/icd-10-cm"}
        code = {"text": term.name if term and not (item.about or item.grade) else item.name}
        if coded is not None:
            worded = {"text": item.name} if item.about or item.grade else {}  # no code tells the drug or the grade
            code = concept(systems[coded.system], (coded.code, coded.display)) | worded
        self.diagnosed(code, self.date(item.date), item.status or "")

    def measurement(self, item: Measurement) -> None:
        field = next(field for field in self.knowledge.vocabulary.measurements if field.name == item.name)
        unit = UNITS.get(field.unit, field.unit)
        date = self.date(item.date) or f"{self.record.as_of}"
        limit = None if item.upper_limit is None else [{"high": {"value": item.upper_limit, "unit": unit}}]
        self.observe(MEASURED[item.name], date, referenceRange=limit, **number_value(item.value, unit))

    def course(self, item: Course) -> None:
        start, end = self.date(item.start), self.date(item.end)
        period = {key: value for key, value in (("start", start), ("end", end)) if value} or None
        for drug in item.drugs:
            self.given(item, self.drug(drug), period)
        for name in (*item.unknown_drugs, *(name.replace("_", " ") for name in item.classes)):
            self.given(item, {"text": name}, period)
        if item.line is not None and period is not None:
            value = {"valueInteger": item.line}
            self.add(
                "Observation",
                status="final",
                code=concept(MOPA, ("line-of-therapy", "Line of Therapy")),
                effectivePeriod=period,
                **value,
            )

    def given(self, item: Course, drug: Resource, period: Resource | None) -> None:
        reason = concept(SNOMED, REASONS[item.stopped]) if item.stopped in REASONS else None
        intent = concept(SNOMED, INTENTS[item.setting]) if item.setting in INTENTS else None
        status = "active" if item.stopped == "ongoing" else "completed" if item.stopped in (None, "completed") else "stopped"
        self.add(
            "MedicationStatement",
            status=status,
            medicationCodeableConcept=drug,
            effectivePeriod=period,
            statusReason=[reason] if reason else None,
            extension=[{"url": INTENT, "valueCodeableConcept": intent}] if intent else None,
        )

    def drug(self, id_: str) -> Resource:
        drug = next(drug for drug in self.knowledge.drugs if drug.id == id_)
        code = next((code for code in drug.codes if code.system == "rxnorm"), None)
        return {"text": drug.name} if code is None else concept(RXNORM, (code.code, code.display))


def number_value(number: Interval, unit: str) -> Resource:
    """A quantity with its comparator, or a range."""
    if number.is_exact:
        return {"valueQuantity": {"value": number.low, "unit": unit}}
    ends = {"low": number.low, "high": number.high}
    return {"valueRange": {key: {"value": value, "unit": unit} for key, value in ends.items() if abs(value) < 1e9}}


def bundle_of(record: PatientRecord, knowledge: Knowledge) -> Resource:
    """The record as a bundle of one patient."""
    return Bundle(record, knowledge).tell()


def administrations_of(record: PatientRecord, knowledge: Knowledge, every: int = 21) -> Resource:
    """The same bundle, its courses told as single administrations on exact days; the last one at the end of the course."""
    bundle = Bundle(record, knowledge)
    told = bundle.tell()
    kept = [entry for entry in told["entry"] if not _is_course(entry["resource"])]
    bundle.entries = kept
    for course in record.courses:
        for day in _days(course, record.as_of, every):
            for drug in course.drugs:
                bundle.add(
                    "MedicationAdministration",
                    status="completed",
                    medicationCodeableConcept=bundle.drug(drug),
                    effectiveDateTime=f"{day}",
                )
    return {**told, "entry": bundle.entries}


def _is_course(resource: Resource) -> bool:
    return (
        resource["resourceType"] == "MedicationStatement" or resource.get("code", {}).get("coding", [{}])[0].get("system") == MOPA
    )


def _days(course: Course, as_of: dt.date, every: int) -> Iterator[dt.date]:
    assert course.start is not None
    day = course.start.first
    last = course.end.last if course.end else as_of
    while day < last:
        yield day
        day += dt.timedelta(days=every)
    if course.end is not None:
        yield last
