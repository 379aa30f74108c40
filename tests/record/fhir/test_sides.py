"""The side of a diagnosis, however it is told: two sides are two cancers, and to which a result belongs is then open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.fhir.builders import SCT, Json, coded, diagnosis, observation, read, woman

CM, GM = "http://hl7.org/fhir/sid/icd-10-cm", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier"
SEITE = "http://fhir.de/StructureDefinition/seitenlokalisation"
POSITIVE = {"valueCodeableConcept": {"text": "Positive"}}
BREAST = coded(SCT, "76752008", "Breast structure")


def qualified(side: str) -> Json:
    return {"bodySite": [BREAST | {"extension": [{"url": MCODE, "valueCodeableConcept": coded(SCT, side)}]}]}


def lettered(side: str) -> Json:
    coding = {"system": GM, "code": "C50.9", "extension": [{"url": SEITE, "valueCoding": {"code": side}}]}
    return {"code": {"coding": [coding]}}


WAYS: dict[str, tuple[Json, Json]] = {  # left, right
    "code": ({"code": coded(CM, "C50.912")}, {"code": coded(CM, "C50.911")}),
    "words": ({"code": {"text": "Breast cancer, left"}}, {"code": {"text": "Mammakarzinom rechts"}}),
    "site": ({"bodySite": [coded(SCT, "80248007")]}, {"bodySite": [coded(SCT, "73056007")]}),
    "site in words": ({"bodySite": [{"text": "left breast"}]}, {"bodySite": [{"text": "right breast"}]}),
    "qualifier": (qualified("7771000"), qualified("24028007")),
    "letter": (lettered("L"), lettered("R")),
    "extension": tuple(
        {"extension": [{"url": "http://x.org/laterality", "valueCodeableConcept": {"text": side}}]} for side in ("left", "right")
    ),  # type: ignore[dict-item]
}


def words(first: Json, second: Json) -> set[str | None]:
    cancers: list[Any] = [diagnosis("c1", **first), diagnosis("c2", **second)]
    results = [observation("o1", "48676-1", **POSITIVE), observation("o2", "16112-5", **POSITIVE)]
    return {marker.word for marker in read(woman(), *cancers, *results).record.markers}


@pytest.mark.parametrize("left", WAYS)
@pytest.mark.parametrize("right", WAYS)
def test_two_sides_are_two_cancers(left: str, right: str) -> None:
    assert words(WAYS[left][0], WAYS[right][1]) == {None}
    assert words(WAYS[left][0], WAYS[right][0]) == {"positive"}
