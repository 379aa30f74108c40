"""Very many entries of one kind, for every source: what a fault of an export, or an attack, looks like; for tests only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from concordant.model.knowledge import Knowledge
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import SourceText
from tests.writers.as_fhir import BREAST, LOINC, MEASURED, METASTASES, MOPA, SNOMED, TESTS, TRENDS, concept
from tests.writers.as_omop import tables_of
from tests.writers.in_memory import Memory

Entry = dict[str, Any]
Maker = Callable[[int], Entry]
AS_OF = dt.date(2060, 1, 1)  # far enough from the first day for ten thousand days between
FIRST = dt.date(2030, 1, 1)  # and a year after the diagnosis: what is near to it would be read with it
DIAGNOSIS = {"event": "diagnosis", "date": "2029-01-01", "stage": "IV", "sites": ["bone"]}


def day(number: int) -> str:
    """A day of its own for each number."""
    return f"{FIRST + dt.timedelta(days=number)}"


def _treat(number: int, **more: Any) -> Entry:
    dates = {"start": day(2 * number), "end": day(2 * number + 1)}
    return {"drugs": ["trastuzumab"], "setting": "advanced", **dates, **more}


# Of a case file: the block, and the entry of a number. All of them can be told as FHIR too, and as OMOP where each has its day.
CASE_KINDS: dict[str, tuple[str, Maker]] = {
    "one number, a day each": ("measurements", lambda n: {"name": "lvef", "value": f"{40 + n % 30} %", "date": day(n)}),
    "one number, all of one day": ("measurements", lambda n: {"name": "lvef", "value": f"{40 + n % 30} %", "date": day(0)}),
    "results of one test": ("tumor_markers", lambda n: {"test": "her2_ihc", "value": "3+", "date": day(n)}),
    "numbers of one test": ("tumor_markers", lambda n: {"test": "her2_ish", "ratio": f"{2 + n % 9}", "date": day(n)}),
    "progressions": ("disease", lambda n: {"event": "progression", "date": day(n), "sites": ["liver"]}),
    "recurrences": ("disease", lambda n: {"event": "recurrence", "date": day(n), "sites": ["liver"]}),
    "surgeries": ("disease", lambda n: {"event": "surgery", "procedure": "mastectomy", "date": day(n)}),
    "courses of one drug": ("treatments", _treat),
    "courses that failed": ("treatments", lambda n: _treat(n, stopped="progression")),
    "courses with their line": ("treatments", lambda n: _treat(n, line=f"{n % 9 + 1}")),
    "courses of two drugs in turn": ("treatments", lambda n: _treat(n, drugs=[("trastuzumab", "lapatinib")[n % 2]])),
    "courses before surgery": ("treatments", lambda n: _treat(n, setting="neoadjuvant")),
    "courses that run": ("treatments", lambda n: {"drugs": ["trastuzumab"], "start": day(n), "stopped": "ongoing"}),
    "courses of an unknown drug": ("treatments", lambda n: _treat(n, drugs=[f"trastuzumob{n}"])),
    "one condition": ("conditions", lambda n: {"name": "hypertension", "status": "active", "date": day(n)}),
    "unknown conditions": ("conditions", lambda n: {"name": f"strange disorder {n}", "status": "active", "date": day(n)}),
    "allergies": ("conditions", lambda n: {"name": "trastuzumab allergy", "status": "active", "date": day(n)}),
}
UNDATED_KINDS: dict[str, tuple[str, Maker]] = {
    "courses without a date": ("treatments", lambda n: {"drugs": ["trastuzumab"], "setting": "advanced"}),
    "one number without a date": ("measurements", lambda n: {"name": "lvef", "value": f"{40 + n % 30} %"}),
    "unknown medications": ("medications", lambda n: {"name": f"strange drug {n}"}),
}


def many_as_case(kind: str, number: int) -> Entry:
    """A case file with so many entries of a kind."""
    block, make = {**CASE_KINDS, **UNDATED_KINDS}[kind]
    told: Entry = {"as_of": f"{AS_OF}", "name": kind, "disease": [DIAGNOSIS]}
    told["tumor_markers"] = [{"test": "her2", "value": "positive", "date": "2029-01-01"}]
    told[block] = [*told.get(block, ()), *map(make, range(number))]
    return told


def _observe(number: int, code: Entry, **more: Any) -> Entry:
    return _about("Observation", number, status="final", code=code, effectiveDateTime=day(number), **more)


def _about(kind: str, number: int, **more: Any) -> Entry:
    return {"resourceType": kind, "id": f"{kind[:3]}{number}", "subject": {"reference": "Patient/p1"}, **more}


def _give(kind: str, number: int, name: str = "trastuzumab", **more: Any) -> Entry:
    return _about(kind, number, status="completed", medicationCodeableConcept={"text": name}, **more)


def _measure(number: int, **more: Any) -> Entry:
    value = {"valueQuantity": {"value": 40 + number % 30, "unit": "%"}}
    return {**_observe(number, concept(LOINC, MEASURED["lvef"]), **value), **more}


def _tell_line(number: int) -> Entry:
    period = {"start": day(2 * number), "end": day(2 * number + 1)}
    line = concept(MOPA, ("line-of-therapy", "Line of Therapy"))
    return _about("Observation", number, status="final", code=line, effectivePeriod=period, valueInteger=number + 1)


STRANGE = concept(LOINC, ("99999-9", "A test that nothing asks for"))
TREND = concept(LOINC, ("97509-4", "Cancer disease progression"))
STAGE = concept(LOINC, ("21908-9", "Stage group.clinical Cancer"))
MENOPAUSE = concept(LOINC, ("42802-9", "Menopausal status"))
LIVER = concept(SNOMED, METASTASES["liver"])
WORSE = concept(SNOMED, TRENDS["progression"])
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female"}
BREAST_CANCER = concept(SNOMED, BREAST)
FHIR_KINDS: dict[str, Maker] = {
    "administrations, a day each": lambda n: _give("MedicationAdministration", n, effectiveDateTime=day(n)),
    "administrations, all of one day": lambda n: _give("MedicationAdministration", n, effectiveDateTime=day(0)),
    "administrations, two drugs in turn": lambda n: _give(
        "MedicationAdministration", n, ("trastuzumab", "lapatinib")[n % 2], effectiveDateTime=day(n)
    ),
    "administrations of a supportive drug": lambda n: _give("MedicationAdministration", n, "goserelin", effectiveDateTime=day(n)),
    "administrations of a supplement": lambda n: _give("MedicationAdministration", n, "letrozole", effectiveDateTime=day(n)),
    "orders, a day each": lambda n: _give("MedicationRequest", n, authoredOn=day(n)),
    "dispenses": lambda n: _give("MedicationDispense", n, "capecitabine", whenHandedOver=day(n), daysSupply={"value": 30}),
    "statements that run": lambda n: _give("MedicationStatement", n, effectivePeriod={"start": day(n)}) | {"status": "active"},
    "statements without a date": lambda n: _give("MedicationStatement", n),
    "statements of unknown drugs": lambda n: _give("MedicationStatement", n, f"trastuzumob{n}"),
    "other medications": lambda n: _give("MedicationStatement", n, "aspirin") | {"status": "active"},
    "one id, one content": lambda n: _measure(0),
    "one id, other values": lambda n: _measure(n, id="o1"),
    "one id, nothing asked": lambda n: _observe(n, STRANGE) | {"id": "o1"},
    "nothing asked": lambda n: _observe(n, STRANGE, valueQuantity={"value": n, "unit": "mg"}),
    "nothing asked, flagged": lambda n: _observe(n, STRANGE, interpretation=[{"coding": [{"code": "H"}]}]),
    "kinds that are not read": lambda n: _about("Encounter", n),
    "faulty results": lambda n: _measure(n, status=7),
    "results not understood": lambda n: _observe(n, concept(LOINC, TESTS["her2_ihc"]), valueString=f"strange {n}"),
    "trends": lambda n: _observe(n, TREND, valueCodeableConcept=WORSE),
    "stages": lambda n: _observe(n, STAGE, valueCodeableConcept={"text": ("IIA", "IV")[n % 2]}),
    "metastases": lambda n: _about("Condition", n, code=LIVER, onsetDateTime=day(n)),
    "metastases without a date": lambda n: _about("Condition", n, code=LIVER),
    "primary cancers": lambda n: _about("Condition", n, code=BREAST_CANCER, onsetDateTime=day(n)),
    "relapses": lambda n: _about("Condition", n, code=BREAST_CANCER, onsetDateTime=day(n), clinicalStatus={"text": "relapse"}),
    "lines": _tell_line,
    "menopause": lambda n: _observe(n, MENOPAUSE, valueCodeableConcept={"text": ("premenopausal", "postmenopausal")[n % 2]}),
    "allergies": lambda n: _about("AllergyIntolerance", n, code={"text": "trastuzumab"}),
    "radiotherapy": lambda n: _about("Procedure", n, status="completed", code={"text": "radiotherapy"}, performedDateTime=day(n)),
    "chemotherapy": lambda n: _about("Procedure", n, status="completed", code={"text": "chemotherapy"}, performedDateTime=day(n)),
    "drugs by reference": lambda n: _about(
        "MedicationStatement", n, status="active", medicationReference={"reference": f"Medication/m{n}"}
    ),
    "medications to refer to": lambda n: {"resourceType": "Medication", "id": f"m{n}", "code": {"text": "trastuzumab"}},
    "the patient again": lambda n: PATIENT,
    "reports that speak": lambda n: _about("DiagnosticReport", n, conclusion=f"HER2 positive, liver metastasis {n}"),
    "notes that speak": lambda n: _about("Communication", n, note=[{"text": f"progression on trastuzumab {n}"}]),
    "results with a note": lambda n: _observe(n, STRANGE, note=[{"text": f"HER2 as told {n}"}]),
    "unknown results that speak": lambda n: _observe(n, {"text": f"strange HER2 finding {n}"}, valueString=f"so {n}"),
    "bills of a drug": lambda n: _about("Claim", n, created=day(n), item=[{"productOrService": {"text": "trastuzumab"}}]),
    "bills of anything": lambda n: _about("Claim", n, item=[{"productOrService": {"text": f"visit {n}"}}]),
    "versions of one result": lambda n: _measure(n, id="o1", meta={"versionId": f"{n + 1}"}),
    "versions of a date": lambda n: _measure(n, id="o1", meta={"lastUpdated": f"{day(n)}T00:00:00Z"}),
    "provenance": lambda n: _about("Provenance", n, target=[{"reference": f"Observation/Obs{n}"}]),
    "results that point": lambda n: _measure(n, focus={"reference": f"Condition/Con{n}"}, hasMember=[{"reference": f"Obs{n}"}]),
    "panels of many": lambda n: _observe(n, STRANGE, hasMember=[{"reference": f"Observation/Obs{n + 1}"}]),
    "results of a specimen": lambda n: _observe(
        n,
        concept(LOINC, TESTS["her2_ihc"]),
        valueString="3+",
        specimen={"reference": f"Specimen/s{n}", "display": f"lymph node {n}"},
    ),
    "results of somebody else": lambda n: _measure(n, subject={"reference": f"Patient/q{n}"}),
    "results of a number": lambda n: _measure(n, subject={"identifier": {"system": "urn:x", "value": f"{n}"}}),
    "results of a name": lambda n: _measure(n, subject={"display": f"Jane Doe {n}"}),
    "modified results": lambda n: _measure(n, modifierExtension=[{"url": f"http://x/{n}"}]),
    "parts left out": lambda n: _measure(n, meta={"tag": [{"code": "SUBSETTED"}]}),
    "other cancers": lambda n: _about("Condition", n, code={"text": f"carcinoma of the colon {n}"}, onsetDateTime=day(n)),
    "lines before the disease was advanced": lambda n: {**_tell_line(n), "effectivePeriod": {"start": "2020-01-01"}},
    "other patients": lambda n: {"resourceType": "Patient", "id": f"q{n}"},
}
WITHIN_KINDS: dict[str, Callable[[int], Entry]] = {
    "links of the patient": lambda n: {
        **PATIENT,
        "link": [{"other": {"reference": f"Patient/q{i}"}, "type": "seealso"} for i in range(n)],
    },
    "numbers of the patient": lambda n: {**PATIENT, "identifier": [{"system": f"urn:{i}", "value": f"{i}"} for i in range(n)]},
    "lines of one bill": lambda n: _about(
        "Claim", 0, item=[{"productOrService": {"text": "trastuzumab"}, "servicedDate": day(i)} for i in range(n)]
    ),
    "notes of one result": lambda n: _measure(0, note=[{"text": f"HER2 {i}"} for i in range(n)]),
    "members of one panel": lambda n: _observe(0, STRANGE, hasMember=[{"reference": f"Observation/o{i}"} for i in range(n)]),
    "contained in one drug": lambda n: _about(
        "MedicationStatement",
        0,
        contained=[{"resourceType": "Medication", "id": f"m{i}"} for i in range(n)],
        medicationReference={"reference": "#m0"},
    ),
    "components of one result": lambda n: _observe(
        0, STRANGE, component=[{"code": concept(LOINC, MEASURED["lvef"]), "valueQuantity": {"value": 50, "unit": "%"}}] * n
    ),
    "codings of one result": lambda n: _observe(0, {"coding": [{"system": LOINC, "code": f"{i}-0"} for i in range(n)]}),
    "codings of one drug": lambda n: _about(
        "MedicationStatement", 0, medicationCodeableConcept={"coding": [{"system": LOINC, "code": f"{i}"} for i in range(n)]}
    ),
    "words of one condition": lambda n: _about("Condition", 0, code={"text": "strange " * n}),
    "sites of one trend": lambda n: _observe(0, TREND, valueCodeableConcept=WORSE, focus=[{"reference": "Condition/c"}] * n),
}


def many_as_fhir(kind: str, number: int) -> Entry:
    """A bundle of one patient with so many entries of a kind, or so many parts within one."""
    diagnosis = _about("Condition", -1, code=BREAST_CANCER, onsetDateTime="2029-01-01", stage=[{"summary": {"text": "IV"}}])
    her2 = _about("Observation", -2, status="final", code=concept(LOINC, TESTS["her2"]), valueString="positive")
    entries = [WITHIN_KINDS[kind](number)] if kind in WITHIN_KINDS else list(map(FHIR_KINDS[kind], range(number)))
    return {"resourceType": "Bundle", "entry": [{"resource": each} for each in (PATIENT, diagnosis, her2, *entries)]}


def _expose(number: int, name: str) -> tuple[str, Entry]:
    dates = {"drug_exposure_start_date": day(number), "drug_exposure_end_date": day(number)}
    return "drug_exposure", {"drug_exposure_id": number, "drug_concept_id": 0, "drug_source_value": name, **dates}


def _line_episode(number: int) -> tuple[str, Entry]:
    told = {"episode_id": number, "episode_concept_id": 32531, "episode_object_concept_id": 0, "episode_number": number % 9 + 1}
    return "episode", {**told, "episode_start_date": day(number), "episode_source_value": "trastuzumab"}


def _measure_row(number: int) -> tuple[str, Entry]:
    return "measurement", {"measurement_id": 1, "measurement_concept_id": 0, "measurement_date": day(number)}


# Of OMOP: the table and the row of a number, beside what a case file can tell too.
OMOP_KINDS: dict[str, Callable[[int], tuple[str, Entry]]] = {
    "drug rows of one name": lambda n: _expose(n, "trastuzumab"),
    "drug rows of names near a drug": lambda n: _expose(n, f"trastuzumob {n}"),
    "drug rows of other names": lambda n: _expose(n, f"strange product {n}"),
    "rows of one id": _measure_row,
    "episodes of treatment": _line_episode,
    "the person again": lambda n: ("person", {"person_id": 1, "year_of_birth": 2000 + n % 9, "gender_concept_id": 8532}),
    "deaths": lambda n: ("death", {"person_id": 1, "death_date": day(n)}),
}


def many_as_omop(kind: str, number: int, knowledge: Knowledge, words: Words) -> Memory:
    """The rows of one person with so many entries of a kind."""
    base = kind if kind in CASE_KINDS else next(iter(CASE_KINDS))
    told = SourceText("case.yaml", many_as_case(base, number if kind in CASE_KINDS else 1))
    tables = tables_of(read_case(told, knowledge, words, AS_OF), knowledge)
    for table, row in map(OMOP_KINDS[kind], range(number)) if kind in OMOP_KINDS else ():
        tables.setdefault(table, []).append(row)
    rows = Memory()
    rows.add(tables)
    return rows


# Of a table (tests/record/table/cohort.yaml): its file and the row of a number.
TABLE_KINDS: dict[str, tuple[str, Callable[[int], str]]] = {
    "rows of the patient": ("people", lambda n: f"1,F,1970-02-03,{day(n)},IV,3+,{40 + n % 30}"),
    "rows of a drug": ("drugs", lambda n: f"1,trastuzumab,{2 * n},{2 * n + 1}"),
    "rows of unknown drugs": ("drugs", lambda n: f"1,trastuzumob{n},{2 * n},{2 * n + 1}"),
    "rows without dates": ("drugs", lambda n: "1,trastuzumab,,"),
    "rows that are passed over": ("drugs", lambda n: f"1,saline,{n},{n}"),
    "rows that are no rows": ("drugs", lambda n: f"1,trastuzumab,soon {n},then"),
}


def many_as_table(kind: str, number: int, mapping: str, folder: Path) -> Path:
    """A mapping with its files: one patient with so many rows of a kind."""
    lines = {"people": ["id,sex,born,diagnosed,stage,ihc,ef", f"1,F,1970-02-03,{FIRST},IV,3+,60"], "drugs": ["id,drug,from,to"]}
    name, make = TABLE_KINDS[kind]
    lines[name] += map(make, range(number))
    for file, rows in lines.items():
        (folder / f"{file}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return folder / "map.yaml"
