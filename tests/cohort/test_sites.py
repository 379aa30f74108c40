"""Where a patient is treated, by every source that tells it: the points carry it as it is written, and two places are none."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine
from concordant.api.cohort_order import CohortOrder
from concordant.api.cohorts import make_cohort
from tests.cohort.cdm import write_persons
from tests.shipped import shipped_knowledge

AS_OF = dt.date(2026, 1, 1)


def engine() -> Engine:
    return Engine(shipped_knowledge())


def sites_of(source: Path) -> dict[str, str]:
    return {patient.id: patient.site for patient in engine().read(source, as_of=AS_OF)}


def patient_of_fhir(id_: str, **organization: Any) -> dict[str, Any]:
    more = {"managingOrganization": organization} if organization else {}
    return {"resource": {"resourceType": "Patient", "id": id_, "gender": "female", **more}}


FHIR = {
    "an id": ({"reference": "Organization/north"}, "north"),
    "an address": ({"reference": "https://ehr.example/fhir/Organization/north"}, "north"),
    "a name alone": ({"display": "The north"}, "The north"),
    "an id before a name": ({"reference": "Organization/north", "display": "The north"}, "north"),
    "none": ({}, ""),
}


@pytest.mark.parametrize("told", FHIR)
def test_the_organization_of_fhir(told: str, tmp_path: Path) -> None:
    organization, site = FHIR[told]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [patient_of_fhir("p1", **organization)]}
    (path := tmp_path / "record.json").write_text(json.dumps(bundle), encoding="utf-8")
    assert sites_of(path) == {"p1": site}


MAPPING = """table: People
files:
  people:
    path: people.csv
    patient: id
    site: where
    entries:
      - {block: patient, sex: sex}
"""
ROWS = {
    "one": ("a,female,north", "north"),
    "the same twice": ("a,female,north\na,female,north", "north"),
    "two places": ("a,female,north\na,female,south", ""),
    "a missing word": ("a,female,", ""),
}


@pytest.mark.parametrize("told", ROWS)
def test_the_column_of_a_table(told: str, tmp_path: Path) -> None:
    rows, site = ROWS[told]
    (path := tmp_path / "people.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "people.csv").write_text(f"id,sex,where\n{rows}\n", encoding="utf-8")
    assert sites_of(path) == {"a": site}


@pytest.mark.parametrize(("told", "site"), [("7", "7"), ("0", None), ("", None), (None, None)])
def test_the_care_site_of_omop_stands_in_points_and_facts(told: str | None, site: str | None, tmp_path: Path) -> None:
    source = write_persons(tmp_path / "cdm", 3)
    _add_care_site(source / "person.csv", told)
    made = make_cohort(engine(), str(source), tmp_path / "out", CohortOrder(as_of=AS_OF))
    assert made.points.num_rows and set(made.points.column("site").to_pylist()) == {site}
    assert set(made.facts.column("site").to_pylist()) == {site}


def _add_care_site(path: Path, told: str | None) -> None:
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    if told is not None:
        head, rows = f"{head},care_site_id", [f"{row},{told}" for row in rows]
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
