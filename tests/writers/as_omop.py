"""A record told as the tables of OMOP CDM 5.4, with the codes of the terminologies in its concept table; for tests only.

Every date of the CDM is a day, every drug exposure has an end, and no table holds the specimen or the intent of a treatment.
"""

from __future__ import annotations

import csv
import datetime as dt
from itertools import count
from pathlib import Path
from typing import Any

from concordant.logic.dates import PartialDate
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Comorbidity, Course, DiseaseEvent, Marker, Measurement, PatientRecord
from concordant.record.omop.schema import EVENTS, SPEAKING
from tests.writers.as_fhir import BREAST, ICD10, MEASURED, METASTASES, NUMBERS, RESULTS, TESTS, UNITS

Row = dict[str, Any]
Tables = dict[str, list[Row]]
SEX = {"female": 8532, "male": 8507}
TREATMENT, EPISODE_OF_DISEASE = 32531, 32533
TRENDS = {"progression": 32949, "response": 32947, "stable": 32948}
STAGES = {"early": "2A", "metastatic": "4"}
REASONS = {"completed": "completed", "progression": "disease progression", "toxicity": "toxicity", "choice": "patient choice"}
PLANNED = 60  # days: a course that runs has its end ahead


class Cdm:
    """Collects the tables of one person; concept ids are the site's own, above two thousand million."""

    def __init__(self, record: PatientRecord, knowledge: Knowledge) -> None:
        self.record, self.knowledge = record, knowledge
        self.tables: Tables = {"concept": []}
        self.known: dict[tuple[str, str], int] = {}
        self.ids = count(1)

    def concept(self, vocabulary: str, code: str, name: str) -> int:
        if (vocabulary, code) not in self.known:
            id_ = self.known[vocabulary, code] = 2_000_000_001 + len(self.known)
            told = {"concept_id": id_, "concept_name": name, "vocabulary_id": vocabulary, "concept_code": code}
            self.tables["concept"].append(told)
        return self.known[vocabulary, code]

    def add(self, table: str, **columns: Any) -> int:
        id_ = next(self.ids)
        key = {} if table == "person" else {f"{table}_id": id_}
        self.tables.setdefault(table, []).append({**key, "person_id": 1, **columns})
        return id_

    def day(self, date: PartialDate | None) -> dt.date:
        assert date is not None and date.is_exact, "the CDM knows days only"
        return date.first

    def tell(self) -> Tables:
        record = self.record
        self.person()
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
        return self.tables

    def person(self) -> None:
        told = self.record.person
        born = told.birth_date
        parts: Row = {}
        if born is not None:
            parts["year_of_birth"] = born.first.year
            if (born.last - born.first).days < 31:
                parts["month_of_birth"] = born.first.month
            if born.is_exact:
                parts["day_of_birth"] = born.first.day
        self.add("person", gender_concept_id=SEX.get(told.sex or "", 0), **{"year_of_birth": None, **parts})
        if told.menopause is not None:
            about = self.concept("LOINC", "42802-9", "Menopausal status")
            self.add(
                "observation",
                observation_concept_id=about,
                observation_date=self.record.as_of,
                value_as_string=told.menopause,
            )

    def marker(self, item: Marker) -> None:
        date = self.record.as_of if item.date is None else self.day(item.date)
        if item.word is not None:
            about = self.concept("LOINC", *TESTS[item.test])
            value = self.concept("SNOMED", *RESULTS[item.word]) if item.word in RESULTS else None
            told = {} if value else {"value_source_value": item.word}
            self.add("measurement", measurement_concept_id=about, measurement_date=date, value_as_concept_id=value, **told)
        for name, number in item.numbers.items():
            assert number.is_exact
            about = self.concept("LOINC", *NUMBERS[item.test, name])
            unit = self.concept("UCUM", "%", "percent") if name == "value" else None
            told = {"value_as_number": number.low, "unit_concept_id": unit}
            self.add("measurement", measurement_concept_id=about, measurement_date=date, **told)

    def event(self, item: DiseaseEvent) -> None:
        date = self.day(item.date)
        if item.kind == "surgery":
            code = self.concept("SNOMED", "172043006", "Simple mastectomy (procedure)")
            self.add("procedure_occurrence", procedure_concept_id=code, procedure_date=date)
            return
        if item.kind == "diagnosis":
            self.diagnosed("SNOMED", BREAST, date)
            if item.extent in STAGES:
                about = self.concept("LOINC", "21908-9", "Stage group.clinical Cancer")
                value = self.concept("Cancer Modifier", STAGES[item.extent], f"Stage {STAGES[item.extent]}")
                told = {"value_as_concept_id": value, "value_source_value": STAGES[item.extent]}
                self.add("measurement", measurement_concept_id=about, measurement_date=date, **told)
        for site in item.sites:
            vocabulary, code = ("SNOMED", METASTASES[site]) if site in METASTASES else ("ICD10CM", ICD10[site])
            self.diagnosed(vocabulary, code, date)
        if item.kind == "recurrence" and not item.sites:
            self.diagnosed("SNOMED", ("128462008", "Secondary malignant neoplastic disease (disorder)"), date)
        if item.kind in TRENDS:
            self.trend(item, date)

    def trend(self, item: DiseaseEvent, date: dt.date) -> None:
        """An episode of the disease; its object is a metastasis where one is named."""
        thing = self.concept("SNOMED", *METASTASES[item.sites[0]]) if item.sites and item.sites[0] in METASTASES else 0
        self.add(
            "episode",
            episode_concept_id=TRENDS[item.kind],
            episode_start_date=date,
            episode_object_concept_id=thing,
        )

    def diagnosed(self, vocabulary: str, code: tuple[str, str], date: dt.date, **more: Any) -> None:
        self.add("condition_occurrence", condition_concept_id=self.concept(vocabulary, *code), condition_start_date=date, **more)

    def condition(self, item: Comorbidity) -> None:
        term = next((term for term in self.knowledge.vocabulary.conditions if term.id == item.term), None)
        name = term.name if term and not (item.about or item.grade) else item.name
        coded = next((code for code in term.codes if code.system == "snomed"), None) if term else None
        date = self.record.as_of if item.date is None else self.day(item.date)
        code = (coded.code, coded.display) if coded else (f"local {name}", name)
        end = {"condition_end_date": date} if item.status == "resolved" else {}
        self.diagnosed("SNOMED" if coded else "None", code, date, **end)

    def measurement(self, item: Measurement) -> None:
        field = next(field for field in self.knowledge.vocabulary.measurements if field.name == item.name)
        assert item.value.is_exact
        unit = UNITS.get(field.unit, field.unit)
        self.add(
            "measurement",
            measurement_concept_id=self.concept("LOINC", *MEASURED[item.name]),
            measurement_date=self.record.as_of if item.date is None else self.day(item.date),
            value_as_number=item.value.low,
            unit_concept_id=self.concept("UCUM", unit, unit) if field.unit else None,
            range_high=item.upper_limit,
        )

    def course(self, item: Course) -> None:
        start = self.day(item.start)
        end = self.record.as_of + dt.timedelta(days=PLANNED) if item.stopped == "ongoing" else self.day(item.end)
        reason = REASONS.get(item.stopped or "")
        given = []
        for drug in item.drugs:
            told = {"drug_exposure_start_date": start, "drug_exposure_end_date": end, "stop_reason": reason}
            given.append(self.add("drug_exposure", drug_concept_id=self.drug(drug), **told))
        if item.line is not None:
            self.line(item, start, given)

    def line(self, item: Course, start: dt.date, given: list[int]) -> None:
        """A treatment episode under an episode of metastatic disease: its number is the line."""
        spread = self.concept("SNOMED", "128462008", "Secondary malignant neoplastic disease (disorder)")
        parents = [row for row in self.tables.get("episode", ()) if row["episode_concept_id"] == EPISODE_OF_DISEASE]
        if parents:
            parent = parents[0]["episode_id"]
        else:
            told = {"episode_concept_id": EPISODE_OF_DISEASE, "episode_object_concept_id": spread}
            parent = self.add("episode", episode_start_date=start, **told)
        told = {"episode_concept_id": TREATMENT, "episode_parent_id": parent, "episode_number": item.line}
        episode = self.add("episode", episode_start_date=start, episode_object_concept_id=0, **told)
        for exposure in given:
            link = {"episode_id": episode, "event_id": exposure, "episode_event_field_concept_id": 1147094}
            self.tables.setdefault("episode_event", []).append(link)

    def drug(self, id_: str) -> int:
        drug = next(drug for drug in self.knowledge.drugs if drug.id == id_)
        code = next((code for code in drug.codes if code.system == "rxnorm"), None)
        if code is not None:
            return self.concept("RxNorm", code.code, code.display)
        return self.concept("RxNorm Extension", f"local {id_}", drug.name)


def tables_of(record: PatientRecord, knowledge: Knowledge) -> Tables:
    """The record as the rows of a CDM."""
    return Cdm(record, knowledge).tell()


COLUMNS = {
    **{table.name: list(table.needed) for table in EVENTS if table.name in SPEAKING},
    "person": ["person_id", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth"],
    "episode_event": ["episode_id", "event_id", "episode_event_field_concept_id"],
}


def write_csv(tables: Tables, folder: Path) -> Path:
    """One CSV file a table, with all columns that any row of it has. One without rows is there: no record is half."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in {**dict.fromkeys(SPEAKING, ()), **tables}.items():
        columns = list(dict.fromkeys([*COLUMNS.get(name, ()), *(column for row in rows for column in row)]))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder
