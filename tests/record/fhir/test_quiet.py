"""A quiet entry is read at once, and comes to what its own reader makes of it: the facts, the account, every message."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence, Set
from typing import Any

import pytest

from concordant.library import load_shipped
from concordant.record.fhir import charting
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.decode import LocatedResource
from concordant.record.fhir.quiet import UNUSUAL
from concordant.record.fhir.read import read_document
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.tables import make_fhir_tables
from tests.record.fhir.builders import AS_OF

TABLES = make_fhir_tables(load_shipped())
LAB = {"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}
WORDS = ("HER2 positive", "liver metastasis", "plain", "abnormal")
# What may stand beside a quiet result, or in the place of what it says.
CHANGES: dict[str, list[Any]] = {
    "status": [None, "final", "entered-in-error", "cancelled", "registered", "preliminary", "anything"],
    "code": [{"coding": [LAB], "text": word} for word in ("Potassium", "HER2 IHC", "trastuzumab level", "")]
    + [{"coding": [{**LAB, "display": word}]} for word in ("LVEF", "HER2 by FISH", "ER", "progression of disease")]
    + [{"coding": [LAB, {"system": "urn:x", "code": "1"}]}, {"coding": []}, {"text": "Potassium"}, {}, {"coding": [{}]}, None],
    "valueString": [*WORDS, ""],
    "valueCodeableConcept": [{"text": word} for word in WORDS] + [{"coding": [{"display": word}]} for word in WORDS],
    "interpretation": [{"text": "abnormal"}, [{"coding": [{"code": "A"}]}], [{"coding": [{"code": "N"}]}], []],
    "component": [[{"code": {"coding": [LAB]}, "valueString": word}] for word in WORDS] + [[]],
    "note": [[{"text": word}] for word in WORDS] + [[]],
    "comment": list(WORDS),
    "comments": list(WORDS),
    "modifierExtension": [[{"url": "http://x/y"}], []],
    "implicitRules": ["http://x", ""],
    "meta": [{"versionId": "2"}, {"tag": [{"code": "SUBSETTED"}]}, {"security": [{"code": "REDACTED"}]}],
    "id": ["o1", "p", "a[1]", "x" * 80, None],
    "subject": [{"reference": "Patient/other"}, {"display": "Somebody"}, None],
    "effectiveDateTime": ["2030-01-01", "no date", "2021"],
    "reaction": [[{"modifierExtension": [{"url": "http://x/y"}]}]],
    "stage": [{"modifierExtension": [{"url": "http://x/y"}]}],
    "dosage": [[{"modifierExtension": [{"url": "http://x/y"}]}]],
    "dosageInstruction": [[{"modifierExtension": [{"url": "http://x/y"}]}]],
    "valueQuantity": [{"value": "no number"}, {}],
}


def lab(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [LAB]},
        "subject": {"reference": "Patient/p"},
        "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
        "effectiveDateTime": "2021-02-03",
    }


def bundle_of(resources: Sequence[dict[str, Any]]) -> bytes:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female"}
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in (patient, *resources)]}).encode()


def told(data: bytes, *, given: bool) -> list[Any]:
    reading = read_document(data, "bundle.json", TABLES, AS_OF, given=given)
    return [[(p.id, p.record, p.account.rows, p.account.unmapped) for p in reading.patients], reading.rest.rows]


def iter_all(group: Sequence[LocatedResource], later: Set[int], chart: Chart) -> Iterator[tuple[int, LocatedResource]]:
    """Every entry for its own reader."""
    return iter(enumerate(group))


def changed(element: str, value: Any) -> dict[str, Any]:
    one = lab(1)
    if value is None:
        one.pop(element, None)
        return one
    return {**one, element: value}


CASES = [(element, value) for element, values in CHANGES.items() for value in values]


def assert_same(resources: Sequence[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    data = bundle_of(resources)
    for given in (False, True):
        quick = told(data, given=given)
        with monkeypatch.context() as patched:
            patched.setattr(charting, "iter_speaking", iter_all)
            assert told(data, given=given) == quick


@pytest.mark.parametrize(("element", "value"), CASES)
def test_a_quiet_result_comes_to_what_its_reader_makes_of_it(element: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = changed(element, value)
    assert_same([one], monkeypatch)
    assert_same([lab(0), one, copy.deepcopy(one), {**one, "valueString": "other"}, lab(2)], monkeypatch)


@pytest.mark.parametrize("seed", range(20))
def test_several_changes_at_a_time(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    resources = []
    for _ in range(12):
        one = lab(chance.randrange(8))
        for element, value in chance.sample(CASES, chance.randrange(4)):
            one = {**one, element: value} if value is not None else {k: v for k, v in one.items() if k != element}
        resources.append(one)
    assert_same(resources, monkeypatch)


def test_every_unusual_element_is_varied() -> None:
    assert set(UNUSUAL) <= set(CHANGES)
    assert set(UNUSUAL) <= set(Resource.__struct_fields__)
