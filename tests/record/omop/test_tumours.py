"""Tumours of the CDM: what contradicts itself, and what no concept is found for, leaves open what it may say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.facts import Value
from concordant.record.omop.read import iter_patients
from concordant.terminology.names import make_words
from tests.record.omop import build
from tests.record.omop.build import condition, database, measured, person

AS_OF = dt.date(2023, 6, 1)
BREAST = condition(1, 1, build.CANCER, "2021-01-20")
STAGE = measured(1, 1, 0, "2021-02-01", measurement_source_value="21908-9", value_source_value="IIA")
Row = dict[str, Any]


def told(rows: list[Row], names: tuple[str, ...], folder: Path, knowledge: Knowledge, plan: DerivationPlan) -> dict[str, Value]:
    path = database(folder / "cdm.duckdb", {"person": [person(1, 1971)], "condition_occurrence": rows, "measurement": [STAGE]})
    [patient] = iter_patients(path, knowledge, make_words(knowledge), AS_OF, given=False, only="", rest=Account())
    facts = derive_facts(patient.record, plan)
    return {name: facts[name].value for name in names}


@pytest.mark.parametrize(
    ("row", "extent"),
    [
        (condition(2, 1, build.LIVER, "2022-09-12"), "metastatic"),
        (condition(2, 1, build.LIVER, "2022-09-12", condition_source_concept_id=build.BONE), None),
        (condition(2, 1, build.CANCER, "2022-09-12", condition_source_concept_id=build.BONE), None),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="C78.89"), "metastatic"),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="ICD10GM:C79.3"), "metastatic"),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="C77.9"), None),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="C77.3"), "early"),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="8500/6"), "metastatic"),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="ICDO3:8140/6-C22.0"), "metastatic"),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="metastasis in the flurb"), None),
        (
            condition(2, 1, 0, "2022-09-12", condition_source_value="metastasis in the flurb", condition_end_date="2022-10-01"),
            None,
        ),
        (condition(2, 1, 0, "2022-09-12", condition_source_value="migraine"), "early"),
    ],
)
def test_how_far_a_condition_goes(
    row: Row, extent: str | None, tmp_path: Path, knowledge: Knowledge, plan: DerivationPlan
) -> None:
    assert told([BREAST, row], ("disease_extent",), tmp_path, knowledge, plan) == {"disease_extent": extent}


@pytest.mark.parametrize(
    ("rows", "cancer"),
    [
        ([BREAST], "breast"),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="C50.9")], "breast"),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="8500/3-C50.9")], "breast"),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="Primary malignant neoplasm of right breast")], "breast"),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="C15.5")], "other"),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="D48.9")], None),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="D37.1", condition_end_date="2021-02-01")], None),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="Neoplasm of esophagus")], None),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="Malignant tumor of stomach")], None),
        ([condition(1, 1, build.LIVER, "2021-01-20")], None),
        ([condition(1, 1, build.CANCER, "2021-01-20", condition_source_concept_id=build.LIVER)], None),
        ([condition(1, 1, 0, "2021-01-20", condition_source_value="migraine")], "breast"),
        ([BREAST, condition(2, 1, 0, "2021-01-20", condition_source_value="Neoplasm of esophagus")], "breast"),
    ],
)
def test_which_cancer_a_record_is_about(
    rows: list[Row], cancer: str | None, tmp_path: Path, knowledge: Knowledge, plan: DerivationPlan
) -> None:
    assert told(rows, ("cancer_type",), tmp_path, knowledge, plan) == {"cancer_type": cancer}
