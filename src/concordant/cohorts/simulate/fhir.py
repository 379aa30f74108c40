"""Entries as resources of FHIR R4: NDJSON, a file a type, the patients in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from concordant.cohorts.simulate.calendar import write_dates
from concordant.cohorts.simulate.entries import DoseBlock, EntryBlock, flatten_spellings, make_entries
from concordant.cohorts.simulate.history import NEVER, History
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.streams import Days, Rows
from concordant.model.simulation import Coding
from concordant.outputs import append_file, report_write_errors

UCUM = "UCUM"
DONE, ORDERED = "completed", "active"
DAYS_OF = {"Condition": "onsetDateTime", "Procedure": "performedDateTime", "Observation": "effectiveDateTime"}
STATES: Mapping[str, Mapping[str, Any]] = {
    "Observation": {"status": "final"},
    "Procedure": {"status": DONE},
    "Condition": {
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": ORDERED}]},
        "verificationStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]
        },
    },
}
Lines = list[tuple[int, str]]  # the row of the patient, and the rest of a resource behind its id and its subject


class FhirWriter:
    """Writes the resources of each part behind those of the parts before it."""

    def __init__(self, plan: SimulationPlan, folder: Path) -> None:
        self.plan, self.folder = plan, folder / "fhir"
        with report_write_errors(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)

    def write_part(self, number: int, history: History) -> None:  # noqa: ARG002 - all parts stand in one file
        """Write the resources of the patients of a part."""
        entries = make_entries(self.plan, history)
        told: dict[str, Lines] = {}
        for block in entries.blocks:
            told.setdefault(block.kind.resource, []).extend(self._write_entries(block))
        for doses in entries.doses:
            told.setdefault(_name_resource(doses), []).extend(self._write_doses(doses))
        self._append("Patient", self._write_patients(history))
        for kind in sorted(told):
            self._append(kind, _number_lines(kind, told[kind], history))

    def finish(self) -> None:
        """Nothing comes behind."""

    def _append(self, kind: str, lines: Iterable[str]) -> None:
        append_file("".join(f"{line}\n" for line in lines).encode(), str(self.folder / f"{kind}.ndjson"))

    def _write_patients(self, history: History) -> list[str]:
        fhir, sex = self.plan.simulation.fhir, history.frame.columns[self.plan.simulation.cdm.person]
        site, exact = history.frame.columns["site"], np.zeros(history.rows, np.int8)
        died = ["" if day == NEVER else date for day, date in zip(history.deaths.tolist(), _write_deaths(history), strict=True)]
        rows = zip(
            history.patients.tolist(),
            sex.values.tolist(),
            write_dates(history.births, exact),
            died,
            site.values.tolist(),
            strict=True,
        )
        lines = []
        for patient, code, born, death, place in rows:
            told = {"resourceType": "Patient", "id": str(patient), "gender": fhir.genders[sex.words[code]], "birthDate": born}
            told |= {"deceasedDateTime": death} if death else {}
            lines.append(_encode({**told, "managingOrganization": {"reference": f"Organization/{site.words[place]}"}}))
        return lines

    def _write_entries(self, block: EntryBlock) -> Lines:
        kind = block.kind.resource
        codes = [f'"code":{_encode(self._write_concept(coding))}' for coding in block.kind.codes]
        state = "".join(f',"{key}":{_encode(value)}' for key, value in STATES[kind].items())
        values, dates = self._write_values(block), write_dates(block.days, block.exact)
        rows = zip(block.rows.tolist(), block.codings.tolist(), dates, values, block.twice.tolist(), strict=True)
        day = DAYS_OF[kind]
        return [
            (row, f'{codes[coding]}{state},"{day}":"{date}"{value}')
            for row, coding, date, value, twice in rows
            for _ in range(1 + twice)
        ]

    def _write_values(self, block: EntryBlock) -> list[str]:
        """The value of each result, with the comma before it; nothing where there is none."""
        if block.value is None:
            return [""] * len(block.rows)
        if not block.value.words:
            return [
                self._write_quantity(number, block)
                for number in np.round(block.value.values.astype(np.float64), block.kind.digits).tolist()
            ]
        flat, places = flatten_spellings(block)
        told = [
            f',"valueCodeableConcept":{_encode(self._write_concept(coding))}'
            if coding.vocabulary
            else f',"valueString":{_encode(coding.text)}'
            for coding in flat
        ]
        return [told[place] for place in places.tolist()]

    def _write_quantity(self, number: float, block: EntryBlock) -> str:
        value: float = int(number) if number == int(number) else number
        unit = block.kind.unit
        told = {"value": value, "unit": unit, "system": self.plan.simulation.fhir.systems[UCUM], "code": unit}
        return f',"valueQuantity":{_encode(told)}'

    def _write_concept(self, coding: Coding) -> dict[str, Any]:
        if not coding.vocabulary:
            return {"text": coding.text}
        system = self.plan.simulation.fhir.systems[coding.vocabulary]
        return {"coding": [{"system": system, "code": coding.code, "display": coding.display}]}

    def _write_doses(self, block: DoseBlock) -> Lines:
        drugs = [_encode(self._write_concept(coding)) for coding in self.plan.simulation.drugs[block.drug]]
        dates = write_dates(block.days, np.zeros(len(block.days), np.int8))
        if block.ordered_only:
            before, after = f'"status":"{ORDERED}","intent":"order","authoredOn":"', '"'
        elif block.supply:
            supply = _encode({"value": block.supply, "unit": "d"})
            before, after = f'"status":"{DONE}","daysSupply":{supply},"whenHandedOver":"', '"'
        else:
            before, after = f'"status":"{DONE}","effectiveDateTime":"', '"'
        rows = zip(block.rows.tolist(), block.codings.tolist(), dates, block.twice.tolist(), strict=True)
        return [
            (row, f'{before}{date}{after},"medicationCodeableConcept":{drugs[coding]}')
            for row, coding, date, twice in rows
            for _ in range(1 + twice)
        ]


def _name_resource(block: DoseBlock) -> str:
    if block.ordered_only:
        return "MedicationRequest"
    return "MedicationDispense" if block.supply else "MedicationAdministration"


def _write_deaths(history: History) -> list[str]:
    known: Days = np.where(history.deaths == NEVER, 0, history.deaths).astype(np.int32)
    return write_dates(known, np.zeros(history.rows, np.int8))


def _number_lines(kind: str, lines: Sequence[tuple[int, str]], history: History) -> list[str]:
    """The resources by patient, each with an id of its own."""
    rows: Rows = np.array([row for row, _ in lines])
    made, before, number = [], -1, 0
    for place in np.argsort(rows, kind="stable").tolist():
        row, rest = lines[place]
        number, before = (number + 1 if row == before else 1), row
        patient = history.patients[row]
        head = f'{{"resourceType":"{kind}","id":"{kind}-{patient}-{number}","subject":{{"reference":"Patient/{patient}"}},'
        made.append(f"{head}{rest}}}")
    return made


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()
