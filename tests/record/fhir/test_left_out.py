"""What a server says that it left out, or that changes all that it sent: manifests of an export, tags, rules of a bundle."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from concordant.record.fhir.stream import iter_patients
from concordant.record.sources import Patient
from tests.record.fhir.builders import AS_OF, Json, bundle, coded, diagnosis, kit, observation, reading, resource, woman

TAGS = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
POSITIVE = {"valueCodeableConcept": {"text": "Positive"}}
KINDS = ("Patient", "Condition", "Observation", "MedicationStatement")
DRUG = resource("MedicationStatement", "m1", status="completed", medicationCodeableConcept={"text": "trastuzumab"})
LINES = dict(zip(KINDS, (woman(), diagnosis(), observation("o1", "48676-1", **POSITIVE), DRUG), strict=True))


def listed(kinds: tuple[str, ...] = KINDS, name: str = "{}.ndjson", **more: Any) -> Json:
    output = [{"type": kind, "url": f"https://s.example/export/{name.format(kind)}"} for kind in kinds]
    return {"transactionTime": "2024-01-01T00:00:00Z", "request": "r", "output": output, "error": [], **more}


def of_errors(name: str) -> list[Json]:
    return [{"type": "OperationOutcome", "url": f"https://s.example/{name}"}]


# what the manifest says, the ending of the files that are there, those that are not, and whether something is missing
MANIFESTS: list[tuple[Json, str, tuple[str, ...], bool]] = [
    (listed(), ".ndjson", (), False),
    (listed(), ".ndjson.gz", (), False),
    (listed(name="{}.ndjson?sig=1/2"), ".ndjson", (), False),
    (listed(name="{}.000.ndjson"), ".ndjson", (), False),
    (listed(name="0001-{}"), ".ndjson", ("MedicationStatement",), True),
    (listed(), ".ndjson", ("MedicationStatement",), True),
    (listed(), ".ndjson", ("Observation",), True),
    (listed(), ".ndjson.gz", ("Condition",), True),
    (listed(error=of_errors("errors.ndjson")), ".ndjson", (), True),
    (listed(deleted=of_errors("deleted.ndjson")), ".ndjson", (), True),
    (listed(link=[{"relation": "next", "url": "https://s.example/2"}]), ".ndjson", (), True),
]


@pytest.mark.parametrize(("manifest", "ending", "lost", "missing"), MANIFESTS)
def test_an_export_is_held_against_its_manifest(
    manifest: Json, ending: str, lost: tuple[str, ...], missing: bool, tmp_path: Path
) -> None:
    for kind in KINDS:
        if kind not in lost:
            data = json.dumps(LINES[kind]).encode() + b"\n"
            (tmp_path / f"{kind}{ending}").write_bytes(gzip.compress(data) if ending.endswith(".gz") else data)
    (tmp_path / "export.json").write_text(json.dumps(manifest), encoding="utf-8")
    [patient] = iter_patients(tmp_path, kit(), AS_OF)
    assert bool(patient.record.incomplete) is missing


def whole(**more: Any) -> Json:
    return bundle(woman(), diagnosis(), DRUG) | more


def tagged(mark: str, *, where: str = "tag") -> Json:
    return {"meta": {where: [{"system": TAGS, "code": mark}]}}


REDUCED: list[tuple[str, Json, bool]] = [
    ("a plain bundle", whole(), False),
    ("other tags", whole(meta={"tag": [{"code": "training"}], "profile": ["http://p"]}), False),
    ("a bundle that is a part", whole(**tagged("SUBSETTED")), True),
    ("a bundle with parts taken out", whole(**tagged("REDACTED", where="security")), True),
    ("rules of a bundle", whole(implicitRules="http://rules.example"), True),
    ("a resource that is a part", bundle(woman(), diagnosis(), DRUG | tagged("SUBSETTED")), True),
    ("a diagnosis with masked parts", bundle(woman(), diagnosis(**tagged("MASKED", where="security")), DRUG), True),
    ("a patient that is a part", bundle(woman(**tagged("SUBSETTED")), diagnosis(), DRUG), True),
    ("a report that is a part", bundle(woman(), diagnosis(), resource("DiagnosticReport", "r", **tagged("SUBSETTED"))), True),
]


@pytest.mark.parametrize(("document", "missing"), [row[1:] for row in REDUCED], ids=[row[0] for row in REDUCED])
def test_what_is_not_whole_says_so(document: Json, missing: bool) -> None:
    [patient] = reading(document).patients
    assert bool(patient.record.incomplete) is missing


def test_an_older_version_that_was_a_part_takes_nothing_away() -> None:
    part = DRUG | {"meta": {"versionId": "1", **tagged("SUBSETTED")["meta"]}}
    [patient] = reading(bundle(woman(), diagnosis(), part, DRUG | {"meta": {"versionId": "2"}})).patients
    assert patient.record.incomplete == ()


SUBSTANCE = {"resourceType": "Substance", "id": "s", "code": {"text": "trastuzumab"}}
HELD = {"item": {"reference": {"reference": "Substance/s"}}}
BY_REFERENCE = {"medicationReference": {"reference": "Medication/x"}}
BY_REFERENCE_5 = {"medication": {"reference": {"reference": "Medication/x"}}}
OLDER = {"itemReference": {"reference": "Substance/s"}}
OLDEST = {"product": {"ingredient": [{"item": {"reference": "Substance/s"}}]}}
INSIDE = {"resourceType": "Medication", "id": "x", "ingredient": [HELD]}
POINTED: dict[str, tuple[Json, list[Json]]] = {
    "R4": (BY_REFERENCE, [{"code": {"text": "trastuzumab"}}]),
    "R5": (BY_REFERENCE_5, [{"code": {"text": "trastuzumab"}}]),
    "R4 bag": (BY_REFERENCE, [{"ingredient": [OLDER]}]),
    "R5 bag": (BY_REFERENCE_5, [{"ingredient": [HELD]}]),
    "DSTU2 bag": (BY_REFERENCE, [OLDEST]),
    "contained bag": ({"medication": {"reference": {"reference": "#x"}}, "contained": [INSIDE]}, []),
}


def read_lines(path: Path, *lines: Json) -> Patient:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    [patient] = iter_patients(path, kit(), AS_OF)
    return patient


@pytest.mark.parametrize(("points", "held"), POINTED.values(), ids=POINTED)
def test_what_a_line_points_at_is_found_among_the_lines(points: Json, held: list[Json], tmp_path: Path) -> None:
    given = resource("MedicationAdministration", "a", status="completed", effectiveDateTime="2023-01-10", **points)
    medications = [{"resourceType": "Medication", "id": "x", **one} for one in held]
    patient = read_lines(tmp_path / "all.ndjson", woman(), diagnosis(), given, *medications, SUBSTANCE)
    [course] = patient.record.courses
    assert (course.drugs, course.unknown_drugs) == (("trastuzumab",), ())


def test_the_side_of_a_structure_is_found_among_the_lines(tmp_path: Path) -> None:
    left = {"resourceType": "BodyStructure", "id": "b", "patient": {"reference": "Patient/p1"}}
    left |= {"includedStructure": [{"structure": {"text": "breast"}, "laterality": coded("http://snomed.info/sct", "7771000")}]}
    right = diagnosis("c2", code=coded("http://hl7.org/fhir/sid/icd-10-cm", "C50.911"))
    results = [observation("o1", "48676-1", **POSITIVE), observation("o2", "16112-5", **POSITIVE)]
    one = diagnosis("c1", bodyStructure={"reference": "BodyStructure/b"})
    patient = read_lines(tmp_path / "all.ndjson", woman(), one, right, *results, left)
    assert {marker.word for marker in patient.record.markers} == {None}
