"""Several versions of one resource: the newest governs, whatever stands first; what was taken back was never there."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from concordant.record.fhir.stream import iter_patients
from concordant.record.sources import Patient
from tests.record.fhir.builders import AS_OF, Json, bundle, dose, kit, observation, reading, woman


def meta(version: Any = None, updated: str | None = None) -> Json:
    told = ({} if version is None else {"versionId": version}) | ({} if updated is None else {"lastUpdated": updated})
    return {"meta": told} if told else {}


def given(version: Any, updated: str | None, status: str = "completed") -> Json:
    return dose("m1", "224905", "2022-01-10") | meta(version, updated) | {"status": status}


ERROR = "entered-in-error"
# the versions of one administration, and whether the drug was given
VERSIONS: list[tuple[list[Json], bool]] = [
    ([given("1", None), given("2", None, ERROR)], False),
    ([given("9", None), given("10", None, ERROR)], False),
    ([given(1, None), given(2, None, ERROR)], False),
    ([given(None, "2022-01-11T10:00:00Z"), given(None, "2022-01-12T10:00:00+02:00", ERROR)], False),
    ([given(None, "2022-01-12"), given(None, "2022-01-11", ERROR)], True),
    ([given("3", None), given("1", None, ERROR), given("2", None)], True),
    ([given(None, None), given(None, None, ERROR)], False),
    ([given("2", None), given(None, None, ERROR)], False),
    ([given("1", None), given("1", None)], True),
    ([given("x", None), given("y", None, ERROR)], False),
]


def received(patient: Patient) -> bool:
    return bool(patient.record.courses)


def lines_of(tmp_path: Path, *resources: Json) -> list[Patient]:
    path = tmp_path / "all.ndjson"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in resources), encoding="utf-8")
    return list(iter_patients(path, kit(), AS_OF))


@pytest.mark.parametrize(("versions", "was_given"), VERSIONS, ids=lambda item: json.dumps(item)[:40])
def test_the_newest_version_governs_in_any_order(versions: list[Json], was_given: bool, tmp_path: Path) -> None:
    for order in permutations(versions):
        (in_bundle,) = reading(bundle(woman(), *order)).patients
        (in_lines,) = lines_of(tmp_path, woman(), *order)
        assert received(in_bundle) is received(in_lines) is was_given
        assert len(in_bundle.account.rows) == len(in_lines.account.rows) == len(versions) + 1


def deletion(address: str, when: str | None = None) -> Json:
    return {"request": {"method": "DELETE", "url": address}} | ({"response": {"lastModified": when}} if when else {})


# when the drug was told, when it was deleted, and whether it was given
DELETIONS = [
    (None, None, False),
    ("2022-01-11T00:00:00Z", "2022-01-12T00:00:00Z", False),
    ("2022-01-13T00:00:00Z", "2022-01-12T00:00:00Z", True),
    ("2022-01-13T00:00:00Z", None, False),
]


@pytest.mark.parametrize(("told", "deleted", "was_given"), DELETIONS)
@pytest.mark.parametrize("address", ["MedicationAdministration/m1", "http://h/fhir/MedicationAdministration/m1"])
def test_what_the_source_deleted_was_never_there(
    told: str | None, deleted: str | None, was_given: bool, address: str, tmp_path: Path
) -> None:
    history = bundle(woman(), given(None, told))
    history["entry"].insert(0, deletion(address, deleted))
    (in_history,) = reading(history).patients
    (tmp_path / "MedicationAdministration.ndjson").write_text(json.dumps(given(None, told)), encoding="utf-8")
    (tmp_path / "Patient.ndjson").write_text(json.dumps(woman()), encoding="utf-8")
    gone = {"resourceType": "Bundle", "type": "transaction", "entry": [deletion(address, deleted)]}
    (tmp_path / "deleted.ndjson").write_text(json.dumps(gone), encoding="utf-8")
    (in_export,) = iter_patients(tmp_path, kit(), AS_OF)
    assert received(in_history) is received(in_export) is was_given


def test_a_deleted_patient_is_not_answered(tmp_path: Path) -> None:
    history = bundle(woman(), woman("p2"), given(None, None))
    history["entry"].append(deletion("Patient/p1"))
    batch = reading(history)
    assert [patient.id for patient in batch.patients] == ["p2"]


# two versions of a Patient, and the birth date that governs
PATIENTS = [
    (meta("1") | {"birthDate": "1950-01-01"}, meta("2") | {"birthDate": "1970-02-03"}, "1970-02-03"),
    (
        meta(None, "2020-01-01") | {"birthDate": "1970-02-03"},
        meta(None, "2019-01-01") | {"birthDate": "1950-01-01"},
        "1970-02-03",
    ),
    ({"birthDate": "1970"}, {"birthDate": "1970-02-03"}, "1970-02-03"),
    ({"birthDate": "1970-02-03"}, {"birthDate": None}, "1970-02-03"),
]


@pytest.mark.parametrize(("one", "other", "born"), PATIENTS)
def test_of_two_patients_with_one_id_the_newest_governs(one: Json, other: Json, born: str) -> None:
    for pair in permutations((woman(**one), woman(**other))):
        (found,) = reading(bundle(*pair, observation("o1", "48676-1", valueCodeableConcept={"text": "Positive"}))).patients
        assert str(found.record.person.birth_date.first) == born  # type: ignore[union-attr]
        assert len(found.record.markers) == 1


def test_in_two_files_too_the_newest_patient_governs(tmp_path: Path) -> None:
    for number, (born, version) in enumerate((("1950-01-01", "1"), ("1970-02-03", "2"))):
        text = json.dumps(bundle(woman(birthDate=born, **meta(version)), observation(f"o{number}", "48676-1")))
        (tmp_path / f"{number}.json").write_text(text, encoding="utf-8")
    (found,) = iter_patients(tmp_path, kit(), AS_OF)
    assert str(found.record.person.birth_date.first) == "1970-02-03"  # type: ignore[union-attr]
    assert found.record.incomplete == ()


def test_a_list_is_no_bundle() -> None:
    listed = {"resourceType": "List", "id": "l1", "subject": {"reference": "Patient/p1"}, "entry": [{"item": {"display": "z"}}]}
    (found,) = reading(bundle(woman(), listed, {"id": 7, "resourceType": "List", "entry": [{"item": {}}]})).patients
    assert found.record.set_aside == ()
    assert len(found.account.rows) == 3
