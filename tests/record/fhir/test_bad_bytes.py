"""A byte that is no text, wherever it stands in a record: something is not read, and nothing fails."""

from __future__ import annotations

import json

import pytest

from concordant.api import Engine
from concordant.errors import ConcordantError
from concordant.record.sources.opening import SourceContent
from tests.record.fhir.builders import AS_OF

PERSON = {"reference": "Patient/p1"}
SIGN = "@@"
META = {"versionId": SIGN, "lastUpdated": SIGN}
RESOURCES = [
    {
        "resourceType": "Patient",
        "id": "p1",
        "meta": META,
        "identifier": [{"system": SIGN, "value": SIGN}],
        "name": [{"family": SIGN}],
        "link": [{"other": {"reference": SIGN}, "type": SIGN}],
    },
    {"resourceType": "Condition", "id": "c", "subject": PERSON, "code": {"text": SIGN}, "note": [{"text": SIGN}], "meta": META},
    {"resourceType": "Claim", "id": "k", "patient": PERSON, "item": [{"productOrService": {"text": SIGN}}], "diagnosis": [SIGN]},
    {"resourceType": "DiagnosticReport", "id": "r", "subject": PERSON, "conclusion": f"HER2 {SIGN}", "text": {"div": SIGN}},
]
LINKS = [{"relation": "next", "url": SIGN}]
BUNDLE = {"resourceType": "Bundle", "type": "searchset", "link": LINKS, "entry": [{"resource": one} for one in RESOURCES]}
TEXTS = {"a bundle": json.dumps(BUNDLE).encode(), "lines": b"\n".join(json.dumps(one).encode() for one in RESOURCES)}
PLACES = [(name, place) for name, text in TEXTS.items() for place in range(text.count(SIGN.encode()))]
ENGINE = Engine()


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_a_byte_that_is_no_text_makes_nothing_fail(name: str, place: int) -> None:
    parts = TEXTS[name].split(SIGN.encode())
    data = b"x".join(parts[: place + 1]) + b"\xff" + b"x".join(parts[place + 1 :])
    try:
        patients = list(ENGINE.read(SourceContent(data, "record"), today=AS_OF))
    except ConcordantError:
        return
    assert [patient.failure for patient in patients] == [""] * len(patients)
